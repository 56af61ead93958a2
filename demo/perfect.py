"""What a perfect controller could have given the car, or the cars: the measure that a share of the possible is taken against."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from .electrical import CAR_MINIMUM_A, VOLTAGE_V
from .supply import Supply

HARDWARE_MAXIMUM_A: Final = 32.0
_NEARLY_A: Final = 1e-6


class Perfect:
    """Knows each second's house load in that second, and a car that follows at once."""

    def __init__(self, supply: Supply, *, car_phases: int) -> None:
        """The car hangs on the first `car_phases` phases."""
        self._supply, self._phases = supply, car_phases
        self.energy_kwh = 0.0

    def current_a(self, house_a: tuple[float, ...], capability_a: float) -> float:
        """A per phase: what the car would take of 32 A, within the limit, or nothing where not even 6 A fit."""
        current_a = min(capability_a, self._supply.room_a(house_a, self._phases))
        # A car that tapers below 6 A takes less by its own choice: only the limit can make a current impossible.
        return 0.0 if current_a < min(CAR_MINIMUM_A, capability_a) else current_a

    def step(self, house_a: tuple[float, ...], capability_a: float) -> None:
        """One second."""
        self.energy_kwh += self.current_a(house_a, capability_a) * self._phases * VOLTAGE_V / 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """A car on its outlet, as several are shared out: it wants all that it can get."""

    phases: tuple[int, ...]
    """The site's phases that its current flows in, 0 for L1."""
    maximum_a: float = HARDWARE_MAXIMUM_A
    """Of the outlet and of the car, whichever is lower."""


type Offers = tuple[float, ...]
"""A per phase offered to each car, 0 or at least the minimum."""


def perfect_turns(room_a: Sequence[float], takers: Sequence[Taker], *, step_a: float) -> tuple[Offers, ...]:
    """Share out what is left on each of the site's phases, once for each car that may be the first to be served.

    Minimums are given for as long as they fit, in that order; then all that are served have the same, but for those who
    can take no more, or whose phases are full. Where all minimums fit there is one way only. Offers are on the charger's
    step, rounded down; none exceeds the room.
    """
    everybody = tuple(range(len(takers)))
    together = _fill(room_a, takers, everybody)
    if together is not None:
        return (_on_step(together, step_a),)
    ways: list[Offers] = []
    for first in everybody:
        offers, chosen = (0.0,) * len(takers), list[int]()
        for number in (*everybody[first:], *everybody[:first]):
            more = _fill(room_a, takers, [*chosen, number])
            if more is not None:
                offers, chosen = more, [*chosen, number]
        ways.append(_on_step(offers, step_a))
    return tuple(ways)


def perfect_most(room_a: Sequence[float], takers: Sequence[Taker], *, step_a: float) -> Offers:
    """As `perfect_turns`, but those are served, now and always, who together take the most."""
    everybody = range(len(takers))
    chosen = (some for size in (*everybody, len(takers)) for some in combinations(everybody, size))
    fitting = (offers for some in chosen if (offers := _fill(room_a, takers, some)) is not None)
    return _on_step(max(fitting, key=lambda offers: _sum(offers, takers)), step_a)


def _fill(room_a: Sequence[float], takers: Sequence[Taker], chosen: Sequence[int]) -> Offers | None:
    """Raise those who are chosen together, each until it or a phase of its is full; None where their minimums do not fit."""
    offers = [CAR_MINIMUM_A if number in chosen else 0.0 for number in range(len(takers))]
    rising = {number for number in chosen if takers[number].maximum_a > CAR_MINIMUM_A}
    left = [
        room - math.fsum(offers[number] for number in chosen if phase in takers[number].phases)
        for phase, room in enumerate(room_a)
    ]
    if any(left[phase] < -_NEARLY_A for number in chosen for phase in takers[number].phases):
        return None
    while rising:
        on_phase = [sum(phase in takers[number].phases for number in rising) for phase in range(len(left))]
        more = min(
            *(takers[number].maximum_a - offers[number] for number in rising),
            *(max(0.0, room) / count for room, count in zip(left, on_phase, strict=True) if count),
        )
        for number in rising:
            offers[number] += more
        left = [room - more * count for room, count in zip(left, on_phase, strict=True)]
        rising = {
            number
            for number in rising
            if offers[number] < takers[number].maximum_a - _NEARLY_A
            and all(left[phase] > _NEARLY_A for phase in takers[number].phases)
        }
    return tuple(offers)


def _sum(offers: Sequence[float], takers: Sequence[Taker]) -> float:
    return math.fsum(offer * len(taker.phases) for offer, taker in zip(offers, takers, strict=True))


def _on_step(offers: Offers, step_a: float) -> Offers:
    return tuple(math.floor(offer / step_a + _NEARLY_A) * step_a for offer in offers)
