"""Slots of a price, put together and cut."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from ..engine.model.tariff import PriceSlot


def joined(slots: Iterable[PriceSlot]) -> tuple[PriceSlot, ...]:
    """Join those that follow one another at the same price."""
    found: list[PriceSlot] = []
    for slot in slots:
        last = found[-1] if found else None
        if last is not None and (last.end, last.price_per_kwh, last.estimated) == (
            slot.start,
            slot.price_per_kwh,
            slot.estimated,
        ):
            found[-1] = replace(last, end=slot.end)
        else:
            found.append(slot)
    return tuple(found)


def within(slots: Iterable[PriceSlot], start: datetime, end: datetime) -> tuple[PriceSlot, ...]:
    """Cut off what lies before `start` and after `end`."""
    return tuple(
        replace(slot, start=max(slot.start, start), end=min(slot.end, end))
        for slot in slots
        if slot.end > start and slot.start < end
    )


def added(slots: Iterable[PriceSlot], more: Iterable[PriceSlot]) -> Iterator[PriceSlot]:
    """Add `more` to the price of each slot, cut where `more` changes; where it says nothing, nothing is added."""
    others = tuple(more)
    for slot in slots:
        at = slot.start
        for other in within(others, slot.start, slot.end):
            if at < other.start:
                yield replace(slot, start=at, end=other.start)
            price = slot.price_per_kwh + other.price_per_kwh
            yield replace(slot, start=other.start, end=other.end, price_per_kwh=price)
            at = other.end
        if at < slot.end:
            yield replace(slot, start=at)


def filled(slots: Iterable[PriceSlot], fill: Iterable[PriceSlot]) -> tuple[PriceSlot, ...]:
    """Put `fill` where there is no slot: before, between and after them. Both are in order."""
    found = list(slots)
    ends = [slot.end for slot in found]
    pieces = [piece for other in fill for piece in _outside(other, found[bisect_right(ends, other.start) :])]
    return tuple(sorted((*found, *pieces), key=lambda slot: slot.start))


def _outside(slot: PriceSlot, others: Iterable[PriceSlot]) -> Iterator[PriceSlot]:
    """Cut out of a slot what others cover, which are in order and end after it begins."""
    start = slot.start
    for other in others:
        if other.start >= slot.end:
            break
        if other.start > start:
            yield replace(slot, start=start, end=other.start)
        start = other.end
    if start < slot.end:
        yield replace(slot, start=start)
