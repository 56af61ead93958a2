"""The most energy that a site could have given, had it known every car beforehand: a linear programme, solved by HiGHS.

Phases do not touch one another where every space has one, so each is a problem of its own. Between two moments at which
a car comes or goes nothing changes, so one mean current for each car and such an interval is all there is to choose, in
continuous time and without any loss:

    maximise    the energy of all cars in all intervals
    such that   a car has at the most its maximum current in an interval in which it is there,
                all cars together have at the most the phase's limit in each interval,
                and each car has at the most what it asked for.

It is also a maximum flow: source → car (what it asked for) → interval (its maximum) → sink (the limit). Neither minimum
currents nor steps bind it, so no controller can give more.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import highspy
import numpy as np

from .acn import MAXIMUM_A, PHASES, Day, Session, most_kwh
from .result import BenchError

_NO_BOUND: Final = highspy.kHighsInf


def optimum_kwh(day: Day, limits_a: Sequence[float]) -> list[float]:
    """The optimum of a day for each of these limits per phase."""
    phases = [[item for item in day.sessions if item.phase == phase] for phase in range(PHASES)]
    solved = [phase_optimum_kwh(sessions, limits_a) for sessions in phases if sessions]
    return [sum(parts) for parts in zip(*solved, strict=True)]


def phase_optimum_kwh(sessions: Sequence[Session], limits_a: Sequence[float]) -> list[float]:
    """The optimum of the cars of one phase for each of these limits.

    Raises:
        BenchError: the solver did not find it.
    """
    moments = sorted({moment for item in sessions for moment in (item.arrives_s, item.leaves_s)})
    intervals = list(pairwise(moments))
    by_interval: list[list[int]] = [[] for _ in intervals]
    by_session: list[list[int]] = []
    upper: list[float] = []
    for item in sessions:
        own: list[int] = []
        for number, (start_s, end_s) in enumerate(intervals):
            if item.arrives_s <= start_s and end_s <= item.leaves_s:
                by_interval[number].append(len(upper))
                own.append(len(upper))
                upper.append(most_kwh(MAXIMUM_A, end_s - start_s))
        by_session.append(own)
    solver = _solver(upper, [*by_interval, *by_session])
    for row, item in enumerate(sessions, start=len(intervals)):
        solver.changeRowBounds(row, -_NO_BOUND, item.asked_kwh)
    found: list[float] = []
    for limit_a in limits_a:
        for row, (start_s, end_s) in enumerate(intervals):
            solver.changeRowBounds(row, -_NO_BOUND, most_kwh(limit_a, end_s - start_s))
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise BenchError(f"HiGHS found no optimum: {solver.getModelStatus()}")
        found.append(float(solver.getInfo().objective_function_value))
    return found


class Solver(highspy.Highs):
    """A silent HiGHS."""

    def __init__(self) -> None:
        """Leave out what `Highs` does at its start: it turns callbacks on, which prints a line that nothing can prevent."""
        super(highspy.Highs, self).__init__()
        self.setOptionValue("output_flag", False)
        # Within a process HiGHS refuses another number of threads than it was first run with: nobody asks for any.
        self.setOptionValue("parallel", "off")


def _solver(upper: Sequence[float], rows: Sequence[Sequence[int]]) -> Solver:
    """A programme that maximises the sum of columns from 0 to `upper`; each row adds up some of them."""
    solver = Solver()
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(upper), len(rows)
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_, model.col_lower_, model.col_upper_ = np.ones(len(upper)), np.zeros(len(upper)), np.array(upper)
    model.row_lower_, model.row_upper_ = np.full(len(rows), -_NO_BOUND), np.full(len(rows), _NO_BOUND)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0, *(len(row) for row in rows)], dtype=np.int32)
    model.a_matrix_.index_ = np.array([column for row in rows for column in row], dtype=np.int32)
    model.a_matrix_.value_ = np.ones(sum(len(row) for row in rows))
    solver.passModel(model)
    return solver
