"""Layout: which charger counts in which constraint, and how much there. It follows from the wiring alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations

from ..model.circuit import Circuit
from ..model.limit import Limit, LimitSource
from ..model.quantities import Phase
from ..model.site import Site
from .constraint import Bounds, Constraint, bounds_by_evse
from .limits import phase_limits, total_limits

type PhasesInUse = Mapping[str, tuple[Phase, ...]]
"""The site's phases that each charger uses, by its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A constraint without its capacity. `than`: `phase` may carry only so much more than this other phase."""

    circuit: Circuit
    phase: Phase | None
    limit: Limit
    weights: Mapping[str, float]
    than: Phase | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The rows of the circuits that can be judged, and where each charger counts, by its id."""

    rows: tuple[Row, ...]
    bounds: Mapping[str, Bounds]


def lay_out(site: Site, judged: tuple[str, ...], phases: PhasesInUse) -> Layout:
    """Write down the rows of these circuits (by their ids)."""
    key = (judged, tuple(phases[evse.evse_id] for evse in site.evses))
    return site.derived(key, lambda: _lay_out(site, judged, phases))


def _lay_out(site: Site, judged: tuple[str, ...], phases: PhasesInUse) -> Layout:
    rows: list[Row] = []
    for circuit_id in judged:
        circuit = site.circuit(circuit_id)
        below = {evse.evse_id: phases[evse.evse_id] for evse in site.evses_below(circuit_id)}
        rows += _phase_rows(circuit, below)
        rows += _total_rows(circuit, below, site.voltage_v)
        rows += _unbalance_rows(circuit, below)
    blank = [
        Constraint(circuit_id=row.circuit.circuit_id, phase=row.phase, limit=row.limit, capacity=0, weights=row.weights)
        for row in rows
    ]
    return Layout(rows=tuple(rows), bounds=bounds_by_evse(blank))


def _phase_rows(circuit: Circuit, below: PhasesInUse) -> list[Row]:
    return [
        Row(
            circuit=circuit,
            phase=phase,
            limit=limit,
            weights={evse_id: 1.0 for evse_id, active in below.items() if phase in active},
        )
        for limit in (*phase_limits(circuit)[:1], *phase_limits(circuit, chargers_only=True)[:1])
        for phase in circuit.phases
    ]


def _total_rows(circuit: Circuit, below: PhasesInUse, voltage_v: float) -> list[Row]:
    weights = {
        evse_id: voltage_v * len(used)
        for evse_id, active in below.items()
        if (used := [phase for phase in active if phase in circuit.phases])
    }
    return [
        Row(circuit=circuit, phase=None, limit=limit, weights=weights)
        for limit in (*total_limits(circuit)[:1], *total_limits(circuit, chargers_only=True)[:1])
    ]


def _unbalance_rows(circuit: Circuit, below: PhasesInUse) -> list[Row]:
    """Bound each phase by each other one. Only chargers on the one and not on the other make a difference."""
    if circuit.unbalance_a is None:
        return []
    limit = Limit(source=LimitSource.UNBALANCE, current_a=circuit.unbalance_a)
    return [
        Row(
            circuit=circuit,
            phase=phase,
            limit=limit,
            weights={evse_id: 1.0 for evse_id, active in below.items() if phase in active and other not in active},
            than=other,
        )
        for phase, other in permutations(circuit.phases, 2)
    ]
