"""Failsafe: what the chargers do below a circuit whose meter is not known."""

from collections.abc import Mapping
from dataclasses import replace

from ..model.circuit import Circuit
from ..model.decision import Setpoint
from ..model.evse import EvseStatus
from ..model.reason import Reason, ReasonCode
from ..model.site import Site
from ..model.state import EvseMemory
from .ceiling import failsafe_a
from .damping import quantise, standing_a
from .demand import Demand
from .freshness import MeterView
from .view import EvseView


def blind_circuit(site: Site, circuit_id: str, meters: Mapping[str, MeterView]) -> Circuit | None:
    """Find the nearest circuit, from this one up, whose meter is not known; None where all are."""
    metered = (circuit for circuit in site.path(circuit_id) if circuit.metered)
    return next((circuit for circuit in metered if not meters[circuit.circuit_id].known), None)


def fall_back(view: EvseView, demand: Demand, meter: MeterView) -> tuple[Setpoint, EvseMemory]:
    """Decide for a charger that must do without its meter.

    It is brought to its failsafe current, or stays below it where it is. Only after `blind_rise_s` it may come up to
    that: a car must not stay without a charge for ever because a meter died. Before the first reading since the start
    nothing rises at all.
    """
    evse = view.evse
    if demand.is_fixed:
        setpoint_a: float | None = quantise(evse, demand.maximum_a, demand.minimum_a)
        reason = demand.reason
    elif meter.silent_s is None:
        setpoint_a = _before_first_reading(view, demand)
        reason = Reason(code=ReasonCode.WAITING_FOR_METER)
    else:
        highest = failsafe_a(view)
        standing = highest if meter.silent_s >= view.policy.blind_rise_s else standing_a(view)
        setpoint_a = quantise(evse, min(standing, highest), demand.minimum_a)
        params = {"failsafe_a": evse.failsafe_a, "silent_s": float(int(meter.silent_s))}
        reason = Reason(code=ReasonCode.METER_SILENT, params=params)
    memory = replace(view.memory, setpoint_a=setpoint_a, rise_since=None)
    return Setpoint(evse_id=evse.evse_id, current_a=setpoint_a, reason=reason), memory


def _before_first_reading(view: EvseView, demand: Demand) -> float | None:
    """Lower to the failsafe current what is known to be above it; command nothing where nothing is known."""
    standing, highest = standing_a(view), failsafe_a(view)
    if not _is_known(view.memory, view.status) and (not view.measured_a or standing <= highest):
        return None
    return quantise(view.evse, min(standing, highest), demand.minimum_a)


def _is_known(memory: EvseMemory, status: EvseStatus | None) -> bool:
    """Tell whether the charger is known to hold a setpoint of ours."""
    return memory.setpoint_a is not None or (status is not None and status.offered_a is not None)
