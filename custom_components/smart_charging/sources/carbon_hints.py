"""The entities that are known to tell what the grid emits, where their integration is there."""

import re
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

_KNOWN: Final = (
    # The integration and its entities' unique ids, the better forecast first; read in their sources, see carbon_rows.py.
    ("carbon_intensity", re.compile("carbon_intensity_.+_(current|next)_day_rates")),
    ("national_grid", re.compile(".+_regional_carbon_intensity")),
    ("national_grid", re.compile(".+_carbon_intensity_forecast")),
    ("energidataservice", re.compile(".+_co2_.+")),
    ("carbon_intensity", re.compile("carbon_intensity_.+_current_rating")),
    ("co2signal", re.compile(".+_co2intensity")),
)


def find_carbon_entities(hass: HomeAssistant) -> list[str]:
    """List the entities of the first of them that is there and switched on."""
    entries = [entry for entry in er.async_get(hass).entities.values() if not entry.disabled]
    for platform, unique_id in _KNOWN:
        found = [it.entity_id for it in entries if it.platform == platform and unique_id.fullmatch(it.unique_id)]
        if found:
            return sorted(found)
    return []
