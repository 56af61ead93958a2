from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.smart_charging.engine.model.plan import Plan, PlanSlot

from ..builders import NOW

HOUR = timedelta(hours=1)


def slot(hour: int, current_a: float) -> PlanSlot:
    return PlanSlot(start=NOW + hour * HOUR, end=NOW + (hour + 1) * HOUR, current_a=current_a)


def test_a_plan_begins_and_ends_with_what_charges() -> None:
    plan = Plan(slots=(slot(0, 0), slot(1, 10), slot(2, 16), slot(3, 0)))
    assert plan.starts_at == NOW + HOUR
    assert plan.ready_at == NOW + 3 * HOUR


def test_a_plan_without_a_charge_never_begins() -> None:
    assert Plan(slots=(slot(0, 0),)).starts_at is None
    assert Plan(slots=()).ready_at is None


def test_what_is_drawn_on_average() -> None:
    """From half past the first hour to the end of the third: half an hour with 4 kW, an hour with 6 kW, and one with nothing."""
    powers_kw = (4.0, 6.0, 0.0)
    plan = Plan(slots=tuple(replace(slot(hour, 16), power_kw=kw) for hour, kw in enumerate(powers_kw)))
    assert plan.mean_kw(NOW + HOUR / 2, NOW + 3 * HOUR) == pytest.approx((2.0 + 6.0) / 2.5)
    assert plan.mean_kw(NOW - HOUR, NOW) == 0.0
