"""A home that lives through the examples of the pages in `docs/`, second by second; its cars follow at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.battery import BatteryReading
from custom_components.smart_charging.engine.model.decision import Decision, Setpoint
from custom_components.smart_charging.engine.model.evse import EvState, Means
from custom_components.smart_charging.engine.model.limit import Limit
from custom_components.smart_charging.engine.model.load import LoadStatus
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.off_peak import OffPeak
from custom_components.smart_charging.engine.model.quantities import Phase
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState
from tests.engine.builders import later, status

VOLTAGE_V = 230.0


@dataclass
class Car:
    """A car that takes `share` of what it is offered, up to `most_a`, on `phases` of its charger's.

    One that is `asleep` takes nothing. One that is `deaf` draws `most_a` until its outlet is taken out of service.
    """

    plugged: bool = True
    phases: int = 1
    most_a: float = 32.0
    share: float = 1.0
    asleep: bool = False
    deaf: bool = False
    offered_a: float = 0.0
    offered_at: datetime = field(default_factory=lambda: later(-3600))
    means: Means = Means.OFFER
    changed_at: datetime = field(default_factory=lambda: later(-3600))
    was: EvState | None = None

    @property
    def drawn_a(self) -> float:
        """What it draws on each of its phases, A."""
        if self.deaf:
            return 0.0 if self.means is Means.DISABLE else self.most_a
        takes = self.plugged and not self.asleep and self.offered_a >= 6
        return min(self.share * self.offered_a, self.most_a) if takes else 0.0

    @property
    def state(self) -> EvState:
        """What the charger says of it."""
        if not self.plugged:
            return EvState.A
        return EvState.C if self.drawn_a > 0 else EvState.B

    def obey(self, setpoint: Setpoint, now: datetime) -> None:
        """Take what is commanded."""
        self.means = setpoint.means
        if setpoint.current_a is not None and setpoint.current_a != self.offered_a:
            self.offered_a, self.offered_at = setpoint.current_a, now

    def look(self, now: datetime) -> EvState:
        """Tell its state, and note when that began."""
        if self.state is not self.was:
            self.was, self.changed_at = self.state, now
        return self.state


@dataclass
class Home:
    """`house_a` is what the home takes beside all that is known, A per phase; negative while the sun gives more."""

    site: Site
    cars: dict[str, Car]
    house_a: dict[Phase, float]
    modes: dict[str, Mode] = field(default_factory=dict[str, Mode])
    limits: dict[str, tuple[Limit, ...]] = field(default_factory=dict[str, tuple[Limit, ...]])
    off_peak: OffPeak | None = None
    battery_w: float | None = None
    soc: float | None = None
    total_only: bool = False
    silent: bool = False
    second: int = 0
    state: ControlState = field(default_factory=ControlState)
    off: set[str] = field(default_factory=set[str])
    heard: MeterReading | None = None
    decision: Decision | None = None

    def live(self, seconds: int = 1) -> list[float]:
        """Let so many seconds pass; give what the cars are offered then, A, in the chargers' order."""
        for _ in range(seconds):
            self._step()
        return self.offered_a

    @property
    def offered_a(self) -> list[float]:
        """What the cars are offered, A, in the chargers' order."""
        return [round(self.cars[evse.evse_id].offered_a, 3) for evse in self.site.evses]

    def _step(self) -> None:
        now = later(self.second)
        self.second += 1
        if not self.silent:
            self.heard = self._read(now)
        snapshot = SiteSnapshot(
            at=now,
            meters={} if self.heard is None else {"site": self.heard},
            evses={
                evse_id: status(
                    car.look(now),
                    offered_a=car.offered_a,
                    draws=(car.drawn_a,) * car.phases,
                    measured_at=now,
                    offered_at=car.offered_at,
                    state_at=car.changed_at,
                )
                for evse_id, car in self.cars.items()
            },
            modes=self.modes,
            off_peak=self.off_peak,
            loads={
                load.load_id: LoadStatus(reachable=True, on=load.load_id not in self.off) for load in self.site.loads
            },
            battery=None if self.battery_w is None else BatteryReading(at=now, power_w=self.battery_w, soc=self.soc),
            limits=self.limits,
        )
        self.decision = step(self.site, snapshot, self.state, {})
        self.state = self.decision.next_state
        for evse_id, setpoint in self.decision.setpoints.items():
            self.cars[evse_id].obey(setpoint, now)
        self.off = set(self.decision.shed_loads)

    def _read(self, now: datetime) -> MeterReading:
        flows_a = dict(self.house_a)
        for evse in self.site.evses:
            car = self.cars[evse.evse_id]
            _add(flows_a, dict.fromkeys(evse.phases[: car.phases], car.drawn_a))
        for load in self.site.loads:
            if load.load_id not in self.off:
                each_a = (load.power_w or 0.0) / VOLTAGE_V / len(load.phases)
                _add(flows_a, dict.fromkeys(load.phases, each_a))
        power_w = sum(flows_a.values()) * VOLTAGE_V
        return MeterReading(at=now, current_a={} if self.total_only else flows_a, power_w=power_w)


def _add(flows_a: dict[Phase, float], more_a: Mapping[Phase, float]) -> None:
    for phase, current_a in more_a.items():
        flows_a[phase] += current_a
