"""Which meters are found in a home, in what order, and how they would be read."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from homeassistant.components.energy.data import async_get_manager
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charging.sources.energy_dashboard import EnergyDashboard, read_energy_dashboard
from custom_components.smart_charging.sources.meter_catalogue import Role, Slowness
from custom_components.smart_charging.sources.meter_finder import (
    FoundMeter,
    Readout,
    find_known_meters,
    find_meters,
    number_in,
    slowness_of,
)

from .flow_helpers import Sensor, add_meter, dsmr_sensors, say


def _drawn(readout: Readout | None, entity_ids: Mapping[str, str]) -> dict[str, str]:
    """Write a readout as `unique id: role/phase`."""
    unique_ids = {entity_id: unique_id for unique_id, entity_id in entity_ids.items()}
    return {
        unique_ids.get(channel.entity_id, channel.entity_id): str(channel.role)
        if channel.phase is None
        else f"{channel.role}/{channel.phase}"
        for channel in (readout.channels if readout else ())
    }


def _only(meters: Iterable[FoundMeter]) -> FoundMeter:
    (meter,) = meters
    return meter


async def _set_up_dashboard(hass: HomeAssistant, *grids: Mapping[str, Any]) -> None:
    hass.config.components.add("energy")
    manager = await async_get_manager(hass)
    sources: Any = [{"type": "grid", **grid} for grid in grids]
    sources.append({"type": "solar", "stat_energy_from": "sensor.solar", "config_entry_solar_forecast": None})
    manager.data = {"energy_sources": sources, "device_consumption": []}


W = Sensor(state="120")
OFF = Sensor(state=None)

# platform, manufacturer, sensors by unique id -> how the meter is read
SHAPES = {
    "dsmr, phases switched on": (
        "dsmr",
        dsmr_sensors(enabled=True),
        {
            f"E1_instantaneous_active_power_l{phase}_{way}": f"{role}/l{phase}"
            for way, role in (("positive", "import"), ("negative", "export"))
            for phase in (1, 2, 3)
        },
    ),
    "dsmr on one phase: the total is that phase": (
        "dsmr",
        dsmr_sensors(phases=1, enabled=True),
        {"E1_current_electricity_usage": "import", "E1_current_electricity_delivery": "export"},
    ),
    "homewizard": (
        "homewizard",
        {"HWE-P1_1_active_power_w": W, **{f"HWE-P1_1_active_power_l{n}_w": W for n in (1, 2, 3)}},
        {f"HWE-P1_1_active_power_l{n}_w": f"net/l{n}" for n in (1, 2, 3)},
    ),
    "a phase is missing": (
        "homewizard",
        {"HWE-P1_1_active_power_w": W, **{f"HWE-P1_1_active_power_l{n}_w": W for n in (1, 3)}},
        {"HWE-P1_1_active_power_w": "net"},
    ),
    "phases say nothing": (
        "homewizard",
        {
            "HWE-P1_1_active_power_w": W,
            **{f"HWE-P1_1_active_power_l{n}_w": Sensor(state="unknown") for n in (1, 2, 3)},
        },
        {"HWE-P1_1_active_power_w": "net"},
    ),
    "nothing says anything": (
        "homewizard",
        {
            "HWE-P1_1_active_power_w": Sensor(state="unavailable"),
            **{f"HWE-P1_1_active_power_l{n}_w": Sensor(state=state) for n, state in enumerate(("nan", "on", "inf"), 1)},
        },
        {f"HWE-P1_1_active_power_l{n}_w": f"net/l{n}" for n in (1, 2, 3)},
    ),
    "p1 monitor, spread over two devices": (
        "p1_monitor",
        {
            "e_smartmeter_power_consumption": Sensor(state="5", device="meter"),
            "e_smartmeter_power_production": Sensor(state="0", device="meter"),
            **{f"e_phases_power_consumed_phase_l{n}": Sensor(state="5", device="phases") for n in (1, 2, 3)},
            **{f"e_phases_power_produced_phase_l{n}": Sensor(state="5", device="phases") for n in (1, 2, 3)},
        },
        {
            **{f"e_phases_power_consumed_phase_l{n}": f"import/l{n}" for n in (1, 2, 3)},
            **{f"e_phases_power_produced_phase_l{n}": f"export/l{n}" for n in (1, 2, 3)},
        },
    ),
    "shelly, a device per phase": (
        "shelly",
        {
            "AB-em:0-total_act_power": W,
            **{f"AB-em:0-{mark}_act_power": Sensor(state="1", device=mark) for mark in "abc"},
        },
        {"AB-em:0-a_act_power": "net/l1", "AB-em:0-b_act_power": "net/l2", "AB-em:0-c_act_power": "net/l3"},
    ),
    "fronius": (
        "fronius",
        {"s-power_flow-power_grid_import": W, "s-power_flow-power_grid_export": W, "s-power_flow-power_grid": OFF},
        {"s-power_flow-power_grid_import": "import", "s-power_flow-power_grid_export": "export"},
    ),
    "kostal": (
        "kostal_plenticore",
        {"e_devices:local_Grid_P": W, "e_devices:local_HomeGrid_P": W},
        {"e_devices:local_Grid_P": "net"},
    ),
    "sma without phases": (
        "sma",
        {
            "s-6100_40463700_0": W,
            "s-6100_40463600_0": W,
            **{f"s-6100_0046E{digit}00_0": Sensor(state="unknown") for digit in "89ABCD"},
        },
        {"s-6100_40463700_0": "import", "s-6100_40463600_0": "export"},
    ),
    "tibber, a home without panels": ("tibber", {"id_rt_power": W}, {"id_rt_power": "import"}),
    "enphase": ("enphase_envoy", {"1_net_consumption": W}, {"1_net_consumption": "net"}),
    "teslemetry": ("teslemetry", {"1-grid_power": W}, {"1-grid_power": "net"}),
    "teleinfo": ("teleinfo", {"9_PAPP": Sensor(state="900", unit="VA"), "9_IINST": OFF}, {"9_PAPP": "import"}),
    "linkytic in standard mode": (
        "linkytic",
        {"9_sinsts": Sensor(state="900", unit="VA"), "9_sinsti": Sensor(state="0", unit="VA")},
        {"9_sinsts": "import", "9_sinsti": "export"},
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_how_a_known_meter_is_read(hass: HomeAssistant, shape: str) -> None:
    platform, sensors, drawn = SHAPES[shape]
    entity_ids = add_meter(hass, platform, sensors)

    meter = _only(find_known_meters(hass))

    assert _drawn(meter.best, entity_ids) == drawn
    assert meter.fallback is None


@pytest.mark.parametrize(
    ("platform", "sensors", "device_name", "manufacturer"),
    [
        ("mqtt", {"ams-1_P": W, "ams-1_PO": W}, "AMS reader", "AmsToMqttBridge"),
        ("mqtt", {"0x12ab_apparent_power_zigbee2mqtt": W}, "Linky", "LiXee"),
        ("zha", {"00:15-1-2820-apparent_power": W}, "LIXEE ZLinky_TIC", "LiXee"),
    ],
)
async def test_a_platform_for_everything_is_told_by_its_device(
    hass: HomeAssistant, platform: str, sensors: dict[str, Sensor], device_name: str, manufacturer: str
) -> None:
    add_meter(hass, platform, sensors, device_name="Plug")
    others = {unique_id.replace("1", "2"): sensor for unique_id, sensor in sensors.items()}
    entity_ids = add_meter(hass, platform, others, device_name=device_name, manufacturer=manufacturer)

    meter = _only(find_known_meters(hass))

    assert {channel.entity_id for channel in meter.best.channels} == set(entity_ids.values())


async def test_export_alone_is_no_meter(hass: HomeAssistant) -> None:
    add_meter(hass, "tibber", {"id_rt_powerProduction": W})

    assert list(find_known_meters(hass)) == []


async def test_an_entity_without_a_device_is_no_device_of_a_brand(hass: HomeAssistant) -> None:
    er.async_get(hass).async_get_or_create("sensor", "mqtt", "ams-1_P")

    assert list(find_known_meters(hass)) == []


async def test_phases_that_are_switched_off_are_best_and_the_total_is_there_to_fall_back_to(
    hass: HomeAssistant,
) -> None:
    entity_ids = add_meter(hass, "dsmr", dsmr_sensors(), device_name="Electricity Meter")

    meter = _only(find_known_meters(hass))

    assert meter.best.per_phase
    assert len(meter.best.disabled) == 6
    assert _drawn(meter.fallback, entity_ids) == {
        "E1_current_electricity_usage": "import",
        "E1_current_electricity_delivery": "export",
    }
    assert meter.name == "Electricity Meter (DSMR)"
    assert meter.slowness is Slowness.DSMR


async def test_each_clamp_of_a_shelly_in_its_single_phase_profile_is_a_meter(hass: HomeAssistant) -> None:
    entity_ids = add_meter(
        hass,
        "shelly",
        {
            "AB-em1:0-power_em1": Sensor(state="1", device="a"),
            "AB-em1:0-voltage_em1": Sensor(state="231", unit="V", device="a"),
            "AB-em1:1-power_em1": Sensor(state="2", device="b"),
        },
    )

    first, second = find_known_meters(hass)

    assert [channel.entity_id for channel in first.best.channels] == [entity_ids["AB-em1:0-power_em1"]]
    assert first.voltage_id == entity_ids["AB-em1:0-voltage_em1"]
    assert first.name == "shelly entry (Shelly EM)"
    assert second.voltage_id is None
    assert first.key != second.key


async def test_a_meter_keeps_its_key(hass: HomeAssistant) -> None:
    add_meter(hass, "dsmr", dsmr_sensors())

    assert _only(find_known_meters(hass)).key == _only(find_known_meters(hass)).key


async def test_the_user_s_own_name_for_a_device_counts(hass: HomeAssistant) -> None:
    add_meter(hass, "tibber", {"id_rt_power": W}, device_name="Pulse")
    devices = dr.async_get(hass)
    (device,) = devices.devices
    devices.async_update_device(device.id, name_by_user="Cupboard")

    assert _only(find_known_meters(hass)).name == "Cupboard (Tibber Pulse)"


async def test_a_meter_without_a_device_has_its_makers_name(hass: HomeAssistant) -> None:
    entry = er.async_get(hass).async_get_or_create("sensor", "tibber", "id_rt_power")
    say(hass, entry.entity_id, "5")

    assert _only(find_known_meters(hass)).name == "Tibber Pulse"


async def test_no_dashboard(hass: HomeAssistant) -> None:
    assert await find_meters(hass) == ()


@pytest.mark.parametrize(
    ("grid", "drawn", "inverted"),
    [
        ({"stat_rate": "sensor.grid"}, {"sensor.grid": "net"}, False),
        ({"power_config": {"stat_rate_inverted": "sensor.grid"}}, {"sensor.grid": "net"}, True),
        (
            {
                "stat_rate": "sensor.made_by_the_dashboard",
                "power_config": {"stat_rate_from": "sensor.in", "stat_rate_to": "sensor.out"},
            },
            {"sensor.in": "import", "sensor.out": "export"},
            False,
        ),
    ],
    ids=["one sensor", "inverted", "two sensors"],
)
async def test_the_dashboards_grid_power(
    hass: HomeAssistant, grid: dict[str, Any], drawn: dict[str, str], *, inverted: bool
) -> None:
    await _set_up_dashboard(hass, grid)

    meter = _only(await find_meters(hass))

    assert (meter.name, _drawn(meter.best, {}), meter.inverted) == ("", drawn, inverted)


@pytest.mark.parametrize(
    "grid", [{"stat_energy_from": "sensor.energy"}, {"stat_rate": "provider:grid"}], ids=["energy only", "elsewhere"]
)
async def test_a_dashboard_without_a_power_sensor_offers_nothing(hass: HomeAssistant, grid: dict[str, Any]) -> None:
    await _set_up_dashboard(hass, grid)

    assert await find_meters(hass) == ()


async def test_the_dashboard_tells_which_known_meter_comes_first(hass: HomeAssistant) -> None:
    add_meter(hass, "dsmr", dsmr_sensors(enabled=True))
    entity_ids = add_meter(
        hass, "sma", {"s-6100_40463700_0": W, "s-6100_40463600_0": W, "s-6400_00462500_0": Sensor(state="5")}
    )
    await _set_up_dashboard(
        hass, {"stat_energy_from": entity_ids["s-6400_00462500_0"], "stat_rate": "sensor.elsewhere"}
    )

    meters = await find_meters(hass)

    assert [meter.name for meter in meters] == ["Meter (SMA)", "", "Meter (DSMR)"]


async def test_the_same_sensors_are_offered_once(hass: HomeAssistant) -> None:
    entity_ids = add_meter(hass, "dsmr", dsmr_sensors())
    await _set_up_dashboard(
        hass,
        {
            "power_config": {
                "stat_rate_from": entity_ids["E1_current_electricity_usage"],
                "stat_rate_to": entity_ids["E1_current_electricity_delivery"],
            }
        },
    )

    assert [meter.name for meter in await find_meters(hass)] == ["Meter (DSMR)"]


async def test_a_dashboard_that_is_not_what_it_used_to_be_is_left_alone(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    hass.config.components.add("energy")
    preferences: Any = {"sources": []}
    (await async_get_manager(hass)).data = preferences

    assert await read_energy_dashboard(hass) == EnergyDashboard()
    assert "could not be read" in caplog.text


async def test_a_dashboard_that_was_never_set_up(hass: HomeAssistant) -> None:
    hass.config.components.add("energy")

    assert await read_energy_dashboard(hass) == EnergyDashboard()


async def test_what_makes_a_meter_quick(hass: HomeAssistant) -> None:
    entity_ids = add_meter(hass, "dsmr", dsmr_sensors())
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    say(hass, "sensor.template", "5")

    assert slowness_of(hass, entity_ids.values()) is Slowness.DSMR
    assert slowness_of(hass, ["sensor.template"]) is Slowness.GENERAL


def test_what_a_readout_counts() -> None:
    assert Readout(channels=()).roles == frozenset[Role]()


@pytest.mark.parametrize(
    ("state", "number"),
    [("1.5", 1.5), ("-3", -3.0), ("nan", None), ("inf", None), ("on", None), ("unknown", None), ("unavailable", None)],
)
def test_the_number_in_a_state(state: str, number: float | None) -> None:
    assert number_in(State("sensor.meter", state)) == number


def test_no_state_has_no_number() -> None:
    assert number_in(None) is None
