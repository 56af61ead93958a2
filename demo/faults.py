"""What is to go wrong, and when: `--fault meter-silent@120,kill-ha@300:150,station-drops@60:20`."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .errors import DemoError

_PATTERN: Final = re.compile(r"(?P<kind>[a-z-]+)@(?P<at>\d+(?:\.\d+)?)(?::(?P<lasts>\d+(?:\.\d+)?))?")


class FaultKind(StrEnum):
    """What goes wrong."""

    METER_SILENT = "meter-silent"
    """The meter sends nothing; its socket stays open."""
    KILL_HA = "kill-ha"
    """Home Assistant is killed, and started again when the fault ends."""
    STATION_DROPS = "station-drops"
    """The station's connection breaks, and it does not call again before the fault ends."""
    STATION_REBOOTS = "station-reboots"
    """The station loses its power for a moment: its transaction ends, and another one begins."""
    GARBAGE = "garbage"
    """Bytes and frames that are no OCPP arrive at the csms's port."""
    FLOOD = "flood"
    """Strangers open connections to the csms's port as fast as they can."""


LASTS_S: Final = {
    FaultKind.METER_SILENT: math.inf,
    FaultKind.KILL_HA: 150.0,
    FaultKind.STATION_DROPS: 20.0,
    FaultKind.STATION_REBOOTS: 1.0,
    FaultKind.GARBAGE: 20.0,
    FaultKind.FLOOD: 20.0,
}
"""Unless it is said. 150 s without Home Assistant outlast any setpoint that a station was given for a minute."""

NEEDS_FAILSAFE: Final = frozenset({FaultKind.METER_SILENT, FaultKind.KILL_HA})
"""Faults after which the car must come down to the safe current."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Begins `at_s` after the minutes began to count; never ends where `lasts_s` is infinite."""

    kind: FaultKind
    at_s: float
    lasts_s: float

    @property
    def until_s(self) -> float:
        """When it is over."""
        return self.at_s + self.lasts_s


def parse_faults(text: str) -> tuple[Fault, ...]:
    """Read a list with commas, in the order of time.

    Raises:
        DemoError: anything that is not `KIND@SECONDS` or `KIND@SECONDS:FOR`.

    """
    return tuple(sorted((_parse(item.strip()) for item in text.split(",")), key=lambda fault: fault.at_s))


def _parse(text: str) -> Fault:
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise DemoError(f"--fault {text}: expected KIND@SECONDS or KIND@SECONDS:FOR, for instance station-drops@60:20")
    if match["kind"] not in set(FaultKind):
        raise DemoError(f"--fault {text}: no such fault; there are {', '.join(FaultKind)}")
    kind = FaultKind(match["kind"])
    lasts_s = LASTS_S[kind] if match["lasts"] is None else float(match["lasts"])
    if lasts_s <= 0:
        raise DemoError(f"--fault {text}: it must last some time")
    return Fault(kind=kind, at_s=float(match["at"]), lasts_s=lasts_s)


class FaultClock:
    """Tells which faults begin and end as time passes."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Each begins once and ends once."""
        self._waiting = list(faults)
        self._running: list[Fault] = []

    def step(self, elapsed_s: float) -> Iterator[tuple[Fault, bool]]:
        """Each fault that begins (True) or ends (False) by now."""
        for fault in [fault for fault in self._running if fault.until_s <= elapsed_s]:
            self._running.remove(fault)
            yield fault, False
        for fault in [fault for fault in self._waiting if fault.at_s <= elapsed_s]:
            self._waiting.remove(fault)
            self._running.append(fault)
            yield fault, True
