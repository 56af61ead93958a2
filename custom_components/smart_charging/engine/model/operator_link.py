"""The way to an operator, to whom a charger is handed on."""

from dataclasses import dataclass
from enum import StrEnum


class OperatorState(StrEnum):
    """Whether the operator is reached, and why not."""

    CONNECTED = "connected"
    CONNECTING = "connecting"
    IDLE = "idle"
    """The charger is away, and nothing waits to be told."""
    UNREACHABLE = "unreachable"
    SILENT = "silent"
    CLOSED = "closed"
    KEY_REFUSED = "key_refused"
    IDENTITY_REFUSED = "identity_refused"
    IDENTITY_UNKNOWN = "identity_unknown"
    FAULTY = "faulty"
    """It answers with something unforeseen."""
    CERTIFICATE_NOT_TRUSTED = "certificate_not_trusted"
    NO_OCPP = "no_ocpp"
    OTHER_VERSION = "other_version"
    NOT_ACCEPTED = "not_accepted"
    """It has not accepted the charger yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorLink:
    """`waiting` messages are still to be delivered to it, and `dropped` ones could not be kept for it."""

    state: OperatorState
    waiting: int
    dropped: int
