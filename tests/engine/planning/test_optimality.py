"""The best schedule, held against others' ways to it: every pattern of small problems, and a fluid of large ones."""

import math
import random
from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest

from custom_components.smart_charging.engine.planning import highs
from custom_components.smart_charging.engine.planning.optimise import optimise

from .builders import KW, job, problem

LOWEST_KW = 4.14


def chance_of(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 -- no secret


def cheapest_by_hand(prices: Sequence[float], kwh: float, start_cost: float) -> float:
    """Try every pattern of hours: off, on, and on with a pause in it. Within one, power comes from the cheapest hour first.

    An hour in the middle of charging has at least 6 A; one at its edge may be used for a minute, and so may one with a pause,
    which costs another start.
    """
    best = math.inf
    for pattern in product(("off", "on", "paused"), repeat=len(prices)):
        around = ["off", *pattern, "off"]
        inner = [before != "off" and after != "off" for before, after in zip(around, around[2:], strict=False)]
        if any(what == "paused" and not is_inner for what, is_inner in zip(pattern, inner, strict=True)):
            continue
        chosen = [
            (price, LOWEST_KW if is_inner and what == "on" else 0.0)
            for price, what, is_inner in zip(prices, pattern, inner, strict=True)
            if what != "off"
        ]
        missing = kwh - sum(least_kw for _, least_kw in chosen)
        if missing < 0 or missing > sum(KW - least_kw for _, least_kw in chosen) + 1e-9:
            continue
        cost = sum(price * least_kw for price, least_kw in chosen)
        for price, least_kw in sorted(chosen):
            taken = min(missing, KW - least_kw)
            cost, missing = cost + taken * price, missing - taken
        starts = sum(what != "off" and before == "off" for what, before in zip(pattern, around, strict=False))
        best = min(best, cost + (starts + pattern.count("paused")) * start_cost)
    return best


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("start_cost", [0.0, 0.05, 0.5])
def test_one_car_is_charged_as_cheaply_as_any_pattern_allows(seed: int, start_cost: float) -> None:
    chance = chance_of(seed)
    prices = [round(chance.uniform(0.05, 0.5), 2) for _ in range(7)]
    kwh = round(chance.uniform(1, 60), 1)
    found = optimise(problem(job(kwh, 7, start_cost=start_cost), prices))
    assert found.cost.missed < 1e-4
    assert found.cost.score == pytest.approx(cheapest_by_hand(prices, kwh, start_cost), rel=6e-4)


def fluid(prices: Sequence[float], wants_kwh: Sequence[float], most_kw: float) -> float:
    """What several cars would pay if any power could be given at any time: a linear program of its own, written for this test."""
    solver = highs.highspy.Highs()
    solver.setOptionValue("output_flag", False)
    shares: list[list[Any]] = [[solver.addVariable(lb=0, ub=KW, obj=price) for price in prices] for _ in wants_kwh]
    for powers, kwh in zip(shares, wants_kwh, strict=True):
        solver.addConstr(sum(powers) >= kwh)
    for hour in range(len(prices)):
        solver.addConstr(sum(powers[hour] for powers in shares) <= most_kw)
    solver.minimize()
    return float(solver.getInfo().objective_function_value)


@pytest.mark.parametrize("seed", range(6))
def test_several_cars_pay_hardly_more_than_if_power_were_a_fluid(seed: int) -> None:
    """Four cars at a circuit that feeds two of them, for two days of hours."""
    chance = chance_of(seed)
    day = [0.25 + 0.12 * math.sin(hour / 24 * math.tau) + chance.uniform(-0.02, 0.02) for hour in range(48)]
    wants_kwh = [20.0, 25.0, 30.0, 35.0]
    cars = [job(kwh, 48, job_id=str(index)) for index, kwh in enumerate(wants_kwh)]
    found = optimise(problem(cars, day, most_kw=2 * KW))
    ideal = fluid(day, wants_kwh, 2 * KW)
    assert found.cost.missed < 1e-3
    assert ideal - 1e-6 <= found.cost.money <= 1.015 * ideal
    assert found.least <= found.cost.score + 1e-9
    assert found.gap < 0.015


def test_without_highs_several_cars_are_still_planned_well(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = chance_of(7)
    day = [0.25 + 0.12 * math.sin(hour / 24 * math.tau) + chance.uniform(-0.02, 0.02) for hour in range(48)]
    cars = [job(kwh, 48, job_id=str(index)) for index, kwh in enumerate([20.0, 25.0, 30.0, 35.0])]
    posed = problem(cars, day, most_kw=2 * KW)
    best = optimise(posed)
    monkeypatch.setattr(highs, "highspy", None)
    plain = optimise(posed)
    assert plain.cost.score <= 1.02 * best.cost.score
    # It knows that others might be better, and says so: what limits that are shared are worth it cannot tell.
    assert best.cost.score >= plain.least
    assert plain.gap >= best.gap
