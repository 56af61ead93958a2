"""What is proved of a problem before it is solved: the score that no schedule is below, and where nobody charges in the best.

The limits that cars share, the surplus and the peak are taken out of the problem and given prices instead (Lagrange
multipliers). What is left falls apart into the cars, each of which is solved exactly by `alone.py`. Any prices prove
something; those of the relaxed problem prove much.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .alone import Search
from .market import Market, markets
from .problem import Problem


@dataclass(frozen=True, slots=True)
class Prices:
    """What is added to the price of a kWh, by job and span, and to the score."""

    per_kwh: Sequence[Sequence[float]]
    constant: float


@dataclass(frozen=True, slots=True)
class Proof:
    """No schedule's score is below `least`. `never` and `always` tell the spans, by job, in which the best one (does not) charge."""

    least: float
    never: Sequence[frozenset[int]]
    always: Sequence[frozenset[int]]


def prove(problem: Problem, score: float, prices: Prices | None) -> Proof:
    """Prove what can be, where a schedule with this score is known; without prices each car is looked at as if it were alone."""
    searches = [Search(job, _markets(problem, number, prices)) for number, job in enumerate(problem.jobs)]
    for search in searches:
        search.run()
    least = [search.least() for search in searches]
    total = sum(least) + (0.0 if prices is None else prices.constant)
    never, always = [], []
    for search, own in zip(searches, least, strict=True):
        # With the others at their least, so much may this one cost, or the schedule would be no better than the known one.
        most = score - total + own
        with_each = search.least_with_each()
        never.append(frozenset(span for span, (on, _) in enumerate(with_each) if on > most))
        always.append(frozenset(span for span, (_, off) in enumerate(with_each) if off > most))
    return Proof(total, never, always)


def _markets(problem: Problem, number: int, prices: Prices | None) -> list[Market]:
    if prices is None:
        alone = markets(problem, number, {})
        # Where the surplus is dearer than what is bought, others may take it: then less of it is this car's.
        return (
            alone
            if len(problem.jobs) == 1
            else [replace(each, own_per_kwh=min(each.own_per_kwh, each.price_per_kwh)) for each in alone]
        )
    job = problem.jobs[number]
    return [
        Market(
            hours=problem.hours[span],
            ceiling_kw=ceiling_kw,
            own_kw=0.0,
            own_per_kwh=0.0,
            price_per_kwh=problem.price_per_kwh[span] + job.nudge(span) + prices.per_kwh[number][span],
        )
        for span, ceiling_kw in enumerate(problem.ceilings_kw[number])
    ]
