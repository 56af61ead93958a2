"""The switch of a charger."""

import pytest
from homeassistant.components.switch.const import DOMAIN as SWITCH_DOMAIN
from homeassistant.const import ATTR_ENTITY_ID, SERVICE_TURN_OFF, SERVICE_TURN_ON, STATE_OFF, STATE_ON, Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import mock_restore_cache_with_extra_data, snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.override import Override

from .entities import GARAGE, NOW, load, tick

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

ENTITY_ID = "switch.garage_charging"


async def call(hass: HomeAssistant, service: str) -> None:
    await hass.services.async_call(SWITCH_DOMAIN, service, {ATTR_ENTITY_ID: ENTITY_ID}, blocking=True)
    await hass.async_block_till_done()


async def test_all_switches(
    hass: HomeAssistant, entity_registry: er.EntityRegistry, snapshot: SnapshotAssertion
) -> None:
    site = await load(hass, Platform.SWITCH)
    await snapshot_platform(hass, entity_registry, snapshot, site.entry.entry_id)


@pytest.mark.parametrize("mode", [Mode.FAST, Mode.SMART])
async def test_turning_on_returns_to_the_mode_before(hass: HomeAssistant, mode: Mode) -> None:
    site = await load(hass, Platform.SWITCH)
    await site.coordinator.async_set_mode(GARAGE, mode)
    await site.tell(tick())
    assert site.state(ENTITY_ID) == STATE_ON

    await call(hass, SERVICE_TURN_OFF)
    await site.tell(tick())
    assert site.coordinator.mode(GARAGE) is Mode.OFF
    assert site.state(ENTITY_ID) == STATE_OFF

    await call(hass, SERVICE_TURN_ON)
    await site.tell(tick())
    assert site.coordinator.mode(GARAGE) is mode
    assert site.state(ENTITY_ID) == STATE_ON


async def test_turning_on_what_is_on_keeps_the_mode(hass: HomeAssistant) -> None:
    site = await load(hass, Platform.SWITCH)
    await site.coordinator.async_set_mode(GARAGE, Mode.SMART)
    await call(hass, SERVICE_TURN_ON)
    assert site.coordinator.mode(GARAGE) is Mode.SMART


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        pytest.param({"mode": "smart"}, Mode.SMART, id="smart"),
        pytest.param({"mode": "off"}, Mode.FAST, id="off is nothing to return to"),
        pytest.param({"mode": "lunar"}, Mode.FAST, id="a mode that there is no more"),
        pytest.param({}, Mode.FAST, id="nothing"),
    ],
)
async def test_the_mode_before_outlives_a_restart(hass: HomeAssistant, stored: dict[str, str], expected: Mode) -> None:
    mock_restore_cache_with_extra_data(hass, [(State(ENTITY_ID, STATE_OFF), stored)])
    site = await load(hass, Platform.SWITCH, mode=Mode.OFF)
    await call(hass, SERVICE_TURN_ON)
    assert site.coordinator.mode(GARAGE) is expected


async def test_the_mode_before_is_kept_when_the_entry_is_reloaded(hass: HomeAssistant) -> None:
    site = await load(hass, Platform.SWITCH, mode=Mode.SMART)
    await call(hass, SERVICE_TURN_OFF)
    await site.tell(tick())
    await hass.config_entries.async_unload_platforms(site.entry, [Platform.SWITCH])
    await hass.config_entries.async_forward_entry_setups(site.entry, [Platform.SWITCH])
    await call(hass, SERVICE_TURN_ON)
    assert site.coordinator.mode(GARAGE) is Mode.SMART


async def test_it_is_on_while_charging_is_wanted_just_this_once(hass: HomeAssistant) -> None:
    site = await load(hass, Platform.SWITCH, mode=Mode.OFF)
    assert site.state(ENTITY_ID) == STATE_OFF
    await site.coordinator.async_set_wish(GARAGE, Override(mode=Mode.FAST, since=NOW))
    await site.tell(tick())
    assert site.state(ENTITY_ID) == STATE_ON
    await call(hass, SERVICE_TURN_OFF)
    assert site.coordinator.wish(GARAGE) is None
    assert site.coordinator.mode(GARAGE) is Mode.OFF
    assert site.state(ENTITY_ID) == STATE_OFF
