"""The home's grid connection: what is subscribed, and what cuts it off."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .electrical import VOLTAGE_V, total
from .errors import DemoError
from .protection import Breaker, Italian, Linky, Protection

_PATTERN: Final = re.compile(r"(?P<value>\d+(?:[.,]\d+)?)\s*(?P<unit>kva|a|kw)", re.IGNORECASE)
_LARGEST_A: Final = 1_000.0


class Unit(StrEnum):
    """How the limit is written in the contract. The integration's own words, so that its set-up can be given them."""

    KVA = "kva"
    AMPERE = "a"
    KW = "kw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """A limit: kVA are shared evenly by the phases, A are per phase, kW are in total."""

    value: float
    unit: Unit
    phases: int

    @property
    def text(self) -> str:
        """As it is written on the bill."""
        unit = {Unit.KVA: "kVA", Unit.AMPERE: "A", Unit.KW: "kW"}[self.unit]
        return f"{self.value:g} {unit}, {self.phases} phase{'s' if self.phases > 1 else ''}"

    @property
    def limit_w(self) -> float:
        """In total, with all phases loaded alike."""
        return self.value * (1000 if self.unit is not Unit.AMPERE else VOLTAGE_V * self.phases)

    @property
    def limit_a(self) -> float:
        """A per phase, with all phases loaded alike."""
        return self.limit_w / VOLTAGE_V / self.phases

    def room_a(self, used_a: tuple[float, ...], phases: int) -> float:
        """A per phase that a load on the first `phases` phases could still take; negative in an overload."""
        if self.unit is Unit.KW:
            return (self.limit_w / VOLTAGE_V - total(used_a)) / phases
        return self.limit_a - max(used_a[:phases])

    def exceeded(self, total_a: tuple[float, ...]) -> bool:
        """Whether more flows than may; a phase at its limit to the milliampere is not over it."""
        return self.excess_a(total_a) > 0.001

    def excess_a(self, total_a: tuple[float, ...]) -> float:
        """A above the limit, on the worst phase or in total; negative below it."""
        if self.unit is Unit.KW:
            return total(total_a) - self.limit_w / VOLTAGE_V
        return max(total_a) - self.limit_a

    def calls_for_less(self, house_a: tuple[float, ...], cars_a: tuple[float, ...], *, above_a: float) -> bool:
        """Whether cars that draw `cars_a` keep the limit exceeded by more than `above_a`; what the house alone exceeds is not theirs."""
        if self.unit is Unit.KW:
            room_a = self.limit_w / VOLTAGE_V - total(house_a)
            return total(cars_a) > max(0.0, room_a) + above_a
        return any(
            car_a > max(0.0, self.limit_a - on_phase_a) + above_a
            for car_a, on_phase_a in zip(cars_a, house_a, strict=True)
        )

    def protection(self) -> Protection:
        """What cuts this supply off: Linky for kVA, a C breaker for A, a meter of the Italian kind for kW."""
        match self.unit:
            case Unit.KVA:
                return Protection([Linky(self.limit_a) for _ in range(self.phases)])
            case Unit.AMPERE:
                return Protection([Breaker(self.value, "C") for _ in range(self.phases)])
            case Unit.KW:
                return Protection([Italian(self.limit_w / VOLTAGE_V)], in_total=True)


def parse_supply(text: str, phases: int) -> Supply:
    """Read `9kVA`, `40A` or `12kW`.

    Raises:
        DemoError: anything else.

    """
    match = _PATTERN.fullmatch(text.strip())
    if match is None:
        raise DemoError(f"--supply {text}: expected a limit such as 9kVA, 40A or 12kW")
    supply = Supply(value=float(match["value"].replace(",", ".")), unit=Unit(match["unit"].lower()), phases=phases)
    if not 0 < supply.limit_a <= _LARGEST_A:
        raise DemoError(f"--supply {text}: not the limit of a home")
    return supply
