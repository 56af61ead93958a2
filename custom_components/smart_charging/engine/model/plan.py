"""A plan: what one charger is to do, slot by slot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Shortage(StrEnum):
    """Why a battery will lack something at departure; each one has its own remedy."""

    TIME = "time"
    """However fast it charges, it is too late."""
    SHARED = "shared"
    """It could, but for other cars and the limits that it shares with them."""
    LIMIT = "limit"
    """The house leaves it no more."""
    PRICE = "price"
    """Its own price limit, or its hours, leave it no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSlot:
    """From `start` (included) to `end` (excluded), UTC, the charger may use `current_a` A per phase; negative discharges."""

    start: datetime
    end: datetime
    current_a: float
    power_kw: float = 0.0
    """What it is expected to draw then: less than it may where the house is feared to leave no more."""
    price_per_kwh: float | None = None
    cost: float = 0.0
    """Of the whole slot."""
    carbon_kg_per_kwh: float | None = None
    """What the grid is expected to emit then; None where nobody knows, or it does not count."""
    carbon_kg: float = 0.0
    """Of the whole slot: what the own roof gives emits nothing."""
    stored_kwh: float = 0.0
    """What the battery has taken by its end, since the plan was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Slots in order, without overlap. Outside every slot the plan is silent."""

    slots: Sequence[PlanSlot]
    departure: datetime | None = None
    cost: float | None = None
    """What the slots cost together; None where nothing is known of prices."""
    saving: float | None = None
    """What is saved against charging the same at once."""
    carbon_kg: float | None = None
    """What the slots emit together; None where nobody knows, or it does not count."""
    carbon_saving_kg: float | None = None
    """What of that is saved against charging the same at once."""
    by_carbon: bool = False
    """It goes by what is emitted, and not by what it costs."""
    missed_kwh: float = 0.0
    """What the battery will lack at departure of what it must have."""
    missed_for: Shortage | None = None
    """Why."""
    phases: int | None = None
    """On so many the car charges; None: on all of its charger's."""
    in_one_go: bool = False
    """The car bears no pause."""
    paced: bool = False
    """Power has a price: it charges slowly, and in parts of a window, for that."""
    urgent: bool = False
    """It charges now since it would be late otherwise, whatever else was planned."""
    estimated: bool = False
    """It rests on prices that nobody has published yet."""

    def at(self, now: datetime) -> PlanSlot | None:
        """Tell the slot that holds at `now`, or None where the plan is silent."""
        return next((slot for slot in self.slots if slot.start <= now < slot.end), None)

    def next_charge(self, now: datetime) -> PlanSlot | None:
        """Tell the first slot after `now` in which power flows."""
        return next((slot for slot in self.slots if slot.start > now and slot.current_a != 0), None)

    def stored_kwh(self, at: datetime) -> float:
        """Tell what the battery is to have taken by `at`, UTC, since the plan was made."""
        total, before = 0.0, 0.0
        for slot in self.slots:
            if slot.end <= at:
                total = slot.stored_kwh
            elif slot.start < at:
                share = (at - slot.start) / (slot.end - slot.start)
                return before + share * (slot.stored_kwh - before)
            before = slot.stored_kwh
        return total

    def mean_kw(self, start: datetime, end: datetime) -> float:
        """Tell what it is expected to draw from `start` to `end`, UTC, on average."""
        lengths = ((slot.power_kw, min(slot.end, end) - max(slot.start, start)) for slot in self.slots)
        return sum(kw * (length / (end - start)) for kw, length in lengths if length > timedelta())

    @property
    def starts_at(self) -> datetime | None:
        """When it first charges, UTC; None: never."""
        return next((slot.start for slot in self.slots if slot.current_a != 0), None)

    @property
    def ready_at(self) -> datetime | None:
        """When it has charged, UTC; None: it never charges."""
        return next((slot.end for slot in reversed(self.slots) if slot.current_a != 0), None)
