"""A house with cars on a virtual clock, second by second, steered by any policy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from .alone import Baseline
from .case import ALONE_S, WARM_UP_S, Case, Window
from .charger import START, Charger, chargers_of
from .figures import Figures, Second
from .watch import Overloads


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
        self._total_a: tuple[float, ...] = ()
        self._second = Second()

    def step(self, second: int, house_a: tuple[float, ...]) -> None:
        """The cars move, the protection warms, the meter and the chargers speak, and the policy decides for the next second."""
        now = START + timedelta(seconds=second)
        for item in self._chargers:
            item.move(now)
        if house_a != self._look.house_a or any(item.moved for item in self._chargers):
            self._change(second, house_a)
        if second == ALONE_S + WARM_UP_S:
            for guard in self._guards:
                guard.trips = 0
        for guard in self._guards:
            guard.step(self._total_a)
        counts = second >= ALONE_S + WARM_UP_S
        if counts:
            self._count(second)
        changes = self._steer(second, now)
        self._figures.commands += changes * counts

    def _change(self, second: int, house_a: tuple[float, ...]) -> None:
        """Add up anew what flows, and what it is worth."""
        total_a = list(house_a)
        for item in self._chargers:
            for phase in item.wiring[: item.car_phases]:
                total_a[phase] += item.drawn_a
        self._look.house_a, self._total_a = house_a, tuple(total_a)
        possible = self._baseline.possible[second]
        self._second = Second.of(self._chargers, possible.power_w, possible.most_w, possible.served)

    def _count(self, second: int) -> None:
        figures = self._figures
        ours = self._overloads.step(self._look.house_a, self._total_a)
        figures.count(self._second)
        nearer = self._guards[0].nearness - self._baseline.nearness[second]
        figures.nearness_ever = max(figures.nearness_ever, nearer)
        if ours:
            figures.nearness = max(figures.nearness, nearer)

    def _steer(self, second: int, now: datetime) -> int:
        look = self._look
        look.second, look.now = second, now
        look.reported = second % self._case.lag_s == self._meter_at
        if look.reported:
            look.read_a, look.read_at = self._total_a, now
        spoke = [item.speak(now, second) for item in self._chargers]
        look.news = look.reported or any(spoke)
        offers = self._policy.decide(look)
        if offers is None:
            return 0
        return sum([item.command(now, offer) for item, offer in zip(self._chargers, offers, strict=True)])

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
