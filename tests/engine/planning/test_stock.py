"""A home battery beside the cars: what is best, by hand, by trying all there is, and as properties."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.smart_charging.engine.model.battery_order import BatteryWay
from custom_components.smart_charging.engine.model.battery_steering import BatterySteering
from custom_components.smart_charging.engine.model.home_battery import (
    EFFICIENCY,
    HomeBattery,
    SteeredBattery,
    steered,
)
from custom_components.smart_charging.engine.planning.stock import EXCESS_KW, LEAST_KW, Moment, Stock, Stocked

SIGNS = {BatteryWay.BY_ITSELF: "·", BatteryWay.HOLD: "h", BatteryWay.CHARGE: "c"}


def hour(price: float = 0.3, *, net_kw: float = -1.0, **changes: Any) -> Moment:
    """An hour of a house that takes 1 kW, with room for 10 kW."""
    values: dict[str, Any] = {
        "hours": 1.0,
        "price_per_kwh": price,
        "feed_in_per_kwh": 0.05,
        "net_kw": net_kw,
        "cars_kw": 0.0,
        "room_kw": 10.0,
    }
    return Moment(**(values | changes))


def stock(*moments: Moment, **changes: Any) -> Stock:
    """A battery of 10 kWh that is empty, takes and gives 4 kW, and is worth nothing at the end."""
    values: dict[str, Any] = {
        "capacity_kwh": 10.0,
        "held_kwh": 0.0,
        "moments": moments,
        "worth_per_kwh": 0.0,
        "in_kw": 4.0,
        "out_kw": 4.0,
        "charges": True,
    }
    return Stock(**(values | changes))


def drawn(stocked: Stocked) -> str:
    return "".join(SIGNS[step.deed.way] for step in stocked.steps)


ONE = 1 / EFFICIENCY
"""What the house's kWh takes out of the battery."""


@pytest.mark.parametrize(
    ("moments", "changes", "expected"),
    [
        pytest.param([hour(), hour()], {}, "··", id="nothing in it, and nothing gained by buying"),
        pytest.param([hour(0.1), hour(0.4)], {"held_kwh": ONE}, "h·", id="one kWh is kept for the dear hour"),
        pytest.param([hour(0.4), hour(0.1)], {"held_kwh": ONE}, "··", id="or given at once, if that is dear"),
        pytest.param([hour(0.1), hour(0.4, net_kw=-3.0)], {}, "c·", id="bought cheap"),
        pytest.param([hour(0.1), hour(0.4, net_kw=-3.0)], {"charges": False}, "··", id="unless nobody allows it"),
        pytest.param([hour(0.37), hour(0.4)], {}, "··", id="not for less than is lost on the way"),
        pytest.param([hour(0.1, room_kw=0.4), hour(0.4)], {}, "··", id="nor where there is no room"),
        pytest.param([hour(-0.1), hour(-0.1)], {}, "cc", id="paid for taking it"),
        pytest.param([hour(net_kw=3.0), hour()], {}, "··", id="the sun comes by itself"),
        pytest.param([hour(0.3, cars_kw=7.0), hour(0.3)], {"held_kwh": ONE}, "··", id="a car has it held by itself"),
        pytest.param(
            [hour(0.1, cars_kw=7.0), hour(0.4)], {"held_kwh": ONE, "fills_cars": True}, "h·", id="or it is told to"
        ),
    ],
)
def test_by_hand(moments: Sequence[Moment], changes: dict[str, Any], expected: str) -> None:
    assert drawn(stock(*moments, **changes).best()) == expected


def test_a_kwh_that_is_kept_saves_the_difference() -> None:
    found = stock(hour(0.1), hour(0.4), held_kwh=ONE)
    assert found.by_itself().cost == pytest.approx(0.4)
    assert found.best().cost == pytest.approx(0.1, abs=1e-3)
    assert found.best().steps[-1].held_kwh == pytest.approx(0.0)


def test_it_buys_as_much_as_is_needed_and_not_more() -> None:
    """3 kW for an hour take 3.16 kWh out of it, and 3.32 into it: more than half of what an hour's charging is."""
    stocked = stock(hour(0.1), hour(0.4, net_kw=-1.5)).best()
    assert [round(step.mean_kw, 2) for step in stocked.steps] == [2.0, -1.5]


def test_what_is_left_counts_at_its_worth() -> None:
    assert drawn(stock(hour(0.1), worth_per_kwh=0.2).best()) == "c"
    assert drawn(stock(hour(0.2), worth_per_kwh=0.2).best()) == "·"
    kept = stock(hour(0.1), held_kwh=5.0, worth_per_kwh=0.2, charges=False).best()
    assert drawn(kept) == "h"
    assert kept.cost == pytest.approx(0.1 - 1.0, abs=1e-3)


