"""What the exact formulation finds, hour by hour, and that it says what that costs."""

from collections.abc import Sequence
from typing import Any

import pytest

from custom_components.smart_charging.engine.planning import highs
from custom_components.smart_charging.engine.planning.formulation import formulate
from custom_components.smart_charging.engine.planning.job import Job
from custom_components.smart_charging.engine.planning.peak import Day, Peak, Window
from custom_components.smart_charging.engine.planning.problem import Problem
from custom_components.smart_charging.engine.planning.proof import Proof
from custom_components.smart_charging.engine.planning.schedule import Schedule, judge

from .builders import KW, job, problem

LOWEST_KW = 4.14


def solve(posed: Problem, never: Sequence[int] = (), always: Sequence[int] = ()) -> tuple[Schedule, float]:
    """The best schedule and what the solver says that it costs; where the first car is proved (never, always) to charge."""
    others = [frozenset[int]()] * (len(posed.jobs) - 1)
    program = formulate(posed, Proof(0.0, [frozenset(never), *others], [frozenset(always), *others]))
    solved = highs.solve(program.matrix, time_limit_s=5.0, gap=0.0, begin={})
    assert solved is not None
    return program.schedule(solved.values), solved.objective


def means(schedule: Schedule) -> list[float]:
    return [round(sum(uses[span].mean_kw for uses in schedule), 2) for span in range(len(schedule[0]))]


def peak(count: int, **terms: Any) -> Peak:
    windows = tuple(Window(base_kw=0.0, parts=((span, 1.0),)) for span in range(count))
    return Peak(days=(Day(so_far_kw=0.0, windows=windows),), **terms)


@pytest.mark.parametrize(
    ("car", "prices", "changes", "expected"),
    [
        pytest.param(
            job(15, 3), (0.3, 0.1, 0.2), {}, [0, KW, 3.96], id="the cheapest hour, and a part of the next one"
        ),
        pytest.param(
            job(24, 3, start_cost=2.0), (0.1, 0.3, 0.1), {}, [KW, LOWEST_KW, 8.82], id="6 A through a dear hour"
        ),
        pytest.param(job(15, 3, continuous=True), (0.1, 0.9, 0.1), {}, [KW, 3.96, 0], id="in one go"),
        pytest.param(
            job(10, 2, charging=True, start_cost=1.0),
            (0.3, 0.2),
            {},
            [LOWEST_KW, 5.86],
            id="it charges: 6 A rather than a start",
        ),
        pytest.param(
            job(10, 2, charging=True, start_cost=1.0),
            (0.5, 0.2),
            {},
            [0, 10],
            id="... which is not worth 30 cents a kWh",
        ),
        pytest.param(
            job(10, 2, charging=True, continuous=True),
            (0.9, 0.2),
            {},
            [LOWEST_KW, 5.86],
            id="it has begun, and bears no pause",
        ),
        pytest.param(
            job(10, 1),
            (0.3,),
            {"surplus_kw": (6.0,), "feed_in_per_kwh": (0.1,)},
            [10],
            id="the sun's 6 kW cost 10 cents",
        ),
        pytest.param(
            job(10, 2),
            (0.05, 0.08),
            {"surplus_kw": (9.0, 0.0), "feed_in_per_kwh": (0.1, 0.1)},
            [0, 10],
            id="the sun earns more than a kWh costs: it is sold",
        ),
        pytest.param(
            job(18, 2),
            (0.05, 0.08),
            {"surplus_kw": (9.0, 0.0), "feed_in_per_kwh": (0.1, 0.1)},
            [KW, 6.96],
            id="... but where some of it has to be used, what comes after it is the cheapest",
        ),
        pytest.param(job(15, 3), (0.1, 0.3, 0.2), {"peaks": (peak(3, per_kw=9.0),)}, [5, 5, 5], id="a peak is dear"),
        pytest.param(
            job(15, 3),
            (0.1, 0.3, 0.2),
            {"peaks": (peak(3, steps=((8.0, 1.0),)),)},
            [8, 0, 7],
            id="one that has a step at 8 kW",
        ),
    ],
)
def test_the_best(car: Job, prices: Sequence[float], changes: dict[str, Any], expected: list[float]):
    posed = problem(car, prices, **changes)
    schedule, objective = solve(posed)
    assert means(schedule) == pytest.approx(expected)
    assert judge(posed, schedule).score == pytest.approx(objective, abs=1e-4)


def test_what_is_proved_is_left_out():
    posed = problem(job(15, 3), (0.3, 0.1, 0.2))
    assert means(solve(posed, never=[2])[0]) == pytest.approx([3.96, KW, 0])
    assert solve(posed, always=[0])[1] >= solve(posed)[1]


def test_cars_that_share_a_limit_charge_side_by_side():
    """16 A for both: two of 6 A and more, or one in one hour and one in the other."""
    posed = problem([job(8, 2, job_id="a"), job(8, 2, job_id="b")], (0.1, 0.3), most_kw=KW)
    schedule, objective = solve(posed)
    assert means(schedule) == pytest.approx([KW, 16 - KW], abs=0.01)
    assert judge(posed, schedule).score == pytest.approx(objective, abs=1e-4)


def test_a_schedule_to_begin_with():
    posed = problem([job(15, 3, job_id="a"), job(15, 3, job_id="b")], (0.3, 0.1, 0.2), most_kw=KW)
    nothing = [frozenset[int]()] * 2
    program = formulate(posed, Proof(0.0, [frozenset({0}), frozenset()], nothing))
    best = highs.solve(program.matrix, time_limit_s=5.0, gap=0.0, begin={})
    assert best is not None
    begin = program.binaries(program.schedule(best.values))
    assert set(begin.values()) <= {0.0, 1.0}
    again = highs.solve(program.matrix, time_limit_s=5.0, gap=0.0, begin=begin)
    assert again is not None
    assert again.objective == pytest.approx(best.objective)
