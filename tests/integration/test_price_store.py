"""What is kept of prices: written, read again, and never in the way when it cannot be read."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from homeassistant.core import HomeAssistant

from custom_components.smart_charging.engine.model.tariff import PriceSlot
from custom_components.smart_charging.foresight.price_store import Book, KeptPrices, PriceStore

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEY = "smart_charging.entry.prices"
KEPT = KeptPrices(
    of="entsoe 1",
    slots=(
        PriceSlot(start=AT, end=AT + HOUR / 4, price_per_kwh=0.12345),
        PriceSlot(start=AT + HOUR, end=AT + 2 * HOUR, price_per_kwh=-0.5, estimated=True),
    ),
    history={AT - HOUR: 0.2, AT: 0.25},
    colours={date(2026, 3, 1): "red"},
)


async def load(hass: HomeAssistant) -> PriceStore:
    store = PriceStore(hass, "entry")
    await store.async_load()
    return store


async def test_everything_is_read_again(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    store = await load(hass)
    await store.async_save()
    assert KEY not in hass_storage
    store.keep(KEPT)
    store.keep(KEPT)
    await store.async_save()
    again = await load(hass)
    assert again.kept("entsoe 1") == KEPT
    assert again.kept("tibber 2") == KeptPrices(of="tibber 2")
    await again.async_remove()
    assert KEY not in hass_storage


async def test_what_the_grid_emits_is_kept_apart(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    store = await load(hass)
    emitted = KeptPrices(of="sensor.grid", slots=KEPT.slots, history={AT: 0.045})
    store.keep(KEPT)
    store.keep(emitted, Book.CARBON)
    await store.async_save()
    again = await load(hass)
    assert again.kept("entsoe 1") == KEPT
    assert again.kept("sensor.grid", Book.CARBON) == emitted
    assert again.kept("sensor.grid") == KeptPrices(of="sensor.grid")
    # What cannot be read of one is no reason to forget the other.
    hass_storage[KEY]["data"]["carbon"] = {"of": "sensor.grid"}
    again = await load(hass)
    assert again.kept("entsoe 1") == KEPT
    assert again.kept("sensor.grid", Book.CARBON).slots == ()


async def test_it_is_small(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    store = await load(hass)
    store.keep(KeptPrices(of="x", history={AT - hour * HOUR: 1 / 3 for hour in range(5 * 7 * 24)}))
    await store.async_save()
    assert len(str(hass_storage[KEY]["data"]["history"])) < 20_000


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"of": "entsoe 1"},
        {"of": "entsoe 1", "slots": [[1]], "history": [], "colours": {}},
        {"of": "entsoe 1", "slots": [], "history": [["x", 1]], "colours": {}},
        {"of": "entsoe 1", "slots": [], "history": [[10**30, 1]], "colours": {}},
        {"of": "entsoe 1", "slots": [], "history": [], "colours": {"someday": "red"}},
        {"of": "entsoe 1", "slots": None, "history": [], "colours": {}},
    ],
)
async def test_what_cannot_be_read_was_never_there(
    hass: HomeAssistant, hass_storage: dict[str, Any], data: dict[str, Any]
) -> None:
    hass_storage[KEY] = {"version": 1, "minor_version": 1, "key": KEY, "data": data}
    assert (await load(hass)).kept("entsoe 1") == KeptPrices(of="entsoe 1")
