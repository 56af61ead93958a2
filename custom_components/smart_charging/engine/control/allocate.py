"""Allocate: divide what the constraints leave among the chargers that want it.

Minimums first, by priority; then equal sharing: the level of all rises together, and who meets a limit (or has enough)
stays where he is while the others go on. Ties are broken by charger id, never by the order in which they are listed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .constraint import Constraint, Ledger
from .demand import Demand

NEARLY: Final = 1e-9
"""Two amounts of A or W that differ by less than this are the same; it only absorbs binary fractions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """What a charger is given, A per phase, and the constraint that kept it from more (None: it has what it wants)."""

    current_a: float
    bound_by: Constraint | None = None


def allocate(constraints: Sequence[Constraint], demands: Iterable[Demand]) -> dict[str, Allocation]:
    """Give every charger 0 or something between its minimum and its maximum, such that every constraint holds.

    Where that cannot be (overloaded without the chargers, or by chargers that cannot be told), all that can pause are
    given 0. Discharging is granted as asked, and not counted as room for others: the car may refuse.
    """
    ordered = sorted(demands, key=lambda demand: (-demand.priority, demand.evse_id))
    granted: dict[str, Allocation] = {}
    ledger = Ledger(constraints)
    taken: dict[str, float] = {}
    sharing: list[Demand] = []
    for item in sorted(ordered, key=lambda demand: not demand.is_fixed):
        if item.is_fixed:
            granted[item.evse_id] = Allocation(current_a=item.maximum_a)
            taken[item.evse_id] = max(0.0, item.maximum_a)
        elif (bound := _short_of(ledger, item)) is not None and item.can_pause:
            granted[item.evse_id] = Allocation(current_a=0.0, bound_by=bound)
            continue
        else:
            taken[item.evse_id] = item.minimum_a
            sharing.append(item)
        ledger.enter(item.evse_id, taken[item.evse_id])
    return granted | _share_equally(constraints, taken, sharing)


def _short_of(ledger: Ledger, item: Demand) -> Constraint | None:
    """Find the constraint under which the charger's minimum does not fit beside what is taken; the tightest one."""
    room, tightest = ledger.room(item.evse_id)
    return tightest if room < item.minimum_a - NEARLY else None


def _share_equally(
    constraints: Sequence[Constraint], minimums: Mapping[str, float], sharing: Sequence[Demand]
) -> dict[str, Allocation]:
    """Raise the level of all together; freeze those whom a constraint stops, and go on with the rest."""
    taken = dict(minimums)
    result: dict[str, Allocation] = {}
    rising = {item.evse_id: item for item in sharing}
    while rising:
        level, tightest = _highest_level(constraints, taken, rising)
        stopped = [
            evse_id
            for evse_id, item in rising.items()
            if tightest is None or evse_id in tightest.weights or item.maximum_a <= level + NEARLY
        ]
        for evse_id in stopped:
            item = rising.pop(evse_id)
            taken[evse_id] = current = _at_level(item, level)
            satisfied = current >= item.maximum_a - NEARLY
            result[evse_id] = Allocation(current_a=current, bound_by=None if satisfied else tightest)
    return result


def _at_level(item: Demand, level: float) -> float:
    return min(max(level, item.minimum_a), item.maximum_a)


def _highest_level(
    constraints: Sequence[Constraint], taken: Mapping[str, float], rising: Mapping[str, Demand]
) -> tuple[float, Constraint | None]:
    """Find how high the common level may go, and the constraint that stops it; None when all get their maximum."""
    level, tightest = max(item.maximum_a for item in rising.values()), None
    for constraint in constraints:
        sharers = [item for evse_id, item in rising.items() if evse_id in constraint.weights]
        if not sharers:
            continue
        others = {evse_id: current for evse_id, current in taken.items() if evse_id not in rising}
        reached = _level_under(constraint, constraint.capacity - constraint.used(others), sharers)
        if reached is not None and reached < level - NEARLY:
            level, tightest = reached, constraint
    return level, tightest


def _level_under(constraint: Constraint, capacity: float, sharers: Sequence[Demand]) -> float | None:
    """Find the level at which these sharers fill `capacity`; None when even their maximums do not.

    What they take is a line with a bend at each minimum and maximum, so it is walked from bend to bend.
    """
    weights = constraint.weights
    bends = sorted({bend for item in sharers for bend in (item.minimum_a, item.maximum_a)})
    low, used_low = bends[0], sum(weights[item.evse_id] * _at_level(item, bends[0]) for item in sharers)
    for high in bends[1:]:
        used_high = sum(weights[item.evse_id] * _at_level(item, high) for item in sharers)
        if used_high > capacity + NEARLY:
            slope = (used_high - used_low) / (high - low)
            return low + max(0.0, capacity - used_low) / slope
        low, used_low = high, used_high
    return None
