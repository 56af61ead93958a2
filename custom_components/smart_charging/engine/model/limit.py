"""A limit: what must not be exceeded, always with the one who set it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LimitSource(StrEnum):
    """Who or what sets a limit."""

    RATING = "rating"
    """The nameplate of a fuse, breaker or cable."""
    SUBSCRIBED = "subscribed"
    """The power agreed with the supplier."""
    OPERATOR = "operator"
    """A signal of the grid operator, such as the one of §14a EnWG."""
    SCHEDULE = "schedule"
    """A window of time that the user defined."""
    USER = "user"
    """Set by the user, from the UI or an automation."""
    CHARGER = "charger"
    """What the charger itself can do."""
    UNBALANCE = "unbalance"
    """How far phases may differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """An upper bound for the net import of a circuit: `current_a` in A on each of its phases, or `power_w` in W in total.

    At least one of the two is given; both may be. Values are finite and not negative.
    """

    source: LimitSource
    current_a: float | None = None
    power_w: float | None = None
    chargers_only: bool = False
    """It bounds what the chargers take together, whatever the house does: as a grid operator dims them (§14a EnWG)."""
    limit_id: str | None = None
    """Which one it is of those that come and go, to name it in reasons; None for a circuit's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSpan:
    """A limit that is known to hold from `start` (included) to `end` (excluded), UTC."""

    start: datetime
    end: datetime
    limit: Limit
