"""One tick, as a recipe."""

from collections.abc import Mapping
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
from .allocate import allocate
from .damping import Candidate, damp, standing_a
from .demand import Demand, demand, note_untaken
from .draw import Draw, bound_draw, follow_target
from .explain import explain
from .failsafe import blind_circuit, fall_back
from .freshness import MeterView, view_meters
from .headroom import Capacity, constrain, measure_headroom
from .phases import active_phases
from .view import EvseView


def step(site: Site, snapshot: SiteSnapshot, state: ControlState, plans: Mapping[str, Plan]) -> Decision:
    """Decide every charger's setpoint, from one frozen look at the site.

    Pure: the same arguments give the same decision. Nothing here raises for bad readings; what is missing or absurd
    counts as unknown, and unknown leads to the failsafe current.
    """
    believed, meters = view_meters(site, snapshot, state)
    views = {evse.evse_id: _view(site, evse, snapshot, state) for evse in site.evses}
    demands = {
        evse_id: demand(view, snapshot.modes.get(evse_id, Mode.FAST), plans.get(evse_id))
        for evse_id, view in views.items()
    }
    apart = _decide_apart(site, meters, views, demands)
    draws = {
        evse_id: bound_draw(view, _read_at(site, view.evse, meters, snapshot.at)) for evse_id, view in views.items()
    }
    capacity = constrain(site, meters, draws, {evse_id: active_phases(view) for evse_id, view in views.items()})
    together = _decide_together(capacity, views, demands, draws, apart)
    decided = apart | together
    return Decision(
        at=snapshot.at,
        setpoints={evse_id: decided[evse_id].setpoint for evse_id in views},
        headroom=measure_headroom(site, meters),
        next_state=ControlState(meters=believed, evses={evse_id: decided[evse_id].memory for evse_id in views}),
    )


def _view(site: Site, evse: Evse, snapshot: SiteSnapshot, state: ControlState) -> EvseView:
    view = EvseView(
        evse=evse,
        status=snapshot.evses.get(evse.evse_id),
        memory=state.evses.get(evse.evse_id, EvseMemory()),
        now=snapshot.at,
        policy=site.policy,
    )
    view = replace(view, memory=follow_target(view))
    return replace(view, memory=note_untaken(view))


@dataclass(frozen=True, slots=True, kw_only=True)
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
    for evse_id, view in views.items():
        if view.reachable_status is None:
            decided[evse_id] = Decided(
                setpoint=Setpoint(evse_id=evse_id, current_a=None, reason=demands[evse_id].reason),
                memory=replace(view.memory, rise_since=None),
                reserved_a=demands[evse_id].maximum_a,
            )
        elif (blind := blind_circuit(site, view.evse, meters)) is not None:
            setpoint, memory = fall_back(view, demands[evse_id], meters[blind.circuit_id])
            decided[evse_id] = Decided(
                setpoint=setpoint, memory=memory, reserved_a=max(standing_a(view), setpoint.current_a or 0.0)
            )
    return decided


def _read_at(site: Site, evse: Evse, meters: Mapping[str, MeterView], now: datetime) -> datetime:
    """Tell when the meters above a charger were read, the oldest of them: its bounds hold for the later ones too."""
    readings = (meters[circuit.circuit_id].reading for circuit in site.path(evse.circuit_id) if circuit.metered)
    return min((reading.at for reading in readings if reading is not None), default=now)


def _decide_together(
    capacity: Capacity,
    views: Mapping[str, EvseView],
    demands: Mapping[str, Demand],
    draws: Mapping[str, Draw],
    apart: Mapping[str, Decided],
) -> dict[str, Decided]:
    """Decide for all the others: allocate for what may be held and for what may be had, damp, explain."""
    reserved = {evse_id: decided.reserved_a for evse_id, decided in apart.items()}
    wanted = [
        replace(item, maximum_a=reserved[evse_id], pinned=True) if evse_id in reserved else item
        for evse_id, item in demands.items()
    ]
    holds, rises = allocate(capacity.for_holds, wanted), allocate(capacity.for_rises, wanted)
    candidates = [
        Candidate(
            view=view,
            demand=demands[evse_id],
            standing_a=standing_a(view),
            drawing_a=max(0.0, *draws[evse_id].most_a.values()),
            hold=holds[evse_id],
            rise=rises[evse_id],
        )
        for evse_id, view in views.items()
        if evse_id not in apart
    ]
    damped = damp(candidates, capacity.for_rises, reserved)
    return {item.demand.evse_id: _decided(item, damped[item.demand.evse_id]) for item in candidates}


def _decided(item: Candidate, memory: EvseMemory) -> Decided:
    reason = explain(item, memory)
    setpoint = Setpoint(evse_id=item.demand.evse_id, current_a=memory.setpoint_a, reason=reason)
    if reason.code is ReasonCode.NO_CAR:
        # The next car starts afresh: it may have at once what the charger offers by itself, if that fits.
        memory = EvseMemory(
            target_a=memory.target_a, target_since=memory.target_since, past_targets=memory.past_targets
        )
    return Decided(setpoint=setpoint, memory=memory)
