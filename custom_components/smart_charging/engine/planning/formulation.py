"""The exact formulation of a problem as a mixed-integer linear program; docs/planning.md has it in mathematics.

A car uses a span as a whole, with any power that it can be told, or a part of it, with the highest or the lowest: the first
and the last one of a time of charging, or one with a pause in it. Cars that charge in the same span do so side by side.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from .job import Job
from .matrix import Matrix
from .peak import Peak
from .problem import HAIR, Bound, Problem
from .proof import Proof
from .schedule import IDLE, Schedule, Use

_DECIMALS: Final = 9
"""What a solver adds beyond them is noise."""
_HALF: Final = 0.5
"""A binary variable is 1 above it."""
_MOST_KW: Final = 1000.0
"""No home and no small site takes more."""

type Terms = list[tuple[int, float]]
"""Variables and their factors."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The variables of one car in one span."""

    whole: int
    """Whether it charges all the time."""
    power: int
    """With how much then."""
    parts: tuple[tuple[float, int, int], ...]
    """A power, whether it charges with that for a part of the span, and for which share."""

    def mean(self, factor: float = 1.0) -> Terms:
        """Its power on average."""
        return [(self.power, factor), *((share, factor * kw) for kw, _, share in self.parts)]

    def at_once(self, factor: float) -> Terms:
        """The highest power that it has in the span."""
        return [(self.power, factor), *((part, factor * kw) for kw, part, _ in self.parts)]

    def on(self, factor: float = 1.0) -> Terms:
        """Whether it charges at all."""
        return [(self.whole, factor), *((part, factor) for _, part, _ in self.parts)]


@dataclass(slots=True)
class Program:
    """The matrix, and where each car is in it: by job and span, None where it does not charge."""

    problem: Problem
    matrix: Matrix = field(default_factory=Matrix)
    cars: list[list[Columns | None]] = field(default_factory=list)

    def schedule(self, values: Sequence[float]) -> Schedule:
        """Read the schedule from the variables' values."""
        return [[IDLE if columns is None else _use(columns, values) for columns in cars] for cars in self.cars]

    def binaries(self, schedule: Schedule) -> dict[int, float]:
        """Tell the binary variables' values of a schedule, for a solver to begin with."""
        values: dict[int, float] = {}
        for cars, uses in zip(self.cars, schedule, strict=True):
            for columns, use in zip(cars, uses, strict=True):
                if columns is not None:
                    whole = use.share > 1 - HAIR
                    values[columns.whole] = float(whole)
                    # The highest power is the last of the parts.
                    last = len(columns.parts) - 1
                    values |= {
                        part: float(not whole and use.share > 0 and index == last)
                        for index, (_, part, _) in enumerate(columns.parts)
                    }
        return values


def _use(columns: Columns, values: Sequence[float]) -> Use:
    if values[columns.whole] > _HALF:
        return Use(round(values[columns.power], _DECIMALS))
    for kw, part, share in columns.parts:
        if values[part] > _HALF and values[share] > HAIR:
            return Use(kw, min(1.0, values[share]))
    return IDLE


def formulate(problem: Problem, proof: Proof) -> Program:
    """Write a problem down, without what is proved not to be in the best schedule."""
    program = Program(problem)
    for number, job in enumerate(problem.jobs):
        program.cars.append(_add_car(program, number, job, proof))
    for bound in problem.shared:
        for span in range(len(problem.spans)):
            _add_bound(program, bound, span)
    powers = [
        [term for cars in program.cars if (columns := cars[span]) is not None for term in columns.mean()]
        for span in range(len(problem.spans))
    ]
    add_common(problem, program.matrix, powers)
    return program


def add_common(problem: Problem, matrix: Matrix, powers: Sequence[Terms]) -> None:
    """Add what all cars have in common besides limits; `powers` are the cars' mean powers by span."""
    for span, terms in enumerate(powers):
        _add_surplus(problem, matrix, span, terms)
    for peak in problem.peaks:
        _add_peak(matrix, peak, powers)


def _add_car(program: Program, number: int, job: Job, proof: Proof) -> list[Columns | None]:
    problem, matrix = program.problem, program.matrix
    is_shared = any(number in bound.factors for bound in problem.shared)
    cars: list[Columns | None] = []
    for span, ceiling_kw in enumerate(problem.ceilings_kw[number]):
        if ceiling_kw <= 0 or span in proof.never[number]:
            cars.append(None)
            continue
        per_kw = (problem.price_per_kwh[span] + job.nudge(span)) * problem.hours[span]
        whole = matrix.column(high=1, whole=True)
        power = matrix.column(per_kw, high=ceiling_kw)
        matrix.row([(power, 1), (whole, -ceiling_kw)], high=0)
        matrix.row([(power, 1), (whole, -job.lowest_kw)], low=0)
        parts = []
        for kw in sorted({ceiling_kw, job.lowest_kw} if is_shared else {ceiling_kw}):
            part, share = matrix.column(high=1, whole=True), matrix.column(per_kw * kw, high=1)
            matrix.row([(share, 1), (part, -1)], high=0)
            parts.append((kw, part, share))
        columns = Columns(whole, power, tuple(parts))
        matrix.row(columns.on(), low=float(span in proof.always[number]), high=1)
        cars.append(columns)
    _add_starts(matrix, job, cars)
    _add_wants(problem, matrix, job, cars)
    return cars


