"""The rivals of the published comparison, each in a few lines, on the same terms: a car takes 0 or 6 to 32 A.

They are those of Lee and others, "Adaptive Charging Networks: A Framework for Smart Electric Vehicle Charging" (2021),
and decide each 5 minutes. Three serve the cars in an order, each with as much as it can take of what is left; round
robin gives 1 A after the other in turns.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from .acn import MAXIMUM_A, MINIMUM_A, PHASES, Session
from .garage import Car

STEP_S: Final = 300.0
ROUND_ROBIN_A: Final = 1.0
_NEARLY: Final = 1e-9

type Order = Callable[[Car, float], float]


def laxity(car: Car, now_s: float) -> float:
    """How long a car could wait and still have what it asked for, s: the least is first."""
    return car.session.leaves_s - now_s - car.hurry_s


def deadline(car: Car, now_s: float) -> float:
    """Who leaves first is first."""
    del now_s
    return car.session.leaves_s


def arrival(car: Car, now_s: float) -> float:
    """Who came first is first."""
    del now_s
    return car.session.arrives_s


def next_step_s(now_s: float) -> float:
    """The next decision after this moment: the next multiple of 5 minutes."""
    return math.floor(now_s / STEP_S + 1) * STEP_S


def serve(cars: Sequence[Car], limit_a: float, now_s: float, order: Order) -> dict[Session, float]:
    """Serve the cars of a site one after another; A by session."""
    left_a = [limit_a] * PHASES
    given: dict[Session, float] = {}
    for car in sorted(cars, key=lambda car: (order(car, now_s), car.session.space)):
        phase = car.session.phase
        current_a = min(_enough_a(car, now_s), left_a[phase])
        given[car.session] = current_a = current_a if current_a >= MINIMUM_A - _NEARLY else 0.0
        left_a[phase] -= current_a
    return given


def round_robin(cars: Sequence[Car], limit_a: float, now_s: float) -> dict[Session, float]:
    """Give each car its minimum in turn, then 1 A more, for as long as that fits."""
    left_a = [limit_a] * PHASES
    given = {car.session: 0.0 for car in cars}
    waiting = sorted(cars, key=lambda car: (car.session.arrives_s, car.session.space))
    while waiting:
        served: list[Car] = []
        for car in waiting:
            had_a = given[car.session]
            more_a = min(ROUND_ROBIN_A if had_a else MINIMUM_A, _enough_a(car, now_s) - had_a)
            if more_a > _NEARLY and more_a <= left_a[car.session.phase] + _NEARLY:
                given[car.session] += more_a
                left_a[car.session.phase] -= more_a
                served.append(car)
        waiting = served
    return given


def _enough_a(car: Car, now_s: float) -> float:
    """What a car can use until the next decision, or until it leaves: all that there is, or what is still missing."""
    seconds = min(next_step_s(now_s), car.session.leaves_s) - now_s
    return MAXIMUM_A if car.hurry_s >= seconds else max(MINIMUM_A, MAXIMUM_A * car.hurry_s / seconds)


ORDERS: Final[Mapping[str, Order]] = {"llf": laxity, "edf": deadline, "fcfs": arrival}


class Published:
    """One of them. With `at_once` it decides also whenever a car comes, goes or is full: better than as published."""

    def __init__(self, name: str, limit_a: float, *, at_once: bool = False) -> None:
        """`name` is `round_robin` or one of `ORDERS`; `limit_a` is the site's, per phase."""
        self._order, self._limit_a, self._at_once = ORDERS.get(name), limit_a, at_once

    def next_s(self, now_s: float) -> float:
        """When it decides again."""
        return next_step_s(now_s)

    def decide(self, cars: Iterable[Car], now_s: float, *, news: bool) -> Mapping[Session, float] | None:
        """Decide when it is time."""
        if not (news and self._at_once) and now_s % STEP_S > 1e-6:
            return None
        hungry = [car for car in cars if not car.is_full]
        if self._order is None:
            return round_robin(hungry, self._limit_a, now_s)
        return serve(hungry, self._limit_a, now_s, self._order)
