"""What a kWh counts for, costs and emits in each span. Where nobody knows, it is as much as on average."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import fmean

from .problem import Problem
from .question import Question
from .span import Span


def counted(question: Question, spans: Sequence[Span]) -> tuple[float, ...]:
    """List what plans go by."""
    slots = (question.tariff.counted_at(span.start) for span in spans)
    return _filled(None if slot is None else slot.price_per_kwh for slot in slots)


def paid(question: Question, spans: Sequence[Span]) -> tuple[float, ...]:
    """List what is paid to the supplier."""
    slots = (question.tariff.price_at(span.start) for span in spans)
    return _filled(None if slot is None else slot.price_per_kwh for slot in slots)


def in_money(question: Question, problem: Problem) -> Problem | None:
    """Put what is paid, and what feeding in earns, in place of what plans go by; None where nobody knows any price."""
    if not any(question.tariff.price_at(span.start) for span in problem.spans):
        return None
    return replace(
        problem,
        price_per_kwh=paid(question, problem.spans),
        feed_in_per_kwh=tuple(question.tariff.feed_in_at(span.start) for span in problem.spans),
    )


def in_carbon(question: Question, problem: Problem) -> Problem | None:
    """Put what the grid emits, kg, in place of what plans go by; None where nobody knows. What the roof gives emits nothing."""
    slots = [question.tariff.carbon_at(span.start) for span in problem.spans]
    if not any(slots):
        return None
    return replace(
        problem,
        price_per_kwh=_filled(None if slot is None else slot.kg_per_kwh for slot in slots),
        feed_in_per_kwh=(0.0,) * len(slots),
    )


def _filled(told: Iterable[float | None]) -> tuple[float, ...]:
    values = tuple(told)
    known = [value for value in values if value is not None]
    usual = fmean(known) if known else 0.0
    return tuple(usual if value is None else value for value in values)
