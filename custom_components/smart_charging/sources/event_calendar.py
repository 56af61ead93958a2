"""A calendar: the coming events of a calendar entity, asked for now and then and when it changes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .asked_entity import AskedEntity, coming

ASKED_EVERY: Final = timedelta(minutes=15)
"""Its state changes only with the event that is on or comes next: one that is moved further ahead is not told."""
AHEAD: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    """An event that begins at `at`, UTC."""

    at: datetime
    title: str


class CalendarSource:
    """Knows the coming events of one calendar. A calendar that does not answer has those that were known last."""

    def __init__(self, hass: HomeAssistant, entity_id: str) -> None:
        self._on_change: Callable[[], None] = lambda: None
        self._asked = AskedEntity(
            hass, entity_id, "get_events", ASKED_EVERY, data=partial(coming, AHEAD), take=self._take
        )
        self.events: tuple[CalendarEvent, ...] = ()

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to ask; `on_change` is called when there are other events than before."""
        self._on_change = on_change
        self._asked.start()

    @callback
    def stop(self) -> None:
        """Ask no more."""
        self._asked.stop()

    def _take(self, answer: Mapping[str, Any]) -> None:
        events = _read(answer)
        if events != self.events:
            self.events = events
            self._on_change()


def _read(answer: Mapping[str, Any]) -> tuple[CalendarEvent, ...]:
    """Read an answer. An event of a whole day begins at no particular time, and is left out."""
    found: list[CalendarEvent] = []
    for event in answer.get("events", ()):
        at = dt_util.parse_datetime(str(event.get("start", "")))
        if at is not None and at.tzinfo is not None:
            found.append(CalendarEvent(at=at.astimezone(UTC), title=str(event.get("summary", ""))))
    return tuple(sorted(found, key=lambda event: event.at))
