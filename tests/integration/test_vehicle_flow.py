"""Vehicles are added to a site and changed; each wrong turn can be put right."""

from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charging.const import DOMAIN

from ..sources.test_vehicle import bring
from .flow_helpers import Result, add_part, add_site, answer_part, change_part, fields, options_of, suggested
from .parts import card, charger, part, vehicle

pytestmark = pytest.mark.usefixtures("without_set_up")

DETAILS = {
    "name": " Zoe ",
    "capacity_kwh": 50,
    "phases": "3",
    "maximum_a": 16,
    "minimum_a": 6,
    "limit_pct": 90,
    "least_pct": 20,
    "consumption": 20,
    "consumption_unit": "kwh_per_100_km",
    "continuous": False,
}
LINKS = ["soc", "max_age_h", "plugged", "location", "charge_limit", "range", "as_of", "wake"]


def vehicles(site: MockConfigEntry) -> dict[str, dict[str, Any]]:
    """What is stored of each vehicle, by its name."""
    return {vehicle.title: dict(vehicle.data) for vehicle in site.get_subentries_of_type("vehicle")}


async def to_links(hass: HomeAssistant, site: MockConfigEntry) -> Result:
    """Go as far as what tells of it."""
    return await answer_part(hass, await add_part(hass, site, "vehicle"), DETAILS)


async def test_a_vehicle_that_nothing_tells_of(hass: HomeAssistant) -> None:
    site = add_site(hass)
    flow = await add_part(hass, site, "vehicle")
    assert (flow["step_id"], fields(flow)) == ("details", list(DETAILS))
    assert suggested(flow) == {
        "phases": "3",
        "maximum_a": 16.0,
        "minimum_a": 6.0,
        "limit_pct": 100.0,
        "least_pct": 0.0,
        "consumption": 17.0,
        "consumption_unit": "kwh_per_100_km",
        "continuous": False,
    }

    flow = await answer_part(hass, flow, DETAILS)
    assert (flow["step_id"], fields(flow)) == ("links", [*LINKS, "calendar"])
    assert suggested(flow) == {"max_age_h": 2.0}

    flow = await answer_part(hass, flow, {"max_age_h": 2})
    assert (flow["type"], flow["title"]) == (FlowResultType.CREATE_ENTRY, "Zoe")
    assert vehicles(site) == {"Zoe": vehicle()}


async def test_one_that_another_integration_knows(hass: HomeAssistant) -> None:
    entries = bring(hass, "volvo")
    bring(hass, "nissan_leaf")
    site = add_site(
        hass, part("charger", "garage", charger(), "Garage"), part("card", "anna", card(), "Anna"), port=9100
    )
    flow = await add_part(hass, site, "vehicle")
    choices = options_of(flow, "vehicle")
    assert [*choices.values()] == ["My nissan_leaf (Nissan Leaf)", "My volvo (Volvo)", "Another vehicle"]

    flow = await answer_part(hass, flow, {"vehicle": list(choices)[1]})
    assert suggested(flow)["name"] == "My volvo"
    flow = await answer_part(hass, flow, {**DETAILS, "name": "Volvo"})
    assert fields(flow) == [*LINKS, "cards", "usual_charger", "calendar"]
    assert (options_of(flow, "cards"), options_of(flow, "usual_charger")) == ({"anna": "Anna"}, {"garage": "Garage"})
    shown = suggested(flow)
    assert (shown["soc"], shown["usual_charger"]) == (entries["sensor battery_charge_level"].entity_id, "garage")

    # Its entities are kept by what survives a rename.
    await answer_part(hass, flow, {**shown, "cards": ["anna"], "calendar": add_calendar(hass)})
    stored = vehicles(site)["Volvo"]
    assert stored["entities"]["soc"] == entries["sensor battery_charge_level"].id
    assert stored["entities"].keys() == {"soc", "plugged", "location", "charge_limit", "range"}
    assert (stored["cards"], stored["usual_charger"], stored["calendar"]) == (["anna"], "garage", "calendar.work")

    # It is not offered again, and the charger is not taken to be the next one's as well.
    flow = await add_part(hass, site, "vehicle")
    assert [*options_of(flow, "vehicle").values()] == ["My nissan_leaf (Nissan Leaf)", "Another vehicle"]
    flow = await answer_part(hass, flow, {"vehicle": "another"})
    assert "name" not in suggested(flow)
    flow = await answer_part(hass, flow, DETAILS)
    assert suggested(flow) == {"max_age_h": 2.0}


def add_calendar(hass: HomeAssistant) -> str:
    hass.states.async_set("calendar.work", "off")
    return "calendar.work"


async def test_what_wakes_it_is_found_as_well(hass: HomeAssistant) -> None:
    entries = bring(hass, "teslemetry")
    flow = await add_part(hass, add_site(hass), "vehicle")
    flow = await answer_part(hass, flow, {"vehicle": next(iter(options_of(flow, "vehicle")))})
    flow = await answer_part(hass, flow, DETAILS)
    assert suggested(flow)["wake"] == entries["button wake"].entity_id


