"""What holds of every schedule, whatever the problem; with HiGHS and without."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custom_components.smart_charging.engine.planning import highs
from custom_components.smart_charging.engine.planning.formulation import formulate
from custom_components.smart_charging.engine.planning.job import Job, Want
from custom_components.smart_charging.engine.planning.optimise import Solution, optimise
from custom_components.smart_charging.engine.planning.peak import Day, Peak, Window
from custom_components.smart_charging.engine.planning.problem import Problem
from custom_components.smart_charging.engine.planning.proof import Proof
from custom_components.smart_charging.engine.planning.schedule import judge, starts

from .builders import KW, job, problem

HAIR = 1e-4
NEAR = 2e-3
"""Two schedules that are both good enough may differ by so much of their score."""

prices = st.floats(-0.2, 0.6).map(lambda price: round(price, 3))


@st.composite
def jobs(draw: Any, count: int, name: str) -> Job:
    """A car with up to two wants, that may charge in some of the hours."""
    highest_kw = draw(st.lists(st.sampled_from([0.0, 7.0, KW, KW, KW]), min_size=count, max_size=count))
    wants = draw(
        st.lists(
            st.builds(
                Want,
                energy_kwh=st.floats(0.5, 35).map(lambda kwh: round(kwh, 1)),
                before=st.integers(1, count),
                worth_per_kwh=st.sampled_from([0.15, 0.3, 10.0]),
            ),
            min_size=1,
            max_size=2,
        )
    )
    return job(
        0,
        count,
        job_id=name,
        highest_kw=tuple(highest_kw),
        wants=tuple(wants),
        room_kwh=draw(st.sampled_from([10.0, 40.0, 100.0])),
        efficiency=draw(st.sampled_from([1.0, 0.9])),
        standby_kw=draw(st.sampled_from([0.0, 0.2])),
        start_cost=draw(st.sampled_from([0.0, 0.01, 0.1])),
        charging=draw(st.booleans()),
        continuous=draw(st.sampled_from([False, False, True])),
    )


@st.composite
def problems(draw: Any, most_cars: int = 3) -> Problem:
    count = draw(st.integers(1, 7))
    cars = [draw(jobs(count, name)) for name in "abc"[: draw(st.integers(1, most_cars))]]
    surplus_kw = draw(st.lists(st.sampled_from([0.0, 0.0, 3.0, 9.0]), min_size=count, max_size=count))
    feed_in = draw(st.sampled_from([0.0, 0.08]))
    peaks: tuple[Peak, ...] = ()
    if draw(st.booleans()):
        windows = tuple(Window(base_kw=1.0, parts=((span, 1.0),)) for span in range(count))
        peaks = (Peak(days=(Day(so_far_kw=2.0, windows=windows),), others_kw=(3.0,), highest=2, per_kw=0.5),)
    return problem(
        cars,
        draw(st.lists(prices, min_size=count, max_size=count)),
        surplus_kw=tuple(surplus_kw),
        feed_in_per_kwh=(feed_in,) * count,
        peaks=peaks,
        most_kw=draw(st.sampled_from([None, 3.0, 6.0, 12.0, 20.0])),
    )


@pytest.fixture(params=["highs", "none"])
def solver(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "none":
            patch.setattr(highs, "highspy", None)
        yield


either = pytest.mark.usefixtures("solver")
many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def feasible(given_problem: Problem, found: Solution) -> None:
    """Every car is told something that it can do, and every limit holds at any moment."""
    for number, uses in enumerate(found.schedule):
        car = given_problem.jobs[number]
        stored = 0.0
        for span, use in enumerate(uses):
            assert 0 <= use.share <= 1
            stored += car.stored_kwh(use.power_kw, use.share, given_problem.hours[span])
            if use.share > 0:
                assert car.lowest_kw - HAIR <= use.power_kw <= given_problem.ceilings_kw[number][span] + HAIR
        assert stored <= car.room_kwh + HAIR
        assert not car.continuous or starts(car, uses) <= (not car.charging)
    for bound in given_problem.bounds:
        for span, capacity in enumerate(bound.capacity):
            used = sum(factor * found.schedule[number][span].running_kw for number, factor in bound.factors.items())
            assert used <= capacity + HAIR


@either
@many
@given(problems())
def test_no_schedule_does_what_cannot_be_done(posed: Problem) -> None:
    feasible(posed, optimise(posed))


@either
@many
@given(problems())
def test_none_is_better_than_what_is_proved(posed: Problem) -> None:
    found = optimise(posed)
    assert found.least <= found.cost.score + HAIR
    assert found.cost == judge(posed, found.schedule)


@either
@many
@given(problems(most_cars=1))
def test_what_one_car_must_have_it_gets_if_it_can(posed: Problem) -> None:
    car = replace(
        posed.jobs[0], wants=(Want(energy_kwh=9.0, before=len(posed.spans), worth_per_kwh=50.0),), room_kwh=50.0
    )
    posed = replace(posed, jobs=(car,))
    ceilings_kw = posed.ceilings_kw[0]
    most_kwh = sum(car.stored_kwh(kw, 1.0, 1.0) for kw in ceilings_kw)
    in_one_go = not car.continuous or all(ceilings_kw)
    if most_kwh >= 9.0 and in_one_go:
        assert judge(posed, optimise(posed).schedule).missed < HAIR * 50


@either
@many
@given(problems())
def test_it_is_no_dearer_without_the_limits(posed: Problem) -> None:
    bound, free = optimise(posed), optimise(replace(posed, bounds=()))
    # A schedule that keeps the limits is one without them too; the proof of the freer one holds for both.
    assert free.least <= bound.cost.score + HAIR


@either
@many
@given(problems())
def test_the_same_problem_has_the_same_schedule(posed: Problem) -> None:
    assert optimise(posed) == optimise(posed)


@many
@given(problems(most_cars=2))
def test_the_formulation_says_what_a_schedule_costs(posed: Problem) -> None:
    """What is solved costs what it is judged to cost, and is no lower than what is proved."""
    nothing = tuple(frozenset[int]() for _ in posed.jobs)
    program = formulate(posed, Proof(float("-inf"), nothing, nothing))
    solved = highs.solve(program.matrix, time_limit_s=5.0, gap=0.0, begin={})
    assert solved is not None
    schedule = program.schedule(solved.values)
    assert judge(posed, schedule).score <= solved.objective + HAIR
    found = optimise(posed)
    assert found.least <= judge(posed, schedule).score + HAIR
    if len(posed.jobs) == 1:
        assert found.cost.score <= solved.objective + max(HAIR, NEAR * abs(solved.objective))
