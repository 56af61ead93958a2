"""The relaxed problem: powers alone, no starts and no lowest current. It is quickly solved, and tells prices for `proof.py`."""

from . import highs
from .formulation import Terms, add_common, add_wants
from .matrix import FREE, Matrix
from .problem import Problem
from .proof import Prices

_HAIR = 1e-9


def relaxed_prices(problem: Problem, time_limit_s: float) -> Prices | None:
    """Tell what the shared limits, the surplus and the peak are worth; None where that cannot be found out."""
    matrix = Matrix()
    cars = [
        [
            matrix.column((problem.price_per_kwh[span] + job.nudge(span)) * problem.hours[span], high=ceiling_kw)
            for span, ceiling_kw in enumerate(problem.ceilings_kw[number])
        ]
        for number, job in enumerate(problem.jobs)
    ]
    for number, job in enumerate(problem.jobs):
        ceilings_kw = problem.ceilings_kw[number]
        stored: list[Terms] = [
            [(column, job.stored_kwh(kw, 1.0, hours) / kw)] if kw > 0 else []
            for column, kw, hours in zip(cars[number], ceilings_kw, problem.hours, strict=True)
        ]
        add_wants(matrix, job, stored)
    own_rows, own_columns = len(matrix.row_lows), len(matrix.costs)
    for bound in problem.shared:
        for span, capacity in enumerate(bound.capacity):
            matrix.row([(cars[number][span], factor) for number, factor in bound.factors.items()], high=capacity)
    powers: list[Terms] = [[(columns[span], 1.0) for columns in cars] for span in range(len(problem.spans))]
    add_common(problem, matrix, powers)
    solved = highs.relax(matrix, time_limit_s)
    if solved is None:
        return None
    return _prices(problem, matrix, cars, solved, own_rows, own_columns)


def _prices(
    problem: Problem, matrix: Matrix, cars: list[list[int]], solved: highs.Solved, own_rows: int, own_columns: int
) -> Prices:
    """Move all rows but the cars' own into the objective."""
    costs = [0.0] * len(matrix.costs)
    constant = matrix.constant
    for row in range(own_rows, len(matrix.row_lows)):
        dual = solved.row_duals[row]
        low, high = matrix.row_lows[row], matrix.row_highs[row]
        # One that has no bound on that side cannot push that way; what the solver says so is noise.
        if (dual > 0 and low == -FREE) or (dual < 0 and high == FREE):
            continue
        constant += dual * (low if dual > 0 else high) if dual else 0.0
        for index in range(matrix.row_starts[row], matrix.row_starts[row + 1]):
            costs[matrix.columns[index]] -= dual * matrix.factors[index]
    for column in range(own_columns, len(matrix.costs)):
        cost = matrix.costs[column] + costs[column]
        at = matrix.lows[column] if cost >= 0 else matrix.highs[column]
        if at in {FREE, -FREE}:
            # It has no bound on that side, so that the cost has to be 0; a hair below is taken for that.
            if abs(cost) > _HAIR:
                return Prices([[0.0] * len(problem.spans)] * len(problem.jobs), -FREE)
            continue
        constant += cost * at
    per_kwh = [
        [costs[column] / hours for column, hours in zip(columns, problem.hours, strict=True)] for columns in cars
    ]
    return Prices(per_kwh, constant)
