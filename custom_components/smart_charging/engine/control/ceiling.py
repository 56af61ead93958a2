"""Ceiling: what somebody else allows a charger, such as an operator to whom it is handed on. We stay at or below it."""

from dataclasses import replace

from ..model.reason import Reason, ReasonCode
from .demand import Demand, lowest_a
from .view import EvseView


def cap(view: EvseView, wanted: Demand) -> Demand:
    """Want no more than is allowed."""
    status, ceiling_a = view.reachable_status, _ceiling_a(view)
    if status is None or status.ceiling_a is None or ceiling_a is None or wanted.maximum_a <= ceiling_a:
        return wanted
    params = {"ceiling_a": status.ceiling_a, "minimum_a": lowest_a(view.evse)}
    reason = Reason(code=ReasonCode.CHARGING_OPERATOR, params=params)
    expected_a = wanted.expected_a if ceiling_a >= wanted.minimum_a else None
    return replace(wanted, maximum_a=ceiling_a, expected_a=expected_a, reason=reason)


def failsafe_a(view: EvseView) -> float:
    """The current that a charger may keep while its meter is silent, A per phase: no more than is allowed either."""
    ceiling_a = _ceiling_a(view)
    return view.evse.failsafe_a if ceiling_a is None else min(view.evse.failsafe_a, ceiling_a)


def _ceiling_a(view: EvseView) -> float | None:
    """What is allowed, A per phase; below its lowest current a charger pauses, or stays at that where it cannot."""
    status, lowest = view.reachable_status, lowest_a(view.evse)
    if status is None or status.ceiling_a is None:
        return None
    if status.ceiling_a >= lowest:
        return status.ceiling_a
    return 0.0 if view.evse.can_pause else lowest
