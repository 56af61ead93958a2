"""Tariffs by hours: the clock on the wall decides, on nights of 23 and 25 hours too."""

from datetime import date, datetime, time, timedelta

import pytest

from custom_components.smart_charging.tariffs.clock import midnight
from custom_components.smart_charging.tariffs.holidays import Holidays
from custom_components.smart_charging.tariffs.hours import (
    REST,
    SUNDAY,
    WEEKEND,
    WORKING_DAYS,
    Hours,
    Rule,
    Season,
    Span,
    TimeOfUse,
    fixed,
)

from .clocks import LONDON, PARIS, hours, local, told

NIGHT = Span(start=time(22, 30), end=time(6, 30))
NOON = Span(start=time(12), end=time(14))


def off_peak(*spans: Span) -> TimeOfUse:
    return TimeOfUse(
        hours=Hours(rules=(Rule(period="off_peak", spans=spans),), rest="peak"),
        prices={"off_peak": 0.17, "peak": 0.22},
    )


def test_a_night_and_the_hours_after_lunch() -> None:
    slots = off_peak(NIGHT, NOON).slots(local("2026-05-04 00:00"), local("2026-05-05 00:00"), PARIS)
    assert told(slots) == [
        "04 00:00+2 0.17",
        "04 06:30+2 0.22",
        "04 12:00+2 0.17",
        "04 14:00+2 0.22",
        "04 22:30+2 0.17",
    ]
    assert slots[-1].end == local("2026-05-05 00:00")


@pytest.mark.parametrize(
    ("evening", "morning", "lasts"),
    [
        pytest.param("2026-03-27", "2026-03-28", 8, id="an ordinary night"),
        pytest.param("2026-03-28", "2026-03-29", 7, id="into summer"),
        pytest.param("2026-10-24", "2026-10-25", 9, id="into winter"),
    ],
)
def test_a_night_has_the_hours_that_the_clock_shows(evening: str, morning: str, lasts: float) -> None:
    slots = off_peak(NIGHT).slots(local(f"{evening} 20:00"), local(f"{morning} 10:00"), PARIS)
    assert [hours(slot) for slot in slots] == [2.5, lasts, 3.5]
    assert (slots[1].start, slots[1].end) == (local(f"{evening} 22:30"), local(f"{morning} 06:30"))


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        pytest.param((time(1), time(2, 30)), ["29 01:00+1 0.17", "29 03:00+2 0.22"], id="the hour ends it"),
        pytest.param((time(2, 30), time(5)), ["29 03:00+2 0.17", "29 05:00+2 0.22"], id="the hour begins it"),
        pytest.param((time(2), time(3)), [], id="the hour is all of it"),
        pytest.param((time(2, 15), time(2, 45)), [], id="the hour has it all"),
        pytest.param((time(2), time(4)), ["29 03:00+2 0.17", "29 04:00+2 0.22"], id="the hour is its first"),
    ],
)
def test_the_hour_that_is_skipped(span: tuple[time, time], expected: list[str]) -> None:
    tariff = off_peak(Span(start=span[0], end=span[1]))
    slots = tariff.slots(local("2026-03-29 00:00"), local("2026-03-29 12:00"), PARIS)
    assert told(slots) == ["29 00:00+1 0.22", *expected]


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        pytest.param((time(1), time(3)), ["25 01:00+2 0.17", "25 03:00+1 0.22"], id="all of it counts"),
        pytest.param(
            (time(2, 30), time(5)),
            ["25 02:30+2 0.17", "25 02:00+1 0.22", "25 02:30+1 0.17", "25 05:00+1 0.22"],
            id="half past two comes twice",
        ),
        pytest.param(
            (time(1), time(2, 30)),
            ["25 01:00+2 0.17", "25 02:30+2 0.22", "25 02:00+1 0.17", "25 02:30+1 0.22"],
            id="and goes twice",
        ),
    ],
)
def test_the_hour_that_comes_twice(span: tuple[time, time], expected: list[str]) -> None:
    tariff = off_peak(Span(start=span[0], end=span[1]))
    slots = tariff.slots(local("2026-10-25 00:00"), local("2026-10-25 12:00"), PARIS)
    assert told(slots) == ["25 00:00+2 0.22", *expected]


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2026-06-01"])
def test_slots_leave_nothing_out(day: str) -> None:
    start = local(f"{day} 00:00") - timedelta(hours=11)
    end = start + timedelta(hours=50)
    slots = off_peak(NIGHT, NOON).slots(start, end, PARIS)
    edges = [slot.start for slot in slots] + [slots[-1].end]
    assert (edges[0], edges[-1]) == (start, end)
    assert all(slot.end == edges[number + 1] for number, slot in enumerate(slots))


