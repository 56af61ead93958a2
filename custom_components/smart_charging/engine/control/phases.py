"""Phases: on which phases of the site a charger's current flows."""

from typing import Final

from ..model.quantities import Phase
from .view import EvseView

FLOWS_A: Final = 2.0
"""A phase that the car uses carries at least this: it takes 6 A or more, or tapers towards full."""
IDLE_A: Final = 0.5
"""A phase that it does not use shows less than this: standby and the meter's error."""


def active_phases(view: EvseView) -> tuple[Phase, ...]:
    """Tell the phases that count for this charger: all of its own, unless its car is seen to charge on fewer.

    Two one-phase cars on different phases do not stand in each other's way. A car is believed to use fewer phases only
    while it charges, and only by a measurement made after it had settled.
    """
    phases, status = view.evse.phases, view.reachable_status
    if status is None or status.state is None or not status.state.power_flows:
        return phases
    settled_s = view.measured_since_change_s
    if settled_s is None or settled_s < view.policy.follow_s:
        return phases
    measured = view.measured_a
    used = tuple(phase for phase in phases if abs(measured[phase]) >= FLOWS_A)
    idle = all(abs(measured[phase]) < IDLE_A for phase in phases if phase not in used)
    return used if used and idle else phases
