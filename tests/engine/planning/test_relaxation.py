"""What limits, sun and peaks are worth when power may be given like a fluid; and what these prices prove."""

import pytest

from custom_components.smart_charging.engine.planning import highs, relaxation
from custom_components.smart_charging.engine.planning.matrix import FREE, Matrix
from custom_components.smart_charging.engine.planning.peak import Day, Peak, Window
from custom_components.smart_charging.engine.planning.problem import Problem
from custom_components.smart_charging.engine.planning.proof import Prices, prove
from custom_components.smart_charging.engine.planning.relaxation import relax

from .builders import KW, job, problem

CHEAP_THEN_DEAR = (0.1, 0.3)


def two_cars(kwh: float, most_kw: float = 1.5 * KW) -> Problem:
    """At a circuit that feeds one and a half of them."""
    return problem([job(kwh, 2, job_id="a"), job(kwh, 2, job_id="b")], CHEAP_THEN_DEAR, most_kw=most_kw)


def prices_of(posed: Problem) -> Prices:
    found = relax(posed, 5.0)
    assert found is not None
    return found.prices


def test_a_limit_is_worth_what_waiting_costs():
    """Both want the cheap hour; the last half kW of it would save 20 cents a kWh."""
    found = prices_of(two_cars(KW))
    assert [round(each[0], 6) for each in found.per_kwh] == [0.2, 0.2]
    assert [round(each[1], 6) for each in found.per_kwh] == [0.0, 0.0]
    assert found.constant == pytest.approx(-0.2 * 1.5 * KW)


def test_a_limit_that_nobody_meets_is_worth_nothing():
    found = prices_of(two_cars(1.0))
    assert found.per_kwh == [[0.0, 0.0], [0.0, 0.0]]
    assert found.constant == 0


def test_what_its_prices_prove_is_the_fluids_cost():
    """1.5 cars in the cheap hour, the rest in the dear one: nothing is cheaper, and nothing says that it is reached."""
    posed = two_cars(KW)
    assert prove(posed, 1e9, prices_of(posed)).least == pytest.approx((1.5 * 0.1 + 0.5 * 0.3) * KW)


def test_without_prices_each_car_is_taken_for_alone():
    posed = two_cars(KW)
    assert prove(posed, 1e9, None).least == pytest.approx(2 * 0.1 * KW)


def test_the_sun_makes_an_hour_cheaper_by_what_it_saves():
    posed = problem([job(3, 2, job_id="a"), job(3, 2, job_id="b")], (0.3, 0.3), surplus_kw=(10.0, 0.0))
    found = prices_of(posed)
    assert [round(each[0], 6) for each in found.per_kwh] == [-0.3, -0.3]
    assert prove(posed, 1e9, found).least == pytest.approx(0, abs=1e-6)


def test_a_peak_is_shared_out_over_the_hours_that_make_it():
    """4 for each kW of the higher of two hours: 2 for each kWh in both, where both are as high."""
    peak = Peak(
        days=(Day(so_far_kw=0.0, windows=tuple(Window(base_kw=1.0, parts=((span, 1.0),)) for span in (0, 1))),),
        per_kw=4.0,
    )
    posed = problem(job(KW, 2), (0.3, 0.3), peaks=(peak,))
    found = prices_of(posed)
    assert sum(found.per_kwh[0]) == pytest.approx(4.0)
    # Half of it in each hour, so that the peak rises by KW / 2.
    assert prove(posed, 1e9, found).least == pytest.approx(0.3 * KW + 4.0 * KW / 2)


def test_what_cannot_be_solved_has_no_prices(monkeypatch: pytest.MonkeyPatch):
    assert relax(two_cars(KW), 0.0) is None
    monkeypatch.setattr(highs, "highspy", None)
    assert relax(two_cars(KW), 5.0) is None


def test_power_is_a_fluid():
    """A little more than one of them in the cheap hour, and less than 6 A for the rest: nobody can be told so."""
    found = relax(two_cars(0.6 * KW, most_kw=KW), 5.0)
    assert found is not None
    hours = [sum(uses[span].mean_kw for uses in found.schedule) for span in range(2)]
    assert hours == pytest.approx([KW, 0.2 * KW])


def test_a_limit_pushes_only_from_where_it_is():
    """What a solver says of the other side is noise."""
    relaxed = relaxation._relax(two_cars(KW))
    shared = range(relaxed.own_rows, len(relaxed.matrix.row_lows))
    duals = [0.0] * len(relaxed.matrix.row_lows)
    nothing = relaxation._prices(two_cars(KW), relaxed, duals)
    for row in shared:
        duals[row] = 1e-12
    assert relaxation._prices(two_cars(KW), relaxed, duals) == nothing
    duals[relaxed.own_rows] = -0.2
    assert relaxation._prices(two_cars(KW), relaxed, duals).per_kwh[0][0] == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("high", "cost", "least"),
    [
        pytest.param(5.0, 0.1, 0.0, id="it costs something: none of it"),
        pytest.param(5.0, -0.1, -0.5, id="it gains something: all of it"),
        pytest.param(FREE, 0.1, 0.0, id="it costs something, and has no end: none of it"),
        pytest.param(FREE, -1e-12, 0.0, id="it gains a hair without end: that is noise"),
        pytest.param(FREE, -0.1, -FREE, id="it gains without end: that proves nothing"),
    ],
)
def test_the_least_that_a_variable_adds(high: float, cost: float, least: float):
    matrix = Matrix()
    assert relaxation._least(matrix, matrix.column(high=high), cost) == pytest.approx(least)