def test_a_meter_without_summer_time_has_its_hours_later_in_summer() -> None:
    night = Rule(period="off_peak", spans=(Span(start=time(0, 30), end=time(7, 30)),))
    tariff = TimeOfUse(hours=Hours(rules=(night,), standard_time=True), prices={"off_peak": 0.1, REST: 0.3})
    summer = tariff.slots(local("2026-07-01 00:00", LONDON), local("2026-07-01 12:00", LONDON), LONDON)
    winter = tariff.slots(local("2026-01-01 00:00", LONDON), local("2026-01-01 12:00", LONDON), LONDON)
    assert told(summer, LONDON) == ["01 00:00+1 0.3", "01 01:30+1 0.1", "01 08:30+1 0.3"]
    assert told(winter, LONDON) == ["01 00:00+0 0.3", "01 00:30+0 0.1", "01 07:30+0 0.3"]


def test_the_first_rule_that_holds_decides() -> None:
    summer = Season(first=(6, 1), last=(9, 30))
    tariff = Hours(
        rules=(
            Rule(period="free", days=SUNDAY),
            Rule(period="dear", spans=(Span(start=time(17), end=time(20)),), days=WORKING_DAYS, season=summer),
            Rule(period="middle", spans=(Span(start=time(16), end=time(21)),)),
        ),
        rest="cheap",
    )
    assert tariff.periods == ("free", "dear", "middle", "cheap")
    said = {
        "2026-07-05T18:00": "free",
        "2026-07-06T18:00": "dear",
        "2026-07-06T20:00": "middle",
        "2026-07-06T16:59": "middle",
        "2026-07-06T21:00": "cheap",
        "2026-07-11T18:00": "middle",
        "2026-05-31T18:00": "free",
        "2026-10-01T18:00": "middle",
        "2026-09-30T18:00": "dear",
    }
    assert {when: tariff.period_at(datetime.fromisoformat(when)) for when in said} == said


@pytest.mark.parametrize(
    ("day", "is_in"), [((11, 1), True), ((12, 31), True), ((1, 1), True), ((3, 31), True), ((4, 1), False)]
)
def test_a_season_over_new_year(day: tuple[int, int], is_in: bool) -> None:
    assert (date(2026, *day) in Season(first=(11, 1), last=(3, 31))) is is_in


def test_what_goes_over_midnight_belongs_to_the_day_on_which_it_began() -> None:
    weekend_nights = Hours(rules=(Rule(period="party", spans=(NIGHT,), days=WEEKEND),))
    said = {
        "2026-05-02T00:00": REST,  # the night from Friday
        "2026-05-02T22:30": "party",
        "2026-05-03T06:29": "party",
        "2026-05-03T06:30": REST,
        "2026-05-04T06:00": "party",  # the night from Sunday
        "2026-05-04T22:30": REST,
    }
    assert {when: weekend_nights.period_at(datetime.fromisoformat(when)) for when in said} == said


def test_from_a_time_to_itself_is_a_whole_day() -> None:
    all_saturday = Hours(rules=(Rule(period="all", spans=(Span(start=time(6), end=time(6)),), days=frozenset({5})),))
    said = {
        "2026-05-02T05:59": REST,
        "2026-05-02T06:00": "all",
        "2026-05-03T05:59": "all",
        "2026-05-03T06:00": REST,
    }
    assert {when: all_saturday.period_at(datetime.fromisoformat(when)) for when in said} == said


