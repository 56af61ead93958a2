"""A flat with cars and appliances that do as they are told, at once: for stories that are told second by second."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.decision import Decision
from custom_components.smart_charging.engine.model.evse import Evse, EvState
from custom_components.smart_charging.engine.model.goal import Goal
from custom_components.smart_charging.engine.model.load import LoadStatus, SheddableLoad
from custom_components.smart_charging.engine.model.policy import ControlPolicy
from custom_components.smart_charging.engine.model.reason import Reason
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState

from .builders import charger, later, mains, rating, reading, status


@dataclass
class Flat:
    """A flat behind a fuse of 40 A: cars that take at once what they are offered, and appliances that do as they are told.

    `takes_w` is what an appliance takes when it is on, if it is not its nominal power; those of `deaf` (and such
    chargers) stay as they are.
    """

    loads: Sequence[SheddableLoad] = ()
    evses: Sequence[Evse] = (charger(),)
    circuit: Circuit = field(default_factory=lambda: mains(rating(40)))
    house_a: float = 5.0
    policy: dict[str, object] = field(default_factory=dict[str, object])
    takes_w: dict[str, float] = field(default_factory=dict[str, float])
    metered: Sequence[str] = ()
    deaf: set[str] = field(default_factory=set[str])
    goals: dict[str, Goal] = field(default_factory=dict[str, Goal])
    unreachable: set[str] = field(default_factory=set[str])
    states: dict[str, EvState] = field(default_factory=dict[str, EvState])
    second: int = 0
    state: ControlState = field(default_factory=ControlState)
    on: dict[str, bool | None] = field(default_factory=dict[str, bool | None])
    offered_a: dict[str, float] = field(default_factory=dict[str, float])
    offered_at: dict[str, datetime] = field(default_factory=dict[str, datetime])
    history: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    """When which appliance was switched: ("-boiler" for off)."""
    off: set[str] = field(default_factory=set[str])
    decision: Decision | None = None

    def __post_init__(self) -> None:
        self.site = Site(
            circuits=(self.circuit,),
            evses=tuple(self.evses),
            loads=tuple(self.loads),
            policy=ControlPolicy(**self.policy),  # type: ignore[arg-type]
        )
        self.on = {load.load_id: self.on.get(load.load_id, True) for load in self.loads}
        self.offered_a = {evse.evse_id: 0.0 for evse in self.evses} | self.offered_a

    def live(self, seconds: int = 1) -> Decision:
        """Let so many seconds pass."""
        for _ in range(seconds):
            self.decision = self._step()
        assert self.decision is not None
        return self.decision

    def shed(self) -> set[str]:
        """Which are to be off now."""
        assert self.decision is not None
        return set(self.decision.shed_loads)

    def why(self, load_id: str = "boiler") -> Reason:
        """What is said of an appliance."""
        assert self.decision is not None
        return self.decision.load_reasons[load_id]

    @property
    def car_a(self) -> list[float]:
        """What the cars have, in the order of the chargers."""
        return [self.offered_a[evse.evse_id] for evse in self.evses]

    def _power_w(self, load: SheddableLoad) -> float:
        return self.takes_w.get(load.load_id, load.power_w or 0.0) if self.on[load.load_id] else 0.0

    def _step(self) -> Decision:
        now = later(self.second)
        self.second += 1
        drawn_a = {
            evse.evse_id: self.offered_a[evse.evse_id] if self._charges(evse.evse_id) else 0.0 for evse in self.evses
        }
        total_a = self.house_a + sum(drawn_a.values()) + sum(map(self._power_w, self.loads)) / 230
        snapshot = SiteSnapshot(
            at=now,
            meters={"site": reading(total_a, at=now)},
            evses={
                evse_id: status(
                    self.states.get(evse_id, EvState.C),
                    offered_a=self.offered_a[evse_id],
                    draws=[value],
                    measured_at=now,
                    offered_at=self.offered_at.get(evse_id, later(-3600)),
                )
                for evse_id, value in drawn_a.items()
            },
            loads={load.load_id: self._status(load) for load in self.loads},
            goals=self.goals,
        )
        decision = step(self.site, snapshot, self.state, {})
        self.state = decision.next_state
        self._obey(decision, now)
        return decision

    def _charges(self, evse_id: str) -> bool:
        return self.states.get(evse_id, EvState.C).power_flows

    def _status(self, load: SheddableLoad) -> LoadStatus:
        if load.load_id in self.unreachable:
            return LoadStatus(reachable=False)
        return LoadStatus(
            reachable=True,
            on=self.on[load.load_id],
            power_w=self._power_w(load) if load.load_id in self.metered else None,
        )

    def _obey(self, decision: Decision, now: datetime) -> None:
        for evse_id, setpoint in decision.setpoints.items():
            if setpoint.current_a not in {None, self.offered_a[evse_id]} and evse_id not in self.deaf:
                self.offered_a[evse_id], self.offered_at[evse_id] = setpoint.current_a, now
        for load_id in self.on:
            shed = load_id in decision.shed_loads
            if shed is not (load_id in self.off):
                self.history.append((self.second - 1, f"-{load_id}" if shed else load_id))
                (self.off.add if shed else self.off.remove)(load_id)
                self.on[load_id] = not shed if load_id not in self.deaf else self.on[load_id]
