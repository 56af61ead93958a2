"""A limit that comes and goes: its hours, or the states of the entities that say when it holds, and how much it allows.

An entity that falls silent lifts no limit. When it holds: as was known last, and before anything was known it does. How
much it allows: what was told last for `VALUE_HELD`, then what the user set in its place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, STATE_OFF, STATE_ON, UnitOfElectricCurrent, UnitOfPower
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from ..engine.model.limit import Limit
from ..tariffs.hours import Hours
from .power import finite

VALUE_HELD: Final = timedelta(minutes=15)
"""An integration that is reloaded, or a box that reboots, is back by then."""

VALUE_UNITS: Final[Mapping[str | None, float]] = {
    UnitOfElectricCurrent.AMPERE: 1.0,
    UnitOfPower.WATT: 1.0,
    UnitOfPower.KILO_WATT: 1000.0,
}
"""What a value may be told in, and how many A or W one of it is."""

_HOLDS: Final = {STATE_ON: True, STATE_OFF: False}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldValue:
    """What an entity told that a limit allows: A on each phase, or W in total; the other one is None."""

    current_a: float | None = None
    power_w: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitReading:
    """A limit at one moment. `known` is False while one of its entities is silent, and what was known before counts."""

    limit: Limit
    holds: bool
    known: bool


class LimitSource:
    """Reads one limit."""

    def __init__(
        self,
        hass: HomeAssistant,
        limit: Limit,
        *,
        when: str | Hours | None,
        value_entity_id: str | None,
        least_a: float = 0.0,
        least_w: float = 0.0,
        told: ToldValue | None = None,
    ) -> None:
        """Make it. It holds while the entity `when` is on, at those hours of the clock, or always.

        `limit` is as set; it is never below `least_a` or `least_w`. `told` is what was told before a restart.
        """
        self._hass = hass
        self._limit = limit
        self._entity_id = when if isinstance(when, str) else None
        self._hours = when if isinstance(when, Hours) else None
        self._value_entity_id = value_entity_id
        self._least_a = least_a
        self._least_w = least_w
        self._told = told
        self._silent_since: datetime | None = None
        self._holds = True
        self._on_change: Callable[[], None] = lambda: None
        self._unsubscribe: Callable[[], None] = lambda: None

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to listen; `on_change` is called when one of its entities says something else."""
        self._on_change = on_change
        entity_ids = [entity_id for entity_id in (self._entity_id, self._value_entity_id) if entity_id is not None]
        if entity_ids:
            self._unsubscribe = async_track_state_change_event(self._hass, entity_ids, self._changed)

    @callback
    def stop(self) -> None:
        """Listen no more."""
        self._unsubscribe()

    @property
    def told(self) -> ToldValue | None:
        """What its entity told last; None where there is none, or it never told anything."""
        return self._told

    def reading(self, at: datetime) -> LimitReading:
        """Tell how the limit stands at `at`, UTC."""
        signal_known, value_known = self._listen()
        if not value_known and self._silent_since is None:
            self._silent_since = at
        holds = self._holds if self._hours is None else self._hours.hold_at(at, dt_util.get_default_time_zone())
        return LimitReading(limit=self._value(at), holds=holds, known=signal_known and value_known)

    def _value(self, at: datetime) -> Limit:
        told = self._told
        if told is None or (self._silent_since is not None and at - self._silent_since > VALUE_HELD):
            return self._limit
        current_a = None if told.current_a is None else max(self._least_a, told.current_a)
        power_w = None if told.power_w is None else max(self._least_w, told.power_w)
        return replace(self._limit, current_a=current_a, power_w=power_w)

    def _listen(self) -> tuple[bool, bool]:
        """Note what its entities say; whether they say when it holds, and how much it allows."""
        holds, told = self._heard_signal(), self._heard_value()
        if holds is not None:
            self._holds = holds
        if told is not None:
            self._told, self._silent_since = told, None
        return holds is not None, told is not None or self._value_entity_id is None

    def _heard_signal(self) -> bool | None:
        if self._entity_id is None:
            return True
        state = self._hass.states.get(self._entity_id)
        return None if state is None else _HOLDS.get(state.state)

    def _heard_value(self) -> ToldValue | None:
        state = None if self._value_entity_id is None else self._hass.states.get(self._value_entity_id)
        number = finite(state)
        unit = None if state is None else state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
        factor = VALUE_UNITS.get(unit)
        if number is None or factor is None:
            return None
        # Who works out what is left may come to less than nothing.
        value = max(0.0, number * factor)
        return ToldValue(current_a=value) if unit == UnitOfElectricCurrent.AMPERE else ToldValue(power_w=value)

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        # Noted at once: by the next tick it may have fallen silent.
        self._listen()
        old, new = event.data["old_state"], event.data["new_state"]
        if old is None or new is None or old.state != new.state:
            self._on_change()
