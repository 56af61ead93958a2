"""Puts the parts of a report together: NotifyReport comes in pieces, in any order (OCPP 2.0.1, B07)."""

import asyncio
from typing import Final

from ..fields import Fields
from .variables import format_key

# A station of the largest kind has some thousands of variables; beyond that it is no report.
_MOST_VARIABLES: Final = 20_000
_LONGEST_VALUE: Final = 2500


class Reports:
    """The reports that were asked for on one connection, by the number they were asked with."""

    def __init__(self) -> None:
        self._last = 0
        self._values: dict[int, dict[str, str]] = {}
        self._parts: dict[int, set[int]] = {}
        self._length: dict[int, int] = {}
        self._complete: dict[int, asyncio.Future[dict[str, str]]] = {}

    def expect(self) -> tuple[int, asyncio.Future[dict[str, str]]]:
        """The number to ask with, and what becomes all values once every part has come. `forget` it after."""
        self._last += 1
        number = self._last
        self._values[number], self._parts[number] = {}, set()
        self._complete[number] = asyncio.get_running_loop().create_future()
        return number, self._complete[number]

    def forget(self, number: int) -> None:
        """Nobody waits for this report any more; parts that still come are dropped."""
        for kept in (self._values, self._parts, self._length, self._complete):
            kept.pop(number, None)

    def take(self, fields: Fields) -> None:
        """A part came (NotifyReport)."""
        number, sequence = fields.optional_integer("requestId"), fields.optional_integer("seqNo") or 0
        if number is None or number not in self._complete:
            return
        values = self._values[number]
        for entry in fields.sections("reportData"):
            key = format_key(entry)
            if key and len(values) < _MOST_VARIABLES:
                values[key] = _actual(entry)
        self._parts[number].add(sequence)
        if not fields.truth("tbc"):
            self._length[number] = sequence + 1
        complete = self._complete[number]
        if len(self._parts[number]) >= self._length.get(number, _MOST_VARIABLES) and not complete.done():
            complete.set_result(values)


def _actual(entry: Fields) -> str:
    """The value in use; a variable may also have a target, and bounds."""
    for attribute in entry.sections("variableAttribute"):
        if attribute.text("type") in {"", "Actual"}:
            return attribute.text("value", longest=_LONGEST_VALUE)
    return ""
