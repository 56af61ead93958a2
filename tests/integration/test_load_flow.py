"""Appliances that give way are added to a site and changed; each wrong turn can be put right."""

from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charging.const import DOMAIN

from .flow_helpers import Result, add_part, add_site, answer_part, change_part, fields, options_of, suggested
from .parts import circuit, load, part

pytestmark = pytest.mark.usefixtures("without_set_up")

DETAILS = {
    "name": " Boiler ",
    "wiring": "l1",
    "power_w": 2000,
    "priority": 0,
    "minimum_on_min": 5,
    "minimum_off_min": 5,
}


def loads(site: MockConfigEntry) -> dict[str, dict[str, Any]]:
    """What is stored of each appliance, by its name."""
    return {
        subentry.title: dict(subentry.data) for subentry in site.subentries.values() if subentry.subentry_type == "load"
    }


async def reach_details(
    hass: HomeAssistant, site: MockConfigEntry, entity_id: str = "switch.boiler", **attributes: Any
) -> Result:
    hass.states.async_set(entity_id, "on", attributes)
    flow = await add_part(hass, site, "load")
    assert (flow["step_id"], fields(flow)) == ("user", ["entity_id"])
    flow = await answer_part(hass, flow, {"entity_id": entity_id})
    assert (flow["step_id"], flow["description_placeholders"]) == ("details", {"entity": entity_id})
    return flow


async def test_a_switch(hass: HomeAssistant) -> None:
    site = add_site(hass)
    flow = await reach_details(hass, site, friendly_name="The boiler")
    assert fields(flow) == [
        "name",
        "wiring",
        "power_w",
        "power_entity_id",
        "priority",
        "minimum_on_min",
        "minimum_off_min",
        "maximum_off_min",
    ]
    assert suggested(flow) == {"name": "The boiler", "wiring": "l1_l2_l3"}

    flow = await answer_part(hass, flow, DETAILS)

    assert (flow["type"], flow["title"]) == (FlowResultType.CREATE_ENTRY, "Boiler")
    assert loads(site) == {"Boiler": load()}


async def test_a_number_on_a_circuit_with_all_that_can_be_said(hass: HomeAssistant) -> None:
    site = add_site(hass, part("circuit", "garage", circuit(), "Garage"))
    flow = await reach_details(hass, site, "number.rod", min=0, max=3000)
    assert "shed_value" in fields(flow)
    assert list(options_of(flow, "circuit")) == ["site", "garage"]
    more = {"circuit": "garage", "shed_value": 500, "power_entity_id": "sensor.rod", "maximum_off_min": 60}
    assert (await answer_part(hass, flow, {**DETAILS, **more}))["type"] is FlowResultType.CREATE_ENTRY
    assert loads(site) == {
        "Boiler": load(
            entity_id="number.rod",
            circuit="garage",
            shed_value=500.0,
            power_entity_id="sensor.rod",
            maximum_off_min=60.0,
        )
    }


async def test_as_little_as_can_be_said_on_a_single_phase(hass: HomeAssistant) -> None:
    site = add_site(hass, phases=1)
    flow = await reach_details(hass, site)
    assert suggested(flow)["name"] == "switch.boiler"
    await answer_part(hass, flow, {"name": "Boiler"})
    assert loads(site) == {"Boiler": load(power_w=None)}


@pytest.mark.parametrize(
    ("entity_id", "attributes"),
    [
        ("climate.hall", {"hvac_modes": ["heat", "off"]}),
        ("climate.hall", {}),
        ("water_heater.tank", {"supported_features": 8}),
        ("water_heater.tank", {"supported_features": 2, "operation_list": ["eco", "off"]}),
        ("water_heater.tank", {}),
        ("input_boolean.heating", {}),
    ],
)
async def test_what_can_be_switched_off(hass: HomeAssistant, entity_id: str, attributes: dict[str, Any]) -> None:
    site = add_site(hass)
    flow = await reach_details(hass, site, entity_id, **attributes)
    assert "shed_value" not in fields(flow)
    await answer_part(hass, flow, DETAILS)
    assert loads(site) == {"Boiler": load(entity_id=entity_id)}


@pytest.mark.parametrize(
    ("entity_id", "attributes"),
    [
        ("climate.hall", {"hvac_modes": ["heat"]}),
        ("water_heater.tank", {"supported_features": 2, "operation_list": ["eco"]}),
        ("water_heater.tank", {"supported_features": 2, "operation_list": None}),
    ],
)
async def test_what_cannot_be_switched_off(hass: HomeAssistant, entity_id: str, attributes: dict[str, Any]) -> None:
    hass.states.async_set(entity_id, "heat", attributes)
    flow = await add_part(hass, add_site(hass), "load")
    flow = await answer_part(hass, flow, {"entity_id": entity_id})
    assert (flow["step_id"], flow["errors"]) == ("user", {"entity_id": "cannot_be_off"})


