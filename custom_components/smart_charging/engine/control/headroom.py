"""Headroom: what each circuit carries, what is left under its limits, and what the chargers may have of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ..model.circuit import Circuit
from ..model.decision import Headroom
from ..model.limit import Limit
from ..model.meter import MeterReading
from ..model.quantities import Phase, uniform
from ..model.site import Site
from .constraint import Constraint
from .draw import Draw
from .freshness import MeterView

type ByEvse[T] = Mapping[str, T]

type Edge = Literal["least", "most"]
"""Which end of the chargers' draw the base load is computed with: `least` gives the highest base load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """The site's constraints for the sum of all chargers, seen twice."""

    for_rises: tuple[Constraint, ...]
    """With the base load at its highest: what a charger may be given in addition must fit these."""
    for_holds: tuple[Constraint, ...]
    """With the base load at its lowest: what does not even fit these must be given up now."""


def measure_headroom(site: Site, views: Mapping[str, MeterView]) -> dict[str, Headroom]:
    """Tell, by circuit id, what each metered circuit carries and what is left."""
    return {
        circuit.circuit_id: _headroom(circuit, views[circuit.circuit_id], site.voltage_v)
        for circuit in site.circuits
        if circuit.metered
    }


def constrain(
    site: Site, views: Mapping[str, MeterView], draws: ByEvse[Draw], phases: ByEvse[tuple[Phase, ...]]
) -> Capacity:
    """Write down every limit of every circuit that can be judged: its meter is known, or it has none."""
    return Capacity(
        for_rises=_constraints(site, views, draws, phases, "least"),
        for_holds=_constraints(site, views, draws, phases, "most"),
    )


def phase_limits(circuit: Circuit) -> list[Limit]:
    """List the limits per phase, the lowest first."""
    return sorted(
        (limit for limit in circuit.limits if limit.current_a is not None), key=lambda limit: limit.current_a or 0.0
    )


def total_limits(circuit: Circuit) -> list[Limit]:
    """List the limits in total, the lowest first."""
    return sorted(
        (limit for limit in circuit.limits if limit.power_w is not None), key=lambda limit: limit.power_w or 0.0
    )


def _headroom(circuit: Circuit, view: MeterView, voltage_v: float) -> Headroom:
    per_phase, in_total = phase_limits(circuit)[:1], total_limits(circuit)[:1]
    limits = (*per_phase, *in_total)
    if not view.known or view.reading is None:
        return Headroom(known=False, limits=limits)
    load_a = _load_a(circuit, view.reading)
    load_w = _load_w(circuit, view.reading, voltage_v)
    return Headroom(
        known=True,
        limits=limits,
        load_a=load_a,
        load_w=load_w,
        headroom_a={phase: (limit.current_a or 0.0) - load for limit in per_phase for phase, load in load_a.items()},
        headroom_w=(in_total[0].power_w or 0.0) - load_w if in_total else None,
    )


def _load_a(circuit: Circuit, reading: MeterReading) -> dict[Phase, float]:
    """Give the current on each phase, A; empty for a meter that knows only the total of several phases."""
    return {phase: reading.current_a[phase] for phase in circuit.phases if phase in reading.current_a}


def _load_w(circuit: Circuit, reading: MeterReading, voltage_v: float) -> float:
    if reading.power_w is not None:
        return reading.power_w
    return math.fsum(_load_a(circuit, reading).values()) * voltage_v


def _constraints(
    site: Site, views: Mapping[str, MeterView], draws: ByEvse[Draw], phases: ByEvse[tuple[Phase, ...]], edge: Edge
) -> tuple[Constraint, ...]:
    constraints: list[Constraint] = []
    for circuit in site.circuits:
        below = {evse.evse_id: phases[evse.evse_id] for evse in site.evses_below(circuit.circuit_id)}
        if circuit.metered:
            view = views[circuit.circuit_id]
            if not view.known or view.reading is None:
                continue
            held = [draws[evse_id] for evse_id in below]
            base_a, base_w = _base(circuit, view.reading, held, site.voltage_v, edge)
        else:
            base_a, base_w = uniform(circuit.phases, 0.0), 0.0
        constraints += _phase_constraints(circuit, base_a, below, site.policy.margin_a)
        constraints += _total_constraints(circuit, base_w, below, site)
    return tuple(constraints)


def _base(
    circuit: Circuit, reading: MeterReading, draws: list[Draw], voltage_v: float, edge: Edge
) -> tuple[dict[Phase, float], float]:
    """Compute the base load, A per phase and W: all that the circuit carries without the chargers below it."""
    chargers_a = {
        phase: math.fsum((draw.least_a if edge == "least" else draw.most_a).get(phase, 0.0) for draw in draws)
        for phase in circuit.phases
    }
    base_w = _load_w(circuit, reading, voltage_v) - math.fsum(chargers_a.values()) * voltage_v
    load_a = _load_a(circuit, reading)
    if len(load_a) == len(circuit.phases):
        return {phase: load - chargers_a[phase] for phase, load in load_a.items()}, base_w
    # Only the total is known: all of the base load may be on any one phase. Export is not counted on for a phase: it
    # may be on another one.
    return uniform(circuit.phases, max(0.0, base_w / voltage_v)), base_w


def _phase_constraints(
    circuit: Circuit, base_a: Mapping[Phase, float], below: ByEvse[tuple[Phase, ...]], margin_a: float
) -> list[Constraint]:
    return [
        Constraint(
            circuit_id=circuit.circuit_id,
            phase=phase,
            limit=limit,
            capacity=(limit.current_a or 0.0) - margin_a - base_a[phase],
            weights={evse_id: 1.0 for evse_id, active in below.items() if phase in active},
        )
        for limit in phase_limits(circuit)[:1]
        for phase in circuit.phases
    ]


def _total_constraints(
    circuit: Circuit, base_w: float, below: ByEvse[tuple[Phase, ...]], site: Site
) -> list[Constraint]:
    margin_w = site.policy.margin_a * site.voltage_v * len(circuit.phases)
    return [
        Constraint(
            circuit_id=circuit.circuit_id,
            phase=None,
            limit=limit,
            capacity=(limit.power_w or 0.0) - margin_w - base_w,
            weights={
                evse_id: site.voltage_v * len(used)
                for evse_id, active in below.items()
                if (used := [phase for phase in active if phase in circuit.phases])
            },
        )
        for limit in total_limits(circuit)[:1]
    ]