async def test_one_that_was_set_up_while_the_list_was_open(hass: HomeAssistant) -> None:
    entries = bring(hass, "nissan_leaf")
    site = add_site(hass)
    flow = await add_part(hass, site, "vehicle")
    (chosen, _) = options_of(flow, "vehicle")
    add_site(
        hass,
        part("vehicle", "leaf", vehicle(entities={"soc": entries["sensor soc"].id})),
        meter=[{"role": "net", "phase": None, "entity_id": "sensor.other"}],
    )
    flow = await answer_part(hass, flow, {"vehicle": chosen})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_one_whose_name_is_its_brand_s(hass: HomeAssistant) -> None:
    er.async_get(hass).async_get_or_create("sensor", "nissan_leaf", "vin_soc")
    flow = await add_part(hass, add_site(hass), "vehicle")
    assert [*options_of(flow, "vehicle").values()] == ["Nissan Leaf", "Another vehicle"]


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"name": " "}, {"name": "vehicle_name_missing"}),
        ({"minimum_a": 20}, {"minimum_a": "minimum_above_maximum"}),
        ({"least_pct": 95}, {"least_pct": "least_above_limit"}),
        ({"consumption_unit": "km_per_kwh"}, {"consumption": "consumption_impossible"}),
    ],
)
async def test_impossible_details(hass: HomeAssistant, wrong: dict[str, Any], errors: dict[str, str]) -> None:
    flow = await add_part(hass, add_site(hass), "vehicle")
    flow = await answer_part(hass, flow, {**DETAILS, **wrong})
    assert (flow["step_id"], flow["errors"]) == ("details", errors)
    assert suggested(flow) == {**DETAILS, **wrong}
    assert (await answer_part(hass, flow, DETAILS))["step_id"] == "links"


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"soc": "sensor.nobody"}, {"soc": "entity_missing"}),
        ({"soc": "sensor.own"}, {"soc": "own_entity"}),
        ({"calendar": "calendar.nobody"}, {"calendar": "entity_missing"}),
        ({"max_age_h": 1000}, {"max_age_h": "age_out_of_range"}),
        ({"cards": ["anna"]}, {"cards": "card_names_another"}),
    ],
)
async def test_impossible_links(hass: HomeAssistant, wrong: dict[str, Any], errors: dict[str, str]) -> None:
    er.async_get(hass).async_get_or_create("sensor", DOMAIN, "own", suggested_object_id="own")
    site = add_site(
        hass, part("card", "anna", card(), "Anna"), part("vehicle", "leaf", vehicle(cards=["anna"]), "Leaf")
    )
    flow = await answer_part(hass, await to_links(hass, site), wrong)
    assert (flow["step_id"], flow["errors"]) == ("links", errors)
    assert suggested(flow) == wrong
    flow = await answer_part(hass, flow, {})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert vehicles(site)["Zoe"] == vehicle(max_age_h=None)


async def test_a_vehicle_is_changed(hass: HomeAssistant) -> None:
    hass.states.async_set("sensor.soc", "unavailable")
    registered = er.async_get(hass).async_get_or_create("binary_sensor", "car", "plug", suggested_object_id="plug")
    entities = {"soc": "sensor.soc", "plugged": registered.id, "range": "f" * 32}
    stored = vehicle(entities=entities, cards=["anna", "gone"], usual_charger="gone", calendar="calendar.work")
    site = add_site(hass, part("card", "anna", card(), "Anna"), part("vehicle", "zoe", stored, "Zoe"))
    flow = await change_part(hass, site, "zoe")
    assert flow["step_id"] == "details"
    assert suggested(flow) == {**DETAILS, "name": "Zoe"}

    flow = await answer_part(hass, flow, {**DETAILS, "name": "Zoé", "limit_pct": 80})
    # What is gone is not asked for again.
    known = {
        "soc": "sensor.soc",
        "plugged": "binary_sensor.plug",
        "max_age_h": 2.0,
        "cards": ["anna"],
        "calendar": "calendar.work",
    }
    assert suggested(flow) == known
    add_calendar(hass)
    flow = await answer_part(hass, flow, known)
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    expected = vehicle(
        limit_pct=80.0,
        entities={"soc": "sensor.soc", "plugged": registered.id},
        cards=["anna"],
        calendar="calendar.work",
    )
    assert vehicles(site) == {"Zoé": expected}


async def test_what_was_gone_can_be_asked_for_again(hass: HomeAssistant) -> None:
    site = add_site(
        hass,
        part("charger", "garage", charger(), "Garage"),
        part("vehicle", "zoe", vehicle(usual_charger="garage"), "Zoe"),
    )
    flow = await answer_part(hass, await change_part(hass, site, "zoe"), {**DETAILS, "name": "Zoe"})
    assert suggested(flow) == {"max_age_h": 2.0, "usual_charger": "garage"}
