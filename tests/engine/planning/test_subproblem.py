"""Some of the cars beside what the others take: the sun, limits and peaks are less by that."""

import pytest

from custom_components.smart_charging.engine.planning.peak import Day, Peak, Window
from custom_components.smart_charging.engine.planning.schedule import IDLE, Use
from custom_components.smart_charging.engine.planning.subproblem import beside

from .builders import KW, job, problem

CARS = [job(10, 2, job_id=name) for name in "abc"]
B_CHARGES = [[IDLE, IDLE], [Use(6.0), Use(6.0, 0.5)], [IDLE, IDLE]]
"""For an hour, and for half of the next one."""


def test_what_another_car_takes_is_not_there_any_more():
    part = beside(problem(CARS, (0.1, 0.2), surplus_kw=(4.0, 4.0), most_kw=KW), B_CHARGES, (0, 2))
    assert [one.job_id for one in part.jobs] == ["a", "c"]
    assert part.surplus_kw == (0.0, 1.0)
    (bound,) = part.bounds
    assert bound.factors == {0: 1.0, 1: 1.0}
    # A limit holds at any moment, also in the half hour in which it charges.
    assert bound.capacity == pytest.approx((5.04, 5.04))


def test_what_it_takes_is_in_the_peak():
    windows = tuple(Window(base_kw=1.0, parts=((span, 1.0),)) for span in range(2))
    peak = Peak(days=(Day(so_far_kw=2.0, windows=windows),), others_kw=(3.0,), highest=2, per_kw=4.0)
    (found,) = beside(problem(CARS, (0.1, 0.2), peaks=(peak,)), B_CHARGES, (0, 2)).peaks
    assert [window.base_kw for window in found.days[0].windows] == [7.0, 4.0]
    assert (found.days[0].so_far_kw, found.others_kw, found.highest, found.per_kw) == (2.0, (3.0,), 2, 4.0)
