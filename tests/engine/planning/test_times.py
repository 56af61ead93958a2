"""The times that a plan looks at, as hours from now; it is asked at 19:00."""

from typing import Any

import pytest

from custom_components.smart_charging.engine.model.order import Stage
from custom_components.smart_charging.engine.model.tariff import PeakPrice, Tariff
from custom_components.smart_charging.engine.planning.question import Question
from custom_components.smart_charging.engine.planning.times import spans_of

from ..builders import NOW, contract
from .builders import HOUR, KW, flat, held, in_hours, order, question, tariff

QUARTER = HOUR / 4


def edges(asked: Question) -> list[float]:
    """Where spans begin, and where the last one ends, h from now."""
    spans = spans_of(asked)
    return [(moment - NOW) / HOUR for moment in (*(span.start for span in spans), *(span.end for span in spans[-1:]))]


def until(ready_in_h: float, prices: Tariff, **changes: Any) -> list[float]:
    return edges(question(order(10, ready_in_h, **changes), prices))


@pytest.mark.parametrize(
    ("ready_in_h", "prices", "expected"),
    [
        pytest.param(3, flat(0.3, 6), [0, 1, 2, 3], id="one price: by the hour"),
        pytest.param(2.4, flat(0.3, 6), [0, 1, 2, 2.4], id="a departure within an hour splits it"),
        pytest.param(2, tariff(0.1, 0.2, 0.3, 0.4, each=HOUR / 2), [0, 0.5, 1, 1.5, 2], id="half hours of price"),
        pytest.param(2, tariff(0.1, 0.2, 0.2, 0.2, each=HOUR / 2), [0, 0.5, 1, 2], id="a price that stays is no edge"),
        pytest.param(2, tariff(*[0.3] * 8, each=QUARTER), [0, 1, 2], id="nor are eight quarters of one price"),
        pytest.param(1, tariff(0.3, None, 0.3, 0.3, each=QUARTER), [0, 0.25, 0.5, 1], id="a gap in the prices is one"),
        pytest.param(1, tariff(None, 0.3, each=QUARTER), [0, 0.25, 0.5, 1], id="and where they begin and end"),
        pytest.param(3, tariff(), [0, 1, 2, 3], id="no prices at all"),
        pytest.param(
            2,
            Tariff(currency="EUR", prices=flat(0.3, 2).prices, feed_in=tariff(0.1, 0.0, each=QUARTER).prices),
            [0, 0.25, 0.5, 1, 2],
            id="what is earned for feeding in changes",
        ),
        pytest.param(1, tariff(0.3, peak=PeakPrice(per_kw=4)), [0, 0.25, 0.5, 0.75, 1], id="peaks by the quarter-hour"),
        pytest.param(
            2, tariff(0.3, 0.3, peak=PeakPrice(per_kw=4, window=2 * HOUR)), [0, 1, 2], id="peaks by two hours"
        ),
    ],
)
def test_it_is_split_wherever_something_changes(ready_in_h: float, prices: Tariff, expected: list[float]):
    assert until(ready_in_h, prices) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"not_before": in_hours(0.5)}, [0, 0.5, 1, 2], id="not before half past"),
        pytest.param({"last_stretch": HOUR / 2}, [0, 1, 1.5, 2], id="half an hour before departure"),
        pytest.param({"at_once_kwh": KW / 4}, [0, 0.25, 1, 2], id="a quarter-hour's energy at once"),
        pytest.param(
            {"at_once_kwh": 1, "standby_w": 20_000.0}, [0, 1, 2], id="at once, but nothing reaches the battery"
        ),
        pytest.param(
            {"stages": (Stage(energy_kwh=5, departure=in_hours(0.75)), Stage(energy_kwh=9, departure=in_hours(2)))},
            [0, 0.75, 1, 2],
            id="an earlier departure",
        ),
    ],
)
def test_a_car_has_edges_of_its_own(changes: dict[str, Any], expected: list[float]):
    assert until(2, flat(0.3, 6), **changes) == expected


def test_a_limit_that_comes_and_one_that_goes_are_edges():
    limits = {"site": [held(contract(4600), -1, 0.5)], "garage": [held(contract(3000), 1.25, 9)]}
    assert edges(question(order(10, 3), flat(0.3, 6), limits=limits)) == [0, 0.5, 1, 1.25, 2, 3]


def test_in_the_middle_of_an_hour_its_rest_comes_first():
    assert edges(question(order(10, 3), flat(0.3, 6), at=in_hours(0.5))) == [0.5, 1, 2, 3]


def test_it_ends_when_the_last_car_leaves():
    cars = [order(10, 2, evse_id="a"), order(10, 3.5, evse_id="b")]
    assert edges(question(cars, flat(0.3, 6))) == [0, 1, 2, 3, 3.5]


@pytest.mark.parametrize(
    ("ready_in_h", "prices", "end"),
    [
        pytest.param(None, flat(0.3, 5), 5, id="no departure: as far as prices are known"),
        pytest.param(None, tariff(), 36, id="no departure and no prices: a day and a half"),
        pytest.param(None, flat(0.3, 48), 36, id="no departure, two days of prices: a day and a half"),
        pytest.param(30, flat(0.3, 5), 30, id="a departure beyond the prices"),
        pytest.param(100, flat(0.3, 5), 72, id="a departure in four days: three"),
    ],
)
def test_how_far_it_looks(ready_in_h: float | None, prices: Tariff, end: float):
    assert edges(question(order(10, ready_in_h), prices))[-1] == end


def test_nothing_is_looked_at_where_nobody_wants_anything_or_all_prices_are_past():
    assert spans_of(question([], flat(0.3, 6))) == ()
    assert spans_of(question(order(10), flat(0.3, 6), at=in_hours(7))) == ()
