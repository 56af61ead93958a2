"""A sensor of power: its state as W, and when it last gave a sign of life."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, STATE_UNAVAILABLE, UnitOfPower
from homeassistant.core import HomeAssistant, State, callback

from .siblings import sibling_sensors

_WATTS: Final[Mapping[str | None, float]] = {UnitOfPower.WATT: 1.0, UnitOfPower.KILO_WATT: 1000.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerReading:
    """`power_w` is as the sensor counts it; `at`, UTC, is when any sensor of its device was last reported."""

    at: datetime
    power_w: float


class PowerSensor:
    """Reads one sensor."""

    def __init__(self, hass: HomeAssistant, entity_id: str) -> None:
        self._hass = hass
        self._entity_id = entity_id
        self._siblings = frozenset({entity_id})

    @callback
    def start(self) -> None:
        """Look which sensors its device has."""
        _, self._siblings = sibling_sensors(self._hass, self._entity_id)

    @property
    def reading(self) -> PowerReading | None:
        """What it says; None where that is no finite number of watts."""
        state = self._hass.states.get(self._entity_id)
        if state is None or (factor := _WATTS.get(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT))) is None:
            return None
        number = finite(state)
        return None if number is None else PowerReading(at=self._reported_at(state), power_w=factor * number)

    def _reported_at(self, own: State) -> datetime:
        states = (self._hass.states.get(entity_id) for entity_id in self._siblings)
        alive = (state.last_reported for state in states if state is not None and state.state != STATE_UNAVAILABLE)
        return max(alive, default=own.last_reported)


def finite(state: State | None) -> float | None:
    """Read a state's number; None where it has none, or none that is finite."""
    try:
        number = math.nan if state is None else float(state.state)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
