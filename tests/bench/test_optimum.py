import pytest

from bench.acn import Session
from bench.optimum import optimum_kwh, phase_optimum_kwh
from bench.result import BenchError

from .garages import day, full_h, session


@pytest.mark.parametrize(
    ("sessions", "limit_a", "hours"),
    [
        pytest.param([("a", 0, 2, 1)], 32, 1.0, id="one car that has time"),
        pytest.param([("a", 0, 2, 9)], 32, 2.0, id="one car that asks for more than it can have"),
        pytest.param([("a", 0, 2, 2)], 16, 1.0, id="one car below a limit of half its maximum"),
        pytest.param([("a", 0, 2, 2)], 1, 1 / 16, id="no minimum binds the optimum"),
        pytest.param([("a", 0, 1, 1), ("b", 0, 2, 1)], 32, 2.0, id="who stays waits for who leaves"),
        pytest.param([("a", 0, 1, 1), ("b", 0, 1, 1)], 32, 1.0, id="two cars of the same hour"),
        pytest.param(
            [("a", 0, 3, 1), ("b", 1, 2, 1), ("c", 2, 3, 1)], 32, 3.0, id="the first goes before those to come"
        ),
        pytest.param([("a", 0, 4, 2), ("b", 3, 4, 1)], 32, 3.0, id="it knows who will come"),
        # Two slots of one hour and 48 A: a and b are there in both, c in the second one.
        pytest.param([("a", 0, 2, 1), ("b", 0, 2, 1), ("c", 1, 2, 1)], 48, 3.0, id="one maximum, and half of one"),
        pytest.param([("a", 0, 2, 2), ("b", 1, 2, 1)], 48, 2.5, id="one car alone cannot use all"),
        pytest.param([("a", 0, 1, 1), ("a", 1, 2, 1)], 32, 2.0, id="one space after another"),
    ],
)
def test_the_optimum_of_one_phase(sessions: list[tuple[str, float, float, float]], limit_a: float, hours: float):
    [kwh] = phase_optimum_kwh([session(*item) for item in sessions], [limit_a])
    assert full_h(kwh) == pytest.approx(hours)


def test_each_limit_is_solved_for_itself():
    cars = [session("a", 0, 1, 1), session("b", 0, 1, 1)]
    solved = phase_optimum_kwh(cars, [64.0, 8.0, 32.0, 1000.0])
    assert [full_h(kwh) for kwh in solved] == pytest.approx([2.0, 0.25, 1.0, 2.0])


def test_phases_do_not_touch_one_another():
    cars: list[Session] = [session(name, 0, 1, 1, phase=phase) for name, phase in (("a", 0), ("b", 0), ("c", 2))]
    assert [full_h(kwh) for kwh in optimum_kwh(day(*cars), [32.0, 16.0])] == pytest.approx([2.0, 1.0])


def test_what_cannot_be_solved_is_told():
    with pytest.raises(BenchError, match="no optimum"):
        phase_optimum_kwh([session("a", 0, 1, 1)], [-1.0])


def test_the_solver_is_silent(capfd: pytest.CaptureFixture[str]):
    phase_optimum_kwh([session("a", 0, 1, 1)], [32.0])
    assert capfd.readouterr() == ("", "")
