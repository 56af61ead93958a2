"""What can go wrong between a driver and its charger."""

from enum import StrEnum


class ChargerError(Exception):
    """The charger did not do what it was told; the message says what happened, in plain words, without credentials."""


class ChargerUnreachableError(ChargerError):
    """No answer in time, or no connection."""


class ChargerSilentError(ChargerUnreachableError):
    """No answer in time; it may have done it all the same."""


class ChargerBusyError(ChargerUnreachableError):
    """It was not asked: too much is waiting for its answers already."""


class ChargerRefusedError(ChargerError):
    """The charger answered, and said no; `word` is its own word for why, where it has one."""

    def __init__(self, message: str, word: str = "") -> None:
        self.word = word
        super().__init__(message)


class Unfit(StrEnum):
    """Why a charger cannot be steered the way it was set up; each is a text of the flow, and a `Shortcoming`."""

    WRONG_DEVICE = "wrong_device"
    """Something else answers at its address."""
    FIRMWARE_TOO_OLD = "firmware_too_old"
    API_OFF = "api_off"
    """What we speak is switched off in its own settings."""
    LICENCE_MISSING = "licence_missing"
    KEY_REFUSED = "key_refused"
    """It does not take the password, or wants one."""


class ChargerUnfitError(ChargerRefusedError):
    """It answers, and cannot be steered as it is; `unfit` says why."""

    def __init__(self, unfit: Unfit, message: str, word: str = "") -> None:
        self.unfit = unfit
        super().__init__(message, word)


class ChargerLacksError(ChargerRefusedError):
    """It cannot do this at all."""


class ChargerIdleError(ChargerRefusedError):
    """It was asked about the charging session that runs, and none does."""


class ChargerLacksRoomError(ChargerRefusedError):
    """It was to be given a text of more than `longest` characters, which is what it takes."""

    def __init__(self, message: str, longest: int) -> None:
        self.longest = longest
        super().__init__(message)
