"""Keeps count of a scenario's parts: what each car was given, how each circuit fared, how long what gives way was off."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from .home import HomeState
from .scenario import Scenario
from .score import OverloadClock


@dataclass(slots=True, kw_only=True)
class CarFigures:
    """Of the car at one charger."""

    energy_kwh: float = 0.0


@dataclass(slots=True, kw_only=True)
class CircuitFigures:
    """Of one circuit below the mains."""

    trips: int = 0
    longest_overload_s: int = 0
    """The longest row of seconds with more than its limit."""


@dataclass(slots=True, kw_only=True)
class ApplianceFigures:
    """Of one appliance that gives way."""

    off_s: int = 0
    switched_off: int = 0
    """How many times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """By name, as the scenario names them."""

    cars: Mapping[str, CarFigures] = field(default_factory=dict[str, CarFigures])
    circuits: Mapping[str, CircuitFigures] = field(default_factory=dict[str, CircuitFigures])
    appliances: Mapping[str, ApplianceFigures] = field(default_factory=dict[str, ApplianceFigures])


class PartsScore:
    """Sums over the seconds it is shown."""

    def __init__(self, scenario: Scenario) -> None:
        """Starts at zero: make one when the minutes begin to count."""
        self._figures = Parts(
            cars={bay.name: CarFigures() for bay in scenario.bays},
            circuits={circuit.name: CircuitFigures() for circuit in scenario.circuits},
            appliances={appliance.name: ApplianceFigures() for appliance in scenario.appliances},
        )
        self._overloads = [OverloadClock() for _ in scenario.circuits]
        self._were_on = [True for _ in scenario.appliances]

    @property
    def figures(self) -> Parts:
        """So far."""
        cars = {name: CarFigures(energy_kwh=round(car.energy_kwh, 4)) for name, car in self._figures.cars.items()}
        return replace(self._figures, cars=cars)

    def step(self, state: HomeState) -> None:
        """One second."""
        for car, power_w in zip(self._figures.cars.values(), state.outlet_w, strict=True):
            car.energy_kwh += power_w / 3_600_000
        circuits = self._figures.circuits.values()
        for circuit, clock, seen in zip(circuits, self._overloads, state.circuits, strict=True):
            clock.step(exceeded=seen.exceeded)
            circuit.trips += seen.tripped
            circuit.longest_overload_s = clock.longest_s
        appliances = self._figures.appliances.values()
        for appliance, on, was_on in zip(appliances, state.appliances_on, self._were_on, strict=True):
            appliance.off_s += not on
            appliance.switched_off += was_on and not on
        self._were_on = list(state.appliances_on)
