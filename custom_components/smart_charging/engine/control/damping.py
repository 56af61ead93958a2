"""Damping: reductions at once, increases only when there has been room for a while."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..model.evse import Evse
from ..model.quantities import round_down
from ..model.state import EvseMemory
from .allocate import Allocation
from .constraint import NEARLY, Ledger
from .demand import Demand, lowest_a
from .view import EvseView, updated

COMMAND_GRACE: Final = timedelta(seconds=15)
"""A rise that is not acknowledged after this long was not taken: drivers give up after 10 s."""
LIKELY_A: Final = 1.0
LIKELY_SHARE: Final = 0.1
"""A draw that is known this well (with `LIKELY_A`) is taken at its lower end when something has to be given up."""
MOST_REGRETS: Final = 5
"""A rise waits at the most 2 to this power times as long as usual."""


@dataclass(slots=True, kw_only=True, eq=False)
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
    firm_a: float = 0.0
    """What it could have beside the minimums of the others, A per phase: they give up the rest before it is paused again.
    Looked at only for one that is paused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Damped:
    """The new memories by charger id (`setpoint_a` is set in all), and when a charger was last started."""

    memories: Mapping[str, EvseMemory]
    started_at: datetime | None


def standing_a(view: EvseView) -> float:
    """Tell what a charger has at the most by now, A per phase: its last setpoint, as far as it was acknowledged.

    At the first tick after a start nothing was commanded by us: what it acknowledged, else what it draws (a car that
    draws anything was offered its minimum at least), else (a car is charging and nothing is known) its failsafe
    current, which is the lowest thing that it may be at by itself.
    """
    status, memory = view.status, view.memory
    offered = None if status is None else status.offered_a
    if memory.setpoint_a is not None:
        if offered is None or offered >= memory.setpoint_a:
            return memory.setpoint_a
        in_flight = memory.rose_at is not None and view.now - memory.rose_at < COMMAND_GRACE
        return memory.setpoint_a if in_flight else offered
    if offered is not None:
        return offered
    if status is not None and status.state is not None and not status.state.power_flows:
        return 0.0
    measured_a = max(view.measured_a.values(), default=None)
    if measured_a is None:
        return view.evse.failsafe_a
    return max(measured_a, lowest_a(view.evse)) if measured_a > 0 else measured_a


def claims(view: EvseView) -> bool:
    """Tell whether a charger that has nothing yet may start so soon that the others have to make room for it now."""
    memory = view.memory
    if memory.setpoint_a is None or memory.setpoint_a > 0 or memory.paused_at is None:
        return True
    if memory.rise_since is None:
        return False
    return rise_at(view, memory) - view.now <= timedelta(seconds=view.policy.rise_delay_s)


def damp(candidates: Sequence[Candidate], ledger: Ledger, started_at: datetime | None) -> Damped:
    """Decide each charger's setpoint, and remember why.

    Rises must fit beside what all the others may be drawing now, whatever the shares say: a share that another one has
    not given up yet is not there. `ledger` holds what the chargers take that are not among the candidates.
    """
    memories: dict[str, EvseMemory] = {}
    taking: dict[str, float] = {}
    rising: list[Candidate] = []
    for item in candidates:
        memory = _hold_or_reduce(item)
        if not item.demand.is_fixed and _awaited_a(item, memory) is not None:
            rising.append(item)
        elif memory.rise_since is not None:
            memory = updated(memory, rise_since=None)
        evse_id = item.demand.evse_id
        memories[evse_id] = memory
        setpoint = memory.setpoint_a or 0.0
        taking[evse_id] = max(item.drawing_a, setpoint)
    ledger.enter_all(taking)
    rising.sort(key=lambda item: (-item.demand.priority, item.standing_a, item.demand.evse_id))
    for item in rising:
        evse_id = item.demand.evse_id
        memory = _wait(item, memories[evse_id])
        if item.view.now >= rise_at(item.view, memory):
            room_a, _ = ledger.room(evse_id)
            memory, started_at = _rise(item, memory, room_a, started_at)
        memories[evse_id] = memory
        ledger.enter(evse_id, max(item.drawing_a, memory.setpoint_a or 0.0))
    for item in candidates:
        evse_id = item.demand.evse_id
        memories[evse_id] = _note_turn(item, memories[evse_id])
    return Damped(memories=memories, started_at=started_at)


