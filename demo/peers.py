"""What stands around Home Assistant: the home with its meter, and the stations with their cars, made from a scenario."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from .appliance import Appliance
from .car import Car
from .circuit import HomeCircuit
from .folder import TIME_ZONE
from .home import Home, HomeState
from .local_station import LocalStation
from .meter import Meter
from .outlet import Outlet, on_site
from .scenario import BaySpec, Kind, Scenario
from .station import Station
from .station_go_e import GoEStation
from .station_v2c import TrydanStation
from .station_vestel import VestelStation
from .trace import HouseLoad

KEY = "simulated-station-key"
"""Every station's password; it protects nothing but a demo on the loopback."""


class Bay:
    """One parking place, live: the station, its outlet and the car that will be plugged in."""

    def __init__(self, spec: BaySpec, *, seed: int, on_command: Callable[[bool], None]) -> None:
        """`on_command`: see `Answers`."""
        self.spec = spec
        self.car = Car(spec.car, state_of_charge=spec.state_of_charge, seed=seed)
        self.outlet = Outlet(hardware_maximum_a=spec.hardware_maximum_a, wiring=spec.wiring)
        self.station = _station(spec, self.outlet, on_command)

    @property
    def steered(self) -> bool:
        """Whether it was told something: a station of OCPP without a profile would give the car all it has."""
        if isinstance(self.station, LocalStation):
            return self.station.told
        return self.station.connected and bool(self.outlet.profiles.profiles)

    @property
    def capability_a(self) -> float:
        """What the car would draw of all that the station can give, A per phase."""
        return self.car.capability_a(self.spec.hardware_maximum_a)


LOCAL: Final[Mapping[Kind, type[LocalStation]]] = {
    Kind.GO_E: GoEStation,
    Kind.VESTEL: VestelStation,
    Kind.V2C: TrydanStation,
}
"""The stations that are asked, by their kind; the others call in."""


def _station(spec: BaySpec, outlet: Outlet, on_command: Callable[[bool], None]) -> Station | LocalStation:
    local = LOCAL.get(spec.kind)
    if local is not None:
        return local(outlet, clock=_now, on_command=on_command)
    return Station(outlet, clock=_now, identity=spec.station, key=KEY, version=spec.version, on_command=on_command)


def _now() -> datetime:
    return datetime.now(UTC)


class Peers:
    """All of them. Nothing listens or calls before it is started."""

    def __init__(
        self,
        scenario: Scenario,
        house: HouseLoad,
        *,
        seed: int,
        on_telegram: Callable[[HomeState], None],
        on_command: Callable[[bool], None],
    ) -> None:
        """`on_telegram` hears of each state that the meter wrote, `on_command` of each command to any station."""
        self.bays = tuple(
            Bay(spec, seed=seed + number, on_command=on_command) for number, spec in enumerate(scenario.bays)
        )
        self.appliances = tuple(
            Appliance(spec.name, power_w=spec.power_w, wiring=spec.wiring) for spec in scenario.appliances
        )
        circuits = [
            HomeCircuit(
                circuit.name,
                limit_a=circuit.limit_a,
                phases=scenario.supply.phases,
                outlets=[bay.outlet for bay in self.bays if bay.spec.circuit == circuit.name],
            )
            for circuit in scenario.circuits
        ]
        self.home = Home(
            house=house,
            supply=scenario.supply,
            outlets=[bay.outlet for bay in self.bays],
            circuits=circuits,
            appliances=self.appliances,
        )
        self.home.playing = False
        self.meter = Meter(serial=f"SIM{seed:08d}", on_written=on_telegram)

    def tick(self, now: datetime) -> HomeState:
        """One second: the home moves, the meter speaks, the stations notice what they have to say."""
        state = self.home.step(now)
        self.meter.send(state, now.astimezone(ZoneInfo(TIME_ZONE)))
        for bay in self.bays:
            bay.station.tick(now)
        return state

    def begin(self, now: datetime) -> None:
        """The cars that are there already are plugged in, and the trace begins to play."""
        for bay in self.bays:
            if bay.spec.visit is None:
                bay.outlet.plug(bay.car, now)
        self.home.playing = True

    def will_draw_a(self) -> tuple[float, ...]:
        """What the cars draw once they follow what they are offered now, A on each of the site's phases."""
        draws = [
            (bay.outlet.wiring, bay.outlet.in_phases(bay.car.capability_a(bay.outlet.offered_a))) for bay in self.bays
        ]
        return on_site(draws, self.home.supply.phases)
