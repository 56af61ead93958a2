"""Plans where CO₂ counts: as a price, or instead of the price. What is told stays what is paid, and what is emitted."""

from collections.abc import Sequence
from typing import Any

import pytest

from custom_components.smart_charging.engine.accounting.cheap_hours import cheap_hours
from custom_components.smart_charging.engine.model.carbon import Carbon
from custom_components.smart_charging.engine.model.order import Order, Stage
from custom_components.smart_charging.engine.model.outlook import Outlook, OutlookStep
from custom_components.smart_charging.engine.model.plan import Plan
from custom_components.smart_charging.engine.model.tariff import PeakPrice, PriceSlot, Tariff
from custom_components.smart_charging.engine.planning.planner import make_plans, pose

from .builders import HOUR, KW, drawn, emits, flat, in_hours, order, question, tariff

PRICES = (0.30, 0.25, 0.10, 0.12, 0.20, 0.22)
"""The cheapest hour is the third one,"""
GRAMS = (400, 300, 350, 250, 60, 80)
"""and the greenest the fifth."""


def night(carbon: Carbon | None = None, **more: Any) -> Tariff:
    return tariff(*PRICES, carbon=carbon, **more)


def planned(wanted: Order, prices: Tariff, **changes: Any) -> Plan:
    return make_plans(question(wanted, prices, **changes))["a"]


@pytest.mark.parametrize(
    ("carbon", "plan"),
    [
        pytest.param(None, "····██······", id="CO₂ does not count: the cheapest hour"),
        pytest.param(emits(*GRAMS, per_tonne=100), "····██······", id="100 € a tonne: 290 g are 2.9 cents, and no 10"),
        pytest.param(emits(*GRAMS, per_tonne=600), "········██··", id="600 € a tonne: 190 g are 11.4 cents"),
        pytest.param(emits(*GRAMS), "········██··", id="instead of the price: the greenest hour"),
        pytest.param(emits(), "····██······", id="nobody knows anything of CO₂: the cheapest hour"),
        pytest.param(emits(*[200] * 6), "····██······", id="it is always the same: the cheapest hour"),
    ],
)
def test_a_night_whose_cheapest_and_greenest_hours_differ(carbon: Carbon | None, plan: str) -> None:
    assert drawn(planned(order(KW, 6), night(carbon)), 6) == plan


def test_money_is_told_as_it_is_paid_and_co2_as_it_is_emitted() -> None:
    found = planned(order(KW, 6), night(emits(*GRAMS)))
    assert found.by_carbon
    assert (found.cost, found.saving) == pytest.approx((0.20 * KW, 0.10 * KW))
    assert (found.carbon_kg, found.carbon_saving_kg) == pytest.approx((0.06 * KW, 0.34 * KW))
    (slot,) = found.slots
    assert (slot.price_per_kwh, slot.cost) == pytest.approx((0.20, 0.20 * KW))
    assert (slot.carbon_kg_per_kwh, slot.carbon_kg) == pytest.approx((0.06, 0.06 * KW))
    assert not found.estimated


def test_a_price_of_co2_is_nothing_that_is_paid() -> None:
    found = planned(order(KW, 6), night(emits(*GRAMS, per_tonne=600)))
    assert not found.by_carbon
    assert (found.cost, found.carbon_kg) == pytest.approx((0.20 * KW, 0.06 * KW))


def test_nothing_is_told_of_co2_that_does_not_count_or_that_nobody_knows() -> None:
    for carbon in (None, emits(), emits(per_tonne=100)):
        found = planned(order(KW, 6), night(carbon))
        assert (found.carbon_kg, found.carbon_saving_kg, found.slots[0].carbon_kg_per_kwh) == (None, None, None)
        assert not found.by_carbon


@pytest.mark.parametrize(
    ("prices", "cost"),
    [pytest.param([0.3] * 6, 0.3 * KW, id="one price"), pytest.param([], None, id="nobody knows any price")],
)
def test_by_co2_alone(prices: Sequence[float], cost: float | None) -> None:
    found = planned(order(KW, 6), tariff(*prices, carbon=emits(*GRAMS)))
    assert drawn(found, 6) == "········██··"
    assert found.cost == (None if cost is None else pytest.approx(cost))
    assert found.carbon_kg == pytest.approx(0.06 * KW)
    assert not found.estimated


def test_of_two_hours_that_are_equally_green_the_cheaper_one() -> None:
    assert drawn(planned(order(KW, 3), tariff(0.3, 0.3, 0.2, carbon=emits(300, 100, 100))), 3) == "····██"


@pytest.mark.parametrize(
    ("carbon", "estimated"),
    [
        pytest.param(emits(*GRAMS, estimated=True), True, id="a guess"),
        pytest.param(emits(*GRAMS[:4]), False, id="the hours that are used are known"),
        pytest.param(emits(600, None), True, id="unknown, so as on average"),
        pytest.param(emits(*GRAMS, per_tonne=1000, estimated=True), False, id="as a price: the prices are known"),
    ],
)
def test_it_is_said_what_rests_on_guesses(carbon: Carbon, *, estimated: bool) -> None:
    assert planned(order(KW, 6), night(carbon)).estimated is estimated


def test_a_plan_by_co2_whose_cost_is_a_guess_says_so() -> None:
    guess = PriceSlot(start=in_hours(0), end=in_hours(6), price_per_kwh=0.3, estimated=True)
    assert planned(order(KW, 6), Tariff(currency="EUR", prices=(guess,), carbon=emits(*GRAMS))).estimated


