"""Short words for what a planner is asked, and a way to draw what it answers."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from custom_components.smart_charging.engine.model.carbon import Carbon, CarbonSlot
from custom_components.smart_charging.engine.model.evse import Evse
from custom_components.smart_charging.engine.model.limit import Limit, LimitSpan
from custom_components.smart_charging.engine.model.order import Order, Stage
from custom_components.smart_charging.engine.model.outlook import Outlook, OutlookStep
from custom_components.smart_charging.engine.model.plan import Plan
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES
from custom_components.smart_charging.engine.model.tariff import PriceSlot, Tariff
from custom_components.smart_charging.engine.planning.job import Job, Want
from custom_components.smart_charging.engine.planning.problem import Bound, Problem
from custom_components.smart_charging.engine.planning.question import Question
from custom_components.smart_charging.engine.planning.span import Span

from ..builders import NOW, mains, rating, site

HOUR = timedelta(hours=1)
NOTHING = Outlook(steps=(OutlookStep(start=NOW - HOUR, end=NOW + 100 * HOUR, base_kw=0.0, margin_kw=0.0),))
"""The house takes nothing, and everybody knows."""
KW = 11.04
"""16 A on three phases at 230 V."""


def in_hours(hours: float) -> Any:
    return NOW + hours * HOUR


def tariff(*prices: float | None, each: timedelta = HOUR, **more: Any) -> Tariff:
    """A price for each hour from now on; None: nobody knows it."""
    slots = [
        PriceSlot(start=NOW + index * each, end=NOW + (index + 1) * each, price_per_kwh=price)
        for index, price in enumerate(prices)
        if price is not None
    ]
    return Tariff(currency="EUR", prices=tuple(slots), **more)


def flat(price: float, hours: int) -> Tariff:
    return tariff(*[price] * hours)


def emits(*grams: float | None, per_tonne: float | None = None, estimated: bool = False) -> Carbon:
    """What a kWh emits in each hour from now on; without a price of a tonne it counts instead of money."""
    slots = [
        CarbonSlot(start=in_hours(hour), end=in_hours(hour + 1), kg_per_kwh=g / 1000, estimated=estimated)
        for hour, g in enumerate(grams)
        if g is not None
    ]
    return Carbon(slots=tuple(slots), price_per_kg=None if per_tonne is None else per_tonne / 1000)


def order(kwh: float, ready_in_h: float | None = None, **changes: Any) -> Order:
    """A car that loses nothing, at the charger `a`, which wants so much in its battery."""
    stage = Stage(energy_kwh=kwh, departure=None if ready_in_h is None else in_hours(ready_in_h))
    values: dict[str, Any] = {
        "evse_id": "a",
        "stages": (stage,),
        "room_kwh": 100.0,
        "efficiency": 1.0,
        "standby_w": 0.0,
    }
    return Order(**(values | changes))


def wallbox(evse_id: str = "a", **changes: Any) -> Evse:
    values: dict[str, Any] = {"evse_id": evse_id, "circuit_id": "site", "phases": ALL_PHASES, "maximum_a": 16.0}
    return Evse(**(values | changes))


def question(orders: Order | Sequence[Order], prices: Tariff, *, limit_a: float = 63.0, **changes: Any) -> Question:
    """Asked by a three-phase site with a charger for each order, where the house takes nothing."""
    each = (orders,) if isinstance(orders, Order) else tuple(orders)
    values: dict[str, Any] = {
        "at": NOW,
        "site": site(*(wallbox(one.evse_id) for one in each), circuits=(mains(rating(limit_a), phases=3),), phases=3),
        "orders": {one.evse_id: one for one in each},
        "tariff": prices,
        "outlook": NOTHING,
    }
    return Question(**(values | changes))


def held(limit: Limit, from_h: float, to_h: float) -> LimitSpan:
    """A limit that holds from so many hours from now to so many."""
    return LimitSpan(start=in_hours(from_h), end=in_hours(to_h), limit=limit)


def drawn(plan: Plan, hours: float, each_h: float = 0.5) -> str:
    """Draw a plan: a sign for each half hour, `█` where it charges all the time, `▄` for a part of it."""
    signs = []
    for index in range(round(hours / each_h)):
        start, end = in_hours(index * each_h), in_hours((index + 1) * each_h)
        charged = sum(
            (max(timedelta(), min(slot.end, end) - max(slot.start, start)) for slot in plan.slots), timedelta()
        )
        share = charged / (end - start)
        signs.append("█" if share > 0.99 else "▄" if share > 0.01 else "·")
    return "".join(signs)


def spans(count: int, each: timedelta = HOUR) -> tuple[Span, ...]:
    return tuple(Span(start=NOW + index * each, end=NOW + (index + 1) * each) for index in range(count))


def job(kwh: float, count: int, **changes: Any) -> Job:
    """A car that loses nothing, takes 6 to 16 A on three phases, and misses a kWh for 10 each."""
    values: dict[str, Any] = {
        "job_id": "a",
        "lowest_kw": 4.14,
        "highest_kw": (KW,) * count,
        "room_kwh": 100.0,
        "wants": (Want(energy_kwh=kwh, before=count, worth_per_kwh=10.0),),
    }
    return Job(**(values | changes))


def problem(jobs: Job | Sequence[Job], prices: Sequence[float], **changes: Any) -> Problem:
    """Hours with these prices; `most_kw` bounds all cars together."""
    each = (jobs,) if isinstance(jobs, Job) else tuple(jobs)
    count = len(prices)
    most_kw = changes.pop("most_kw", None)
    values: dict[str, Any] = {
        "spans": spans(count),
        "price_per_kwh": tuple(prices),
        "feed_in_per_kwh": (0.0,) * count,
        "surplus_kw": (0.0,) * count,
        "jobs": each,
        "bounds": ()
        if most_kw is None
        else (Bound(factors=dict.fromkeys(range(len(each)), 1.0), capacity=(most_kw,) * count),),
    }
    return Problem(**(values | changes))
