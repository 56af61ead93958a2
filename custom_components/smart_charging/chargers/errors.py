"""What can go wrong between a driver and its charger."""


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


class ChargerLacksError(ChargerRefusedError):
    """It cannot do this at all."""


class ChargerIdleError(ChargerRefusedError):
    """It was asked about the charging session that runs, and none does."""


class ChargerLacksRoomError(ChargerRefusedError):
    """It was to be given a text of more than `longest` characters, which is what it takes."""

    def __init__(self, message: str, longest: int) -> None:
        self.longest = longest
        super().__init__(message)