def test_a_holiday_is_a_sunday() -> None:
    holidays = Holidays(fixed=frozenset({(5, 1)}), easter=frozenset({1}), nth=frozenset({(5, 2, 1)}))
    tariff = Hours(rules=(Rule(period="sunday", days=SUNDAY),), holidays=holidays)
    days = ["2026-04-06", "2026-04-07", *(f"2026-05-0{day}" for day in range(1, 8))]
    sundays = [day for day in days if tariff.period_at(datetime.fromisoformat(f"{day}T12:00")) == "sunday"]
    assert sundays == ["2026-04-06", "2026-05-01", "2026-05-03", "2026-05-06"]


@pytest.mark.parametrize(
    "easter", [date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2027, 3, 28), date(2038, 4, 25)]
)
def test_easter(easter: date) -> None:
    holidays = Holidays(easter=frozenset({0}))
    assert [day for day in (easter + timedelta(days=n) for n in range(-40, 40)) if day in holidays] == [easter]


def test_a_holiday_on_a_sunday_may_be_kept_on_monday() -> None:
    fourth_of_july = frozenset({(7, 4)})
    days = [date(2027, 7, day) for day in range(1, 8)]  # the 4th is a Sunday
    assert [day.day for day in days if day in Holidays(fixed=fourth_of_july)] == [4]
    assert [day.day for day in days if day in Holidays(fixed=fourth_of_july, observed=True)] == [4, 5]


def test_one_price_for_ever() -> None:
    start, end = local("2026-03-28 00:00"), local("2026-03-30 00:00")
    (slot,) = fixed(0.25).slots(start, end, PARIS)
    assert (slot.start, slot.end, slot.price_per_kwh, slot.estimated) == (start, end, 0.25, False)


@pytest.mark.parametrize(("day", "lasts"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)])
def test_a_day_goes_from_midnight_to_midnight(day: str, lasts: float) -> None:
    today = date.fromisoformat(day)
    assert midnight(today + timedelta(days=1), PARIS) - midnight(today, PARIS) == timedelta(hours=lasts)


PUNTA = Hours(
    rules=(Rule(period="limited", spans=(Span(start=time(8), end=time()),), days=WORKING_DAYS),),
    holidays=Holidays(fixed=frozenset({(12, 8)})),
)
"""Those of the lower one of two powers, as in Spain: working days from 08:00 to 24:00."""


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        pytest.param("2026-05-04 06:00", "2026-05-06 06:00", ["04 08:00-05 00:00", "05 08:00-06 00:00"], id="two days"),
        pytest.param("2026-05-04 20:00", "2026-05-05 07:00", ["04 20:00-05 00:00"], id="an evening and its night"),
        pytest.param(
            "2026-05-08 20:00", "2026-05-11 09:00", ["08 20:00-09 00:00", "11 08:00-11 09:00"], id="a weekend"
        ),
        pytest.param(
            "2026-12-07 20:00", "2026-12-09 09:00", ["07 20:00-08 00:00", "09 08:00-09 09:00"], id="a holiday"
        ),
        pytest.param("2026-05-05 01:00", "2026-05-05 07:00", [], id="a night"),
    ],
)
def test_when_a_limit_holds(start: str, end: str, expected: list[str]) -> None:
    found = PUNTA.held(local(start), local(end), PARIS)
    assert [
        f"{first.astimezone(PARIS):%d %H:%M}-{last.astimezone(PARIS):%d %H:%M}" for first, last in found
    ] == expected


@pytest.mark.parametrize(
    ("evening", "morning", "lasts"),
    [
        pytest.param("2026-03-28", "2026-03-29", 7, id="into summer"),
        pytest.param("2026-10-24", "2026-10-25", 9, id="into winter"),
    ],
)
def test_hours_of_a_night_that_are_one_stretch(evening: str, morning: str, lasts: float) -> None:
    nights = Hours(rules=(Rule(period="limited", spans=(NIGHT,)),))
    ((first, last),) = nights.held(local(f"{evening} 12:00"), local(f"{morning} 12:00"), PARIS)
    assert (last - first) / timedelta(hours=1) == lasts


def test_it_holds_whenever_its_stretches_say_so() -> None:
    start = local("2026-10-23 00:00")
    stretches = PUNTA.held(start, start + timedelta(days=5), PARIS)
    for number in range(5 * 24 * 4):
        moment = start + number * timedelta(minutes=15)
        assert PUNTA.hold_at(moment, PARIS) is any(first <= moment < last for first, last in stretches)
