"""A goal: what a driver wants to have, and by when."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """`energy_kwh` still to be charged until `departure`, UTC; None where nobody said."""

    departure: datetime | None = None
    energy_kwh: float | None = None
