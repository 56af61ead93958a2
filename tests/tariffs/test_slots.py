"""Slots are joined, cut, added and filled up, and never overlap."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from custom_components.smart_charging.engine.model.tariff import PriceSlot
from custom_components.smart_charging.tariffs.slots import added, filled, joined, within

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def at(hour: float) -> datetime:
    return NOON + timedelta(hours=hour)


def slot(start: float, end: float, price: float, *, estimated: bool = False) -> PriceSlot:
    return PriceSlot(start=at(start), end=at(end), price_per_kwh=price, estimated=estimated)


def drawn(slots: Iterable[PriceSlot]) -> list[tuple[float, float, float]]:
    return [
        ((it.start - NOON).total_seconds() / 3600, (it.end - NOON).total_seconds() / 3600, it.price_per_kwh)
        for it in slots
    ]


def test_neighbours_of_one_price_are_joined() -> None:
    slots = [slot(0, 1, 1), slot(1, 2, 1), slot(3, 4, 1), slot(4, 5, 2), slot(5, 6, 2, estimated=True)]
    assert drawn(joined(slots)) == [(0, 2, 1), (3, 4, 1), (4, 5, 2), (5, 6, 2)]


def test_what_lies_outside_is_cut_off() -> None:
    assert drawn(within([slot(0, 1, 1), slot(1, 3, 2), slot(3, 4, 3)], at(1.5), at(3))) == [(1.5, 3, 2)]


def test_more_is_added_where_it_says_something() -> None:
    more = [slot(1, 2, 10), slot(2, 3, 20), slot(5, 9, 30)]
    assert drawn(added([slot(0, 4, 1), slot(4, 6, 2)], more)) == [
        (0, 1, 1),
        (1, 2, 11),
        (2, 3, 21),
        (3, 4, 1),
        (4, 5, 2),
        (5, 6, 32),
    ]


def test_gaps_are_filled_before_between_and_after() -> None:
    fill = [slot(0, 2, 8), slot(2, 9, 9)]
    assert drawn(filled([slot(1, 3, 1), slot(4, 5, 2)], fill)) == [
        (0, 1, 8),
        (1, 3, 1),
        (3, 4, 9),
        (4, 5, 2),
        (5, 9, 9),
    ]
    assert drawn(filled([], fill)) == [(0, 2, 8), (2, 9, 9)]
    assert filled([slot(0, 1, 1)], []) == (slot(0, 1, 1),)
