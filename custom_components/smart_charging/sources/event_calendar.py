"""A calendar: the coming events of a calendar entity, asked for now and then and when it changes."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_state_change_event, async_track_time_interval
from homeassistant.util import dt as dt_util

_LOGGER: Final = logging.getLogger(__name__)

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
        self._hass = hass
        self._entity_id = entity_id
        self._on_change: Callable[[], None] = lambda: None
        self._unsubscribe: list[Callable[[], None]] = []
        self._failed = False
        self.events: tuple[CalendarEvent, ...] = ()

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to ask; `on_change` is called when there are other events than before."""
        self._on_change = on_change
        self._unsubscribe = [
            async_track_state_change_event(self._hass, [self._entity_id], self._changed),
            async_track_time_interval(self._hass, self._passed, ASKED_EVERY),
        ]
        self._ask_soon()

    @callback
    def stop(self) -> None:
        """Ask no more."""
        while self._unsubscribe:
            self._unsubscribe.pop()()

    @callback
    def _changed(self, _event: Event[EventStateChangedData]) -> None:
        self._ask_soon()

    @callback
    def _passed(self, _now: datetime) -> None:
        self._ask_soon()

    def _ask_soon(self) -> None:
        self._hass.async_create_background_task(self._ask(), f"events of {self._entity_id}", eager_start=False)

    async def _ask(self) -> None:
        state = self._hass.states.get(self._entity_id)
        if state is None or state.state == STATE_UNAVAILABLE:
            # As while Home Assistant starts: it is asked as soon as it is there.
            return
        now = dt_util.utcnow()
        try:
            answer = await self._hass.services.async_call(
                "calendar",
                "get_events",
                {
                    "entity_id": self._entity_id,
                    "start_date_time": now.isoformat(),
                    "end_date_time": (now + AHEAD).isoformat(),
                },
                blocking=True,
                return_response=True,
            )
        except (HomeAssistantError, ValueError) as error:
            if not self._failed:
                _LOGGER.warning("%s does not tell its events: %s", self._entity_id, error)
            self._failed = True
            return
        self._failed = False
        events = _read(answer, self._entity_id)
        if events != self.events and self._unsubscribe:
            self.events = events
            self._on_change()


def _read(answer: Any, entity_id: str) -> tuple[CalendarEvent, ...]:
    """Read an answer. An event of a whole day begins at no particular time, and is left out."""
    told = answer.get(entity_id, {}).get("events", ()) if isinstance(answer, dict) else ()
    found: list[CalendarEvent] = []
    for event in told:
        at = dt_util.parse_datetime(str(event.get("start", "")))
        if at is not None and at.tzinfo is not None:
            found.append(CalendarEvent(at=at.astimezone(UTC), title=str(event.get("summary", ""))))
    return tuple(sorted(found, key=lambda event: event.at))
