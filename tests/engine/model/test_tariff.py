from datetime import timedelta

from custom_components.smart_charging.engine.model.tariff import PriceSlot, Tariff

from ..builders import NOW

HOUR = timedelta(hours=1)


def slot(hour: int, price: float, *, estimated: bool = False) -> PriceSlot:
    return PriceSlot(start=NOW + hour * HOUR, end=NOW + (hour + 1) * HOUR, price_per_kwh=price, estimated=estimated)


TARIFF = Tariff(
    currency="EUR", prices=(slot(0, 0.2), slot(1, -0.1), slot(2, 0.3, estimated=True)), feed_in=(slot(1, 0.08),)
)


def test_a_price_holds_from_its_start_until_the_next() -> None:
    assert TARIFF.price_at(NOW + HOUR) == slot(1, -0.1)
    assert TARIFF.price_at(NOW - timedelta(seconds=1)) is None
    assert TARIFF.price_at(NOW + 3 * HOUR) is None


def test_what_goes_to_the_grid_earns_nothing_where_nobody_says_so() -> None:
    assert TARIFF.feed_in_at(NOW) == 0
    assert TARIFF.feed_in_at(NOW + 1.5 * HOUR) == 0.08


def test_it_is_known_until_prices_are_estimated_or_missing() -> None:
    assert TARIFF.known_until == NOW + 2 * HOUR
    assert Tariff(currency="EUR", prices=(slot(0, 0.2), slot(2, 0.2))).known_until == NOW + HOUR
    assert Tariff(currency="EUR", prices=()).known_until is None
