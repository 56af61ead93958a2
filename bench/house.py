"""A house with cars on a virtual clock, second by second: `demo/`'s outlets and cars, steered by any policy."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final, Protocol, override

from demo.car import Car, CarModel
from demo.electrical import VOLTAGE_V
from demo.outlet import Outlet, Status
from demo.perfect import HARDWARE_MAXIMUM_A, Taker, perfect_most, perfect_turns
from demo.supply import Supply

from .figures import Figures
from .watch import Guard, Overloads, devices

START: Final = datetime(2026, 1, 15, 17, tzinfo=UTC)
STEP_A: Final = 0.1
"""The chargers', as OCPP's smart charging has it."""
FAILSAFE_A: Final = 6.0
"""What a charger offers before anybody steers it."""
METER_VALUES_S: Final = 10
"""How often a charger tells what it measures."""
ALONE_S: Final = 600
"""The house is watched alone for so long, so that the protection is as warm as it would be."""
WARM_UP_S: Final = 300
"""Then the cars are plugged in, and after this long the seconds begin to count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A part of a trace: A per phase, each for `step_s`, beginning `ALONE_S + WARM_UP_S` before the seconds that count."""

    name: str
    loads_a: tuple[tuple[float, ...], ...]
    step_s: int = 60

    @property
    def seconds(self) -> int:
        """Of which the last ones, after `ALONE_S + WARM_UP_S`, count."""
        return len(self.loads_a) * self.step_s

    def at_a(self, second: int) -> tuple[float, ...]:
        """What the house takes."""
        return self.loads_a[second // self.step_s]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One combination of the matrix."""

    house: str
    supply: Supply
    lag_s: int
    """The meter tells the momentary value once in so many seconds."""
    cars: int
    rises_in_s: float
    """From a higher offer until a car draws more."""
    seed: int = 0
    """Decides how late the cars follow a lower offer, and when meter and chargers speak."""


class Charger(Outlet):
    """An outlet that takes each command at once; it tells its state when that changes, its current each `METER_VALUES_S`."""

    def __init__(self, *, wiring: tuple[int, ...], car: Car, speaks_at: int) -> None:
        """`speaks_at` is the second of each `METER_VALUES_S` in which it does."""
        super().__init__(hardware_maximum_a=HARDWARE_MAXIMUM_A, wiring=wiring)
        self.plug(car, START)
        self.model = car.model
        self.commanded_a, self.commanded_at = FAILSAFE_A, START
        self.said: Status | None = None
        self.said_at: datetime | None = None
        self.measured_a: tuple[float, ...] | None = None
        self.measured_at: datetime | None = None
        self._speaks_at = speaks_at

    @override
    def limit_a(self, now: datetime) -> float:
        return self.commanded_a

    def command(self, now: datetime, current_a: float) -> bool:
        """Take a command; whether it changes anything."""
        if abs(current_a - self.commanded_a) < STEP_A / 2:
            return False
        self.commanded_a, self.commanded_at = current_a, now
        return True

    def speak(self, now: datetime, second: int) -> bool:
        """Tell what there is to be told; whether there was anything."""
        news = False
        if self.status is not self.said:
            self.said, self.said_at, news = self.status, now, True
        if second % METER_VALUES_S == self._speaks_at:
            self.measured_a, self.measured_at, news = self.current_a, now, True
        return news

    @property
    def capability_w(self) -> float:
        """What the car will take of the offer as soon as it follows it."""
        return _takes_a(self.model, self.offered_a) * self.car_phases * VOLTAGE_V


def _takes_a(model: CarModel, offered_a: float) -> float:
    return min(offered_a * model.draws, model.maximum_a)


@dataclass(slots=True, kw_only=True)
class Look:
    """What a policy is shown in each second. `read_a` is the meter's last report; `house_a` is for clairvoyants alone."""

    case: Case
    limit_a: float
    chargers: Sequence[Charger]
    second: int = 0
    now: datetime = START
    read_a: tuple[float, ...] | None = None
    read_at: datetime | None = None
    reported: bool = False
    """The meter spoke in this second."""
    news: bool = False
    """The meter or a charger did."""
    house_a: tuple[float, ...] = ()


class Policy(Protocol):
    """Steers the chargers of one run. `initial_a` is what it has offered a car that was just plugged in."""

    initial_a: float

    def decide(self, look: Look) -> Sequence[float] | None:
        """What each charger is offered from the next second on, A per phase; None: as it is."""


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
    """As `Figures.nearness`, of the perfect controller."""


