"""Shed: which appliances give way, and when they come back.

Appliances and chargers stand in one list, by priority: whoever has less gives way first, and at the same priority an
appliance does before a charger. An appliance may run when it fits beside all that comes before it in the list. It is
switched off at once when a limit is exceeded whatever the chargers do, and after a while when it is in the way of a
charger before it. A charger never waits for that: it is lowered at once, and comes up when the room is there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from ..model.limit import LimitSource
from ..model.load import LoadStatus, SheddableLoad
from ..model.policy import ControlPolicy
from ..model.quantities import Phase
from ..model.reason import Reason, ReasonCode
from ..model.site import Site
from ..model.snapshot import SiteSnapshot
from ..model.state import LoadMemory
from .base import nominal_a, running_a
from .constraint import NEARLY, Constraint
from .demand import Demand
from .explain import limit_params
from .headroom import Capacity

TAKES_A: Final = 0.2
"""An appliance that takes less has nothing to give: it is on, and its thermostat does not call."""
SETTLE_S: Final = 30.0
"""So long an appliance may take to tell that it is off. One that is on after that was switched on by somebody, and is his."""

SWITCH_S: Final = 3.0
"""So long an appliance may take to be off, or on; a reading before that does not tell."""


@dataclass(slots=True, kw_only=True, eq=False)
class Look:
    """What one tick knows of one load. `needs_a`: what it takes, or would take, A on each of its phases."""

    load: SheddableLoad
    status: LoadStatus
    memory: LoadMemory
    needs_a: Mapping[Phase, float]
    rows: Sequence[int]
    """The constraints that it counts in."""
    fading: bool = False
    """It was switched off so lately that the meter may still show it."""
    dawning: bool = False
    """It was switched on so lately that the meter may not show it yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shed:
    """What was decided for the loads, by their id, and when a charger or a load was last started."""

    memories: Mapping[str, LoadMemory]
    reasons: Mapping[str, Reason]
    started_at: datetime | None


def look_at_loads(
    site: Site,
    capacity: Capacity,
    snapshot: SiteSnapshot,
    memories: Mapping[str, LoadMemory],
    read_at: Mapping[str, datetime],
) -> list[Look]:
    """See how each load is, and what happened to it since the last tick; `read_at`: when each circuit's meters were read."""
    looks: list[Look] = []
    now = snapshot.at
    for load in site.loads:
        status = snapshot.loads.get(load.load_id, LoadStatus(reachable=False))
        memory = memories.get(load.load_id) or LoadMemory(shed=status.shed, since=now)
        settled = memory.since is not None and (now - memory.since).total_seconds() > SETTLE_S
        if memory.shed and settled and status.on and not status.shed:
            memory = LoadMemory(since=now)
        running = {} if memory.shed else running_a(load, status, site.voltage_v)
        path = {circuit.circuit_id for circuit in site.path(load.circuit_id)}
        rows = [
            index
            for index, item in enumerate(capacity.for_holds)
            if item.circuit_id in path and _counts(item, load.phases)
        ]
        needs_a = running or nominal_a(load, site.voltage_v)
        meter_at = read_at.get(load.circuit_id, now)
        look = Look(load=load, status=status, memory=memory, needs_a=needs_a, rows=rows)
        look.fading, look.dawning = _fades(memory, status, now, meter_at), _dawns(memory, status, meter_at)
        looks.append(look)
    return looks


def _fades(memory: LoadMemory, status: LoadStatus, now: datetime, read_at: datetime) -> bool:
    if not memory.shed or memory.since is None:
        return False
    if status.on:
        return (now - memory.since).total_seconds() <= SETTLE_S
    return (read_at - memory.since).total_seconds() <= SWITCH_S


def _dawns(memory: LoadMemory, status: LoadStatus, read_at: datetime) -> bool:
    if memory.shed or memory.since is None or not status.on:
        return False
    return (read_at - memory.since).total_seconds() <= SWITCH_S


