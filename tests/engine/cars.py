"""Simulated cars and chargers, from the obedient to the impossible, and a site that lives with them second by second."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.decision import Decision, Setpoint
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus, EvState, Means
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.quantities import Phase
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState, EvseMemory

from .builders import later

MEANS = tuple(Means)


@dataclass
class SimCar:
    """A car that wants `maximum_a` on `phases` of its charger's phases, and takes `share` of what it is offered.

    A stubborn one takes `maximum_a` of any offer. It follows an offer `late_s` later. `heeds` is the gentlest means that makes it draw less; None: nothing does. One
    that sleeps keeps its contactor open until the offer has been taken away and given again `wakes_after` times (None:
    for ever), or until it has been called `answers_after` times. It is plugged in at second `arrives_at`, and full at second `fills_at`.
    """

    maximum_a: float = 32.0
    phases: int = 1
    share: float = 1.0
    late_s: int = 2
    heeds: Means | None = Means.OFFER
    stubborn: bool = False
    asleep: bool = False
    wakes_after: int | None = None
    answers_after: int | None = None
    arrives_at: int = 0
    fills_at: float = float("inf")
    drawn_a: float = 0.0
    offers: list[float] = field(default_factory=list[float])
    starts: int = 0
    calls: int = 0

    def call(self) -> None:
        """Be woken by its own means, or sleep on."""
        self.calls += 1
        if self.answers_after is not None and self.calls >= self.answers_after:
            self.asleep = False

    def step(self, second: int, offered_a: float, means: Means) -> None:
        """Live for a second."""
        if second < self.arrives_at:
            return
        if self.offers and self.offers[-1] < 6 <= offered_a:
            self.starts += 1
        self.offers.append(offered_a)
        if self.asleep and self.wakes_after is not None and self.starts >= self.wakes_after:
            self.asleep = False
        followed_a = self.offers[-1 - self.late_s] if len(self.offers) > self.late_s else 0.0
        wanted_a = 0.0 if self.asleep or second >= self.fills_at or followed_a < 6 else self._takes_a(followed_a)
        used = max(means, Means.PAUSE if followed_a < 6 else Means.OFFER, key=MEANS.index)
        heeded = self.heeds is not None and MEANS.index(used) >= MEANS.index(self.heeds)
        self.drawn_a = wanted_a if heeded else max(wanted_a, self.drawn_a)

    def _takes_a(self, offered_a: float) -> float:
        return self.maximum_a if self.stubborn else min(self.share * offered_a, self.maximum_a)


@dataclass
class SimCharger:
    """A charger that acknowledges each command at once, and tells every `measures_s` what it measures.

    `says` is what it claims its state to be, whatever is true.
    """

    evse: Evse
    car: SimCar
    measures_s: int = 5
    says: EvState | None = None
    offered_a: float = 6.0
    offered_at: datetime = field(default_factory=lambda: later(0))
    means: Means = Means.OFFER
    state: EvState = EvState.B
    state_at: datetime = field(default_factory=lambda: later(0))
    measured_at: datetime | None = None
    measured_a: float = 0.0
    soc: float | None = None
    told: list[tuple[int, Setpoint]] = field(default_factory=list[tuple[int, Setpoint]])

    def step(self, second: int) -> None:
        """Live for a second."""
        ended = self.means in {Means.STOP, Means.DISABLE}
        self.car.step(second, 0.0 if ended else self.offered_a, self.means)
        state = self.says or self._state(second)
        if state is not self.state:
            self.state, self.state_at = state, later(second)
        if second % self.measures_s == 0:
            self.measured_at, self.measured_a = later(second), self.car.drawn_a

    def _state(self, second: int) -> EvState:
        if second < self.car.arrives_at:
            return EvState.A
        return EvState.C if self.car.drawn_a > 0 else EvState.B

    @property
    def drawn_a(self) -> Mapping[Phase, float]:
        """What flows on the site's phases, A."""
        return dict.fromkeys(self.evse.phases[: self.car.phases], self.car.drawn_a)

    @property
    def status(self) -> EvseStatus:
        """What the engine is told."""
        idle = (0.0,) * (len(self.evse.phases) - self.car.phases)
        return EvseStatus(
            reachable=True,
            reachable_since=later(0),
            state=self.state,
            state_at=self.state_at,
            offered_a=self.offered_a,
            offered_at=self.offered_at,
            measured_at=self.measured_at,
            current_a=None if self.measured_at is None else (self.measured_a,) * self.car.phases + idle,
            soc=self.soc,
        )

    def take(self, second: int, setpoint: Setpoint) -> None:
        """Acknowledge a command."""
        if (
            not self.told
            or self.told[-1][1].current_a != setpoint.current_a
            or self.told[-1][1].means != setpoint.means
        ):
            self.told.append((second, setpoint))
        self.means = setpoint.means
        if setpoint.current_a is not None and setpoint.current_a != self.offered_a:
            self.offered_a, self.offered_at = setpoint.current_a, later(second)


@dataclass
class World:
    """A site, second by second. `house_a` gives the base load, A on each phase, at a second."""

    site: Site
    chargers: Sequence[SimCharger]
    house_a: Callable[[int], float] = lambda _: 5.0
    meter_s: int = 1
    modes: dict[str, Mode] = field(default_factory=dict[str, Mode])
    wakeable: frozenset[str] = frozenset()
    state: ControlState = field(default_factory=ControlState)
    second: int = 0
    reading: MeterReading | None = None
    totals_a: list[float] = field(default_factory=list[float])
    """What the mains have carried, A on the phase with the most, by second."""
    decision: Decision | None = None

    def run(self, seconds: int) -> World:
        """Live for so long."""
        for _ in range(seconds):
            self._step()
            self.second += 1
        return self

    def memory(self, evse_id: str = "a") -> EvseMemory:
        """What the engine remembers of a charger."""
        return self.state.evses[evse_id]

    def setpoint(self, evse_id: str = "a") -> Setpoint:
        """What the engine said last."""
        assert self.decision is not None
        return self.decision.setpoints[evse_id]

    def overload_s(self, limit_a: float, since: int = 0) -> int:
        """How long, at the longest, the mains have carried more than this without a break."""
        longest = now = 0
        for total_a in self.totals_a[since:]:
            now = now + 1 if total_a > limit_a + 1e-6 else 0
            longest = max(longest, now)
        return longest

    def read(self, at: datetime, reading: MeterReading) -> MeterReading:
        """Give what the meter says when this is true."""
        assert at == reading.at
        return reading

    def _step(self) -> None:
        second, root = self.second, self.site.circuits[0]
        for charger in self.chargers:
            charger.step(second)
        load_a = dict.fromkeys(root.phases, self.house_a(second))
        for charger in self.chargers:
            for phase, drawn_a in charger.drawn_a.items():
                load_a[phase] += drawn_a
        self.totals_a.append(max(load_a.values()))
        if second % self.meter_s == 0:
            self.reading = self.read(later(second), MeterReading(at=later(second), current_a=load_a))
        self.decision = step(
            self.site,
            SiteSnapshot(
                at=later(second),
                meters={} if self.reading is None else {"site": self.reading},
                evses={charger.evse.evse_id: charger.status for charger in self.chargers},
                modes=self.modes,
                wakeable=self.wakeable,
            ),
            self.state,
            {},
        )
        self.state = self.decision.next_state
        for charger in self.chargers:
            charger.take(second, self.decision.setpoints[charger.evse.evse_id])
            if charger.evse.evse_id in self.decision.calls:
                charger.car.call()
