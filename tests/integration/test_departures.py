"""Departures in Paris, where clocks go forward on 29 March 2026 at 02:00 and back on 25 October at 03:00."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.smart_charging.engine.model.goal_set import (
    Departure,
    Due,
    GoalSet,
    OneOff,
    Target,
    TargetKind,
    Terms,
)
from custom_components.smart_charging.foresight.departures import moment_of, next_due, target_in
from custom_components.smart_charging.sources.event_calendar import CalendarEvent

PARIS = ZoneInfo("Europe/Paris")
HALF_PAST_SEVEN = time(7, 30)
WORK = Departure(weekdays=frozenset(range(5)), time=HALF_PAST_SEVEN)
EIGHTY = Target(kind=TargetKind.SOC, amount=0.8)
FULL = Target(kind=TargetKind.SOC, amount=1.0)


def local(text: str) -> datetime:
    """What is written as people of Paris read it, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


def due(goals: GoalSet, now: str, *events: CalendarEvent) -> Due | None:
    return next_due(goals, events, local(now), PARIS)


def shown(goals: GoalSet, now: str, *events: CalendarEvent) -> str | None:
    """The next departure as a clock in Paris shows it."""
    found = due(goals, now, *events)
    return None if found is None else f"{found.at.astimezone(PARIS):%a %d %H:%M}"


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        pytest.param(date(2026, 3, 2), time(7, 30), "2026-03-02T06:30", id="a winter's morning"),
        pytest.param(date(2026, 7, 2), time(7, 30), "2026-07-02T05:30", id="a summer's morning"),
        pytest.param(date(2026, 3, 29), time(7, 30), "2026-03-29T05:30", id="after the night of 23 hours"),
        pytest.param(date(2026, 3, 29), time(1, 30), "2026-03-29T00:30", id="within it, before"),
        pytest.param(date(2026, 3, 29), time(2, 30), "2026-03-29T01:00", id="02:30, which there is not: at the jump"),
        pytest.param(date(2026, 3, 29), time(2, 0), "2026-03-29T01:00", id="02:00, which is 03:00"),
        pytest.param(date(2026, 3, 29), time(3, 0), "2026-03-29T01:00", id="03:00"),
        pytest.param(date(2026, 10, 25), time(7, 30), "2026-10-25T06:30", id="after the night of 25 hours"),
        pytest.param(date(2026, 10, 25), time(2, 30), "2026-10-25T00:30", id="02:30, which comes twice: the first"),
        pytest.param(date(2026, 10, 25), time(3, 30), "2026-10-25T02:30", id="within it, after"),
    ],
)
def test_a_time_of_day(day: date, at: time, utc: str):
    assert moment_of(day, at, PARIS) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "next_one"),
    [
        pytest.param("2026-03-02T07:29", "Mon 02 07:30", id="today"),
        pytest.param("2026-03-02T07:30", "Tue 03 07:30", id="tomorrow"),
        pytest.param("2026-03-06T12:00", "Mon 09 07:30", id="after the weekend"),
        pytest.param("2026-03-28T22:00", "Mon 30 07:30", id="over the night of 23 hours"),
        pytest.param("2026-10-24T22:00", "Mon 26 07:30", id="over the night of 25 hours"),
    ],
)
def test_half_past_seven_on_weekdays(now: str, next_one: str):
    assert shown(GoalSet(departures=(WORK,)), now) == next_one


@pytest.mark.parametrize(("saturday", "hours"), [("2026-03-07", 11.5), ("2026-03-28", 10.5), ("2026-10-24", 12.5)])
def test_a_night_until_half_past_seven_is_as_long_as_it_is(saturday: str, hours: float):
    evening = f"{saturday}T20:00"
    found = due(GoalSet(ready_by=HALF_PAST_SEVEN), evening)
    assert found is not None
    assert found.at - local(evening) == timedelta(hours=hours)


def test_several_a_day_each_with_its_own():
    lunch = Departure(weekdays=frozenset({2}), time=time(12, 15), target=EIGHTY, terms=Terms(margin_min=5))
    goals = GoalSet(departures=(lunch, WORK), target=FULL, terms=Terms(margin_min=45))
    first, second = due(goals, "2026-03-04T06:00"), due(goals, "2026-03-04T08:00")
    assert first == Due(at=local("2026-03-04T07:30"), target=FULL, terms=Terms(margin_min=45))
    assert second == Due(at=local("2026-03-04T12:15"), target=EIGHTY, terms=Terms(margin_min=5))


def test_each_day_at_the_same_time_where_no_others_are_set():
    goals = GoalSet(ready_by=time(8))
    assert shown(goals, "2026-03-07T09:00") == "Sun 08 08:00"
    assert shown(GoalSet(ready_by=time(8), departures=(WORK,)), "2026-03-07T09:00") == "Mon 09 07:30"
    assert due(GoalSet(), "2026-03-07T09:00") is None


