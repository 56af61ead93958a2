from datetime import UTC, datetime, timedelta

import pytest

from demo.history import AT_DAY_KW, counter_rows, full_hour, past_hours_kw
from demo.night import ZONE
from demo.trace import HOUSE_NIGHT, read_trace

EVENING = datetime(2026, 1, 15, 18, 20, tzinfo=ZONE)
HOURS_KW = past_hours_kw(read_trace(HOUSE_NIGHT), full_hour(EVENING), seed=0)


def of_clock(hour: int) -> list[float]:
    return [kw for start, kw in HOURS_KW.items() if start.astimezone(ZONE).hour == hour]


def test_two_weeks_of_hours_end_with_the_one_before_this() -> None:
    assert len(HOURS_KW) == 14 * 24
    assert max(HOURS_KW) == datetime(2026, 1, 15, 16, tzinfo=UTC), "half past five in Paris"
    assert min(HOURS_KW) == max(HOURS_KW) - timedelta(hours=14 * 24 - 1)


def test_nights_are_like_the_one_that_is_played_each_a_little_other_and_days_are_quiet() -> None:
    assert sum(of_clock(23)) / 14 == pytest.approx(3.2, abs=0.6), "the water heater"
    assert sum(of_clock(4)) / 14 == pytest.approx(0.5, abs=0.15)
    assert sum(of_clock(14)) / 14 == pytest.approx(AT_DAY_KW, rel=0.2)
    assert len(set(of_clock(23))) > 7


def test_the_counters_of_both_tariffs_come_to_nothing_at_the_end_and_to_all_of_it_together() -> None:
    low, normal = counter_rows(HOURS_KW, 1), counter_rows(HOURS_KW, 2)
    assert low[-1]["sum"] == normal[-1]["sum"] == pytest.approx(0.0)
    first = next(iter(HOURS_KW.values()))
    assert -low[0]["sum"] - normal[0]["sum"] + first == pytest.approx(sum(HOURS_KW.values()), abs=0.01)
    assert low[0]["start"] == min(HOURS_KW).isoformat()
