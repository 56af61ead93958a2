"""What a person may ask of a charger beyond a current, and how far it got with it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .operator_link import OperatorLink


class Operation(StrEnum):
    """Something that a charger may be able to do for a person."""

    RESTART = "restart"
    UNLOCK = "unlock"
    """Release the plug."""
    AVAILABILITY = "availability"
    """Be taken out of service, and back."""
    RESERVATION = "reservation"
    SETTINGS = "settings"
    """Tell and change its own settings."""
    LOG = "log"
    """Send what it wrote down."""
    FIRMWARE = "firmware"
    """Fetch new firmware."""
    TRIGGER = "trigger"
    """Tell something now."""
    CACHE = "cache"
    """Forget the cards that it has seen."""
    DATA = "data"
    """Take a maker's own messages."""
    CERTIFICATES = "certificates"
    DISPLAY = "display"
    COST = "cost"
    LIMITS = "limits"
    """Tell what all that limits it comes to."""
    SECURITY = "security"
    """Report what happens to its security."""


class Stage(StrEnum):
    """How far a charger got."""

    IDLE = "idle"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a charger got with a log or new firmware: `word` is its own. `request_id`: of which request, where it says."""

    operation: Operation
    stage: Stage
    word: str
    request_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedLimit:
    """What a charger says that it would offer from then on: A per phase, or W in total if `in_w`.

    `phases` is None where it does not say on how many.
    """

    at: datetime
    limit: float
    in_w: bool
    phases: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What is known of the way to a charger.

    `protocol` is what is spoken on it, `address` the IP address at the other end. `clock_offset_s` is the charger's clock
    minus ours, 0 where it is right or not known. `operator` is set where the charger is handed on to one.
    """

    protocol: str | None = None
    address: str | None = None
    last_message_at: datetime | None = None
    clock_offset_s: float | None = None
    operator: OperatorLink | None = None
