"""What may happen to a charger's security."""

from dataclasses import dataclass
from enum import StrEnum


class SecurityKind(StrEnum):
    """What a charger reports; whatever is none of these is `OTHER`."""

    TAMPERED = "tampered"
    """Its case was opened, or moved."""
    SERVER_REFUSED = "server_refused"
    """It does not believe that it is us whom it reached."""
    CHARGER_REFUSED = "charger_refused"
    """Its key or certificate was not taken."""
    INVALID_SERVER_CERTIFICATE = "invalid_server_certificate"
    INVALID_CHARGER_CERTIFICATE = "invalid_charger_certificate"
    WEAK_ENCRYPTION = "weak_encryption"
    INVALID_MESSAGES = "invalid_messages"
    REPLAYED_MESSAGES = "replayed_messages"
    INVALID_FIRMWARE = "invalid_firmware"
    """Its signature, or the certificate of who signed it."""
    FIRMWARE_UPDATED = "firmware_updated"
    SETTINGS_CHANGED = "settings_changed"
    """Those of its security."""
    MAINTENANCE_LOGIN = "maintenance_login"
    MAINTENANCE_LOGIN_FAILED = "maintenance_login_failed"
    LOG_CLEARED = "log_cleared"
    MEMORY_EXHAUSTED = "memory_exhausted"
    CLOCK_SET = "clock_set"
    STARTED = "started"
    RESTARTED = "restarted"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityReport:
    """What happened; `word` is the charger's own for it, and `info` what its maker adds, which may be empty."""

    kind: SecurityKind
    word: str
    info: str = ""
