"""The engine, unchanged, against the simulated home, on a clock of its own: a day takes seconds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.decision import Decision
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus, EvState
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.plan import Plan
from custom_components.smart_charging.engine.model.policy import ControlPolicy
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState
from demo.home import Home, HomeState
from demo.outlet import Outlet, Status
from demo.score import Score
from demo.supply import Supply
from demo.trace import HouseLoad

START = datetime(2026, 1, 15, 17, tzinfo=UTC)
WATCHDOG_S = 60
FAILSAFE_A = 6.0

STATES = {
    Status.AVAILABLE: EvState.A,
    Status.UNAVAILABLE: EvState.F,
    Status.PREPARING: EvState.B,
    Status.SUSPENDED_EV: EvState.B,
    Status.SUSPENDED_EVSE: EvState.B,
    Status.FINISHING: EvState.B,
    Status.CHARGING: EvState.C,
}


@dataclass
class Link:
    """What a station's driver knows of one outlet, and how it is commanded: as OCPP does it, with profiles that run out."""

    outlet: Outlet
    meter_values_s: int = 5
    reachable: bool = True
    reachable_since: datetime = START
    state: EvState | None = None
    state_at: datetime | None = None
    offered_a: float | None = None
    offered_at: datetime | None = None
    measured_at: datetime | None = None
    current_a: tuple[float, ...] | None = None
    commands: list[tuple[datetime, float]] = field(default_factory=list)
    renewed_at: datetime = START

    def __post_init__(self) -> None:
        """The failsafe that lives in the station."""
        self.outlet.profiles.install(1, profile(1, "TxDefaultProfile", FAILSAFE_A), transaction_id=None, running=False)

    def observe(self, now: datetime, second: int) -> None:
        """Hear what the station says, if it can be heard."""
        if not self.reachable:
            return
        state = STATES[self.outlet.status]
        if state is not self.state:
            self.state, self.state_at = state, now
        if second % self.meter_values_s == 0:
            self.measured_at, self.current_a = now, self.outlet.current_a

    def status(self) -> EvseStatus:
        """What the engine is told."""
        return EvseStatus(
            reachable=self.reachable,
            reachable_since=self.reachable_since,
            state=self.state,
            state_at=self.state_at,
            offered_a=self.offered_a,
            offered_at=self.offered_at,
            measured_at=self.measured_at,
            current_a=self.current_a,
        )

    def command(self, now: datetime, current_a: float | None) -> None:
        """Send what differs, and renew what runs out."""
        if current_a is None or not self.reachable or self.outlet.transaction is None:
            return
        if current_a == self.offered_a and (now - self.renewed_at).total_seconds() < WATCHDOG_S / 2:
            return
        if current_a != self.offered_a:
            self.commands.append((now, current_a))
            self.offered_a, self.offered_at = current_a, now
        self.renewed_at = now
        sent = profile(2, "TxProfile", current_a, start=now, duration_s=WATCHDOG_S)
        self.outlet.profiles.install(1, sent, transaction_id=None, running=True)


def profile(
    profile_id: int, purpose: str, limit_a: float, start: datetime | None = None, duration_s: int | None = None
) -> dict[str, object]:
    schedule: dict[str, object] = {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit_a}],
    }
    if start is not None:
        schedule |= {"startSchedule": start.isoformat(), "duration": duration_s}
    return {
        "chargingProfileId": profile_id,
        "stackLevel": 0,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
        "chargingSchedule": schedule,
    }


@dataclass
class Run:
    """What came of a simulation."""

    trips: int
    longest_overload_s: int
    share_of_possible: float | None
    energy_kwh: float
    commands: int
    states: list[HomeState]
    decisions: list[Decision]


def site_for(supply: Supply, evses: Sequence[Evse], policy: ControlPolicy | None = None) -> Site:
    phases = ALL_PHASES[: supply.phases]
    return Site(
        circuits=(
            Circuit(
                circuit_id="site",
                phases=phases,
                limits=(Limit(source=LimitSource.SUBSCRIBED, current_a=supply.limit_a),),
                metered=True,
            ),
        ),
        evses=tuple(evses),
        policy=policy or ControlPolicy(),
    )


def evse_for(outlet: Outlet, name: str = "garage", **changes: object) -> Evse:
    values: dict[str, object] = {
        "evse_id": name,
        "circuit_id": "site",
        "phases": ALL_PHASES[: outlet.phases],
        "step_a": 0.1,
        "failsafe_a": FAILSAFE_A,
        "watchdog_s": float(WATCHDOG_S),
    }
    return Evse(**(values | changes))  # type: ignore[arg-type]


def simulate(
    *,
    house: HouseLoad,
    supply: Supply,
    outlets: Sequence[Outlet],
    seconds: int,
    control: bool = True,
    policy: ControlPolicy | None = None,
    meter_values_s: int = 5,
    meter_speaks: Callable[[int], bool] = lambda _: True,
    steered: Callable[[int], bool] = lambda _: True,
    evses: Sequence[Evse] | None = None,
    look_ahead: Callable[[SiteSnapshot], tuple[SiteSnapshot, Mapping[str, Plan]]] = lambda snapshot: (snapshot, {}),
) -> Run:
    """Run a home second by second; `meter_speaks` and `steered` say in which seconds meter and engine are alive.

    `look_ahead` adds what is planned to a snapshot, and tells the plans.
    """
    home = Home(house=house, supply=supply, outlets=outlets)
    links = [Link(outlet, meter_values_s) for outlet in outlets] if control else []
    evses = evses or [evse_for(outlet, f"evse{number}") for number, outlet in enumerate(outlets)]
    site, state = site_for(supply, evses, policy), ControlState()
    score = Score(supply, car_phases=outlets[0].car_phases)
    reading: MeterReading | None = None
    run = Run(
        trips=0, longest_overload_s=0, share_of_possible=None, energy_kwh=0.0, commands=0, states=[], decisions=[]
    )
    for second in range(seconds):
        now = START + timedelta(seconds=second)
        home_state = home.step(now)
        car = outlets[0].car
        score.step(home_state, car.capability_a(32.0) if car else 0.0)
        run.states.append(home_state)
        if meter_speaks(second):
            reading = MeterReading(
                at=now, current_a=dict(zip((Phase.L1, Phase.L2, Phase.L3), home_state.total_a, strict=False))
            )
        if not control:
            continue
        for link in links:
            link.observe(now, second)
        if not steered(second):
            state = ControlState()
            continue
        snapshot = SiteSnapshot(
            at=now,
            meters={} if reading is None else {"site": reading},
            evses={evse.evse_id: link.status() for evse, link in zip(evses, links, strict=True)},
        )
        snapshot, plans = look_ahead(snapshot)
        decision = step(site, snapshot, state, plans)
        state = decision.next_state
        run.decisions.append(decision)
        for evse, link in zip(evses, links, strict=True):
            link.command(now, decision.setpoints[evse.evse_id].current_a)
    run.trips, run.share_of_possible = home.trips, score.share_of_possible
    run.longest_overload_s, run.energy_kwh = score.longest_overload_s, score.energy_kwh
    run.commands = sum(len(link.commands) for link in links)
    return run
