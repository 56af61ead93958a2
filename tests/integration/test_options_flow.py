"""How a site is controlled is changed in its options, a section at a time."""

from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.engine.model.policy import ControlPolicy

from .flow_helpers import Result, add_site, fields, suggested
from .test_config_options import ALL

pytestmark = pytest.mark.usefixtures("without_set_up")

POLICY = ControlPolicy()
AS_IT_WAS = {
    "margin_a": 0.5,
    "sharing": {"strategy": "equal", "turn_min": POLICY.turn_s / 60},
    "supply": {"protection": "unknown", "ride_out": False, "unbalance_kva": 0.0},
    "solar": {
        "solar_start_min": POLICY.solar.start_delay_s / 60,
        "solar_stop_min": POLICY.solar.stop_delay_s / 60,
        "solar_grid_pct": 0.0,
        "solar_first": "battery",
    },
    "tariff": {},
    "access": {"who": "everybody"},
    "battery": {"battery_inverted": False, "battery_fills_car": False},
}


@pytest.fixture
async def site(hass: HomeAssistant) -> MockConfigEntry:
    """A site on three phases, with a fuse."""
    return await loaded(hass)


async def loaded(hass: HomeAssistant, **changes: Any) -> MockConfigEntry:
    entry = add_site(hass, **changes)
    await hass.config_entries.async_setup(entry.entry_id)
    return entry


async def start(hass: HomeAssistant, site: MockConfigEntry) -> Result:
    return await hass.config_entries.options.async_init(site.entry_id)


async def answer(hass: HomeAssistant, flow: Result, answers: dict[str, Any]) -> Result:
    return await hass.config_entries.options.async_configure(flow["flow_id"], answers)


async def test_the_margin_alone(hass: HomeAssistant, site: MockConfigEntry) -> None:
    flow = await start(hass, site)
    assert suggested(flow) == AS_IT_WAS

    flow = await answer(hass, flow, {"margin_a": 1.5})

    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert site.options == {"margin_a": 1.5}
    assert suggested(await start(hass, site)) == {**AS_IT_WAS, "margin_a": 1.5}


async def test_every_one_of_them(hass: HomeAssistant, site: MockConfigEntry) -> None:
    answers: dict[str, Any] = {
        "margin_a": 1.5,
        **{section: {field: ALL[field] for field in fields} for section, fields in _FIELDS.items()},
    }
    flow = await answer(hass, await start(hass, site), answers)
    assert (flow["step_id"], suggested(flow)) == ("overshoot", {"overshoot_pct": 10.0, "overshoot_s": 60.0})
    flow = await answer(hass, flow, {"overshoot_pct": 0, "overshoot_s": 90})
    assert flow["errors"] == {"overshoot_pct": "overshoot_not_positive"}
    flow = await answer(hass, flow, {"overshoot_pct": 30, "overshoot_s": 90})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert site.options == ALL

    flow = await start(hass, site)
    assert suggested(flow) == answers
    flow = await answer(hass, flow, answers)
    assert suggested(flow) == {"overshoot_pct": 30, "overshoot_s": 90}


_FIELDS = {
    "sharing": ("strategy", "turn_min"),
    "supply": ("protection", "ride_out", "unbalance_kva"),
    "solar": ("solar_start_min", "solar_stop_min", "solar_grid_pct", "solar_first"),
    "tariff": ("off_peak",),
    "access": ("who",),
    "battery": (
        "battery_power",
        "battery_inverted",
        "battery_soc",
        "battery_floor_pct",
        "battery_steered_by",
        "battery_fills_car",
        "battery_kwh",
        "battery_charge_kw",
        "battery_discharge_kw",
    ),
}


