"""What the OCPP server knows of its stations, kept over restarts: see `csms.keeping` for what that is."""

from collections.abc import Callable
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from .const import DOMAIN
from .csms.events import (
    Event,
    Measured,
    OperatorLimitChanged,
    OperatorTold,
    Ready,
    TransactionEnded,
    TransactionStarted,
)
from .csms.station import Station

_VERSION: Final = 1
_NEWS_DELAY_S: Final = 5.0
_ENERGY_DELAY_S: Final = 300.0
"""What a transaction took is written this seldom, to spare memory cards; Home Assistant writes what is due when it stops."""


class StationStore:
    """One server's file. What cannot be read in it is as if it had never been there."""

    def __init__(self, hass: HomeAssistant, host: str, port: int, dump: Callable[[], dict[str, Any]]) -> None:
        self._store: Store[dict[str, Any]] = Store(hass, _VERSION, f"{DOMAIN}.stations.{host}.{port}")
        self._dump = dump
        self._due_s: float | None = None

    async def async_load(self) -> dict[str, Any]:
        """Read the file; empty where there is none."""
        data = await self._store.async_load()
        return {identity: kept for identity, kept in (data or {}).items() if isinstance(kept, dict)}

    @callback
    def watch(self, station: Station) -> None:
        """Keep what this station tells, from now on."""
        station.subscribe(self._take)

    async def async_save(self) -> None:
        """Write at once what is due; without a station that may connect there is no file."""
        if not self._dump():
            await self._store.async_remove()
        elif self._due_s is not None:
            await self._store.async_save(self._data())

    @callback
    def _take(self, event: Event) -> None:
        match event:
            case Ready() | TransactionStarted() | TransactionEnded() | OperatorTold() | OperatorLimitChanged():
                self._keep(_NEWS_DELAY_S)
            case Measured(transaction_energy_wh=float()):
                self._keep(_ENERGY_DELAY_S)

    def _keep(self, delay_s: float) -> None:
        # One that is due already is not put off: a session that goes on would be written never.
        if self._due_s is None or delay_s < self._due_s:
            self._due_s = delay_s
            self._store.async_delay_save(self._data, delay_s)

    @callback
    def _data(self) -> dict[str, Any]:
        self._due_s = None
        return self._dump()