def test_a_car_is_not_fed_and_an_hour_of_it_saves_the_house_nothing() -> None:
    fed = stock(hour(0.3, cars_kw=7.0), held_kwh=5.0)
    assert fed.by_itself().steps[0].mean_kw == 0
    assert replace(fed, fills_cars=True).by_itself().steps[0].mean_kw == -4.0
    # What follows the sun, but for what it lags behind, takes nothing from the battery.
    sunny = stock(hour(0.3, net_kw=3.0, cars_kw=3.0 + EXCESS_KW / 2), held_kwh=5.0)
    assert sunny.by_itself().steps[0].mean_kw == 0


def test_the_sun_is_first_the_car_s() -> None:
    assert stock(hour(net_kw=3.0, cars_kw=2.0)).by_itself().steps[0].mean_kw == 1.0
    assert stock(hour(net_kw=30.0), in_kw=float("inf")).by_itself().steps[0].held_kwh == 10.0


def test_one_more_kwh_in_it_is_worth_what_it_will_save() -> None:
    found = stock(hour(0.1, net_kw=0.0), hour(0.4, net_kw=-3.0), held_kwh=1.0, charges=False).best()
    assert found.values[0] == pytest.approx(0.4 * EFFICIENCY, rel=0.01)
    assert found.values[1] == pytest.approx(0.0)


MOMENTS = st.builds(
    Moment,
    hours=st.sampled_from([0.25, 0.5, 1.0]),
    price_per_kwh=st.floats(-0.1, 0.6),
    feed_in_per_kwh=st.floats(-0.05, 0.15),
    net_kw=st.floats(-5, 6),
    cars_kw=st.sampled_from([0.0, 0.0, 1.4, 7.0]),
    room_kw=st.sampled_from([-1.0, 0.0, 2.0, 10.0]),
)
STOCKS = st.builds(
    Stock,
    capacity_kwh=st.floats(1, 20),
    held_kwh=st.floats(0, 1),
    moments=st.lists(MOMENTS, max_size=4).map(tuple),
    worth_per_kwh=st.floats(0, 0.4),
    in_kw=st.sampled_from([2.0, 5.0, float("inf")]),
    out_kw=st.sampled_from([2.0, 5.0, float("inf")]),
    charges=st.booleans(),
    fills_cars=st.booleans(),
)


@given(STOCKS)
def test_trying_all_there_is_finds_nothing_better(asked: Stock) -> None:
    best = min(asked._follow(list(deeds)).cost for deeds in product(*asked._deeds))
    # What lies between two of its levels may cost a little.
    assert best - 1e-9 <= asked.best().cost <= best + 0.01 * asked.capacity_kwh * 0.6


@given(
    STOCKS.flatmap(lambda asked: st.lists(MOMENTS, max_size=30).map(lambda more: replace(asked, moments=tuple(more))))
)
def test_whatever_is_asked(asked: Stock) -> None:
    """Never more than it holds, never less than nothing, never with more than there is room for, never dearer than by itself."""
    found = asked.best()
    assert found.cost <= asked.by_itself().cost + 1e-9
    held_kwh = asked.held_kwh
    for moment, step in zip(asked.moments, found.steps, strict=True):
        assert -1e-9 <= step.held_kwh <= asked.capacity_kwh + 1e-9
        assert -asked.out_kw - 1e-9 <= step.mean_kw <= asked.in_kw + 1e-9
        lost = EFFICIENCY if step.mean_kw > 0 else 1 / EFFICIENCY
        assert step.held_kwh - held_kwh == pytest.approx(step.mean_kw * moment.hours * lost, abs=1e-6)
        held_kwh = step.held_kwh
        if step.deed.way is BatteryWay.CHARGE:
            assert asked.charges
            assert LEAST_KW <= step.deed.in_kw <= moment.room_kw
        else:
            assert step.mean_kw <= max(0.0, moment.net_kw - moment.cars_kw) + 1e-9
        if not asked.fills_cars and moment.cars_kw - max(0.0, moment.net_kw) >= EXCESS_KW:
            assert step.mean_kw >= 0
        if step.deed.way is BatteryWay.HOLD:
            assert step.mean_kw >= 0


@pytest.mark.parametrize(
    ("battery", "expected"),
    [
        (None, None),
        (HomeBattery(capacity_kwh=None, soc=0.5), None),
        (HomeBattery(capacity_kwh=0.0, soc=0.5), None),
        (HomeBattery(capacity_kwh=float("inf"), soc=0.5), None),
        (HomeBattery(capacity_kwh=10.0), None),
        (
            HomeBattery(capacity_kwh=10.0, soc=1.2, charge_kw=5.0),
            SteeredBattery(capacity_kwh=10.0, soc=1.0, charge_kw=5.0, steering=BatterySteering()),
        ),
    ],
)
def test_what_a_plan_may_reckon_with(battery: HomeBattery | None, expected: SteeredBattery | None) -> None:
    assert steered(battery, BatterySteering()) == expected
