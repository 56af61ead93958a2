"""The home's own battery, as far as an outlook needs to know it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeBattery:
    """It steers itself: what the roof gives beyond the house it takes, and gives it back when the house needs it."""

    capacity_kwh: float | None
    """What it can hold, as its owner can use it; None where nobody knows."""
    soc: float | None = None
    """From 0 to 1; None where nobody knows: it is then taken for empty, as it takes most when it is."""
    charge_kw: float | None = None
    """The most that it takes; None: all there is."""
    discharge_kw: float | None = None
    """The most that it gives; None: all that is needed."""
