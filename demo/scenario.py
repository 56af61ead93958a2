"""The situations that the demo can show: which supply, which chargers and cars, what else hangs on it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from pathlib import Path
from typing import Final

from .car import CarModel
from .errors import DemoError
from .night import Knows, Night, Tariff, Visit
from .supply import Supply, parse_supply
from .trace import HOUSE_EVENING, HOUSE_NIGHT
from .versions import Version

HOME: Final = "home"


class Kind(StrEnum):
    """How a charger is reached."""

    OCPP = "ocpp"
    """It calls in by itself."""
    GO_E = "go_e"
    """By go-e's HTTP API."""
    VESTEL = "vestel"
    """By Modbus."""
    V2C = "v2c"
    """Through Home Assistant's own integration for it, which asks it by HTTP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaySpec:
    """A parking place: a station of its own, and the car that stands there."""

    name: str
    """The charger's, as a person would call it."""
    station: str
    """Its identity in OCPP."""
    wiring: tuple[int, ...]
    """The site's phase behind each of the station's own, 0 for L1."""
    car: CarModel
    state_of_charge: float = 0.2
    """The car's at the start, 0 to 1."""
    hardware_maximum_a: float = 32.0
    """What the installer set the station to, A per phase."""
    circuit: str | None = None
    """The name of the circuit that feeds it; None: the supply itself."""
    version: Version = Version.V16
    """The one of OCPP that the station speaks, where it speaks that."""
    kind: Kind = Kind.OCPP
    visit: Visit | None = None
    """When the car is there, in a night; None: from the beginning on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitSpec:
    """A circuit below the mains, behind a C breaker of its own, on all phases of the site."""

    name: str
    limit_a: float
    """The breaker's rating, A per phase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplianceSpec:
    """Something that takes the same power whenever it is on, and that Home Assistant can switch."""

    name: str
    key: str
    """The last part of its entity's id."""
    power_w: float
    """In all its phases together."""
    wiring: tuple[int, ...]
    """The site's phases that it hangs on, 0 for L1."""

    @property
    def entity_id(self) -> str:
        """In Home Assistant: a toggle of its own, whose state the simulated relay follows."""
        return f"input_boolean.{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One situation."""

    name: str
    supply: Supply
    bays: tuple[BaySpec, ...]
    circuits: tuple[CircuitSpec, ...] = ()
    appliances: tuple[ApplianceSpec, ...] = ()
    start: str | None = None
    """Where in the demo's own trace it begins, HH:MM; None: at the evening peak."""
    trace: Path = HOUSE_EVENING
    """That trace."""
    night: Night | None = None
    """Where it is a night by a clock that runs fast."""

    @property
    def has_parts(self) -> bool:
        """Whether there is more to tell than of one car on one supply."""
        return len(self.bays) > 1 or bool(self.circuits) or bool(self.appliances)


def make_scenario(name: str, supply: str | None = None, phases: int | None = None) -> Scenario:
    """Make the scenario called `name`; None leaves the supply or its phases to the scenario.

    Raises:
        DemoError: there is none of that name, or it cannot have that supply.

    """
    if name not in _KINDS:
        raise DemoError(f"--scenario {name}: no such scenario; there are {', '.join(_KINDS)}")
    kind = _KINDS[name]
    phases = phases or kind.phases[0]
    if phases not in kind.phases:
        raise DemoError(f"--phases {phases}: {name} needs {' or '.join(map(str, kind.phases))}")
    return kind.make(parse_supply(supply or kind.supply, phases))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    make: Callable[[Supply], Scenario]
    supply: str
    """Unless another one is asked for."""
    phases: tuple[int, ...]
    """That the supply may have; the first unless another is asked for."""


def _home(supply: Supply, name: str = HOME, version: Version = Version.V16) -> Scenario:
    """One car at one charger. A one-phase car takes up to 32 A, a three-phase one up to 16 A (7.4 and 11 kW), as most do."""
    car = CarModel(phases=supply.phases, maximum_a=32.0 if supply.phases == 1 else 16.0)
    wiring = tuple(range(supply.phases))
    bay = BaySpec(name="Garage", station="demo-station", wiring=wiring, car=car, version=version)
    return Scenario(name=name, supply=supply, bays=(bay,))


def _home_by(version: Version) -> tuple[str, _Kind]:
    """The same home with a charger of another version, called after it: `ocpp-201`."""
    name = f"ocpp-{version.replace('.', '')}"
    return name, _Kind(make=lambda supply: _home(supply, name, version), supply="9kVA", phases=(1, 3))


