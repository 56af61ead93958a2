"""Draw: what each charger may have been drawing at the moment when the meter was read.

A meter tells every second, a charger each 5 to 60 s, and a car takes up to 5 s to follow a new offer. So what a charger
draws is an interval, not a number: a reduction is judged by its upper end (so that a car that has not followed yet is
not taken for the house and cut twice), a rise by its lower end (so that a car that has gone is not counted as room).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..model.evse import Evse, EvseStatus
from ..model.quantities import PerPhase, Phase
from ..model.state import EvseMemory, PastTarget
from .view import EvseView, updated


@dataclass(slots=True, kw_only=True)
class Draw:
    """Bounds of the current on each of the site's phases that this charger uses, in A."""

    least_a: PerPhase
    most_a: PerPhase


def bound_draw(view: EvseView, meter_at: datetime) -> Draw:
    """Bound what a charger drew at `meter_at`, UTC; the memory must have followed this tick's target already."""
    measured = view.measured_a
    status = view.reachable_status
    if status is None:
        # What it measured last is taken for what it draws, once, beside the budget that is kept for it: to take less
        # would count it twice for as long as it is away, to take more would hide it.
        budget, last = budget_a(view), view.last_measured_a
        held = {phase: min(last.get(phase, 0.0), budget) for phase in view.evse.phases}
        return Draw(least_a=held, most_a=held)
    target = target_a(view.evse, status)
    settled_s = view.measured_since_change_s
    if settled_s is not None and settled_s >= view.policy.follow_s and status.measured_at is not None:
        lag_s = max(0.0, (meter_at - status.measured_at).total_seconds())
        reach = view.policy.ramp_a_per_s * lag_s
        return _draw({phase: _measured_span(measured[phase], target, reach) for phase in view.evse.phases})
    follow = timedelta(seconds=view.policy.follow_s)
    leaving = [past.current_a for past in view.memory.past_targets if past.ended + follow > meter_at]
    return _draw({phase: _following_span(measured.get(phase, 0.0), target, leaving) for phase in view.evse.phases})


def target_a(evse: Evse, status: EvseStatus) -> float:
    """Where the draw is heading, A per phase: the offer while the car's contactor is closed (or may be), else nothing."""
    if status.state is not None and not status.state.power_flows:
        return 0.0
    return evse.maximum_a if status.offered_a is None else status.offered_a


def budget_a(view: EvseView) -> float:
    """Give what a charger that cannot be reached may be drawing, A per phase.

    Until its watchdog has certainly run out that is its last acknowledged setpoint (its maximum where none is known)
    or its failsafe current, whichever is higher; after that its failsafe current. Never zero for want of news.
    """
    evse, status = view.evse, view.status
    if status is None:
        return evse.maximum_a
    if (
        evse.watchdog_s is not None
        and status.reachable_since is not None
        and view.now - status.reachable_since > timedelta(seconds=evse.watchdog_s)
    ):
        return evse.failsafe_a
    return max(evse.maximum_a if status.offered_a is None else status.offered_a, evse.failsafe_a)


def follow_target(view: EvseView) -> EvseMemory:
    """Note where the car is heading, and what it may still be leaving."""
    status, memory = view.reachable_status, view.memory
    if status is None:
        return memory
    target = target_a(view.evse, status)
    keep = view.now - timedelta(seconds=view.policy.follow_s + view.policy.stale_after_s)
    past = memory.past_targets
    if past and past[0].ended <= keep:
        past = tuple(item for item in past if item.ended > keep)
    if memory.target_a is None:
        return replace(memory, target_a=target, target_since=status.state_at or view.now)
    if memory.target_a != target:
        past = (*past, PastTarget(current_a=memory.target_a, ended=view.now))
        return replace(memory, target_a=target, target_since=view.now, past_targets=past)
    return updated(memory, past_targets=past)


def _measured_span(measured: float, target: float, reach: float) -> tuple[float, float]:
    """Bound a settled draw by its measurement.

    What exceeds the offer is left to the base load: it cannot be given away. A car that draws less than it is offered
    may come up by itself by `reach` since it was measured.
    """
    if target < 0:
        held = max(measured, target)
        return held, held
    held = min(measured, target)
    return held, max(held, min(held + reach, target))


def _following_span(measured: float, target: float, leaving: list[float]) -> tuple[float, float]:
    """Bound a draw that is under way from `leaving` to `target`, last measured before."""
    least = min(measured, target) if target >= 0 else target
    return min(least, *leaving, target), max(0.0, *leaving, target)


def _draw(spans: dict[Phase, tuple[float, float]]) -> Draw:
    return Draw(
        least_a={phase: least for phase, (least, _) in spans.items()},
        most_a={phase: most for phase, (_, most) in spans.items()},
    )
