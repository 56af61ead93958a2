"""What a perfect controller could have given several cars below circuits of their own, in sum."""

import math
from collections.abc import Sequence

from .electrical import VOLTAGE_V
from .perfect import Taker, perfect_most
from .scenario import Scenario
from .supply import Unit

FINE_A = 0.001
"""It is not held to a charger's step."""


class PerfectSharing:
    """Knows each second's load in that second, and cars that follow at once; it serves those who together take the most.

    What can be switched off counts as house, on or off as it was: this measures what became of the rest. A limit in total,
    kW, leaves open which phase may have how much: for that nothing is possible, and there is no share.
    """

    def __init__(self, scenario: Scenario) -> None:
        """Each phase of each circuit limits as a phase of the supply does: they are numbered on, behind the supply's."""
        self._supply, self._bays = scenario.supply, scenario.bays
        phases = self._supply.phases
        firsts = {circuit.name: phases * place for place, circuit in enumerate(scenario.circuits, start=1)}
        self._circuits_a = [circuit.limit_a for circuit in scenario.circuits for _ in range(phases)]
        self._lines: list[tuple[int, ...]] = []
        """Of each car, all that its current flows in."""
        for bay in self._bays:
            used = bay.wiring[: bay.car.phases]
            below = () if bay.circuit is None else tuple(firsts[bay.circuit] + phase for phase in used)
            self._lines.append(used + below)
        self.energy_kwh = 0.0

    def currents_a(self, house_a: tuple[float, ...], capabilities_a: Sequence[float]) -> tuple[float, ...]:
        """A per phase for each car, of what it would take of all that its station can give."""
        if self._supply.unit is Unit.KW:
            return (0.0,) * len(self._lines)
        room_a = [*(max(0.0, self._supply.limit_a - on_phase_a) for on_phase_a in house_a), *self._circuits_a]
        takers = [
            Taker(phases=lines, maximum_a=capability_a)
            for lines, capability_a in zip(self._lines, capabilities_a, strict=True)
        ]
        wanting = [taker for taker in takers if taker.maximum_a > 0]
        offers = iter(perfect_most(room_a, wanting, step_a=FINE_A))
        return tuple(min(taker.maximum_a, next(offers)) if taker.maximum_a > 0 else 0.0 for taker in takers)

    def step(self, house_a: tuple[float, ...], capabilities_a: Sequence[float]) -> None:
        """One second."""
        drawn = zip(self._bays, self.currents_a(house_a, capabilities_a), strict=True)
        all_a = math.fsum(current_a * bay.car.phases for bay, current_a in drawn)
        self.energy_kwh += all_a * VOLTAGE_V / 3_600_000
