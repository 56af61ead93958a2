"""What is paid besides energy, in the order that is said: surcharge, grid fee, then VAT on all of it."""

from datetime import time

import pytest

from custom_components.smart_charging.engine.model.tariff import PriceSlot
from custom_components.smart_charging.tariffs.extras import NO_EXTRAS, Extras
from custom_components.smart_charging.tariffs.hours import Hours, Rule, Season, Span, TimeOfUse, fixed

from .clocks import PARIS, local, told

START, END = local("2026-05-04 00:00"), local("2026-05-05 00:00")
WINTER = Season(first=(10, 1), last=(3, 31))
FEES = TimeOfUse(
    hours=Hours(
        rules=(
            Rule(period="low", spans=(Span(start=time(0), end=time(6)),)),
            Rule(period="high", spans=(Span(start=time(17), end=time(20)),), season=WINTER),
        ),
        rest="standard",
    ),
    prices={"low": 0.01, "standard": 0.10, "high": 0.17},
)


def test_without_extras_the_price_is_the_price() -> None:
    assert told(NO_EXTRAS.applied(fixed(0.25).slots(START, END, PARIS), PARIS)) == ["04 00:00+2 0.25"]


def test_vat_is_on_the_surcharge_too() -> None:
    extras = Extras(surcharge_per_kwh=0.02, vat=0.25)
    assert told(extras.applied(fixed(0.10).slots(START, END, PARIS), PARIS)) == ["04 00:00+2 0.15"]


def test_a_negative_price_stays_one() -> None:
    extras = Extras(vat=0.2)
    (slot,) = extras.applied(fixed(-0.10).slots(START, END, PARIS), PARIS)
    assert slot.price_per_kwh == pytest.approx(-0.12)


def test_a_grid_fee_by_time_cuts_the_slots() -> None:
    extras = Extras(grid_fee=FEES, surcharge_per_kwh=0.05)
    summer = extras.applied(fixed(0.10).slots(START, END, PARIS), PARIS)
    assert told(summer) == ["04 00:00+2 0.16", "04 06:00+2 0.25"]
    winter = fixed(0.10).slots(local("2026-11-04 00:00"), local("2026-11-05 00:00"), PARIS)
    assert told(extras.applied(winter, PARIS)) == [
        "04 00:00+1 0.16",
        "04 06:00+1 0.25",
        "04 17:00+1 0.32",
        "04 20:00+1 0.25",
    ]


def test_what_is_estimated_stays_so_and_gaps_stay_gaps() -> None:
    day = [
        PriceSlot(start=START, end=local("2026-05-04 05:00"), price_per_kwh=0.10),
        PriceSlot(start=local("2026-05-04 07:00"), end=local("2026-05-04 08:00"), price_per_kwh=0.20, estimated=True),
    ]
    slots = Extras(grid_fee=FEES).applied(day, PARIS)
    assert told(slots) == ["04 00:00+2 0.11", "04 07:00+2 ~0.3"]
    assert slots[0].end == local("2026-05-04 05:00")


def test_nothing_costs_nothing() -> None:
    assert Extras(grid_fee=FEES, vat=0.2).applied((), PARIS) == ()