@pytest.mark.parametrize(
    ("now", "next_one"),
    [
        pytest.param("2026-03-02T20:00", "Tue 03 05:00", id="in place of that day's"),
        pytest.param("2026-03-02T06:00", "Mon 02 07:30", id="but not of the one before"),
        pytest.param("2026-03-03T06:00", "Tue 03 07:30", id="and it is over then"),
    ],
)
def test_this_once_at_five(now: str, next_one: str):
    once = OneOff(at=local("2026-03-03T05:00"), target=FULL)
    assert shown(GoalSet(departures=(WORK,), once=once), now) == next_one


def test_this_once_later_than_always():
    goals = GoalSet(departures=(WORK,), once=OneOff(at=local("2026-03-03T10:00"), target=FULL, terms=Terms(hours=2)))
    found = due(goals, "2026-03-02T20:00")
    assert found == Due(at=local("2026-03-03T10:00"), target=FULL, terms=Terms(hours=2))


@pytest.mark.parametrize(
    ("until", "next_one"),
    [
        pytest.param(None, None, id="until somebody says otherwise"),
        pytest.param(date(2026, 3, 16), "Mon 16 07:30", id="for two weeks"),
        pytest.param(date(2026, 3, 14), "Mon 16 07:30", id="until a Saturday"),
        pytest.param(date(2026, 2, 1), "Tue 03 07:30", id="until a day that was"),
    ],
)
def test_on_holiday_nothing_is_repeated(until: date | None, next_one: str | None):
    goals = GoalSet(departures=(WORK,), paused=True, paused_until=until)
    assert shown(goals, "2026-03-02T20:00") == next_one


def test_what_is_not_repeated_holds_on_holiday_too():
    goals = GoalSet(departures=(WORK,), paused=True, once=OneOff(at=local("2026-03-04T09:00")))
    assert shown(goals, "2026-03-02T20:00") == "Wed 04 09:00"
    trip = CalendarEvent(at=local("2026-03-03T10:00"), title="Beach")
    assert shown(goals, "2026-03-02T20:00", trip) == "Tue 03 10:00"


def test_just_this_once_is_in_place_of_that_day_s_events_too():
    once = GoalSet(once=OneOff(at=local("2026-03-03T10:00")))
    trip = CalendarEvent(at=local("2026-03-03T06:00"), title="Airport")
    assert shown(once, "2026-03-02T20:00", trip) == "Tue 03 10:00"
    early = CalendarEvent(at=local("2026-03-02T23:59"), title="Airport")
    assert shown(once, "2026-03-02T20:00", early) == "Mon 02 23:59"


def test_from_a_calendar():
    past = CalendarEvent(at=local("2026-03-02T19:00"), title="Now 100 %")
    trip = CalendarEvent(at=local("2026-03-03T06:00"), title="Airport 90 %")
    found = due(GoalSet(departures=(WORK,), target=EIGHTY), "2026-03-02T20:00", past, trip)
    assert found == Due(at=trip.at, target=Target(kind=TargetKind.SOC, amount=0.9))
    plain = CalendarEvent(at=local("2026-03-03T06:00"), title="Airport")
    found = due(GoalSet(target=EIGHTY), "2026-03-02T20:00", plain)
    assert found == Due(at=plain.at, target=EIGHTY)


@pytest.mark.parametrize(
    ("title", "target"),
    [
        ("Work 80 %", EIGHTY),
        ("80%", EIGHTY),
        ("Grandma, 120 km", Target(kind=TargetKind.RANGE, amount=120)),
        ("Beach 12,5 kWh!", Target(kind=TargetKind.ENERGY, amount=12.5)),
        ("Beach 12.5 KWH", Target(kind=TargetKind.ENERGY, amount=12.5)),
        ("Airport, terminal 2", None),
        ("Meeting at 14", None),
        ("120 %", None),
        ("0 %", None),
        ("-20 %", None),
        ("5 kmh", None),
        ("99999 km", None),
        ("3000 km", None),
        ("", None),
    ],
)
def test_how_much_a_title_says(title: str, target: Target | None):
    assert target_in(title) == target


@pytest.mark.parametrize(
    ("earliest", "start"),
    [
        pytest.param(time(22), "2026-03-02T22:00", id="the evening before"),
        pytest.param(time(1, 30), "2026-03-03T01:30", id="in the night"),
        pytest.param(time(7, 30), "2026-03-02T07:30", id="a whole day before"),
    ],
)
def test_the_earliest_start(earliest: time, start: str):
    found = due(GoalSet(departures=(WORK,), terms=Terms(earliest=earliest)), "2026-03-02T20:00")
    assert found is not None
    assert found.not_before == local(start)
