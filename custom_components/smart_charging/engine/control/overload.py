"""Overload: which circuits carry more than their limits right now, as measured."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..model.circuit import Circuit
from ..model.evse import Evse
from ..model.quantities import PerPhase, uniform
from ..model.site import Site
from .base import load_a, load_w
from .freshness import MeterView
from .limits import phase_limits, total_limits
from .view import EvseView

OVER_A: Final = 0.5
"""A circuit that carries more than its limit by this much is exceeded; less is its meter's error."""


@dataclass(slots=True, kw_only=True, eq=False)
class Overload:
    """What the meters and the chargers of a site measure in this tick."""

    site: Site
    meters: Mapping[str, MeterView]
    views: Mapping[str, EvseView]

    def concerns(self, evse: Evse) -> bool:
        """Tell whether a circuit that feeds this charger is exceeded, on a phase of the charger's or in total."""
        return any(self._is_exceeded(circuit, evse) for circuit in self.site.path(evse.circuit_id))

    def _is_exceeded(self, circuit: Circuit, evse: Evse) -> bool:
        carried = self._carried(circuit)
        if carried is None:
            return False
        carried_a, carried_w = carried
        limit_w = min((limit.power_w or 0.0 for limit in total_limits(circuit)), default=math.inf)
        limit_a = min((limit.current_a or 0.0 for limit in phase_limits(circuit)), default=math.inf)
        if carried_w > limit_w + OVER_A * self.site.voltage_v:
            return True
        return any(carried_a.get(phase, 0.0) > limit_a + OVER_A for phase in evse.phases)

    def _carried(self, circuit: Circuit) -> tuple[PerPhase, float] | None:
        """Tell what a circuit carries, A by phase and W: by its meter, else what its chargers measure; None: nobody knows.

        A meter that knows only the total is taken to be loaded evenly: exceeded is only what certainly is.
        """
        voltage_v = self.site.voltage_v
        if circuit.metered:
            view = self.meters[circuit.circuit_id]
            if not view.known or view.reading is None:
                return None
            carried_w = load_w(circuit, view.reading, voltage_v)
            evenly = uniform(circuit.phases, carried_w / voltage_v / len(circuit.phases))
            return load_a(circuit, view.reading) or evenly, carried_w
        below = [self.views[evse.evse_id].measured_a for evse in self.site.evses_below(circuit.circuit_id)]
        carried_a = {phase: math.fsum(measured.get(phase, 0.0) for measured in below) for phase in circuit.phases}
        return carried_a, math.fsum(carried_a.values()) * voltage_v
