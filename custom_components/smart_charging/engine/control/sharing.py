"""Sharing: who has his minimum first, and how what is left beyond the minimums is divided.

A strategy turns the demands into tiers. The tiers are served one after another; within a tier a common level rises, and
each charger has `offset_a + per_level_a * level`, between what it has already and what it wants.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from ..model.strategy import Strategy
from .demand import Demand

LAXITY_SCALE_S: Final = 3600.0
"""A car with an hour less to spare than another one has its full current before the other one has more than its minimum."""


@dataclass(frozen=True, slots=True)
class Share:
    """One charger in a tier, see above. `per_level_a` is positive."""

    demand: Demand
    offset_a: float = 0.0
    per_level_a: float = 1.0


type Tier = Sequence[Share]


def equal(demands: Sequence[Demand]) -> list[Tier]:
    """Give all the same current."""
    return [[Share(item) for item in demands]]


def proportional(demands: Sequence[Demand]) -> list[Tier]:
    """Give all the same part of what they want."""
    return [[Share(item, 0.0, item.maximum_a) for item in demands]]


def by_priority(demands: Sequence[Demand]) -> list[Tier]:
    """Serve the highest priority first; those who have the same share equally."""
    ranked = sorted(demands, key=_priority)
    return [[Share(item) for item in group] for _, group in groupby(ranked, key=_priority)]


def first_come(demands: Sequence[Demand]) -> list[Tier]:
    """Serve one after another, by arrival; who came at the same moment (or nobody knows when) shares equally."""
    ranked = sorted(demands, key=_arrival)
    return [[Share(item) for item in group] for _, group in groupby(ranked, key=_arrival)]


def least_laxity(demands: Sequence[Demand]) -> list[Tier]:
    """Serve those first who have the least time to spare, smoothly: who has a little more to spare has a little less.

    After Chen, Jin and Low, "Smoothed least-laxity-first algorithm for EV charging" (2021). Those without a departure
    have all the time, and share equally what the others leave.
    """
    hurried = [item for item in demands if item.laxity_s is not None]
    tiers: list[Tier] = []
    if hurried:
        tiers.append([_by_laxity(item, item.laxity_s or 0.0) for item in hurried])
    if len(hurried) < len(demands):
        tiers.append([Share(item) for item in demands if item.laxity_s is None])
    return tiers


def _by_laxity(item: Demand, laxity_s: float) -> Share:
    return Share(item, -item.maximum_a * laxity_s / LAXITY_SCALE_S, item.maximum_a)


STRATEGIES: Final[Mapping[Strategy, Callable[[Sequence[Demand]], list[Tier]]]] = {
    Strategy.EQUAL: equal,
    Strategy.PROPORTIONAL: proportional,
    Strategy.PRIORITY: by_priority,
    Strategy.FIRST_COME: first_come,
    Strategy.LAXITY: least_laxity,
}


def queue(demands: Iterable[Demand], now: datetime, turn_s: float) -> list[Demand]:
    """Order the demands for their minimums: who comes first has his when not all fit.

    By priority; then who has the least time to spare; then whoever charges and whose turn is not over; then those who
    wait, the longest first; last those whose turn is over. So everybody has a turn, and as few starts as that takes.
    """
    turn = timedelta(seconds=turn_s)

    def place(item: Demand) -> tuple[float, float, int, float, str]:
        laxity = float("inf") if item.laxity_s is None else item.laxity_s
        rank, since = _turn(item, now, turn)
        return -item.priority, laxity, rank, since, item.evse_id

    return sorted(demands, key=place)


def _turn(item: Demand, now: datetime, turn: timedelta) -> tuple[int, float]:
    if item.served_since is not None:
        since = item.served_since.timestamp()
        return (0 if now - item.served_since < turn else 2), since
    return 1, 0.0 if item.waiting_since is None else item.waiting_since.timestamp()


def _priority(item: Demand) -> float:
    return -item.priority


def _arrival(item: Demand) -> float:
    return float("inf") if item.arrived_at is None else item.arrived_at.timestamp()
