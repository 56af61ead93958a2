"""What is the same for all policies: the house alone, and what a perfect controller would do beside it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from demo.electrical import VOLTAGE_V
from demo.perfect import HARDWARE_MAXIMUM_A, Taker, perfect_most, perfect_turns
from demo.supply import Supply

from .case import ALONE_S, WARM_UP_S, Case, Window
from .charger import STEP_A, Charger, chargers_of, takers_of, takes_a
from .watch import Guard, devices


@dataclass(frozen=True, slots=True, kw_only=True)
class Possible:
    """What a perfect controller would give beside one load of the house."""

    served: int
    """How many cars at the least, whoever's turn it is."""
    power_w: float
    """The mean over the turns: every car is the first for as long as the others."""
    most_w: float
    """With no turns: those are served who together take the most."""
    drawn_a: tuple[float, ...]
    """On each of the site's phases, in the first turn."""


@dataclass(slots=True, kw_only=True)
class Baseline:
    """What is the same for all policies of a case and a window, by second: the house alone, and what was possible."""

    nearness: list[float] = field(default_factory=list[float])
    possible: list[Possible] = field(default_factory=list[Possible])
    guards: list[Guard] = field(default_factory=list[Guard])
    """As they are when the cars are plugged in."""
    trips: list[int] = field(default_factory=list[int])
    """Of the house alone, by reading of the protection, in the seconds that count."""
    trips_perfect: list[int] = field(default_factory=list[int])
    """Of the house beside a perfect controller, which is never above the limit by its own doing, but keeps the protection warm."""
    nearness_perfect: float = 0.0
    """As `Figures.nearness_ever`, of the perfect controller."""


def watch_alone(case: Case, window: Window) -> Baseline:
    """Watch the house without cars, and what a perfect controller would do with them."""
    supply, chargers, baseline = case.supply, chargers_of(case), Baseline()
    guards = [Guard(device, supply.limit_a, supply.phases) for device in devices(supply)]
    known: dict[tuple[float, ...], Possible] = {}
    perfect: list[Guard] = []
    for second in range(window.seconds):
        house_a = window.at_a(second)
        possible = known.get(house_a) or known.setdefault(house_a, _possible(house_a, supply, chargers))
        if second == ALONE_S:
            baseline.guards = [guard.copy() for guard in guards]
            perfect = [guard.copy() for guard in guards]
        if second == ALONE_S + WARM_UP_S:
            for guard in (*guards, *perfect):
                guard.trips = 0
        for guard in guards:
            guard.step(house_a)
        for guard in perfect:
            guard.step([house + drawn for house, drawn in zip(house_a, possible.drawn_a, strict=True)])
        baseline.nearness.append(guards[0].nearness)
        baseline.possible.append(possible)
        if second >= ALONE_S + WARM_UP_S:
            nearer = perfect[0].nearness - guards[0].nearness
            baseline.nearness_perfect = max(baseline.nearness_perfect, nearer)
    baseline.trips = [guard.trips for guard in guards]
    baseline.trips_perfect = [guard.trips for guard in perfect]
    return baseline


def _possible(house_a: tuple[float, ...], supply: Supply, chargers: Sequence[Charger]) -> Possible:
    room_a, takers = [supply.limit_a - house for house in house_a], takers_of(chargers)
    turns = perfect_turns(room_a, takers, step_a=STEP_A)
    drawn_a = [0.0] * supply.phases
    for offer, item, taker in zip(turns[0], chargers, takers, strict=True):
        for phase in taker.phases:
            drawn_a[phase] += _perfect_a(offer, item, taker)
    most = turns[0] if len(turns) == 1 else perfect_most(room_a, takers, step_a=STEP_A)
    return Possible(
        served=min(sum(offer > 0 for offer in offers) for offers in turns),
        power_w=math.fsum(_perfect_w(offers, chargers, takers) for offers in turns) / len(turns),
        most_w=_perfect_w(most, chargers, takers),
        drawn_a=tuple(drawn_a),
    )


def _perfect_w(offers: Sequence[float], chargers: Sequence[Charger], takers: Sequence[Taker]) -> float:
    taken = zip(offers, chargers, takers, strict=True)
    return math.fsum(_perfect_a(offer, item, taker) * len(taker.phases) * VOLTAGE_V for offer, item, taker in taken)


def _perfect_a(offer_a: float, item: Charger, taker: Taker) -> float:
    """What a car draws; who is offered all that the car can take is offered all that the outlet has, and does take that."""
    full = offer_a > taker.maximum_a - STEP_A
    return takes_a(item.model, HARDWARE_MAXIMUM_A if full else offer_a)