def chargers_of(case: Case) -> list[Charger]:
    """Plug the cars in. On three phases every other one charges on all of them, with 16 A at the most, and they are rotated."""
    chance = Random(f"chargers {case.seed}")
    chargers: list[Charger] = []
    for number in range(case.cars):
        three = case.supply.phases == 3
        wiring = tuple((number + phase) % 3 for phase in range(3)) if three else (0,)
        on_all = three and (number + case.seed) % 2 == 0
        model = CarModel(
            capacity_kwh=10_000.0,
            tapers_above=None,
            phases=3 if on_all else 1,
            maximum_a=16.0 if on_all else 32.0,
            rises_in_s=case.rises_in_s,
        )
        car = Car(model, seed=case.seed * 10 + number)
        chargers.append(Charger(wiring=wiring, car=car, speaks_at=chance.randrange(METER_VALUES_S)))
    return chargers


def takers_of(chargers: Sequence[Charger]) -> list[Taker]:
    """What a perfect controller has to know of them."""
    return [
        Taker(phases=item.wiring[: item.car_phases], maximum_a=min(HARDWARE_MAXIMUM_A, item.model.maximum_a))
        for item in chargers
    ]


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
    return _takes_a(item.model, HARDWARE_MAXIMUM_A if full else offer_a)


def run_window(case: Case, window: Window, policy: Policy, baseline: Baseline) -> Figures:
    """Run one policy through a window; what counts of it."""
    run = _Run(case, policy, baseline)
    for second in range(ALONE_S, window.seconds):
        run.step(second, window.at_a(second))
    return run.result()


class _Run:
    """One policy in one window, second by second."""

    def __init__(self, case: Case, policy: Policy, baseline: Baseline) -> None:
        self._case, self._policy, self._baseline = case, policy, baseline
        self._chargers = chargers_of(case)
        for item in self._chargers:
            item.commanded_a = policy.initial_a
        self._meter_at = Random(f"meter {case.seed}").randrange(case.lag_s)
        self._look = Look(case=case, limit_a=case.supply.limit_a, chargers=self._chargers)
        self._figures = Figures(lag_s=case.lag_s)
        self._guards = [guard.copy() for guard in baseline.guards]
        self._overloads = Overloads(case.supply.limit_a)

    def step(self, second: int, house_a: tuple[float, ...]) -> None:
        """The cars move, the protection warms, the meter and the chargers speak, and the policy decides for the next second."""
        now = START + timedelta(seconds=second)
        total_a = list(house_a)
        for item in self._chargers:
            for phase, current_a in zip(item.wiring, item.step(now, 1.0), strict=True):
                total_a[phase] += current_a
        if second == ALONE_S + WARM_UP_S:
            for guard in self._guards:
                guard.trips = 0
        for guard in self._guards:
            guard.step(total_a)
        counts = second >= ALONE_S + WARM_UP_S
        if counts:
            self._count(second, house_a, total_a)
        changes = self._steer(second, now, house_a, total_a)
        self._figures.commands += changes * counts

    def _count(self, second: int, house_a: tuple[float, ...], total_a: list[float]) -> None:
        alone = self._baseline
        self._overloads.step(house_a, total_a)
        possible = alone.possible[second]
        self._figures.step(self._chargers, possible.power_w, possible.most_w, possible.served)
        nearer = self._guards[0].nearness - alone.nearness[second]
        self._figures.nearness = max(self._figures.nearness, nearer)

    def _steer(self, second: int, now: datetime, house_a: tuple[float, ...], total_a: list[float]) -> int:
        look = self._look
        look.second, look.now, look.house_a = second, now, house_a
        look.reported = second % self._case.lag_s == self._meter_at
        if look.reported:
            look.read_a, look.read_at = tuple(total_a), now
        spoke = [item.speak(now, second) for item in self._chargers]
        look.news = look.reported or any(spoke)
        offers = self._policy.decide(look)
        if offers is None:
            return 0
        return sum(item.command(now, offer) for item, offer in zip(self._chargers, offers, strict=True))

    def result(self) -> Figures:
        """What came of it, when the last second is over."""
        self._overloads.end()
        figures, alone = self._figures, self._baseline
        figures.overloads_s, figures.excess_a = self._overloads.rows_s, self._overloads.most_a
        figures.trips_ours = more_trips((guard.trips for guard in self._guards), alone.trips)
        figures.trips_house = max(alone.trips)
        figures.trips_perfect = more_trips(alone.trips_perfect, alone.trips)
        figures.nearness_perfect = alone.nearness_perfect
        return figures


def more_trips(trips: Iterable[int], alone: Iterable[int]) -> int:
    """Tell how many trips the house alone would not have had, by the reading of the protection that gives the most."""
    return max(max(0, some - house) for some, house in zip(trips, alone, strict=True))
