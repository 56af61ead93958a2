"""The page about tariffs: its example comes to what it says, and it names each price source and ready tariff."""

import json
import re

import pytest

from custom_components.smart_charging.configuration.rules.tariff import validate_tariff
from custom_components.smart_charging.configuration.tariffs import read_tariff
from custom_components.smart_charging.engine.model.carbon import Carbon, CarbonSlot
from custom_components.smart_charging.engine.model.tariff import Tariff
from custom_components.smart_charging.sources.price_catalogue import KNOWN_PRICES
from custom_components.smart_charging.tariffs.hours import fixed

from ..repository.source import INTEGRATION, ROOT
from ..tariffs.clocks import PARIS, local

PAGE = (ROOT / "docs" / "tariffs.md").read_text(encoding="utf-8")
TEXTS = json.loads((INTEGRATION / "translations" / "en.json").read_text(encoding="utf-8"))
HOUSE = {
    "kind": "dynamic",
    "price_source": "nordpool",
    "anchor": "1",
    "surcharge": 0.05,
    "vat_pct": 19,
    "grid_fee": {
        "low": 0.02,
        "standard": 0.10,
        "high": 0.16,
        "low_hours": "00:00-06:00",
        "high_hours": "17:00-20:00",
        "quarters": ["1", "4"],
    },
}


@pytest.mark.parametrize(("hour", "exchange", "pays"), [("13:00", 0.082, 0.276), ("03:00", 0.091, 0.192)])
def test_the_example(hour: str, exchange: float, pays: float) -> None:
    assert validate_tariff(HOUSE) == {}
    start, end = local("2026-01-14 00:00"), local("2026-01-15 00:00")
    slots = read_tariff(HOUSE).extras.applied(fixed(exchange).slots(start, end, PARIS), PARIS)
    at = local(f"2026-01-14 {hour}")
    (price,) = [slot.price_per_kwh for slot in slots if slot.start <= at < slot.end]
    assert price == pytest.approx(pays, abs=0.0005)
    assert f"= {pays:.3f} €" in PAGE


def test_what_a_price_of_co2_comes_to() -> None:
    start, end = local("2026-01-14 00:00"), local("2026-01-15 00:00")
    (price,) = fixed(0.20).slots(start, end, PARIS)
    carbon = Carbon(slots=(CarbonSlot(start=start, end=end, kg_per_kwh=0.4),), price_per_kg=100 / 1000)
    (counted,) = Tariff(currency="EUR", prices=(price,), carbon=carbon).counted
    assert counted.price_per_kwh == pytest.approx(0.24)
    assert "0.20 € with 400 g count as 0.24 €" in PAGE


def test_each_price_source_is_named() -> None:
    names = {re.split(r" \(|, ", known.name)[0] for known in KNOWN_PRICES}
    assert [name for name in sorted(names) if name not in PAGE] == []


def test_each_ready_tariff_is_named() -> None:
    words = {
        word
        for name in TEXTS["selector"]["ready_tariff"]["options"].values()
        for word in re.split(r"[:,] ?| in | and ", name)
    }
    assert [word for word in sorted(words) if word not in PAGE] == []
