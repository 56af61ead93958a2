"""The home battery as an outlook needs it: what it can hold, and what it holds."""

import math
from collections.abc import Collection

from homeassistant.core import HomeAssistant

from ..engine.model.home_battery import HomeBattery
from .home_flows import BatteryPlate
from .power import finite

_FULL_PCT = 100.0


def read_home_battery(
    hass: HomeAssistant, plates: Collection[BatteryPlate], soc_entity_id: str | None
) -> HomeBattery | None:
    """Take all batteries for one; None where there is none.

    `soc_entity_id` is the sensor that the user chose, %: it goes before those of the plates.
    """
    if not plates:
        return None
    capacities = [plate.capacity_kwh for plate in plates if plate.capacity_kwh is not None]
    capacity_kwh = math.fsum(capacities) if len(capacities) == len(plates) else None
    soc = _soc(hass, soc_entity_id)
    return HomeBattery(capacity_kwh=capacity_kwh, soc=_soc_of_all(hass, plates) if soc is None else soc)


def _soc_of_all(hass: HomeAssistant, plates: Collection[BatteryPlate]) -> float | None:
    """Weigh what each holds; a battery that does not say is taken for empty, where another says."""
    told = [(plate.capacity_kwh or 0.0, _soc(hass, plate.soc_entity_id)) for plate in plates]
    total_kwh = math.fsum(capacity_kwh for capacity_kwh, _ in told)
    if total_kwh <= 0 or all(soc is None for _, soc in told):
        return None
    return math.fsum(capacity_kwh * (soc or 0.0) for capacity_kwh, soc in told) / total_kwh


def _soc(hass: HomeAssistant, entity_id: str | None) -> float | None:
    percent = None if entity_id is None else finite(hass.states.get(entity_id))
    return percent / _FULL_PCT if percent is not None and 0 <= percent <= _FULL_PCT else None
