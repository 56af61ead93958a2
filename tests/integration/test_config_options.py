"""The options of a site: what is valid, and what the engine is told of them."""

from typing import Any

import pytest

from custom_components.smart_charging.configuration.battery import BatteryConfig, BatteryHandle
from custom_components.smart_charging.configuration.rules.battery import validate_ways
from custom_components.smart_charging.configuration.rules.options import validate_options
from custom_components.smart_charging.configuration.setup import ConfigError, SiteSetup, read_setup
from custom_components.smart_charging.engine.model.battery_order import BatteryWay
from custom_components.smart_charging.engine.model.battery_steering import BatterySteering
from custom_components.smart_charging.engine.model.policy import ControlPolicy
from custom_components.smart_charging.engine.model.protection import Protection, ProtectionKind
from custom_components.smart_charging.engine.model.solar import SolarPolicy
from custom_components.smart_charging.engine.model.strategy import Strategy

from .test_config_circuits import entry
from .test_config_rules import TEXTS

BATTERY = {"battery_power": "sensor.battery", "battery_soc": "sensor.soc"}
ALL = {
    "margin_a": 1.5,
    "strategy": "first_come",
    "ride_out": True,
    "turn_min": 20.0,
    "protection": "plain",
    "overshoot_pct": 30.0,
    "overshoot_s": 90.0,
    "unbalance_kva": 4.6,
    "solar_start_min": 1.0,
    "solar_stop_min": 10.0,
    "solar_grid_pct": 25.0,
    "solar_first": "car",
    "battery_inverted": True,
    "battery_floor_pct": 40.0,
    **BATTERY,
    "battery_steered_by": "switch.hold",
    "battery_fills_car": True,
    "battery_kwh": 10.0,
    "battery_charge_kw": 5.0,
    "battery_discharge_kw": 4.0,
    "off_peak": "schedule.cheap",
    "who": "cards",
}


@pytest.mark.parametrize(
    "options",
    [
        {},
        ALL,
        {"margin_a": 0, "turn_min": 5, "solar_start_min": 0, "solar_stop_min": 60, "unbalance_kva": 0},
        {"strategy": "equal", "protection": "linky", "solar_first": "battery", "solar_grid_pct": 100},
        {"battery_power": "sensor.battery"},
    ],
)
def test_valid_options(options: dict[str, Any]) -> None:
    assert validate_options(options) == {}


@pytest.mark.parametrize(
    ("options", "errors"),
    [
        ({"margin_a": 21}, {"margin_a": "margin_out_of_range"}),
        ({"margin_a": "wide"}, {"margin_a": "margin_out_of_range"}),
        ({"strategy": "lottery"}, {"strategy": "strategy_unknown"}),
        # Nobody tells a departure yet.
        ({"strategy": "laxity"}, {"strategy": "strategy_unknown"}),
        ({"turn_min": 4}, {"turn_min": "turn_out_of_range"}),
        ({"protection": "spell"}, {"protection": "protection_unknown"}),
        ({"protection": "plain", "overshoot_pct": 5}, {"overshoot_s": "overshoot_not_positive"}),
        ({"unbalance_kva": -1}, {"unbalance_kva": "unbalance_out_of_range"}),
        ({"solar_start_min": 61}, {"solar_start_min": "delay_out_of_range"}),
        ({"solar_stop_min": -1}, {"solar_stop_min": "delay_out_of_range"}),
        ({"solar_grid_pct": 101}, {"solar_grid_pct": "percent_out_of_range"}),
        ({"who": "friends"}, {"who": "who_unknown"}),
        ({"solar_first": "house"}, {"solar_first": "solar_first_unknown"}),
        ({**BATTERY, "battery_floor_pct": 101}, {"battery_floor_pct": "percent_out_of_range"}),
        ({"off_peak": "sensor.tariff"}, {"off_peak": "off_peak_not_on_or_off"}),
        ({"battery_power": "number.a"}, {"battery_power": "not_a_sensor"}),
        ({**BATTERY, "battery_soc": "number.a"}, {"battery_soc": "not_a_sensor"}),
        ({"battery_soc": "sensor.soc"}, {"battery_power": "battery_power_missing"}),
        ({"battery_power": "sensor.battery", "battery_floor_pct": 20}, {"battery_soc": "battery_soc_missing"}),
        ({"battery_kwh": 0}, {"battery_kwh": "battery_figure_out_of_range"}),
        ({"battery_kwh": 1001}, {"battery_kwh": "battery_figure_out_of_range"}),
        ({"battery_charge_kw": -1}, {"battery_charge_kw": "battery_figure_out_of_range"}),
        ({"battery_discharge_kw": 501}, {"battery_discharge_kw": "battery_figure_out_of_range"}),
        ({**BATTERY, "battery_steered_by": "sensor.mode"}, {"battery_steered_by": "battery_not_steerable"}),
        ({"battery_steered_by": "switch.hold"}, {"battery_power": "battery_power_missing"}),
    ],
)
def test_options_that_are_not_valid(options: dict[str, Any], errors: dict[str, str]) -> None:
    assert validate_options(options) == errors
    assert set(errors.values()) <= set(TEXTS["exceptions"])


