"""Turns a schedule into plans: slots with amperes, what they cost, what they save, and what will be missing, and why."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from ..model.order import Order
from ..model.plan import Plan, PlanSlot, Shortage
from .costs import in_carbon, in_money
from .orders import spans_before
from .powers import evse_of, phases_of, range_kw
from .problem import HAIR, Problem
from .question import Question
from .schedule import IDLE, Schedule, Use, Uses, energy_cost
from .span import Span

_TRIFLE_KWH: Final = 0.01
"""Nobody misses less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Books:
    """A problem and its schedule; the problem in money, and in kg of CO₂: None where nothing is known of that."""

    problem: Problem
    schedule: Schedule
    money: Problem | None
    carbon: Problem | None


def tell(question: Question, problem: Problem, schedule: Schedule) -> dict[str, Plan]:
    """Make the plans, by charger id."""
    orders = [question.orders[job.job_id] for job in problem.jobs]
    books = _Books(
        problem=problem,
        schedule=schedule,
        money=in_money(question, problem),
        carbon=in_carbon(question, problem),
    )
    return {order.evse_id: _plan(question, books, number, order) for number, order in enumerate(orders)}


def _plan(question: Question, books: _Books, number: int, order: Order) -> Plan:
    problem, schedule = books.problem, books.schedule
    slots = tuple(_slots(question, books, number, order))
    stored_kwh = slots[-1].stored_kwh if slots else 0.0
    missed_kwh = _missed_kwh(order, problem, number, schedule[number])
    departures = [stage.departure for stage in order.stages if stage.departure is not None]
    at_once = partial(_cost_at_once, question, number, order, stored_kwh)
    cost = None if books.money is None else sum(slot.cost for slot in slots)
    carbon_kg = None if books.carbon is None else sum(slot.carbon_kg for slot in slots)
    return Plan(
        slots=slots,
        departure=max(departures, default=None),
        cost=cost,
        saving=_saving(at_once, books.money, cost),
        carbon_kg=carbon_kg,
        carbon_saving_kg=_saving(at_once, books.carbon, carbon_kg),
        by_carbon=question.tariff.by_carbon,
        phases=phases_of(order, evse_of(order, question.site)),
        in_one_go=order.continuous,
        paced=bool(problem.peaks),
        missed_kwh=missed_kwh,
        missed_for=_shortage(question, problem, number, order) if missed_kwh > 0 else None,
        estimated=any(_is_estimated(question, slot) for slot in slots),
    )


def _slots(question: Question, books: _Books, number: int, order: Order) -> Iterator[PlanSlot]:
    problem, schedule = books.problem, books.schedule
    job, uses, site = problem.jobs[number], schedule[number], question.site
    evse = evse_of(order, site)
    per_a_kw = phases_of(order, evse) * site.voltage_v / 1000
    # What only the house holds down is not held down by the plan: it may turn out to take less than is feared. Where power
    # has a price, more would raise the peak.
    most_a = min(order.maximum_a, evse.maximum_a) if not problem.peaks else 0.0
    stored_kwh = 0.0
    for index, use in enumerate(uses):
        if use.share <= 0:
            continue
        stored_kwh += job.stored_kwh(use.power_kw, use.share, problem.hours[index])
        together_kw = sum(other[index].mean_kw for other in schedule)
        # What of the surplus is its own: its part of all that charges then.
        part = use.mean_kw / together_kw
        start, end = _when(problem.spans[index], uses, index)
        is_held = use.power_kw >= problem.ceilings_kw[number][index] - HAIR
        yield PlanSlot(
            start=start,
            end=end,
            current_a=max(most_a if is_held else 0.0, use.power_kw / per_a_kw),
            power_kw=use.power_kw,
            price_per_kwh=None if books.money is None else books.money.price_per_kwh[index],
            cost=0.0 if books.money is None else energy_cost(books.money, index, together_kw) * part,
            carbon_kg_per_kwh=None if books.carbon is None else books.carbon.price_per_kwh[index],
            carbon_kg=0.0 if books.carbon is None else energy_cost(books.carbon, index, together_kw) * part,
            stored_kwh=stored_kwh,
        )


