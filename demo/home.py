"""The home as a whole: house, cars, supply. It moves a second at a time, in real time or in a test's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from .electrical import VOLTAGE_V, total
from .outlet import Outlet, sum_phases
from .supply import Supply
from .trace import HouseLoad

DARK_S: Final = 60
"""After a trip somebody walks to the board and closes it again."""

SECOND: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeState:
    """One second of the home; A per phase of the site."""

    at: datetime
    house_a: tuple[float, ...]
    car_a: tuple[float, ...]
    offered_a: tuple[float, ...]
    """What each outlet offers its car."""
    tripped: bool
    """The supply opened in this second."""
    powered: bool

    @property
    def total_a(self) -> tuple[float, ...]:
        """What the meter sees."""
        return tuple(house + car for house, car in zip(self.house_a, self.car_a, strict=True))

    @property
    def house_w(self) -> float:
        """All phases."""
        return total(self.house_a) * VOLTAGE_V

    @property
    def car_w(self) -> float:
        """All phases, all cars."""
        return total(self.car_a) * VOLTAGE_V

    @property
    def total_w(self) -> float:
        """What the meter sees."""
        return self.house_w + self.car_w


class Home:
    """Ties the parts together. A trip takes the power from everything for `DARK_S`."""

    def __init__(self, *, house: HouseLoad, supply: Supply, outlets: Sequence[Outlet]) -> None:
        """The house's trace begins with the first step."""
        self.house, self.supply, self.outlets = house, supply, tuple(outlets)
        self.protection = supply.protection()
        self.elapsed_s = 0
        self.playing = True
        """While False the trace stands still at its first second."""
        self.trips = 0
        self._dark_s = 0

    def step(self, now: datetime) -> HomeState:
        """One second, the one that ends at `now` by the stations' clock."""
        powered = self._dark_s == 0
        house_a = self.house.at_a(self.elapsed_s)
        house_a = house_a if powered else (0.0,) * len(house_a)
        for outlet in self.outlets:
            outlet.step(now, SECOND, powered=powered)
        car_a = sum_phases(self.outlets, self.supply.phases)
        tripped = self._protect(tuple(house + car for house, car in zip(house_a, car_a, strict=True)), powered=powered)
        self.elapsed_s += self.playing
        return HomeState(
            at=now,
            house_a=house_a,
            car_a=car_a,
            offered_a=tuple(outlet.offered_a for outlet in self.outlets),
            tripped=tripped,
            powered=powered,
        )

    def _protect(self, total_a: tuple[float, ...], *, powered: bool) -> bool:
        opened = self.protection.step(total_a)
        if not powered:
            self._dark_s -= 1
            return False
        if opened:
            self.trips += 1
            self._dark_s = DARK_S
            self.protection.reset()
        return opened
