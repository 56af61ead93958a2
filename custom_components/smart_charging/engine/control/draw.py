"""Draw: what each charger may have been drawing at the moment when the meter was read.

A meter tells every second, a charger each 5 to 60 s, and a car takes up to 5 s to follow a new offer. So what a charger
draws is an interval, not a number: a reduction is judged by its upper end (so that a car that has not followed yet is
not taken for the house and cut twice), a rise by its lower end (so that a car that has gone is not counted as room).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from ..model.quantities import PerPhase, Phase
from ..model.state import EvseMemory, PastTarget
from .phases import FLOWS_A
from .view import EvseView, updated

_NONE: Final[Mapping[Phase, float]] = {}


@dataclass(slots=True, kw_only=True)
class Draw:
    """Bounds of the current on each of the site's phases that this charger uses, in A."""

    least_a: PerPhase
    most_a: PerPhase
    excess_a: PerPhase = field(default_factory=lambda: _NONE)
    """What it measures beyond the most that it may draw. A meter above it sees that as base load; where there is none it
    has to be added to that, or it would be given away."""


def bound_draw(view: EvseView, meter_at: datetime) -> Draw:
    """Bound what a charger drew at `meter_at`, UTC; the memory must have followed this tick's target already.

    On a phase that its car was seen not to use it draws what it measures there, next to nothing: whatever it is offered,
    an overload there is the house's, and must not be taken for its own.
    """
    draw, seen = _bound(view, meter_at), view.memory.seen_phases
    if not seen or len(seen) >= len(view.evse.phases):
        return draw
    idle = {phase: view.measured_a.get(phase, 0.0) for phase in view.evse.phases if phase not in seen}
    return Draw(least_a={**draw.least_a, **idle}, most_a={**draw.most_a, **idle}, excess_a=draw.excess_a)


def _bound(view: EvseView, meter_at: datetime) -> Draw:
    status, measured = view.reachable_status, view.measured_a
    if status is None:
        # What it measured last is taken for what it draws, once, beside the budget that is kept for it: to take less
        # would count it twice for as long as it is away, to take more would hide it. Where it was told less after that,
        # it may have followed, and what it has left is not room for the others: its budget may come back to it.
        budget, last = budget_a(view), view.last_measured_a
        held = {phase: min(last.get(phase, 0.0), budget) for phase in view.evse.phases}
        offered_a = None if view.status is None else view.status.offered_a
        if offered_a is None:
            return Draw(least_a=held, most_a=held)
        return Draw(least_a={phase: min(value, offered_a) for phase, value in held.items()}, most_a=held)
    target, since, measured_at = target_a(view), view.memory.target_since, status.measured_at
    if not measured or measured_at is None or since is None:
        return _following(view, target, meter_at, shows=False)
    followed_at = since + timedelta(seconds=view.policy.follow_s)
    if measured_at >= followed_at and meter_at >= followed_at:
        lag_s = (meter_at - measured_at).total_seconds()
        return _settled(measured, target, view.policy.ramp_a_per_s * lag_s if lag_s > 0 else 0.0)
    return _following(view, target, meter_at, shows=since <= measured_at <= meter_at)


def target_a(view: EvseView) -> float:
    """Where the draw is heading, A per phase: the offer while the car's contactor is closed (or may be), else nothing."""
    status = view.reachable_status
    if status is None or (status.state is not None and not status.state.power_flows and not lies(view)):
        return 0.0
    return view.evse.maximum_a if status.offered_a is None else status.offered_a


def lies(view: EvseView) -> bool:
    """Tell whether a charger says that no power flows, and measures a current all the same, long after it said so."""
    status = view.reachable_status
    if status is None or status.state is None or status.state.power_flows or not view.measured_a:
        return False
    if status.state_at is None or status.measured_at is None or max(view.measured_a.values()) < FLOWS_A:
        return False
    return (status.measured_at - status.state_at).total_seconds() >= view.policy.follow_s


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


