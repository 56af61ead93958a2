"""What lives in a living site: a charger with its car, a meter, an appliance."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from custom_components.smart_charging.engine.control.demand import lowest_a
from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.decision import Setpoint
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus, EvState
from custom_components.smart_charging.engine.model.load import LoadStatus, SheddableLoad
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.quantities import Phase

from .builders import later

VOLTAGE_V = 230.0
FOLLOWS_S = 5
"""The latest that a car follows another offer, IEC 61851-1."""


@dataclass
class LivingCharger:
    """A charger with a car that takes `share` of what it is offered, on the first `uses` of its phases, `late_s` later.

    It measures every `measures_s`. Out of reach it keeps what it has, until its watchdog brings it to its failsafe current.
    """

    evse: Evse
    plugged: bool = True
    uses: int = 1
    share: float = 1.0
    late_s: int = 2
    measures_s: int = 5
    car_maximum_a: float = 32.0
    mode: Mode = Mode.FAST
    offered_a: float = 0.0
    offered_at: datetime = field(default_factory=lambda: later(-1000))
    offered_phases: int | None = None
    reachable: bool = True
    reachable_since: datetime = field(default_factory=lambda: later(-1000))
    lost_at: int = 0
    state: EvState = EvState.A
    state_at: datetime = field(default_factory=lambda: later(-1000))
    drawn_a: float = 0.0
    seen: EvseStatus | None = None
    """What was heard of it last."""
    measured_at: datetime | None = None
    measured_a: float = 0.0
    _offers: list[float] = field(default_factory=list[float])

    def step(self, second: int) -> None:
        """Live for a second."""
        if self.falls_back(second):
            self._offer(second, self.evse.failsafe_a)
        self._offers = [*self._offers[-FOLLOWS_S:], self.offered_a]
        followed_a = self._offers[max(0, len(self._offers) - 1 - self.late_s)]
        takes_a = self._takes_a(followed_a)
        charges = self.plugged and takes_a != 0
        self.drawn_a = takes_a if charges else 0.0
        state = (EvState.C if charges else EvState.B) if self.plugged else EvState.A
        if state is not self.state:
            self.state, self.state_at = state, later(second)
        if second % self.measures_s == 0:
            self.measured_at, self.measured_a = later(second), self.drawn_a
        if self.reachable or self.seen is None:
            self.seen = self._says()
        else:
            self.seen = replace(self.seen, reachable=False, reachable_since=self.reachable_since)

    def _takes_a(self, offered_a: float) -> float:
        """What its car takes of an offer, A; a negative one is given back as it is."""
        if offered_a < 0:
            return offered_a
        return min(self.share * offered_a, self.car_maximum_a) if offered_a >= 6 else 0.0

    def _says(self) -> EvseStatus:
        return EvseStatus(
            reachable=self.reachable,
            reachable_since=self.reachable_since,
            state=self.state,
            state_at=self.state_at,
            offered_a=self.offered_a,
            offered_at=self.offered_at,
            offered_phases=self.offered_phases,
            measured_at=self.measured_at,
            current_a=None if self.measured_at is None else self.on_phases(self.measured_a),
        )

    def on_phases(self, current_a: float) -> tuple[float, ...]:
        """What flows on each of the charger's own phases, A."""
        return tuple(current_a if number < self.count else 0.0 for number in range(len(self.evse.phases)))

    @property
    def count(self) -> int:
        """On how many of its phases the car charges."""
        return self.uses if self.offered_phases is None else min(self.uses, self.offered_phases)

    @property
    def flows_a(self) -> dict[Phase, float]:
        """What flows on the site's phases, A."""
        return dict(zip(self.evse.phases, self.on_phases(self.drawn_a), strict=True))

    @property
    def uses_phases(self) -> tuple[Phase, ...]:
        """The site's phases that its car uses."""
        return self.evse.phases[: self.count]

    @property
    def will_a(self) -> dict[Phase, float]:
        """What flows now, or will when the car has followed, whichever is more; A on the site's phases."""
        comes_a = self._takes_a(self.offered_a) if self.plugged else 0.0
        return dict.fromkeys(self.uses_phases, max(self.drawn_a, comes_a))

    @property
    def floor_a(self) -> float:
        """The least that it can be brought to while its car is there, A."""
        return 0.0 if self.evse.can_pause else lowest_a(self.evse)

    def take(self, second: int, setpoint: Setpoint) -> None:
        """Acknowledge a setpoint, where it can be heard."""
        if self.reachable and setpoint.current_a is not None:
            self._offer(second, setpoint.current_a)
            if self.evse.can_switch_phases and setpoint.phases is not None:
                self.offered_phases = setpoint.phases
            self.seen = self._says()

    def _offer(self, second: int, current_a: float) -> None:
        if current_a != self.offered_a:
            self.offered_a, self.offered_at = current_a, later(second)

    def falls_back(self, second: int) -> bool:
        """Tell whether its watchdog has just run out."""
        return not self.reachable and second - self.lost_at == self.evse.watchdog_s

    def lose(self, second: int) -> None:
        """Drop out."""
        if self.reachable:
            self.reachable, self.reachable_since, self.lost_at = False, later(second), second

    def find(self, second: int) -> None:
        """Come back."""
        if not self.reachable:
            self.reachable, self.reachable_since = True, later(second)


