"""The peaks of a month, for tariffs with a price of power: the mean import of each window of the clock, the highest by day.

A window may count less than in full, or not at all; peaks are told as they count.

Counted as the meters of Flanders count: the windows lie still on the clock, phases are added up, and the register of import
is read, from which nothing is taken off that flows out a moment later in the same window. Sources: VREG ("only the peaks of
what you take count", vreg.be/en/node/9574), and VREG's answer to a user in issue 215 of SmartEVSE-3: fixed quarters of an
hour, the sum of all phases, four times what the register rose by. What was not seen of a window counts as what was.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from ..model.peak_month import PeakMonth
from ..model.tariff import PeakPrice

HELD: Final = timedelta(seconds=20)
"""Samples come each 10 s or more often; where one does not, nobody looked, and what flowed is not known any more."""
ENOUGH: Final = 0.5
"""A window of which less was seen is no peak: the rest of it might have been anything."""
MOST_KW: Final = 250.0
"""No home or small site is connected for more (3 x 315 A are 217 kW): a higher reading is a garbled one."""

_HOUR: Final = timedelta(hours=1)
_NO_TIME: Final = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What flows in at `at`, UTC, kW; export is negative, None is unknown."""

    at: datetime
    kw: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From `start`, UTC, on, `kwh` were imported in the time of it that was `seen`."""

    start: datetime
    kwh: float = 0.0
    seen: timedelta = _NO_TIME

    @property
    def mean_kw(self) -> float | None:
        """The mean of what was seen; None where nothing was."""
        return self.kwh / (self.seen / _HOUR) if self.seen else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPeak:
    """The highest window of a day, as it counts, which began at `start`, UTC."""

    kw: float
    start: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PeaksSeen:
    """The window that runs, the peaks of the month's days by the day's start, UTC, and what came last."""

    window: Window | None = None
    days: Mapping[datetime, DayPeak] = field(default_factory=dict[datetime, DayPeak])
    last: Sample | None = None


def in_full(_start: datetime) -> float:
    """Count each window in full."""
    return 1.0


def follow(
    seen: PeaksSeen,
    sample: Sample,
    *,
    window: timedelta,
    days: Sequence[datetime],
    factor: Callable[[datetime], float] = in_full,
) -> PeaksSeen:
    """Take the next sample into account. Time that goes back is no time; of two samples at one time the higher one counts.

    Windows are `window` long, and count as `factor` says of their start, UTC. A sample holds until the next one, or for
    `HELD`. `days` are the starts of the days, UTC, in order, from the first one of the month that runs at the sample's time.
    """
    sample, last = _sound(sample), seen.last
    if last is not None and last.at == sample.at:
        return replace(seen, last=max(last, sample, key=lambda one: -1.0 if one.kw is None else one.kw))
    if last is not None and last.kw is not None:
        for start, length in _parts(last.at, min(sample.at, last.at + HELD), window):
            seen = _turn(seen, start, window, days, factor)
            seen = replace(seen, window=_add(seen.window or Window(start=start), last.kw, length))
    seen = _turn(seen, start_of(sample.at, window), window, days, factor)
    return replace(seen, days={day: peak for day, peak in seen.days.items() if day >= days[0]}, last=sample)


def highest(seen: PeaksSeen, first: datetime) -> DayPeak | None:
    """Tell the highest peak of the month that begins at `first`, UTC, the earliest of equal ones; None before there is one."""
    peaks = (peak for day, peak in seen.days.items() if day >= first)
    return max(peaks, key=lambda peak: (peak.kw, -peak.start.timestamp()), default=None)


def month_of(
    seen: PeaksSeen, at: datetime, *, window: timedelta, days: Sequence[datetime], ends: datetime
) -> PeakMonth:
    """Tell of the month that runs at `at`, UTC, and ends at `ends`; `window` and `days` are as in `follow`."""
    today = days[bisect_right(days, at) - 1]
    running = seen.window if seen.window is not None and seen.window.start == start_of(at, window) else None
    mean_kw = None if running is None else running.mean_kw
    return PeakMonth(
        ends=ends,
        days=tuple(days),
        past_kw=tuple(peak.kw for day, peak in sorted(seen.days.items()) if days[0] <= day < today),
        today_kw=seen.days[today].kw if today in seen.days else 0.0,
        window_kwh=0.0 if mean_kw is None else mean_kw * ((at - start_of(at, window)) / _HOUR),
    )


def free_kw(month: PeakMonth, price: PeakPrice) -> float:
    """Tell how high a window of today may become, as it counts, without a higher bill for the month; infinite where any may.

    Where the price has steps alone, that is up to the next one.
    """
    others_kw = sorted(month.past_kw, reverse=True)
    highest_kw = sorted((*others_kw, month.today_kw), reverse=True)[: price.days]
    billed_kw = max(price.least_kw, math.fsum(highest_kw) / price.days)
    if price.per_kw == 0:
        billed_kw = min((from_kw for from_kw, _ in price.steps if from_kw >= billed_kw), default=math.inf)
    return price.days * billed_kw - math.fsum(others_kw[: price.days - 1])


def seen_enough(seen: PeaksSeen, at: datetime, *, window: timedelta) -> bool:
    """Tell whether most of the window that runs at `at`, UTC, was seen so far."""
    start, running = start_of(at, window), seen.window
    known = running.seen if running is not None and running.start == start else _NO_TIME
    return known + HELD >= ENOUGH * (at - start)


def _sound(sample: Sample) -> Sample:
    kw = sample.kw
    if kw is None or not math.isfinite(kw) or kw > MOST_KW:
        return replace(sample, kw=None)
    return replace(sample, kw=max(0.0, kw))


def start_of(at: datetime, window: timedelta) -> datetime:
    """Tell when the window began, UTC, that runs at `at`."""
    midnight = datetime.combine(at.date(), datetime.min.time(), UTC)
    return midnight + (at - midnight) // window * window


def _parts(start: datetime, end: datetime, window: timedelta) -> Iterator[tuple[datetime, timedelta]]:
    """List the windows that a time lies in, and how much of it lies in each."""
    while start < end:
        begun = start_of(start, window)
        until = min(end, begun + window)
        yield begun, until - start
        start = until


def _add(window: Window, kw: float, length: timedelta) -> Window:
    return replace(window, kwh=window.kwh + kw * (length / _HOUR), seen=window.seen + length)


def _turn(
    seen: PeaksSeen, start: datetime, window: timedelta, days: Sequence[datetime], factor: Callable[[datetime], float]
) -> PeaksSeen:
    """Go on to the window that begins at `start`: what the one before it was may be the peak of its day."""
    over = seen.window
    if over is not None and over.start == start:
        return seen
    peaks = dict(seen.days)
    if over is not None and over.start >= days[0] and over.seen >= ENOUGH * window and (counts := factor(over.start)):
        day = days[bisect_right(days, over.start) - 1]
        peak = DayPeak(kw=counts * (over.mean_kw or 0.0), start=over.start)
        peaks[day] = max(peaks.get(day, peak), peak, key=lambda one: one.kw)
    return replace(seen, window=Window(start=start), days=peaks)
