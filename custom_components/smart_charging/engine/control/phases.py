"""Phases: on which phases of the site a charger's current flows."""

from typing import Final

from ..model.evse import EvState
from ..model.quantities import Phase
from ..model.state import EvseMemory, PhaseMemory
from .view import EvseView, updated

FLOWS_A: Final = 2.0
"""A phase that the car uses carries at least this: it takes 6 A or more, or tapers towards full."""
IDLE_A: Final = 0.5
"""A phase that it does not use shows less than this: standby and the meter's error."""
SWITCHES_WITHIN_S: Final = 60.0
"""A charger that is told to switch, and its car, have done so after this time: on what phases it is seen before tells nothing."""


def active_phases(view: EvseView) -> tuple[Phase, ...]:
    """Tell the phases that count for this charger: all that it can use, unless its car was seen to charge on fewer.

    Two one-phase cars on different phases do not stand in each other's way. What was seen of a car holds until it leaves:
    else it would count on all phases for the seconds that it takes to follow each new offer.
    """
    phases, seen = possible_phases(view), view.memory.seen_phases
    return tuple(phase for phase in phases if phase in seen) or phases if seen else phases


def note_phases(view: EvseView) -> EvseMemory:
    """Remember the phases on which a car is seen to charge, by a measurement made after it had settled.

    A current on another one, settled or not, ends that belief at once; so does the car's leaving.
    """
    status, memory = view.reachable_status, view.memory
    if status is None:
        return memory
    if status.state is EvState.A:
        return updated(memory, seen_phases=())
    charges = status.state is not None and status.state.power_flows
    used = _seen_phases(view, possible_phases(view)) if charges else ()
    if used:
        return updated(memory, seen_phases=used)
    others = (current_a for phase, current_a in view.measured_a.items() if phase not in memory.seen_phases)
    if memory.seen_phases and any(abs(current_a) >= IDLE_A for current_a in others):
        return updated(memory, seen_phases=())
    return memory


def possible_phases(view: EvseView) -> tuple[Phase, ...]:
    """Tell the phases on which a charger can let a current flow: its first ones, where it was switched to fewer.

    It counts as switched to fewer only when it has said so, and to more as soon as it is told so. What it measures on
    the others since then counts more than what it says.
    """
    phases, status = view.evse.phases, view.reachable_status
    if status is None or status.offered_phases is None or not view.evse.can_switch_phases:
        return phases
    count = max(1, status.offered_phases, view.memory.phases.told or 0)
    stray = any(abs(view.measured_a[phase]) >= IDLE_A for phase in phases[count:]) if view.measured_a else False
    return phases if stray and _measured_since_switch(view, view.policy.follow_s) else phases[:count]


def likely_phases(view: EvseView) -> tuple[Phase, ...]:
    """Tell the phases that a car most likely uses: as `active_phases`, and what was seen of it before while nothing is seen.

    Good enough to follow the sun by; limits are judged by `active_phases`.
    """
    phases = active_phases(view)
    return phases[: view.memory.phases.car or len(phases)]


def note_car_phases(view: EvseView) -> PhaseMemory:
    """Remember on how many phases a car charges that could use several."""
    memory, phases, status = view.memory.phases, possible_phases(view), view.reachable_status
    if len(phases) == 1 or status is None or status.state is None or not status.state.power_flows:
        return memory
    used = _seen_phases(view, phases)
    return updated(memory, car=len(used)) if used else memory


def _seen_phases(view: EvseView, phases: tuple[Phase, ...]) -> tuple[Phase, ...]:
    """Tell the phases on which a settled car is seen to charge; empty where that is not clear."""
    settled_s = view.measured_since_change_s
    if settled_s is None or settled_s < view.policy.follow_s or not _measured_since_switch(view, SWITCHES_WITHIN_S):
        return ()
    measured = view.measured_a
    used = tuple(phase for phase in phases if abs(measured[phase]) >= FLOWS_A)
    idle = all(abs(measured[phase]) < IDLE_A for phase in phases if phase not in used)
    return used if idle else ()


def _measured_since_switch(view: EvseView, after_s: float) -> bool:
    status, switched = view.reachable_status, view.memory.phases.switched
    if status is None or status.measured_at is None or not switched:
        return True
    return (status.measured_at - switched[-1]).total_seconds() >= after_s
