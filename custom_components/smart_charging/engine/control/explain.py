"""Explain: turn what bound a charger into a reason."""

from ..model.reason import Reason, ReasonCode, ReasonParam
from ..model.state import EvseMemory
from .allocate import NEARLY
from .constraint import Constraint
from .damping import Candidate, rise_at, worthwhile_a


def explain(item: Candidate, memory: EvseMemory) -> Reason:
    """Say why a charger has its setpoint and not more."""
    wanted, setpoint = item.demand.maximum_a, memory.setpoint_a or 0.0
    if item.demand.is_fixed or setpoint > wanted - item.view.evse.step_a + NEARLY:
        return item.demand.reason
    if memory.rise_since is not None:
        code = ReasonCode.RISING if setpoint > 0 else ReasonCode.RESUMING
        at = rise_at(item.view, memory)
        return Reason(code=code, params={"target_a": memory.rise_to_a, "at": at.isoformat()})
    bound = item.rise.bound_by or item.hold.bound_by
    if bound is None or worthwhile_a(item, memory, item.rise.current_a) is not None:
        return Reason(code=ReasonCode.WAITING_FOR_OTHERS)
    params = _limit_params(bound)
    if setpoint == 0:
        return Reason(code=ReasonCode.NO_ROOM, params=params | {"minimum_a": item.demand.minimum_a})
    if len(bound.weights) > 1:
        return Reason(code=ReasonCode.SHARED, params=params | {"chargers": float(len(bound.weights))})
    return Reason(code=ReasonCode.LIMITED, params=params)


def _limit_params(bound: Constraint) -> dict[str, ReasonParam]:
    params: dict[str, ReasonParam] = {"source": bound.limit.source.value, "circuit": bound.circuit_id}
    if bound.phase is None:
        return params | {"limit_w": bound.limit.power_w or 0.0}
    return params | {"limit_a": bound.limit.current_a or 0.0, "phase": bound.phase.value}
