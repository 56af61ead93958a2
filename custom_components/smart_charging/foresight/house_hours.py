"""What the house took hour by hour, by its own meter, kept over restarts: for who keeps no statistics; and on which phases."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..engine.accounting.base_load import KEPT_DAYS
from ..engine.accounting.phase_loads import PhaseLoads
from ..engine.model.quantities import Phase

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
        self._loads = PhaseLoads()
        self._last: tuple[datetime, float | None] | None = None
        self._known = timedelta()
        self._taken = timedelta()
        """kW, times how long each held."""
        self._last_on_phases: Mapping[Phase, float] | None = None
        self._known_on_phases = timedelta()
        self._on_phases: dict[Phase, timedelta] = {}

    @property
    def hours_kw(self) -> Mapping[datetime, float]:
        """The mean power of the hours that are known, kW, by their start, UTC."""
        return self._hours

    @property
    def phase_loads(self) -> PhaseLoads:
        """What each phase carries of it."""
        return self._loads

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
        self._loads = _read_loads(data.get("phases"))

    @callback
    def note(self, at: datetime, kw: float | None, on_phases: Mapping[Phase, float] | None = None) -> None:
        """Note what the house takes at `at`, UTC, kW, in all and on each phase; None is unknown."""
        before, self._last = self._last, (at, kw)
        before_on_phases, self._last_on_phases = self._last_on_phases, on_phases
        if before is None:
            return
        held = max(timedelta(), min(at - before[0], _HELD))
        if before[1] is not None:
            self._known += held
            self._taken += held * before[1]
        if before_on_phases is not None:
            self._known_on_phases += held
            for phase, phase_kw in before_on_phases.items():
                self._on_phases[phase] = self._on_phases.get(phase, timedelta()) + held * phase_kw
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
        self._close_phases()
        known, taken = self._known, self._taken
        self._known = self._taken = timedelta()
        if known < _ENOUGH:
            return
        oldest = hour - timedelta(days=KEPT_DAYS)
        self._hours = {start: kw for start, kw in self._hours.items() if start >= oldest} | {hour: taken / known}
        self._changed = True
        self._store.async_delay_save(self._data, _SAVE_DELAY_S)

    def _close_phases(self) -> None:
        known, taken = self._known_on_phases, self._on_phases
        self._known_on_phases, self._on_phases = timedelta(), {}
        if known >= _ENOUGH:
            self._loads = self._loads.after({phase: kw / known for phase, kw in taken.items()})
            self._changed = True
            self._store.async_delay_save(self._data, _SAVE_DELAY_S)

    @callback
    def _data(self) -> dict[str, Any]:
        self._changed = False
        return self._hours_data() | self._phases_data()

    def _hours_data(self) -> dict[str, Any]:
        if not self._hours:
            return {}
        starts = sorted(self._hours)
        count = (starts[-1] - starts[0]) // _HOUR + 1
        told = (self._hours.get(starts[0] + number * _HOUR) for number in range(count))
        return {"first": starts[0].isoformat(), "kw": [None if kw is None else round(kw, 3) for kw in told]}

    def _phases_data(self) -> dict[str, Any]:
        if not self._loads.hours:
            return {}
        kw = {phase.value: round(kw, 4) for phase, kw in self._loads.kw.items()}
        return {"phases": {"hours": self._loads.hours, "kw": kw}}


def _read_loads(data: Any) -> PhaseLoads:
    try:
        kw = {Phase(phase): float(kw) for phase, kw in data["kw"].items()}
        return PhaseLoads(kw=kw, hours=int(data["hours"]))
    except AttributeError, KeyError, TypeError, ValueError:
        return PhaseLoads()


def _hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
