"""One tick, as a recipe."""

import math
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..model.decision import Decision, Setpoint
from ..model.evse import Evse
from ..model.mode import Mode
from ..model.plan import Plan
from ..model.reason import ReasonCode
from ..model.site import Site
from ..model.snapshot import SiteSnapshot
from ..model.state import ControlState, EvseMemory
from .allocate import Allocation, allocate
from .base import bound_bases
from .constraint import Constraint, Ledger
from .damping import Candidate, claims, damp, next_rise, standing_a
from .demand import Demand, demand, note_untaken
from .draw import Draw, bound_draw, follow_target
from .expectation import note_shortfall
from .explain import explain
from .failsafe import blind_circuit, fall_back
from .freshness import MeterView, oldest_s, view_meters
from .headroom import Capacity, constrain, measure_headroom
from .obedience import impose, note_obedience, restrain
from .overload import Overload
from .phases import active_phases
from .shed import Look, Shedding, look_at_loads, reserve
from .solar import follow_sun, is_fast
from .starting import jumps, note_start
from .switching import after_car, mind_limits, tell
from .unrest import remember
from .urgency import laxity_s, note_arrival
from .view import EvseView
from .waking import note_appetite, wake


def step(site: Site, snapshot: SiteSnapshot, state: ControlState, plans: Mapping[str, Plan]) -> Decision:
    """Decide every charger's setpoint and which loads give way, from one frozen look at the site.

    Pure: the same arguments give the same decision. Nothing here raises for bad readings; what is missing or absurd
    counts as unknown, and unknown leads to the failsafe current.
    """
    site = site.limited(snapshot.limits)
    believed, meters = view_meters(site, snapshot, state)
    views = {evse.evse_id: _view(site, evse, snapshot, state) for evse in site.evses}
    jumped = jumps(site, believed, state.meters)
    for view in views.values():
        view.memory = note_start(view, jumped.get(view.evse.circuit_id))
    overload = Overload(site=site, meters=meters, views=views)
    for view in views.values():
        view.memory = note_obedience(view, overload.concerns)
    demands = {evse_id: _demand(view, site, snapshot, plans) for evse_id, view in views.items()}
    read_at = {circuit.circuit_id: _read_at(site, circuit.circuit_id, meters, snapshot.at) for circuit in site.circuits}
    draws = {evse_id: bound_draw(view, read_at[view.evse.circuit_id]) for evse_id, view in views.items()}
    sun = follow_sun(site, snapshot, meters, state, views=views, draws=draws, demands=demands)
    apart = _decide_apart(site, meters, views, demands)
    _wake(views, demands, apart, snapshot)
    phases = {evse_id: active_phases(view) for evse_id, view in views.items()}
    bases = bound_bases(site, meters, draws, snapshot.loads)
    circuits = remember(site, meters, bases, state, snapshot.at)
    capacity = constrain(site, bases, draws, phases, circuits)
    mind_limits(site, capacity, views, {name for name, item in demands.items() if is_fast(item)})
    looks = look_at_loads(site, capacity, snapshot, state.loads, read_at)
    together = _Together(
        site=site,
        now=snapshot.at,
        capacity=sun.beside(reserve(capacity, looks, site.voltage_v), site, views),
        views=views,
        demands=demands,
        draws=draws,
        apart=apart,
    ).decide(state.started_at)
    shed = Shedding(
        capacity=capacity,
        policy=site.policy,
        voltage_v=site.voltage_v,
        now=snapshot.at,
        demands=together.wanted,
        wished_a=together.wished_a(looks),
        drawing_a=together.drawing_a,
    ).decide(looks, together.started_at)
    memories = {evse_id: together.decided[evse_id].memory for evse_id in views}
    return Decision(
        at=snapshot.at,
        setpoints={
            evse_id: tell(impose(together.decided[evse_id].setpoint, memory, snapshot.at), memory.phases)
            for evse_id, memory in memories.items()
        },
        headroom=measure_headroom(site, meters, circuits),
        next_state=ControlState(
            meters=believed,
            stills={circuit_id: meter.still for circuit_id, meter in meters.items() if meter.still is not None},
            evses=memories,
            circuits=circuits,
            loads=shed.memories,
            at=snapshot.at,
            started_at=shed.started_at,
            surplus_w=sun.average_w,
        ),
        shed_loads=frozenset(load_id for load_id, memory in shed.memories.items() if memory.shed),
        load_reasons=shed.reasons,
        next_at=next_rise(views, memories),
    )


