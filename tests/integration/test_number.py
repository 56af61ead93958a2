"""The priority of a charger."""

import pytest
from homeassistant.components.number import ATTR_VALUE
from homeassistant.components.number.const import DOMAIN as NUMBER_DOMAIN
from homeassistant.components.number.const import SERVICE_SET_VALUE
from homeassistant.const import ATTR_ENTITY_ID, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import snapshot_platform
from syrupy.assertion import SnapshotAssertion

from .entities import CARPORT, GARAGE, load
from .home import GARAGE as CHARGER
from .home import Home

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

ENTITY_ID = "number.garage_priority"


async def choose(hass: HomeAssistant, priority: int) -> None:
    await hass.services.async_call(
        NUMBER_DOMAIN, SERVICE_SET_VALUE, {ATTR_ENTITY_ID: ENTITY_ID, ATTR_VALUE: priority}, blocking=True
    )


async def test_all_numbers(
    hass: HomeAssistant, entity_registry: er.EntityRegistry, snapshot: SnapshotAssertion
) -> None:
    site = await load(hass, Platform.NUMBER)
    await snapshot_platform(hass, entity_registry, snapshot, site.entry.entry_id)


async def test_a_priority_is_chosen_for_one_charger(hass: HomeAssistant) -> None:
    site = await load(hass, Platform.NUMBER)
    await choose(hass, 7)
    assert site.state(ENTITY_ID) == "7"
    assert {evse.evse_id: evse.priority for evse in site.coordinator.site.evses} == {GARAGE: 7, CARPORT: 0}


async def test_it_is_kept_until_another_one_is_configured(home: Home) -> None:
    await home.set_up()
    await choose(home.hass, 7)
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await home.hass.async_block_till_done()
    assert home.coordinator.priority(CHARGER) == 7
    old = home.entry.subentries[CHARGER]
    for configured in (3, 0):
        home.hass.config_entries.async_update_subentry(home.entry, old, data={**old.data, "priority": configured})
        await home.hass.async_block_till_done()
        assert home.coordinator.priority(CHARGER) == (3 if configured else 7)
