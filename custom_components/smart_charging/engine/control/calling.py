"""Calling: a car that takes nothing of what it is offered is woken by its own means, where it has any that can be reached.

That comes before the charger's own means, which take the offer away for a moment: what sleeps deeply does not notice that,
and a charger that cannot pause has none. Nobody is called who is not to charge, who is done, or who answered before.
"""

from dataclasses import replace
from typing import Final

from ..model.reason import Reason, ReasonCode
from ..model.state import Appetite, EvseMemory
from .demand import Demand, lowest_a, takes_nothing
from .view import EvseView, updated

MOST_CALLS: Final = 3
"""So many in vain, until the car is unplugged: each one costs the car's small battery something, and makers count them."""
CALL_AGAIN_S: Final = 300.0
"""Between the first call and the second one; each pause is twice as long as the one before."""
ANSWER_S: Final = 120.0
"""For so long nothing else is tried: a car has to be reached over its maker's servers, and takes up to 40 s to wake then."""


def call(view: EvseView, wanted: Demand) -> Demand:
    """Call the car if that is due, and say so while it may still answer. The view's memory follows."""
    known = view.memory.appetite
    if wanted.reason.code is ReasonCode.NOT_TAKING and _is_due(view, known):
        known = replace(known, calls=known.calls + 1, called_at=view.now)
        view.memory = updated(view.memory, appetite=known)
    if not may_answer(view):
        return wanted
    params = {"tries": float(known.calls), "minimum_a": lowest_a(view.evse)}
    return replace(wanted, reason=Reason(code=ReasonCode.CALLING, params=params))


def may_answer(view: EvseView) -> bool:
    """Tell whether the car was called so lately that it may still begin to draw."""
    since_s = _since_call_s(view, view.memory.appetite)
    return since_s is not None and since_s < ANSWER_S and takes_nothing(view)


def is_called(before: EvseMemory | None, after: EvseMemory) -> bool:
    """Tell whether the tick between these two memories decided to call the car."""
    called_at = after.appetite.called_at
    return called_at is not None and (before is None or called_at != before.appetite.called_at)


def _is_due(view: EvseView, known: Appetite) -> bool:
    if known.drew or known.calls >= MOST_CALLS or not takes_nothing(view):
        return False
    since_s = _since_call_s(view, known)
    return since_s is None or since_s >= CALL_AGAIN_S * 2 ** (known.calls - 1)


def _since_call_s(view: EvseView, known: Appetite) -> float | None:
    """Tell how long ago it was called; None: it was not, or the clock was put back since."""
    since_s = -1.0 if known.called_at is None else (view.now - known.called_at).total_seconds()
    return since_s if since_s >= 0 else None
