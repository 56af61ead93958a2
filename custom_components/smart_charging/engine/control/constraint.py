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

    def room(self, currents: Mapping[str, float], evse_id: str) -> float:
        """Tell how many A per phase this charger could take beside the others' currents; may be negative."""
        others = {other: current for other, current in currents.items() if other != evse_id}
        return (self.capacity - self.used(others)) / self.weights[evse_id]


def concerning(constraints: Iterable[Constraint], evse_id: str) -> tuple[Constraint, ...]:
    """Pick those that bind this charger."""
    return tuple(constraint for constraint in constraints if evse_id in constraint.weights)
