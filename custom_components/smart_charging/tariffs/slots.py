"""Slots of a price, put together and cut."""

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
    gaps = zip([None, *(slot.end for slot in found)], [*(slot.start for slot in found), None], strict=True)
    stuffing = [
        piece for after, before in gaps for other in fill if (piece := _clipped(other, after, before)) is not None
    ]
    return tuple(sorted((*found, *stuffing), key=lambda slot: slot.start))


def _clipped(slot: PriceSlot, after: datetime | None, before: datetime | None) -> PriceSlot | None:
    start = slot.start if after is None else max(slot.start, after)
    end = slot.end if before is None else min(slot.end, before)
    return replace(slot, start=start, end=end) if start < end else None
