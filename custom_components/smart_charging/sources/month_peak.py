"""The month's peak by the grid meter's own word, where its integration tells it: it knows what was before we came.

The meters of Flanders tell the highest quarter of an hour of the month that runs (OBIS 1-0:1.6.0). The unique ids were read
in the sources of Home Assistant 2026.10.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .power import PowerSensor

_KNOWN: Final[Mapping[str, re.Pattern[str]]] = {
    "dsmr": re.compile(r".+_belgium_maximum_demand_current_month"),
    "homewizard": re.compile(r".*HWE-P1.*_monthly_power_peak_w", re.IGNORECASE),
}
"""The unique ids of the sensors, by platform."""


class MonthPeakSource:
    """Reads the sensor of a site whose grid meter is made of `meter_ids`, entity ids; where there is none it tells nothing."""

    def __init__(self, hass: HomeAssistant, meter_ids: Iterable[str]) -> None:
        entity_id = _find(hass, meter_ids)
        self._sensor = None if entity_id is None else PowerSensor(hass, entity_id)

    @callback
    def start(self) -> None:
        """Look which sensors the meter has beside it."""
        if self._sensor is not None:
            self._sensor.start()

    def kw(self, since: datetime) -> float | None:
        """Tell the highest peak, kW; None where the meter has not spoken since `since`, UTC, or says nothing."""
        reading = None if self._sensor is None else self._sensor.reading
        return None if reading is None or reading.at < since or reading.power_w < 0 else reading.power_w / 1000


def _find(hass: HomeAssistant, meter_ids: Iterable[str]) -> str | None:
    """Find the sensor of the meter's own integration, or else the only one in the home."""
    registry = er.async_get(hass)
    found = [
        entity
        for entity in registry.entities.values()
        if entity.disabled_by is None
        and entity.platform in _KNOWN
        and _KNOWN[entity.platform].fullmatch(entity.unique_id) is not None
    ]
    entities = (registry.async_get(entity_id) for entity_id in meter_ids)
    own = {entity.config_entry_id for entity in entities if entity is not None}
    near = [entity for entity in found if entity.config_entry_id in own] or found
    return near[0].entity_id if len(near) == 1 else None
