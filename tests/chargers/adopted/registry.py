"""Puts what integrations bring into the registries and the state machine of a real Home Assistant."""

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .brought import Brought, Line


def bring(hass: HomeAssistant, platform: str, brought: Brought, entry: MockConfigEntry | None = None) -> dict[str, str]:
    """Register a charger; the entity ids by `domain key`."""
    if entry is None:
        entry = MockConfigEntry(domain=platform)
        entry.add_to_hass(hass)
    parent = _device(hass, entry, platform, "parent") if brought.parent_text else None
    device = _device(hass, entry, platform, "charger", parent) if brought.has_device else None
    found = {}
    for line in brought.lines():
        found[f"{line.domain} {line.key}"] = _register(hass, platform, brought, line, entry, device)
    for line in brought.lines(brought.parent_text):
        found[f"{line.domain} {line.key}"] = _register(hass, platform, brought, line, entry, parent)
    return found


def _device(
    hass: HomeAssistant, entry: MockConfigEntry, platform: str, name: str, parent: dr.DeviceEntry | None = None
) -> dr.DeviceEntry:
    return dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(platform, f"{entry.entry_id} {name}")},
        name=f"{platform} {name}",
        via_device_id=None if parent is None else parent.id,
    )


def _register(
    hass: HomeAssistant,
    platform: str,
    brought: Brought,
    line: Line,
    entry: MockConfigEntry,
    device: dr.DeviceEntry | None,
) -> str:
    registered = er.async_get(hass).async_get_or_create(
        line.domain,
        platform,
        brought.unique_id_of(line.domain, line.key),
        config_entry=entry if brought.has_device else None,
        device_id=None if device is None else device.id,
        disabled_by=er.RegistryEntryDisabler.INTEGRATION if line.off else None,
    )
    if not line.off:
        unit = {} if line.unit is None else {ATTR_UNIT_OF_MEASUREMENT: line.unit}
        hass.states.async_set(registered.entity_id, line.state, {**line.attributes, **unit})
    return registered.entity_id
