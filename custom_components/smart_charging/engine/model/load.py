"""A sheddable load: an appliance that may be switched off for a while when the site is short of power."""

from dataclasses import dataclass
from enum import StrEnum


class ShedOrder(StrEnum):
    """When a load gives way, seen from the chargers."""

    BEFORE = "before"
    """Before any charger is lowered."""
    AFTER = "after"
    """Only when every charger is at its floor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheddableLoad:
    """`power_a` is what it takes on each of its phases when it runs, in A; None where nobody knows."""

    load_id: str
    circuit_id: str
    order: ShedOrder
    rank: int
    power_a: float | None = None
    minimum_off_s: float = 60.0