def _view(site: Site, evse: Evse, snapshot: SiteSnapshot, state: ControlState) -> EvseView:
    view = EvseView(
        evse=evse,
        status=snapshot.evses.get(evse.evse_id),
        memory=state.evses.get(evse.evse_id) or _FRESH,
        now=snapshot.at,
        policy=site.policy,
    )
    view.memory = follow_target(view, oldest_s(site, evse.circuit_id))
    view.memory = note_untaken(view)
    view.memory = note_shortfall(view)
    view.memory = note_appetite(view)
    view.memory = note_arrival(view)
    return view


_FRESH = EvseMemory()


def _demand(view: EvseView, site: Site, snapshot: SiteSnapshot, plans: Mapping[str, Plan]) -> Demand:
    evse_id, memory = view.evse.evse_id, view.memory
    wanted = demand(view, snapshot.modes.get(evse_id, Mode.FAST), plans.get(evse_id))
    goal = snapshot.goals.get(evse_id)
    if goal is not None:
        wanted.laxity_s = laxity_s(goal, wanted.maximum_a, len(view.evse.phases), site, snapshot.at)
    wanted.arrived_at, wanted.served_since = memory.arrived_at, memory.served_since
    wanted.waiting_since = memory.waiting_since
    return restrain(view, wanted)


def _wake(
    views: Mapping[str, EvseView], demands: dict[str, Demand], apart: Container[str], snapshot: SiteSnapshot
) -> None:
    """Wake the cars that sleep, where the offer that is taken away for that can be given again."""
    for evse_id, view in views.items():
        if evse_id not in apart:
            wish = snapshot.overrides.get(evse_id)
            demands[evse_id] = wake(view, demands[evse_id], None if wish is None else wish.since)


@dataclass(slots=True, kw_only=True, eq=False)
class Decided:
    """What was decided for one charger."""

    setpoint: Setpoint
    memory: EvseMemory
    reserved_a: float = 0.0
    """What it may be taking meanwhile, A per phase, for the others to reckon with."""


def _decide_apart(
    site: Site, meters: Mapping[str, MeterView], views: Mapping[str, EvseView], demands: Mapping[str, Demand]
) -> dict[str, Decided]:
    """Decide for the chargers that cannot be told anything, and for those below a silent meter."""
    decided: dict[str, Decided] = {}
    blinds = {circuit.circuit_id: blind_circuit(site, circuit.circuit_id, meters) for circuit in site.circuits}
    for evse_id, view in views.items():
        if view.reachable_status is None:
            decided[evse_id] = Decided(
                setpoint=Setpoint(evse_id=evse_id, current_a=None, reason=demands[evse_id].reason),
                memory=replace(view.memory, rise_since=None),
                reserved_a=demands[evse_id].maximum_a,
            )
        elif (blind := blinds[view.evse.circuit_id]) is not None:
            setpoint, memory = fall_back(view, demands[evse_id], meters[blind.circuit_id])
            decided[evse_id] = Decided(
                setpoint=setpoint, memory=memory, reserved_a=max(standing_a(view), setpoint.current_a or 0.0)
            )
    return decided


