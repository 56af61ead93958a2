"""The colours of days, as entities tell them: of today, and from some hour on of tomorrow.

A colour belongs to the day on which it was told, or the day after: an entity that falls silent tells nothing of new days.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from ..tariffs.colours import DayColours

_DAY: Final = timedelta(days=1)
KEPT: Final = timedelta(days=3)

_WORDS: Final = (
    # "Pas d'EJP" and the like come before EJP itself.
    (re.compile(r"\b(non|not|pas|hors|no)\b", re.IGNORECASE), "normal"),
    (re.compile(r"ejp|pointe|peak", re.IGNORECASE), "mobile_peak"),
    (re.compile(r"bleu|blue", re.IGNORECASE), "blue"),
    (re.compile(r"blanc|white", re.IGNORECASE), "white"),
    (re.compile(r"rouge|\bred", re.IGNORECASE), "red"),
    (re.compile(r"normal", re.IGNORECASE), "normal"),
)

_SAME: Final[Mapping[str, str]] = {"red": "mobile_peak", "white": "normal", "blue": "normal"}
"""EJP's days are Tempo's red ones (CESML, since 2025), so that Tempo's entities tell them too."""

_SWITCHED: Final[Mapping[str, str]] = {STATE_ON: "mobile_peak", STATE_OFF: "normal"}


class DayColourSource:
    """Reads the two entities of a tariff by colours."""

    def __init__(
        self,
        hass: HomeAssistant,
        days: DayColours,
        *,
        today_id: str,
        tomorrow_id: str,
        told: Mapping[date, str] | None = None,
    ) -> None:
        """Make it; `told` is what was told before a restart."""
        self._hass = hass
        self._days = days
        self._ids = {today_id: 0, tomorrow_id: 1}
        self._told = dict(told or {})
        self._on_change: Callable[[], None] = lambda: None
        self._unsubscribe: Callable[[], None] = lambda: None

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to listen; `on_change` is called when a colour is told."""
        self._on_change = on_change
        self._unsubscribe = async_track_state_change_event(self._hass, list(self._ids), self._changed)

    @callback
    def stop(self) -> None:
        """Listen no more."""
        self._unsubscribe()

    def reading(self, at: datetime) -> Mapping[date, str]:
        """List the colours that are known at `at`, UTC, by the tariff's day."""
        self._listen()
        oldest = dt_util.as_local(at).date() - KEPT
        self._told = {day: colour for day, colour in self._told.items() if day > oldest}
        return self._told

    def _listen(self) -> bool:
        """Note what the entities say; whether that is news."""
        before = dict(self._told)
        for entity_id, ahead in self._ids.items():
            state = self._hass.states.get(entity_id)
            colour = None if state is None else self._colour(state)
            if state is not None and colour is not None:
                clock = dt_util.as_local(state.last_reported).replace(tzinfo=None)
                self._told[self._days.day_of(clock) + ahead * _DAY] = colour
        return self._told != before

    def _colour(self, state: State) -> str | None:
        word = _SWITCHED.get(state.state) or next((name for words, name in _WORDS if words.search(state.state)), None)
        if word is None or word in self._days.colours:
            return word
        same = _SAME.get(word)
        return same if same in self._days.colours else None

    @callback
    def _changed(self, _event: Event[EventStateChangedData]) -> None:
        if self._listen():
            self._on_change()
