"""What a plan tells: its slots, what they cost and save, what will be missing and why, and whether prices were guessed."""

from collections.abc import Sequence
from typing import Any

import pytest

from custom_components.smart_charging.engine.model.order import Order, Stage
from custom_components.smart_charging.engine.model.outlook import Outlook, OutlookStep
from custom_components.smart_charging.engine.model.plan import Plan, Shortage
from custom_components.smart_charging.engine.model.tariff import PriceSlot, Tariff
from custom_components.smart_charging.engine.planning.planner import make_plans, pose
from custom_components.smart_charging.engine.planning.schedule import IDLE, Use
from custom_components.smart_charging.engine.planning.telling import tell

from ..builders import NOW
from .builders import HOUR, KW, drawn, flat, in_hours, order, question, tariff

ALL, HALF = Use(KW), Use(KW, 0.5)


def told(*uses: Use, price: float = 0.3) -> Plan:
    """The plan of a car that uses the hours like this."""
    asked = question(order(0, len(uses)), flat(price, len(uses)))
    return tell(asked, pose(asked), [uses])["a"]


def planned(wanted: Order, prices: Tariff, **changes: Any) -> Plan:
    return make_plans(question(wanted, prices, **changes))["a"]


@pytest.mark.parametrize(
    ("uses", "plan"),
    [
        pytest.param([HALF, IDLE], "█···", id="half an hour alone: at its beginning"),
        pytest.param([IDLE, HALF], "··█·", id="or later"),
        pytest.param([HALF, ALL], "·███", id="before a whole one: next to that"),
        pytest.param([ALL, HALF], "███·", id="after a whole one: next to that"),
        pytest.param([HALF, HALF], "·██·", id="two halves: in one go"),
        pytest.param([HALF, ALL, HALF], "·████·", id="at both sides"),
        pytest.param([ALL, HALF, ALL], "███·██", id="in the middle: a pause at its end"),
        pytest.param([IDLE, IDLE], "····", id="nothing"),
    ],
)
def test_a_part_of_an_hour_is_at_the_side_where_it_charges(uses: Sequence[Use], plan: str):
    assert drawn(told(*uses), len(uses)) == plan


def test_a_slot_tells_what_happens_in_it():
    found = told(Use(KW), Use(KW / 2, 0.5))
    first, second = found.slots
    assert (first.start, first.end, second.start, second.end) == (NOW, in_hours(1), in_hours(1), in_hours(1.5))
    assert [first.current_a, second.current_a] == pytest.approx([16, 8])
    assert [first.power_kw, second.power_kw] == pytest.approx([KW, KW / 2])
    assert [first.price_per_kwh, second.price_per_kwh] == [0.3, 0.3]
    assert [first.cost, second.cost] == pytest.approx([0.3 * KW, 0.3 * KW / 4])
    assert [first.stored_kwh, second.stored_kwh] == pytest.approx([KW, 1.25 * KW])


def test_amperes_are_those_of_each_phase():
    (slot,) = planned(order(1.84, 1, phases=1), flat(0.3, 1)).slots
    assert (slot.power_kw, slot.current_a) == pytest.approx((3.68, 16))


def test_a_car_may_use_what_the_house_leaves_beyond_what_was_feared():
    """10 A are left if the house takes what it is hardly ever above: that is expected, and 16 A are allowed."""
    (slot,) = planned(order(5, 1), flat(0.3, 1), limit_a=10).slots
    assert [slot.power_kw, slot.current_a] == pytest.approx([6.9, 16])


def test_slots_begin_and_end_on_whole_seconds_and_never_too_early():
    (slot,) = told(Use(KW, 1 / 7)).slots
    assert (slot.end - slot.start).total_seconds() == 515  # 514.3 are needed


def test_a_trip_by_nine():
    found = planned(order(KW, 6), tariff(0.3, 0.2, 0.1, 0.3, 0.3, 0.3))
    assert (found.starts_at, found.ready_at, found.departure) == (in_hours(2), in_hours(3), in_hours(6))
    assert found.cost == pytest.approx(0.1 * KW)
    assert found.saving == pytest.approx(0.2 * KW)
    assert (found.missed_kwh, found.missed_for, found.estimated) == (0, None, False)


