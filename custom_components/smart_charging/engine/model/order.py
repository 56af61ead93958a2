"""An order: what the car at one charger is to get, as a plan can be made of it. Goals become orders when a car is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The battery is to take `energy_kwh` from now on, until `departure`, UTC; None: as far as prices are known.

    Stages of one order do not add up: each counts from now. `most_per_kwh`: it is wanted only for what costs no more for each
    kWh in the battery; None: it must be had.
    """

    energy_kwh: float
    departure: datetime | None = None
    most_per_kwh: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Energies are what reaches the battery, kWh; currents A per phase, what car and charger both can do."""

    evse_id: str
    stages: Sequence[Stage]
    room_kwh: float
    """What the battery may take at all."""
    phases: int = 3
    minimum_a: float = 6.0
    maximum_a: float = 16.0
    takes_a: float | None = None
    """What the car was seen to take of more: it is planned with that, and offered `maximum_a` all the same; None: it takes all."""
    efficiency: float = 0.93
    standby_w: float = 250.0
    at_once_kwh: float = 0.0
    """So much is charged first, whatever it costs."""
    not_before: datetime | None = None
    price_limit: float | None = None
    """It never charges for more per kWh, be it late; `at_once_kwh` is."""
    cheapest: timedelta | None = None
    """It charges only in so many of the cheapest hours of each day."""
    last_stretch: timedelta = timedelta()
    """Charges last in so much time before departure, so that the battery is warm then."""
    continuous: bool = False
    charging: bool = False
    """It does so now."""
    priority: int = 0
    """Who has more is served first where not all fit."""
    stay: str = ""
    """Names whose car it is, and since when it is there: its plan is for no other."""
