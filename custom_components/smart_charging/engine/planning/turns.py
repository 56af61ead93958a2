"""Several cars in turns: each charges as is best beside what the others take, until none finds anything better."""

from collections.abc import Mapping, Sequence
from typing import Final

from .alone import charge_alone
from .market import markets
from .problem import Problem
from .schedule import Uses, judge

_MOST_SWEEPS: Final = 6
_BETTER: Final = 1e-6
"""Money: less is not worth another sweep."""


def take_turns(problem: Problem, begin: Mapping[int, Uses] | None = None) -> list[Uses]:
    """Make a schedule by job and span, beginning with these uses; without, those begin that have the least time to spare."""
    order = sorted(range(len(problem.jobs)), key=lambda number: _spare_h(problem, number))
    uses: dict[int, Uses] = dict(begin or {})
    for number in order:
        if number not in uses:
            _take(problem, number, uses)
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


def _spare_h(problem: Problem, number: int) -> tuple[float, str]:
    """How long a car could wait if it were alone, h."""
    job, ceilings_kw = problem.jobs[number], problem.ceilings_kw[number]
    wanted_kwh = max((want.energy_kwh for want in job.wants), default=0.0)
    before = max((want.before for want in job.wants), default=0)
    possible_kwh = sum(
        job.stored_kwh(kw, 1.0, hours) for kw, hours in zip(ceilings_kw[:before], problem.hours[:before], strict=True)
    )
    return possible_kwh - wanted_kwh, job.job_id
