"""A plan for a home battery: when it is held, when it is charged from the grid, and when it is left to itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .battery_order import BatteryWay


@dataclass(frozen=True, slots=True, kw_only=True)
class BatterySlot:
    """From `start` (included) to `end` (excluded), UTC."""

    start: datetime
    end: datetime
    way: BatteryWay
    power_kw: float
    """What it is expected to take on average; negative: to give."""
    soc: float
    """What it is expected to be at by the end, 0 to 1; the way that charges ends there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryPlan:
    """Slots in order, without overlap. Outside every slot it is left to itself."""

    slots: Sequence[BatterySlot] = ()
    cost: float | None = None
    """What the site is expected to pay by the end of the plan, what is left in the battery counted as earned."""
    saving: float | None = None
    """How much less that is than with a battery that is left to itself, with the same cars."""

    def at(self, now: datetime) -> BatterySlot | None:
        """Tell the slot that holds at `now`, or None where the plan is silent."""
        return next((slot for slot in self.slots if slot.start <= now < slot.end), None)

    def until(self, now: datetime) -> datetime | None:
        """Tell when the way that holds at `now` ends, UTC; None where the plan is silent."""
        held = self.at(now)
        if held is None:
            return None
        end = held.end
        for slot in self.slots:
            if slot.start == end and slot.way is held.way:
                end = slot.end
        return end
