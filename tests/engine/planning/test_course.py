"""A plan fits as long as the car gets what it was to get."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from custom_components.smart_charging.engine.model.plan import Plan, PlanSlot
from custom_components.smart_charging.engine.planning.course import fits

from .builders import in_hours, order

PLAN = Plan(
    slots=(
        PlanSlot(start=in_hours(1), end=in_hours(2), current_a=16, stored_kwh=10),
        PlanSlot(start=in_hours(3), end=in_hours(5), current_a=16, stored_kwh=30),
    )
)


@pytest.mark.parametrize(
    ("hours", "kwh"), [(0, 0), (1, 0), (1.5, 5), (2, 10), (2.5, 10), (3, 10), (3.5, 15), (5, 30), (9, 30)]
)
def test_what_the_battery_was_to_have_taken(hours: float, kwh: float) -> None:
    assert PLAN.stored_kwh(in_hours(hours)) == pytest.approx(kwh)


@pytest.mark.parametrize(
    ("hours", "still_kwh", "is_on_course"),
    [
        pytest.param(0, 30, True, id="nothing has happened"),
        pytest.param(2, 20, True, id="it got what was planned"),
        pytest.param(2, 20.4, True, id="it is a little behind"),
        pytest.param(2, 21, False, id="it is behind"),
        pytest.param(2, 18, False, id="it is ahead"),
        pytest.param(0, 25, False, id="the car says at last how full it is"),
        pytest.param(9, 0, True, id="all is done"),
    ],
)
def test_it_is_on_course(hours: float, still_kwh: float, *, is_on_course: bool) -> None:
    assert fits(PLAN, order(30, 6), order(still_kwh, 6), in_hours(hours)) is is_on_course


@pytest.mark.parametrize(
    "changed",
    [
        {"maximum_a": 10.0},
        {"takes_a": 10.0},
        {"price_limit": 0.2},
        {"not_before": in_hours(2)},
        {"priority": 1},
        {"at_once_kwh": 3.0},
        {"last_stretch": timedelta(minutes=30)},
    ],
)
def test_other_terms_want_another_plan(changed: dict[str, Any]) -> None:
    assert not fits(PLAN, order(30, 6), replace(order(30, 6), **changed), in_hours(0))


def test_another_departure_wants_another_plan() -> None:
    assert not fits(PLAN, order(30, 6), order(30, 7), in_hours(0))
