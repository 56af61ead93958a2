"""Sharing: who has his minimum first, and how what is left beyond the minimums is divided.

A strategy turns the demands into tiers. The tiers are served one after another; within a tier a common level rises, and
each charger has `offset_a + per_level_a * level`, between what it has already and what it wants.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from ..model.reason import ReasonCode
from ..model.strategy import Strategy
from .demand import Demand

LAXITY_SCALE_S: Final = 1800.0
"""A car with half an hour less to spare than another one has its full current before the other one has any."""
STAYS_S: Final = 1800.0
"""A car that charges goes on until another one has so much less to spare: with this a car of the ACN sessions is started 1.15
times [measured], and delivery stays within 0.03 % of the optimum."""


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

    A higher priority comes first. After Chen, Jin and Low, "Smoothed least-laxity-first algorithm for EV charging" (2021). Those without a departure
    have all the time, and share equally what the others leave.
    """
    tiers: list[Tier] = []
    for _, group in groupby(sorted(demands, key=_priority), key=_priority):
        peers = list(group)
        if hurried := [item for item in peers if item.laxity_s is not None]:
            tiers.append(
                [Share(item, -item.maximum_a * slack_s(item) / LAXITY_SCALE_S, item.maximum_a) for item in hurried]
            )
        if others := [item for item in peers if item.laxity_s is None]:
            tiers.append([Share(item) for item in others])
    return tiers


def slack_s(item: Demand) -> float:
    """Tell how much time a car has to spare for the order among others, s: one that charges is taken to have less."""
    if item.laxity_s is None:
        return math.inf
    return item.laxity_s - (STAYS_S if item.served_since is not None else 0.0)


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
    wait, the longest first; then those whose turn is over, and last who
    takes nothing anyway. So everybody has a turn, and as few starts as that takes.
    """
    turn = timedelta(seconds=turn_s)

    def place(item: Demand) -> tuple[float, float, int, float, str]:
        rank, since = _turn(item, now, turn)
        return -item.priority, slack_s(item), rank, since, item.evse_id

    return sorted(demands, key=place)


def _turn(item: Demand, now: datetime, turn: timedelta) -> tuple[int, float]:
    if item.reason.code in {ReasonCode.NOT_TAKING, ReasonCode.ASLEEP}:
        return 3, 0.0
    if item.served_since is not None:
        since = item.served_since.timestamp()
        return (0 if now - item.served_since < turn else 2), since
    return 1, 0.0 if item.waiting_since is None else item.waiting_since.timestamp()


def _priority(item: Demand) -> float:
    return -item.priority


def _arrival(item: Demand) -> float:
    return math.inf if item.arrived_at is None else item.arrived_at.timestamp()
