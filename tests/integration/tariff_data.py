"""Tariffs as they are stored. What is None is left out."""

from typing import Any


def _without_none(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value is not None}


def fixed_tariff(**changes: Any) -> dict[str, Any]:
    """25 cents at any time."""
    return _without_none({"kind": "fixed", "price": 0.25} | changes)


def green_tariff(**changes: Any) -> dict[str, Any]:
    """One price, and the greenest hours of what an entity tells."""
    return fixed_tariff(**{"carbon": "instead", "carbon_entities": ["sensor.grid"]} | changes)


def dynamic_tariff(anchor: str = "sensor.prices", **changes: Any) -> dict[str, Any]:
    """Prices of ENTSO-e."""
    return _without_none({"kind": "dynamic", "price_source": "entsoe", "anchor": anchor} | changes)


def hp_hc(**changes: Any) -> dict[str, Any]:
    """Heures creuses at night and after lunch."""
    data = {
        "kind": "ready",
        "ready": "fr_hp_hc",
        "hours": "22:30-06:30, 12:00-14:00",
        "prices": {"off_peak": 0.17, "peak": 0.22},
    }
    return _without_none(data | changes)


def tempo(**changes: Any) -> dict[str, Any]:
    """Tempo, with its colours from two sensors."""
    colours = {"blue": (0.13, 0.16), "white": (0.15, 0.19), "red": (0.17, 0.75)}
    data = {
        "kind": "ready",
        "ready": "fr_tempo",
        "prices": {
            f"{colour}_{period}": price
            for colour, prices in colours.items()
            for period, price in zip(("off_peak", "peak"), prices, strict=True)
        },
        "today": "sensor.today",
        "tomorrow": "sensor.tomorrow",
    }
    return _without_none(data | changes)


def intelligent(**changes: Any) -> dict[str, Any]:
    """A cheap night, and times that the supplier gives."""
    data = {
        "kind": "ready",
        "ready": "gb_intelligent",
        "hours": "23:30-05:30",
        "prices": {"off_peak": 0.07, "peak": 0.27},
        "dispatches": "binary_sensor.dispatching",
    }
    return _without_none(data | changes)


def own_tariff(*periods: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """30 cents, but for some periods."""
    return _without_none({"kind": "own", "price": 0.30, "periods": list(periods)} | changes)


def grid_fee(**changes: Any) -> dict[str, Any]:
    """Three levels in the first and last quarter of the year."""
    data = {
        "low": 0.01,
        "standard": 0.10,
        "high": 0.17,
        "low_hours": "00:00-06:00",
        "high_hours": "17:00-20:00",
        "quarters": ["1", "4"],
    }
    return _without_none(data | changes)
