"""The coming hours of a schedule or a calendar of Home Assistant: when a limit will hold that goes by it."""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..tariffs.hours import Hours, Rule, Span
from .asked_entity import AskedEntity, coming

type Stretch = tuple[datetime, datetime]
"""From when (included) to when (excluded), UTC."""

ASKED_EVERY: Final = timedelta(hours=1)
"""A change further ahead is told by no state."""
AHEAD: Final = timedelta(days=4)
"""A day more than anybody plans, as they are asked again only after an hour."""
_WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class SignalHours:
    """Knows when one entity will be on. One that does not answer will be on when it last said so; others tell nothing."""

    def __init__(self, hass: HomeAssistant, entity_id: str) -> None:
        self._on_change: Callable[[], None] = lambda: None
        self._known: Hours | tuple[Stretch, ...] = ()
        self._asked = self._ask(hass, entity_id)

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to ask; `on_change` is called when it tells other hours than before."""
        self._on_change = on_change
        if self._asked is not None:
            self._asked.start()

    @callback
    def stop(self) -> None:
        """Ask no more."""
        if self._asked is not None:
            self._asked.stop()

    def between(self, start: datetime, end: datetime) -> tuple[Stretch, ...]:
        """List when it will be on, as far as that is known, between two times, UTC."""
        if isinstance(self._known, Hours):
            return self._known.held(start, end, dt_util.get_default_time_zone())
        return tuple((max(first, start), min(last, end)) for first, last in self._known if first < end and last > start)

    def _ask(self, hass: HomeAssistant, entity_id: str) -> AskedEntity | None:
        match entity_id.partition(".")[0]:
            case "schedule":
                return AskedEntity(
                    hass, entity_id, "get_schedule", ASKED_EVERY, take=lambda answer: self._take(_week(answer))
                )
            case "calendar":
                return AskedEntity(
                    hass,
                    entity_id,
                    "get_events",
                    ASKED_EVERY,
                    data=partial(coming, AHEAD),
                    take=lambda answer: self._take(_events(answer)),
                )
        return None

    def _take(self, known: Hours | tuple[Stretch, ...]) -> None:
        if known != self._known:
            self._known = known
            self._on_change()


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