def setup(options: dict[str, Any], **changes: Any) -> SiteSetup:
    return read_setup(entry(options=options, **changes))


def test_all_of_them_as_the_engine_knows_them() -> None:
    site = setup(ALL).site
    assert site.policy == ControlPolicy(
        margin_a=1.5,
        strategy=Strategy.FIRST_COME,
        ride_out=True,
        turn_s=1200.0,
        solar=SolarPolicy(
            start_delay_s=60.0, stop_delay_s=600.0, grid_share=0.25, battery_first=False, battery_floor_soc=0.4
        ),
    )
    (supply,) = site.circuits
    assert supply.protection == Protection(kind=ProtectionKind.PLAIN, overshoot=1.3, overshoot_s=90.0)
    # 4.6 kVA at 230 V.
    assert supply.unbalance_a == 20.0


def test_without_any_the_engine_s_own_defaults_hold() -> None:
    site = setup({}).site
    assert site.policy == ControlPolicy(margin_a=0.5)
    (supply,) = site.circuits
    assert (supply.protection, supply.unbalance_a) == (None, None)
    assert setup({}).battery is None


@pytest.mark.parametrize(("unit", "margin_a"), [("a", 0.5), ("kva", 0.0), ("kw", 0.0)])
def test_the_margin_where_nobody_chose_one(unit: str, margin_a: float) -> None:
    assert setup({}, limit_unit=unit).site.policy.margin_a == margin_a


def test_a_single_phase_cannot_differ_from_itself() -> None:
    changes = {"phases": 1, "meter": [{"role": "net", "phase": None, "entity_id": "sensor.grid"}]}
    (supply,) = setup({"unbalance_kva": 4.6}, **changes).site.circuits
    assert supply.unbalance_a is None


def test_a_protection_that_needs_no_figures() -> None:
    (supply,) = setup({"protection": "linky"}).site.circuits
    assert supply.protection == Protection(kind=ProtectionKind.LINKY)


def test_the_battery_s_sensors() -> None:
    assert setup(ALL).battery == BatteryConfig(
        power_entity_id="sensor.battery",
        inverted=True,
        soc_entity_id="sensor.soc",
        capacity_kwh=10.0,
        charge_kw=5.0,
        discharge_kw=4.0,
        handle=BatteryHandle(
            entity_id="switch.hold",
            words={BatteryWay.BY_ITSELF: "off", BatteryWay.HOLD: "on"},
            steering=BatterySteering(fills_cars=True, tells_soc=True),
        ),
    )
    assert setup({"battery_power": "sensor.battery"}).battery == BatteryConfig(
        power_entity_id="sensor.battery", inverted=False, soc_entity_id=None
    )


SELECT = {
    **BATTERY,
    "battery_steered_by": "select.mode",
    "battery_by_itself": "Auto",
    "battery_hold": "Standby",
    "battery_charge": "Force",
    "battery_charge_kw": 5.0,
    "battery_charge_power": "number.power",
}


def test_a_select_steers_the_battery_by_the_names_of_its_options() -> None:
    battery = setup(SELECT).battery
    assert battery is not None
    assert battery.handle == BatteryHandle(
        entity_id="select.mode",
        words={BatteryWay.BY_ITSELF: "Auto", BatteryWay.HOLD: "Standby", BatteryWay.CHARGE: "Force"},
        steering=BatterySteering(tells_soc=True, charge_w=5000.0, adjustable=True),
        power_entity_id="number.power",
    )


def test_what_has_no_option_for_it_is_never_charged_from_the_grid() -> None:
    battery = setup(SELECT | {"battery_charge": ""}).battery
    assert battery is not None
    assert battery.handle is not None
    assert battery.handle.words == {BatteryWay.BY_ITSELF: "Auto", BatteryWay.HOLD: "Standby"}
    assert (battery.handle.steering.charge_w, battery.handle.power_entity_id) == (None, None)


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"battery_by_itself": ""}, {"battery_by_itself": "battery_way_missing"}),
        ({"battery_hold": None}, {"battery_hold": "battery_way_missing"}),
        ({"battery_hold": "Auto"}, {"battery_hold": "battery_ways_same"}),
        ({"battery_charge": "Standby"}, {"battery_hold": "battery_ways_same"}),
        ({"battery_soc": None}, {"battery_charge": "battery_charge_soc_missing"}),
        ({"battery_charge_kw": None}, {"battery_charge": "battery_charge_kw_missing"}),
        ({"battery_charge_power": "sensor.power"}, {"battery_charge_power": "not_a_number"}),
        ({"battery_charge_power": None}, {}),
        ({"battery_charge": None, "battery_soc": None}, {}),
        ({"battery_steered_by": "switch.hold", "battery_hold": None}, {}),
    ],
)
def test_the_names_of_the_select_s_options(changes: dict[str, Any], errors: dict[str, str]) -> None:
    assert validate_ways(SELECT | changes) == errors
    assert set(errors.values()) <= set(TEXTS["exceptions"])


def test_an_option_that_is_not_valid_is_told_with_the_site_s_name() -> None:
    with pytest.raises(ConfigError, match="Home: turn_min: turn_out_of_range"):
        setup({"turn_min": 1})