def reserve(capacity: Capacity, looks: Sequence[Look], voltage_v: float) -> Capacity:
    """Keep free what those need that are about to be switched on again, so that the chargers make room first.

    That room stays free until the meter shows it taken; if it shows it before it has to, nobody gives way twice.
    """
    coming = [look for look in looks if look.memory.shed and look.memory.room_since is not None]
    dawning = [look for look in looks if look.dawning]
    if not coming and not dawning:
        return capacity
    return replace(
        capacity,
        for_rises=_lowered(capacity.for_rises, [*coming, *dawning], voltage_v),
        for_holds=_lowered(capacity.for_holds, coming, voltage_v),
    )


def _lowered(constraints: Sequence[Constraint], looks: Sequence[Look], voltage_v: float) -> tuple[Constraint, ...]:
    kept = [0.0] * len(constraints)
    for look in looks:
        for index in look.rows:
            kept[index] += _weight(constraints[index], look, voltage_v)
    return tuple(
        replace(item, capacity=item.capacity - less) if less else item
        for item, less in zip(constraints, kept, strict=True)
    )


@dataclass(slots=True, kw_only=True, eq=False)
class Shedding:
    """The stage, for one tick. `capacity` is what the meters leave, before anything was reserved."""

    capacity: Capacity
    policy: ControlPolicy
    voltage_v: float
    now: datetime
    demands: Mapping[str, Demand]
    wished_a: Mapping[str, float]
    """What each of them would take if nothing under which the loads count stood in its way, A per phase."""
    drawing_a: Mapping[str, float]
    """What each of them may be drawing at the moment, A per phase."""

    def decide(self, looks: Sequence[Look], started_at: datetime | None) -> Shed:
        """Decide for every load: who has the least priority gives way first, who has the most comes back first."""
        freed = [0.0] * len(self.capacity.for_holds)
        for look in looks:
            if look.fading:
                self._note(freed, look, 1.0)
        memories: dict[str, LoadMemory] = {}
        reasons: dict[str, Reason] = {}
        for look in sorted(looks, key=lambda look: (look.load.priority, look.load.load_id)):
            if not look.memory.shed:
                memory, reason = self._running(look, freed)
                memories[look.load.load_id], reasons[look.load.load_id] = memory, reason
        off = [look for look in looks if look.memory.shed]
        for look in sorted(off, key=lambda look: (not self._overdue(look), -look.load.priority, look.load.load_id)):
            spaced = started_at is None or (self.now - started_at).total_seconds() >= self.policy.load_spacing_s
            memory, reason = self._off(look, freed, spaced=spaced)
            memories[look.load.load_id], reasons[look.load.load_id] = memory, reason
            if not memory.shed:
                started_at = self.now
            if memory.room_since is not None or not memory.shed:
                self._note(freed, look, -1.0)
        return Shed(memories=memories, reasons=reasons, started_at=started_at)

    def _running(self, look: Look, freed: list[float]) -> tuple[LoadMemory, Reason]:
        """Switch off one that runs, where it has to be."""
        memory = look.memory
        if not look.status.reachable or not look.status.on:
            # Once it is on again its time runs anew.
            return LoadMemory(since=self.now), Reason(code=ReasonCode.LOAD_OFF)
        takes = any(value > TAKES_A for value in look.needs_a.values())
        over = self._exceeded(look, freed) if takes else None
        short = self._no_room(look, freed, runs=True) if takes else None
        short_since = None if short is None else memory.short_since or self.now
        if over is None and short is not None and short_since is not None:
            waited = self._seconds_since(short_since) >= self.policy.load_delay_s
            over = short if waited and self._seconds_since(memory.since) >= look.load.minimum_on_s else None
        if over is None:
            return replace(memory, short_since=short_since), Reason(code=ReasonCode.LOAD_RUNS)
        self._note(freed, look, 1.0)
        return LoadMemory(shed=True, since=self.now), Reason(code=ReasonCode.LOAD_SHED, params=limit_params(over))

    def _off(self, look: Look, freed: Sequence[float], *, spaced: bool) -> tuple[LoadMemory, Reason]:
        """Let one that was switched off come back where it fits again, and stays so; else say what it waits for."""
        memory = replace(look.memory, room_since=None)
        if look.fading:
            # What it frees itself is no room for it.
            freed = list(freed)
            self._note(freed, look, -1.0)
        bound = self._no_room(look, freed)
        if bound is not None:
            needed_w = sum(look.needs_a.values()) * self.voltage_v
            return memory, Reason(code=ReasonCode.LOAD_WAITS, params={**limit_params(bound), "needed_w": needed_w})
        delay = timedelta(seconds=self.policy.load_delay_s)
        rested_at = (look.memory.since or self.now) + timedelta(seconds=look.load.minimum_off_s)
        if self.now < rested_at - delay:
            # The chargers are not to make room for it for nothing.
            return memory, Reason(code=ReasonCode.LOAD_RESTORES, params={"at": rested_at.isoformat()})
        room_since = look.memory.room_since or self.now
        due = max(room_since + delay, rested_at)
        if self.now >= due and spaced and self._is_free(look):
            return LoadMemory(since=self.now), Reason(code=ReasonCode.LOAD_RUNS)
        at = max(due, self.now).isoformat()
        return replace(memory, room_since=room_since), Reason(code=ReasonCode.LOAD_RESTORES, params={"at": at})

    def _exceeded(self, look: Look, freed: Sequence[float]) -> Constraint | None:
        """Find a limit that is exceeded though every charger is at its floor. What a slow meter may hide is no overload."""
        for index in look.rows:
            item = self.capacity.for_holds[index]
            floors = sum(weight * _floor_a(self.demands[evse_id]) for evse_id, weight in item.weights.items())
            if item.capacity + self.capacity.reserves[index] + freed[index] < floors - NEARLY:
                return item
        return None

    def _no_room(self, look: Look, freed: Sequence[float], *, runs: bool = False) -> Constraint | None:
        """Find a limit under which it does not fit beside what comes before it in the list.

        One that `runs` is in what the meter tells already; one that is off has to fit with a little to spare.
        """
        overdue = self._overdue(look)
        for index in look.rows:
            item = self.capacity.for_rises[index]
            taken = sum(
                weight * self._before(self.demands[evse_id], look, overdue=overdue)
                for evse_id, weight in item.weights.items()
            )
            unit = self.voltage_v if item.phase is None else 1.0
            needed = -self.policy.rise_step_a * unit
            if not runs:
                needed = _weight(item, look, self.voltage_v) + self.policy.resume_room_a * unit
            if item.capacity + freed[index] - taken < needed:
                return item
        return None

    def _before(self, wish: Demand, look: Look, *, overdue: bool) -> float:
        """Tell how much a charger comes before this load with, A per phase."""
        if overdue or wish.is_fixed or wish.priority < look.load.priority:
            return _floor_a(wish)
        return self.wished_a.get(wish.evse_id, 0.0)

    def _is_free(self, look: Look) -> bool:
        """Tell whether the chargers have made room by now, as far as they can be told to."""
        for index in look.rows:
            item = self.capacity.for_rises[index]
            drawn = sum(weight * self.drawing_a.get(evse_id, 0.0) for evse_id, weight in item.weights.items())
            if item.capacity - drawn < _weight(item, look, self.voltage_v) - NEARLY:
                return False
        return True

    def _overdue(self, look: Look) -> bool:
        longest = look.load.maximum_off_s
        return longest is not None and self._seconds_since(look.memory.since) >= longest

    def _note(self, freed: list[float], look: Look, sign: float) -> None:
        for index in look.rows:
            freed[index] += sign * _weight(self.capacity.for_holds[index], look, self.voltage_v)

    def _seconds_since(self, at: datetime | None) -> float:
        return 0.0 if at is None else (self.now - at).total_seconds()


def _counts(item: Constraint, phases: Sequence[Phase]) -> bool:
    """Tell whether what an appliance takes is seen under this limit."""
    if item.limit.source is LimitSource.UNBALANCE or item.limit.chargers_only:
        return False
    return item.phase is None or item.phase in phases


def _weight(item: Constraint, look: Look, voltage_v: float) -> float:
    if item.phase is None:
        return sum(look.needs_a.values()) * voltage_v
    return look.needs_a.get(item.phase, 0.0)


def _floor_a(wish: Demand) -> float:
    """The least that a charger can be brought to, A per phase."""
    if wish.is_fixed:
        return max(0.0, wish.maximum_a)
    return 0.0 if wish.can_pause else wish.minimum_a
