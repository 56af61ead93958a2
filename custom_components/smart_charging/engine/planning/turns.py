"""Several cars in turns: each charges as is best beside what the others take, until none finds anything better."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from .alone import charge_alone
from .market import markets
from .problem import Problem
from .schedule import Schedule, Uses, judge

NOTHING: Final[Mapping[int, Uses]] = MappingProxyType({})
"""No car charges yet."""

_MOST_SWEEPS: Final = 6
_BETTER: Final = 1e-6
"""Money: less is not worth another sweep."""


def take_turns(problem: Problem, begin: Mapping[int, Uses] = NOTHING) -> list[Uses]:
    """Make a schedule. Those begin that have the least time to spare, beside what the others do at the beginning, by job.

    What that is needs not be possible: a fluid, or a plan of yesterday.
    """
    order = _order(problem)
    uses = dict(begin)
    for number in order:
        _take(problem, number, uses)
    return _improve(problem, order, uses)


def take_more_turns(problem: Problem, schedule: Schedule) -> list[Uses]:
    """Improve a schedule, as far as turns can."""
    return _improve(problem, _order(problem), dict(enumerate(schedule)))


def _order(problem: Problem) -> list[int]:
    return sorted(range(len(problem.jobs)), key=lambda number: _spare_kwh(problem, number))


def _improve(problem: Problem, order: Sequence[int], uses: dict[int, Uses]) -> list[Uses]:
    cost = judge(problem, _listed(uses)).score
    for _ in range(_MOST_SWEEPS if len(order) > 1 else 0):
        before, cost = cost, _sweep(problem, order, uses, cost)
        if cost > before - _BETTER:
            break
    return _listed(uses)


def _sweep(problem: Problem, order: Sequence[int], uses: dict[int, Uses], cost: float) -> float:
    """Let each one think again; returns what it costs then, which is never more."""
    for number in order:
        kept = uses[number]
        _take(problem, number, uses)
        new_cost = judge(problem, _listed(uses)).score
        if new_cost < cost:
            cost = new_cost
        else:
            uses[number] = kept
    return cost


def _take(problem: Problem, number: int, uses: dict[int, Uses]) -> None:
    others = {other: taken for other, taken in uses.items() if other != number}
    uses[number] = charge_alone(problem.jobs[number], markets(problem, number, others))


def _listed(uses: Mapping[int, Uses]) -> list[Uses]:
    return [uses[number] for number in sorted(uses)]


def _spare_kwh(problem: Problem, number: int) -> tuple[float, str]:
    """What a car could be given beyond what it wants if it were alone, kWh."""
    job, ceilings_kw = problem.jobs[number], problem.ceilings_kw[number]
    wanted_kwh = max((want.energy_kwh for want in job.wants), default=0.0)
    before = max((want.before for want in job.wants), default=0)
    possible_kwh = sum(
        job.stored_kwh(kw, 1.0, hours) for kw, hours in zip(ceilings_kw[:before], problem.hours[:before], strict=True)
    )
    return possible_kwh - wanted_kwh, job.job_id
