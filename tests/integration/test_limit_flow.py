"""Limits that come and go are added to a site and changed; each wrong turn can be put right."""

from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charging.const import DOMAIN

from .flow_helpers import Result, add_part, add_site, answer_part, change_part, fields, options_of, suggested
from .parts import circuit, limit, part

pytestmark = pytest.mark.usefixtures("without_set_up")

FIELDS = ["name", "entity_id", "limit_unit", "limit", "value_entity_id", "chargers_only"]
BOX = {"name": " Box ", "entity_id": "binary_sensor.box", "limit_unit": "kw", "limit": 4.2, "chargers_only": True}
PEAK = {"name": "Peak", "entity_id": "schedule.peak", "limit_unit": "a", "limit": 0, "chargers_only": False}


@pytest.fixture(autouse=True)
def _entities(hass: HomeAssistant) -> None:
    for entity_id in ("binary_sensor.box", "schedule.peak", "input_boolean.guests"):
        hass.states.async_set(entity_id, "off")


def limits(site: MockConfigEntry) -> dict[str, dict[str, Any]]:
    """What is stored of each limit, by its name."""
    return {
        subentry.title: dict(subentry.data)
        for subentry in site.subentries.values()
        if subentry.subentry_type == "limit"
    }


async def begin(hass: HomeAssistant, site: MockConfigEntry, kind: str) -> Result:
    flow = await add_part(hass, site, "limit")
    assert (flow["type"], flow["menu_options"]) == (FlowResultType.MENU, ["operator", "hours", "schedule", "own"])
    flow = await answer_part(hass, flow, {"next_step_id": kind})
    assert flow["step_id"] == kind
    return flow


async def test_the_grid_operator_s_signal(hass: HomeAssistant) -> None:
    site = add_site(hass)
    flow = await begin(hass, site, "operator")
    assert fields(flow) == FIELDS
    assert suggested(flow) == {"limit_unit": "kw", "limit": 4.2, "chargers_only": True}

    flow = await answer_part(hass, flow, BOX)

    assert (flow["type"], flow["title"]) == (FlowResultType.CREATE_ENTRY, "Box")
    assert limits(site) == {"Box": limit()}


PUNTA = {
    "name": "Punta",
    "hours": "08:00-24:00",
    "days": "working_days",
    "holidays": "es",
    "limit_unit": "kw",
    "limit": 4.6,
    "chargers_only": False,
}


async def test_the_lower_one_of_two_powers(hass: HomeAssistant) -> None:
    site = add_site(hass)
    flow = await begin(hass, site, "hours")
    assert fields(flow) == ["name", "hours", "days", "holidays", "limit_unit", "limit", "chargers_only"]
    assert suggested(flow) == {"days": "every_day", "limit_unit": "kw", "chargers_only": False}
    for unreadable in ("from eight to midnight", ""):
        flow = await answer_part(hass, flow, {**PUNTA, "hours": unreadable})
        assert flow["errors"] == {"hours": "hours_unreadable"}
    await answer_part(hass, flow, PUNTA)
    stored = {"kind": "schedule", **{key: value for key, value in PUNTA.items() if key != "name"}}
    assert limits(site) == {"Punta": stored}

    (subentry_id,) = site.subentries
    flow = await change_part(hass, site, subentry_id)
    assert (flow["step_id"], suggested(flow)) == ("hours", PUNTA)
    bare = {key: value for key, value in PUNTA.items() if key != "holidays"}
    flow = await answer_part(hass, flow, {**bare, "hours": "9-23"})
    assert flow["reason"] == "reconfigure_successful"
    del stored["holidays"]
    assert limits(site) == {"Punta": {**stored, "hours": "9-23"}}


async def test_a_schedule_on_a_circuit(hass: HomeAssistant) -> None:
    site = add_site(hass, part("circuit", "garage", circuit(), "Garage"))
    flow = await begin(hass, site, "schedule")
    assert fields(flow) == ["name", "circuit", *FIELDS[1:]]
    assert list(options_of(flow, "circuit")) == ["site", "garage"]
    assert suggested(flow) == {"limit_unit": "a", "chargers_only": False}
    await answer_part(hass, flow, {**PEAK, "circuit": "garage"})
    assert limits(site) == {
        "Peak": {
            "kind": "schedule",
            "circuit": "garage",
            "entity_id": "schedule.peak",
            "limit_unit": "a",
            "limit": 0.0,
            "chargers_only": False,
        }
    }


async def test_a_limit_of_one_s_own_that_always_holds(hass: HomeAssistant) -> None:
    site = add_site(hass)
    flow = await begin(hass, site, "own")
    assert fields(flow) == FIELDS
    assert suggested(flow) == {"limit_unit": "a", "chargers_only": False}
    await answer_part(hass, flow, {"name": "Cable", "limit_unit": "a", "limit": 10, "chargers_only": True})
    assert limits(site) == {"Cable": {"kind": "user", "limit_unit": "a", "limit": 10.0, "chargers_only": True}}


async def test_a_limit_whose_value_is_told(hass: HomeAssistant) -> None:
    site = add_site(hass)
    hass.states.async_set("input_number.allowed", "7", {"unit_of_measurement": "kW"})
    flow = await begin(hass, site, "own")
    told = {**BOX, "entity_id": "input_boolean.guests", "value_entity_id": "input_number.allowed"}
    await answer_part(hass, flow, told)
    assert limits(site) == {
        "Box": limit(kind="user", entity_id="input_boolean.guests", value_entity_id="input_number.allowed")
    }


