"""What a charger cannot do, or does not do, that its owner has to know of."""

from enum import StrEnum


class Shortcoming(StrEnum):
    """Each is a repair issue of that name, which says what to do about it."""

    FAILSAFE_REFUSED = "failsafe_refused"
    """It did not take the failsafe current that it is to fall back to."""
    FAILSAFE_ELSEWHERE = "failsafe_elsewhere"
    """It falls back by itself, to a current that only its owner can set."""
    LIMITS_REFUSED = "limits_refused"
    """It takes no limit, however it is put."""
    EXTERNAL_CONTROL_OFF = "external_control_off"
    """As `LIMITS_REFUSED`, and it is known that a setting of its own is in the way."""
    LIMITS_IGNORED = "limits_ignored"
    """It says yes to limits, however they are put, and its current does not follow."""
    NO_WATCHDOG = "no_watchdog"
    """It keeps its last setpoint for ever when nobody steers it."""
    LIMIT_FOUGHT_OVER = "limit_fought_over"
    """Its limit changes by itself again and again: somebody else sets it too."""
    WRONG_DEVICE = "wrong_device"
    """Something else answers at its address."""
    FIRMWARE_TOO_OLD = "firmware_too_old"
    API_OFF = "api_off"
    """The way by which it is steered is switched off in its own settings."""
    ENTITY_GONE = "entity_gone"
    """An entity that it is steered by was removed or disabled."""
    LICENCE_MISSING = "licence_missing"
    KEY_REFUSED = "key_refused"
    """It does not take the password that is stored."""
