"""A tariff by hours: periods that have a name, and the rules that say when each of them holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from ..engine.model.tariff import PriceSlot
from .clock import pieces, wall, without_summer_time
from .holidays import NO_HOLIDAYS, Holidays
from .slots import joined

EVERY_DAY: Final = frozenset(range(7))
WORKING_DAYS: Final = frozenset(range(5))
"""Monday is 0."""
SATURDAY: Final = frozenset({5})
SUNDAY: Final = frozenset({6})
WEEKEND: Final = SATURDAY | SUNDAY

REST: Final = "rest"
"""The period of the hours that no rule is about, unless a tariff calls it otherwise."""

_DAY: Final = timedelta(days=1)
_SUNDAY: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From a local time to another; one that does not come after it is on the next day. Both the same: 24 hours."""

    start: time
    end: time

    @property
    def over_midnight(self) -> bool:
        """Whether it ends on the next day."""
        return self.end <= self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """From one (month, day) to another, both in it; it may go over New Year."""

    first: tuple[int, int]
    last: tuple[int, int]

    def __contains__(self, day: date) -> bool:
        today = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= today <= self.last
        return today >= self.first or today <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a period holds. Without spans: all day. What goes over midnight belongs to the day on which it began."""

    period: str
    spans: tuple[Span, ...] = ()
    days: frozenset[int] = EVERY_DAY
    season: Season | None = None

    def holds(self, clock: datetime, holidays: Holidays) -> bool:
        """Tell whether it does when the clock shows `clock`."""
        today, now = clock.date(), clock.time()
        if not self.spans:
            return self._is_on(today, holidays)
        begun = any(span.start <= now and (span.over_midnight or now < span.end) for span in self.spans)
        carried = any(span.over_midnight and now < span.end for span in self.spans)
        return (begun and self._is_on(today, holidays)) or (carried and self._is_on(today - _DAY, holidays))

    def _is_on(self, day: date, holidays: Holidays) -> bool:
        weekday = _SUNDAY if day in holidays else day.weekday()
        return weekday in self.days and (self.season is None or day in self.season)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Which period holds when: the first rule that does says so, else it is the `rest`. A holiday is a Sunday."""

    rules: tuple[Rule, ...] = ()
    rest: str = REST
    holidays: Holidays = NO_HOLIDAYS
    standard_time: bool = False
    """The meter knows no summer time: its hours are an hour later then."""

    @property
    def periods(self) -> tuple[str, ...]:
        """All periods, the rest last."""
        return tuple(dict.fromkeys((*(rule.period for rule in self.rules if rule.period != self.rest), self.rest)))

    @property
    def times(self) -> frozenset[time]:
        """The times at which the period may change."""
        spans = [span for rule in self.rules for span in rule.spans]
        return frozenset({time(), *(span.start for span in spans), *(span.end for span in spans)})

    def period_at(self, clock: datetime) -> str:
        """Tell which period holds when the clock shows `clock`."""
        return next((rule.period for rule in self.rules if rule.holds(clock, self.holidays)), self.rest)

    def hold_at(self, at: datetime, zone: tzinfo) -> bool:
        """Tell whether any rule does at `at`, UTC, in a home in `zone`."""
        return self.period_at(wall(at, self.clock(zone, at))) != self.rest

    def held(self, start: datetime, end: datetime, zone: tzinfo) -> tuple[tuple[datetime, datetime], ...]:
        """List from when to when any rule does between `start` and `end`, UTC, in a home in `zone`."""
        found: list[tuple[datetime, datetime]] = []
        for first, last in pieces(start, end, self.clock(zone, start), self.times):
            if self.hold_at(first, zone):
                # Midnight is a piece's end, and often nothing else.
                begun = found.pop()[0] if found and found[-1][1] == first else first
                found.append((begun, last))
        return tuple(found)

    def clock(self, zone: tzinfo, at: datetime) -> tzinfo:
        """Tell by which clock its hours go, in the year of `at`."""
        return without_summer_time(zone, at.year) if self.standard_time else zone


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOfUse:
    """Hours with a price for each period, per kWh."""

    hours: Hours
    prices: Mapping[str, float]

    def slots(self, start: datetime, end: datetime, zone: tzinfo) -> tuple[PriceSlot, ...]:
        """List what a kWh costs from `start` to `end`, UTC, in a home in `zone`."""
        clock = self.hours.clock(zone, start)
        return joined(
            PriceSlot(start=first, end=last, price_per_kwh=self.prices[self.hours.period_at(wall(first, clock))])
            for first, last in pieces(start, end, clock, self.hours.times)
        )


def fixed(price_per_kwh: float) -> TimeOfUse:
    """Make the tariff whose price is always the same."""
    return TimeOfUse(hours=Hours(), prices={REST: price_per_kwh})
