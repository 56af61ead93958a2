"""What is worth telling of a plan that was made anew: they all are, each quarter of an hour, and mostly nothing has changed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ..engine.model.plan import Plan
from ..plan_stretches import stretches

WORTH_TELLING: Final = timedelta(minutes=15)
WORTH_TELLING_SHARE: Final = 0.1
"""Of what it was to cost as a whole."""
_LEAST_MONEY: Final = 0.01


class PlanChange(StrEnum):
    """What is other than it was told."""

    GOAL = "goal"
    """It is for something else."""
    START = "start"
    END = "end"
    COST = "cost"


def changes(told: Plan, plan: Plan, at: datetime) -> Iterator[PlanChange]:
    """Tell what differs between a plan and the one that was told before it, looking ahead from `at`, UTC."""
    (told_start, told_end), (start, end) = _times(told, at), _times(plan, at)
    if abs(told_start - start) >= WORTH_TELLING:
        yield PlanChange.START
    if abs(told_end - end) >= WORTH_TELLING:
        yield PlanChange.END
    if told.cost is None or plan.cost is None:
        return
    most = max(WORTH_TELLING_SHARE * abs(told.cost), _LEAST_MONEY)
    if abs(_still_costs(told, at) - _still_costs(plan, at)) >= most:
        yield PlanChange.COST


def _times(plan: Plan, at: datetime) -> tuple[datetime, datetime]:
    """Tell from when to when it still charges; what has begun, or is over, does so now."""
    left = stretches(plan, at)
    return (max(at, left[0].start), left[-1].end) if left else (at, at)


def _still_costs(plan: Plan, at: datetime) -> float:
    left = (slot for slot in plan.slots if slot.end > at)
    return sum(slot.cost * ((slot.end - max(at, slot.start)) / (slot.end - slot.start)) for slot in left)
