"""Measures how often a meter speaks."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import Any, Final

from homeassistant.core import Event, HomeAssistant, State, callback
from homeassistant.helpers.event import (
    async_call_later,
    async_track_state_change_event,
    async_track_state_report_event,
)

from .meter_finder import number_in

WINDOW_S: Final = 12.0
"""Long enough to see a meter that is polled every 10 s at least once."""
PATIENCE_S: Final = 70.0
"""For a meter that has not spoken until then: the slowest that are known speak once a minute."""
ENOUGH_REPORTS: Final = 5
SHORTEST_S: Final = 0.1
"""Two entities written in one go are no rhythm."""
SLOW_S: Final = 10.0
"""A meter slower than this cannot keep a fuse from tripping: chargers are then given more slowly, and less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """What was seen of a meter: whether it spoke, and the seconds from one time to the next, None if unknown."""

    spoke: bool
    period_s: float | None = None

    @property
    def slow(self) -> bool:
        """Whether it is known to be slow."""
        return self.period_s is not None and self.period_s > SLOW_S


def rhythm_of(times: Mapping[str, Sequence[datetime]]) -> Rhythm:
    """Tell the rhythm of the entity that spoke most often. `times` is when each spoke, by entity id.

    Not the slowest: an entity whose value does not change, such as the export at night, may say nothing at all.
    """
    busiest = max(times.values(), key=len, default=())
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(busiest)]
    return Rhythm(spoke=bool(busiest), period_s=max(SHORTEST_S, round(median(gaps), 2)) if gaps else None)


async def measure_rhythm(hass: HomeAssistant, entity_ids: Iterable[str]) -> Rhythm:
    """Listen to a meter's entities until they have spoken often enough, or `WINDOW_S` are over.

    A meter that was silent in that time is waited for until it speaks, or `PATIENCE_S` are over. Only numbers count.
    Raises nothing; can be cancelled.
    """
    entity_ids = list(entity_ids)
    listener = _Listener(hass, entity_ids)
    stops = [
        async_track_state_change_event(hass, entity_ids, listener.hear),
        async_track_state_report_event(hass, entity_ids, listener.hear),
        async_call_later(hass, WINDOW_S, listener.end_window),
        async_call_later(hass, PATIENCE_S, listener.finish),
    ]
    try:
        await listener.over.wait()
    finally:
        for stop in stops:
            stop()
    return rhythm_of(listener.times())


class _Listener:
    """Writes down when each entity spoke, and knows when that is enough."""

    def __init__(self, hass: HomeAssistant, entity_ids: Iterable[str]) -> None:
        self.over = asyncio.Event()
        self._patient = False
        self._heard: dict[str, list[datetime]] = {entity_id: [] for entity_id in entity_ids}
        # When each spoke last before: with it, a slow meter needs to be heard only once.
        self._before = {
            entity_id: state.last_reported
            for entity_id in self._heard
            if (state := hass.states.get(entity_id)) and number_in(state) is not None
        }

    def times(self) -> dict[str, list[datetime]]:
        """When each entity spoke, of those that did."""
        return {
            entity_id: [self._before[entity_id], *heard] if entity_id in self._before else heard
            for entity_id, heard in self._heard.items()
            if heard
        }

    @callback
    def hear(self, event: Event[Any]) -> None:
        """Take a report, changed or not."""
        state: State | None = event.data["new_state"]
        if state is None or number_in(state) is None:
            return
        heard = self._heard[state.entity_id]
        heard.append(state.last_reported)
        if self._patient or len(heard) >= ENOUGH_REPORTS:
            self.finish()

    @callback
    def end_window(self, _now: datetime) -> None:
        """The ordinary time is over: it is enough when anything was heard."""
        self._patient = True
        if any(self._heard.values()):
            self.finish()

    @callback
    def finish(self, _now: datetime | None = None) -> None:
        """End the measuring."""
        self.over.set()
