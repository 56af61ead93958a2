"""The entities that a ready tariff asks for, where an integration is known to have them."""

import re
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..const import CONF_DISPATCHES, CONF_TODAY, CONF_TOMORROW

# By field: the integration and its entity's unique id, read in hekmon/rtetempo and BottlecapDave/HomeAssistant-OctopusEnergy.
_HINTS: Final = {
    CONF_TODAY: ("rtetempo", re.compile(".+_current_color")),
    CONF_TOMORROW: ("rtetempo", re.compile(".+_next_color")),
    CONF_DISPATCHES: ("octopus_energy", re.compile("octopus_energy_.+_intelligent_dispatching")),
}


def find_tariff_entities(hass: HomeAssistant) -> dict[str, str]:
    """List those that are there, entity ids by field."""
    entries = [entry for entry in er.async_get(hass).entities.values() if not entry.disabled]
    return {
        field: entry.entity_id
        for field, (platform, unique_id) in _HINTS.items()
        for entry in entries
        if entry.platform == platform and unique_id.fullmatch(entry.unique_id)
    }
