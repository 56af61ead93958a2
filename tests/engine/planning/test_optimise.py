"""The best schedule: one car exactly, several in turns and in pairs, with HiGHS and without, in time and out of it."""

import math
import random
from collections.abc import Sequence

import pytest

from custom_components.smart_charging.engine.planning import highs
from custom_components.smart_charging.engine.planning import optimise as module
from custom_components.smart_charging.engine.planning.job import Job, Want
from custom_components.smart_charging.engine.planning.optimise import GAP, Solution, optimise
from custom_components.smart_charging.engine.planning.peak import Day, Peak, Window
from custom_components.smart_charging.engine.planning.problem import Bound, Problem
from custom_components.smart_charging.engine.planning.schedule import judge
from custom_components.smart_charging.engine.planning.turns import take_turns

from .builders import KW, job, problem

SIX = (0.20, 0.60, 0.10, 0.80, 0.40, 0.90)


def hourly_peak(count: int, *, base_kw: float = 0.0, so_far_kw: float = 0.0, **terms: object) -> Peak:
    windows = tuple(Window(base_kw=base_kw, parts=((span, 1.0),)) for span in range(count))
    return Peak(days=(Day(so_far_kw=so_far_kw, windows=windows),), **terms)  # type: ignore[arg-type]


def powers_kw(found: Solution) -> list[float]:
    """What all cars take together, hour by hour."""
    return [round(sum(uses[span].mean_kw for uses in found.schedule), 2) for span in range(len(found.schedule[0]))]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        pytest.param(1, [0, 0, KW, 0, 0, 0], id="one hour"),
        pytest.param(1.5, [KW / 2, 0, KW, 0, 0, 0], id="one and a half"),
        pytest.param(3, [KW, 0, KW, 0, KW, 0], id="three"),
        pytest.param(6, [KW] * 6, id="all of them"),
    ],
)
def test_one_car(hours: float, expected: list[float]):
    found = optimise(problem(job(hours * KW, 6), SIX))
    assert powers_kw(found) == pytest.approx(expected, abs=0.01)
    assert found.gap <= GAP


def test_nothing_to_do():
    found = optimise(problem((), SIX))
    assert (found.schedule, found.cost.score, found.least, found.gap) == ([], 0, 0, 0)


@pytest.mark.parametrize(
    ("peak", "expected"),
    [
        pytest.param(
            hourly_peak(4, per_kw=4.0, so_far_kw=12.0), [KW, 0, 0, KW], id="12 kW are paid already: the cheap hours"
        ),
        pytest.param(hourly_peak(4, per_kw=4.0), [5.52] * 4, id="4 for each kW: as low as it goes, 6 A and a little"),
        pytest.param(
            hourly_peak(4, per_kw=4.0, base_kw=3.0, so_far_kw=8.52), [5.52] * 4, id="the house's 3 kW are in it"
        ),
        pytest.param(
            hourly_peak(4, highest=2, steps=((8.0, 50.0),), so_far_kw=4.0),
            [KW, 0, 0, KW],
            id="a step at 8 kW on the mean of two days, the other one none so far",
        ),
        pytest.param(
            Peak(
                days=hourly_peak(4).days,
                others_kw=(8.5,),
                highest=2,
                steps=((8.0, 50.0),),
            ),
            [7.5, 4.14, 2.94, 7.5],
            id="... and where the other one was 8.5 kW",
        ),
    ],
)
def test_one_car_and_a_peak(peak: Peak, expected: Sequence[float]):
    found = optimise(problem(job(2 * KW, 4), (0.1, 0.3, 0.3, 0.1), peaks=(peak,)))
    assert found.cost.missed == pytest.approx(0, abs=1e-3)
    assert max(powers_kw(found)) == pytest.approx(max(expected), abs=0.02)
    assert sum(powers_kw(found)) == pytest.approx(2 * KW, abs=0.01)
    assert found.least <= found.cost.score + 1e-9


