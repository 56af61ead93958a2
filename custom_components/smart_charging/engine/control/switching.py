"""Switching: on how many phases a charger charges that can be told so: one, or all of its own.

For the sun it goes by energy, not by the moment: up when enough of it has gathered beyond what the minimum on all phases
takes, down when the minimum on all phases has been missing for too long (`solar.py`). For a limit it goes down to one
phase only where all of them do not get their minimum and one does. A charger that must not switch under load is paused
first, and has to say that it has switched before it is given a current again.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from ..model.decision import Setpoint
from ..model.evse import Evse
from ..model.limit import LimitSource
from ..model.quantities import Phase
from ..model.site import Site
from ..model.state import PhaseMemory
from .constraint import NEARLY, Constraint
from .demand import lowest_a
from .headroom import Capacity
from .phases import IDLE_A
from .view import EvseView, updated

DAY: Final = timedelta(days=1)
PAUSES_WITHIN: Final = timedelta(seconds=120)
"""A car that has not stopped by then is left on the phases that it has; slow ones take half a minute."""
ACKNOWLEDGES_WITHIN: Final = timedelta(seconds=60)
"""A charger that has not said by then that it switched, did not."""
TIGHT_FOR: Final = timedelta(seconds=60)
"""No room for the minimum on all phases for so long: an oven's thermostat is not worth a switch."""


def phases_told(view: EvseView) -> int:
    """Tell on how many phases a charger charges by the last that it was told, or says."""
    told, status, own = view.memory.phases.told, view.reachable_status, len(view.evse.phases)
    if told is not None:
        return told
    return own if status is None or status.offered_phases is None else min(own, status.offered_phases)


def phases_next(view: EvseView) -> int:
    """Tell on how many phases it will charge after the switch that is under way."""
    return view.memory.phases.wanted or phases_told(view)


def is_switchable(view: EvseView, *, car_objects: bool = False) -> bool:
    """Tell whether the charger can be switched, and its car may be and gains by it."""
    evse = view.evse
    if not evse.can_switch_phases or len(evse.phases) == 1 or view.reachable_status is None or car_objects:
        return False
    return (evse.can_pause or evse.can_switch_under_load) and view.memory.phases.car != 1


def may_switch(view: EvseView, phases: int, *, for_sun: bool) -> bool:
    """Tell whether a switch to so many phases is allowed now.

    The way down is always kept free: a switch up needs two of what is left of the day's count, and time on one phase
    before. After a switch for the sun somebody who wants to charge fast does not wait.
    """
    policy, memory = view.policy.solar, view.memory.phases
    recent = [at for at in memory.switched if view.now - at < DAY]
    if phases < phases_told(view):
        return len(recent) < policy.switches_per_day
    waits = for_sun or not memory.for_sun
    if waits and recent and view.now - recent[-1] < timedelta(seconds=policy.switch_dwell_s):
        return False
    return len(recent) + 2 <= policy.switches_per_day


def want(view: EvseView, phases: int, *, for_sun: bool) -> PhaseMemory:
    """Note that a charger is to be switched; nothing where it is so already."""
    memory = view.memory.phases
    if phases == phases_told(view):
        return updated(memory, wanted=None, paused_at=None)
    return updated(memory, wanted=phases, for_sun=for_sun)


def carry_out(view: EvseView) -> PhaseMemory:
    """Switch as soon as that may be, and give up on what does not come about."""
    memory, now = view.memory.phases, view.now
    if memory.wanted is None:
        return _unacknowledged(view)
    if view.evse.can_switch_under_load or is_at_rest(view):
        return _switched(memory, memory.wanted, now)
    if memory.paused_at is None:
        return updated(memory, paused_at=now)
    if now - memory.paused_at >= PAUSES_WITHIN:
        # It counts as a switch, so that the next try is not before its time.
        return updated(memory, wanted=None, paused_at=None, switched=_recent(memory, now))
    return memory


def is_pausing(view: EvseView) -> bool:
    """Tell whether a charger is to be given nothing now, for it is about to switch or has not said yet that it did."""
    if view.evse.can_switch_under_load:
        return False
    return view.memory.phases.wanted is not None or _awaits(view)


def is_at_rest(view: EvseView) -> bool:
    """Tell whether no current flows, by what the charger says and measures."""
    status = view.reachable_status
    if status is None or status.state is None:
        return False
    since, measured = view.memory.target_since, max(map(abs, view.measured_a.values()), default=0.0)
    if view.memory.target_a or since is None or (view.now - since).total_seconds() < view.policy.follow_s:
        return False
    told_since = view.measured_since_change_s
    return measured < IDLE_A or told_since is None or told_since < 0


