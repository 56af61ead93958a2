"""What a tariff comes to today and tomorrow, on one line each, so that a wrong unit is seen at once; where CO₂ counts, that too."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..configuration.tariffs import read_tariff
from ..engine.model.carbon import CarbonSlot
from ..engine.model.tariff import PriceSlot, Tariff
from ..foresight.price_store import PriceStore
from ..foresight.tariff_desk import Tariffs
from ..tariffs.slots import within
from .words import option_words

_SIGNS: Final[Mapping[str, str]] = MappingProxyType({"EUR": "€", "GBP": "£", "USD": "$"})

_LIKE_EURO: Final = (-1.0, 2.0)
_LIKE_CROWN: Final = (-10.0, 20.0)
_USUAL: Final[Mapping[str, tuple[float, float]]] = MappingProxyType(
    dict.fromkeys(("EUR", "USD", "GBP", "CHF", "AUD", "CAD", "NZD"), _LIKE_EURO)
    | dict.fromkeys(("SEK", "NOK", "DKK"), _LIKE_CROWN)
)
"""Between which prices, per kWh, a household's are; outside of them somebody took cents or MWh for something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What is shown of a tariff. `odd`: some price is hardly one that a household pays."""

    placeholders: Mapping[str, str]
    odd: bool


async def preview_of(hass: HomeAssistant, entry_id: str, data: Mapping[str, Any]) -> Preview:
    """Work out what a valid tariff comes to now."""
    tariffs = Tariffs(hass, read_tariff(data), PriceStore(hass, entry_id))
    await tariffs.async_ask()
    now = dt_util.utcnow()
    tariff = tariffs.tariff(now)
    unknown = (await option_words(hass, "tariff_label"))["unknown"]
    prices = () if tariff is None else tariff.prices
    unit = unit_of(hass)
    today = dt_util.start_of_local_day()
    days = [dt_util.start_of_local_day(today.date() + timedelta(days=ahead)) for ahead in range(3)]
    current = None if tariff is None else tariff.price_at(now)
    told = {
        "now": unknown if current is None else _price(current, unit),
        "today": _day(prices, days[0], days[1], unit) or unknown,
        "tomorrow": _day(prices, days[1], days[2], unit) or unknown,
    }
    if tariff is not None and tariff.carbon is not None:
        emission, slots = tariff.carbon_at(now), tariff.carbon.slots
        emitted = {
            "now": "" if emission is None else _grams(emission),
            "today": _emitted(slots, days[0], days[1]),
            "tomorrow": _emitted(slots, days[1], days[2]),
        }
        told = {when: f"{price}; CO₂: {emitted[when] or unknown}" for when, price in told.items()}
    return Preview(
        placeholders=told,
        odd=tariff is not None and _is_odd(tariff),
    )


def unit_of(hass: HomeAssistant) -> str:
    """Write the unit of a price: `€/kWh`."""
    return f"{_SIGNS.get(hass.config.currency, hass.config.currency)}/kWh"


def _day(prices: Sequence[PriceSlot], start: datetime, end: datetime, unit: str) -> str:
    """Write a day's lowest and highest price; nothing where there is none."""
    slots = within(prices, dt_util.as_utc(start), dt_util.as_utc(end))
    if not slots:
        return ""
    low, high = (choose(slots, key=lambda slot: slot.price_per_kwh) for choose in (min, max))
    if low.price_per_kwh == high.price_per_kwh:
        return _price(low, unit)
    return f"{_price(low, unit)} ({_clock(low)}) … {_price(high, unit)} ({_clock(high)})"


def _emitted(slots: Iterable[CarbonSlot], start: datetime, end: datetime) -> str:
    """Write a day's greenest time, and what is emitted when it is least green; nothing where nobody knows."""
    of_day = [
        replace(slot, start=max(slot.start, dt_util.as_utc(start)))
        for slot in slots
        if slot.end > start and slot.start < end
    ]
    if not of_day:
        return ""
    low, high = (choose(of_day, key=lambda slot: slot.kg_per_kwh) for choose in (min, max))
    return f"{_grams(low)} ({_clock(low)}) … {_grams(high)} ({_clock(high)})"


def _grams(slot: CarbonSlot) -> str:
    return f"{'≈ ' if slot.estimated else ''}{1000 * slot.kg_per_kwh:.0f} g/kWh"


def _price(slot: PriceSlot, unit: str) -> str:
    return f"{'≈ ' if slot.estimated else ''}{slot.price_per_kwh:.3f} {unit}"


def _clock(slot: PriceSlot | CarbonSlot) -> str:
    return dt_util.as_local(slot.start).strftime("%H:%M")


def _is_odd(tariff: Tariff) -> bool:
    least, most = _USUAL.get(tariff.currency, (float("-inf"), float("inf")))
    return any(not least <= slot.price_per_kwh <= most for slot in tariff.prices)
