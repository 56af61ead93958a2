"""One car beside the others: a value for each kWh is searched for, and what is too much is given back."""

from collections.abc import Sequence

import pytest

from custom_components.smart_charging.engine.planning import alone
from custom_components.smart_charging.engine.planning.alone import Search, charge_alone
from custom_components.smart_charging.engine.planning.job import Job, Want
from custom_components.smart_charging.engine.planning.market import Market

from .builders import KW, job

LOWEST_KW = 4.14


def markets(*prices: float) -> list[Market]:
    return [Market(hours=1.0, ceiling_kw=KW, own_kw=0.0, own_per_kwh=0.0, price_per_kwh=price) for price in prices]


def powers(car: Job, hours: Sequence[Market]) -> list[float]:
    return [round(use.mean_kw, 2) for use in charge_alone(car, hours)]


def wanting(*wants: tuple[float, int, float], count: int, **changes: object) -> Job:
    """A car that wants so many kWh before an hour, at so much each."""
    each = tuple(Want(energy_kwh=kwh, before=before, worth_per_kwh=worth) for kwh, before, worth in wants)
    return job(0, count, wants=each, **changes)


@pytest.mark.parametrize(
    ("car", "prices", "expected"),
    [
        pytest.param(
            wanting((15, 3, 10), count=3), (0.3, 0.1, 0.2), [0, KW, 3.96], id="15 kWh: the dearer hour in part"
        ),
        pytest.param(
            wanting((15, 3, 10), count=3), (0.2, 0.1, 0.2), [3.96, KW, 0], id="of equal hours the earlier one"
        ),
        pytest.param(
            wanting((15, 3, 10), count=3, start_cost=1.0),
            (0.1, 0.3, 0.1),
            [KW, 3.96, 0],
            id="a start costs 1: on for some of the dear hour",
        ),
        pytest.param(
            wanting((24, 3, 10), count=3, start_cost=2.0),
            (0.1, 0.3, 0.1),
            [KW, LOWEST_KW, 8.82],
            id="... or 6 A through it, which is too much: given back where it ends",
        ),
        pytest.param(
            wanting((50, 3, 10), count=3), (0.1, 0.3, 0.1), [KW, KW, KW], id="more than can be had: all there is"
        ),
        pytest.param(
            wanting((10, 3, 0.25), (20, 3, 0.15), count=3),
            (0.1, 0.3, 0.2),
            [KW, 0, 0],
            id="20 at 15 cents, of these 10 at 15 and 25: one hour costs less than either, and gives 11",
        ),
        pytest.param(
            wanting((10, 1, 10), (20, 3, 10), count=3), (0.3, 0.2, 0.1), [10, 0, 10], id="by two times: 10 at once"
        ),
        pytest.param(
            wanting((10, 1, 10), count=3), (0.3, 0.2, 0.1), [10, 0, 0], id="by the first hour: that, dear as it is"
        ),
        pytest.param(wanting(count=3), (0.3, 0.2, 0.1), [0, 0, 0], id="nothing is wanted"),
        pytest.param(
            wanting(count=3, room_kwh=15), (0.3, -0.2, -0.1), [0, KW, 3.96], id="as much as it bears, for money"
        ),
    ],
)
def test_a_car_alone(car: Job, prices: Sequence[float], expected: list[float]):
    assert powers(car, markets(*prices)) == pytest.approx(expected)


def test_what_is_proved_is_what_it_costs_where_nothing_is_in_between():
    """An hour of 11.04 kWh exactly, at 10 cents."""
    search = Search(wanting((KW, 3, 10), count=3), markets(0.3, 0.1, 0.2))
    search.run()
    assert search.least() == pytest.approx(0.1 * KW)


def test_what_is_proved_is_less_where_a_start_is_paid_for_a_little():
    car = wanting((1, 2, 10), count=2, start_cost=0.5)
    search = Search(car, markets(0.3, 0.1))
    search.run()
    assert 0 < search.least() < 0.5 + 0.1


@pytest.mark.parametrize("rounds", [0, 1, 2])
def test_a_search_that_is_cut_short_has_enough_all_the_same(rounds: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(alone, "_MOST_ROUNDS", rounds)
    car = wanting((25, 6, 10), count=6, start_cost=0.1)
    assert sum(powers(car, markets(0.31, 0.12, 0.27, 0.18, 0.22, 0.15))) == pytest.approx(25)
