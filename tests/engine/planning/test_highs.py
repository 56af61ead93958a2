"""HiGHS, as far as it is there and has the time."""

import builtins
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from custom_components.smart_charging.engine.planning import highs
from custom_components.smart_charging.engine.planning.matrix import Matrix


def bag(weights: Sequence[float] = (5, 4, 3), most: float = 8) -> Matrix:
    """Things of which as much weight as fits is taken; what is left at home costs its weight."""
    matrix = Matrix(constant=sum(weights))
    things = [matrix.column(-weight, high=1, whole=True) for weight in weights]
    matrix.row(list(zip(things, weights, strict=True)), high=most)
    return matrix


def hard_bag() -> Matrix:
    """A sum that no choice makes exactly, among so many that it takes long to be sure."""
    matrix = Matrix()
    things = [matrix.column(-(index * 7919 % 997 + 1), high=1, whole=True) for index in range(60)]
    for row in range(5):
        matrix.row([(thing, (thing * 31 + row * 17) % 97 + 50) for thing in things], high=1500 + row)
    return matrix


def solved(
    matrix: Matrix, *, time_limit_s: float = 5.0, begin: Mapping[int, float] | None = None
) -> highs.Solved | None:
    return highs.solve(matrix, time_limit_s=time_limit_s, gap=0.0, begin=begin or {})


def test_whole_things():
    found = solved(bag())
    assert found is not None
    assert [round(value) for value in found.values] == [1, 0, 1]
    assert [found.objective, found.least] == pytest.approx([4, 4])


@pytest.mark.parametrize(
    "begin",
    [
        pytest.param({0: 1.0, 1: 0.0, 2: 1.0}, id="the best"),
        pytest.param({0: 0.0, 1: 1.0, 2: 1.0}, id="a worse one"),
        pytest.param({0: 1.0, 1: 1.0, 2: 1.0}, id="one that does not fit"),
        pytest.param({1: 1.0}, id="a part of one"),
    ],
)
def test_whatever_it_begins_with_the_end_is_the_same(begin: dict[int, float]):
    found = solved(bag(), begin=begin)
    assert found is not None
    assert found.objective == pytest.approx(4)


def test_relaxed_a_part_of_a_thing_is_taken_and_each_limit_has_a_price():
    found = highs.relax(bag((5, 4, 3), 7), 5.0)
    assert found is not None
    assert found.objective == pytest.approx(5)
    assert found.row_duals == pytest.approx([-1])


def test_what_cannot_be_has_no_solution():
    matrix = Matrix()
    matrix.row([(matrix.column(high=1), 1.0)], low=2)
    assert solved(matrix) is None
    assert highs.relax(matrix, 5.0) is None


def test_without_time_there_is_no_solution():
    assert solved(hard_bag(), time_limit_s=0.0) is None
    assert highs.relax(hard_bag(), 0.0) is None


def test_not_installed(monkeypatch: pytest.MonkeyPatch):
    assert highs.is_installed()
    monkeypatch.setattr(highs, "highspy", None)
    assert not highs.is_installed()
    assert solved(bag()) is None
    assert highs.relax(bag(), 5.0) is None


def test_it_may_be_installed_while_we_run(monkeypatch: pytest.MonkeyPatch):
    """First it cannot be imported; then somebody has installed it."""
    monkeypatch.setattr(highs, "highspy", None)
    really = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "highspy":
            raise ImportError(name)
        return really(name, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(builtins, "__import__", without)
        highs.look_again()
    assert not highs.is_installed()
    highs.look_again()
    assert highs.is_installed()
    assert solved(bag()) is not None


def test_somebody_else_s_threads_do_not_keep_it_from_solving() -> None:
    """Within a process HiGHS refuses another number of threads than it was first run with: the planner asks for none."""
    theirs = highs.highspy.Highs()
    theirs.setOptionValue("output_flag", False)
    theirs.addVariable(lb=0, ub=1, obj=1.0)
    theirs.run()
    matrix = Matrix()
    column = matrix.column(1.0, high=10, whole=True)
    matrix.row([(column, 2.0)], low=5)
    solved = highs.solve(matrix, time_limit_s=5, gap=0, begin={})
    assert solved is not None
    assert solved.values[column] == pytest.approx(3)


def test_it_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    matrix = Matrix()
    matrix.row([(matrix.column(1.0, high=10, whole=True), 2.0)], low=5)
    highs.solve(matrix, time_limit_s=5, gap=0, begin={})
    assert capfd.readouterr().out == ""