def quantise(evse: Evse, current_a: float, minimum_a: float) -> float:
    """Bring a current onto the charger's step, downwards; below its lowest it is 0, or that where it cannot pause."""
    if current_a < 0:
        return -round_down(-current_a, evse.step_a)
    stepped = round_down(min(current_a, evse.maximum_a), evse.step_a)
    if stepped >= minimum_a - NEARLY:
        return stepped
    return 0.0 if evse.can_pause else minimum_a


def worthwhile_a(item: Candidate, memory: EvseMemory, room_a: float) -> float | None:
    """Give the setpoint that this room makes possible, or None where it is not worth a command."""
    evse, policy, minimum_a = item.view.evse, item.view.policy, item.demand.minimum_a
    setpoint = memory.setpoint_a or 0.0
    if room_a <= setpoint + NEARLY:
        return None
    target = quantise(evse, min(room_a, item.demand.maximum_a), minimum_a)
    if target <= setpoint + NEARLY:
        return None
    if target - setpoint >= policy.rise_step_a - NEARLY and setpoint >= minimum_a:
        return target
    if target >= quantise(evse, item.demand.maximum_a, minimum_a) - NEARLY:
        return target
    if setpoint < minimum_a:
        # Once it waits, it is not put off by so little again.
        waits = memory.paused_at is None or memory.rise_since is not None
        enough_a = minimum_a + policy.resume_room_a - NEARLY
        return target if waits or max(room_a, item.firm_a) >= enough_a else None
    return None


def _awaited_a(item: Candidate, memory: EvseMemory) -> float | None:
    """Give the setpoint that a rise would lead to, if the room lasts; None where there is nothing to wait for.

    One that is about to start, and for which the others have begun to make room, is judged by what it may hold: until
    they have followed their lower offers, less than that is certain.
    """
    target = worthwhile_a(item, memory, item.rise.current_a)
    if target is None and memory.rise_since is not None and not memory.setpoint_a:
        return worthwhile_a(item, memory, item.hold.current_a)
    return target


def rise_at(view: EvseView, memory: EvseMemory) -> datetime:
    """Tell when a charger that waits for a rise may be given more, if the room stays.

    The more there is to gain, the shorter the wait: what is lost by waiting is the product of the two. A rise that had
    to be taken back at once makes the next one wait longer, so that an appliance that pulses is not run after.
    """
    policy = view.policy
    setpoint = memory.setpoint_a or 0.0
    if memory.paused_at is not None:
        delay_s = policy.resume_delay_s
    elif setpoint <= 0:
        delay_s = policy.rise_delay_s
    else:
        more_a = max(memory.rise_to_a - setpoint, NEARLY)
        delay_s = min(policy.rise_delay_s, max(policy.rise_least_s, policy.rise_worth_as / more_a))
    at = (memory.rise_since or view.now) + timedelta(seconds=delay_s * 2 ** _regrets(view, memory))
    if memory.rose_at is not None and view.evse.write_interval_s:
        at = max(at, memory.rose_at + timedelta(seconds=view.evse.write_interval_s))
    return at