async def test_an_entity_is_refused_with_a_reason(hass: HomeAssistant) -> None:
    site = add_site(hass, part("load", "boiler", load()))
    registry = er.async_get(hass)
    own = registry.async_get_or_create("switch", DOMAIN, "charging").entity_id
    away = registry.async_get_or_create("switch", "shelly", "plug").entity_id
    flow = await add_part(hass, site, "load")
    for entity_id, error in {
        own: "own_entity",
        "switch.nobody": "entity_missing",
        "switch.boiler": "entity_missing",
    }.items():
        flow = await answer_part(hass, flow, {"entity_id": entity_id})
        assert flow["errors"] == {"entity_id": error}
    hass.states.async_set("switch.boiler", "on")
    flow = await answer_part(hass, flow, {"entity_id": "switch.boiler"})
    assert flow["errors"] == {"entity_id": "load_taken"}
    assert suggested(flow) == {"entity_id": "switch.boiler"}
    # Away for now, but it is known.
    flow = await answer_part(hass, flow, {"entity_id": away})
    assert suggested(flow)["name"] == away
    assert (await answer_part(hass, flow, DETAILS))["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"name": " "}, {"name": "load_name_missing"}),
        ({"wiring": "l2"}, {"wiring": "phase_not_on_circuit"}),
        ({"power_w": 0}, {"power_w": "power_not_positive"}),
        ({"maximum_off_min": 1}, {"maximum_off_min": "maximum_off_too_short"}),
        ({"minimum_on_min": 1500}, {"minimum_on_min": "time_out_of_range"}),
        ({"shed_value": 3001}, {"shed_value": "shed_value_out_of_range"}),
        ({"shed_value": -1}, {"shed_value": "shed_value_out_of_range"}),
    ],
)
async def test_impossible_details(hass: HomeAssistant, wrong: dict[str, Any], errors: dict[str, str]) -> None:
    site = add_site(hass, part("circuit", "garage", circuit(wiring=["l1"])))
    flow = await reach_details(hass, site, "number.rod", min=0, max=3000)
    right = {**DETAILS, "circuit": "garage", "shed_value": 0}
    flow = await answer_part(hass, flow, {**right, **wrong})
    assert (flow["step_id"], flow["errors"]) == ("details", errors)
    assert (await answer_part(hass, flow, right))["type"] is FlowResultType.CREATE_ENTRY


async def test_a_number_that_is_away_takes_any_value(hass: HomeAssistant) -> None:
    site = add_site(hass)
    away = er.async_get(hass).async_get_or_create("number", "heater", "rod").entity_id
    flow = await answer_part(hass, await add_part(hass, site, "load"), {"entity_id": away})
    await answer_part(hass, flow, {**DETAILS, "shed_value": -7})
    assert loads(site)["Boiler"]["shed_value"] == -7.0


async def test_change_an_appliance(hass: HomeAssistant) -> None:
    known = load(circuit="garage", power_entity_id="sensor.boiler", maximum_off_min=30.0, priority=2)
    site = add_site(hass, part("circuit", "garage", circuit()), part("load", "boiler", known, "Boiler"))
    hass.states.async_set("switch.boiler", "on")
    flow = await change_part(hass, site, "boiler")
    assert (flow["step_id"], suggested(flow)) == ("reconfigure", {"entity_id": "switch.boiler"})
    flow = await answer_part(hass, flow, {"entity_id": "switch.boiler"})
    assert suggested(flow) == {
        "name": "Boiler",
        "circuit": "garage",
        "wiring": "l1",
        "power_w": 2000.0,
        "power_entity_id": "sensor.boiler",
        "priority": 2,
        "minimum_on_min": 5.0,
        "minimum_off_min": 5.0,
        "maximum_off_min": 30.0,
    }

    flow = await answer_part(hass, flow, {**DETAILS, "name": "Tank", "priority": 3})

    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert loads(site) == {"Tank": load(priority=3)}


async def test_a_load_whose_circuit_is_gone_is_offered_the_supply(hass: HomeAssistant) -> None:
    site = add_site(hass, part("circuit", "garage", circuit()), part("load", "boiler", load(circuit="gone"), "Boiler"))
    hass.states.async_set("switch.boiler", "on")
    flow = await answer_part(hass, await change_part(hass, site, "boiler"), {"entity_id": "switch.boiler"})
    assert suggested(flow)["circuit"] == "site"
