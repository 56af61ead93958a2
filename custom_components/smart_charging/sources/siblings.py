"""The entities that one integration has on one device: each of them is a sign of life of all."""

from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er


@callback
def sibling_sensors(hass: HomeAssistant, entity_id: str) -> tuple[str, frozenset[str]]:
    """Give a sensor's device, and all sensors that the same integration has on it; one without a device is its own."""
    registry = er.async_get(hass)
    entry = registry.async_get(entity_id)
    if entry is None or entry.device_id is None:
        return entity_id, frozenset({entity_id})
    others = {
        other.entity_id
        for other in er.async_entries_for_device(registry, entry.device_id)
        if other.domain == SENSOR_DOMAIN and other.config_entry_id == entry.config_entry_id
    }
    return entry.device_id, frozenset(others | {entity_id})
