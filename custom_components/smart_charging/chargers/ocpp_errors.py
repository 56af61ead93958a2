"""What goes wrong with an OCPP station, in the words of the contract."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from ..csms.errors import (
    CallFailed,
    NotOffered,
    NoTransaction,
    StationBusy,
    StationError,
    StationRejected,
    StationTimeout,
    TooLong,
)
from .errors import (
    ChargerBusyError,
    ChargerError,
    ChargerIdleError,
    ChargerLacksError,
    ChargerLacksRoomError,
    ChargerRefusedError,
    ChargerSilentError,
    ChargerUnreachableError,
)

# How stations say that they lack something: as a status, or as the code of an error.
_LACKING: Final = frozenset({"notimplemented", "notsupported"})

_OTHERS: Final[Mapping[type[StationError], type[ChargerError]]] = {
    NotOffered: ChargerLacksError,
    NoTransaction: ChargerIdleError,
    StationTimeout: ChargerSilentError,
    StationBusy: ChargerBusyError,
}


@contextmanager
def as_charger_errors() -> Iterator[None]:
    """Turn a station's errors into those of the contract."""
    try:
        yield
    except StationError as error:
        raise _charger_error(error) from error


def _charger_error(error: StationError) -> ChargerError:
    text = str(error)
    match error:
        case TooLong():
            return ChargerLacksRoomError(text, error.longest)
        case StationRejected(status=word) | CallFailed(code=word):
            return (ChargerLacksError if word.lower() in _LACKING else ChargerRefusedError)(text, word)
        case _:
            return _OTHERS.get(type(error), ChargerUnreachableError)(text)