def _flat_with_three_chargers(supply: Supply) -> Scenario:
    """Two cars share a garage, a third one stands in the yard, and a boiler heats on the phase that the home loads most.

    On its 3 x 35 A each limit binds at some time of the evening: the garage's 20 A while the home is calm, L3 of the
    supply where the yard's one-phase car adds to the garage, and L1 while home and boiler leave less than two minimums.
    """
    three_phase = CarModel(phases=3, maximum_a=16.0)
    garage = CircuitSpec(name="Garage", limit_a=20.0)
    yard = CircuitSpec(name="Yard", limit_a=16.0)
    bays = (
        BaySpec(
            name="Garage left",
            station="garage-left",
            wiring=(0, 1, 2),
            car=three_phase,
            state_of_charge=0.4,
            hardware_maximum_a=16.0,
            circuit=garage.name,
        ),
        # Nearly full: it takes less and less. Its station's phases are rotated, as installers do beside another one.
        BaySpec(
            name="Garage right",
            station="garage-right",
            wiring=(1, 2, 0),
            car=three_phase,
            state_of_charge=0.97,
            hardware_maximum_a=16.0,
            circuit=garage.name,
        ),
        BaySpec(
            name="Yard",
            station="yard",
            wiring=(2,),
            car=CarModel(phases=1, maximum_a=32.0),
            hardware_maximum_a=16.0,
            circuit=yard.name,
        ),
    )
    boiler = ApplianceSpec(name="Boiler", key="boiler", power_w=2_400.0, wiring=(0,))
    return Scenario(
        name="flat-with-three-chargers",
        supply=supply,
        bays=bays,
        circuits=(garage, yard),
        appliances=(boiler,),
        start="18:50",
    )


def _mixed_chargers(supply: Supply) -> Scenario:
    """Four cars at chargers of four kinds under one limit, which has room for all of them, but not for all they want."""
    three_phase, one_phase = CarModel(phases=3, maximum_a=16.0), CarModel(phases=1, maximum_a=32.0)
    bays = tuple(
        BaySpec(name=name, station=str(kind), wiring=(0, 1, 2), car=car, hardware_maximum_a=16.0, kind=kind)
        for name, kind, car in (
            ("OCPP", Kind.OCPP, three_phase),
            ("go-e", Kind.GO_E, three_phase),
            ("Vestel", Kind.VESTEL, one_phase),
            ("V2C", Kind.V2C, three_phase),
        )
    )
    return Scenario(name="mixed-chargers", supply=supply, bays=bays, start="18:50")


def _off_peak_night(supply: Supply) -> Scenario:
    """Three cars, of which at most one can charge at its full speed, and a bill with cheap hours from 22:30 to 06:30."""
    family = CarModel(capacity_kwh=52.0, phases=1, maximum_a=32.0, efficiency=0.92)
    city = CarModel(capacity_kwh=30.0, phases=1, maximum_a=32.0, efficiency=0.92)
    guest = CarModel(capacity_kwh=60.0, phases=1, maximum_a=32.0, efficiency=0.92)
    bays = (
        BaySpec(
            name="Garage",
            station="garage",
            wiring=(0,),
            car=family,
            state_of_charge=0.42,
            visit=Visit(car="Family car", arrives=time(18, 30), leaves=time(7, 15), knows=Knows.SENSOR, wanted_soc=0.8),
        ),
        BaySpec(
            name="Carport",
            station="carport",
            wiring=(0,),
            car=city,
            state_of_charge=0.35,
            visit=Visit(car="City car", arrives=time(19, 10), leaves=time(6, 30), knows=Knows.PERSON, wanted_soc=0.8),
        ),
        BaySpec(
            name="Street",
            station="street",
            wiring=(0,),
            car=guest,
            state_of_charge=0.3,
            visit=Visit(car="Guest", arrives=time(21), leaves=time(8), knows=Knows.NOBODY, wanted_kwh=10.0),
        ),
    )
    # About what EDF's regulated tariff has asked since August 2025.
    tariff = Tariff(peak=0.21, off_peak=0.16, begins=time(22, 30), ends=time(6, 30))
    night = Night(begins=time(18, 20), ends=time(8, 5), tariff=tariff, speed=60.0)
    return Scenario(
        name="off-peak-night", supply=supply, bays=bays, start=f"{night.begins:%H:%M}", trace=HOUSE_NIGHT, night=night
    )


_KINDS: Final = {
    HOME: _Kind(make=_home, supply="9kVA", phases=(1, 3)),
    "flat-with-three-chargers": _Kind(make=_flat_with_three_chargers, supply="35A", phases=(3,)),
    "mixed-chargers": _Kind(make=_mixed_chargers, supply="50A", phases=(3,)),
    "off-peak-night": _Kind(make=_off_peak_night, supply="9kVA", phases=(1,)),
    **dict(map(_home_by, (Version.V201, Version.V21))),
}
SCENARIOS: Final = tuple(_KINDS)
"""Their names."""
