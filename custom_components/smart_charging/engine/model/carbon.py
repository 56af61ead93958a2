"""What the grid emits for a kWh, slot by slot, and how that counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CarbonSlot:
    """From `start` (included) to `end` (excluded), UTC, a kWh from the grid emits `kg_per_kwh` of CO₂, never less than nothing."""

    start: datetime
    end: datetime
    kg_per_kwh: float
    estimated: bool = False
    """Nobody has forecast it: it is what it was at such times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carbon:
    """Slots in order, without overlap. What the own roof gives emits nothing, and what is fed in spares nobody anything."""

    slots: Sequence[CarbonSlot]
    price_per_kg: float | None = None
    """What a kg is taken to cost, in the tariff's currency; nobody pays that. None: it counts instead of the price."""
