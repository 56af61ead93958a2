"""The home as a whole: house, cars, supply. It moves a second at a time, in real time or in a test's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from .appliance import Appliance
from .circuit import CircuitState, HomeCircuit
from .electrical import VOLTAGE_V, total
from .outlet import Outlet, sum_phases
from .supply import Supply
from .switchgear import Switchgear
from .trace import HouseLoad

SECOND: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeState:
    """One second of the home; A per phase of the site."""

    at: datetime
    house_a: tuple[float, ...]
    """All but the cars: the appliances that can be switched off, too."""
    car_a: tuple[float, ...]
    offered_a: tuple[float, ...]
    """What each outlet offers its car."""
    tripped: bool
    """The supply opened in this second."""
    powered: bool
    outlet_w: tuple[float, ...] = ()
    """What each outlet gives its car, in all its phases."""
    circuits: tuple[CircuitState, ...] = ()
    appliances_on: tuple[bool, ...] = ()
    """Of those that can be switched off."""

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
    """Ties the parts together. A trip takes the power from all that hangs behind what opened, for `DARK_S`."""

    def __init__(
        self,
        *,
        house: HouseLoad,
        supply: Supply,
        outlets: Sequence[Outlet],
        circuits: Sequence[HomeCircuit] = (),
        appliances: Sequence[Appliance] = (),
    ) -> None:
        """The house's trace begins with the first step. An outlet that no circuit feeds hangs on the supply itself."""
        self.house, self.supply, self.outlets = house, supply, tuple(outlets)
        self.circuits, self.appliances = tuple(circuits), tuple(appliances)
        self.elapsed_s = 0
        self.playing = True
        """While False the trace stands still at its first second."""
        self.trips = 0
        self._main = Switchgear(supply.protection())

    def step(self, now: datetime) -> HomeState:
        """One second, the one that ends at `now` by the stations' clock."""
        powered = self._main.closed
        house_a = self._house_a(powered=powered)
        dark = {outlet for circuit in self.circuits if not circuit.closed for outlet in circuit.outlets}
        for outlet in self.outlets:
            outlet.step(now, SECOND, powered=powered and outlet not in dark)
        car_a = sum_phases(self.outlets, self.supply.phases)
        circuits = tuple(circuit.step() for circuit in self.circuits)
        tripped = self._main.step(tuple(house + car for house, car in zip(house_a, car_a, strict=True)))
        self.trips += tripped
        self.elapsed_s += self.playing
        return HomeState(
            at=now,
            house_a=house_a,
            car_a=car_a,
            offered_a=tuple(outlet.offered_a for outlet in self.outlets),
            tripped=tripped,
            powered=powered,
            outlet_w=tuple(outlet.power_w for outlet in self.outlets),
            circuits=circuits,
            appliances_on=tuple(appliance.on for appliance in self.appliances),
        )

    def _house_a(self, *, powered: bool) -> tuple[float, ...]:
        house_a = self.house.at_a(self.elapsed_s)
        loads = (house_a, *(appliance.current_a(len(house_a)) for appliance in self.appliances))
        return tuple(sum(on_phase) if powered else 0.0 for on_phase in zip(*loads, strict=True))