def sun(*surplus_kw: float) -> Outlook:
    return Outlook(
        steps=[
            OutlookStep(start=in_hours(hour), end=in_hours(hour + 1), base_kw=0.0, margin_kw=0.0, solar_kw=kw)
            for hour, kw in enumerate(surplus_kw)
        ]
    )


def test_what_the_roof_gives_emits_nothing_though_it_would_have_earned_much() -> None:
    prices = tariff(*PRICES, carbon=emits(*GRAMS), feed_in=flat(0.5, 6).prices)
    found = planned(order(KW, 6), prices, outlook=sun(0, 0, 0, KW, 0, 0))
    assert drawn(found, 6) == "······██····"
    assert found.carbon_kg == pytest.approx(0)
    assert found.cost == pytest.approx(0.5 * KW)


def test_a_price_limit_is_one_of_money() -> None:
    for carbon in (emits(*GRAMS), emits(*GRAMS, per_tonne=600)):
        assert drawn(planned(order(KW, 6, price_limit=0.15), night(carbon)), 6) == "······██····"


def test_the_cheapest_hours_are_the_greenest() -> None:
    assert drawn(planned(order(2 * KW, 6, cheapest=2 * HOUR), night(emits(*GRAMS))), 6) == "········████"


def more(must_h: float, more_h: float, below: float, **changes: Any) -> Order:
    """So many hours of charging have to be, and up to so many are wanted below a price; a car with common losses."""
    wanted = (
        Stage(energy_kwh=must_h * KW, departure=in_hours(6)),
        Stage(energy_kwh=more_h * KW, departure=in_hours(6), most_per_kwh=below),
    )
    return order(0, stages=wanted, **changes)


CO2 = [pytest.param(emits(*GRAMS), id="instead"), pytest.param(emits(*GRAMS, per_tonne=100), id="price")]


@pytest.mark.parametrize("carbon", CO2)
@pytest.mark.parametrize(
    ("wanted", "plan"),
    [
        pytest.param(more(0, 2, 0.15), "····████····", id="two hours are cheap enough"),
        pytest.param(more(0, 6, 0.21), "····██████··", id="three, and more is wanted"),
        pytest.param(more(0, 6, 0.05), "············", id="none"),
        pytest.param(more(0, 6, 1.0), "████████████", id="all"),
    ],
)
def test_what_is_only_wanted_below_a_price_is_charged_below_it_in_money(
    carbon: Carbon, wanted: Order, plan: str
) -> None:
    assert drawn(planned(wanted, night(carbon)), 6) == plan


def test_what_must_be_is_charged_whatever_it_costs() -> None:
    found = planned(more(5, 6, 0.05), night(emits(*GRAMS)))
    assert drawn(found, 6) == "··██████████"
    assert found.missed_kwh == 0


def test_with_losses_and_one_price_as_well() -> None:
    real = more(0, 2, 0.31, efficiency=0.93, standby_w=250.0)
    assert planned(real, tariff(*[0.3] * 6, carbon=emits(*[200] * 6))).slots == ()  # 0.3226 in the battery
    affordable = more(0, 2, 0.33, efficiency=0.93, standby_w=250.0)
    found = planned(affordable, tariff(*[0.3] * 6, carbon=emits(*[200] * 6)))
    assert found.slots[-1].stored_kwh == pytest.approx(2 * KW)


def test_the_sun_is_cheap_enough_though_the_grid_is_not() -> None:
    found = planned(more(0, 1, 0.15), flat_with(emits(*GRAMS)), outlook=sun(0, 0, 5, 5, 5, 0))
    assert drawn(found, 6) == "·····▄██▄···"
    assert found.carbon_kg == pytest.approx(0, abs=0.01)


def flat_with(carbon: Carbon) -> Tariff:
    return tariff(*[0.3] * 6, carbon=carbon)


def test_a_car_that_loses_all_of_its_least_current_is_no_error() -> None:
    hopeless = more(0, 1, 0.15, standby_w=5000.0)
    assert planned(hopeless, night(emits(*GRAMS))) is not None


def test_the_price_of_power_stays_in_proportion() -> None:
    """A kW costs as much as 4 kWh do on average, so it pays to charge slowly as it would if all hours cost the same."""
    dear = PeakPrice(per_kw=4 * 0.25, window=HOUR)
    by_co2 = planned(order(2 * KW, 6), tariff(*[0.25] * 6, peak=dear, carbon=emits(*GRAMS)))
    by_money = planned(order(2 * KW, 6), tariff(*[g / 240 * 0.25 for g in GRAMS], peak=dear))
    assert drawn(by_co2, 6) == drawn(by_money, 6)
    assert max(slot.power_kw for slot in by_co2.slots) == pytest.approx(
        max(slot.power_kw for slot in by_money.slots), rel=0.05
    )


def test_missing_something_and_starting_stay_in_proportion() -> None:
    job = pose(question(order(KW, 6), night(emits(*GRAMS)))).jobs[0]
    plain = pose(question(order(KW, 6), night())).jobs[0]
    assert job.start_cost == pytest.approx(plain.start_cost, rel=0.05)
    assert job.wants[0].worth_per_kwh == pytest.approx(40 * (400 / 240 * 0.1983 + 0.003), rel=1e-3)


def test_cheap_hours_are_the_greenest_third() -> None:
    hours = [cheap_hours(night(emits(*GRAMS)), in_hours(hour)) for hour in range(6)]
    assert [it is not None and it.cheap for it in hours] == [False, False, False, False, True, True]
