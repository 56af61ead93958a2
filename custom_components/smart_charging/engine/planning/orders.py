"""Turns an order into a job: amperes into kW, times into spans, and what must be had into what missing it costs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..model.order import Order, Stage
from ..model.plan import Plan
from .job import Job, Want
from .powers import range_kw, stored_kw
from .problem import HAIR
from .question import Question
from .span import Span
from .thrift import Thrift, thrift_of
from .times import ends_at

_MUST: Final = 40.0
"""Missing a kWh that must be had costs so many times what the dearest one costs,"""
_RANK: Final = 4.0
"""and so many times more for each step of priority."""
_FAIR: Final = 0.5
"""Missing a second quarter is by so much worse than missing the first, and so on: what is short is shared."""
_QUARTERS: Final = (1.0, 0.75, 0.5, 0.25)
_START: Final = 0.03
"""A start costs as much as this many kWh: below a cent. Contactors wear, and nobody likes a car that starts and stops."""
_START_BESIDE_PEAK: Final = 0.5
"""Where power has a price it pays to charge for some minutes of each window. Not for less than this: a car is no lamp."""
_STAY: Final = 0.02
"""A kWh where the plan had one before counts as so much cheaper, by the mean price: plans do not jump for cents."""
_SOONER: Final = 1e-4
"""An hour later counts as so much dearer: of two plans that cost the same the earlier one is safer. Some hours have to be more
than the share of the cost that a solver takes for nothing, 0.025 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a kWh counts for by span, the mean of that, and the most; the latter two are above 0.

    `paid_per_kwh` is what it costs in money: the same where CO₂ does not count. `power` is the most that the price of power may
    come to.
    """

    per_kwh: Sequence[float]
    paid_per_kwh: Sequence[float]
    mean: float
    most: float
    power: float = 0.0

    @property
    def must(self) -> float:
        """What missing a kWh costs that must be had: it is never missed to save money."""
        return _MUST * (self.most + self.power)


def job_of(question: Question, order: Order, spans: Sequence[Span], prices: Prices, rank: int) -> Job:
    """Make the job of an order. `rank` counts the priorities below its own."""
    lowest_kw, highest_kw = range_kw(order, question.site)
    begins = set(_begins(order, spans, highest_kw))
    allowed = _allowed(question, order, spans, prices) | begins
    thrift = thrift_of(question, order, spans, prices.paid_per_kwh, prices.per_kwh)
    too_dear = set() if thrift is None else set(thrift.too_dear(order.stages))
    wants = tuple(want for stage in order.stages for want in _wants(stage, spans, prices, rank, thrift))
    asked_kwh = max((want.energy_kwh for want in wants), default=0.0)
    forced = bool(begins or order.last_stretch)
    return Job(
        job_id=order.evse_id,
        lowest_kw=lowest_kw,
        highest_kw=tuple(highest_kw if span in allowed else 0.0 for span in range(len(spans))),
        # What is charged first or last is not charged on top.
        room_kwh=min(order.room_kwh, max(asked_kwh, order.at_once_kwh)) if forced else order.room_kwh,
        wants=wants,
        efficiency=order.efficiency,
        standby_kw=min(order.standby_w / 1000, lowest_kw / 2),
        start_cost=(_START if question.tariff.peak is None else _START_BESIDE_PEAK) * prices.mean,
        charging=order.charging,
        nudge_per_kwh=tuple(
            nudge + (2 * prices.most if span in too_dear else 0.0)
            for span, nudge in enumerate(_nudges(question, order, spans, prices, begins))
        ),
        continuous=order.continuous,
    )


def _allowed(question: Question, order: Order, spans: Sequence[Span], prices: Prices) -> set[int]:
    """The spans in which it may charge at all."""
    end = ends_at(question, order)
    begin = question.at if order.not_before is None else order.not_before
    found = {number for number, span in enumerate(spans) if begin <= span.start and span.end <= end}
    if order.price_limit is not None:
        found = {number for number in found if prices.paid_per_kwh[number] <= order.price_limit}
    if order.cheapest is not None:
        found &= _cheapest(order.cheapest, spans, prices)
    return found


_DAY: Final = timedelta(days=1)


def _cheapest(wanted: timedelta, spans: Sequence[Span], prices: Prices) -> set[int]:
    """The cheapest spans of each 24 hours from now on, as many as make up the time that is wanted."""
    days: dict[int, list[int]] = {}
    for number, span in enumerate(spans):
        days.setdefault((span.start - spans[0].start) // _DAY, []).append(number)
    chosen: set[int] = set()
    for numbers in days.values():
        left = wanted
        for number in sorted(numbers, key=lambda number: (prices.per_kwh[number], number)):
            if left <= timedelta():
                break
            chosen.add(number)
            left -= spans[number].end - spans[number].start
    return chosen


def _begins(order: Order, spans: Sequence[Span], highest_kw: float) -> Iterator[int]:
    """List the first spans, in which is charged what must be had at once."""
    left_kwh = order.at_once_kwh
    for number, span in enumerate(spans):
        if left_kwh <= HAIR:
            return
        yield number
        left_kwh -= stored_kw(order, highest_kw) * span.hours


def _wants(stage: Stage, spans: Sequence[Span], prices: Prices, rank: int, thrift: Thrift | None) -> list[Want]:
    before = spans_before(stage.departure, spans)
    if stage.energy_kwh <= 0 or before == 0:
        return []
    if stage.most_per_kwh is not None:
        worth = stage.most_per_kwh if thrift is None else thrift.worth(stage.most_per_kwh)
        return [Want(energy_kwh=stage.energy_kwh, before=before, worth_per_kwh=worth)]
    worth = prices.must * _RANK**rank
    return [
        Want(
            energy_kwh=part * stage.energy_kwh,
            before=before,
            worth_per_kwh=worth if part == 1 else _FAIR * worth,
        )
        for part in _QUARTERS
    ]


def spans_before(departure: datetime | None, spans: Sequence[Span]) -> int:
    """Count the spans that are over by a departure; without one, all are."""
    if departure is None:
        return len(spans)
    return sum(span.end <= departure for span in spans)


def _nudges(
    question: Question, order: Order, spans: Sequence[Span], prices: Prices, begins: set[int]
) -> tuple[float, ...]:
    before = question.before.get(order.evse_id)
    last = _last_stretches(order)
    return tuple(
        prices.mean * _SOONER * (span.start - spans[0].start).total_seconds() / 3600
        - prices.mean * _STAY * _share_before(before, span)
        - (prices.must if number in begins else 0.0)
        - (2 * prices.most if any(start <= span.start < end for start, end in last) else 0.0)
        for number, span in enumerate(spans)
    )


def _last_stretches(order: Order) -> list[tuple[datetime, datetime]]:
    if not order.last_stretch:
        return []
    departures = {stage.departure for stage in order.stages if stage.departure is not None}
    return [(departure - order.last_stretch, departure) for departure in departures]


def _share_before(plan: Plan | None, span: Span) -> float:
    """For how much of a span it was to charge: were it all or nothing, charging could move within the span at no cost."""
    return (
        0.0 if plan is None else sum(span.share_in(slot.start, slot.end) for slot in plan.slots if slot.current_a > 0)
    )
