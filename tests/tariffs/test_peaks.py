"""When power counts how much: rules of grid companies, and what they bill for months that they publish themselves."""

from collections.abc import Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.smart_charging.engine.accounting.peaks import PeaksSeen, Sample, follow
from custom_components.smart_charging.engine.planning.peak import Peak
from custom_components.smart_charging.tariffs.peaks import PEAK_RULES, PeakTariff, peak_price

from .clocks import local

STOCKHOLM = ZoneInfo("Europe/Stockholm")
HOUR, BEAT = timedelta(hours=1), timedelta(seconds=20)


def tariff(rule: str, price_per_kw: float = 65.0) -> PeakTariff:
    return PeakTariff(price=peak_price(PEAK_RULES[rule], price_per_kw), key=rule, hours=PEAK_RULES[rule].hours)


def factor(rule: str, at: str) -> float:
    return tariff(rule).factor_at(local(at, STOCKHOLM), STOCKHOLM)


@pytest.mark.parametrize(
    ("rule", "factors"),
    [
        ("sweden", {"2026-07-04 12:00": 1, "2026-01-14 03:00": 1}),
        ("norway", {"2026-07-04 12:00": 1}),
        (
            "se_night_half",
            {"2026-05-04 21:00": 1, "2026-05-04 22:00": 0.5, "2026-05-05 05:00": 0.5, "2026-05-05 06:00": 1},
        ),
        (
            "se_winter_07_20",
            {
                "2026-01-14 06:00": 0,
                "2026-01-14 07:00": 1,
                "2026-01-14 19:00": 1,
                "2026-01-14 20:00": 0,
                "2026-01-17 12:00": 0,  # a Saturday
                "2026-03-31 12:00": 1,
                "2026-04-01 12:00": 0,
                "2026-10-30 12:00": 0,
                "2026-11-02 12:00": 1,
                "2026-01-06 12:00": 0,  # Epiphany
                "2026-12-24 12:00": 0,
                "2027-03-26 12:00": 0,  # Good Friday
            },
        ),
        ("se_winter_07_19", {"2026-01-14 18:00": 1, "2026-01-14 19:00": 0}),
        ("se_winter_06_20", {"2026-01-14 05:00": 0, "2026-01-14 06:00": 1, "2026-01-14 19:00": 1}),
        (
            "se_sollentuna",
            {
                "2026-01-14 12:00": 1,
                "2026-07-15 12:00": 0.5,
                "2026-07-15 19:00": 0,
                "2026-07-18 12:00": 0,
                "2026-05-14 12:00": 0,  # Ascension Day
            },
        ),
    ],
)
def test_what_counts_how_much(rule: str, factors: Mapping[str, float]):
    assert {at: factor(rule, at) for at in factors} == factors


def billed(rule: str, price_per_kw: float, hours_kw: Mapping[str, float]) -> float:
    """Tell what a month is billed in which these hours were used so, by their local start, and nothing besides."""
    told = tariff(rule, price_per_kw)
    starts = sorted(local(start, STOCKHOLM) for start in hours_kw)
    first = starts[0].astimezone(STOCKHOLM).replace(day=1, hour=0)
    days = [(first + timedelta(days=number)).astimezone(starts[0].tzinfo) for number in range(31)]
    seen = PeaksSeen()
    for text, kw in sorted(hours_kw.items()):
        start = local(text, STOCKHOLM)
        for number in range(HOUR // BEAT + 1):
            sample = Sample(at=start + number * BEAT, kw=kw if number < HOUR // BEAT else 0.0)
            seen = follow(seen, sample, window=HOUR, days=days, factor=lambda at: told.factor_at(at, STOCKHOLM))
    price = told.price
    peak = Peak(days=(), highest=price.days, per_kw=price.per_kw, least_kw=price.least_kw)
    return peak.cost_of([day.kw for day in seen.days.values()])


SOLLENTUNA_2025 = {"06 08:00": 6.0, "07 17:00": 5.7, "08 12:00": 5.4, "08 17:00": 5.3, "09 19:00": 9.0, "11 12:00": 8.0}
"""Three hours of working days with a mean of 5.7 kW; in the evening and on Saturday the house takes more."""


@pytest.mark.parametrize(
    ("rule", "price", "hours_kw", "cost"),
    [
        pytest.param(
            "se_sollentuna", 135, {f"2025-10-{at}": kw for at, kw in SOLLENTUNA_2025.items()}, 384.75, id="67.5 x 5.7"
        ),
        pytest.param(
            "se_sollentuna",
            135,
            {"2025-11-03 08:00": 6.0, "2025-11-04 17:00": 5.7, "2025-11-05 12:00": 5.4, "2025-11-08 12:00": 8.0},
            769.5,
            id="135 x 5.7",
        ),
        pytest.param(
            "se_sollentuna",
            111.5,
            {"2020-11-03 08:00": 5.7, "2020-11-04 17:00": 5.7, "2020-11-05 12:00": 5.7},
            635.55,
            id="111.5 x 5.7, in 2020",
        ),
        pytest.param(
            "se_night_half",
            81.25,
            {"2025-05-05 23:00": 10.0, "2025-05-06 17:00": 5.0, "2025-05-07 12:00": 5.0},
            406.25,
            id="10 kW at night are 5 kW",
        ),
        pytest.param(
            "sweden",
            45,
            {"2025-05-05 23:00": 9.0, "2025-05-06 17:00": 6.0, "2025-05-06 18:00": 8.0, "2025-05-07 12:00": 4.0},
            315.0,
            id="of each day one",
        ),
    ],
)
def test_what_they_bill(rule: str, price: float, hours_kw: Mapping[str, float], cost: float):
    """Sollentuna Energi & Miljö's own examples, those of its page of 2020 and of 2025; Ellevio's word on its nights; Göteborg's price of 2025."""
    assert billed(rule, price, hours_kw) == pytest.approx(cost)


def test_a_plan_is_told_the_factors_as_times():
    start, end = local("2026-01-14 00:00", STOCKHOLM), local("2026-01-15 00:00", STOCKHOLM)
    price = tariff("se_winter_07_19").between(start, end, STOCKHOLM)
    factors = [price.factor_at(start + number * HOUR) for number in range(24)]
    assert factors == [0.0] * 7 + [1.0] * 12 + [0.0] * 5
    assert price.factor_at(end) == 1.0


def test_where_power_always_counts_there_is_nothing_to_tell():
    flanders, start = tariff("flanders", 48.0), local("2026-01-14 00:00", STOCKHOLM)
    assert flanders.between(start, start + HOUR, STOCKHOLM) == flanders.price