def _regrets(view: EvseView, memory: EvseMemory) -> int:
    """Tell how many regrets are left: one fades after another."""
    if not memory.regrets or memory.regretted_at is None:
        return 0
    faded = int((view.now - memory.regretted_at).total_seconds() // view.policy.regret_fades_s)
    return max(0, memory.regrets - faded)


def _hold_or_reduce(item: Candidate) -> EvseMemory:
    """Give up at once what cannot be held, or is not wanted; else keep what there is."""
    view, minimum_a = item.view, item.demand.minimum_a
    memory = view.memory
    if item.demand.is_fixed:
        return updated(memory, setpoint_a=quantise(view.evse, item.hold.current_a, minimum_a), paused_at=None)
    setpoint = quantise(view.evse, min(item.standing_a, _held_a(item)), minimum_a)
    if setpoint == memory.setpoint_a == item.standing_a:
        return memory
    memory = _regret(item, memory, setpoint)
    lowered = setpoint < (memory.setpoint_a or 0.0)
    return updated(
        memory,
        setpoint_a=setpoint,
        rise_since=None if lowered else memory.rise_since,
        paused_at=view.now if setpoint == 0 < item.standing_a else memory.paused_at,
    )


def _held_a(item: Candidate) -> float:
    """Tell what may be held, A per phase. Where something has to be given up, what is only likely to fit is given up too.

    Cars take about 95 % of what they are offered, so a cut by just the excess would leave a little of it. But a car that is
    still following may be taken for the house: so a little, and not to a pause.
    """
    held_a, certain_a = item.hold.current_a, item.rise.current_a
    if held_a >= item.standing_a - NEARLY or certain_a >= held_a:
        return held_a
    deeper_a = max(certain_a, held_a - LIKELY_A - LIKELY_SHARE * item.standing_a)
    return min(held_a, max(deeper_a, item.demand.minimum_a))


def _regret(item: Candidate, memory: EvseMemory, setpoint: float) -> EvseMemory:
    """Note that a rise of a moment ago, or a start, is taken back."""
    view, policy = item.view, item.view.policy
    if memory.rose_at is None or setpoint >= (memory.setpoint_a or 0.0):
        return memory
    within_s = policy.regret_pause_s if setpoint == 0 else policy.regret_s
    if (view.now - memory.rose_at).total_seconds() > within_s or memory.regretted_at == view.now:
        return memory
    regrets = min(MOST_REGRETS, _regrets(view, memory) + 1)
    return updated(memory, regrets=regrets, regretted_at=view.now, rose_at=None)


def _wait(item: Candidate, memory: EvseMemory) -> EvseMemory:
    """Go on waiting for what the share allows, at the least since the wait began."""
    target = _awaited_a(item, memory) or 0.0
    least = target if memory.rise_since is None else min(memory.rise_to_a, target)
    return updated(memory, rise_since=memory.rise_since or item.view.now, rise_to_a=least)


def _rise(
    item: Candidate, memory: EvseMemory, room_a: float, started_at: datetime | None
) -> tuple[EvseMemory, datetime | None]:
    """Give more, as far as there is room beside what the others may be drawing."""
    now, policy = item.view.now, item.view.policy
    target = worthwhile_a(item, memory, min(memory.rise_to_a, room_a))
    if target is None:
        return memory, started_at
    starts = (memory.setpoint_a or 0.0) <= 0
    if starts and started_at is not None and now - started_at < timedelta(seconds=policy.start_spacing_s):
        return memory, started_at
    risen = updated(memory, setpoint_a=target, rise_since=None, rose_at=now, paused_at=None)
    return risen, now if starts else started_at


def _note_turn(item: Candidate, memory: EvseMemory) -> EvseMemory:
    """Note since when it is served, or waits."""
    now = item.view.now
    if memory.setpoint_a:
        if memory.served_since is not None and memory.waiting_since is None:
            return memory
        return updated(memory, served_since=memory.served_since or now, waiting_since=None)
    waits = not item.demand.is_fixed
    return updated(memory, served_since=None, waiting_since=(memory.waiting_since or now) if waits else None)


def next_rise(views: Mapping[str, EvseView], memories: Mapping[str, EvseMemory]) -> datetime | None:
    """Tell when the next rise that is waited for is due; None where none is."""
    return min(
        (rise_at(views[evse_id], memory) for evse_id, memory in memories.items() if memory.rise_since is not None),
        default=None,
    )
