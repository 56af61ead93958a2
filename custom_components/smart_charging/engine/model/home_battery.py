"""The home's own battery, as far as an outlook or a plan needs to know it."""

from dataclasses import dataclass
from typing import Final

from .battery_steering import BatterySteering


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


EFFICIENCY: Final = 0.95
"""Of what goes in, and again of what comes out: the battery and its inverter lose some 10 % on the way round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SteeredBattery:
    """One that a plan may reckon with: its capacity and its charge are known, and it may be steered."""

    capacity_kwh: float
    soc: float
    steering: BatterySteering
    charge_kw: float | None = None
    discharge_kw: float | None = None


def steered(battery: HomeBattery | None, steering: BatterySteering) -> SteeredBattery | None:
    """Tell what a plan may reckon with; None where something is missing for it."""
    if (
        battery is None
        or battery.soc is None
        or battery.capacity_kwh is None
        or not 0 < battery.capacity_kwh < float("inf")
    ):
        return None
    return SteeredBattery(
        capacity_kwh=battery.capacity_kwh,
        soc=min(1.0, max(0.0, battery.soc)),
        steering=steering,
        charge_kw=battery.charge_kw,
        discharge_kw=battery.discharge_kw,
    )
