"""Levels of a month's peak: which ones are tried, what is left below them, and what several cars are spared by it."""

from collections.abc import Sequence
from typing import Any

import pytest

from custom_components.smart_charging.engine.planning import highs
from custom_components.smart_charging.engine.planning.levels import below_levels
from custom_components.smart_charging.engine.planning.optimise import optimise
from custom_components.smart_charging.engine.planning.peak import Day, Peak, Window
from custom_components.smart_charging.engine.planning.problem import Problem
from custom_components.smart_charging.engine.planning.schedule import judge
from custom_components.smart_charging.engine.planning.turns import take_turns

from .builders import KW, job, problem


def peak(*windows: Window, so_far_kw: float = 0.0, **terms: Any) -> Peak:
    return Peak(days=(Day(so_far_kw=so_far_kw, windows=windows),), **terms)


def window(*parts: tuple[int, float], base_kw: float = 0.0) -> Window:
    return Window(base_kw=base_kw, parts=parts)


def left_kw(posed: Problem) -> list[tuple[float, ...]]:
    return [each.bounds[-1].capacity for each in below_levels(posed)]


def test_where_power_is_free_there_is_no_level() -> None:
    assert left_kw(problem(job(10, 2), (0.3, 0.3))) == []


def test_as_many_levels_as_a_clock_has_hours_and_those_at_which_a_bill_changes() -> None:
    """A day with 6 kW is the second highest: one below that is free. The car takes 4.14 kW at its lowest."""
    terms: dict[str, Any] = {"others_kw": (4.0, 6.0, 8.0), "highest": 2, "least_kw": 2.5, "steps": ((5.0, 100.0),)}
    posed = problem(job(10, 1), (0.3,), peaks=(peak(window((0, 1.0)), **terms),))
    found = [kw for (kw,) in left_kw(posed)]
    assert found == sorted(found)
    lowest = {2.5, 4.14, 5.0, 6.0}
    assert set(found) >= lowest
    assert [kw for kw in found if kw not in lowest] == pytest.approx([KW * part / 12 for part in range(1, 12)])


@pytest.mark.parametrize(
    ("windows", "so_far_kw", "room_kw"),
    [
        pytest.param([window((0, 1.0), base_kw=1.5), window((1, 1.0))], 0, (3.5, 5), id="the house is in it"),
        pytest.param([window((0, 1.0), base_kw=6), window((1, 1.0))], 0, (0, 5), id="the house is above it"),
        pytest.param([window((0, 1.0)), window((1, 1.0))], 7, (7, 7), id="the day had more"),
        pytest.param([window((0, 0.5)), window((1, 1.0))], 0, (10, 5), id="an hour that counts half"),
        pytest.param([window((0, 0.0)), window((1, 1.0))], 0, (float("inf"), 5), id="one that does not count"),
        pytest.param([window((0, 0.5), (1, 0.5), base_kw=1)], 0, (4, 4), id="a window of two spans"),
        pytest.param([window((1, 1.0))], 0, (float("inf"), 5), id="a span in no window"),
    ],
)
def test_what_is_left_below_five_kw(windows: Sequence[Window], so_far_kw: float, room_kw: tuple[float, float]) -> None:
    posed = problem(job(10, 2), (0.3, 0.3), peaks=(peak(*windows, so_far_kw=so_far_kw, least_kw=5.0),))
    assert any(left == pytest.approx(room_kw) for left in left_kw(posed))


def test_of_several_prices_the_stricter_one_counts_and_one_without_days_does_not() -> None:
    prices = (peak(window((0, 1.0), base_kw=1)), peak(window((0, 1.0), base_kw=2), least_kw=5.0), Peak(days=()))
    assert (3.0,) in left_kw(problem(job(10, 1), (0.3,), peaks=prices))


@pytest.mark.parametrize("with_highs", [pytest.param(True, id="with HiGHS"), pytest.param(False, id="without")])
@pytest.mark.parametrize("cars", [1, 2, 3])
def test_cars_pay_for_no_more_power_than_they_need(
    cars: int, with_highs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each kW costs as much as 13 kWh. Each car needs two hours of ten, and can have them when no other one charges."""
    if not with_highs:
        monkeypatch.setattr(highs, "highspy", None)
    price = peak(*(window((span, 1.0), base_kw=1.0) for span in range(10)), per_kw=4.0)
    wanted = [job(2 * KW, 10, job_id=str(number)) for number in range(cars)]
    posed = problem(wanted, (0.3,) * 10, peaks=(price,))
    found = optimise(posed)
    assert found.cost.missed < 1e-3
    assert found.cost.peaks < 0.55 * judge(posed, take_turns(posed)).peaks
