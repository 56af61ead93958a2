"""The times that a plan looks at: from now until the last car leaves, split wherever something changes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from ..model.order import Order
from .powers import range_kw, stored_kw
from .question import Question
from .span import Span, split

LONGEST: Final = timedelta(hours=1)
"""No span is longer: cars that charge in the same one do so side by side, and not one after the other."""
FURTHEST: Final = timedelta(hours=72)
"""Further ahead nobody plans: it will all be different."""
_WITHOUT_DEPARTURE: Final = timedelta(hours=36)
"""So far ahead a car is looked at that nobody needs; as far as prices are published, if that is less."""


def spans_of(question: Question) -> tuple[Span, ...]:
    """List the spans of a question, in order."""
    end = max((ends_at(question, order) for order in question.orders.values()), default=question.at)
    return split(question.at, end, _edges(question, end))


def spans_until(question: Question, until: datetime) -> tuple[Span, ...]:
    """List the spans of a question, and those that follow until `until`, if that is later."""
    end = max((ends_at(question, order) for order in question.orders.values()), default=question.at)
    last = max(end, until)
    return split(question.at, last, (*_edges(question, last), end))


def ends_at(question: Question, order: Order) -> datetime:
    """Tell up to when a car is looked at, UTC."""
    at, known_until = question.at, question.tariff.known_until
    far = at + _WITHOUT_DEPARTURE
    open_end = far if known_until is None else min(far, max(known_until, at))
    latest = max((stage.departure or open_end for stage in order.stages), default=open_end)
    return min(latest, at + FURTHEST)


def _edges(question: Question, end: datetime) -> Iterator[datetime]:
    tariff = question.tariff
    for slots in (tariff.counted, tariff.prices, tariff.feed_in):
        yield from (slots[0].start, slots[-1].end) if slots else ()
        for slot, following in pairwise(slots):
            # Where the price stays the same nothing changes.
            if (following.start, following.price_per_kwh) != (slot.end, slot.price_per_kwh):
                yield from (slot.end, following.start)
    for held in question.limits.values():
        yield from (edge for one in held for edge in (one.start, one.end))
    for order in question.orders.values():
        yield from _own_edges(order, question)
    length = LONGEST if tariff.peak is None else min(LONGEST, tariff.peak.window)
    yield from _regular(question.at, end, length)


def _own_edges(order: Order, question: Question) -> Iterator[datetime]:
    if order.not_before is not None:
        yield order.not_before
    if order.at_once_kwh > 0:
        _, highest_kw = range_kw(order, question.site)
        per_hour_kwh = stored_kw(order, highest_kw)
        if per_hour_kwh > 0:
            yield question.at + timedelta(hours=order.at_once_kwh / per_hour_kwh)
    for stage in order.stages:
        if stage.departure is not None:
            yield stage.departure
            yield stage.departure - order.last_stretch


def _regular(start: datetime, end: datetime, length: timedelta) -> Iterator[datetime]:
    """List the whole hours, or other whole parts of them, between two times."""
    midnight = datetime.combine(start.date(), datetime.min.time(), UTC)
    edge = midnight + (start - midnight) // length * length
    while edge < end:
        yield edge
        edge += length