def follow_target(view: EvseView, meter_age_s: float | None = None) -> EvseMemory:
    """Note where the car is heading, and what it may still be leaving.

    `meter_age_s` is how old a reading may be that the draw is bounded for; None: the policy's `stale_after_s`. What was
    left before that, and before the charger's own last measurement, is forgotten.
    """
    status, memory, policy = view.reachable_status, view.memory, view.policy
    if status is None:
        return memory
    target, past = target_a(view), memory.past_targets
    if memory.target_a is None:
        # What it was heading for before is not known; it may have been nothing, in a reading that is older than that.
        since = max(filter(None, (status.state_at, status.offered_at)), default=view.now)
        past = (PastTarget(current_a=0.0, ended=since, guessed=True),) if target else ()
        return replace(memory, target_a=target, target_since=since, past_targets=past)
    if past:
        oldest_s = max(policy.stale_after_s if meter_age_s is None else meter_age_s, policy.measured_max_age_s)
        keep = view.now - timedelta(seconds=policy.follow_s + MEASURING_S + oldest_s)
        if past[0].ended <= keep:
            past = tuple(item for item in past if item.ended > keep)
    if memory.target_a != target:
        past = _without_inner((*past, PastTarget(current_a=memory.target_a, ended=view.now)))
        return replace(memory, target_a=target, target_since=view.now, past_targets=past)
    return updated(memory, past_targets=past)


MEASURING_S: Final = 10.0
"""What a charger says that it measures may be so old already: many tell what they last sampled."""


def _without_inner(past: tuple[PastTarget, ...]) -> tuple[PastTarget, ...]:
    """Leave out those that lie between two that ended later, or at one of them: they bound nothing, and there may be many."""
    kept: list[PastTarget] = []
    for item in reversed(past):
        currents = [later.current_a for later in kept]
        if item.guessed or not currents or not min(currents) <= item.current_a <= max(currents):
            kept.append(item)
    return tuple(reversed(kept))


def _leaving(view: EvseView, meter_at: datetime) -> list[float]:
    """List what the car may still have been leaving when the meter was read."""
    follow = timedelta(seconds=view.policy.follow_s)
    return [past.current_a for past in view.memory.past_targets if past.ended + follow > meter_at]


def _settled(measured: PerPhase, target: float, reach: float) -> Draw:
    """Bound the draw of a car that had time to follow before the charger measured, and before the meter was read.

    What exceeds the offer is left to the base load: it cannot be given away. A car that draws less than it is offered
    may come up by itself by `reach` since it was measured.
    """
    draw = Draw(least_a=measured, most_a=measured)
    if target < 0:
        draw.least_a = draw.most_a = {phase: max(current_a, target) for phase, current_a in measured.items()}
    elif max(measured.values()) > target:
        draw.least_a = {phase: min(current_a, target) for phase, current_a in measured.items()}
        draw.most_a = {phase: min(current_a + reach, target) for phase, current_a in measured.items()}
    elif reach:
        draw.most_a = {phase: min(current_a + reach, target) for phase, current_a in measured.items()}
    draw.excess_a = _excess(measured, max(0.0, target))
    return draw


def _following(view: EvseView, target: float, meter_at: datetime, *, shows: bool) -> Draw:
    """Bound the draw of a car that may be under way from an earlier target.

    `shows`: the charger measured since the target changed, and before the meter was read. A car that draws more by then
    than all that it may be leaving has left it for good: it draws that at the least.
    """
    leaving, measured = _leaving(view, meter_at), view.measured_a
    lowest, highest = min((target, *leaving)), max(0.0, target, *leaving)
    left = max(leaving) if shows and leaving and target >= 0 else math.inf
    least: dict[Phase, float] = {}
    for phase in view.evse.phases:
        current_a = min(measured.get(phase, 0.0), target) if target >= 0 else target
        least[phase] = current_a if current_a > left else min(current_a, lowest)
    return Draw(least_a=least, most_a=dict.fromkeys(least, highest), excess_a=_excess(measured, highest))


def _excess(measured: PerPhase, limit_a: float) -> PerPhase:
    if not measured or max(measured.values()) <= limit_a:
        return _NONE
    return {phase: max(0.0, current_a - limit_a) for phase, current_a in measured.items()}
