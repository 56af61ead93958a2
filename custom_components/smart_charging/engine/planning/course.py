"""Whether a plan still fits: what a car has got since, held against what it was to have got."""

from datetime import datetime
from typing import Final

from ..model.order import Order
from ..model.plan import Plan

TOLERANCE_KWH: Final = 0.5
"""A car may be ahead or behind by so much: less than three minutes at 11 kW."""


def needed_kwh(order: Order) -> float:
    """Tell what is wanted, kWh, whatever it may cost."""
    return max((stage.energy_kwh for stage in order.stages), default=0.0)


def fits(plan: Plan, made_for: Order, order: Order, at: datetime) -> bool:
    """Tell whether the plan that was made for one order is on course for what the order is now."""
    if _terms(made_for) != _terms(order):
        return False
    expected_kwh = max(0.0, needed_kwh(made_for) - plan.stored_kwh(at))
    return abs(expected_kwh - needed_kwh(order)) <= TOLERANCE_KWH


def _terms(order: Order) -> tuple[object, ...]:
    """All of an order that does not change by charging."""
    stages = tuple((stage.departure, stage.most_per_kwh) for stage in order.stages)
    takes_a = order.maximum_a if order.takes_a is None else order.takes_a
    powers = (order.phases, order.minimum_a, round(order.maximum_a), round(takes_a), order.continuous, order.priority)
    hours = (order.not_before, order.price_limit, order.cheapest, order.last_stretch, order.at_once_kwh > 0)
    return stages, powers, hours
