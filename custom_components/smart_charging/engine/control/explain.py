"""Explain: turn what bound a charger into a reason."""

from ..model.reason import Reason, ReasonCode, ReasonParam
from ..model.state import EvseMemory
from .constraint import NEARLY, Constraint
from .damping import Candidate, rise_at, worthwhile_a
from .peak_guard import PEAK
from .solar import SURPLUS


def explain(item: Candidate, memory: EvseMemory) -> Reason:
    """Say why a charger has its setpoint and not more."""
    wanted, setpoint = item.demand.maximum_a, memory.setpoint_a or 0.0
    if item.demand.is_fixed or setpoint > wanted - item.view.evse.step_a + NEARLY:
        return item.demand.reason
    if item.demand.done and setpoint == 0:
        return Reason(code=ReasonCode.NOT_TAKING, params={"minimum_a": 0.0})
    if memory.rise_since is not None:
        at = rise_at(item.view, memory)
        if item.view.now >= at:
            return Reason(code=ReasonCode.WAITING_FOR_OTHERS)
        code = ReasonCode.RISING if setpoint > 0 else ReasonCode.RESUMING
        return Reason(code=code, params={"target_a": memory.rise_to_a, "at": at.isoformat()})
    bound = item.rise.bound_by or item.hold.bound_by
    if bound is None or (bound.circuit_id != PEAK and worthwhile_a(item, memory, item.rise.current_a) is not None):
        return Reason(code=ReasonCode.WAITING_FOR_OTHERS)
    return _bound(item, bound, setpoint)


def _bound(item: Candidate, bound: Constraint, setpoint: float) -> Reason:
    """Name the limit that holds a charger back, and how much of it is there for others."""
    if bound.circuit_id == SURPLUS and item.demand.at_surplus is not None:
        return item.demand.at_surplus
    if bound.circuit_id == PEAK:
        target_w, wanted_a = bound.limit.power_w or 0.0, item.demand.maximum_a
        return Reason(code=ReasonCode.MONTH_PEAK, params={"target_w": target_w, "wanted_a": wanted_a})
    params = limit_params(bound)
    if setpoint == 0:
        code = ReasonCode.WAITING_FOR_TURN if item.rise.passed_over else ReasonCode.NO_ROOM
        return Reason(code=code, params=params | {"minimum_a": item.demand.minimum_a})
    params["wanted_a"] = item.demand.maximum_a
    if bound.phase is not None:
        params["others_a"] = max(0.0, (bound.limit.current_a or 0.0) - item.rise.current_a)
    if len(bound.weights) > 1:
        return Reason(code=ReasonCode.SHARED, params=params | {"chargers": float(len(bound.weights))})
    return Reason(code=ReasonCode.LIMITED, params=params)


def limit_params(bound: Constraint) -> dict[str, ReasonParam]:
    """Name a limit: its source, its id if it comes and goes, its circuit, its phase unless it is one in total, and how much it allows."""
    params: dict[str, ReasonParam] = {"source": bound.limit.source.value, "circuit": bound.circuit_id}
    if bound.limit.limit_id is not None:
        params["limit_id"] = bound.limit.limit_id
    if bound.phase is None:
        return params | {"limit_w": bound.limit.power_w or 0.0}
    return params | {"limit_a": bound.limit.current_a or 0.0, "phase": bound.phase.value}
