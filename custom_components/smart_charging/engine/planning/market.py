"""What one car pays in each span, beside what the others take."""

from collections.abc import Mapping
from dataclasses import dataclass

from .job import Job
from .problem import HAIR, Problem
from .schedule import Uses


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """In one span the first `own_kw` cost `own_per_kwh`, and what is beyond them `price_per_kwh`.

    `ceiling_kw` is the most that it may charge with; 0: not at all.
    """

    hours: float
    ceiling_kw: float
    own_kw: float
    own_per_kwh: float
    price_per_kwh: float

    def cost(self, mean_kw: float) -> float:
        """Tell what this much costs, on average over the span."""
        own_kw = min(mean_kw, self.own_kw)
        return (own_kw * self.own_per_kwh + (mean_kw - own_kw) * self.price_per_kwh) * self.hours

    def slope(self, mean_kw: float) -> float:
        """Tell what the last kWh of this much costs."""
        return self.price_per_kwh if mean_kw > self.own_kw + HAIR else self.own_per_kwh


def markets(problem: Problem, number: int, others: Mapping[int, Uses]) -> list[Market]:
    """Tell what car `number` pays beside these uses of others, by job."""
    job, ceilings_kw = problem.jobs[number], problem.ceilings_kw[number]
    taken = [0.0] * len(problem.spans)
    room = list(ceilings_kw)
    for span in range(len(problem.spans)):
        if ceilings_kw[span] <= 0:
            continue
        taken[span] = sum(uses[span].mean_kw for uses in others.values())
        for bound in problem.shared:
            if (factor := bound.factors.get(number)) is not None:
                used = sum(bound.factors.get(other, 0.0) * uses[span].running_kw for other, uses in others.items())
                room[span] = min(room[span], (bound.capacity[span] - used) / factor)
        if room[span] < job.lowest_kw - HAIR:
            room[span] = 0.0
    return [
        _market(problem, job, span, room_kw, taken_kw)
        for span, (room_kw, taken_kw) in enumerate(zip(room, taken, strict=True))
    ]


def _market(problem: Problem, job: Job, span: int, room_kw: float, taken_kw: float) -> Market:
    nudge = job.nudge(span)
    return Market(
        hours=problem.hours[span],
        ceiling_kw=room_kw,
        own_kw=max(0.0, problem.surplus_kw[span] - taken_kw),
        own_per_kwh=problem.feed_in_per_kwh[span] + nudge,
        price_per_kwh=problem.price_per_kwh[span] + nudge,
    )
