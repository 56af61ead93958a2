"""Obedience: a charger that draws more than it is told, and what is done about it.

What it draws beyond its setpoint counts as base load, so that nobody else is given it. When a circuit that feeds it is
really exceeded and stays so, the next means that the charger understands is taken, one for each deadline: 0 A, the end
of the transaction, the outlet out of service. When it has obeyed for long enough it is trusted again, each time later.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from ..model.decision import Setpoint
from ..model.evse import Evse, EvseStatus, EvState, Means
from ..model.reason import Reason, ReasonCode
from ..model.state import Disobedience, EvseMemory
from .constraint import NEARLY
from .damping import COMMAND_GRACE
from .demand import Demand, lowest_a
from .draw import MEASURING_S
from .view import EvseView, updated

TOLERANCE_A: Final = 1.0
TOLERANCE_SHARE: Final = 0.05
"""A car may draw more than its setpoint by the larger of the two: chargers and their meters are not exact."""
DEADLINE_S: Final = 15.0
"""For so long a circuit may be exceeded before the next means is taken."""
TRUST_AFTER_S: Final = 300.0
"""A charger that has obeyed for this long is offered a current again; after each relapse for twice as long."""
MOST_DOUBLINGS: Final = 6
FORGET_AFTER_S: Final = 86_400.0
"""Relapses are forgotten after a day."""

_ORDER: Final = tuple(Means)


def note_obedience(view: EvseView, is_exceeded: Callable[[Evse], bool]) -> EvseMemory:
    """Note whether a charger draws more than it is told, and take the next means when the deadline is over.

    `is_exceeded` tells whether a circuit that feeds a charger carries too much.
    """
    status, memory = view.reachable_status, view.memory
    if status is None or _is_plain(view, status):
        return memory
    memory = updated(memory, refused_since=_refused_since(view, status))
    past, found = memory.disobedience, _disobeys(view, status, memory)
    if found is not None:
        drawn_a, told_a = found
        known = past or Disobedience(seen_at=view.now, drawn_a=drawn_a, told_a=told_a, means_since=view.now)
        seen = replace(known, seen_at=view.now, drawn_a=drawn_a, told_a=told_a)
        return updated(memory, disobedience=_escalate(view, _watch(view, seen, is_exceeded)))
    if past is None:
        return memory
    calm = _calm_down(view, status, past)
    return updated(memory, disobedience=None if calm is None else _watch(view, calm, is_exceeded))


def restrain(view: EvseView, wanted: Demand) -> Demand:
    """Take the offer away from a charger that did not heed it. Others get what they want."""
    past = view.memory.disobedience
    if past is None or past.means is Means.OFFER or view.reachable_status is None:
        return wanted
    floor_a = 0.0 if view.evse.can_pause else lowest_a(view.evse)
    return replace(wanted, maximum_a=floor_a, expected_a=None, reason=_reason(past))


def impose(setpoint: Setpoint, memory: EvseMemory, now: datetime) -> Setpoint:
    """Say by which means a charger is made to give less, and that it does not obey."""
    past = memory.disobedience
    if past is None or setpoint.current_a is None or (past.means is Means.OFFER and past.seen_at != now):
        return setpoint
    return replace(setpoint, means=past.means, reason=_reason(past))


def is_helpless(evse: Evse, memory: EvseMemory, now: datetime) -> bool:
    """Tell whether a charger overloads a circuit at `now`, UTC, and there is no means left: a person has to be called."""
    past = memory.disobedience
    if past is None or past.seen_at != now or past.over_since is None or _next_means(evse, past) is not past.means:
        return False
    return now - max(past.over_since, past.means_since) >= timedelta(seconds=DEADLINE_S)


def _reason(past: Disobedience) -> Reason:
    return Reason(code=ReasonCode.DISOBEDIENT, params={"drawn_a": past.drawn_a, "setpoint_a": past.told_a})


def _is_plain(view: EvseView, status: EvseStatus) -> bool:
    """Tell in a moment what holds for nearly all: it acknowledged its setpoint, and draws no more than that."""
    memory = view.memory
    setpoint_a = memory.setpoint_a
    if setpoint_a is None or memory.disobedience is not None or memory.refused_since is not None:
        return False
    if status.offered_a is not None and status.offered_a > setpoint_a + NEARLY:
        return False
    return not view.measured_a or max(view.measured_a.values()) <= setpoint_a + TOLERANCE_A


def _refused_since(view: EvseView, status: EvseStatus) -> datetime | None:
    """Tell since when the charger has not acknowledged a setpoint as low as it was commanded."""
    setpoint_a, offered_a = view.memory.setpoint_a, status.offered_a
    if setpoint_a is None or offered_a is None or offered_a <= setpoint_a + NEARLY:
        return None
    return view.memory.refused_since or view.now


def _disobeys(view: EvseView, status: EvseStatus, memory: EvseMemory) -> tuple[float, float] | None:
    """Give what a charger draws and the most that it may take itself to be told, A, where the one exceeds the other."""
    measured_at = status.measured_at
    if not view.measured_a or measured_at is None:
        return None
    drawn_a, setpoint_a = max(view.measured_a.values()), memory.setpoint_a
    if drawn_a <= TOLERANCE_A or (setpoint_a is not None and drawn_a <= setpoint_a + TOLERANCE_A):
        return None
    past = memory.disobedience
    if past is not None and past.means is not Means.OFFER and measured_at < past.means_since + _time_to_follow(view):
        return None
    told_a = _told_a(view, status, memory, measured_at)
    return (drawn_a, told_a) if drawn_a > told_a + max(TOLERANCE_A, TOLERANCE_SHARE * told_a) else None


def _told_a(view: EvseView, status: EvseStatus, memory: EvseMemory, measured_at: datetime) -> float:
    """Give the highest current that a charger may still have been following when it measured, A per phase.

    What it acknowledged counts, until it has refused to acknowledge less for too long.
    """
    time_to_follow = _time_to_follow(view)
    if memory.refused_since is not None and measured_at >= memory.refused_since + COMMAND_GRACE + time_to_follow:
        return max(0.0, memory.setpoint_a or 0.0)
    offered_a = view.evse.maximum_a if status.offered_a is None else status.offered_a
    earlier = [past for past in memory.past_targets if past.ended + time_to_follow > measured_at]
    if any(past.guessed for past in earlier):
        # After a start nobody knows what it was told before.
        return view.evse.maximum_a
    return max(0.0, offered_a, *(past.current_a for past in earlier))


def _time_to_follow(view: EvseView) -> timedelta:
    return timedelta(seconds=view.policy.follow_s + MEASURING_S)


def _escalate(view: EvseView, seen: Disobedience) -> Disobedience:
    """Take the next means when a circuit has been exceeded for long enough, in spite of this one."""
    if seen.over_since is None:
        return seen
    since = max(seen.over_since, seen.means_since)
    means = _next_means(view.evse, seen)
    # One that had to be paused for want of room, drawing too much, is not started again as soon as there is room.
    is_paused = means is Means.PAUSE and view.memory.setpoint_a == 0
    if means is seen.means or (view.now - since < timedelta(seconds=DEADLINE_S) and not is_paused):
        return seen
    times = seen.times + 1 if seen.means is Means.OFFER else seen.times
    return replace(seen, means=means, means_since=view.now, times=times)


def _next_means(evse: Evse, seen: Disobedience) -> Means:
    """Find the gentlest means beyond the present one that makes a difference; the present one where there is none."""
    for means in _ORDER[_ORDER.index(seen.means) + 1 :]:
        paused = means is Means.PAUSE and (not evse.can_pause or seen.told_a <= 0)
        if means in evse.means and not paused:
            return means
    return seen.means


def _calm_down(view: EvseView, status: EvseStatus, past: Disobedience) -> Disobedience | None:
    """Go on with a charger that is not known to draw too much at the moment: trust it again after a while."""
    if status.state is EvState.A and past.means is not Means.DISABLE:
        # The car has gone, and took its ways with it.
        return None
    quiet_s = (view.now - past.seen_at).total_seconds()
    if past.means is Means.OFFER:
        return past if past.times and 0 <= quiet_s < FORGET_AFTER_S else None
    if 0 <= quiet_s < TRUST_AFTER_S * 2.0 ** min(past.times - 1, MOST_DOUBLINGS):
        return past
    return replace(past, means=Means.OFFER, means_since=view.now)


def _watch(view: EvseView, past: Disobedience, is_exceeded: Callable[[Evse], bool]) -> Disobedience:
    """Note since when a circuit that feeds it has been exceeded."""
    return updated(past, over_since=(past.over_since or view.now) if is_exceeded(view.evse) else None)
