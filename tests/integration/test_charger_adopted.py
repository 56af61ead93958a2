"""Chargers that other integrations bring: found, added, steered and changed, over real entities."""

from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import issue_registry as ir
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charging.chargers.adopted.driver import AdoptedDriver
from custom_components.smart_charging.const import DOMAIN
from tests.chargers.adopted.bench import nrgkick
from tests.chargers.adopted.fake import FakeCharger, FakeEntity, set_up
from tests.chargers.adopted.found import reachable

from .flow_helpers import Result, options_of, pass_time, say, suggested
from .test_charger_flow import DETAILS, answer, choose, site, start

__all__ = ["site"]


async def bring(hass: HomeAssistant) -> FakeCharger:
    """A charger of another integration that is set up, with a car that charges."""
    charger = FakeCharger()
    charger.there = True
    charger.entities = list(nrgkick(charger))
    await set_up(hass, "nrgkick", [entity for entity in charger.entities if isinstance(entity, FakeEntity)])
    charger.show()
    await hass.async_block_till_done()
    return charger


def driver_of(entry: MockConfigEntry) -> AdoptedDriver:
    (driver,) = entry.runtime_data.drivers.values()
    assert isinstance(driver, AdoptedDriver)
    return driver


async def add(hass: HomeAssistant, entry: MockConfigEntry) -> Result:
    flow = await choose(hass, await start(hass, entry), "adopt")
    (key,) = options_of(flow, "charger")
    flow = await answer(hass, flow, {"charger": key})
    flow = await answer(hass, flow, DETAILS)
    await hass.async_block_till_done()
    return flow


async def test_a_charger_that_is_there_already(hass: HomeAssistant, site: MockConfigEntry) -> None:
    charger = await bring(hass)
    flow = await choose(hass, await start(hass, site), "adopt")
    assert flow["step_id"] == "adopt"
    ((key, label),) = options_of(flow, "charger").items()
    assert label
    flow = await answer(hass, flow, {"charger": key})
    assert flow["step_id"] == "adopt_details"
    assert suggested(flow)["minimum_a"] == 6
    flow = await answer(hass, flow, DETAILS)
    assert (flow["type"], flow["title"]) == (FlowResultType.CREATE_ENTRY, "Garage")
    await hass.async_block_till_done()
    (stored,) = site.subentries.values()
    assert (stored.data["driver"], stored.data["integration"]) == ("adopted", "nrgkick")
    # It survives a rename: what is stored is no entity id.
    assert not any("." in ref for ref in stored.data["entities"].values())
    driver = driver_of(site)
    assert driver.status.reachable
    await driver.apply(10)
    assert charger.commands[-1] == 10
    # It is offered once, and steered by us alone.
    flow = await choose(hass, await start(hass, site), "adopt")
    assert flow["step_id"] == "adopt_by_hand"


async def test_what_is_needed_and_switched_off_is_named(hass: HomeAssistant, site: MockConfigEntry) -> None:
    await bring(hass)
    registry = er.async_get(hass)
    limit = next(entry for entry in registry.entities.values() if entry.unique_id == "T1_current_set")
    registry.async_update_entity(limit.entity_id, disabled_by=er.RegistryEntryDisabler.USER)
    flow = await choose(hass, await start(hass, site), "adopt")
    (key,) = options_of(flow, "charger")
    flow = await answer(hass, flow, {"charger": key})
    assert flow["errors"] == {"base": "entities_off"}
    assert limit.entity_id in flow["description_placeholders"]["missing"]


async def test_one_that_was_added_meanwhile(hass: HomeAssistant, site: MockConfigEntry) -> None:
    await bring(hass)
    flow = await choose(hass, await start(hass, site), "adopt")
    late = await choose(hass, await start(hass, site), "adopt")
    (key,) = options_of(flow, "charger")
    other = await choose(hass, await start(hass, site), "adopt")
    other = await answer(hass, other, {"charger": key})
    await answer(hass, await answer(hass, flow, {"charger": key}), DETAILS)
    await hass.async_block_till_done()
    assert (await answer(hass, other, {**DETAILS, "name": "Again"}))["errors"] == {"base": "entities_taken"}
    assert (await answer(hass, late, {"charger": key}))["reason"] == "already_configured"


