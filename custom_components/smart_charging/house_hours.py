"""What the house took hour by hour, by its own meter, kept over restarts: for who keeps no statistics."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .engine.accounting.base_load import KEPT_DAYS

_VERSION: Final = 1
_SAVE_DELAY_S: Final = 300.0
_HOUR: Final = timedelta(hours=1)
_HELD: Final = timedelta(minutes=1)
"""A value holds no longer than this, and until the next one comes."""
_ENOUGH: Final = timedelta(minutes=45)
"""An hour of which less is known is not known."""


class HouseHours:
    """One entry's file: a number an hour. What cannot be read in it is as if it had never been there."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._store: Store[dict[str, Any]] = Store(hass, _VERSION, f"{DOMAIN}.{entry_id}.house_hours")
        self._hours: dict[datetime, float] = {}
        self._changed = False
        self._last: tuple[datetime, float | None] | None = None
        self._known = timedelta()
        self._taken = timedelta()
        """kW, times how long each held."""

    @property
    def hours_kw(self) -> Mapping[datetime, float]:
        """The mean power of the hours that are known, kW, by their start, UTC."""
        return self._hours

    async def async_load(self) -> None:
        """Read the file, if there is one."""
        data = await self._store.async_load() or {}
        first = dt_util.parse_datetime(str(data.get("first")))
        if first is not None and isinstance(data.get("kw"), list):
            self._hours = {
                dt_util.as_utc(first) + number * _HOUR: float(kw)
                for number, kw in enumerate(data["kw"])
                if isinstance(kw, int | float)
            }

    @callback
    def note(self, at: datetime, kw: float | None) -> None:
        """Note what the house takes at `at`, UTC; None is unknown."""
        before, self._last = self._last, (at, kw)
        if before is None:
            return
        if before[1] is not None:
            held = max(timedelta(), min(at - before[0], _HELD))
            self._known += held
            self._taken += held * before[1]
        if _hour_of(at) != _hour_of(before[0]):
            self._close(_hour_of(before[0]))

    async def async_save(self) -> None:
        """Write what changed at once."""
        if self._changed:
            await self._store.async_save(self._data())

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    def _close(self, hour: datetime) -> None:
        known, taken = self._known, self._taken
        self._known = self._taken = timedelta()
        if known < _ENOUGH:
            return
        oldest = hour - timedelta(days=KEPT_DAYS)
        self._hours = {start: kw for start, kw in self._hours.items() if start >= oldest} | {hour: taken / known}
        self._changed = True
        self._store.async_delay_save(self._data, _SAVE_DELAY_S)

    @callback
    def _data(self) -> dict[str, Any]:
        self._changed = False
        starts = sorted(self._hours)
        count = (starts[-1] - starts[0]) // _HOUR + 1
        told = (self._hours.get(starts[0] + number * _HOUR) for number in range(count))
        return {"first": starts[0].isoformat(), "kw": [None if kw is None else round(kw, 3) for kw in told]}


def _hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
