"""Waking: a car that takes nothing of what it is offered is full, or asleep.

One that drew and then stopped by itself is done, and left alone. One that never drew since it was plugged in, or since
it was paused for long, may have gone to sleep: it is called, if it can be, or else the offer is taken away for a moment and
given again, which wakes most.
That only ever lowers a current; what is offered afterwards is decided like any other start.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from ..model.evse import EvseStatus, EvState
from ..model.reason import Reason, ReasonCode
from ..model.state import Appetite, EvseMemory
from .calling import call, may_answer
from .demand import Demand, lowest_a, takes_nothing
from .draw import lies
from .phases import FLOWS_A, IDLE_A
from .view import EvseView, updated

SLEEPS_AFTER_S: Final = 120.0
"""A car that was paused for longer and then takes nothing may sleep: most do after a quarter of an hour, some at once."""
WAKE_PAUSE_S: Final = 10.0
"""For so long the offer is taken away: a charger may take some seconds to acknowledge, and a car 3 s to notice."""
WAKE_AGAIN_S: Final = 300.0
"""Between two tries. Cars take up to 40 s to wake, and some check their battery first."""
LONG_PAUSE_S: Final = 900.0
"""Who goes on by itself after so long bears pauses: most that sleep do so by then."""
MOST_WAKES: Final = 3
DONE_TRY_S: Final = 3600.0
"""A car that is done and was offered nothing for so long, because others took all there was, is asked whether it wants more:
it may have stopped by a timer of its own."""
FULL_SOC: Final = 0.95
"""A car that stopped below that has a limit of its own, which its driver may raise at any moment: it keeps an offer."""
RESTART_SOC: Final = 0.02
"""A full car is not started again before it has lost this much: contactors wear, and batteries last longer below full."""


def note_appetite(view: EvseView) -> EvseMemory:
    """Note whether the car has drawn since it was plugged in, and whether it stopped by itself."""
    status, memory = view.reachable_status, view.memory
    if status is None or status.state in {None, EvState.E, EvState.F}:
        return memory
    known = memory.appetite
    if _draws(view, status):
        return memory if known in {_DRAWS, _RESUMED} else updated(memory, appetite=_begun(view, known))
    if status.state is EvState.A:
        return updated(memory, appetite=_FRESH)
    return updated(memory, appetite=_rest(view, status, known))


_FRESH: Final = Appetite()
_DRAWS: Final = Appetite(drew=True)
_RESUMED: Final = Appetite(drew=True, resumed=True)


def _begun(view: EvseView, known: Appetite) -> Appetite:
    """Begin with a car that draws: perhaps it went on by itself after a long pause."""
    since = known.paused_since
    if since is None or known.wakes or known.calls:
        return _DRAWS
    return _RESUMED if (view.now - since).total_seconds() >= LONG_PAUSE_S else _DRAWS


def wake(view: EvseView, wanted: Demand, asked_at: datetime | None = None, *, wakeable: bool = False) -> Demand:
    """Change what a car that takes nothing is to be given; the view's memory follows. Others get what they want.

    `asked_at` is when a person last asked for a charge just this once, UTC: that starts a full car again. `wakeable`: the
    car has means of its own to be woken by.
    """
    status, memory, known = view.reachable_status, view.memory, view.memory.appetite
    if status is None or status.state is not EvState.B or lies(view):
        return wanted
    if known.done_at is not None:
        if wanted.reason.code is ReasonCode.OFF or (asked_at is not None and asked_at > known.done_at):
            # Whoever switches off and on again, or asks for it, wants to see it try.
            view.memory = updated(memory, appetite=_FRESH)
            return wanted
        return wanted if wanted.is_fixed else _leave_done(view, known, wanted)
    return wanted if wanted.is_fixed else _rouse(view, wanted, wakeable=wakeable)


def _rouse(view: EvseView, wanted: Demand, *, wakeable: bool) -> Demand:
    """Wake a car that may sleep: by its own means, or else by taking the offer away."""
    if wakeable:
        wanted = call(view, wanted)
    if not wanted.can_pause or may_answer(view):
        return wanted
    known = view.memory.appetite
    if _is_due(view, known):
        known = replace(known, wakes=known.wakes + 1, woken_at=view.now)
        view.memory = updated(view.memory, appetite=known)
    return _offer_after_waking(view, known, wanted) if known.wakes else wanted


def _draws(view: EvseView, status: EvseStatus) -> bool:
    """Tell whether a current flows; with its contactor closed a car is taken to draw until it is measured not to."""
    if status.state is None or not status.state.power_flows:
        return lies(view)
    return not view.measured_a or max(view.measured_a.values()) >= (IDLE_A if view.memory.appetite.drew else FLOWS_A)


def _rest(view: EvseView, status: EvseStatus, known: Appetite) -> Appetite:
    """Go on with a car that draws nothing."""
    if status.offered_a is None:
        return known
    if known.done_at is not None:
        return _stay_done(known, status.soc)
    if status.offered_a >= view.evse.minimum_a:
        if known.drew and takes_nothing(view):
            return Appetite(done_at=view.now, done_soc=status.soc)
        return known if known.unoffered_since is None else replace(known, unoffered_since=None)
    return _rest_unoffered(view, known)


def _rest_unoffered(view: EvseView, known: Appetite) -> Appetite:
    """Go on with one that is offered nothing. Calls in vain are counted until it draws, or leaves."""
    since = known.unoffered_since
    if since is None:
        return replace(known, unoffered_since=view.now)
    if (view.now - since).total_seconds() < SLEEPS_AFTER_S:
        return known
    paused_since = since if known.drew else known.paused_since
    return Appetite(unoffered_since=since, paused_since=paused_since, calls=known.calls, called_at=known.called_at)


def _stay_done(known: Appetite, soc: float | None) -> Appetite:
    """Go on with a car that stopped by itself; its state of charge may be told late, and then counts as that at the stop."""
    if soc is None:
        return known
    if known.done_soc is None or soc > known.done_soc:
        return replace(known, done_soc=soc)
    return _FRESH if soc <= known.done_soc - RESTART_SOC else known


def _leave_done(view: EvseView, known: Appetite, wanted: Demand) -> Demand:
    """Offer a car that is done its minimum, should it want more; one that is full nothing, for as long as it stays so."""
    full = known.done_soc is not None and known.done_soc >= FULL_SOC and wanted.can_pause
    minimum_a = 0.0 if full else lowest_a(view.evse)
    asked = not full and _is_asked_again(view, known)
    if asked is not bool(known.wakes):
        view.memory = updated(view.memory, appetite=replace(known, wakes=int(asked)))
    reason = (
        Reason(code=ReasonCode.WAKING, params={"tries": 1.0, "minimum_a": minimum_a})
        if asked
        else Reason(code=ReasonCode.NOT_TAKING, params={"minimum_a": minimum_a})
    )
    return replace(wanted, maximum_a=minimum_a, expected_a=None, laxity_s=None, done=not asked, reason=reason)


def _is_asked_again(view: EvseView, known: Appetite) -> bool:
    """Tell whether a car that is done has waited so long that it has its minimum like any other, until it is seen not to draw."""
    since = view.memory.waiting_since
    if since is not None and (view.now - since).total_seconds() >= DONE_TRY_S:
        return True
    return known.wakes > 0 and not takes_nothing(view)


def _is_due(view: EvseView, known: Appetite) -> bool:
    """Tell whether it is time for a try: it takes nothing, and the last try is long ago."""
    if known.drew or known.wakes >= MOST_WAKES or not takes_nothing(view):
        return False
    return known.woken_at is None or not 0 <= (view.now - known.woken_at).total_seconds() < WAKE_AGAIN_S


def _offer_after_waking(view: EvseView, known: Appetite, wanted: Demand) -> Demand:
    """Offer nothing for a moment, then the minimum until it draws."""
    minimum_a = lowest_a(view.evse)
    since_s = 0.0 if known.woken_at is None else (view.now - known.woken_at).total_seconds()
    asleep = known.wakes >= MOST_WAKES and takes_nothing(view) and since_s >= WAKE_PAUSE_S
    reason = Reason(
        code=ReasonCode.ASLEEP if asleep else ReasonCode.WAKING,
        params={"tries": float(known.wakes), "minimum_a": minimum_a},
    )
    maximum_a = 0.0 if 0 <= since_s < WAKE_PAUSE_S else minimum_a
    return replace(wanted, maximum_a=maximum_a, expected_a=None, laxity_s=None, reason=reason)
