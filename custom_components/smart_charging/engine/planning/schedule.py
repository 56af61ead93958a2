"""A schedule: when each car charges, and with how much. What it costs is told here, and nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .job import Job, Want
from .problem import HAIR, Problem


@dataclass(frozen=True, slots=True)
class Use:
    """A car charges with `power_kw` for a `share` of a span, from 0 to 1."""

    power_kw: float
    share: float = 1.0

    @property
    def mean_kw(self) -> float:
        """Its power over the whole span, on average."""
        return self.power_kw * self.share

    @property
    def running_kw(self) -> float:
        """Its power while it charges; 0 where it does not."""
        return self.power_kw if self.share > 0 else 0.0


IDLE: Final = Use(0.0, 0.0)

type Uses = Sequence[Use]
"""Of one car, by span."""
type Schedule = Sequence[Uses]
"""By job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a schedule costs beyond what the home costs without it, in money; `missed` and `nudges` are none."""

    energy: float
    starts: float
    peaks: float
    missed: float
    """What is missing, at its worth."""
    nudges: float

    @property
    def money(self) -> float:
        """What is paid."""
        return self.energy + self.starts + self.peaks

    @property
    def score(self) -> float:
        """What a plan makes as low as it can."""
        return self.money + self.missed + self.nudges


def judge(problem: Problem, schedule: Schedule) -> Cost:
    """Tell what a schedule costs, uses by job and span."""
    together = [sum(uses[span].mean_kw for uses in schedule) for span in range(len(problem.spans))]
    jobs = list(zip(problem.jobs, schedule, strict=True))
    return Cost(
        energy=sum(energy_cost(problem, span, power_kw) for span, power_kw in enumerate(together)),
        starts=sum(job.start_cost * starts(job, uses) for job, uses in jobs),
        peaks=sum(peak.cost(together.__getitem__) - peak.cost(lambda _: 0.0) for peak in problem.peaks),
        missed=sum(missed(job, uses, problem.hours) for job, uses in jobs),
        nudges=sum(_nudges(job, uses, problem.hours) for job, uses in jobs),
    )


def energy_cost(problem: Problem, span: int, power_kw: float) -> float:
    """Tell what it costs when the cars together take this much in a span: first of the surplus, then from the grid."""
    own_kw = min(power_kw, problem.surplus_kw[span])
    bought_kw = power_kw - own_kw
    per_hour = own_kw * problem.feed_in_per_kwh[span] + bought_kw * problem.price_per_kwh[span]
    return per_hour * problem.hours[span]


def starts(job: Job, uses: Uses) -> int:
    """Count how often it starts. A span that is used in part is used at the side of what is next to it."""
    count, running = 0, job.charging
    for use, after in zip(uses, (*uses[1:], IDLE), strict=True):
        if use.share > 0:
            # In the middle of charging a span of which only a part is used holds a pause.
            pauses = running and use.share < 1 - HAIR and after.share > 0
            count += pauses or not running
        running = use.share > 0
    return count


def missed(job: Job, uses: Uses, hours: Sequence[float]) -> float:
    """Add up what each of its wants lacks, at its worth."""
    return sum(want.worth_per_kwh * shortfall_kwh for want, shortfall_kwh in shortfalls(job, uses, hours))


def shortfalls(job: Job, uses: Uses, hours: Sequence[float]) -> list[tuple[Want, float]]:
    """List what each of its wants lacks, kWh."""
    stored, total = [0.0], 0.0
    for use, span_hours in zip(uses, hours, strict=True):
        total += job.stored_kwh(use.power_kw, use.share, span_hours)
        stored.append(total)
    return [(want, max(0.0, want.energy_kwh - stored[want.before])) for want in job.wants]


def _nudges(job: Job, uses: Uses, hours: Sequence[float]) -> float:
    return sum(use.mean_kw * hours[span] * job.nudge(span) for span, use in enumerate(uses))
