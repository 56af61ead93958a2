"""A plan: what one charger is to do, slot by slot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSlot:
    """From `start` (included) to `end` (excluded), UTC, the charger may use `current_a` A per phase; negative discharges."""

    start: datetime
    end: datetime
    current_a: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Slots in order, without overlap. Outside every slot the plan is silent."""

    slots: Sequence[PlanSlot]

    def at(self, now: datetime) -> PlanSlot | None:
        """Tell the slot that holds at `now`, or None where the plan is silent."""
        return next((slot for slot in self.slots if slot.start <= now < slot.end), None)

    def next_charge(self, now: datetime) -> PlanSlot | None:
        """Tell the first slot after `now` in which power flows."""
        return next((slot for slot in self.slots if slot.start > now and slot.current_a != 0), None)
