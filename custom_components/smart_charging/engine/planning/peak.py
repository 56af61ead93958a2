"""A price for the highest power of a month, as a plan sees it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

_NOTHING: Final = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A quarter-hour or an hour that is measured as a whole, as it counts.

    Without the cars the home takes `base_kw` on average; a car's power in span number `parts[i][0]` counts `parts[i][1]` of it.
    """

    base_kw: float
    parts: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day's peak is that of its windows, and at least what it was so far."""

    so_far_kw: float
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """The mean of the `highest` days' peaks of one month costs `per_kw`, and what `steps` say.

    `others_kw` are the peaks of the month's days that a plan cannot change. A step (from kW, cost) is paid where the mean is
    higher than it begins.
    """

    days: tuple[Day, ...]
    others_kw: tuple[float, ...] = ()
    highest: int = 1
    per_kw: float = 0.0
    steps: tuple[tuple[float, float], ...] = ()
    least_kw: float = 0.0
    """A lower mean is billed as this."""

    def cost(self, power_kw: Callable[[int], float]) -> float:
        """Tell what the month's peak costs when the cars together take this much by span number, on average."""
        days = [self.day_kw(day, power_kw) for day in self.days]
        return self.cost_of(days)

    def cost_of(self, days_kw: Sequence[float]) -> float:
        """Tell what it costs when these are the peaks of `days`."""
        highest_kw = sorted((*self.others_kw, *days_kw), reverse=True)[: self.highest]
        mean_kw = max(self.least_kw, sum(highest_kw) / self.highest)
        return self.per_kw * mean_kw + sum(cost for from_kw, cost in self.steps if mean_kw > from_kw)

    @staticmethod
    def day_kw(day: Day, power_kw: Callable[[int], float]) -> float:
        """Tell what a day's peak is then."""
        windows = (window.base_kw + sum(power_kw(span) * part for span, part in window.parts) for window in day.windows)
        return max(day.so_far_kw, *windows, _NOTHING)
