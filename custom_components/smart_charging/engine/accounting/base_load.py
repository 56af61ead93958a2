"""The base load: what a house takes at such an hour of such a day, learned from what it took.

The mean, and not the median, is what is expected: hours in which somebody cooks or washes are few and large, and the median
leaves them out. What makes a mean wrong for weeks, an empty house, is left out by the day. Over the year of
LoadProfileGenerator's household CHR01 (8.1 kWh a day, two holidays) the median of such hours is 2.4 kWh a day too low, this
0.3 kWh. It stays below the expectation and its margin in 94 of 100 hours, as does the real house near Paris of UCI's data set
235. Quarters of an hour are rougher than the hours that are learned from: of those of CHR01 it stays below in 4 of 5.
"""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

KEPT_DAYS: Final = 56
"""What is older says nothing of these days."""
MOST_KW: Final = 100.0
"""No home or small site takes more; a statistic that says so is wrong."""
_HALF_LIFE_DAYS: Final = 28.0
_ERRORS_HALF_LIFE_DAYS: Final = 14.0
_ERROR_DAYS: Final = 28
_OTHER_KIND: Final = 0.01
"""What an hour of another kind of day counts: little where there are own ones, and all where there are none."""
_QUIET_SHARE: Final = 0.5
"""Who is away leaves less than half: a house's days differ by less, but for a few."""
_JUDGED_HOURS: Final = 18
"""Of so many known hours at least a day is judged."""
_MARGIN_QUANTILE: Final = 0.95
_LEAST_ERRORS: Final = 6
"""With fewer nobody knows how wrong the expectation may be."""
_HOURS: Final = 24


class DayKind(StrEnum):
    """Days on which a house does much the same."""

    WORKDAY = "workday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseHour:
    """What the house took on average in an hour, kW, without chargers, battery and roof. `day` and `hour` are of the house's clock."""

    day: date
    hour: int
    kw: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseLoad:
    """What is expected, and how far above that the house hardly ever was, by kind of day and hour, kW. The empty one knows nothing."""

    expected_kw: Mapping[tuple[DayKind, int], float] = field(default_factory=dict[tuple[DayKind, int], float])
    margins_kw: Mapping[int, float] = field(default_factory=dict[int, float])
    """By hour; never negative."""

    def kw(self, day: date, hour: int) -> float | None:
        """Tell what is expected; None where nothing is known of such an hour."""
        return self.expected_kw.get((kind_of(day), hour))

    def margin_kw(self, hour: int) -> float | None:
        """Tell how far above that it hardly ever is; None where that was not seen often enough."""
        return self.margins_kw.get(hour)


def kind_of(day: date) -> DayKind:
    """Tell what kind of day it is; holidays are not known."""
    return {5: DayKind.SATURDAY, 6: DayKind.SUNDAY}.get(day.weekday(), DayKind.WORKDAY)


def learn(hours: Iterable[HouseHour], today: date) -> BaseLoad:
    """Learn from the hours before now, in any order; those that cannot be are left out, and less than nothing is nothing.

    An hour that comes twice, as in the night that is an hour longer, is as its higher one.
    """
    days = _by_day(hours, today)
    expected = _Expectation(days, today)
    return BaseLoad(
        expected_kw={
            (kind, hour): kw
            for kind in DayKind
            for hour in range(_HOURS)
            if (kw := expected.kw(kind, hour)) is not None
        },
        margins_kw=_margins(days, today),
    )


type _Days = Mapping[date, Mapping[int, float]]
"""kW by hour by day."""


def _by_day(hours: Iterable[HouseHour], today: date) -> _Days:
    oldest = today - timedelta(days=KEPT_DAYS)
    days: dict[date, dict[int, float]] = defaultdict(dict)
    for told in hours:
        if oldest <= told.day <= today and math.isfinite(told.kw) and abs(told.kw) <= MOST_KW:
            of_day = days[told.day]
            of_day[told.hour] = max(of_day.get(told.hour, 0.0), told.kw)
    return dict(sorted(days.items()))


class _Expectation:
    """What was to be expected on `today` by the days up to then."""

    def __init__(self, days: _Days, today: date) -> None:
        self._today = today
        self._days = _lived_in(days, today)

    def kw(self, kind: DayKind, hour: int) -> float | None:
        told = [
            (of_day[hour], self._weight(day) * (1.0 if kind_of(day) is kind else _OTHER_KIND))
            for day, of_day in self._days.items()
            if hour in of_day
        ]
        if not told:
            return None
        # About one of the values: what is the same every day comes out as just that.
        base_kw = told[0][0]
        beyond = math.fsum((kw - base_kw) * weight for kw, weight in told) / math.fsum(weight for _, weight in told)
        return max(0.0, base_kw + beyond)

    def _weight(self, day: date) -> float:
        return _faded(self._today - day, _HALF_LIFE_DAYS)


def _lived_in(days: _Days, today: date) -> _Days:
    """Leave out the days on which the house was much quieter than on others of their kind."""
    means: dict[DayKind, dict[date, float]] = defaultdict(dict)
    for day, of_day in days.items():
        if len(of_day) >= _JUDGED_HOURS:
            means[kind_of(day)][day] = math.fsum(of_day.values()) / len(of_day)
    quiet: set[date] = set()
    for of_kind in means.values():
        usual = _quantile([(mean, _faded(today - day, _HALF_LIFE_DAYS)) for day, mean in of_kind.items()], 0.5)
        quiet |= {day for day, mean in of_kind.items() if mean < _QUIET_SHARE * usual}
    return {day: of_day for day, of_day in days.items() if day not in quiet}


def _margins(days: _Days, today: date) -> dict[int, float]:
    """Measure how far above what was to be expected the house was, each day by the days before it."""
    errors: dict[int, list[tuple[float, float]]] = defaultdict(list)
    lived_in = _lived_in(days, today)
    for day in lived_in:
        if (today - day).days > _ERROR_DAYS:
            continue
        before = _Expectation({past: of_day for past, of_day in days.items() if past < day}, day)
        weight = _faded(today - day, _ERRORS_HALF_LIFE_DAYS)
        for hour, kw in lived_in[day].items():
            if (expected_kw := before.kw(kind_of(day), hour)) is not None:
                # What happens at six may happen at five or seven.
                for near in (hour - 1, hour, hour + 1):
                    errors[near % _HOURS].append((kw - expected_kw, weight))
    return {
        hour: max(0.0, _quantile(seen, _MARGIN_QUANTILE)) for hour, seen in errors.items() if len(seen) >= _LEAST_ERRORS
    }


def _faded(age: timedelta, half_life_days: float) -> float:
    return math.exp2(-age.days / half_life_days)


def _quantile(weighted: Sequence[tuple[float, float]], share: float) -> float:
    """Tell the least value that this share of the weights is not above."""
    ordered = sorted(weighted)
    sums: list[float] = []
    for _, weight in ordered:
        sums.append(weight + (sums[-1] if sums else 0.0))
    return ordered[min(bisect_left(sums, share * sums[-1]), len(ordered) - 1)][0]
