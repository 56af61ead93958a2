"""What is wanted of a car, and the plan that comes of it, drawn: a sign is half an hour."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from custom_components.smart_charging.engine.model.order import Order, Stage
from custom_components.smart_charging.engine.model.outlook import Outlook, OutlookStep
from custom_components.smart_charging.engine.model.plan import Plan, PlanSlot
from custom_components.smart_charging.engine.model.tariff import PeakPrice, Tariff
from custom_components.smart_charging.engine.planning.planner import make_plans

from ..builders import NOW
from .builders import HOUR, KW, drawn, flat, in_hours, order, question, tariff

NIGHT = tariff(0.30, 0.28, 0.12, 0.10, 0.11, 0.27, 0.31, 0.29)
DAY_AFTER = tariff(*[0.3] * 22, 0.1, *[0.3] * 3, 0.2, 0.2, *[0.3] * 20)


def planned(wanted: Order, prices: Tariff = NIGHT, **changes: Any) -> Plan:
    return make_plans(question(wanted, prices, **changes))["a"]


def stages(*wanted: tuple[float, float | None, float | None]) -> Order:
    """Hours of charging, ready in so many hours, for so much per kWh at the most."""
    return order(
        0,
        stages=tuple(
            Stage(energy_kwh=hours * KW, departure=None if ready_h is None else in_hours(ready_h), most_per_kwh=most)
            for hours, ready_h, most in wanted
        ),
    )


@pytest.mark.parametrize(
    ("wanted", "plan"),
    [
        pytest.param(order(1.5 * KW, 8), "······███·······", id="by departure: the cheapest hour and a half"),
        pytest.param(order(1.5 * KW, 8, at_once_kwh=KW / 2), "█·····██········", id="half an hour of it at once"),
        pytest.param(order(KW, 8, at_once_kwh=2 * KW), "████············", id="at once more than is wanted: only that"),
        pytest.param(order(KW, 8, at_once_kwh=KW), "██··············", id="at once just what is wanted"),
        pytest.param(
            order(2 * KW, 8, at_once_kwh=KW / 2, price_limit=0.1),
            "█·····██········",
            id="at once, whatever the price limit says",
        ),
        pytest.param(
            order(1.5 * KW, 8, last_stretch=HOUR / 2), "······██·······█", id="the last half hour in any case"
        ),
        pytest.param(order(KW / 2, 8, last_stretch=HOUR / 2), "···············█", id="no more than the last half hour"),
        pytest.param(
            order(KW / 2, last_stretch=HOUR / 2), "······█·········", id="without a departure there is no last"
        ),
        pytest.param(order(4 * KW, 8, price_limit=0.2), "····██████······", id="never above 20 cents, be it late"),
        pytest.param(order(4 * KW, 8, cheapest=2 * HOUR), "······████······", id="only in the cheapest two hours"),
        pytest.param(order(4 * KW, 8, cheapest=1.5 * HOUR), "······████······", id="begun hours are hours"),
        pytest.param(order(KW, 8, cheapest=24 * HOUR), "······██········", id="the cheapest 24 hours are all"),
        pytest.param(
            order(1.5 * KW, 8, not_before=in_hours(4)), "········███·····", id="not before four hours from now"
        ),
        pytest.param(order(1.5 * KW, 3), "···███··········", id="ready in three hours"),
        pytest.param(order(3 * KW, 8, continuous=True), "····██████······", id="in one go"),
    ],
)
def test_an_order_drawn(wanted: Order, plan: str):
    assert drawn(planned(wanted), 8) == plan


@pytest.mark.parametrize(
    ("wanted", "plan", "missed_hours"),
    [
        pytest.param(
            stages((1, 8, None), (3, 8, 0.115)), "······████······", 0, id="one hour; two more only below 11.5 cents"
        ),
        pytest.param(stages((3, 8, None), (4, 8, 0.115)), "····██████······", 0, id="three hours; more is too dear"),
        pytest.param(stages((9, None, 0.115)), "······████······", 0, id="whatever costs less than 11.5 cents"),
        pytest.param(stages((9, None, 0.05)), "················", 0, id="nothing costs less than 5 cents"),
        pytest.param(
            stages((1, 2, None), (2, 8, None)), "··██··██········", 0, id="an hour by nine, another one by three"
        ),
        pytest.param(
            stages((3, 2, None), (4, 8, None)), "████··████······", 1, id="three hours by nine: one is missing"
        ),
        pytest.param(stages((0, 8, None)), "················", 0, id="nothing"),
    ],
)
def test_stages_drawn(wanted: Order, plan: str, missed_hours: float):
    found = planned(wanted)
    assert drawn(found, 8) == plan
    assert found.missed_kwh == pytest.approx(missed_hours * KW, abs=0.01)


def test_a_price_limit_is_for_what_reaches_the_battery():
    """A tenth is lost: what costs 11 cents at the meter costs 12.2 in the battery, and 12 were the most."""
    wanted = (Stage(energy_kwh=90, departure=in_hours(8), most_per_kwh=0.12),)
    assert drawn(planned(order(0, stages=wanted, efficiency=0.9)), 8) == "······██········"


def test_the_cheapest_hour_of_each_day():
    found = planned(order(3 * KW, 36, cheapest=HOUR), DAY_AFTER)
    assert drawn(found, 36, each_h=1) == "·" * 22 + "█···█" + "·" * 9


def test_less_is_lost_with_more_current():
    """Of 250 W that the car wants for itself it is the quicker way that takes less: 10 kWh need 11.36 from the meter."""
    found = planned(order(10, 8, efficiency=0.9, standby_w=250.0), flat(0.3, 8))
    assert found.slots[0].power_kw == KW
    assert found.cost == pytest.approx(0.3 * (10 / 0.9) * KW / (KW - 0.25))


@pytest.mark.parametrize(
    ("prices", "wanted_hours", "plan", "currents_a"),
    [
        pytest.param((0.20, 0.25, 0.20), 2, "██··██", [16, 16], id="5 cents for an hour: a pause is worth it"),
        pytest.param((0.20, 0.201, 0.20), 2, "█████▄", [16, 6, 16], id="a tenth of a cent: 6 A instead of a start"),
        pytest.param((0.20, 0.20, 0.20), 2, "████··", [16, 16], id="no difference: at once"),
    ],
)
def test_a_start_costs_a_little(prices: Sequence[float], wanted_hours: float, plan: str, currents_a: list[float]):
    found = planned(order(wanted_hours * KW, 3), tariff(*prices))
    assert drawn(found, 3) == plan
    assert [slot.current_a for slot in found.slots] == pytest.approx(currents_a)


@pytest.mark.parametrize(
    ("prices", "plan"),
    [
        pytest.param((0.20001, 0.2, 0.2), "██····", id="a thousandth of a cent: not worth to wait an hour for"),
        pytest.param((0.2001, 0.2, 0.2), "··██··", id="a hundredth is"),
    ],
)
def test_of_two_hours_that_cost_the_same_the_earlier_one_is_taken(prices: Sequence[float], plan: str):
    assert drawn(planned(order(KW, 3), tariff(*prices)), 3) == plan


def test_a_car_that_charges_goes_on_where_that_costs_no_more():
    assert drawn(planned(order(KW, 3, charging=True), flat(0.3, 3)), 3) == "██····"


ALMOST = (0.30, 0.28, 0.115, 0.112, 0.113, 0.27)
"""Of three hours the middle one is the cheapest, by a tenth of a cent."""


@pytest.mark.parametrize(
    ("prices", "before_h", "plan"),
    [
        pytest.param(ALMOST, None, "······██····", id="no plan before: the cheapest"),
        pytest.param(ALMOST, 4, "········██··", id="it was to be an hour later, for a tenth of a cent more: it stays"),
        pytest.param(ALMOST, 2, "····██······", id="or an hour earlier, for three tenths: it stays"),
        pytest.param((0.30, 0.28, 0.115, 0.090, 0.113, 0.27), 4, "······██····", id="two cents are worth another hour"),
        pytest.param(ALMOST, 0, "······██····", id="it was to be in the dear one: not any more"),
    ],
)
def test_plans_do_not_jump_for_cents(prices: Sequence[float], before_h: int | None, plan: str):
    before: dict[str, Plan] = {}
    if before_h is not None:
        slot = PlanSlot(start=in_hours(before_h), end=in_hours(before_h + 1), current_a=16.0)
        silent = PlanSlot(start=in_hours(3), end=in_hours(4), current_a=0.0)
        before = {"a": Plan(slots=(slot, silent) if before_h < 3 else (silent, slot))}
    assert drawn(planned(order(KW, 6), tariff(*prices), before=before), 6) == plan


def cars(*wanted: tuple[float, float, int]) -> list[Order]:
    """Cars that want hours of charging, ready in so many hours, with a priority: at chargers a, b, c."""
    return [
        order(hours * KW, ready_h, evse_id=name, priority=priority)
        for name, (hours, ready_h, priority) in zip("abc", wanted, strict=False)
    ]


SHARED = tariff(0.3, 0.1, 0.2, 0.3, 0.3, 0.3)


@pytest.mark.parametrize(
    ("wanted", "limit_a", "drawings"),
    [
        pytest.param(cars((1, 6, 0), (1, 6, 0)), 32, ["··██········", "··██········"], id="room for two: side by side"),
        pytest.param(cars((1, 6, 0), (1, 6, 0)), 16, ["··██········", "····██······"], id="room for one: one by one"),
        pytest.param(
            cars((1, 6, 0), (1, 2, 0)), 16, ["····██······", "··██········"], id="the one that leaves goes first"
        ),
        pytest.param(cars((2, 2, 0), (2, 2, 1)), 16, ["····", "████"], id="not enough for both: the priority has it"),
        pytest.param(cars((2, 2, 1), (2, 2, 0)), 16, ["████", "····"], id="... whichever that is"),
        pytest.param(
            cars((1, 2, 5), (1, 2, 9), (1, 2, 0)), 16, ["··██", "██··", "····"], id="three of them, room for two"
        ),
    ],
)
def test_cars_share(wanted: list[Order], limit_a: float, drawings: list[str]):
    plans = make_plans(question(wanted, SHARED, limit_a=limit_a))
    assert [drawn(plans[one.evse_id], len(drawings[0]) / 2) for one in wanted] == drawings


@pytest.mark.parametrize("count", [2, 3])
def test_what_is_short_is_shared_to_about_a_quarter(count: int):
    """24 A for two hours are 33.1 kWh: missing the second quarter is worse than missing the first."""
    wanted = cars(*[(2, 2, 0)] * count)
    plans = make_plans(question(wanted, flat(0.3, 2), limit_a=24))
    shares = [1 - plans[one.evse_id].missed_kwh / (2 * KW) for one in wanted]
    assert sum(shares) == pytest.approx(1.5, abs=0.01)
    assert max(shares) - min(shares) <= 0.26


def test_a_small_wish_is_met_beside_a_large_one():
    """6 A for the one, 10 for the other meanwhile: of two hours of 16 A the large one lacks a little."""
    plans = make_plans(question([order(20, 2, evse_id="a"), order(3, 2, evse_id="b")], flat(0.3, 2), limit_a=16))
    assert plans["b"].missed_kwh == 0
    assert 0 < plans["a"].missed_kwh < 3


def test_what_must_be_had_is_not_missed_for_a_price_of_power() -> None:
    """A step of 120 at 5 kW, where the house alone takes 4: it is paid, and the car is ready."""
    price = PeakPrice(per_kw=0.0, window=HOUR, days=1, steps=((5.0, 120.0),))
    house = Outlook(steps=(OutlookStep(start=NOW, end=NOW + 3 * HOUR, base_kw=4.0, margin_kw=0.0),))
    asked = question(order(2.0, 1), replace(tariff(1.0, 1.0), peak=price), outlook=house)
    assert make_plans(asked)["a"].missed_kwh == 0


def test_a_small_wish_is_not_sacrificed_to_a_large_one() -> None:
    """22 kWh and 2.8 kWh in two hours, where 16 A have to do for both: each lacks a part."""
    both = [order(22.08, 2), order(2.76, 2, evse_id="b")]
    plans = make_plans(question(both, flat(0.2, 2), limit_a=16.0))
    assert plans["b"].missed_kwh < 2.0
    assert plans["a"].missed_kwh < 6.0


def test_where_power_has_a_price_a_car_is_given_no_more_than_is_planned() -> None:
    free = make_plans(question(order(10.0, 3), flat(0.2, 3), limit_a=12.0, outlook=_house(0.7)))["a"]
    assert {slot.current_a for slot in free.slots} == {16.0}
    priced = replace(flat(0.2, 3), peak=PeakPrice(per_kw=4.0, window=HOUR))
    bound = make_plans(question(order(10.0, 3), priced, limit_a=12.0, outlook=_house(0.7)))["a"]
    assert max(slot.current_a for slot in bound.slots) < 12


def _house(margin_kw: float) -> Outlook:
    return Outlook(steps=(OutlookStep(start=NOW, end=NOW + 5 * HOUR, base_kw=0.5, margin_kw=margin_kw),))
