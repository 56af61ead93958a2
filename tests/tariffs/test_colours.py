"""Tariffs by day colours: the night before a red day is still the day before, and what nobody told is marked."""

from datetime import date, time

import pytest

from custom_components.smart_charging.tariffs.colours import Chance, ColouredHours, DayColours
from custom_components.smart_charging.tariffs.hours import Hours, Rule, Season, Span

from .clocks import PARIS, local, told

TEMPO = ColouredHours(
    hours=Hours(rules=(Rule(period="off_peak", spans=(Span(start=time(22), end=time(6)),)),), rest="peak"),
    days=DayColours(
        colours=("blue", "white", "red"),
        begins=time(6),
        chances=(Chance(days=frozenset(range(6))),),
    ),
    prices={
        "blue_off_peak": 0.13,
        "blue_peak": 0.16,
        "white_off_peak": 0.15,
        "white_peak": 0.19,
        "red_off_peak": 0.17,
        "red_peak": 0.75,
    },
)
TUESDAY, WEDNESDAY = date(2026, 1, 13), date(2026, 1, 14)


def test_a_red_day_begins_at_six() -> None:
    slots = TEMPO.slots(
        local("2026-01-13 20:00"), local("2026-01-15 08:00"), PARIS, {TUESDAY: "white", WEDNESDAY: "red"}
    )
    assert told(slots) == [
        "13 20:00+1 0.19",
        "13 22:00+1 0.15",
        "14 06:00+1 0.75",
        "14 22:00+1 0.17",
        "15 06:00+1 ~0.16",
    ]


def test_the_colour_of_tomorrow_that_nobody_told_is_the_usual_one_and_marked() -> None:
    slots = TEMPO.slots(local("2026-01-13 20:00"), local("2026-01-14 23:00"), PARIS, {TUESDAY: "red"})
    assert told(slots) == ["13 20:00+1 0.75", "13 22:00+1 0.17", "14 06:00+1 ~0.16", "14 22:00+1 ~0.13"]


def test_a_day_that_cannot_have_another_colour_is_sure() -> None:
    slots = TEMPO.slots(local("2026-01-18 06:00"), local("2026-01-19 08:00"), PARIS, {})
    assert told(slots) == ["18 06:00+1 0.16", "18 22:00+1 0.13", "19 06:00+1 ~0.16"]


def test_a_colour_that_does_not_exist_is_none() -> None:
    slots = TEMPO.slots(local("2026-01-14 06:00"), local("2026-01-14 08:00"), PARIS, {WEDNESDAY: "mauve"})
    assert told(slots) == ["14 06:00+1 ~0.16"]


@pytest.mark.parametrize(("day", "sure"), [(date(2026, 4, 1), True), (date(2026, 3, 31), False)])
def test_out_of_its_season_no_day_has_another_colour(day: date, sure: bool) -> None:
    days = DayColours(
        colours=("normal", "peak"),
        begins=time(7),
        chances=(Chance(season=Season(first=(11, 1), last=(3, 31))),),
    )
    assert days.on(day, {}) == ("normal", sure)


def test_the_night_into_summer_keeps_its_colour_until_six() -> None:
    slots = TEMPO.slots(local("2026-03-28 21:00"), local("2026-03-29 07:00"), PARIS, {date(2026, 3, 28): "red"})
    assert told(slots) == ["28 21:00+1 0.75", "28 22:00+1 0.17", "29 06:00+2 0.16"]
    assert (slots[1].end - slots[1].start).total_seconds() / 3600 == 7
