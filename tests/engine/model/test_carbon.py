"""What plans go by where CO₂ counts: as a price beside the price, or instead of it."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from custom_components.smart_charging.engine.model.carbon import Carbon
from custom_components.smart_charging.engine.model.tariff import Tariff

from ..builders import NOW
from ..planning.builders import HOUR, emits, in_hours, tariff


def counted(prices: Sequence[float | None], carbon: Carbon) -> list[str]:
    """Each slot from when to when, in hours from now on, and what it counts for; `~` marks a guess."""
    slots = tariff(*prices, carbon=carbon).counted
    return [
        f"{_hour(slot.start):g}-{_hour(slot.end):g} {'~' if slot.estimated else ''}{slot.price_per_kwh:.4g}"
        for slot in slots
    ]


def _hour(moment: datetime) -> float:
    return (moment - NOW) / HOUR


def test_a_tonne_that_costs_100_euro_makes_100_grams_a_cent() -> None:
    assert counted([0.30, 0.20], emits(100, 400, per_tonne=100)) == ["0-1 0.31", "1-2 0.24"]


@pytest.mark.parametrize(
    ("prices", "carbon", "told"),
    [
        pytest.param(
            [0.3, 0.3], emits(None, 200, per_tonne=100), ["0-1 0.32", "1-2 0.32"], id="unknown CO₂ is the mean"
        ),
        pytest.param([0.3, None], emits(100, 200, per_tonne=100), ["0-1 0.31"], id="an unknown price stays so"),
        pytest.param([0.3], emits(per_tonne=100), ["0-1 0.3"], id="nothing is known of CO₂"),
        pytest.param(
            [0.3], emits(100, per_tonne=100, estimated=True), ["0-1 0.31"], id="CO₂ is guessed, the price is not"
        ),
    ],
)
def test_as_a_price(prices: Sequence[float | None], carbon: Carbon, told: list[str]) -> None:
    assert counted(prices, carbon) == told


@pytest.mark.parametrize(
    ("prices", "carbon", "told"),
    [
        pytest.param(
            [0.3, 0.1], emits(100, 300), ["0-1 0.103", "1-2 0.301"], id="200 g count for 20 cents, as on average"
        ),
        pytest.param(
            [-0.3, -0.1], emits(100, 300), ["0-1 0.097", "1-2 0.299"], id="what is paid for counts for as much"
        ),
        pytest.param([], emits(100, 300), ["0-1 0.1", "1-2 0.3"], id="no price at all"),
        pytest.param([0.3, None], emits(100, 300), ["0-1 0.153", "1-2 0.453"], id="an unknown price is the mean"),
        pytest.param([0.2, 0.2], emits(100), ["0-1 0.202", "1-2 ~0.202"], id="unknown CO₂ is the mean, and a guess"),
        pytest.param([0.2], emits(100, estimated=True), ["0-1 ~0.202"], id="CO₂ is guessed"),
        pytest.param([0.2, 0.3], emits(0, 0), ["0-1 0.002", "1-2 0.003"], id="nothing is emitted: the cheaper one"),
        pytest.param([0.2, 0.3], emits(), ["0-1 0.2", "1-2 0.3"], id="nothing is known of CO₂: by money"),
    ],
)
def test_instead_of_the_price(prices: Sequence[float | None], carbon: Carbon, told: list[str]) -> None:
    assert counted(prices, carbon) == told


def test_it_changes_where_either_does() -> None:
    quarters = tariff(0.2, 0.3, each=HOUR / 4, carbon=emits(100, per_tonne=100))
    assert [slot.price_per_kwh for slot in quarters.counted] == pytest.approx([0.21, 0.31])
    assert quarters.counted_at(in_hours(0.25)) == quarters.counted[1]
    assert quarters.counted_at(in_hours(0.5)) is None


def test_without_co2_the_price_counts() -> None:
    plain: Tariff = tariff(0.2, 0.3)
    assert plain.counted == plain.prices
    assert (plain.carbon_at(in_hours(0)), plain.carbon_weight_per_kg, plain.by_carbon) == (None, 0.0, False)
