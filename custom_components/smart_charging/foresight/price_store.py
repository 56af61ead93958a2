"""What is kept of prices over restarts: those that were told, what hours cost in the last weeks, and the colours of days.

What the grid emits is kept beside them, as if a kg were a unit of money.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from ..const import DOMAIN
from ..engine.model.tariff import PriceSlot
from ..tariffs.forecast import History

_VERSION: Final = 1
_DELAY_S: Final = 300.0
"""Prices come once a day; memory cards are spared."""
_HOUR_S: Final = 3600
_DIGITS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPrices:
    """All that is kept. `of` is what the prices are from: those of another tariff are no history of this one."""

    of: str = ""
    slots: tuple[PriceSlot, ...] = ()
    history: History = field(default_factory=dict[datetime, float])
    colours: Mapping[date, str] = field(default_factory=dict[date, str])


class Book(StrEnum):
    """What is kept apart from each other, of sources that have nothing to do with each other."""

    PRICES = "prices"
    CARBON = "carbon"


class PriceStore:
    """One entry's file. What cannot be read in it is as if it had never been there."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._store: Store[dict[str, Any]] = Store(hass, _VERSION, f"{DOMAIN}.{entry_id}.prices")
        self._kept = dict.fromkeys(Book, KeptPrices())
        self._due = False

    async def async_load(self) -> None:
        """Read the file, if there is one."""
        data = await self._store.async_load() or {}
        # In the file the prices are at the top, and what the grid emits is beside them.
        self._kept = {Book.PRICES: _read(data), Book.CARBON: _read(data.get(Book.CARBON))}

    def kept(self, of: str, book: Book = Book.PRICES) -> KeptPrices:
        """What is kept of the tariff `of`."""
        kept = self._kept[book]
        return kept if kept.of == of else KeptPrices(of=of)

    @callback
    def keep(self, kept: KeptPrices, book: Book = Book.PRICES) -> None:
        """Keep what is known now; one that is due already is not put off."""
        if kept == self._kept[book]:
            return
        self._kept[book] = kept
        if not self._due:
            self._due = True
            self._store.async_delay_save(self._data, _DELAY_S)

    async def async_save(self) -> None:
        """Write what is due at once, before somebody else reads."""
        if self._due:
            await self._store.async_save(self._data())

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    @callback
    def _data(self) -> dict[str, Any]:
        self._due = False
        carbon = self._kept[Book.CARBON]
        return _to_json(self._kept[Book.PRICES]) | ({Book.CARBON: _to_json(carbon)} if carbon.of else {})


def _read(data: Any) -> KeptPrices:
    try:
        return _from_json(data) if data else KeptPrices()
    except KeyError, TypeError, ValueError, OverflowError:
        return KeptPrices()


def _to_json(kept: KeptPrices) -> dict[str, Any]:
    return {
        "of": kept.of,
        "slots": [[*_times(slot), round(slot.price_per_kwh, _DIGITS), slot.estimated] for slot in kept.slots],
        "history": [[int(hour.timestamp()) // _HOUR_S, round(p, _DIGITS)] for hour, p in kept.history.items()],
        "colours": {day.isoformat(): colour for day, colour in kept.colours.items()},
    }


def _times(slot: PriceSlot) -> Iterable[int]:
    return int(slot.start.timestamp()), int(slot.end.timestamp())


def _from_json(data: Mapping[str, Any]) -> KeptPrices:
    return KeptPrices(
        of=str(data["of"]),
        slots=tuple(
            PriceSlot(start=_utc(start), end=_utc(end), price_per_kwh=float(price), estimated=bool(estimated))
            for start, end, price, estimated in data["slots"]
        ),
        history={_utc(hour * _HOUR_S): float(price) for hour, price in data["history"]},
        colours={date.fromisoformat(day): str(colour) for day, colour in data["colours"].items()},
    )


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