def test_the_last_of_two_departures_is_told_and_none_where_there_is_none():
    twice = (Stage(energy_kwh=1, departure=in_hours(2)), Stage(energy_kwh=2, departure=in_hours(5)))
    assert planned(order(0, stages=twice), flat(0.3, 6)).departure == in_hours(5)
    assert planned(order(1), flat(0.3, 6)).departure is None


@pytest.mark.parametrize(
    ("kwh", "prices", "cost", "saving"),
    [
        pytest.param(KW, (0.3, 0.3), 0.3 * KW, 0, id="all the same: nothing is saved"),
        pytest.param(KW, (0.3, 0.1), 0.1 * KW, 0.2 * KW, id="an hour later"),
        pytest.param(
            1.5 * KW, (0.3, 0.2, 0.1), 0.2 * KW, (0.3 + 0.1 - 0.2) * KW, id="at once half of it is at 20 cents"
        ),
        pytest.param(KW, (0.3, -0.1), -0.1 * KW, 0.4 * KW, id="one earns something"),
        pytest.param(0, (0.3, 0.3), 0, 0, id="nothing wanted"),
    ],
)
def test_what_is_saved_against_charging_at_once(kwh: float, prices: Sequence[float], cost: float, saving: float):
    found = planned(order(kwh, len(prices)), tariff(*prices))
    assert [found.cost, found.saving] == pytest.approx([cost, saving], abs=1e-6)


def test_the_sun_costs_what_it_would_have_earned():
    """6 kW of surplus at 8 cents, the other 5.04 kW at 30."""
    noon = Outlook(steps=(OutlookStep(start=NOW, end=in_hours(1), base_kw=1.0, margin_kw=0.0, solar_kw=7.0),))
    prices = Tariff(currency="EUR", prices=flat(0.3, 1).prices, feed_in=flat(0.08, 1).prices)
    assert planned(order(KW, 1), prices, outlook=noon).cost == pytest.approx(6 * 0.08 + 5.04 * 0.3)


def test_cars_share_what_the_sun_gives_by_what_they_take():
    noon = Outlook(steps=(OutlookStep(start=NOW, end=in_hours(1), base_kw=0.0, margin_kw=0.0, solar_kw=KW),))
    cars = [order(KW, 1, evse_id="a"), order(KW / 2, 1, evse_id="b")]
    plans = make_plans(question(cars, flat(0.3, 1), outlook=noon))
    assert [plans["a"].cost, plans["b"].cost] == pytest.approx([0.3 * KW / 2 * 2 / 3, 0.3 * KW / 2 / 3], abs=1e-3)


NIGHT = tariff(0.3, 0.1, 0.2, 0.3)


@pytest.mark.parametrize(
    ("wanted", "limit_a", "missed_kwh", "why"),
    [
        pytest.param(order(2 * KW, 4), 63, 0, None, id="all is well"),
        pytest.param(order(KW + 0.009, 1), 63, 0, None, id="9 Wh are nothing that anybody misses"),
        pytest.param(order(2 * KW, 1), 63, KW, Shortage.TIME, id="two hours of charging in one"),
        pytest.param(order(5 * KW), 63, KW, Shortage.TIME, id="five hours of charging in four that are known"),
        pytest.param(order(2 * KW, 4, price_limit=0.15), 63, KW, Shortage.PRICE, id="one hour is below its price"),
        pytest.param(order(2 * KW, 4, cheapest=HOUR), 63, KW, Shortage.PRICE, id="one hour is the cheapest"),
        pytest.param(order(2 * KW, 4, not_before=in_hours(3)), 63, KW, Shortage.PRICE, id="its own hours are too few"),
        pytest.param(
            order(2 * KW, 4, continuous=True, price_limit=0.25),
            63,
            0,
            None,
            id="without a pause, and two hours next to each other",
        ),
        pytest.param(order(4 * KW, 4), 8, 2 * KW, Shortage.LIMIT, id="the house has 8 A"),
        pytest.param(order(2 * KW, 4), 5, 2 * KW, Shortage.LIMIT, id="the house has less than it can be told"),
        pytest.param(
            order(9 * KW, 4, price_limit=0.15), 8, 8.5 * KW, Shortage.TIME, id="everything is too little: time first"
        ),
        pytest.param(
            order(2 * KW, 4, price_limit=0.15), 8, 1.5 * KW, Shortage.PRICE, id="price and house: the price first"
        ),
    ],
)
def test_what_is_missing_and_why(wanted: Order, limit_a: float, missed_kwh: float, why: Shortage | None):
    found = planned(wanted, NIGHT, limit_a=limit_a)
    assert found.missed_kwh == pytest.approx(missed_kwh, abs=1e-3)
    assert found.missed_for is why


