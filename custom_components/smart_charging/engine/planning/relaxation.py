"""The relaxed problem: powers alone, no starts and no lowest current. It is quickly solved, and tells where to look."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from . import highs
from .formulation import Terms, add_common, add_wants
from .matrix import FREE, Matrix
from .problem import HAIR, Problem
from .proof import Prices
from .schedule import IDLE, Schedule, Use

_NOISE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The solution of the relaxed problem: the prices of what the cars have in common, and the cars' powers."""

    prices: Prices
    schedule: Schedule
    """As if power were a fluid: a car may be given less than its lowest current, which cannot be done."""


def relax(problem: Problem, time_limit_s: float) -> Relaxation | None:
    """Solve the relaxed problem; None where that cannot be done."""
    relaxed = _relax(problem)
    solved = highs.relax(relaxed.matrix, time_limit_s)
    if solved is None:
        return None
    schedule = [
        [Use(kw) if (kw := solved.values[column]) > HAIR else IDLE for column in columns] for columns in relaxed.powers
    ]
    return Relaxation(_prices(problem, relaxed, solved.row_duals), schedule)


@dataclass(frozen=True, slots=True)
class _Relaxed:
    """The relaxed problem. The first rows and columns are the cars' own, the others what they have in common."""

    matrix: Matrix
    powers: list[list[int]]
    """By job and span."""
    own_rows: int
    own_columns: int


def _relax(problem: Problem) -> _Relaxed:
    matrix = Matrix()
    cars = [
        [
            matrix.column((problem.price_per_kwh[span] + job.nudge(span)) * problem.hours[span], high=ceiling_kw)
            for span, ceiling_kw in enumerate(problem.ceilings_kw[number])
        ]
        for number, job in enumerate(problem.jobs)
    ]
    for number, job in enumerate(problem.jobs):
        stored: list[Terms] = [
            [(column, job.stored_kwh(kw, 1.0, hours) / kw)] if kw > 0 else []
            for column, kw, hours in zip(cars[number], problem.ceilings_kw[number], problem.hours, strict=True)
        ]
        add_wants(matrix, job, stored)
    relaxed = _Relaxed(matrix, cars, len(matrix.row_lows), len(matrix.costs))
    for bound in problem.shared:
        for span, capacity in enumerate(bound.capacity):
            matrix.row([(cars[number][span], factor) for number, factor in bound.factors.items()], high=capacity)
    powers: list[Terms] = [[(columns[span], 1.0) for columns in cars] for span in range(len(problem.spans))]
    add_common(problem, matrix, powers)
    return relaxed


def _prices(problem: Problem, relaxed: _Relaxed, row_duals: Sequence[float]) -> Prices:
    """Move what the cars have in common into the objective, at its price. Any prices prove something, also inexact ones."""
    matrix, constant = relaxed.matrix, relaxed.matrix.constant
    costs = list(matrix.costs)
    for row in range(relaxed.own_rows, len(matrix.row_lows)):
        dual = row_duals[row]
        at = matrix.row_lows[row] if dual > 0 else matrix.row_highs[row]
        if dual == 0 or abs(at) == FREE:
            # Where a row has no bound it cannot push; what the solver says so is noise.
            continue
        constant += dual * at
        for index in range(matrix.row_starts[row], matrix.row_starts[row + 1]):
            costs[matrix.columns[index]] -= dual * matrix.factors[index]
    constant += sum(_least(matrix, column, costs[column]) for column in range(relaxed.own_columns, len(costs)))
    per_kwh = [
        [(costs[column] - matrix.costs[column]) / hours for column, hours in zip(columns, problem.hours, strict=True)]
        for columns in relaxed.powers
    ]
    return Prices(per_kwh, constant)


def _least(matrix: Matrix, column: int, cost: float) -> float:
    """The least that a variable of none of the cars adds."""
    at = matrix.lows[column] if cost >= 0 else matrix.highs[column]
    if at != FREE:
        return cost * at
    # Its cost would have to be 0, and is but for a hair.
    return 0.0 if cost > -_NOISE else -FREE
