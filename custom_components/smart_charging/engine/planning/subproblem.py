"""A part of a problem: some of its cars, beside what the others take."""

from collections.abc import Sequence
from dataclasses import replace

from .peak import Day, Window
from .problem import Bound, Problem
from .schedule import Schedule


def beside(problem: Problem, schedule: Schedule, kept: Sequence[int]) -> Problem:
    """Give the problem of the cars with these numbers, where the others do as in a schedule."""
    others = [number for number in range(len(problem.jobs)) if number not in kept]
    spans = range(len(problem.spans))
    taken_kw = [sum(schedule[number][span].mean_kw for number in others) for span in spans]
    return Problem(
        spans=problem.spans,
        price_per_kwh=problem.price_per_kwh,
        feed_in_per_kwh=problem.feed_in_per_kwh,
        surplus_kw=tuple(max(0.0, kw - taken) for kw, taken in zip(problem.surplus_kw, taken_kw, strict=True)),
        jobs=tuple(problem.jobs[number] for number in kept),
        bounds=tuple(_bound(bound, schedule, others, kept) for bound in problem.bounds),
        peaks=tuple(replace(peak, days=tuple(_day(day, taken_kw) for day in peak.days)) for peak in problem.peaks),
    )


def _bound(bound: Bound, schedule: Schedule, others: Sequence[int], kept: Sequence[int]) -> Bound:
    capacity = [
        most - sum(bound.factors.get(number, 0.0) * schedule[number][span].running_kw for number in others)
        for span, most in enumerate(bound.capacity)
    ]
    factors = {index: bound.factors[number] for index, number in enumerate(kept) if number in bound.factors}
    return Bound(factors=factors, capacity=tuple(capacity))


def _day(day: Day, taken_kw: Sequence[float]) -> Day:
    windows = (
        Window(base_kw=window.base_kw + sum(taken_kw[span] * part for span, part in window.parts), parts=window.parts)
        for window in day.windows
    )
    return Day(so_far_kw=day.so_far_kw, windows=tuple(windows))