def test_a_car_that_bears_no_pause_misses_the_other_cheap_hour_for_its_own_terms():
    found = planned(order(2 * KW, 3, continuous=True, price_limit=0.2), tariff(0.1, 0.3, 0.1))
    assert found.missed_kwh == pytest.approx(KW)
    assert found.missed_for is Shortage.PRICE


def test_of_two_cars_that_share_a_limit_the_later_one_is_told_so():
    cars = [order(2 * KW, 2, evse_id="a", priority=1), order(2 * KW, 2, evse_id="b")]
    plans = make_plans(question(cars, flat(0.3, 2), limit_a=16))
    assert plans["a"].missed_for is None
    assert plans["b"].missed_kwh == pytest.approx(2 * KW)
    assert plans["b"].missed_for is Shortage.SHARED


def test_what_is_only_wanted_below_a_price_is_never_missed():
    wanted = (
        Stage(energy_kwh=KW, departure=in_hours(4)),
        Stage(energy_kwh=3 * KW, departure=in_hours(4), most_per_kwh=0.15),
    )
    found = planned(order(0, stages=wanted), NIGHT)
    assert found.missed_kwh == 0
    assert drawn(found, 4) == "··██····"


def test_the_worst_of_two_departures_is_told():
    wanted = (Stage(energy_kwh=2 * KW, departure=in_hours(1)), Stage(energy_kwh=3 * KW, departure=in_hours(4)))
    assert planned(order(0, stages=wanted), NIGHT).missed_kwh == pytest.approx(KW)


def guessed(*prices: tuple[float, bool]) -> Tariff:
    slots = [
        PriceSlot(start=in_hours(hour), end=in_hours(hour + 1), price_per_kwh=price, estimated=estimated)
        for hour, (price, estimated) in enumerate(prices)
    ]
    return Tariff(currency="EUR", prices=slots)


@pytest.mark.parametrize(
    ("wanted", "prices", "estimated"),
    [
        pytest.param(order(KW, 2), guessed((0.3, False), (0.1, False)), False, id="published"),
        pytest.param(order(KW, 2), guessed((0.3, False), (0.1, True)), True, id="the cheap hour is guessed"),
        pytest.param(order(KW, 2), guessed((0.1, False), (0.3, True)), False, id="the dear one is: it is not used"),
        pytest.param(order(KW, 3), tariff(0.3, None, 0.1), False, id="an hour that is not used has no price"),
        pytest.param(order(2 * KW, 2), tariff(None, 0.3), True, id="an hour that is used has none"),
    ],
)
def test_a_plan_says_when_it_rests_on_guesses(wanted: Order, prices: Tariff, estimated: bool):
    assert planned(wanted, prices).estimated is estimated


def test_where_no_price_is_known_none_is_told():
    found = planned(order(KW, 2), tariff())
    assert drawn(found, 2) == "██··"
    assert (found.cost, found.saving, found.estimated) == (None, None, True)
    assert found.slots[0].price_per_kwh is None


def test_what_the_house_holds_down_is_held_down_at_once_as_well() -> None:
    """8 A are left: at once it would take three hours, and the plan takes the same three, and saves nothing."""
    plan = make_plans(question(order(1.5 * KW, 3), tariff(0.3, 0.2, 0.1), limit_a=8.0))["a"]
    assert plan.saving == pytest.approx(0, abs=1e-6)
