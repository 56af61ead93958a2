"""Random sites and random moments for hypothesis: from the orderly to the absurd."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import strategies as st

from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.decision import Decision
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus, EvState
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.load import LoadStatus, SheddableLoad
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.policy import ControlPolicy
from custom_components.smart_charging.engine.model.protection import Protection, ProtectionKind
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState
from custom_components.smart_charging.engine.model.strategy import Strategy

from .builders import NOW

_LIMITS = st.floats(6, 100)


@st.composite
def sites(draw: st.DrawFn, *, can_pause: bool = True) -> Site:
    """A tree of one to four circuits, one or three phases, up to five chargers and three appliances wired at random.

    Any strategy, any protection; some circuits have a meter of their own, some may not be unbalanced.
    """
    phases = draw(st.sampled_from([ALL_PHASES[:1], ALL_PHASES]))
    circuits = [draw(_circuit("site", phases))]
    for number in range(draw(st.integers(0, 3))):
        parent = draw(st.sampled_from(circuits))
        circuits.append(draw(_circuit(f"c{number}", phases, parent.circuit_id)))
    evses = [
        draw(_evse(f"e{number}", circuits, phases, can_pause=can_pause)) for number in range(draw(st.integers(1, 5)))
    ]
    return Site(
        circuits=tuple(circuits),
        evses=tuple(evses),
        loads=tuple(draw(_load(f"l{number}", circuits, phases)) for number in range(draw(st.integers(0, 3)))),
        policy=ControlPolicy(
            margin_a=draw(st.sampled_from([0.0, 0.5])),
            strategy=draw(st.sampled_from(Strategy)),
            turn_s=draw(st.sampled_from([120.0, 1800.0])),
        ),
    )


@st.composite
def _circuit(draw: st.DrawFn, name: str, phases: tuple[Phase, ...], parent_id: str | None = None) -> Circuit:
    period_s = draw(st.sampled_from([1.0, 1.0, 2.0, 10.0]))
    return Circuit(
        circuit_id=name,
        phases=phases,
        limits=draw(_limits()),
        parent_id=parent_id,
        metered=parent_id is None or draw(st.booleans()),
        meter_period_s=period_s,
        stale_after_s=None if period_s < 10 else 35.0,
        protection=draw(st.one_of(st.none(), st.sampled_from(ProtectionKind).map(lambda kind: Protection(kind=kind)))),
        unbalance_a=draw(st.sampled_from([None, None, 20.0])),
    )


@st.composite
def _limits(draw: st.DrawFn) -> tuple[Limit, ...]:
    """One to three: per phase, in total, or for the chargers alone."""
    per_phase = [Limit(source=LimitSource.RATING, current_a=draw(_LIMITS)) for _ in range(draw(st.integers(0, 2)))]
    in_total = [
        Limit(source=LimitSource.OPERATOR, power_w=draw(_LIMITS) * 230, chargers_only=draw(st.booleans()))
        for _ in range(draw(st.integers(0, 1)))
    ]
    return (*per_phase, *in_total) or (Limit(source=LimitSource.RATING, current_a=draw(_LIMITS)),)


@st.composite
def _evse(
    draw: st.DrawFn, name: str, circuits: Sequence[Circuit], phases: tuple[Phase, ...], *, can_pause: bool
) -> Evse:
    wiring = draw(st.permutations(phases))[: draw(st.sampled_from([1, len(phases)]))]
    minimum = draw(st.sampled_from([6.0, 6.5, 8.0]))
    return Evse(
        evse_id=name,
        circuit_id=draw(st.sampled_from(circuits)).circuit_id,
        phases=tuple(wiring),
        minimum_a=minimum,
        maximum_a=draw(st.sampled_from([16.0, 20.0, 32.0])),
        failsafe_a=draw(st.sampled_from([0.0, 8.0])),
        step_a=draw(st.sampled_from([0.1, 0.5, 1.0])),
        priority=draw(st.integers(0, 2)),
        can_pause=can_pause,
        watchdog_s=draw(st.sampled_from([None, 120.0])),
    )


@st.composite
def _load(draw: st.DrawFn, name: str, circuits: Sequence[Circuit], phases: tuple[Phase, ...]) -> SheddableLoad:
    return SheddableLoad(
        load_id=name,
        circuit_id=draw(st.sampled_from(circuits)).circuit_id,
        phases=tuple(draw(st.permutations(phases))[: draw(st.sampled_from([1, len(phases)]))]),
        power_w=draw(st.sampled_from([460.0, 2300.0, 6900.0])),
        priority=draw(st.integers(0, 2)),
        minimum_on_s=draw(st.sampled_from([0.0, 60.0])),
        minimum_off_s=draw(st.sampled_from([0.0, 60.0])),
        maximum_off_s=draw(st.sampled_from([None, 90.0])),
    )


ANY_NUMBER = st.one_of(
    st.floats(-150, 150), st.sampled_from([math.nan, math.inf, -math.inf, 1e9, -1e9, 0.0]), st.floats(-1e6, 1e6)
)


def _moments(now: datetime) -> st.SearchStrategy[datetime]:
    return st.integers(-4000, 10).map(lambda seconds: now + timedelta(seconds=seconds))


@st.composite
def any_status(draw: st.DrawFn, evse: Evse, now: datetime) -> EvseStatus | None:
    """A status as a charger in any condition may give it, sense or not."""
    if draw(st.integers(0, 9)) == 0:
        return None
    maybe_moment = st.one_of(st.none(), _moments(now))
    return EvseStatus(
        reachable=draw(st.integers(0, 5)) > 0,
        reachable_since=draw(maybe_moment),
        state=draw(st.one_of(st.none(), st.sampled_from(EvState))),
        state_at=draw(maybe_moment),
        offered_a=draw(st.one_of(st.none(), st.sampled_from([0.0, 6.0, 16.0, evse.maximum_a]))),
        offered_at=draw(maybe_moment),
        measured_at=draw(maybe_moment),
        current_a=draw(st.one_of(st.none(), st.tuples(*[st.floats(-40, 40)] * draw(st.integers(0, 3))))),
    )


@st.composite
def any_snapshot(draw: st.DrawFn, site: Site, now: datetime) -> SiteSnapshot:
    """A snapshot as a bad day may give it."""
    meters: dict[str, MeterReading] = {}
    for circuit in site.circuits:
        if circuit.metered and draw(st.integers(0, 4)):
            values = draw(st.dictionaries(st.sampled_from(ALL_PHASES), ANY_NUMBER))
            power_w = draw(st.one_of(st.none(), ANY_NUMBER))
            meters[circuit.circuit_id] = MeterReading(at=draw(_moments(now)), current_a=values, power_w=power_w)
    return SiteSnapshot(
        at=now,
        meters=meters,
        evses={evse.evse_id: status for evse in site.evses if (status := draw(any_status(evse, now))) is not None},
        modes={evse.evse_id: draw(st.sampled_from(Mode)) for evse in site.evses},
        loads={load.load_id: draw(_any_load()) for load in site.loads if draw(st.integers(0, 4))},
        wakeable=draw(st.frozensets(st.sampled_from([evse.evse_id for evse in site.evses]))),
    )


@st.composite
def _any_load(draw: st.DrawFn) -> LoadStatus:
    return LoadStatus(
        reachable=draw(st.integers(0, 5)) > 0,
        on=draw(st.sampled_from([True, True, False, None])),
        power_w=draw(st.one_of(st.none(), st.floats(0, 8000))),
        shed=draw(st.booleans()),
    )


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A site where all is well: every charger measured just now, and every car takes what it is offered at once."""

    site: Site
    states: Mapping[str, EvState]
    modes: Mapping[str, Mode]

    def snapshot(
        self, now: datetime, base_a: Mapping[Phase, float], offered: Mapping[str, float], since: datetime
    ) -> SiteSnapshot:
        """What the site looks like with this base load, and these offers in force since then."""
        drawn = {
            evse.evse_id: offered[evse.evse_id] if self.states[evse.evse_id].power_flows else 0.0
            for evse in self.site.evses
        }
        meters = {
            circuit.circuit_id: self._reading(circuit, now, base_a, drawn)
            for circuit in self.site.circuits
            if circuit.metered
        }
        return SiteSnapshot(
            at=now,
            meters=meters,
            evses={
                evse.evse_id: EvseStatus(
                    reachable=True,
                    reachable_since=NOW,
                    state=self.states[evse.evse_id],
                    state_at=NOW,
                    offered_a=offered[evse.evse_id],
                    offered_at=since,
                    measured_at=now,
                    current_a=(drawn[evse.evse_id],) * len(evse.phases),
                )
                for evse in self.site.evses
            },
            modes=self.modes,
        )

    def _reading(
        self, circuit: Circuit, now: datetime, base_a: Mapping[Phase, float], drawn: Mapping[str, float]
    ) -> MeterReading:
        """All of the house is on the mains."""
        below = self.site.evses_below(circuit.circuit_id)
        return MeterReading(
            at=now,
            current_a={
                phase: (base_a[phase] if circuit.parent_id is None else 0.0)
                + math.fsum(drawn[evse.evse_id] for evse in below if phase in evse.phases)
                for phase in circuit.phases
            },
        )

    def live(
        self,
        base_a: Mapping[Phase, float],
        offered: dict[str, float],
        state: ControlState,
        start: datetime,
        seconds: int,
    ) -> tuple[Decision, dict[str, float], ControlState]:
        """Let it run with a constant base load, second by second; every command is acknowledged within its tick."""
        since, offers = start, dict(offered)
        decision = step(self.site, self.snapshot(start, base_a, offers, since), state, {})
        for second in range(seconds):
            now = start + timedelta(seconds=second)
            decision = step(self.site, self.snapshot(now, base_a, offers, since), state, {})
            state = decision.next_state
            commanded = {
                evse_id: offers[evse_id] if setpoint.current_a is None else setpoint.current_a
                for evse_id, setpoint in decision.setpoints.items()
            }
            if commanded != offers:
                offers, since = commanded, now
        return decision, offers, state


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    site = draw(sites())
    return Scene(
        site=site,
        states={
            evse.evse_id: draw(st.sampled_from([EvState.A, EvState.B, EvState.C, EvState.C])) for evse in site.evses
        },
        modes={evse.evse_id: draw(st.sampled_from([Mode.FAST, Mode.FAST, Mode.OFF])) for evse in site.evses},
    )


def shuffled(site: Site, order: Sequence[int]) -> Site:
    """The same site with its chargers and appliances listed in another order."""
    return replace(site, evses=tuple(site.evses[index] for index in order), loads=site.loads[::-1])
