"""Where the chargers are that are set up already, so that none of them is offered once more."""

from collections.abc import Mapping
from typing import Any

from homeassistant.const import CONF_ENTITIES
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..const import CONF_DRIVER, CONF_HOST, DOMAIN, DRIVER_ADOPTED, SUBENTRY_CHARGER


def hosts_of_chargers(hass: HomeAssistant) -> frozenset[str]:
    """List their names and addresses: those that were entered, and those of the integrations that bring one."""
    return frozenset(
        host.casefold()
        for entry in hass.config_entries.async_entries(DOMAIN)
        for charger in entry.get_subentries_of_type(SUBENTRY_CHARGER)
        for data in (
            _integrations(hass, charger.data) if charger.data[CONF_DRIVER] == DRIVER_ADOPTED else (charger.data,)
        )
        if isinstance(host := data.get(CONF_HOST), str)
    )


def _integrations(hass: HomeAssistant, data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """List what the entries are set up with that a charger's entities belong to."""
    registry = er.async_get(hass)
    entities = [registry.async_get(ref) for ref in data.get(CONF_ENTITIES, {}).values()]
    entry_ids = {entity.config_entry_id for entity in entities if entity is not None}
    return [entry.data for entry in hass.config_entries.async_entries() if entry.entry_id in entry_ids]
