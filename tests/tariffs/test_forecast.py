"""Prices that nobody has published are as at such times, and say that they are a guess."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charging.engine.model.tariff import PriceSlot
from custom_components.smart_charging.tariffs.forecast import KEPT, forecast, noted

from .clocks import PARIS, local, told

MONDAY = local("2026-05-04 00:00")
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


def slot(start: datetime, length: timedelta, price: float, *, estimated: bool = False) -> PriceSlot:
    return PriceSlot(start=start, end=start + length, price_per_kwh=price, estimated=estimated)


def test_a_weekday_is_as_its_like_in_the_middle() -> None:
    history = {
        MONDAY - week * WEEK + hour * HOUR: price
        for week, price in ((1, 0.10), (2, 0.90), (3, 0.20))
        for hour in (0, 1)
    }
    history |= {MONDAY - DAY + hour * HOUR: 5.0 for hour in (0, 1)}  # a Sunday
    assert told(forecast(history, MONDAY, MONDAY + 2 * HOUR, PARIS)) == ["04 00:00+2 ~0.2", "04 01:00+2 ~0.2"]


def test_before_there_are_two_of_a_weekday_all_days_tell() -> None:
    history = {MONDAY - days * DAY: price for days, price in ((7, 0.9), (1, 0.1), (2, 0.2))}
    assert told(forecast(history, MONDAY, MONDAY + HOUR, PARIS)) == ["04 00:00+2 ~0.2"]


def test_of_an_hour_that_has_no_like_nothing_is_said() -> None:
    history = {MONDAY - DAY: 0.1, MONDAY - DAY + 2 * HOUR: 0.3}
    assert told(forecast(history, MONDAY, MONDAY + 3 * HOUR, PARIS)) == ["04 00:00+2 ~0.1", "04 02:00+2 ~0.3"]
    assert forecast({}, MONDAY, MONDAY + DAY, PARIS) == ()


def test_it_begins_and_ends_where_it_should() -> None:
    history = {MONDAY - DAY + hour * HOUR: 0.1 for hour in range(24)}
    quarter = timedelta(minutes=15)
    slots = forecast(history, MONDAY + quarter, MONDAY + HOUR + quarter, PARIS)
    assert [(slot.start, slot.end) for slot in slots] == [
        (MONDAY + quarter, MONDAY + HOUR),
        (MONDAY + HOUR, MONDAY + HOUR + quarter),
    ]


def test_it_goes_by_the_local_hour_when_clocks_have_changed() -> None:
    winter = [local(f"2026-03-{day} 19:00") for day in (15, 22)]
    summer = local("2026-03-29 19:00")
    assert told(forecast(dict.fromkeys(winter, 0.4), summer, summer + HOUR, PARIS)) == ["29 19:00+2 ~0.4"]


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        pytest.param([slot(MONDAY, HOUR, 0.2)], {MONDAY: 0.2}, id="an hour"),
        pytest.param(
            [slot(MONDAY + quarter * HOUR / 4, HOUR / 4, price) for quarter, price in enumerate((0.1, 0.2, 0.3, 0.4))],
            {MONDAY: 0.25},
            id="four quarters",
        ),
        pytest.param([slot(MONDAY, 3 * HOUR, 0.2)], {MONDAY + hour * HOUR: 0.2 for hour in range(3)}, id="hours"),
        pytest.param([slot(MONDAY, HOUR / 2, 0.2)], {}, id="half an hour is none"),
        pytest.param([slot(MONDAY, HOUR, 0.2, estimated=True)], {}, id="an estimate is none"),
    ],
)
def test_what_is_noted(slots: list[PriceSlot], expected: dict[datetime, float]) -> None:
    assert noted({}, slots, MONDAY) == pytest.approx(expected)


def test_what_is_old_is_forgotten_and_what_is_told_anew_replaced() -> None:
    history = {MONDAY - KEPT: 1.0, MONDAY - KEPT + HOUR: 2.0, MONDAY: 3.0}
    assert noted(history, [slot(MONDAY, HOUR, 0.2)], MONDAY) == {MONDAY - KEPT + HOUR: 2.0, MONDAY: 0.2}
    assert all(hour.tzinfo is UTC for hour in noted({}, [slot(MONDAY, HOUR, 0.2)], MONDAY))