async def test_an_entity_that_is_removed_is_told(
    hass: HomeAssistant,
    site: MockConfigEntry,
    freezer: Any,
) -> None:
    await bring(hass)
    await add(hass, site)
    driver = driver_of(site)
    registry = er.async_get(hass)
    limit = next(entry for entry in registry.entities.values() if entry.unique_id == "T1_current_set")
    renamed = registry.async_update_entity(limit.entity_id, new_entity_id="number.renamed")
    await hass.async_block_till_done()
    assert reachable(driver)
    registry.async_remove(renamed.entity_id)
    await hass.async_block_till_done()
    assert not reachable(driver)
    say(hass, "sensor.grid", "510")
    await pass_time(hass, freezer, 2)
    (subentry_id,) = site.subentries
    assert ir.async_get(hass).async_get_issue(DOMAIN, f"entity_gone_{subentry_id}") is not None


async def test_a_charger_of_which_a_person_chose_the_entities(hass: HomeAssistant, site: MockConfigEntry) -> None:
    hass.states.async_set("number.amps", "6", {"min": 6, "max": 16, "step": 1})
    say(hass, "switch.pause", "off")
    say(hass, "sensor.state", "charging")
    flow = await choose(hass, await start(hass, site), "adopt_by_hand")
    nothing = {"status": "sensor.state", "on_pauses": False}
    assert (await answer(hass, flow, nothing))["errors"] == {"base": "entities_missing"}
    chosen = {**nothing, "limit": "number.amps", "pause": "switch.pause", "on_pauses": True}
    flow = await answer(hass, flow, chosen)
    assert flow["step_id"] == "adopt_details"
    assert (suggested(flow)["minimum_a"], suggested(flow)["maximum_a"]) == (6, 16)
    await answer(hass, flow, DETAILS)
    await hass.async_block_till_done()
    (stored,) = site.subentries.values()
    assert stored.data["entities"] == {"limit": "number.amps", "pause": "switch.pause", "status": "sensor.state"}
    assert (stored.data["pause_word"], stored.data["resume_word"]) == ("on", "off")


async def test_one_that_can_only_be_switched_has_one_current(hass: HomeAssistant, site: MockConfigEntry) -> None:
    say(hass, "switch.socket", "on")
    say(hass, "sensor.state", "charging")
    flow = await choose(hass, await start(hass, site), "adopt_by_hand")
    flow = await answer(hass, flow, {"status": "sensor.state", "pause": "switch.socket", "on_pauses": False})
    assert (suggested(flow)["minimum_a"], suggested(flow)["maximum_a"]) == (16, 16)
    flow = await answer(hass, flow, DETAILS)
    assert flow["errors"] == {"minimum_a": "current_is_fixed"}
    flow = await answer(hass, flow, {**DETAILS, "minimum_a": 16, "failsafe_a": 0})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()


async def test_how_it_is_wired_can_be_changed(hass: HomeAssistant, site: MockConfigEntry) -> None:
    await bring(hass)
    await add(hass, site)
    (subentry_id,) = site.subentries
    before = site.subentries[subentry_id].data
    flow: Result = await site.start_subentry_reconfigure_flow(hass, subentry_id)
    assert flow["step_id"] == "adopt_change"
    assert suggested(flow) == DETAILS
    flow = await answer(hass, flow, {**DETAILS, "name": " "})
    assert flow["errors"] == {"name": "name_missing"}
    flow = await answer(hass, flow, {**DETAILS, "name": "Carport", "wiring": "l1"})
    assert flow["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    after = site.subentries[subentry_id]
    assert after.title == "Carport"
    assert {**after.data} == {**before, "wiring": ["l1"]}


@pytest.mark.parametrize("entities", [None, {}, {"limit": ""}, {"status": "a"}, {"limit": 3}])
async def test_what_is_stored_is_judged_again(
    hass: HomeAssistant,
    site: MockConfigEntry,
    entities: Any,
) -> None:
    await bring(hass)
    await add(hass, site)
    (subentry,) = site.subentries.values()
    hass.config_entries.async_update_subentry(site, subentry, data={**subentry.data, "entities": entities})
    await hass.async_block_till_done()
    assert site.error_reason_translation_key == "entities_missing"