def mind_limits(site: Site, capacity: Capacity, views: Mapping[str, EvseView], fast: Collection[str]) -> None:
    """Remember which switchable chargers lack room for their minimum on all phases, and switch those that charge `fast`.

    A charger on all of its phases gives them up by what may be held, and one on a single phase goes back by what may be
    had. The switch itself comes with the next tick, before anything is reckoned by phases.
    """
    switchable = {name: view for name, view in views.items() if is_switchable(view)}
    if not switchable:
        return
    taken = {name: lowest_a(view.evse) for name, view in views.items() if view.memory.setpoint_a}
    holds, rises = _Room(site, capacity.for_holds, taken), _Room(site, capacity.for_rises, taken)
    for name, view in switchable.items():
        memory, own = view.memory.phases, view.evse.phases
        on_all = phases_told(view) > 1
        tight = not (holds if on_all else rises).has(view.evse, own)
        if tight != memory.tight or memory.tight_since is None:
            memory = updated(memory, tight=tight, tight_since=view.now)
        wanted = 1 if tight and rises.has(view.evse, own[:1]) else len(own)
        if name in fast and memory.wanted is None and (wanted > 1) != on_all and _lasts(view, memory, wanted):
            memory = updated(memory, wanted=wanted, for_sun=False)
        view.memory = updated(view.memory, phases=memory)


def _lasts(view: EvseView, memory: PhaseMemory, wanted: int) -> bool:
    """Tell whether the limits have called for this number of phases for long enough, and it may be switched."""
    since = memory.tight_since
    return since is not None and view.now - since >= TIGHT_FOR and may_switch(view, wanted, for_sun=False)


class _Room:
    """What the limits leave for one charger beside the minimums of the others."""

    def __init__(self, site: Site, rows: tuple[Constraint, ...], taken: Mapping[str, float]) -> None:
        self._site, self._taken = site, taken
        self._left: dict[tuple[str, Phase | None], tuple[float, Constraint]] = {}
        for row in rows:
            # How far phases differ is left to the allocation: it bounds the current, and pauses nobody.
            if row.limit.source is not LimitSource.UNBALANCE:
                self._left[row.circuit_id, row.phase] = (row.capacity - row.used(taken), row)

    def has(self, evse: Evse, phases: tuple[Phase, ...]) -> bool:
        """Tell whether its minimum fits on these phases."""
        lowest, volts = lowest_a(evse), self._site.voltage_v
        own_a = self._taken.get(evse.evse_id, 0.0)
        for circuit in self._site.path(evse.circuit_id):
            for phase, needed in ((None, lowest * volts * len(phases)), *((phase, lowest) for phase in phases)):
                if (found := self._left.get((circuit.circuit_id, phase))) is None:
                    continue
                left, row = found
                if left + row.weights.get(evse.evse_id, 0.0) * own_a < needed - NEARLY:
                    return False
        return True


def tell(setpoint: Setpoint, memory: PhaseMemory) -> Setpoint:
    """Say in a setpoint on how many phases it is, where the charger was told so."""
    return setpoint if memory.told is None else replace(setpoint, phases=memory.told)


def after_car(memory: PhaseMemory) -> PhaseMemory:
    """Keep what outlives a car: what the charger was told, and when it was switched."""
    return PhaseMemory(told=memory.told, for_sun=memory.for_sun, switched=memory.switched)


def _switched(memory: PhaseMemory, phases: int, now: datetime) -> PhaseMemory:
    switched = _recent(memory, now)
    return updated(memory, told=phases, wanted=None, paused_at=None, gathered_wh=0.0, switched=switched)


def _recent(memory: PhaseMemory, now: datetime) -> tuple[datetime, ...]:
    """List the switches of the last 24 h, and the one of now."""
    return (*(at for at in memory.switched if now - at < DAY), now)


def _awaits(view: EvseView) -> bool:
    """Tell whether the charger has not said yet that it did what it was told."""
    memory, status = view.memory.phases, view.reachable_status
    if memory.told is None or status is None or status.offered_phases is None:
        return False
    return status.offered_phases != memory.told


def _unacknowledged(view: EvseView) -> PhaseMemory:
    """Take a charger at its word that does not switch, after it had its time."""
    memory, status = view.memory.phases, view.reachable_status
    if not _awaits(view) or status is None or not memory.switched:
        return memory
    if view.now - memory.switched[-1] < ACKNOWLEDGES_WITHIN:
        return memory
    return updated(memory, told=status.offered_phases)
