"""Stretches: the times of a plan in which a charger charges without a pause."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from .engine.model.aim import Aim
from .engine.model.plan import Plan, PlanSlot

TRIFLE_KWH: Final = 0.01
"""Nobody wants less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """From `start` to `end`, UTC."""

    start: datetime
    end: datetime
    slots: Sequence[PlanSlot]

    @property
    def energy_kwh(self) -> float | None:
        """What the charger gives then; None where nobody worked it out."""
        return energy_kwh(self.slots)

    @property
    def cost(self) -> float:
        """What that costs."""
        return sum(slot.cost for slot in self.slots)


def stretches(plan: Plan, at: datetime) -> tuple[Stretch, ...]:
    """List what of a plan is not over at `at`, UTC; the stretch that is on is told from where it begins in the plan."""
    runs: list[list[PlanSlot]] = []
    for slot in plan.slots:
        if slot.current_a == 0:
            continue
        if runs and runs[-1][-1].end == slot.start:
            runs[-1].append(slot)
        else:
            runs.append([slot])
    return tuple(Stretch(start=run[0].start, end=run[-1].end, slots=run) for run in runs if run[-1].end > at)


class Beginning:
    """Keeps when the stretch that is on began: a plan that is made anew begins now."""

    def __init__(self) -> None:
        self._since: datetime | None = None

    def keep(self, found: Sequence[Stretch], at: datetime) -> tuple[Stretch, ...]:
        """Give the stretches with the first one's true start, if it is on at `at`; to be called with each tick."""
        if not found or found[0].start > at:
            self._since = None
            return tuple(found)
        self._since = found[0].start if self._since is None else min(self._since, found[0].start)
        return replace(found[0], start=self._since), *found[1:]


def is_awaited(plan: Plan, aim: Aim) -> bool:
    """Tell whether a plan only stands for one that is still being made."""
    needed_kwh = max((it.energy_kwh for it in aim.order.stages if it.most_per_kwh is None), default=0.0)
    is_made = bool(plan.slots) or plan.cost is not None or plan.carbon_kg is not None
    return not is_made and max(needed_kwh, aim.order.at_once_kwh) > TRIFLE_KWH


def is_for(plan: Plan, aim: Aim) -> bool:
    """Tell whether a plan was made for what is wanted now: when that changes, another one is made soon."""
    departures = [stage.departure for stage in aim.order.stages if stage.departure is not None]
    return plan.departure == max(departures, default=None) and not is_awaited(plan, aim)


def worked_out(slot: PlanSlot) -> bool:
    """Tell whether a slot says what it draws: one that starts early, so as not to be late, does not."""
    return slot.power_kw != 0


def to_minute(moment: datetime) -> datetime:
    """Round a time to the minute: each change is written down."""
    return (moment + timedelta(seconds=30)).replace(second=0, microsecond=0)


def hours(slot: PlanSlot) -> float:
    """Tell how long a slot is."""
    return (slot.end - slot.start) / timedelta(hours=1)


def energy_kwh(slots: Sequence[PlanSlot]) -> float | None:
    """Tell what the charger gives in these slots; None where nobody worked it out."""
    if not all(worked_out(slot) for slot in slots):
        return None
    return sum(slot.power_kw * hours(slot) for slot in slots)
