"""Whoever was not seen to charge is started as if it were slow."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.smart_charging.engine.model.plan import Plan, PlanSlot
from custom_components.smart_charging.engine.planning.guard import guard

from .builders import KW, drawn, in_hours, order, question, tariff


def late(hour: float, hours: float = 2) -> Plan:
    """It waits until so many hours from now."""
    return Plan(slots=(PlanSlot(start=in_hours(hour), end=in_hours(hour + hours), current_a=16),))


def guarded(plan: Plan, kwh: float, ready_in_h: float, *, seen: bool = False, at_h: float = 0.0, **changes: Any) -> str:
    asked = question(one := order(kwh, ready_in_h, **changes), tariff(0.2))
    return drawn(guard(plan, one, asked.site, in_hours(at_h), seen=seen), ready_in_h)


@pytest.mark.parametrize(
    ("kwh", "ready_in_h", "seen", "plan"),
    [
        # Two hours of charging take two hours and 38 minutes at the worst, and half an hour is kept in reserve.
        pytest.param(2 * KW, 3.5, False, "···████", id="half an hour to spare: ···████"),
        pytest.param(2 * KW, 3.1, False, "██████", id="no time to spare at the worst: ██████"),
        pytest.param(2 * KW, 3.0, True, "··████", id="it was seen to be quick: ··████"),
        pytest.param(2 * KW, 2.5, True, "█████", id="no time to spare: █████"),
        # Two hours become six minutes longer by what the house takes at times.
        pytest.param(2 * KW, 2.6, True, "█████", id="no time to spare for the house: █████"),
        pytest.param(2 * KW, 2.65, True, "·▄███", id="time to spare for the house: ·▄███"),
    ],
)
def test_it_starts_in_time(kwh: float, ready_in_h: float, *, seen: bool, plan: str) -> None:
    waits = late(ready_in_h - 2)
    assert guarded(waits, kwh, ready_in_h, seen=seen) == plan


@pytest.mark.parametrize(
    "by_will",
    [{"price_limit": 0.1}, {"cheapest": in_hours(2) - in_hours(0)}, {"not_before": in_hours(0.5)}],
    ids=["a price limit", "chosen hours", "an earliest start"],
)
def test_who_waits_by_will_is_let_wait(by_will: dict[str, Any]) -> None:
    assert guarded(late(1, 1), 2 * KW, 2, **by_will) == "··██"


def test_what_charges_already_is_left_as_it_is() -> None:
    plan = late(0, 1)
    asked = question(one := order(5 * KW, 2), tariff(0.2))
    assert guard(plan, one, asked.site, in_hours(0.5), seen=False) is plan


def test_a_plan_that_has_nothing_left_goes_on_until_departure() -> None:
    assert guarded(late(0, 0.5), KW, 2, at_h=1.0) == "··██"


def test_one_that_was_hurried_says_so() -> None:
    """The guard of a month's peak does not hold it back then."""
    asked = question(one := order(2 * KW, 2), tariff(0.2))
    waits = late(1)
    assert guard(waits, one, asked.site, in_hours(0), seen=True).urgent
    assert not guard(waits, one, asked.site, in_hours(-8), seen=True).urgent


def test_what_nobody_needs_is_not_hurried() -> None:
    assert guarded(Plan(slots=()), 0.005, 0.5) == "·"
    assert guarded(late(1, 1), 0.0, 2) == "··██"
    asked = question(one := order(5 * KW), tariff(0.2))
    plan = late(1)
    assert guard(plan, one, asked.site, in_hours(0), seen=False) is plan


def test_one_that_bears_no_pause_goes_on_once_it_charges() -> None:
    """The guard started it, and it is seen to be quick: it is not paused until the plan begins."""
    assert guarded(late(3), 2 * KW, 6, seen=True, continuous=True, charging=True) == "██████████··"
    assert guarded(late(3), 2 * KW, 6, seen=True, continuous=True, charging=False) == "······████··"


def test_a_car_that_nobody_saw_charge_is_not_started_again_and_again() -> None:
    """It is quicker than is feared, so that waiting is no longer late after a moment: it goes on all the same."""
    waits = late(5)
    needs_kwh, charging, starts = 2 * KW, False, 0
    for hour in (minute / 60 for minute in range(300)):
        asked = question(one := order(needs_kwh, 7, charging=charging), tariff(0.2))
        before, charging = (
            charging,
            guard(waits, one, asked.site, in_hours(hour), seen=False).at(in_hours(hour)) is not None,
        )
        starts += charging and not before
        needs_kwh -= KW / 60 if charging else 0
    assert starts == 1
    assert needs_kwh < 1.5 * KW


@pytest.mark.parametrize(("ready_in_h", "plan"), [(3.0, "··████"), (2.7, "█████"), (2.5, "█████")])
def test_whoever_charges_and_has_hardly_more_time_than_it_needs_goes_on(ready_in_h: float, plan: str) -> None:
    assert guarded(late(1), 2 * KW, ready_in_h, seen=True, charging=True) == plan


def test_a_slow_car_is_offered_all_in_the_time_that_it_needs() -> None:
    """Five hours at 80 % of the power, and half an hour in reserve."""
    slow = order(4 * KW, 5.5, takes_a=12.8)
    plan = guard(late(1.5, 4), slow, question(slow, tariff(0.2)).site, in_hours(0), seen=True)
    first = plan.at(in_hours(0))
    assert first is not None
    assert first.current_a == slow.maximum_a


@pytest.mark.parametrize(
    ("full_h", "pause_h", "ready_in_h", "current_a"),
    [
        pytest.param(2.0, 0.25, 2.1, 0.0, id="a short pause is let be"),
        # Two hours become six minutes longer by what the house takes at times, and ten are kept in reserve.
        pytest.param(2.0, 0.3, 2.3, 0.0, id="eleven minutes to spare"),
        pytest.param(2.0, 0.3, 2.2, 16.0, id="five minutes to spare: with all there is"),
        # 0.1 h at full power, of 0.8 * 0.26 h: 0.48 of 16 A, and 5 % for the house.
        pytest.param(0.1, 0.3, 0.26, 8.1, id="six minutes of a quarter of an hour: with what it needs"),
    ],
)
def test_where_power_has_a_price_the_guard_makes_no_peak(
    full_h: float, pause_h: float, ready_in_h: float, current_a: float
) -> None:
    asked = question(one := order(full_h * KW, ready_in_h), tariff(0.2))
    plan = replace(late(pause_h, 0.2), paced=True)
    slot = guard(plan, one, asked.site, in_hours(0), seen=True).at(in_hours(0))
    assert (0.0 if slot is None else slot.current_a) == pytest.approx(current_a, abs=0.01)
