"""Off-peak hours: the state of the entity that is on while electricity is cheap.

An entity that falls silent is believed for `HELD`; one that has not spoken yet is waited for as long, so that nobody starts
at the dearest hour because Home Assistant does. After that nothing is known, and cars charge: nobody is left without.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from ..engine.model.off_peak import OffPeak

HELD: Final = timedelta(minutes=15)
"""An integration that is reloaded is back by then."""
ATTR_NEXT_EVENT: Final = "next_event"
"""Where a schedule of Home Assistant tells when it changes next."""

_CHEAP: Final = {STATE_ON: True, STATE_OFF: False}


class OffPeakSource:
    """Reads one entity."""

    def __init__(self, hass: HomeAssistant, entity_id: str) -> None:
        self._hass = hass
        self._entity_id = entity_id
        self._last = OffPeak(cheap=False)
        self._heard_at: datetime | None = None
        self._on_change: Callable[[], None] = lambda: None
        self._unsubscribe: Callable[[], None] = lambda: None

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to listen; `on_change` is called when the entity says something else."""
        self._on_change = on_change
        self._unsubscribe = async_track_state_change_event(self._hass, self._entity_id, self._changed)

    @callback
    def stop(self) -> None:
        """Listen no more."""
        self._unsubscribe()

    def reading(self, at: datetime) -> OffPeak | None:
        """Tell what is known at `at`, UTC; None when the entity has been silent for long."""
        state = self._hass.states.get(self._entity_id)
        if state is not None and state.state in _CHEAP:
            self._last, self._heard_at = OffPeak(cheap=_CHEAP[state.state], changes_at=_next(state, at)), at
        elif self._heard_at is None:
            self._heard_at = at
        return self._last if at - self._heard_at <= HELD else None

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if old is None or new is None or (old.state, _raw_next(old)) != (new.state, _raw_next(new)):
            self._on_change()


def _raw_next(state: State) -> object:
    return state.attributes.get(ATTR_NEXT_EVENT)


def _next(state: State, at: datetime) -> datetime | None:
    """Read when the entity will change; what is over, or no time at all, tells nothing."""
    raw = _raw_next(state)
    when = dt_util.parse_datetime(raw) if isinstance(raw, str) else raw
    if not isinstance(when, datetime):
        return None
    when = dt_util.as_utc(when)
    return when if when > at else None