@pytest.mark.parametrize("kind", ["operator", "schedule"])
async def test_what_comes_from_elsewhere_needs_its_signal(hass: HomeAssistant, kind: str) -> None:
    flow = await begin(hass, add_site(hass), kind)
    (needed,) = [key for key in flow["data_schema"].schema if key == "entity_id"]
    assert type(needed).__name__ == "Required"


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"name": " "}, {"name": "limit_name_missing"}),
        ({"limit": 4.1}, {"limit": "below_operator_floor"}),
        ({"limit_unit": "a", "limit": 6}, {"limit": "below_operator_floor"}),
        ({"circuit": "socket", "limit_unit": "a", "limit": 16}, {"limit": "below_operator_floor"}),
        ({"entity_id": "binary_sensor.nobody"}, {"entity_id": "entity_missing"}),
        ({"entity_id": "binary_sensor.own"}, {"entity_id": "own_entity"}),
        ({"value_entity_id": "sensor.nobody"}, {"value_entity_id": "entity_missing"}),
        ({"value_entity_id": "sensor.own"}, {"value_entity_id": "own_entity"}),
        ({"value_entity_id": "sensor.bare"}, {"value_entity_id": "no_unit"}),
        ({"value_entity_id": "sensor.percent"}, {"value_entity_id": "wrong_unit"}),
        (
            {"entity_id": "binary_sensor.own", "value_entity_id": "sensor.percent", "limit": 4},
            {"entity_id": "own_entity", "value_entity_id": "wrong_unit", "limit": "below_operator_floor"},
        ),
    ],
)
async def test_impossible_answers(hass: HomeAssistant, wrong: dict[str, Any], errors: dict[str, str]) -> None:
    registry = er.async_get(hass)
    for domain in ("binary_sensor", "sensor"):
        registry.async_get_or_create(domain, DOMAIN, "own", suggested_object_id="own")
    hass.states.async_set("sensor.bare", "7")
    hass.states.async_set("sensor.percent", "7", {"unit_of_measurement": "%"})
    site = add_site(hass, part("circuit", "socket", circuit(wiring=["l2"])))
    flow = await answer_part(hass, await begin(hass, site, "operator"), {**BOX, **wrong})
    assert (flow["step_id"], flow["errors"]) == ("operator", errors)
    assert suggested(flow) == {**BOX, "circuit": "site", **wrong}
    assert (await answer_part(hass, flow, BOX))["type"] is FlowResultType.CREATE_ENTRY


async def test_entities_that_are_away_for_now_are_fine(hass: HomeAssistant) -> None:
    site = add_site(hass)
    registry = er.async_get(hass)
    registry.async_get_or_create("switch", "box", "dims", suggested_object_id="dims")
    registry.async_get_or_create("sensor", "box", "allows", suggested_object_id="allows")
    hass.states.async_set("number.allowed", "unavailable")
    for value in ("sensor.allows", "number.allowed"):
        away = {**BOX, "name": value, "entity_id": "switch.dims", "value_entity_id": value}
        await answer_part(hass, await begin(hass, site, "operator"), away)
        assert limits(site)[value] == limit(entity_id="switch.dims", value_entity_id=value)


@pytest.mark.parametrize(
    ("kind", "step", "signal"),
    [
        ("operator", "operator", "binary_sensor.box"),
        ("schedule", "schedule", "schedule.peak"),
        ("user", "own", "input_boolean.guests"),
    ],
)
async def test_change_a_limit(hass: HomeAssistant, kind: str, step: str, signal: str) -> None:
    hass.states.async_set("sensor.allowed", "7", {"unit_of_measurement": "kW"})
    known = limit(kind=kind, entity_id=signal, circuit="garage", limit=5.0, value_entity_id="sensor.allowed")
    site = add_site(hass, part("circuit", "garage", circuit()), part("limit", "dimming", known, "Dimming"))
    flow = await change_part(hass, site, "dimming")
    shown = {
        "name": "Dimming",
        "circuit": "garage",
        "entity_id": signal,
        "limit_unit": "kw",
        "limit": 5.0,
        "value_entity_id": "sensor.allowed",
        "chargers_only": True,
    }
    assert (flow["step_id"], suggested(flow)) == (step, shown)

    flow = await answer_part(hass, flow, {**BOX, "entity_id": signal, "circuit": "site", "limit": 4})
    if kind == "operator":
        assert flow["errors"] == {"limit": "below_operator_floor"}
        flow = await answer_part(hass, flow, {**BOX, "circuit": "site"})
        assert limits(site) == {"Box": limit()}
    else:
        assert limits(site) == {"Box": limit(kind=kind, entity_id=signal, limit=4.0)}
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")


async def test_a_limit_that_bounds_all_and_lost_its_circuit_and_its_signal(hass: HomeAssistant) -> None:
    known = limit(kind="user", circuit="gone", entity_id=None, chargers_only=None)
    site = add_site(hass, part("circuit", "garage", circuit()), part("limit", "own", known, "Own"))
    flow = await change_part(hass, site, "own")
    shown = {"name": "Own", "circuit": "site", "limit_unit": "kw", "limit": 4.2, "chargers_only": False}
    assert suggested(flow) == shown