def _read_at(site: Site, circuit_id: str, meters: Mapping[str, MeterView], now: datetime) -> datetime:
    """Tell when the meters above a circuit were read, the oldest of them: its bounds hold for the later ones too."""
    readings = (meters[circuit.circuit_id].reading for circuit in site.path(circuit_id) if circuit.metered)
    return min((reading.at for reading in readings if reading is not None), default=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What was decided for all chargers, and what the loads are to reckon with."""

    decided: Mapping[str, Decided]
    wanted: Mapping[str, Demand]
    drawing_a: Mapping[str, float]
    started_at: datetime | None
    wished_a: Callable[[Sequence[Look]], Mapping[str, float]]
    """What the chargers would take if the limits did not exist under which these loads count, A per phase, by their id."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Together:
    """Decides for all chargers together: allocate for what may be held and for what may be had, damp, explain."""

    site: Site
    now: datetime
    capacity: Capacity
    views: Mapping[str, EvseView]
    demands: Mapping[str, Demand]
    draws: Mapping[str, Draw]
    apart: Mapping[str, Decided]

    def decide(self, started_at: datetime | None) -> _Outcome:
        wanted = {
            evse_id: replace(item, maximum_a=self.apart[evse_id].reserved_a, pinned=True)
            if evse_id in self.apart
            else item
            for evse_id, item in self.demands.items()
        }
        rises = self._allocate(self.capacity.for_rises, wanted)
        # A charger that may not start yet keeps nobody waiting: the others go on as if it were not there.
        idle = [evse_id for evse_id, view in self.views.items() if not wanted[evse_id].is_fixed and not claims(view)]
        holding = wanted
        if idle:
            holding = wanted | {evse_id: replace(wanted[evse_id], maximum_a=0.0) for evse_id in idle}
            rises = self._allocate(self.capacity.for_rises, holding) | {evse_id: rises[evse_id] for evse_id in idle}
        holds = self._allocate(self.capacity.for_holds, holding)
        for evse_id in holds.keys() - idle:
            # What could not be held is not given: it would be taken back in the next tick.
            if holds[evse_id].current_a < rises[evse_id].current_a:
                rises[evse_id] = holds[evse_id]
        drawing_a = {evse_id: max(0.0, *draw.most_a.values()) for evse_id, draw in self.draws.items()}
        candidates = [
            Candidate(
                view=view,
                demand=self.demands[evse_id],
                standing_a=standing_a(view),
                drawing_a=drawing_a[evse_id],
                hold=holds[evse_id],
                rise=rises[evse_id],
            )
            for evse_id, view in self.views.items()
            if evse_id not in self.apart
        ]
        reserved = {evse_id: decided.reserved_a for evse_id, decided in self.apart.items()}
        ledger = Ledger(self.capacity.for_rises, reserved, self.capacity.bounds)
        damped = damp(candidates, ledger, started_at)
        together = {item.demand.evse_id: _decided(item, damped.memories[item.demand.evse_id]) for item in candidates}
        return _Outcome(
            decided={**self.apart, **together},
            wanted=wanted,
            wished_a=lambda looks: self._wished_a(looks, wanted),
            drawing_a=drawing_a | reserved,
            started_at=damped.started_at,
        )

    def _wished_a(self, looks: Sequence[Look], wanted: Mapping[str, Demand]) -> dict[str, float]:
        if not looks:
            return {}
        counted = {index for look in looks for index in look.rows}
        boundless = tuple(
            replace(item, capacity=math.inf) if index in counted else item
            for index, item in enumerate(self.capacity.for_rises)
        )
        given = self._allocate(boundless, wanted)
        return {evse_id: min(item.current_a, wanted[evse_id].taken_a) for evse_id, item in given.items()}

    def _allocate(self, constraints: tuple[Constraint, ...], wanted: Mapping[str, Demand]) -> dict[str, Allocation]:
        policy = self.site.policy
        return allocate(
            constraints,
            wanted.values(),
            policy.strategy,
            now=self.now,
            turn_s=policy.turn_s,
            bounds=self.capacity.bounds,
        )


def _decided(item: Candidate, memory: EvseMemory) -> Decided:
    reason = explain(item, memory)
    setpoint = Setpoint(evse_id=item.demand.evse_id, current_a=memory.setpoint_a, reason=reason)
    if reason.code is ReasonCode.NO_CAR:
        # The next car starts afresh: it may have at once what the charger offers by itself, if that fits.
        memory = EvseMemory(
            target_a=memory.target_a,
            target_since=memory.target_since,
            past_targets=memory.past_targets,
            phases=after_car(memory.phases),
        )
    return Decided(setpoint=setpoint, memory=memory)
