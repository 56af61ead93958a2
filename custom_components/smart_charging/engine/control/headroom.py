"""Headroom: what each circuit carries, what is left under its limits, and what the chargers may have of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..model.circuit import Circuit
from ..model.decision import Headroom
from ..model.limit import Limit
from ..model.quantities import Phase
from ..model.site import Site
from ..model.state import CircuitMemory
from .base import Base, load_a, load_w
from .constraint import Bounds, Constraint
from .draw import Draw
from .freshness import MeterView
from .layout import PhasesInUse, Row, lay_out
from .limits import phase_limits, total_limits
from .protection import nearness, reference
from .unrest import TOTAL, Slack, slack


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """The site's constraints for the sum of all chargers, seen twice. The two name the same limits in the same order."""

    for_rises: tuple[Constraint, ...]
    """With the base load at its highest: what a charger may be given in addition must fit these."""
    for_holds: tuple[Constraint, ...]
    """With the base load at its lowest: what does not even fit these must be given up now."""
    bounds: Mapping[str, Bounds] = field(default_factory=dict[str, Bounds])
    """Where each charger counts, by its id."""
    reserves: tuple[float, ...] = ()
    """What is kept free in each of `for_holds` for what a slow meter hides."""


def measure_headroom(
    site: Site, views: Mapping[str, MeterView], memories: Mapping[str, CircuitMemory] | None = None
) -> dict[str, Headroom]:
    """Tell, by circuit id, what each metered circuit carries and what is left."""
    return {
        circuit.circuit_id: _headroom(
            circuit,
            views[circuit.circuit_id],
            site.voltage_v,
            (memories or {}).get(circuit.circuit_id, CircuitMemory()),
        )
        for circuit in site.circuits
        if circuit.metered
    }


def constrain(
    site: Site,
    bases: Mapping[str, Base],
    draws: Mapping[str, Draw],
    phases: PhasesInUse,
    memories: Mapping[str, CircuitMemory],
) -> Capacity:
    """Write down every limit of every circuit whose base load is known."""
    layout = lay_out(site, tuple(bases), phases)
    slacks = {
        circuit_id: slack(site.circuit(circuit_id), memory, site.policy, site.voltage_v)
        for circuit_id, memory in memories.items()
        if circuit_id in bases
    }
    for_rises: list[Constraint] = []
    for_holds: list[Constraint] = []
    reserves: list[float] = []
    for row in layout.rows:
        spare = slacks.get(row.circuit.circuit_id)
        rises, holds, reserved = _capacities(row, bases[row.circuit.circuit_id], spare, site, draws)
        for_rises.append(_constraint(row, rises))
        for_holds.append(_constraint(row, holds))
        reserves.append(reserved)
    return Capacity(
        for_rises=tuple(for_rises), for_holds=tuple(for_holds), bounds=layout.bounds, reserves=tuple(reserves)
    )


def _constraint(row: Row, capacity: float) -> Constraint:
    return Constraint(
        circuit_id=row.circuit.circuit_id, phase=row.phase, limit=row.limit, capacity=capacity, weights=row.weights
    )


def _capacities(
    row: Row, base: Base, spare: Slack | None, site: Site, draws: Mapping[str, Draw]
) -> tuple[float, float, float]:
    """Compute a row's capacity for rises and for holds, and the reserve in the latter; A per phase or W in total."""
    if row.than is not None:
        return *_unbalance(row, base, site, draws), 0.0
    if row.limit.chargers_only:
        allowed = ((row.limit.power_w if row.phase is None else row.limit.current_a) or 0.0) - _beyond(row, site, draws)
        return allowed, allowed, 0.0
    if row.phase is None:
        limit, least, most = row.limit.power_w or 0.0, base.least_w, base.most_w
        unit, phases = site.voltage_v, len(row.circuit.phases)
    else:
        limit, least, most = row.limit.current_a or 0.0, base.least_a[row.phase], base.most_a[row.phase]
        unit, phases = 1.0, 1
    usable = limit - site.policy.margin_a * unit * phases
    key = TOTAL if row.phase is None else row.phase.value
    if spare is None or key not in spare.reserve_a or not _is_guarded(row):
        return usable - most, usable - least, 0.0
    reserve = spare.reserve_a[key] * unit
    ridden = site.policy.ride_out and row.circuit.protection is not None
    if ridden:
        return usable - reserve - most, usable * spare.multiple[key] - least, 0.0
    return usable - reserve - most, usable - reserve - least, reserve


def _beyond(row: Row, site: Site, draws: Mapping[str, Draw]) -> float:
    """Add up what the chargers of a row draw beyond what they are told, A or W; elsewhere that is part of the base load."""
    excesses = [excess_a for evse_id in row.weights if (excess_a := draws[evse_id].excess_a)]
    if row.phase is None:
        return math.fsum(value for excess_a in excesses for value in excess_a.values()) * site.voltage_v
    return math.fsum(excess_a.get(row.phase, 0.0) for excess_a in excesses)


def _is_guarded(row: Row) -> bool:
    """Tell whether it is the protection's own limit; a lower one, of an operator or a user, is not to be exceeded at all."""
    kind = total_limits(row.circuit) if row.phase is None else phase_limits(row.circuit)
    return reference(kind) is row.limit


def _unbalance(row: Row, base: Base, site: Site, draws: Mapping[str, Draw]) -> tuple[float, float]:
    """Compute what a phase may carry of the chargers that are on it and not on the other one.

    Chargers on the other one relieve the unbalance by what they certainly draw: they may stop at any moment.
    """
    phase, than = row.phase or Phase.L1, row.than or Phase.L1
    others = [
        draws[evse.evse_id]
        for evse in site.evses_below(row.circuit.circuit_id)
        if than in (drawn := draws[evse.evse_id].least_a) and phase not in drawn
    ]
    relief = math.fsum(max(0.0, draw.least_a[than]) for draw in others)
    allowed = (row.limit.current_a or 0.0) + relief
    if base.assumed:
        # All of it may be on the one phase, and nothing on the other.
        return allowed - base.most_a[phase], allowed - base.least_a[phase]
    return (
        allowed - base.most_a[phase] + base.least_a[than],
        allowed - base.least_a[phase] + base.most_a[than],
    )


def _headroom(circuit: Circuit, view: MeterView, voltage_v: float, memory: CircuitMemory) -> Headroom:
    per_phase, in_total = phase_limits(circuit)[:1], total_limits(circuit)[:1]
    limits: tuple[Limit, ...] = (*per_phase, *in_total)
    near = nearness(circuit, memory.heat)
    if not view.known or view.reading is None:
        return Headroom(known=False, limits=limits, nearness=near)
    carried_a = load_a(circuit, view.reading)
    carried_w = load_w(circuit, view.reading, voltage_v)
    return Headroom(
        known=True,
        limits=limits,
        load_a=carried_a,
        load_w=carried_w,
        headroom_a={phase: (limit.current_a or 0.0) - load for limit in per_phase for phase, load in carried_a.items()},
        headroom_w=(in_total[0].power_w or 0.0) - carried_w if in_total else None,
        nearness=near,
        phases_assumed=bool(per_phase) and len(circuit.phases) > 1 and len(carried_a) < len(circuit.phases),
    )
