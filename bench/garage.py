"""A garage on a virtual clock: cars come, take what they are offered at once, are full, and leave."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from .acn import MAXIMUM_A, MINIMUM_A, PHASES, VOLTAGE_V, Day, Session

FULL_KWH: Final = 1e-6
"""A car that lacks less has what it asked for: a watt for a few seconds."""
SPACING_S: Final = 1e-3
"""Two moments that are closer are one."""


@dataclass(slots=True, eq=False)
class Car:
    """A car that is plugged in. `offered_a` is what it draws, until it has `missing_kwh`; then its contactor opens."""

    session: Session
    missing_kwh: float
    offered_a: float = 0.0
    offered_s: float = 0.0
    """When it was offered that."""
    changed_s: float = 0.0
    """When it last began or ceased to draw."""
    starts: int = 0
    commands: int = 0

    @property
    def is_full(self) -> bool:
        """Whether it has what it asked for."""
        return self.missing_kwh <= FULL_KWH

    @property
    def drawn_a(self) -> float:
        """What it draws."""
        return 0.0 if self.is_full else self.offered_a

    @property
    def hurry_s(self) -> float:
        """How long it would take to give it what is missing with all that its space has."""
        return self.missing_kwh * 3_600_000 / (MAXIMUM_A * VOLTAGE_V)

    @property
    def full_in_s(self) -> float:
        """How long it will take as it draws now; infinite where it draws nothing."""
        drawn_a = self.drawn_a
        return float("inf") if drawn_a <= 0 else self.missing_kwh * 3_600_000 / (drawn_a * VOLTAGE_V)

    def pass_time(self, seconds: float, now_s: float) -> None:
        """Draw for so long, until now."""
        drew = self.drawn_a > 0
        self.missing_kwh = max(0.0, self.missing_kwh - self.drawn_a * VOLTAGE_V * seconds / 3_600_000)
        if drew and self.is_full:
            self.missing_kwh, self.changed_s = 0.0, now_s

    def command(self, current_a: float, now_s: float) -> None:
        """Offer it another current, A: 0, or from `MINIMUM_A` to `MAXIMUM_A`."""
        assert current_a == 0 or MINIMUM_A - 1e-6 <= current_a <= MAXIMUM_A + 1e-6, current_a
        if current_a == self.offered_a:
            return
        before_a = self.drawn_a
        self.offered_a, self.offered_s = current_a, now_s
        self.commands += 1
        if (self.drawn_a > 0) != (before_a > 0):
            self.changed_s = now_s
            self.starts += self.drawn_a > 0


class Controller(Protocol):
    """Steers the garage's cars."""

    def decide(self, cars: Iterable[Car], now_s: float, *, news: bool) -> Mapping[Session, float] | None:
        """What each car is offered from now on; None, or a car that is not named: as it is.

        `news`: a car has come or gone, or is full. Else it is the moment that `next_s` named.
        """

    def next_s(self, now_s: float) -> float:
        """When it wants to decide again, if nothing happens before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a day."""

    delivered_kwh: float
    starts: int
    commands: int
    overload_a: float
    """By how much a phase was ever above its limit."""


def live_through(day: Day, limit_a: float, controller: Controller) -> Outcome:
    """Let a day pass, from event to event. `limit_a` is per phase."""
    garage = _Garage(day, limit_a, controller)
    while garage.goes_on:
        garage.step()
    return garage.outcome()


class _Garage:
    def __init__(self, day: Day, limit_a: float, controller: Controller) -> None:
        self._limit_a, self._controller = limit_a, controller
        self._coming = sorted(day.sessions, key=lambda session: session.arrives_s, reverse=True)
        self._here: list[Car] = []
        self._gone: list[Car] = []
        self._now_s = self._coming[-1].arrives_s
        self._overload_a = 0.0

    @property
    def goes_on(self) -> bool:
        return bool(self._coming or self._here)

    def step(self) -> None:
        """Let time pass until something happens, and let the controller decide."""
        until_s = self._next_s()
        full = sum(car.is_full for car in self._here)
        for car in self._here:
            car.pass_time(until_s - self._now_s, until_s)
        self._now_s = until_s
        news = sum(car.is_full for car in self._here) != full
        news |= self._come()
        news |= self._go()
        offers = self._controller.decide(self._here, until_s, news=news) or {}
        for car in self._here:
            car.command(offers.get(car.session, car.offered_a), until_s)
        self._overload_a = max(self._overload_a, *(load_a - self._limit_a for load_a in self._loads_a()))

    def _next_s(self) -> float:
        moments = [car.session.leaves_s for car in self._here]
        moments += [self._now_s + car.full_in_s for car in self._here]
        moments += [session.arrives_s for session in self._coming[-1:]]
        if self._here:
            moments.append(self._controller.next_s(self._now_s))
        return max(min(moments), self._now_s)

    def _come(self) -> bool:
        before = len(self._coming)
        while self._coming and self._coming[-1].arrives_s <= self._now_s + SPACING_S:
            session = self._coming.pop()
            self._here.append(Car(session, session.asked_kwh, offered_s=self._now_s, changed_s=self._now_s))
        return len(self._coming) < before

    def _go(self) -> bool:
        gone = [car for car in self._here if car.session.leaves_s <= self._now_s + SPACING_S]
        self._gone += gone
        self._here = [car for car in self._here if car.session.leaves_s > self._now_s + SPACING_S]
        return bool(gone)

    def _loads_a(self) -> list[float]:
        loads_a = [0.0] * PHASES
        for car in self._here:
            loads_a[car.session.phase] += car.drawn_a
        return loads_a

    def outcome(self) -> Outcome:
        return Outcome(
            delivered_kwh=sum(car.session.asked_kwh - car.missing_kwh for car in self._gone),
            starts=sum(car.starts for car in self._gone),
            commands=sum(car.commands for car in self._gone),
            overload_a=self._overload_a,
        )
