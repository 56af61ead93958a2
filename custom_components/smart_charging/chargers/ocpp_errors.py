"""What goes wrong with an OCPP station, in the words of the contract."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..csms.errors import CallFailed, NoTransaction, StationError, StationRejected
from .driver import ChargerRefusedError, ChargerUnreachableError


@contextmanager
def as_charger_errors() -> Iterator[None]:
    """Turn a station's errors into those of the contract."""
    try:
        yield
    except (StationRejected, CallFailed, NoTransaction) as error:
        raise ChargerRefusedError(str(error)) from error
    except StationError as error:
        raise ChargerUnreachableError(str(error)) from error
