"""Watches what flows, second by second: how near the protection is to a trip, trips, and overloads."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from demo.protection import (
    BREAKER_HEATING_S,
    LINKY_B,
    LINKY_THRESHOLD,
    LINKY_THRESHOLD_EARLY,
    MAGNETIC,
    NON_TRIPPING,
)
from demo.supply import Supply, Unit
from demo.switchgear import DARK_S

OVER_A: Final = 0.001
"""As `Supply.exceeded` has it: a phase at its limit to the milliampere is not over it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A filter of first order on the square of the load, as a multiple of its limit: `demo/protection.py`'s, all of them."""

    gain: float
    """What the filter takes over in a second."""
    threshold: float
    """Where it trips, in squares of the limit."""
    instant: float = math.inf
    """The multiple of the limit at which it trips at once."""
    forgets: bool = False
    """Whether it begins from nothing when it is closed again; a bimetal stays warm."""


LINKY_EARLY: Final = Device(gain=LINKY_B, threshold=LINKY_THRESHOLD_EARLY, forgets=True)
LINKY_LATE: Final = Device(gain=LINKY_B, threshold=LINKY_THRESHOLD, forgets=True)
BREAKER_C: Final = Device(gain=1 - math.exp(-1 / BREAKER_HEATING_S), threshold=NON_TRIPPING**2, instant=MAGNETIC["C"])


def devices(supply: Supply) -> tuple[Device, ...]:
    """List the ways to read what protects this supply, the harshest first."""
    return (LINKY_EARLY, LINKY_LATE) if supply.unit is Unit.KVA else (BREAKER_C,)


class Guard:
    """One device on each phase. When one opens, all carry nothing for `DARK_S`; what it watches goes on, so that runs stay comparable."""

    def __init__(self, device: Device, limit_a: float, phases: int) -> None:
        """Cold."""
        self.device, self._limit_a = device, limit_a
        self._heat = [0.0] * phases
        self._dark_s = 0
        self.trips = 0

    def copy(self) -> Guard:
        """The same heat, with its own future; its trips are counted anew."""
        other = Guard(self.device, self._limit_a, len(self._heat))
        other._heat, other._dark_s = list(self._heat), self._dark_s
        return other

    @property
    def nearness(self) -> float:
        """How far of the way from the limit to a trip the worst phase is, 0 to 1."""
        hottest = max(self._heat)
        return min(1.0, (hottest - 1) / (self.device.threshold - 1)) if hottest > 1 else 0.0

    def step(self, load_a: Sequence[float]) -> None:
        """One second with this load, A per phase."""
        heat, device = self._heat, self.device
        if self._dark_s:
            self._dark_s -= 1
            load_a = (0.0,) * len(heat)
        opens = False
        for phase, load in enumerate(load_a):
            multiple = load / self._limit_a
            heat[phase] += device.gain * (multiple * multiple - heat[phase])
            opens = opens or heat[phase] > device.threshold or multiple >= device.instant
        if opens and not self._dark_s:
            self.trips += 1
            self._dark_s = DARK_S
            if device.forgets:
                self._heat = [0.0] * len(heat)


class Overloads:
    """Rows of seconds in which a phase carries more than its limit, and would not without the cars."""

    def __init__(self, limit_a: float) -> None:
        """Nothing seen yet."""
        self.rows_s: list[int] = []
        self.most_a = 0.0
        """The largest excess in such a second."""
        self._most_a = limit_a + OVER_A
        self._row_s = 0

    def step(self, house_a: Sequence[float], total_a: Sequence[float]) -> bool:
        """One second; whether it is such a one."""
        limit_a, excess_a = self._most_a, 0.0
        for house, total in zip(house_a, total_a, strict=True):
            if total > limit_a >= house:
                excess_a = max(excess_a, total - limit_a)
        if excess_a:
            self._row_s += 1
            self.most_a = max(self.most_a, excess_a)
        elif self._row_s:
            self.end()
        return excess_a > 0

    def end(self) -> None:
        """The row under way is over."""
        if self._row_s:
            self.rows_s.append(self._row_s)
        self._row_s = 0
