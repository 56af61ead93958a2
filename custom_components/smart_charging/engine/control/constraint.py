"""Constraints: each limit of the site, as an inequality over the chargers' currents."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..model.limit import Limit
from ..model.quantities import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """`sum(weights[evse_id] * current_a) <= capacity`, one limit on one phase of a circuit, or in total.

    Per phase, capacity is in A and each weight is 1; in total (`phase` is None), capacity is in W and a weight is the
    W that one ampere on every active phase makes. Weights are positive. Capacity may be negative: overloaded already.
    """

    circuit_id: str
    phase: Phase | None
    limit: Limit
    capacity: float
    weights: Mapping[str, float] = field(default_factory=dict[str, float])

    def used(self, currents: Mapping[str, float]) -> float:
        """Add up what these currents (A per phase, by charger id) take; a charger that is not named takes nothing."""
        return math.fsum(weight * currents.get(evse_id, 0.0) for evse_id, weight in self.weights.items())


class Ledger:
    """Who takes how much, A per phase, and what that leaves under each constraint. A charger not entered takes nothing."""

    def __init__(self, constraints: Iterable[Constraint], currents: Mapping[str, float] | None = None) -> None:
        """Make one; `currents` are entered at once."""
        self._left: list[float] = []
        self._bounds: dict[str, list[tuple[int, float, Constraint]]] = {}
        self._taken: dict[str, float] = {}
        for index, constraint in enumerate(constraints):
            self._left.append(constraint.capacity)
            for evse_id, weight in constraint.weights.items():
                self._bounds.setdefault(evse_id, []).append((index, weight, constraint))
        for evse_id, current_a in (currents or {}).items():
            self.enter(evse_id, current_a)

    def enter(self, evse_id: str, current_a: float) -> None:
        """Let a charger take this much, in place of what it took before."""
        more = current_a - self._taken.get(evse_id, 0.0)
        self._taken[evse_id] = current_a
        for index, weight, _ in self._bounds.get(evse_id, ()):
            self._left[index] -= weight * more

    def room(self, evse_id: str) -> tuple[float, Constraint | None]:
        """Tell how much this charger could take beside the others, and the constraint that says so.

        May be negative. Infinite, and None, for a charger that nothing constrains.
        """
        own, least, tightest = self._taken.get(evse_id, 0.0), math.inf, None
        for index, weight, constraint in self._bounds.get(evse_id, ()):
            room = own + self._left[index] / weight
            if room < least:
                least, tightest = room, constraint
        return least, tightest
