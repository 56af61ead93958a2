"""HiGHS, where it is installed: solves what `matrix.py` holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .matrix import Matrix

highspy: Any = None
np: Any = None

MANY_NODES: Final = 5000
_MIP_ABS_GAP: Final = 1e-4
"""Money: a hundredth of a cent."""


@dataclass(frozen=True, slots=True)
class Solved:
    """The best that was found; `least` is what no solution can be lower than. `row_duals` are of a relaxation only."""

    values: Sequence[float]
    objective: float
    least: float
    row_duals: Sequence[float]
    column_duals: Sequence[float]


def look_again() -> None:
    """Use it from now on if it can be imported: it may be installed while the integration runs. Blocks for a moment."""
    global highspy, np
    try:
        import highspy as found  # noqa: PLC0415 -- it may come late
        import numpy  # noqa: ICN001, PLC0415 -- likewise
    except ImportError:
        return
    highspy, np = found, numpy


def is_installed() -> bool:
    """Tell whether it can be used here."""
    return highspy is not None


def relax(matrix: Matrix, time_limit_s: float) -> Solved | None:
    """Solve it as if no variable had to be whole; None where that is not done in time."""
    return _run(matrix, {"time_limit": time_limit_s}, whole=False, begin={})


def solve(
    matrix: Matrix, *, time_limit_s: float, gap: float, begin: Mapping[int, float], most_nodes: int = MANY_NODES
) -> Solved | None:
    """Solve it to within `gap`, beginning with the values of some variables; None where none was found in time.

    It ends after `most_nodes` of its search, which is the same on every machine; the time is for one that is too slow.
    """
    # What a solution to begin with becomes in a problem that was simplified first is sometimes wrong (seen in 1.16).
    presolve = "off" if begin else "choose"
    options = {
        "time_limit": time_limit_s,
        "mip_rel_gap": gap,
        "mip_abs_gap": _MIP_ABS_GAP,
        "mip_max_nodes": most_nodes,
        "presolve": presolve,
    }
    return _run(matrix, options, whole=True, begin=begin)


def _run(matrix: Matrix, options: Mapping[str, Any], *, whole: bool, begin: Mapping[int, float]) -> Solved | None:
    if highspy is None:
        return None
    # Without what `Highs` adds to it: that turns callbacks on, which prints a line that nothing can prevent.
    solver = highspy.Highs.__base__()
    # In this thread alone, and always with the same seed: the same inputs give the same plan. A number of threads would have to
    # be that of whoever else uses HiGHS in this process, or it fails.
    for name, value in {"output_flag": False, "parallel": "off", "random_seed": 0, **options}.items():
        solver.setOptionValue(name, value)
    solver.passModel(_model(highspy, matrix, whole=whole))
    if begin:
        solver.setSolution(len(begin), np.array(list(begin), dtype=np.int32), np.array(list(begin.values())))
    solver.run()
    info = solver.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    # Half-way a relaxation has no prices yet.
    if not whole and solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    found = solver.getSolution()
    return Solved(
        values=list(found.col_value),
        objective=info.objective_function_value,
        least=info.mip_dual_bound if whole else info.objective_function_value,
        row_duals=list(found.row_dual),
        column_duals=list(found.col_dual),
    )


def _model(highs: Any, matrix: Matrix, *, whole: bool) -> Any:
    model = highs.HighsLp()
    model.num_col_, model.num_row_ = len(matrix.costs), len(matrix.row_lows)
    model.col_cost_ = np.array(matrix.costs, dtype=float)
    model.col_lower_ = np.array(matrix.lows, dtype=float)
    model.col_upper_ = np.array(matrix.highs, dtype=float)
    model.row_lower_ = np.array(matrix.row_lows, dtype=float)
    model.row_upper_ = np.array(matrix.row_highs, dtype=float)
    if whole:
        kinds = (highs.HighsVarType.kContinuous, highs.HighsVarType.kInteger)
        model.integrality_ = [kinds[is_whole] for is_whole in matrix.whole]
    model.a_matrix_.format_ = highs.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.array(matrix.row_starts, dtype=np.int32)
    model.a_matrix_.index_ = np.array(matrix.columns, dtype=np.int32)
    model.a_matrix_.value_ = np.array(matrix.factors, dtype=float)
    model.offset_ = matrix.constant
    return model


look_again()
