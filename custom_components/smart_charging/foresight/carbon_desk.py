"""What the grid emits from today on, from whatever tells it, and what it may emit after that."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..engine.model.carbon import CarbonSlot
from ..sources.carbon import CarbonSource
from ..sources.carbon_history import read_hourly_kg
from ..tariffs.forecast import KEPT, forecast, noted
from ..tariffs.slots import filled, within
from .price_store import Book, KeptPrices, PriceStore

_LOGGER: Final = logging.getLogger(__name__)


class CarbonDesk:
    """Keeps what some entities tell, and learns from it. A kg is handled as a unit of money is."""

    def __init__(self, hass: HomeAssistant, entity_ids: tuple[str, ...], store: PriceStore) -> None:
        self._hass = hass
        self._entity_ids = entity_ids
        self._of = " ".join(entity_ids)
        self._store = store
        self._source = CarbonSource(hass, entity_ids, store.kept(self._of, Book.CARBON).slots)
        self._on_change: Callable[[], None] = lambda: None

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to listen, and look up what was; `on_change` is called when something else is known than before."""
        self._on_change = on_change
        self._source.start(self._note)
        self._hass.async_create_background_task(self._remember(), f"{DOMAIN} past of CO₂")

    @callback
    def stop(self) -> None:
        """Listen no more."""
        self._source.stop()
        self._on_change = lambda: None

    @callback
    def ask(self) -> None:
        """Read at once: for who shows it before it is set up."""
        self._source.ask()

    def slots(self, start: datetime, end: datetime, at: datetime) -> tuple[CarbonSlot, ...]:
        """List it from `start` to `end` as it is known at `at`, UTC; what nobody has forecast is estimated."""
        guess = forecast(self._store.kept(self._of, Book.CARBON).history, at, end, dt_util.get_default_time_zone())
        return tuple(
            CarbonSlot(start=slot.start, end=slot.end, kg_per_kwh=slot.price_per_kwh, estimated=slot.estimated)
            for slot in within(filled(self._source.reading(at), guess), start, end)
        )

    @callback
    def _note(self) -> None:
        now = dt_util.utcnow()
        told = self._source.reading(now)
        history = noted(self._store.kept(self._of, Book.CARBON).history, told, now)
        self._store.keep(KeptPrices(of=self._of, slots=told, history=history), Book.CARBON)
        self._on_change()

    async def _remember(self) -> None:
        """Learn from the recorder what was before anybody listened."""
        now = dt_util.utcnow()
        try:
            past = await read_hourly_kg(self._hass, self._entity_ids, now - KEPT, now)
        except Exception as error:  # noqa: BLE001 whatever the database raises, it is learned by listening
            _LOGGER.debug("What the grid emitted could not be looked up: %s", error)
            return
        kept = self._store.kept(self._of, Book.CARBON)
        if past.keys() <= kept.history.keys():
            return
        self._store.keep(replace(kept, history={**past, **kept.history}), Book.CARBON)
        self._on_change()