def _add_starts(matrix: Matrix, job: Job, cars: Sequence[Columns | None]) -> None:
    begun: Terms = []
    for span, columns in enumerate(cars):
        if columns is None:
            continue
        before = cars[span - 1] if span else None
        after = cars[span + 1] if span + 1 < len(cars) else None
        start = matrix.column(job.start_cost, high=1)
        begun.append((start, 1))
        parts = [(part, 1.0) for _, part, _ in columns.parts]
        if span == 0 and job.charging:
            # It goes on now; if only for a part of the span, it starts again when it charges after that.
            matrix.row([(start, 1), *((part, -1.0) for part, _ in parts), *(after.on(-1) if after else ())], low=-1)
            continue
        matrix.row([(start, 1), *columns.on(-1), *(before.on() if before else ())], low=0)
        if before is not None and after is not None:
            # Used in part in the middle of charging, it holds a pause.
            again = matrix.column(job.start_cost, high=1)
            begun.append((again, 1))
            matrix.row([*before.on(), *parts, *after.on(), (again, -1)], high=2)
    if job.continuous and begun:
        matrix.row(begun, high=0 if job.charging else 1)


def _add_wants(problem: Problem, matrix: Matrix, job: Job, cars: Sequence[Columns | None]) -> None:
    stored: list[Terms] = []
    for columns, hours in zip(cars, problem.hours, strict=True):
        terms: Terms = []
        if columns is not None:
            terms = [(columns.power, job.efficiency * hours), (columns.whole, -job.efficiency * job.standby_kw * hours)]
            terms += [(share, job.stored_kwh(kw, 1.0, hours)) for kw, _, share in columns.parts]
        stored.append(terms)
    add_wants(matrix, job, stored)


def add_wants(matrix: Matrix, job: Job, stored: Sequence[Terms]) -> None:
    """Add what a car wants and what its battery bears; `stored` is what reaches it by span."""
    for want in job.wants:
        missing = matrix.column(want.worth_per_kwh, high=max(0.0, want.energy_kwh))
        terms = [term for span in stored[: want.before] for term in span]
        matrix.row([*terms, (missing, 1)], low=want.energy_kwh)
    matrix.row([term for span in stored for term in span], high=max(0.0, job.room_kwh))


def _add_bound(program: Program, bound: Bound, span: int) -> None:
    terms: Terms = []
    most = 0.0
    for number, factor in bound.factors.items():
        if (columns := program.cars[number][span]) is not None:
            terms += columns.at_once(factor)
            most += factor * program.problem.ceilings_kw[number][span]
    if most > bound.capacity[span] + HAIR:
        program.matrix.row(terms, high=bound.capacity[span])


def _add_surplus(problem: Problem, matrix: Matrix, span: int, powers: Terms) -> None:
    """What is of the surplus costs what it would have been sold for, and not the price."""
    surplus_kw = problem.surplus_kw[span]
    if surplus_kw <= HAIR or not powers:
        return
    cheaper = problem.price_per_kwh[span] - problem.feed_in_per_kwh[span]
    own = matrix.column(-cheaper * problem.hours[span], high=surplus_kw)
    matrix.row([(own, 1), *((column, -factor) for column, factor in powers)], high=0)
    if cheaper < 0:
        # To buy would be better than to use what is there, but what is there is used first.
        most_kw = sum(ceilings[span] for ceilings in problem.ceilings_kw)
        buys = matrix.column(high=1, whole=True)
        matrix.row([(own, 1), (buys, -surplus_kw)], low=0)
        matrix.row([*powers, (own, -1), (buys, -most_kw)], high=0)


def _add_peak(matrix: Matrix, peak: Peak, powers: Sequence[Terms]) -> None:
    """The sum of the n highest days is the least of n q and what each day has above q, over all q."""
    days: list[int] = []
    for day in peak.days:
        highest = matrix.column(low=day.so_far_kw)
        days.append(highest)
        for window in day.windows:
            taken = [(column, -factor * part) for span, part in window.parts for column, factor in powers[span]]
            matrix.row([(highest, 1), *taken], low=window.base_kw)
    days += [matrix.column(low=kw, high=kw) for kw in peak.others_kw]
    level = matrix.column()
    above = [matrix.column() for _ in days]
    for day_kw, excess in zip(days, above, strict=True):
        matrix.row([(excess, 1), (day_kw, -1), (level, 1)], low=0)
    mean = matrix.column(peak.per_kw, low=peak.least_kw)
    matrix.row([(mean, 1), (level, -1), *((excess, -1 / peak.highest) for excess in above)], low=0)
    for from_kw, cost in peak.steps:
        taken_step = matrix.column(cost, high=1, whole=True)
        matrix.row([(mean, 1), (taken_step, -_MOST_KW)], high=from_kw)
    matrix.constant -= peak.cost(lambda _: 0.0)
