"""An aim: what is to be done for the car at one charger, as a plan is made of it and as control takes it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .goal import Goal
from .order import Order


class Caveat(StrEnum):
    """What a person has to know of an aim."""

    SOC_ASSUMED = "soc_assumed"
    """Nobody knows how full the battery is: it is taken to be rather too empty."""
    ABOVE_LIMIT = "above_limit"
    """More is wanted than the vehicle charges to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """`order` counts what reaches the battery, `goal` what the charger gives; `departure` is UTC, without the margin."""

    order: Order
    goal: Goal
    departure: datetime | None = None
    soc: float | None = None
    """How full the battery is taken to be, 0 to 1."""
    caveats: frozenset[Caveat] = frozenset()