@dataclass
class LivingMeter:
    """The meter of a circuit. `total_only`: it knows no phases. It says nothing while `silent`, and nonsense while `garbles`."""

    circuit: Circuit
    total_only: bool = False
    silent: bool = False
    garbles: float | None = None
    reading: MeterReading | None = None
    spoke_at: int = -1000
    base_a: dict[Phase, float] = field(default_factory=dict[Phase, float])
    """What flowed at its last reading without the chargers."""

    def step(self, second: int, flows_a: Mapping[Phase, float], base_a: dict[Phase, float]) -> None:
        """Say what flows, when it is time."""
        if self.silent or second % int(self.circuit.meter_period_s):
            return
        at = later(second)
        if self.garbles is not None:
            self.reading = MeterReading(at=at, current_a=dict.fromkeys(flows_a, self.garbles), power_w=self.garbles)
            return
        self.spoke_at, self.base_a = second, base_a
        power_w = math.fsum(flows_a.values()) * VOLTAGE_V
        self.reading = MeterReading(at=at, current_a={} if self.total_only else flows_a, power_w=power_w)


@dataclass
class LivingLoad:
    """An appliance that does as it is told a second later."""

    load: SheddableLoad
    on: bool = True
    shed: bool = False
    shed_at: int | None = None
    back_at: int | None = None
    by_hand_at: int | None = None
    """When a person last switched it."""
    reachable: bool = True
    takes_w: float | None = None
    """What it takes when it is on, as its own meter tells; None: its nominal power, and it has no meter."""

    @property
    def flows_a(self) -> dict[Phase, float]:
        """What flows, A on each of its phases."""
        power_w = (self.load.power_w or 0.0) if self.takes_w is None else self.takes_w
        each_a = power_w / VOLTAGE_V / len(self.load.phases)
        return dict.fromkeys(self.load.phases, each_a if self.on else 0.0)

    @property
    def status(self) -> LoadStatus:
        """What the engine is told."""
        power_w = None if self.takes_w is None else self.takes_w if self.on else 0.0
        return LoadStatus(reachable=self.reachable, on=self.on, shed=self.shed, power_w=power_w)

    def switch(self, second: int, *, on: bool) -> None:
        """A person switches it."""
        self.on, self.shed, self.by_hand_at = on, False, second

    def obey(self, second: int, *, shed: bool) -> None:
        """Do as it is told: off, or on again where it was we who switched it off."""
        if shed and not self.shed:
            self.shed, self.on, self.shed_at = True, False, second
        elif self.shed and not shed:
            self.shed, self.on, self.back_at = False, True, second
