"""The coming hours of a schedule or a calendar of Home Assistant: when a limit will hold that goes by it."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event, async_track_time_interval
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from ..tariffs.hours import Hours, Rule, Span

_LOGGER: Final = logging.getLogger(__name__)

type Stretch = tuple[datetime, datetime]
"""From when (included) to when (excluded), UTC."""

ASKED_EVERY: Final = timedelta(hours=1)
"""A change further ahead is told by no state."""
AHEAD: Final = timedelta(days=4)
"""A day more than anybody plans, as they are asked again only after an hour."""
_SCHEDULE: Final = "schedule"
_CALENDAR: Final = "calendar"
_ACTIONS: Final[Mapping[str, str]] = {_SCHEDULE: "get_schedule", _CALENDAR: "get_events"}
_WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class SignalHours:
    """Knows when one entity will be on. One that does not answer will be on when it last said so; others tell nothing."""

    def __init__(self, hass: HomeAssistant, entity_id: str) -> None:
        self._hass = hass
        self._entity_id = entity_id
        self._domain = entity_id.partition(".")[0]
        self._on_change: Callable[[], None] = lambda: None
        self._unsubscribe: list[Callable[[], None]] = []
        self._failed = False
        self._known: Hours | tuple[Stretch, ...] = ()

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to ask; `on_change` is called when it tells other hours than before."""
        if self._domain not in _ACTIONS:
            return
        self._on_change = on_change
        self._unsubscribe = [
            async_track_state_change_event(self._hass, [self._entity_id], self._changed),
            async_track_time_interval(self._hass, self._passed, ASKED_EVERY),
            # While Home Assistant starts, entities are there before their actions.
            async_at_started(self._hass, self._started),
        ]

    @callback
    def stop(self) -> None:
        """Ask no more."""
        while self._unsubscribe:
            self._unsubscribe.pop()()

    def between(self, start: datetime, end: datetime) -> tuple[Stretch, ...]:
        """List when it will be on, as far as that is known, between two times, UTC."""
        if isinstance(self._known, Hours):
            return self._known.held(start, end, dt_util.get_default_time_zone())
        return tuple((max(first, start), min(last, end)) for first, last in self._known if first < end and last > start)

    @callback
    def _changed(self, _event: Event[EventStateChangedData]) -> None:
        self._ask_soon()

    @callback
    def _started(self, _hass: HomeAssistant) -> None:
        self._ask_soon()

    @callback
    def _passed(self, _now: datetime) -> None:
        self._ask_soon()

    def _ask_soon(self) -> None:
        self._hass.async_create_background_task(self._ask(), f"hours of {self._entity_id}", eager_start=False)

    async def _ask(self) -> None:
        state = self._hass.states.get(self._entity_id)
        asks = self._hass.services.has_service(self._domain, _ACTIONS[self._domain])
        if not asks or state is None or state.state == STATE_UNAVAILABLE:
            # As while Home Assistant starts: it is asked as soon as it is there.
            return
        try:
            answer = await self._answer()
            known = _week(answer) if self._domain == _SCHEDULE else _events(answer)
        except Exception as error:  # noqa: BLE001 whatever its integration raises, it is asked again
            if not self._failed:
                _LOGGER.warning("%s does not tell when it will be on: %s", self._entity_id, error)
            self._failed = True
            return
        self._failed = False
        if known != self._known and self._unsubscribe:
            self._known = known
            self._on_change()

    async def _answer(self) -> Any:
        """Ask for what is to come. Raises what the entity's integration raises, and where it says nothing of this entity."""
        now = dt_util.utcnow()
        asked: dict[str, Any] = {"entity_id": self._entity_id}
        if self._domain == _CALENDAR:
            asked |= {"start_date_time": now.isoformat(), "end_date_time": (now + AHEAD).isoformat()}
        answer: Any = await self._hass.services.async_call(
            self._domain, _ACTIONS[self._domain], asked, blocking=True, return_response=True
        )
        return answer[self._entity_id]


def _week(answer: Mapping[str, list[Mapping[str, Any]]]) -> Hours:
    """Read a schedule's week: it has times, the last of which, `time.max`, is midnight."""
    spans = {number: tuple(_span(row["from"], row["to"]) for row in answer[day]) for number, day in enumerate(_WEEK)}
    return Hours(
        rules=tuple(Rule(period="on", spans=of_day, days=frozenset({day})) for day, of_day in spans.items() if of_day)
    )


def _span(start: time, end: time) -> Span:
    return Span(start=start, end=time() if end == time.max else end)


def _events(answer: Mapping[str, list[Mapping[str, Any]]]) -> tuple[Stretch, ...]:
    """Read a calendar's events, and join those that meet: it is on during all of them."""
    joined: list[Stretch] = []
    for start, end in sorted((_moment(event["start"]), _moment(event["end"])) for event in answer["events"]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def _moment(told: str) -> datetime:
    """Read a time, or a date, as whole days have them: its midnight. ValueError where it is neither."""
    day = dt_util.parse_date(told)
    if day is not None:
        return dt_util.as_utc(dt_util.start_of_local_day(day))
    return dt_util.as_utc(dt_util.parse_datetime(told, raise_on_error=True))