def garage(count: int, hours: int, seed: int, most_kw: float) -> Problem:
    """Cars that want 20 to 35 kWh at a circuit that does not feed all of them."""
    chance = random.Random(seed)  # noqa: S311 -- no secret
    prices = [0.25 + 0.12 * math.sin(hour / 24 * math.tau) + chance.uniform(-0.02, 0.02) for hour in range(hours)]
    cars = [job(20.0 + 5 * index, hours, job_id=str(index), start_cost=0.01) for index in range(count)]
    return problem(cars, prices, most_kw=most_kw)


def turns_cost(posed: Problem) -> float:
    return judge(posed, take_turns(posed)).score


def test_pairs_are_better_than_turns():
    posed = garage(3, 8, 1, 1.3 * KW)
    found = optimise(posed)
    assert found.least <= found.cost.score < turns_cost(posed)


def test_pairs_go_on_from_the_two_best_turns(monkeypatch: pytest.MonkeyPatch):
    """What is the better one after the turns is not always so after the pairs."""
    posed = garage(3, 8, 6, 1.3 * KW)
    both = optimise(posed).cost.score
    monkeypatch.setattr(module, "_two", lambda _problem, best, _ordered: [best])
    assert both < optimise(posed).cost.score - 0.005


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        pytest.param("_MOST_OPEN", 0, id="each pair is too large"),
        pytest.param("_MOST_PAIRS", 1, id="there are many pairs"),
    ],
)
def test_what_would_take_too_long_keeps_its_turns(limit: str, value: int, monkeypatch: pytest.MonkeyPatch):
    posed = garage(4, 8, 1, 1.3 * KW)
    monkeypatch.setattr(module, limit, value)
    found = optimise(posed)
    assert found.least <= found.cost.score <= turns_cost(posed)


def test_the_gap_is_told_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch):
    """One car with a peak: without its price, which takes time, less is proved."""
    posed = problem(job(2 * KW, 4), (0.1, 0.3, 0.3, 0.1), peaks=(hourly_peak(4, per_kw=4.0),))
    exact = optimise(posed)
    monkeypatch.setattr(module, "_MOST_S", 0.0)
    late = optimise(posed)
    assert late.gap > exact.gap
    assert late.least <= exact.cost.score <= late.cost.score


def test_cars_that_never_meet_are_not_compared():
    """Each on a circuit of its own, with an hour that is too dear for both to hide a gap: 9 kW for a and b, for c and d."""
    prices = (0.30, 0.10, 0.12, 0.11, 0.28)
    cars = [job(14 + index, 5, job_id=name, start_cost=0.02) for index, name in enumerate("abcd")]
    bounds = tuple(Bound(factors=dict.fromkeys(pair, 1.0), capacity=(9.0,) * 5) for pair in ((0, 1), (2, 3)))
    posed = problem(cars, prices, bounds=bounds)
    assert list(module._rivals(posed)) == [(0, 1), (2, 3)]
    found = optimise(posed)
    assert found.cost.score <= turns_cost(posed)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"surplus_kw": (5.0, 0.0)}, id="the sun"),
        pytest.param({"peaks": (hourly_peak(2, per_kw=1.0),)}, id="a peak"),
    ],
)
def test_the_sun_and_a_peak_make_rivals_of_all(changes: dict[str, object]):
    cars = [job(5, 2, job_id=name) for name in "abc"]
    assert len(list(module._rivals(problem(cars, (0.3, 0.3), **changes)))) == 3


def test_without_highs_the_turns_have_to_do(monkeypatch: pytest.MonkeyPatch):
    posed = garage(3, 8, 1, 1.3 * KW)
    monkeypatch.setattr(highs, "highspy", None)
    found = optimise(posed)
    assert found.schedule == take_turns(posed)
    assert found.least <= found.cost.score


def test_a_want_that_is_worth_less_than_it_costs_is_not_met():
    cheap = Want(energy_kwh=KW, before=2, worth_per_kwh=0.15)
    one: Job = job(0, 2, wants=(cheap,))
    assert powers_kw(optimise(problem(one, (0.2, 0.1)))) == pytest.approx([0, KW])
    assert powers_kw(optimise(problem(one, (0.2, 0.16)))) == [0, 0]
