"""Demand: what each charger wants, by its car, its mode and its plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..model.evse import Evse, EvseStatus, EvState
from ..model.mode import Mode
from ..model.off_peak import OffPeak
from ..model.plan import Plan
from ..model.quantities import round_down
from ..model.reason import Reason, ReasonCode, ReasonParam
from ..model.state import EvseMemory
from .draw import budget_a, lies
from .expectation import expected_a
from .phases import IDLE_A
from .view import EvseView, updated


@dataclass(slots=True, kw_only=True)
class Demand:
    """What a charger wants, A per phase, and why not more. It lives for one tick; the first stages fill it.

    It is to be given 0 or something in [`minimum_a`, `maximum_a`]; with a `maximum_a` below `minimum_a` it is given
    just that, and there is nothing to divide: it wants nothing (0), wants to discharge (negative), or is `pinned`:
    it cannot be told anything, and may take `maximum_a` whatever is decided.
    """

    evse_id: str
    minimum_a: float
    maximum_a: float
    reason: Reason
    priority: int = 0
    pinned: bool = False
    can_pause: bool = True
    step_a: float = 0.0
    """Its current is set in steps of this; 0: freely."""
    standing_a: float = 0.0
    """What it has now, as far as it was told."""
    expected_a: float | None = None
    """What the car is expected to take of `maximum_a`, at least `minimum_a`; None: all of it. What is beyond it is offered
    when nobody else wants it."""
    done: bool = False
    """The car has stopped by itself: its minimum is offered to it when nobody else wants that."""
    at_surplus: Reason | None = None
    """What to say where the solar surplus gives it no more; None: it does not follow the sun."""
    laxity_s: float | None = None
    """How long it could wait and still be ready by its departure, s; None without a departure."""
    arrived_at: datetime | None = None
    """When the car was plugged in, as far as that is known; UTC, as the next two."""
    served_since: datetime | None = None
    """Since when it has been given a current without a break."""
    waiting_since: datetime | None = None
    """Since when it has wanted one and was given none."""

    @property
    def taken_a(self) -> float:
        """What the car is expected to take, A per phase."""
        return self.maximum_a if self.expected_a is None else min(self.expected_a, self.maximum_a)

    @property
    def is_fixed(self) -> bool:
        """Tell whether there is nothing to divide."""
        return self.pinned or self.maximum_a < self.minimum_a


def demand(view: EvseView, mode: Mode, plan: Plan | None, off_peak: OffPeak | None = None) -> Demand:
    """Tell what a charger wants. The first thing that holds it back is the reason."""
    evse, status = view.evse, view.reachable_status
    if status is None:
        budget = budget_a(view)
        return _demand(evse, budget, ReasonCode.OFFLINE, {"budget_a": budget}, pinned=True)
    if (nothing := _wants_nothing(view, status, mode)) is not None:
        return nothing
    planned = _smart(view, plan, off_peak) if mode is Mode.SMART else None
    if planned is not None and (planned.is_fixed or planned.reason.code is not ReasonCode.PLANNED):
        # Where the charger cannot pause, a car that is to wait is neither full nor asleep.
        return planned
    if takes_nothing(view):
        lowest = lowest_a(evse)
        return _demand(evse, lowest, ReasonCode.NOT_TAKING, {"minimum_a": lowest})
    wanted = planned or _demand(evse, evse.maximum_a, ReasonCode.AT_MAXIMUM, {"maximum_a": evse.maximum_a})
    wanted.expected_a = expected_a(view, wanted.minimum_a, wanted.maximum_a)
    return wanted


def lowest_a(evse: Evse) -> float:
    """The lowest current above 0 that this charger can be told: its minimum, on its step."""
    return -round_down(-evse.minimum_a, evse.step_a)


def _wants_nothing(view: EvseView, status: EvseStatus, mode: Mode) -> Demand | None:
    evse = view.evse
    if status.state in {EvState.E, EvState.F}:
        return _demand(evse, 0.0, ReasonCode.FAULT, {"fault": status.fault or status.state.value})
    if status.state is EvState.A and not lies(view):
        return _demand(evse, 0.0, ReasonCode.NO_CAR)
    if mode is Mode.OFF:
        return _demand(evse, _floor_a(evse), ReasonCode.OFF)
    if status.state is EvState.B and not status.authorized:
        # It is neither full nor asleep, and no room has to be kept for it.
        return _demand(evse, _floor_a(evse), ReasonCode.NOT_AUTHORIZED)
    return None


def _smart(view: EvseView, plan: Plan | None, off_peak: OffPeak | None) -> Demand | None:
    """Follow the plan, or else wait for off-peak hours; None: as fast as possible."""
    if plan is not None:
        return _planned(view, plan)
    if off_peak is None or off_peak.cheap:
        return None
    starts = {} if off_peak.changes_at is None else {"starts": off_peak.changes_at.isoformat()}
    return _demand(view.evse, _floor_a(view.evse), ReasonCode.PEAK, starts)


def _planned(view: EvseView, plan: Plan) -> Demand:
    evse, slot = view.evse, plan.at(view.now)
    if slot is None or slot.current_a == 0:
        coming = plan.next_charge(view.now)
        starts = {} if coming is None else {"starts": coming.start.isoformat()}
        return _demand(evse, _floor_a(evse), ReasonCode.PLAN_WAITS, starts)
    target = min(slot.current_a, evse.maximum_a)
    return _demand(evse, target, ReasonCode.PLANNED, {"target_a": target, "until": slot.end.isoformat()})


def _floor_a(evse: Evse) -> float:
    """The least that a charger with a car can be told, A per phase."""
    return 0.0 if evse.can_pause else lowest_a(evse)


def note_untaken(view: EvseView) -> EvseMemory:
    """Note since when a car has left untaken what it is offered."""
    status, memory = view.reachable_status, view.memory
    if status is None:
        return memory
    if status.offered_a is None or status.offered_a < view.evse.minimum_a or not _draws_nothing(view, status):
        return memory if memory.untaken_since is None else updated(memory, untaken_since=None)
    if memory.untaken_since is not None:
        return memory
    if status.state is not EvState.B:
        return updated(memory, untaken_since=view.now)
    since = max(filter(None, (status.offered_at, status.state_at)), default=view.now)
    return updated(memory, untaken_since=since)


def _draws_nothing(view: EvseView, status: EvseStatus) -> bool:
    """Tell whether the car keeps its contactor open, or has it closed and takes nothing, as measured since."""
    if status.state is EvState.B:
        return not lies(view)
    if status.state is None or not status.state.power_flows or not view.measured_a or status.measured_at is None:
        return False
    if max(view.measured_a.values()) >= IDLE_A:
        return False
    return status.state_at is not None and status.measured_at > status.state_at


def takes_nothing(view: EvseView) -> bool:
    """Tell whether the car was offered enough for long enough, and yet takes nothing."""
    since = view.memory.untaken_since
    return since is not None and view.now - since >= timedelta(seconds=view.policy.idle_after_s)


def _demand(
    evse: Evse,
    maximum_a: float,
    code: ReasonCode,
    params: Mapping[str, ReasonParam] | None = None,
    *,
    pinned: bool = False,
) -> Demand:
    return Demand(
        evse_id=evse.evse_id,
        minimum_a=lowest_a(evse),
        maximum_a=maximum_a,
        reason=Reason(code=code, params=params or {}),
        priority=evse.priority,
        pinned=pinned,
        can_pause=evse.can_pause,
        step_a=evse.step_a,
    )
