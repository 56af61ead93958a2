"""What is kept of a month's peaks over restarts: those of its days, and the window that runs."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from ..const import DOMAIN
from ..engine.accounting.peaks import DayPeak, PeaksSeen, Window

_VERSION: Final = 1
_DELAY_S: Final = 300.0
"""A peak grows several times a day at the most; what is lost in a crash is less than a window."""
_DIGITS: Final = 4


class PeakStore:
    """One entry's file. What cannot be read in it is as if it had never been there."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._store: Store[dict[str, Any]] = Store(hass, _VERSION, f"{DOMAIN}.{entry_id}.peaks")
        self._of = ""
        self._seen = PeaksSeen()
        self._changed = False
        self._due = False

    async def async_load(self) -> None:
        """Read the file, if there is one."""
        data = await self._store.async_load()
        try:
            of, seen = ("", PeaksSeen()) if data is None else _from_json(data)
        except KeyError, TypeError, ValueError, OverflowError:
            of, seen = "", PeaksSeen()
        self._of, self._seen = of, seen

    def seen(self, of: str) -> PeaksSeen:
        """What was seen as `of` counts: the peaks of another tariff tell nothing of this one's."""
        return self._seen if self._of == of else PeaksSeen()

    @callback
    def keep(self, of: str, seen: PeaksSeen) -> None:
        """Keep what is seen now: a new peak soon, and the window that runs when `async_save` is called."""
        grown = seen.days != self._seen.days
        self._of, self._seen, self._changed = of, seen, True
        if grown and not self._due:
            self._due = True
            self._store.async_delay_save(self._data, _DELAY_S)

    async def async_save(self) -> None:
        """Write what changed at once."""
        if self._changed:
            await self._store.async_save(self._data())

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    @callback
    def _data(self) -> dict[str, Any]:
        self._changed = self._due = False
        running = self._seen.window
        return {
            "of": self._of,
            "running": None
            if running is None
            else [_seconds(running.start), round(running.kwh, _DIGITS), running.seen.total_seconds()],
            "days": [
                [_seconds(day), round(peak.kw, _DIGITS), _seconds(peak.start)] for day, peak in self._seen.days.items()
            ],
        }


def _from_json(data: Mapping[str, Any]) -> tuple[str, PeaksSeen]:
    running = data["running"]
    return str(data["of"]), PeaksSeen(
        window=None if running is None else _window(*running),
        days={_utc(day): DayPeak(kw=float(kw), start=_utc(start)) for day, kw, start in data["days"]},
    )


def _window(start: float, kwh: float, seen_s: float) -> Window:
    return Window(start=_utc(start), kwh=float(kwh), seen=timedelta(seconds=seen_s))


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
