"""One tick, as a recipe."""

from collections.abc import Container, Mapping
from datetime import datetime

from ..model.decision import Decision
from ..model.evse import Evse
from ..model.mode import Mode
from ..model.plan import Plan
from ..model.reason import ReasonCode
from ..model.site import Site
from ..model.snapshot import SiteSnapshot
from ..model.state import ControlState, EvseMemory
from .apart import decide_apart
from .base import bound_bases
from .calling import is_called
from .ceiling import cap
from .damping import next_rise
from .demand import Demand, demand, note_untaken
from .draw import bound_draw, follow_target
from .expectation import note_shortfall
from .freshness import MeterView, oldest_s, view_meters
from .headroom import constrain, measure_headroom
from .obedience import impose, is_helpless, note_obedience, restrain
from .overload import Overload
from .peak_guard import guard_peak, who_gives_way
from .phases import active_phases, note_phases
from .shed import Shedding, look_at_loads, reserve
from .solar import follow_sun, is_fast
from .starting import as_started, jumps, note_start
from .switching import mind_limits, tell
from .together import Together
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
    apart = decide_apart(site, meters, views, demands)
    _wake(views, demands, apart, snapshot)
    demands |= {evse_id: cap(views[evse_id], wanted) for evse_id, wanted in demands.items()}
    phases = {evse_id: active_phases(view) for evse_id, view in views.items()}
    bases = bound_bases(site, meters, draws, snapshot.loads)
    started = as_started(views, draws)
    with_starts = bound_bases(site, meters, started, snapshot.loads) if started else bases
    circuits = remember(site, meters, with_starts, state, snapshot.at)
    capacity = constrain(site, bases, draws, phases, circuits)
    fast = {name for name, item in demands.items() if is_fast(item)}
    mind_limits(site, capacity, views, fast - snapshot.keep_phases)
    listening = {evse_id: view for evse_id, view in views.items() if evse_id not in apart}
    guard = guard_peak(
        site,
        snapshot,
        state,
        giving_way=who_gives_way(site, snapshot, plans, listening, demands),
        views=views,
        draws=draws,
        bases=bases,
    )
    looks = look_at_loads(site, capacity, snapshot, state.loads, read_at)
    together = Together(
        site=site,
        now=snapshot.at,
        capacity=guard.beside(sun.beside(reserve(capacity, looks, site.voltage_v), site, views)),
        views=views,
        demands=demands,
        draws=draws,
        apart=apart,
        if_started=guard.beside(constrain(site, with_starts, started, phases, circuits)) if started else None,
        wishes=guard.wishes,
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
            house_w=guard.house_w,
        ),
        shed_loads=frozenset(load_id for load_id, memory in shed.memories.items() if memory.shed),
        load_reasons=shed.reasons,
        helpless=frozenset(
            evse_id for evse_id, view in views.items() if is_helpless(view.evse, memories[evse_id], snapshot.at)
        ),
        calls=frozenset(evse_id for evse_id, memory in memories.items() if is_called(state.evses.get(evse_id), memory)),
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
    view.memory = note_phases(view)
    view.memory = note_untaken(view)
    view.memory = note_shortfall(view)
    view.memory = note_appetite(view)
    view.memory = note_arrival(view)
    return view


_FRESH = EvseMemory()


def _demand(view: EvseView, site: Site, snapshot: SiteSnapshot, plans: Mapping[str, Plan]) -> Demand:
    evse_id, memory = view.evse.evse_id, view.memory
    wanted = demand(view, snapshot.modes.get(evse_id, Mode.FAST), plans.get(evse_id), snapshot.off_peak)
    goal = snapshot.goals.get(evse_id)
    if goal is not None and wanted.reason.code is not ReasonCode.NOT_TAKING:
        # A car that takes nothing is in no hurry, whatever it was to have: it may have a limit of its own.
        wanted.laxity_s = laxity_s(goal, wanted.maximum_a, len(view.evse.phases), site, snapshot.at)
    wanted.arrived_at, wanted.served_since = memory.arrived_at, memory.served_since
    wanted.waiting_since = memory.waiting_since
    return cap(view, restrain(view, wanted))


def _wake(
    views: Mapping[str, EvseView], demands: dict[str, Demand], apart: Container[str], snapshot: SiteSnapshot
) -> None:
    """Wake the cars that sleep, where the offer that is taken away for that can be given again."""
    for evse_id, view in views.items():
        if evse_id not in apart:
            wish = snapshot.overrides.get(evse_id)
            asked_at, wakeable = None if wish is None else wish.since, evse_id in snapshot.wakeable
            demands[evse_id] = wake(view, demands[evse_id], asked_at, wakeable=wakeable)


def _read_at(site: Site, circuit_id: str, meters: Mapping[str, MeterView], now: datetime) -> datetime:
    """Tell when the meters above a circuit were read, the oldest of them: its bounds hold for the later ones too."""
    readings = (meters[circuit.circuit_id].reading for circuit in site.path(circuit_id) if circuit.metered)
    return min((reading.at for reading in readings if reading is not None), default=now)
