"""Apart: the chargers that are decided for before the others, who then reckon with them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..model.decision import Setpoint
from ..model.reason import Reason, ReasonCode
from ..model.site import Site
from ..model.state import EvseMemory
from .allocate import Allocation, allocate
from .constraint import NEARLY, Constraint
from .damping import quantise, standing_a
from .demand import Demand
from .explain import limit_params
from .failsafe import blind_circuit, fall_back
from .freshness import MeterView
from .limits import phase_limits, total_limits
from .view import EvseView


@dataclass(slots=True, kw_only=True, eq=False)
class Decided:
    """What was decided for one charger."""

    setpoint: Setpoint
    memory: EvseMemory
    reserved_a: float = 0.0
    """What it may be taking meanwhile, A per phase, for the others to reckon with."""


def decide_apart(
    site: Site, meters: Mapping[str, MeterView], views: Mapping[str, EvseView], demands: Mapping[str, Demand]
) -> dict[str, Decided]:
    """Decide for the chargers that cannot be told anything, and for those below a silent meter."""
    decided: dict[str, Decided] = {}
    blinds = {circuit.circuit_id: blind_circuit(site, circuit.circuit_id, meters) for circuit in site.circuits}
    for evse_id, view in views.items():
        if view.reachable_status is None:
            decided[evse_id] = Decided(
                setpoint=Setpoint(evse_id=evse_id, current_a=None, reason=demands[evse_id].reason),
                memory=replace(view.memory, rise_since=None),
                reserved_a=demands[evse_id].maximum_a,
            )
        elif (blind := blinds[view.evse.circuit_id]) is not None:
            setpoint, memory = fall_back(view, demands[evse_id], meters[blind.circuit_id])
            decided[evse_id] = Decided(setpoint=setpoint, memory=memory)
    _dim(site, views, demands, decided)
    for evse_id, item in decided.items():
        if item.setpoint.current_a is not None:
            item.reserved_a = max(standing_a(views[evse_id]), item.setpoint.current_a)
    return decided


def _dim(site: Site, views: Mapping[str, EvseView], demands: Mapping[str, Demand], decided: dict[str, Decided]) -> None:
    """Keep to the limits that bound the chargers alone: those need no meter."""
    constraints = [
        constraint
        for circuit in site.circuits
        for constraint in _of_chargers(site, circuit.circuit_id)
        if any(evse_id in decided for evse_id in constraint.weights)
    ]
    if not constraints:
        return
    # A charger that commands nothing, or that cannot be told, counts with what is kept for it; the others come after.
    asked = [_asked(evse_id, demands[evse_id], item) for evse_id, item in decided.items()]
    for evse_id, allocation in allocate(constraints, asked).items():
        item = decided[evse_id]
        if item.setpoint.current_a is None or allocation.current_a >= item.setpoint.current_a - NEARLY:
            continue
        current_a = quantise(views[evse_id].evse, allocation.current_a, demands[evse_id].minimum_a)
        item.setpoint = replace(item.setpoint, current_a=current_a, reason=_limited(item.setpoint, allocation))
        item.memory = replace(item.memory, setpoint_a=current_a)


def _asked(evse_id: str, demand: Demand, item: Decided) -> Demand:
    current_a = item.setpoint.current_a
    if current_a is None:
        return replace(demand, maximum_a=item.reserved_a, pinned=True)
    return replace(demand, evse_id=evse_id, maximum_a=current_a, expected_a=None)


def _limited(setpoint: Setpoint, allocation: Allocation) -> Reason:
    bound = allocation.bound_by
    return setpoint.reason if bound is None else Reason(code=ReasonCode.LIMITED, params=limit_params(bound))


def _of_chargers(site: Site, circuit_id: str) -> list[Constraint]:
    """Write down a circuit's limits of its chargers alone, all of which are taken to use all of their phases."""
    circuit, below = site.circuit(circuit_id), site.evses_below(circuit_id)
    per_phase = [
        Constraint(
            circuit_id=circuit_id,
            phase=phase,
            limit=limit,
            capacity=limit.current_a or 0.0,
            weights={evse.evse_id: 1.0 for evse in below if phase in evse.phases},
        )
        for limit in phase_limits(circuit, chargers_only=True)[:1]
        for phase in circuit.phases
    ]
    in_total = [
        Constraint(
            circuit_id=circuit_id,
            phase=None,
            limit=limit,
            capacity=limit.power_w or 0.0,
            weights={evse.evse_id: site.voltage_v * len(evse.phases) for evse in below},
        )
        for limit in total_limits(circuit, chargers_only=True)[:1]
    ]
    return per_phase + in_total
