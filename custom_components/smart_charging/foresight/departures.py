"""Departures: local times of day, as people set them, and events of calendars, turned into the one that comes next, UTC."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from ..engine.model.goal_set import Departure, Due, GoalSet, OneOff, Target, TargetKind, Terms
from ..sources.event_calendar import CalendarEvent

_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)
_AHEAD_DAYS: Final = 8
"""A weekly departure comes again within so many days, today included."""
_AMOUNT: Final = re.compile(r"(?<![\w.,-])(\d{1,4}(?:[.,]\d+)?)\s*(%|km\b|kwh\b)", re.IGNORECASE)
_KINDS: Final = {"%": TargetKind.SOC, "km": TargetKind.RANGE, "kwh": TargetKind.ENERGY}
_MOST: Final = {TargetKind.SOC: 100.0, TargetKind.RANGE: 2000.0, TargetKind.ENERGY: 500.0}


class Origin(StrEnum):
    """Who said that there is a departure."""

    REPEATED = "repeated"
    """It comes each week, or each day."""
    ONCE = "once"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """The next departure, as it was said: with what it asks for itself. `repeated` is the one that it comes of, if any."""

    said: OneOff
    origin: Origin
    repeated: Departure | None = None


def moment_of(day: date, at: time, zone: tzinfo) -> datetime:
    """Tell when the clocks of a zone show that, UTC.

    Where they show it twice, as on an autumn night, it is the first time: whoever leaves at the second one is ready as well.
    Where they never do, as on a spring night, it is the moment at which they are put past it.
    """
    early = datetime.combine(day, at, zone).replace(fold=0).astimezone(UTC)
    late = datetime.combine(day, at, zone).replace(fold=1).astimezone(UTC)
    # In a gap the two change places.
    return early if early <= late else _jump(late, early, zone)


def _jump(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Find the moment between the two at which a zone puts its clocks forward."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def next_due(goals: GoalSet, events: Iterable[CalendarEvent], now: datetime, zone: tzinfo) -> Due | None:
    """Tell the next departure after `now`, UTC, with what holds for it; None where there is none."""
    found = coming(goals, events, now, zone)
    if found is None:
        return None
    first = found.said
    terms = goals.terms if first.terms is None else first.terms
    return Due(
        at=first.at,
        target=goals.target if first.target is None else first.target,
        terms=terms,
        not_before=_not_before(terms, first.at, zone),
    )


def coming(goals: GoalSet, events: Iterable[CalendarEvent], now: datetime, zone: tzinfo) -> Coming | None:
    """Tell the next departure after `now`, UTC; None where there is none.

    One that comes just once takes the place of all others of that day.
    """
    once = goals.once if goals.once is not None and goals.once.at > now else None
    once_day = None if once is None else once.at.astimezone(zone).date()
    found = [*_repeated(goals, once_day, now, zone), *_from_calendar(events, once_day, now, zone)]
    if once is not None:
        found.append(Coming(said=once, origin=Origin.ONCE))
    return min(found, key=lambda it: it.said.at, default=None)


def target_in(title: str) -> Target | None:
    """Read how much is wanted out of an event's title, such as "Work 80 %" or "Grandma, 120 km"; None where it does not say."""
    found = _AMOUNT.search(title)
    if found is None:
        return None
    kind, amount = _KINDS[found[2].lower()], float(found[1].replace(",", "."))
    if not 0 < amount <= _MOST[kind]:
        return None
    return Target(kind=kind, amount=amount / 100 if kind is TargetKind.SOC else amount)


def _repeated(goals: GoalSet, once_day: date | None, now: datetime, zone: tzinfo) -> Iterator[Coming]:
    """List those that come each week, until they all came once."""
    if goals.paused and goals.paused_until is None:
        return
    today = now.astimezone(zone).date()
    for number in range(_AHEAD_DAYS + (_pause_left(goals, today))):
        day = today + number * _DAY
        if day == once_day or (goals.paused and goals.paused_until is not None and day < goals.paused_until):
            continue
        for departure in goals.repeated:
            at = moment_of(day, departure.time, zone)
            if day.weekday() in departure.weekdays and at > now:
                said = OneOff(at=at, target=departure.target, terms=departure.terms)
                yield Coming(said=said, origin=Origin.REPEATED, repeated=departure)


def _pause_left(goals: GoalSet, today: date) -> int:
    return 0 if goals.paused_until is None else max(0, (goals.paused_until - today).days)


def _from_calendar(
    events: Iterable[CalendarEvent], once_day: date | None, now: datetime, zone: tzinfo
) -> Iterator[Coming]:
    for event in events:
        if event.at > now and event.at.astimezone(zone).date() != once_day:
            said = OneOff(at=event.at, target=target_in(event.title))
            yield Coming(said=said, origin=Origin.CALENDAR)


def _not_before(terms: Terms, departure: datetime, zone: tzinfo) -> datetime | None:
    """Tell the last time before a departure at which charging may start at the earliest."""
    if terms.earliest is None:
        return None
    day = departure.astimezone(zone).date()
    last = moment_of(day, terms.earliest, zone)
    return last if last < departure else moment_of(day - _DAY, terms.earliest, zone)
