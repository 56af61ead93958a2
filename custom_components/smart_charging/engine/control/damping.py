"""Damping: reductions at once, increases only when there has been room for a while."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from ..model.evse import Evse
from ..model.quantities import round_down
from ..model.state import EvseMemory
from .allocate import NEARLY, Allocation
from .constraint import Constraint, Ledger
from .demand import Demand, lowest_a
from .view import EvseView

COMMAND_GRACE: Final = timedelta(seconds=15)
"""A rise that is not acknowledged after this long was not taken: drivers give up after 10 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What the two allocations say of one charger, and what it has now (`standing_a`, A per phase)."""

    view: EvseView
    demand: Demand
    standing_a: float
    drawing_a: float
    """What it may still be drawing, whatever it is told, A per phase."""
    hold: Allocation
    """At the most; less must be given up now."""
    rise: Allocation
    """What it may have, when it lasts."""


def standing_a(view: EvseView) -> float:
    """Tell what a charger has at the most by now, A per phase: its last setpoint, as far as it was acknowledged.

    At the first tick after a start nothing was commanded by us: what it acknowledged, else what it draws (a car that
    draws anything was offered its minimum at least), else (a car is charging and nothing is known) its failsafe
    current, which is the lowest thing that it may be at by itself.
    """
    status, memory = view.status, view.memory
    offered = None if status is None else status.offered_a
    if memory.setpoint_a is not None:
        in_flight = memory.rose_at is not None and view.now - memory.rose_at < COMMAND_GRACE
        if offered is None or in_flight:
            return memory.setpoint_a
        return min(memory.setpoint_a, offered)
    if offered is not None:
        return offered
    if status is not None and status.state is not None and not status.state.power_flows:
        return 0.0
    measured_a = max(view.measured_a.values(), default=None)
    if measured_a is None:
        return view.evse.failsafe_a
    return max(measured_a, lowest_a(view.evse)) if measured_a > 0 else measured_a


def damp(
    candidates: Sequence[Candidate], constraints: Sequence[Constraint], fixed: Mapping[str, float]
) -> dict[str, EvseMemory]:
    """Decide each charger's setpoint, and remember why. Gives the new memories by charger id; `setpoint_a` is set in all.

    Rises must fit the constraints beside what all the others may be drawing now, whatever the shares say: a share that
    another one has not given up yet is not there. `fixed` is what the chargers take that are not among the candidates.
    """
    memories: dict[str, EvseMemory] = {}
    ledger = Ledger(constraints, fixed)
    rising: list[Candidate] = []
    for item in candidates:
        memory = _hold_or_reduce(item)
        if not item.demand.is_fixed and worthwhile_a(item, memory, item.rise.current_a) is not None:
            rising.append(item)
        else:
            memory = replace(memory, rise_since=None)
        memories[item.demand.evse_id] = memory
        ledger.enter(item.demand.evse_id, max(item.drawing_a, memory.setpoint_a or 0.0))
    for item in sorted(rising, key=lambda item: (-item.demand.priority, item.standing_a, item.demand.evse_id)):
        evse_id = item.demand.evse_id
        room_a, _ = ledger.room(evse_id)
        memories[evse_id] = memory = _rise(item, memories[evse_id], min(item.rise.current_a, room_a))
        ledger.enter(evse_id, max(item.drawing_a, memory.setpoint_a or 0.0))
    return memories


def quantise(evse: Evse, current_a: float, minimum_a: float) -> float:
    """Bring a current onto the charger's step, downwards; below its lowest it is 0, or that where it cannot pause."""
    if current_a < 0:
        return -round_down(-current_a, evse.step_a)
    stepped = round_down(min(current_a, evse.maximum_a), evse.step_a)
    if stepped >= minimum_a - NEARLY:
        return stepped
    return 0.0 if evse.can_pause else minimum_a


def _hold_or_reduce(item: Candidate) -> EvseMemory:
    """Give up at once what cannot be held, or is not wanted; else keep what there is."""
    evse, memory, minimum_a = item.view.evse, item.view.memory, item.demand.minimum_a
    if item.demand.is_fixed:
        return replace(memory, setpoint_a=quantise(evse, item.hold.current_a, minimum_a), paused_at=None)
    setpoint = quantise(evse, min(item.standing_a, item.hold.current_a), minimum_a)
    lowered = setpoint < (memory.setpoint_a or 0.0)
    return replace(
        memory,
        setpoint_a=setpoint,
        rise_since=None if lowered else memory.rise_since,
        paused_at=item.view.now if setpoint == 0 < item.standing_a else memory.paused_at,
    )


def worthwhile_a(item: Candidate, memory: EvseMemory, room_a: float) -> float | None:
    """Give the setpoint that this room makes possible, or None where it is not worth a command."""
    evse, policy, minimum_a = item.view.evse, item.view.policy, item.demand.minimum_a
    setpoint = memory.setpoint_a or 0.0
    target = quantise(evse, min(room_a, item.demand.maximum_a), minimum_a)
    if target <= setpoint + NEARLY:
        return None
    if target >= quantise(evse, item.demand.maximum_a, minimum_a) - NEARLY:
        return target
    if setpoint < minimum_a:
        enough = memory.paused_at is None or room_a >= minimum_a + policy.resume_room_a - NEARLY
        return target if enough else None
    return target if target - setpoint >= policy.rise_step_a - NEARLY else None


def _rise(item: Candidate, memory: EvseMemory, room_a: float) -> EvseMemory:
    """Rise if there has been room for long enough, to the least room that there was; else go on waiting."""
    target = worthwhile_a(item, memory, room_a)
    if target is None:
        return replace(memory, rise_since=None)
    now = item.view.now
    least = target if memory.rise_since is None else min(memory.rise_to_a, target)
    waiting = replace(memory, rise_since=memory.rise_since or now, rise_to_a=least)
    if now < rise_at(item.view, waiting):
        return waiting
    return replace(waiting, setpoint_a=least, rise_since=None, rose_at=now, paused_at=None)


def rise_at(view: EvseView, memory: EvseMemory) -> datetime:
    """Tell when a charger that waits for a rise may be given more, if the room stays."""
    delay = view.policy.rise_delay_s if memory.paused_at is None else view.policy.resume_delay_s
    at = (memory.rise_since or view.now) + timedelta(seconds=delay)
    if memory.rose_at is not None:
        at = max(at, memory.rose_at + timedelta(seconds=view.evse.write_interval_s))
    return at
