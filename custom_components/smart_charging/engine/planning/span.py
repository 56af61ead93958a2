"""A span of time in which nothing changes that a plan looks at."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `start` (included) to `end` (excluded), UTC."""

    start: datetime
    end: datetime

    @property
    def hours(self) -> float:
        """How long it is, h."""
        return (self.end - self.start) / timedelta(hours=1)

    def share_in(self, start: datetime, end: datetime) -> float:
        """How much of it lies between two times, from 0 to 1."""
        return max(timedelta(), min(end, self.end) - max(start, self.start)) / (self.end - self.start)


def split(start: datetime, end: datetime, edges: Iterable[datetime]) -> tuple[Span, ...]:
    """Split the time from `start` to `end` at those of the edges that lie inside. Nothing where `end` is not after `start`."""
    inside = sorted({edge for edge in edges if start < edge < end})
    moments = [start, *inside, end] if start < end else []
    return tuple(Span(start=begin, end=until) for begin, until in pairwise(moments))
