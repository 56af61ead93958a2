"""Plans as a house lives them: sun, negative and unknown prices, and nights of 23 and 25 hours."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.smart_charging.engine.model.order import Order, Stage
from custom_components.smart_charging.engine.model.outlook import Outlook, OutlookStep
from custom_components.smart_charging.engine.model.plan import Plan
from custom_components.smart_charging.engine.model.tariff import PriceSlot, Tariff
from custom_components.smart_charging.engine.planning.planner import make_plans, pose

from .builders import HOUR, KW, drawn, flat, in_hours, order, question, tariff

BRUSSELS = ZoneInfo("Europe/Brussels")


def planned(wanted: Order, prices: Tariff, **changes: Any) -> Plan:
    return make_plans(question(wanted, prices, **changes))["a"]


def sun(*solar_kw: float | None) -> Outlook:
    """What the roof gives hour by hour; the house takes half a kW."""
    return Outlook(
        steps=[
            OutlookStep(start=in_hours(hour), end=in_hours(hour + 1), base_kw=0.5, margin_kw=0.0, solar_kw=kw)
            for hour, kw in enumerate(solar_kw)
        ]
    )


def fed_in(prices: Sequence[float], feed_in: Sequence[float]) -> Tariff:
    return Tariff(currency="EUR", prices=tariff(*prices).prices, feed_in=tariff(*feed_in).prices)


MORNING = sun(0, 0, 3, 6.5, 8.5, 4, 0, 0)
"""2.5, 6, 8 and 3.5 kW are left over in the third to the sixth hour."""


@pytest.mark.parametrize(
    ("kwh", "prices", "outlook", "plan", "cost"),
    [
        pytest.param(11, flat(0.3, 8), MORNING, "·····▄██▄·······", 0, id="the sun is enough: only what it gives"),
        pytest.param(
            11, tariff(0.08, *[0.3] * 7), MORNING, "·····▄██▄·······", 0, id="a cheap hour, but the sun costs nothing"
        ),
        pytest.param(
            11, fed_in([0.08, *[0.3] * 7], [0.1] * 8), MORNING, "██··············", 0.88, id="it earns 10 cents: sold"
        ),
        pytest.param(
            11, fed_in([0.08, *[0.3] * 7], [0.05] * 8), MORNING, "·····▄██▄·······", 0.55, id="it earns 5 cents: used"
        ),
        pytest.param(11, flat(0.3, 8), sun(*[None] * 8), "██··············", 3.3, id="no forecast: no sun"),
        pytest.param(
            11, flat(0.3, 8), sun(*[0.4] * 8), "██··············", 3.3, id="less than the house takes: no sun"
        ),
        pytest.param(
            11,
            fed_in([0.3] * 8, [0, 0, 0, 0, -0.1, 0, 0, 0]),
            MORNING,
            "······▄██▄······",
            -0.8,
            id="whoever feeds in at noon has to pay: all of that, and the rest from before",
        ),
    ],
)
def test_the_sun_first_where_that_is_worth_it(kwh: float, prices: Tariff, outlook: Outlook, plan: str, cost: float):
    found = planned(order(kwh, 8), prices, outlook=outlook)
    assert drawn(found, 8) == plan
    assert found.cost == pytest.approx(cost, abs=2e-3)


def test_what_is_bought_beside_the_sun_is_bought_when_it_is_cheap():
    """The roof gives 20 kWh that the house leaves; 5 are missing."""
    found = planned(order(25, 8), tariff(0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.12, 0.3), outlook=MORNING)
    assert drawn(found, 8) == "·····▄████▄·▄···"
    assert found.cost == pytest.approx(0.12 * 5, abs=0.01)


def test_two_cars_do_not_use_the_same_sun_twice():
    cars = [order(9, 8, evse_id="a"), order(9, 8, evse_id="b")]
    plans = make_plans(question(cars, flat(0.3, 8), outlook=MORNING))
    assert sum(plan.cost or 0 for plan in plans.values()) == pytest.approx(0, abs=5e-3)


@pytest.mark.parametrize(
    ("wanted", "prices", "plan", "cost_hours"),
    [
        pytest.param(
            order(0, 4), (0.3, -0.1, -0.2, 0.3), "··████··", -0.3, id="nothing wanted, but it earns something"
        ),
        pytest.param(
            order(0, 4, room_kwh=1.5 * KW), (0.3, -0.1, -0.2, 0.3), "···███··", -0.25, id="room for an hour and a half"
        ),
        pytest.param(order(0, 4, room_kwh=0), (0.3, -0.1, -0.2, 0.3), "········", 0, id="no room"),
        pytest.param(order(0, 4), (0.3, 0.0, 0.1, 0.3), "········", 0, id="nothing wanted, and it earns nothing"),
        pytest.param(order(2 * KW, 4), (0.3, -0.1, 0.2, 0.3), "··████··", 0.1, id="two hours, one of them paid for"),
    ],
)
def test_negative_prices(wanted: Order, prices: Sequence[float], plan: str, cost_hours: float):
    found = planned(wanted, tariff(*prices))
    assert drawn(found, 4) == plan
    assert found.cost == pytest.approx(cost_hours * KW, abs=1e-3)


@pytest.mark.parametrize(
    ("hours", "prices", "plan"),
    [
        pytest.param(1, (0.3, 0.2, 0.1), "····██······", id="known ones are enough"),
        pytest.param(
            4, (0.3, 0.2, 0.1), "··████████··", id="what nobody knows counts as the mean: before the dear one"
        ),
        pytest.param(1, (), "██··········", id="nothing is known: at once"),
        pytest.param(1, (None, None, 0.3), "██··········", id="one is: as much as all others"),
    ],
)
def test_unknown_prices(hours: float, prices: Sequence[float | None], plan: str):
    assert drawn(planned(order(hours * KW, 6), tariff(*prices)), 6) == plan


@pytest.mark.parametrize(
    "wanted",
    [pytest.param([], id="no car"), pytest.param([order(0, stages=())], id="a car of which nothing is wanted")],
)
def test_nothing_is_wanted(wanted: list[Order]):
    plans = make_plans(question(wanted, flat(0.3, 6)))
    assert {evse_id: list(plan.slots) for evse_id, plan in plans.items()} == {one.evse_id: [] for one in wanted}


def test_after_all_prices_a_car_without_a_departure_has_a_plan_without_slots():
    plans = make_plans(question(order(10), flat(0.3, 2), at=in_hours(3)))
    assert list(plans["a"].slots) == []


def test_the_order_of_cars_changes_nothing():
    cars = [order(9, 4, evse_id="a"), order(14, 5, evse_id="b"), order(20, 6, evse_id="c", priority=1)]
    prices = tariff(0.3, 0.28, 0.1, 0.12, 0.2, 0.25)
    plans = [make_plans(question(list(each), prices, limit_a=20)) for each in permutations(cars)]
    assert all(dict(each) == dict(plans[0]) for each in plans)
    assert [job.job_id for job in pose(question(cars[::-1], prices)).jobs] == ["a", "b", "c"]


def local(day: int, month: int, hour: int, *, fold: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=BRUSSELS, fold=fold).astimezone(UTC)


def off_peak(start: datetime, end: datetime) -> Tariff:
    """0.15 from 22:00 to 6:00 by the clock on the wall, and else 0.30."""
    hours = [start + index * HOUR for index in range((end - start) // HOUR)]
    return Tariff(
        currency="EUR",
        prices=[
            PriceSlot(
                start=hour,
                end=hour + HOUR,
                price_per_kwh=0.15 if not 6 <= hour.astimezone(BRUSSELS).hour < 22 else 0.30,
            )
            for hour in hours
        ],
    )


@pytest.mark.parametrize(
    ("evening", "morning", "cheap_hours"),
    [
        pytest.param(local(28, 3, 20), local(29, 3, 8), 7, id="March: a night of 7 cheap hours"),
        pytest.param(local(24, 10, 20), local(25, 10, 8), 9, id="October: of 9"),
        pytest.param(local(14, 11, 20), local(15, 11, 8), 8, id="any other: of 8"),
    ],
)
def test_off_peak_hours_when_the_clocks_change(evening: datetime, morning: datetime, cheap_hours: int):
    """A car that wants nine hours of charging takes all that are cheap, and no more dear ones than it must."""
    wanted = order(0, stages=(Stage(energy_kwh=9 * KW, departure=morning),))
    quiet = Outlook(steps=(OutlookStep(start=evening, end=morning, base_kw=0.0, margin_kw=0.0),))
    found = planned(wanted, off_peak(evening, morning), at=evening, outlook=quiet)
    charged = sum((slot.end - slot.start for slot in found.slots if slot.price_per_kwh == 0.15), timedelta())
    assert charged / HOUR == cheap_hours
    assert found.cost == pytest.approx((0.15 * cheap_hours + 0.30 * (9 - cheap_hours)) * KW)


@pytest.mark.parametrize(
    ("cheapest", "begins"),
    [
        pytest.param(0, local(25, 10, 2), id="summer time's"),
        pytest.param(1, local(25, 10, 2, fold=1), id="winter time's"),
    ],
)
def test_two_o_clock_comes_twice_and_each_has_its_price(cheapest: int, begins: datetime):
    evening, morning = local(24, 10, 22), local(25, 10, 7)
    twice = [local(25, 10, 2), local(25, 10, 2, fold=1)]
    assert twice[1] - twice[0] == HOUR
    hours = [evening + index * HOUR for index in range(10)]
    prices = Tariff(
        currency="EUR",
        prices=[
            PriceSlot(start=hour, end=hour + HOUR, price_per_kwh=0.1 if hour == twice[cheapest] else 0.3)
            for hour in hours
        ],
    )
    quiet = Outlook(steps=(OutlookStep(start=evening, end=morning, base_kw=0.0, margin_kw=0.0),))
    found = planned(order(KW, not_before=evening), prices, at=evening, outlook=quiet)
    assert (found.starts_at, found.ready_at) == (begins, begins + HOUR)