def _when(span: Span, uses: Uses, index: int) -> tuple[datetime, datetime]:
    """A span that is used in part is used at the side at which it charges before or after."""
    length = (span.end - span.start) * uses[index].share
    # To whole seconds, up: what is planned is not to be missed by one.
    length = min(span.end - span.start, timedelta(seconds=-(-length // timedelta(seconds=1))))
    before = index > 0 and uses[index - 1].share > 0
    after = index + 1 < len(uses) and uses[index + 1].share > 0
    if after and not before:
        return span.end - length, span.end
    return span.start, span.start + length


def _missed_kwh(order: Order, problem: Problem, number: int, uses: Uses) -> float:
    """What the battery will lack of what it must have, at its worst."""
    missing = [
        stage.energy_kwh - _stored_kwh(problem, number, uses, spans_before(stage.departure, problem.spans))
        for stage in order.stages
        if stage.most_per_kwh is None
    ]
    worst = max(missing, default=0.0)
    return worst if worst > _TRIFLE_KWH else 0.0


def _stored_kwh(problem: Problem, number: int, uses: Uses, before: int) -> float:
    job = problem.jobs[number]
    return sum(
        job.stored_kwh(use.power_kw, use.share, hours)
        for use, hours in zip(uses[:before], problem.hours[:before], strict=True)
    )


def _shortage(question: Question, problem: Problem, number: int, order: Order) -> Shortage:
    """Tell why it does not get what it must have: what alone would be enough to prevent that is named first."""
    job = problem.jobs[number]
    _, highest_kw = range_kw(order, question.site)
    musts = [stage for stage in order.stages if stage.most_per_kwh is None]

    def is_short(powers_kw: Sequence[float]) -> bool:
        uses = [Use(kw) if kw > 0 else IDLE for kw in powers_kw]
        return _missed_kwh(replace(order, stages=musts), problem, number, uses) > 0

    if is_short([highest_kw] * len(problem.spans)):
        return Shortage.TIME
    if is_short(job.highest_kw):
        return Shortage.PRICE
    if is_short(problem.ceilings_kw[number]):
        return Shortage.LIMIT
    is_shared = any(number in bound.factors for bound in problem.shared)
    # Alone it could have it, but for its own terms: that it bears no pause, or what a peak costs.
    return Shortage.SHARED if is_shared else Shortage.PRICE


def _saving(at_once: Callable[[Problem], float], book: Problem | None, cost: float | None) -> float | None:
    return None if book is None or cost is None else at_once(book) - cost


def _cost_at_once(question: Question, number: int, order: Order, stored_kwh: float, book: Problem) -> float:
    """What the same would cost, or emit, if it were charged from now on, as fast as the car, its charger and the house can."""
    job = book.jobs[number]
    _, highest_kw = range_kw(order, question.site)
    cost, left_kwh = 0.0, stored_kwh
    for span, hours in enumerate(book.hours):
        power_kw = min(highest_kw, book.room_kw(number, span))
        whole_kwh = job.stored_kwh(power_kw, 1.0, hours) if power_kw >= job.lowest_kw - HAIR else 0.0
        if whole_kwh <= 0:
            continue
        share = min(1.0, left_kwh / whole_kwh)
        cost += energy_cost(book, span, power_kw * share)
        left_kwh -= share * whole_kwh
    return cost


def _is_estimated(question: Question, slot: PlanSlot) -> bool:
    """Whether what it goes by is a guess, or what it costs."""
    counted, price = question.tariff.counted_at(slot.start), question.tariff.price_at(slot.start)
    guesses = (counted,) if slot.price_per_kwh is None else (counted, price)
    return any(told is None or told.estimated for told in guesses)