async def test_a_section_that_is_left_out_stays_and_an_emptied_field_goes(
    hass: HomeAssistant, site: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(site, options=ALL)
    answers = {
        "margin_a": 1.5,
        "supply": {"protection": "unknown", "ride_out": True},
        "battery": {"battery_power": "sensor.battery"},
    }
    await answer(hass, await start(hass, site), answers)
    gone = {"protection", "overshoot_pct", "overshoot_s", "unbalance_kva"} | {
        key for key in ALL if key.startswith("battery_") and key != "battery_power"
    }
    assert site.options == {key: value for key, value in ALL.items() if key not in gone}


async def test_on_a_single_phase_nothing_can_be_unbalanced(hass: HomeAssistant) -> None:
    flow = await start(hass, await loaded(hass, phases=1))
    (supply,) = [kind for key, kind in flow["data_schema"].schema.items() if key == "supply"]
    assert [str(key) for key in supply.schema.schema] == ["protection", "ride_out"]
    assert fields(flow) == ["margin_a", "sharing", "access", "supply", "tariff", "solar", "battery"]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"sharing": {"turn_min": 1}}, "turn_out_of_range"),
        ({"supply": {"unbalance_kva": 101}}, "unbalance_out_of_range"),
        ({"solar": {"solar_stop_min": 61}}, "delay_out_of_range"),
        ({"tariff": {"off_peak": "sensor.tariff"}}, "off_peak_not_on_or_off"),
        ({"battery": {"battery_soc": "sensor.soc"}}, "battery_power_missing"),
        ({"battery": {"battery_power": "sensor.battery", "battery_floor_pct": 20}}, "battery_soc_missing"),
        ({"battery": {"battery_kwh": 1001}}, "battery_figure_out_of_range"),
        ({"battery": {"battery_steered_by": "switch.hold"}}, "battery_power_missing"),
    ],
)
async def test_impossible_options(
    hass: HomeAssistant, site: MockConfigEntry, wrong: dict[str, Any], error: str
) -> None:
    flow = await answer(hass, await start(hass, site), {"margin_a": 1, **wrong})
    assert (flow["step_id"], flow["errors"]) == ("init", {"base": error})
    assert (await answer(hass, flow, {"margin_a": 1}))["type"] is FlowResultType.CREATE_ENTRY


STEERED: dict[str, Any] = {
    "margin_a": 1,
    "battery": {
        "battery_power": "sensor.battery",
        "battery_soc": "sensor.soc",
        "battery_steered_by": "select.mode",
        "battery_charge_kw": 5,
    },
}
WAYS = {"battery_by_itself": "Auto", "battery_hold": "Standby", "battery_charge": "Force"}


async def test_what_steers_the_battery_is_asked_what_its_options_are_called(
    hass: HomeAssistant, site: MockConfigEntry
) -> None:
    hass.states.async_set("select.mode", "Auto", {"options": ["Auto", "Standby", "Force"]})
    flow = await answer(hass, await start(hass, site), STEERED)
    assert (flow["step_id"], flow["last_step"]) == ("battery_ways", True)
    flow = await answer(hass, flow, {**WAYS, "battery_hold": "Stand-by"})
    assert flow["errors"] == {"battery_hold": "battery_way_unknown"}
    flow = await answer(hass, flow, {**WAYS, "battery_hold": "Auto"})
    assert flow["errors"] == {"battery_hold": "battery_ways_same"}
    flow = await answer(hass, flow, WAYS)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert site.options == {"margin_a": 1, **STEERED["battery"], **WAYS}

    flow = await answer(hass, await start(hass, site), STEERED)
    assert suggested(flow) == WAYS
    # What is no longer answered is gone, and with another way to steer it all of it.
    flow = await answer(hass, flow, {key: WAYS[key] for key in ("battery_by_itself", "battery_hold")})
    assert "battery_charge" not in site.options
    await answer(hass, await start(hass, site), {"margin_a": 1, "battery": {"battery_power": "sensor.battery"}})
    assert site.options == {"margin_a": 1, "battery_power": "sensor.battery"}


async def test_what_sets_the_power_is_a_power_s_and_not_ours(hass: HomeAssistant, site: MockConfigEntry) -> None:
    own = er.async_get(hass).async_get_or_create("number", DOMAIN, "power")
    hass.states.async_set("number.current", "16", {"unit_of_measurement": "A"})
    flow = await answer(hass, await start(hass, site), STEERED)
    for entity_id, error in ((own.entity_id, "own_entity"), ("number.current", "wrong_unit")):
        flow = await answer(hass, flow, {**WAYS, "battery_charge_power": entity_id})
        assert flow["errors"] == {"battery_charge_power": error}
    # One that is away for now does not tell its unit.
    flow = await answer(hass, flow, {**WAYS, "battery_charge_power": "number.away"})
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_a_select_that_is_away_may_have_any_options(hass: HomeAssistant, site: MockConfigEntry) -> None:
    supply: dict[str, Any] = {"supply": {"protection": "plain"}}
    flow = await answer(hass, await start(hass, site), {**STEERED, **supply})
    assert (flow["step_id"], flow["last_step"]) == ("overshoot", False)
    flow = await answer(hass, flow, {"overshoot_pct": 30, "overshoot_s": 90})
    assert flow["step_id"] == "battery_ways"
    flow = await answer(hass, flow, WAYS)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert site.options["overshoot_pct"] == 30


async def test_nothing_of_ours_steers_the_battery(hass: HomeAssistant, site: MockConfigEntry) -> None:
    own = er.async_get(hass).async_get_or_create("select", DOMAIN, "mode")
    battery = {"battery_power": "sensor.battery", "battery_steered_by": own.entity_id}
    flow = await answer(hass, await start(hass, site), {"margin_a": 1, "battery": battery})
    assert flow["errors"] == {"base": "battery_not_steerable"}
