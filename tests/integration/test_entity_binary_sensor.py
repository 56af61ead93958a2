"""Whether the meter can be heard."""

import pytest
from homeassistant.const import STATE_OFF, STATE_ON, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import snapshot_platform
from syrupy.assertion import SnapshotAssertion

from .entities import BLIND, load, tick

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


async def test_all_binary_sensors(
    hass: HomeAssistant, entity_registry: er.EntityRegistry, snapshot: SnapshotAssertion
) -> None:
    site = await load(hass, Platform.BINARY_SENSOR)
    await snapshot_platform(hass, entity_registry, snapshot, site.entry.entry_id)


async def test_a_silent_meter_is_off(hass: HomeAssistant) -> None:
    site = await load(hass, Platform.BINARY_SENSOR)
    assert site.state("binary_sensor.home_meter") == STATE_ON
    await site.tell(tick(headroom=BLIND))
    assert site.state("binary_sensor.home_meter") == STATE_OFF
