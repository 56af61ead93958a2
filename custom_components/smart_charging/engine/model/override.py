"""An override: what a driver wants just this once, and until when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .mode import Mode


class OverrideEnd(StrEnum):
    """What ends an override. Unplugging the car ends each of them."""

    UNPLUGGED = "unplugged"
    FULL = "full"
    """The car takes nothing more."""
    ENERGY = "energy"
    """`energy_kwh` have been charged since it began."""
    TIME = "time"
    """At `until`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """`mode` holds instead of the one that is kept, since `since`, UTC. `start_kwh` is the session's energy then."""

    mode: Mode
    since: datetime
    end: OverrideEnd = OverrideEnd.UNPLUGGED
    until: datetime | None = None
    energy_kwh: float | None = None
    start_kwh: float = 0.0
