"""The chargers of a case, and the cars at them: `demo/`'s, steered by a number."""

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import Final, override

from demo.car import Car, CarModel
from demo.electrical import VOLTAGE_V
from demo.outlet import Outlet, Status
from demo.perfect import HARDWARE_MAXIMUM_A, Taker

from .case import Case

START: Final = datetime(2026, 1, 15, 17, tzinfo=UTC)
STEP_A: Final = 0.1
"""The chargers', as OCPP's smart charging has it."""
FAILSAFE_A: Final = 6.0
"""What a charger offers before anybody steers it."""
METER_VALUES_S: Final = 10
"""How often a charger tells what it measures."""


class Charger(Outlet):
    """An outlet that takes each command at once; it tells its state when that changes, its current each `METER_VALUES_S`.

    Its car is never full. Where nothing changes it is not stepped, which is most of the time.
    """

    def __init__(self, *, wiring: tuple[int, ...], car: Car, speaks_at: int) -> None:
        """`speaks_at` is the second of each `METER_VALUES_S` in which it does."""
        super().__init__(hardware_maximum_a=HARDWARE_MAXIMUM_A, wiring=wiring)
        self.plug(car, START)
        self.plugged = car
        self.commanded_a, self.commanded_at = FAILSAFE_A, START
        self.said: Status | None = None
        self.said_at: datetime | None = None
        self.measured_a: tuple[float, ...] | None = None
        self.measured_at: datetime | None = None
        self.moved = False
        """Whether the last second changed what it offers or what its car draws."""
        self._speaks_at = speaks_at

    @property
    def model(self) -> CarModel:
        """Of its car."""
        return self.plugged.model

    @override
    def limit_a(self, now: datetime) -> float:
        return self.commanded_a

    def move(self, now: datetime) -> None:
        """One second."""
        before = self.offered_a, self.drawn_a
        if self.commanded_a == self.offered_a and self.plugged.settled:
            self.moved = False
            return
        self.step(now, 1.0)
        self.moved = before != (self.offered_a, self.drawn_a)

    def command(self, now: datetime, current_a: float) -> bool:
        """Take a command; whether it changes anything."""
        if abs(current_a - self.commanded_a) < STEP_A / 2:
            return False
        self.commanded_a, self.commanded_at = current_a, now
        return True

    def speak(self, now: datetime, second: int) -> bool:
        """Tell what there is to be told; whether there was anything."""
        news = False
        if (self.moved or self.said is None) and self.status is not self.said:
            self.said, self.said_at, news = self.status, now, True
        if second % METER_VALUES_S == self._speaks_at:
            self.measured_a, self.measured_at, news = self.current_a, now, True
        return news

    @property
    def capability_w(self) -> float:
        """What the car will take of the offer as soon as it follows it."""
        return takes_a(self.model, self.offered_a) * self.car_phases * VOLTAGE_V


def takes_a(model: CarModel, offered_a: float) -> float:
    """What a car that is far from full draws of an offer, A per phase."""
    return min(offered_a * model.draws, model.maximum_a)


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
