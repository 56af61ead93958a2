"""Stations' times and clocks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.smart_charging.csms.timestamps import StationClock, format_timestamp, parse_timestamp

AT = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-06-01T10:00:00Z", AT),
        ("2026-06-01T12:00:00+02:00", AT),
        ("2026-06-01T10:00:00.000Z", AT),
        (" 2026-06-01T10:00:00 ", AT),
        ("1970-01-01T00:00:00Z", datetime(1970, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00+10:00", None),
        ("9999-12-31T23:59:59-10:00", None),
        # .NET's word for no time, and an hour that a schedule's start would not fit before
        ("0001-01-01T00:00:00", None),
        ("9999-12-31T23:59:59Z", None),
        ("yesterday", None),
        ("", None),
        ("2026-06-01T10:00:00Z" + " " * 40, None),
        (1780000000, None),
        (None, None),
    ],
)
def test_times_are_read_as_utc(text: object, moment: datetime | None) -> None:
    assert parse_timestamp(text) == moment


@given(st.text(max_size=45))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    moment = parse_timestamp(text)
    assert moment is None or moment.utcoffset() == timedelta()


def test_times_are_written_in_utc_with_milliseconds() -> None:
    assert format_timestamp(datetime.fromisoformat("2026-06-01T12:00:00.1234+02:00")) == "2026-06-01T10:00:00.123Z"


@pytest.mark.parametrize(
    ("differences_s", "offset_s"),
    [
        ([], 0),
        ([-1], 0),
        ([4], 0),
        ([-3600], -3600),
        ([-3600, -3602, -3601], -3600),
        # messages kept while offline are old; the fresh one tells the clock
        ([-90_000, -80_000, -1], 0),
        ([7200, 7199, 7198], 7200),
        # the clock was set back to the right time: the past is forgotten after a few messages
        ([7200, 0, 0, 0, 0, 0], 0),
    ],
)
def test_the_offset_of_a_clock(differences_s: list[int], offset_s: int) -> None:
    clock = StationClock()
    for difference_s in differences_s:
        clock.observe(AT + timedelta(seconds=difference_s), AT)
    clock.observe(None, AT)
    assert clock.offset == timedelta(seconds=offset_s)
    assert clock.read(AT) == AT + timedelta(seconds=offset_s)
    clock.forget()
    assert clock.offset == timedelta()


def test_a_clock_at_the_end_of_time_is_not_followed() -> None:
    clock = StationClock()
    clock.observe(datetime(9999, 12, 31, tzinfo=UTC), AT)
    assert clock.read(AT + timedelta(days=400)) == AT + timedelta(days=400)
