"""Where power has a price: the same problem with a limit instead, once for each of some levels that the peak might have.

What a peak costs is a matter of all cars and of all times, which a car that takes its turn does not see. A limit it sees.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from .peak import Day, Peak
from .problem import Bound, Problem

_LEVELS: Final = 12
"""The highest power of all is parted by so many, beside the levels at which a bill changes, and that of one car at its lowest."""
_NO_LIMIT: Final = float("inf")


def below_levels(problem: Problem) -> Iterator[Problem]:
    """Give the problem below each level, the lowest first; none where power has no price."""
    for level_kw in sorted(set(_levels(problem))):
        spans = range(len(problem.spans))
        capacity = tuple(min(_room_kw(peak, span, level_kw) for peak in problem.peaks) for span in spans)
        limit = Bound(factors=dict.fromkeys(range(len(problem.jobs)), 1.0), capacity=capacity)
        yield replace(problem, bounds=(*problem.bounds, limit))


def _levels(problem: Problem) -> Iterator[float]:
    lowest_kw = min((job.lowest_kw for job in problem.jobs), default=0.0)
    ceilings_kw = [sum(kw[span] for kw in problem.ceilings_kw) for span in range(len(problem.spans))]
    for peak in problem.peaks:
        yield from (peak.least_kw, *(from_kw for from_kw, _ in peak.steps))
        # As many days are higher: one below the lowest of them costs nothing.
        yield from sorted(peak.others_kw, reverse=True)[peak.highest - 1 : peak.highest]
        yield max((peak.day_kw(day, lambda _: lowest_kw) for day in peak.days), default=0.0)
        most_kw = max((peak.day_kw(day, ceilings_kw.__getitem__) for day in peak.days), default=0.0)
        yield from (most_kw * number / _LEVELS for number in range(1, _LEVELS))


def _room_kw(peak: Peak, span: int, level_kw: float) -> float:
    """What all cars may take in a span, kW, so that no window with it is above the level, or above what its day had already."""
    return min((_left_kw(day, span, level_kw) for day in peak.days), default=_NO_LIMIT)


def _left_kw(day: Day, span: int, level_kw: float) -> float:
    return min(
        (
            max(0.0, max(level_kw, day.so_far_kw) - window.base_kw) / sum(part for _, part in window.parts)
            for window in day.windows
            if any(number == span and part > 0 for number, part in window.parts)
        ),
        default=_NO_LIMIT,
    )
