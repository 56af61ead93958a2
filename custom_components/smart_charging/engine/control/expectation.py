"""Expectation: what a car will take of what it is offered, judged by what it took so far.

A car that is nearly full, one that takes 16 A of a charger that gives 32 A, or one that only ever takes a part: what it
leaves untaken is offered to the others first, and to it when nobody else wants it.
"""

import math
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from ..model.evse import EvseStatus
from ..model.state import EvseMemory, Shortfall
from .draw import lies, target_a
from .view import EvseView, updated

STEADY_S: Final = 60.0
"""So long a car must have been measured below its offer: cars take 10 to 40 s to come up, and come up by steps."""
SHORT_A: Final = 1.0
SHORT_SHARE: Final = 0.1
"""Below its offer by more than this many A, and by more than this share, is short: most cars take 95 % of an offer."""
TAKEN_A: Final = 0.5
TAKEN_SHARE: Final = 0.95
"""Within so many A, or at this share of its offer, a car takes all of it, and would take more."""
LEAST_PART: Final = 0.5
SAME_PART: Final = 0.04
"""A car that takes the same part of two offers, within this much, and at least the former, takes that part of any."""


def note_shortfall(view: EvseView) -> EvseMemory:
    """Note since when a car has been measured below its offer, and how much it draws."""
    status, memory = view.reachable_status, view.memory
    if status is None:
        return memory
    measured_at, short = status.measured_at, memory.shortfall
    if not view.measured_a or measured_at is None or not _charges(view, status):
        return memory if short is None else updated(memory, shortfall=None)
    drawn_a, target = max(view.measured_a.values()), target_a(view)
    if measured_at <= short.until if short is not None else drawn_a >= target - SHORT_A:
        return memory
    return _judge(view, short, measured_at, drawn_a, target)


def _judge(view: EvseView, short: Shortfall | None, measured_at: datetime, drawn_a: float, target: float) -> EvseMemory:
    """Take a new measurement of a car that draws less than it is offered, or did."""
    memory = view.memory
    lowest_a, highest_a = _offered(view, target, measured_at)
    if drawn_a > highest_a * memory.takes + TAKEN_A:
        memory = updated(memory, takes=1.0)
    least_a, most_a = lowest_a * memory.takes, highest_a * memory.takes
    if drawn_a >= min(most_a - TAKEN_A, most_a * TAKEN_SHARE):
        return updated(memory, shortfall=None)
    if highest_a - lowest_a >= SHORT_SHARE * highest_a:
        # It may be under way from the one to the other.
        return memory
    now = Shortfall(since=measured_at, until=measured_at, drawn_a=drawn_a, offered_a=highest_a)
    if short is not None and _is_in_step(short, now):
        return updated(memory, shortfall=None, takes=max(drawn_a / highest_a, short.drawn_a / short.offered_a))
    is_short = drawn_a < least_a - max(SHORT_A, SHORT_SHARE * least_a)
    return updated(memory, shortfall=_go_on(short, now)) if is_short else memory


def expected_a(view: EvseView, minimum_a: float, maximum_a: float) -> float | None:
    """Tell what the car is expected to take of `maximum_a` (A per phase, at least `minimum_a`); None: all of it.

    A little more than it needs to draw as much is left to it, so that it shows when it wants more.
    """
    short = view.memory.shortfall
    if short is None or not _is_steady(short):
        return None
    leave_a = max(short.drawn_a + SHORT_A, short.drawn_a / (1 - SHORT_SHARE)) / view.memory.takes
    step_a = view.evse.step_a
    expected = max(minimum_a, math.ceil(leave_a / step_a - 1e-6) * step_a)
    return expected if expected < maximum_a else None


def _charges(view: EvseView, status: EvseStatus) -> bool:
    """Tell whether the car can be drawing what it is offered."""
    if status.offered_a is None or status.offered_a < view.evse.minimum_a:
        return False
    return status.state is None or status.state.power_flows or lies(view)


def _offered(view: EvseView, target: float, measured_at: datetime) -> tuple[float, float]:
    """Bound what the car may have been following when the charger measured, A per phase."""
    follow = timedelta(seconds=view.policy.follow_s)
    leaving = [past.current_a for past in view.memory.past_targets if past.ended + follow > measured_at]
    return min((target, *leaving)), max((target, *leaving))


def _is_in_step(short: Shortfall, now: Shortfall) -> bool:
    """Tell whether a car follows its offer, though it takes only a part of it: that part is all that it takes of any."""
    if abs(now.offered_a - short.offered_a) < SHORT_SHARE * short.offered_a:
        return False
    part, before = now.drawn_a / now.offered_a, short.drawn_a / short.offered_a
    return min(part, before) >= LEAST_PART and abs(part - before) <= SAME_PART


def _go_on(short: Shortfall | None, now: Shortfall) -> Shortfall:
    """Go on from the last measurement; a car that is still coming up begins anew."""
    if short is None or (not _is_steady(short) and now.drawn_a > short.drawn_a + SHORT_A):
        return now
    return replace(now, since=short.since)


def _is_steady(short: Shortfall) -> bool:
    return (short.until - short.since).total_seconds() >= STEADY_S
