"""Which hours are cheap: the cheapest third around now."""

from datetime import timedelta

import pytest

from custom_components.smart_charging.engine.accounting.cheap_hours import cheap_hours
from custom_components.smart_charging.engine.model.off_peak import OffPeak
from custom_components.smart_charging.engine.model.tariff import PriceSlot, Tariff

from ..builders import NOW

HOUR = timedelta(hours=1)


def tariff(*prices: float) -> Tariff:
    """A price for each hour from now on."""
    return Tariff(
        currency="EUR",
        prices=tuple(
            PriceSlot(start=NOW + hour * HOUR, end=NOW + (hour + 1) * HOUR, price_per_kwh=price)
            for hour, price in enumerate(prices)
        ),
    )


# Off-peak for eight hours of each night, from the fourth hour on.
NIGHTS = tariff(*([0.25] * 3 + [0.15] * 8 + [0.25] * 13) * 3)
# One dear hour in the middle of the cheapest.
WAVE = tariff(*[0.10, 0.11, 0.40, 0.12, 0.13, 0.14, 0.15, 0.16, 0.17], *[0.3] * 15)


@pytest.mark.parametrize(
    ("prices", "hour", "cheap", "changes_h"),
    [
        pytest.param(NIGHTS, 0.0, False, 3, id="before the night rate"),
        pytest.param(NIGHTS, 3.0, True, 11, id="when it begins"),
        pytest.param(NIGHTS, 10.5, True, 11, id="soon before it ends"),
        pytest.param(NIGHTS, 11.0, False, 27, id="when it ends"),
        pytest.param(NIGHTS, 20.0, False, 27, id="in the evening after that"),
        pytest.param(WAVE, 0.5, True, 2, id="until the dear hour"),
        pytest.param(WAVE, 2.5, False, 3, id="in the dear hour"),
        pytest.param(tariff(*[0.2] * 40), 0.0, True, None, id="all the same: always"),
        pytest.param(tariff(0.2, 0.3), 0.0, True, 1, id="hardly anything is known: the lowest price is cheap"),
        pytest.param(tariff(*[-0.1] * 4, *[0.1] * 4, *[0.3] * 16), 5.0, True, 8, id="less than nothing, and little"),
    ],
)
def test_it_is_cheap(prices: Tariff, hour: float, *, cheap: bool, changes_h: float | None) -> None:
    at = NOW + hour * HOUR
    changes_at = None if changes_h is None else NOW + changes_h * HOUR
    assert cheap_hours(prices, at) == OffPeak(cheap=cheap, changes_at=changes_at)


def test_nobody_knows_without_a_price_for_now() -> None:
    assert cheap_hours(tariff(0.2), NOW + 2 * HOUR) is None
    assert cheap_hours(tariff(), NOW) is None


def test_what_lies_behind_a_gap_is_not_told() -> None:
    far = PriceSlot(start=NOW + 5 * HOUR, end=NOW + 20 * HOUR, price_per_kwh=0.5)
    known = tariff(*[0.1] * 3)
    assert cheap_hours(Tariff(currency="EUR", prices=(*known.prices, far)), NOW) == OffPeak(cheap=True)
