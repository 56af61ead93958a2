"""Constraints: each limit of the site, as an inequality over the chargers' currents."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ..model.limit import Limit
from ..model.quantities import Phase

NEARLY: Final = 1e-9
"""Two amounts of A or W that differ by less than this are the same; it only absorbs binary fractions."""


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


type Bounds = tuple[tuple[int, float], ...]
"""The constraints that a charger counts in: (their index, its weight there)."""


def bounds_by_evse(constraints: Iterable[Constraint]) -> dict[str, Bounds]:
    """Turn the constraints round: by charger id, where it counts. Chargers that are wired alike share one tuple."""
    found: dict[str, list[tuple[int, float]]] = {}
    for index, constraint in enumerate(constraints):
        for evse_id, weight in constraint.weights.items():
            if (bounds := found.get(evse_id)) is None:
                found[evse_id] = bounds = []
            bounds.append((index, weight))
    alike: dict[Bounds, Bounds] = {}
    return {evse_id: alike.setdefault(key := tuple(bounds), key) for evse_id, bounds in found.items()}


class Ledger:
    """Who takes how much, A per phase, and what that leaves under each constraint. A charger not entered takes nothing."""

    def __init__(
        self,
        constraints: Iterable[Constraint],
        currents: Mapping[str, float] | None = None,
        bounds: Mapping[str, Bounds] | None = None,
    ) -> None:
        """Make one; `currents` are entered at once. `bounds` may be handed in where they are known already."""
        self.constraints = tuple(constraints)
        self.bounds = bounds_by_evse(self.constraints) if bounds is None else bounds
        self.left = [constraint.capacity for constraint in self.constraints]
        """By constraint: its capacity, less what is taken."""
        self.taken: dict[str, float] = {}
        if currents:
            self.enter_all(currents)

    def enter_all(self, currents: Mapping[str, float]) -> None:
        """Let chargers that took nothing so far take this much. Those that are wired alike are entered together."""
        self.taken.update(currents)
        alike: dict[int, list[float]] = {}
        found: dict[int, Bounds] = {}
        for evse_id, current_a in currents.items():
            if current_a:
                bounds = self.bounds.get(evse_id, ())
                key = id(bounds)
                if key in alike:
                    alike[key].append(current_a)
                else:
                    alike[key], found[key] = [current_a], bounds
        left = self.left
        for key, bounds in found.items():
            taken_a = math.fsum(alike[key])
            for index, weight in bounds:
                left[index] -= weight * taken_a

    def enter(self, evse_id: str, current_a: float) -> None:
        """Let a charger take this much, in place of what it took before."""
        more = current_a - self.taken.get(evse_id, 0.0)
        self.taken[evse_id] = current_a
        if more:
            for index, weight in self.bounds.get(evse_id, ()):
                self.left[index] -= weight * more

    def room(self, evse_id: str) -> tuple[float, Constraint | None]:
        """Tell how much this charger could take beside the others, and the constraint that says so.

        May be negative. Infinite, and None, for a charger that nothing constrains.
        """
        least, tightest = math.inf, None
        for index, weight in self.bounds.get(evse_id, ()):
            room = self.left[index] / weight
            if room < least:
                least, tightest = room, index
        own = self.taken.get(evse_id, 0.0)
        return own + least, None if tightest is None else self.constraints[tightest]

    @property
    def fits(self) -> bool:
        """Tell whether every constraint holds."""
        return not self.left or min(self.left) >= -NEARLY
