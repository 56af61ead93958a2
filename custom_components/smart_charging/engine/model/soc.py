"""A state of charge: what was told of it, and what was charged since."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Soc:
    """From 0 to 1; `estimated` where it was not told, but worked out."""

    value: float
    estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldSoc:
    """What a vehicle, its charger or a person told, and when, UTC."""

    value: float
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How much a charger has counted in a session, and in how many hours; `energy_kwh` is None while it does not tell."""

    evse_id: str
    started_at: datetime | None
    energy_kwh: float | None
    charging_h: float = 0.0

    def same_session(self, other: Count) -> bool:
        """Tell whether both are of one session."""
        return (self.evse_id, self.started_at) == (other.evse_id, other.started_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSoc:
    """What is known of one vehicle's: `told.value + added` at `at`, UTC, and from then on as `count` goes on.

    `lowest` is the lowest that was ever told.
    """

    told: ToldSoc
    at: datetime
    added: float = 0.0
    count: Count | None = None
    """Up to here the session's energy is in it; None while the vehicle is at none of our chargers."""
    lowest: float = 1.0
