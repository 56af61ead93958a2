"""Reads payloads tolerantly: what can be understood is, what cannot be done without is refused."""

from datetime import datetime
from typing import Final

from ocpp.exceptions import (  # type: ignore[import-untyped]
    FormationViolationError,
    PropertyConstraintViolationError,
    TypeConstraintViolationError,
)

from .coding import printable
from .frames import Payload
from .measurands import parse_number
from .timestamps import parse_timestamp

# More than any station has; it keeps a faulty or hostile one from filling the memory with connectors.
_MOST_CONNECTORS: Final = 64

_LARGEST_INTEGER: Final = 2**63 - 1


class Fields:
    """One payload. Methods that say so raise the `OCPPError` that tells the station what it did wrong."""

    def __init__(self, payload: Payload) -> None:
        self._payload = payload

    def text(self, name: str, *, longest: int = 255) -> str:
        """A text, shortened to `longest` and stripped of what cannot be printed; empty when missing or no text."""
        value = self._payload.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            return ""
        return printable(value, longest)

    def integer(self, name: str) -> int:
        """An integer that has to be there; 1.0 and "1" are as good. Raises an `OCPPError`."""
        if name not in self._payload:
            raise FormationViolationError(f"{name} is missing")
        value = self.optional_integer(name)
        if value is None:
            raise TypeConstraintViolationError(f"{name} is not an integer")
        return value

    def optional_integer(self, name: str) -> int | None:
        """An integer, or None where there is none."""
        value = self._payload.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            # Not by way of a float, which cannot hold 2**63 - 1.
            return value if abs(value) <= _LARGEST_INTEGER else None
        number = parse_number(value)
        if number is None or not number.is_integer() or abs(number) > _LARGEST_INTEGER:
            return None
        return int(number)

    def connector_id(self, name: str = "connectorId", *, lowest: int = 0) -> int:
        """The connector's number. Raises an `OCPPError`."""
        connector_id = self.integer(name)
        if not lowest <= connector_id <= _MOST_CONNECTORS:
            raise PropertyConstraintViolationError(f"there is no such {name}")
        return connector_id

    def section(self, name: str) -> Fields:
        """The object under this name; an empty one where there is none."""
        value = self._payload.get(name)
        return Fields(value if isinstance(value, dict) else {})

    def sections(self, name: str) -> list[Fields]:
        """The objects in the list under this name; what is no object is left out."""
        value = self._payload.get(name)
        return [Fields(entry) for entry in (value if isinstance(value, list) else ()) if isinstance(entry, dict)]

    def truth(self, name: str) -> bool | None:
        """True or false; None where it is neither."""
        value = self._payload.get(name)
        return value if isinstance(value, bool) else None

    def value(self, name: str) -> object:
        """Whatever is there; None when nothing is."""
        return self._payload.get(name)

    def number(self, name: str) -> float | None:
        """A finite number, or None."""
        return parse_number(self._payload.get(name))

    def moment(self, name: str = "timestamp") -> datetime | None:
        """A time in UTC, or None."""
        return parse_timestamp(self._payload.get(name))

    def listed(self, name: str) -> list[object]:
        """A list that has to be there. Raises an `OCPPError`."""
        if name not in self._payload:
            raise FormationViolationError(f"{name} is missing")
        value = self._payload[name]
        if not isinstance(value, list):
            raise TypeConstraintViolationError(f"{name} is not a list")
        return value
