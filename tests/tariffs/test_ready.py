"""Ready tariffs, against what their sheets say: day by day, hour by hour."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import pytest

from custom_components.smart_charging.engine.model.tariff import PeakPrice
from custom_components.smart_charging.tariffs.colours import ColouredHours
from custom_components.smart_charging.tariffs.hours import Span
from custom_components.smart_charging.tariffs.peaks import PEAK_RULES, peak_price
from custom_components.smart_charging.tariffs.ready import READY_TARIFFS
from custom_components.smart_charging.tariffs.written import read_spans, read_steps

from .clocks import PARIS, local, told

DAY = range(24)


def drawn(key: str, day: str, marks: Mapping[str, str]) -> str:
    """Draw the hours of a day, one mark each."""
    hours = READY_TARIFFS[key].hours
    return "".join(marks[hours.period_at(datetime.combine(date.fromisoformat(day), time(hour)))] for hour in DAY)


SPANISH = {"valley": ".", "flat": "-", "peak": "#"}
BANDS = {"f3": ".", "f2": "-", "f1": "#"}
CALIFORNIA = {
    "summer_off_peak": ".",
    "summer_partial_peak": "-",
    "summer_peak": "#",
    "winter_off_peak": ":",
    "winter_partial_peak": "=",
    "winter_peak": "@",
}


@pytest.mark.parametrize(
    ("key", "day", "marks", "expected"),
    [
        pytest.param("es_20td", "2026-03-04", SPANISH, "........--####----####--", id="Spain, a Wednesday"),
        pytest.param("es_20td", "2026-03-07", SPANISH, "." * 24, id="Spain, a Saturday"),
        pytest.param("es_20td", "2026-01-06", SPANISH, "." * 24, id="Spain, Epiphany"),
        pytest.param("es_20td", "2026-10-12", SPANISH, "." * 24, id="Spain, a national holiday"),
        pytest.param("es_20td", "2026-04-03", SPANISH, "........--####----####--", id="Spain, Good Friday"),
        pytest.param("es_20td", "2026-03-19", SPANISH, "........--####----####--", id="Spain, a region's holiday"),
        pytest.param("es_20td_ceuta_melilla", "2026-03-04", SPANISH, "........---####----####-", id="Melilla"),
        pytest.param("it_f1_f2_f3", "2026-03-04", BANDS, ".......-###########----.", id="Italy, a Wednesday"),
        pytest.param("it_f1_f2_f3", "2026-03-07", BANDS, ".......----------------.", id="Italy, a Saturday"),
        pytest.param("it_f1_f2_f3", "2026-03-08", BANDS, "." * 24, id="Italy, a Sunday"),
        pytest.param("it_f1_f2_f3", "2026-04-06", BANDS, "." * 24, id="Italy, Easter Monday"),
        pytest.param("it_f1_f2_f3", "2026-06-02", BANDS, "." * 24, id="Italy, the Republic's day"),
        pytest.param("us_pge_ev2a", "2026-07-04", CALIFORNIA, "...............-#####---", id="PG&E, summer holiday"),
        pytest.param("us_pge_ev2a", "2026-10-01", CALIFORNIA, ":::::::::::::::=@@@@@===", id="PG&E, winter"),
        pytest.param("us_sce_prime", "2026-07-06", CALIFORNIA, "................#####...", id="SCE, a Monday"),
        pytest.param("us_sce_prime", "2026-07-05", CALIFORNIA, "................-----...", id="SCE, a Sunday"),
        pytest.param("us_sce_prime", "2026-09-07", CALIFORNIA, "................-----...", id="SCE, Labor Day"),
        pytest.param(
            "us_sce_prime", "2027-07-05", CALIFORNIA, "................-----...", id="SCE, the 4th kept later"
        ),
        pytest.param("us_sce_prime", "2026-12-02", CALIFORNIA, "::::::::::::::::=====:::", id="SCE, winter"),
    ],
)
def test_the_hours_of_a_day(key: str, day: str, marks: Mapping[str, str], expected: str) -> None:
    assert drawn(key, day, marks) == expected


def test_italy_in_two_bands() -> None:
    assert drawn("it_f1_f23", "2026-03-04", {"f1": "#", "f23": "."}) == "........###########....."
    assert drawn("it_f1_f23", "2026-05-01", {"f1": "#", "f23": "."}) == "." * 24


def test_each_wants_its_prices() -> None:
    assert {key: tariff.prices for key, tariff in READY_TARIFFS.items()} == {
        "fr_hp_hc": ("off_peak", "peak"),
        "fr_tempo": (
            "blue_off_peak",
            "blue_peak",
            "white_off_peak",
            "white_peak",
            "red_off_peak",
            "red_peak",
        ),
        "fr_ejp": ("normal", "mobile_peak"),
        "es_20td": ("valley", "peak", "flat"),
        "es_20td_ceuta_melilla": ("valley", "peak", "flat"),
        "gb_economy_7": ("off_peak", "peak"),
        "gb_intelligent": ("off_peak", "peak"),
        "it_f1_f2_f3": ("f1", "f2", "f3"),
        "it_f1_f23": ("f1", "f23"),
        "us_pge_ev2a": (
            "summer_peak",
            "summer_partial_peak",
            "summer_off_peak",
            "winter_peak",
            "winter_partial_peak",
            "winter_off_peak",
        ),
        "us_sce_prime": (
            "summer_peak",
            "summer_partial_peak",
            "summer_off_peak",
            "winter_partial_peak",
            "winter_off_peak",
        ),
    }


def test_an_ejp_day_is_dear_from_seven_to_one() -> None:
    ready = READY_TARIFFS["fr_ejp"]
    assert ready.days is not None
    tariff = ColouredHours(
        hours=ready.hours, days=ready.days, prices=ready.priced({"normal": 0.15, "mobile_peak": 1.52})
    )
    slots = tariff.slots(
        local("2026-01-13 00:00"),
        local("2026-01-15 12:00"),
        PARIS,
        {
            date(2026, 1, 12): "normal",
            date(2026, 1, 13): "normal",
            date(2026, 1, 14): "mobile_peak",
            date(2026, 1, 15): "normal",
        },
    )
    assert told(slots) == ["13 00:00+1 0.15", "14 07:00+1 1.52", "15 01:00+1 0.15"]


@pytest.mark.parametrize(
    ("day", "sure"),
    [
        ("2026-01-14", False),
        ("2026-01-17", False),  # a Saturday may be white
        ("2026-01-18", True),  # a Sunday is blue
        ("2026-07-15", False),  # white days are all over the year
    ],
)
def test_which_tempo_days_are_blue_for_sure(day: str, sure: bool) -> None:
    days = READY_TARIFFS["fr_tempo"].days
    assert days is not None
    assert days.on(date.fromisoformat(day), {}) == ("blue", sure)


def test_a_household_has_its_own_hours() -> None:
    ready = READY_TARIFFS["fr_hp_hc"]
    hours = ready.with_spans(read_spans("1h26-7h26, 14h26-16h26"))
    drawn = {
        moment: hours.period_at(datetime.fromisoformat(f"2026-03-04T{moment}"))
        for moment in ("01:25", "01:26", "07:26", "14:30", "16:26")
    }
    assert drawn == {"01:25": "peak", "01:26": "off_peak", "07:26": "peak", "14:30": "off_peak", "16:26": "peak"}


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("22:30-06:30", [(time(22, 30), time(6, 30))]),
        ("22-6", [(time(22), time(6))]),
        ("22h-6h30 ; 12.00 – 14.00", [(time(22), time(6, 30)), (time(12), time(14))]),  # noqa: RUF001 people type it
        ("20:00-24:00", [(time(20), time(0))]),
    ],
)
def test_hours_as_people_write_them(text: str, spans: list[tuple[time, time]]) -> None:
    assert read_spans(text) == tuple(Span(start=start, end=end) for start, end in spans)


@pytest.mark.parametrize("text", ["", "night", "22:30", "25:00-06:00", "22:61-06:00", "22:00-06:00,", "24:30-06:00"])
def test_what_are_no_hours(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_spans(text)


def test_steps_as_a_price_list_has_them() -> None:
    # Tensio, from July 2022.
    assert read_steps("0 kW: 90; 2 kW: 180; 5kW=326") == ((0.0, 90.0), (2.0, 90.0), (5.0, 146.0))
    assert read_steps("0 kW: 90,5") == ((0.0, 90.5),)


@pytest.mark.parametrize("text", ["", "90", "0 kW: 90, 2 kW: 180", "2 kW: 90; 0 kW: 180", "0 kW: 90; 2 kW: 80"])
def test_what_are_no_steps(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_steps(text)


def test_peaks() -> None:
    quarter, hour = timedelta(minutes=15), timedelta(hours=1)
    steps = read_steps("0 kW: 90; 2 kW: 180")
    assert peak_price(PEAK_RULES["flanders"], 48.0) == PeakPrice(per_kw=4.0, window=quarter, days=1, least_kw=2.5)
    assert peak_price(PEAK_RULES["sweden"], 65.0) == PeakPrice(per_kw=65.0, window=hour, days=3)
    assert peak_price(PEAK_RULES["norway"], steps=steps) == PeakPrice(per_kw=0.0, window=hour, days=3, steps=steps)
