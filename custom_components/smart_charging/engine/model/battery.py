"""The home's own battery."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryReading:
    """`power_w` is positive into the battery, negative out of it; `soc` is 0 to 1, None where it is not known. `at` is UTC."""

    at: datetime
    power_w: float
    soc: float | None = None
