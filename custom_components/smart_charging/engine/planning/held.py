"""The plans that held so far, as a schedule to begin with: of plans that are as good as each other the one that held stays."""

from ..model.plan import Plan
from .problem import HAIR, Problem
from .question import Question
from .schedule import IDLE, Use, Uses
from .span import Span


def held(question: Question, problem: Problem) -> dict[int, Uses]:
    """Lay the plans that held on the spans of a problem, by job; with no more power than a car could be given alone.

    Nothing else is promised of it: by now cars may want more, and be left less together.
    """
    return {
        number: [
            _use(plan, span, ceiling_kw, job.lowest_kw)
            for span, ceiling_kw in zip(problem.spans, problem.ceilings_kw[number], strict=True)
        ]
        for number, job in enumerate(problem.jobs)
        if (plan := question.before.get(job.job_id)) is not None
    }


def _use(plan: Plan, span: Span, ceiling_kw: float, lowest_kw: float) -> Use:
    """What it was to take in a span, in as long as that takes with the highest power that it was to have there."""
    parts = [(slot.power_kw, span.share_in(slot.start, slot.end)) for slot in plan.slots]
    power_kw = min(ceiling_kw, max((kw for kw, share in parts if share > 0), default=0.0))
    if power_kw < max(lowest_kw - HAIR, HAIR):
        return IDLE
    return Use(power_kw, min(1.0, sum(kw * share for kw, share in parts) / power_kw))
