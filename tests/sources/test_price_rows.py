"""Rows of prices as they come: what is no price is left out, and nothing raises."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.smart_charging.engine.model.tariff import PriceSlot
from custom_components.smart_charging.sources.price_catalogue import BY_KEY, KnownPrices, factor_of
from custom_components.smart_charging.sources.price_rows import merged, read_hours, read_rows

PARIS = ZoneInfo("Europe/Paris")
MIDNIGHT = datetime(2026, 5, 3, 22, tzinfo=UTC)
OPEN: KnownPrices = BY_KEY["entsoe"]
CLOSED: KnownPrices = BY_KEY["nordpool_custom"]


def at(hour: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hour)


def drawn(slots: tuple[PriceSlot, ...], zero: datetime = MIDNIGHT) -> list[tuple[float, float, float]]:
    hour = timedelta(hours=1)
    return [((slot.start - zero) / hour, (slot.end - zero) / hour, slot.price_per_kwh) for slot in slots]


def opened(*rows: tuple[Any, Any]) -> list[tuple[float, float, float]]:
    """Read rows that do not say when they end; an hour is from midnight on."""
    raw = [{"time": at(start) if isinstance(start, float | int) else start, "price": price} for start, price in rows]
    return drawn(read_rows(raw, OPEN, PARIS, 1.0))


def closed(*rows: tuple[float, float | None, Any]) -> list[tuple[float, float, float]]:
    raw = [{"start": at(start), "end": None if end is None else at(end), "value": price} for start, end, price in rows]
    return drawn(read_rows(raw, CLOSED, PARIS, 1.0))


def test_a_row_without_an_end_lasts_until_the_next_and_the_last_as_long_as_others() -> None:
    assert opened((0, 1), (0.25, 2), (0.5, 3)) == [(0, 0.25, 1), (0.25, 0.5, 2), (0.5, 0.75, 3)]
    assert opened((0, 1)) == [(0, 1, 1)]


def test_what_is_missing_stays_missing() -> None:
    assert opened((0, 1), (1, 2), (4, 3), (5, 4)) == [(0, 1, 1), (1, 2, 2), (4, 5, 3), (5, 6, 4)]
    assert opened((0, 1), (7, 2)) == [(0, 1, 1), (7, 8, 2)]


def test_rows_may_come_in_any_order() -> None:
    assert opened((2, 3), (0, 1), (1, 2)) == [(0, 1, 1), (1, 2, 2), (2, 3, 3)]


def test_of_two_that_overlap_the_later_one_holds() -> None:
    assert closed((0, 2, 1), (1, 3, 2)) == [(0, 1, 1), (1, 3, 2)]
    assert closed((0, 1, 1), (0, 1, 2)) == [(0, 1, 2)]


def test_an_end_that_is_none_is_as_if_it_were_not_told() -> None:
    assert closed((0, None, 1), (0.25, 0.25, 2), (0.5, 0, 3)) == [(0, 0.25, 1), (0.25, 0.5, 2), (0.5, 0.75, 3)]


@pytest.mark.parametrize(
    "price", [None, "", "dear", math.nan, math.inf, -math.inf, True, [], {}, 1e6, -1e6, 10**400, "nan"]
)
def test_what_is_no_price_is_left_out(price: Any) -> None:
    assert opened((0, 1), (1, price), (2, 3)) in ([(0, 1, 1), (2, 3, 3)], [(0, 1.0, 1), (2, 3.0, 3)])


def test_a_price_may_be_text_or_negative() -> None:
    assert opened((0, "0.25"), (1, -0.1)) == [(0, 1, 0.25), (1, 2, -0.1)]


@pytest.mark.parametrize(
    "start",
    [None, "", "soon", "2026-13-40T00:00", [17], {}, "0001-01-01T00:00", datetime.max.replace(tzinfo=UTC)],
)
def test_what_is_no_time_is_left_out(start: Any) -> None:
    assert opened((start, 5), (2, 3)) == [(2, 3, 3)]


@pytest.mark.parametrize("raw", [None, "rows", 5, {"time": 1}, [1, None, "x", []], []])
def test_what_are_no_rows(raw: Any) -> None:
    assert read_rows(raw, OPEN, PARIS, 1.0) == ()


def test_a_price_that_is_inside_of_another_part() -> None:
    quarter = BY_KEY["zonneplan_quarter"]
    raw = [
        {"start_date": at(0), "price_tax_included": {"amount": 2_500_000}},
        {"start_date": at(0.25), "price_tax_included": 5},
        {"start_date": at(0.5)},
    ]
    assert drawn(read_rows(raw, quarter, PARIS, 1e-7)) == [(0, 0.25, 0.25)]


def test_times_without_a_zone_are_local() -> None:
    assert opened(("2026-05-04T01:00:00", 1), ("2026-05-04 02:00", 2)) == [(1, 2, 1), (2, 3, 2)]
    assert opened(("2026-05-03T23:00:00Z", 1), ("2026-05-04T02:00:00+02:00", 2)) == [(1, 2, 1), (2, 3, 2)]


def test_the_hour_that_comes_twice_without_a_zone() -> None:
    raw = [{"time": f"2026-10-25T0{hour}:00:00", "price": price} for hour, price in ((1, 1), (2, 2), (2, 3), (3, 4))]
    zero = datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert drawn(read_rows(raw, OPEN, PARIS, 1.0), zero) == [(1, 2, 1), (2, 3, 2), (3, 4, 3), (4, 5, 4)]


def test_the_hour_that_is_skipped_without_a_zone() -> None:
    raw = [{"time": f"2026-03-29T0{hour}:00:00", "price": hour} for hour in (1, 3, 4)]
    zero = datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert drawn(read_rows(raw, OPEN, PARIS, 1.0), zero) == [(1, 2, 1), (2, 3, 3), (3, 4, 4)]


@pytest.mark.parametrize(("day", "count"), [(date(2026, 3, 29), 23), (date(2026, 3, 28), 24), (date(2026, 10, 25), 25)])
def test_hours_of_a_day(day: date, count: int) -> None:
    hours = [hour for hour in range(24) if count != 23 or hour != 2]
    told = {f"price_{hour:02d}h": hour for hour in hours} | ({"price_02h_d": 99} if count == 25 else {})
    slots = read_hours(told, "price_", day, PARIS, 1.0)
    assert len(slots) == count
    assert slots[-1].end - slots[0].start == timedelta(hours=count)
    assert all(slot.end == following.start for slot, following in pairwise(slots))


def test_hours_that_nobody_told() -> None:
    assert read_hours({"price_position": 3, "price_01h": "x"}, "price_", date(2026, 5, 4), PARIS, 1.0) == ()


def slot(start: float, end: float, price: float, *, estimated: bool = False) -> PriceSlot:
    return PriceSlot(start=at(start), end=at(end), price_per_kwh=price, estimated=estimated)


def test_what_is_told_now_is_over_what_was_known() -> None:
    known = [slot(0, 1, 1), slot(1, 2, 2), slot(2, 3, 3)]
    assert drawn(merged(known, [slot(1, 2, 20), slot(4, 5, 50)])) == [(0, 1, 1), (1, 2, 20), (2, 3, 3), (4, 5, 50)]
    assert drawn(merged([slot(0, 4, 1)], [slot(1, 2, 2)])) == [(0, 1, 1), (1, 2, 2), (2, 4, 1)]
    assert drawn(merged(known, ())) == [(0, 1, 1), (1, 2, 2), (2, 3, 3)]


def test_an_estimate_replaces_no_price_and_a_price_each_estimate() -> None:
    guess = slot(0, 3, 9, estimated=True)
    assert drawn(merged([slot(0, 1, 1)], [guess])) == [(0, 1, 1), (1, 3, 9)]
    assert drawn(merged([guess], [slot(1, 2, 2)])) == [(0, 1, 9), (1, 2, 2), (2, 3, 9)]
    assert drawn(merged([guess], [replace(guess, price_per_kwh=8)])) == [(0, 3, 8)]


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("EUR/kWh", 1),
        ("€/kWh", 1),
        ("NOK/kWh", 1),
        ("kr/kWh", 1),
        ("$/kWh", 1),
        ("EUR/MWh", 1e-3),
        ("€/MWh", 1e-3),
        ("c/kWh", 1e-2),
        ("ct/kWh", 1e-2),
        ("Øre/kWh", 1e-2),
        ("Öre/kWh", 1e-2),
        ("cents/kWh", 1e-2),
        ("pence/kWh", 1e-2),
        ("EUR/Wh", 1e3),
        ("gold", 1),
        ("", 1),
        (None, 1),
    ],
)
def test_units(unit: str | None, factor: float) -> None:
    assert factor_of(unit) == pytest.approx(factor)
