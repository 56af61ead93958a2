"""What is kept over restarts: each charger's mode, and the energy of its session."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from .const import DOMAIN
from .engine.accounting.session import SessionEnergy
from .engine.model.mode import Mode
from .engine.model.replay import ReplayError, from_json, to_json

_VERSION: Final = 1
_MODE_DELAY_S: Final = 1.0
_SESSION_DELAY_S: Final = 300.0
"""Sessions are written this seldom, to spare memory cards; Home Assistant writes what is due when it stops."""


class SiteStore:
    """One entry's file. What cannot be read in it is as if it had never been there."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._store: Store[dict[str, Any]] = Store(hass, _VERSION, f"{DOMAIN}.{entry_id}")
        self._modes: dict[str, Mode] = {}
        self._sessions: dict[str, SessionEnergy] = {}
        self._due = False

    async def async_load(self) -> None:
        """Read the file, if there is one."""
        data = await self._store.async_load() or {}
        self._modes = {evse_id: Mode(mode) for evse_id, mode in data.get("modes", {}).items() if mode in set(Mode)}
        self._sessions = {
            evse_id: session
            for evse_id, stored in data.get("sessions", {}).items()
            if (session := _session(stored)) is not None
        }

    def mode(self, evse_id: str) -> Mode:
        """How this charger is asked to charge: fast, unless somebody chose."""
        return self._modes.get(evse_id, Mode.FAST)

    @callback
    def set_mode(self, evse_id: str, mode: Mode) -> None:
        """Keep a choice."""
        self._modes[evse_id] = mode
        self._due = True
        self._store.async_delay_save(self._data, _MODE_DELAY_S)

    @property
    def sessions(self) -> Mapping[str, SessionEnergy]:
        """The sessions by charger id; one that was never seen is missing."""
        return self._sessions

    @callback
    def set_sessions(self, sessions: Mapping[str, SessionEnergy]) -> None:
        """Keep what a tick found."""
        told = {evse_id: (session.started_at, session.energy_kwh) for evse_id, session in sessions.items()}
        known = {evse_id: (session.started_at, session.energy_kwh) for evse_id, session in self._sessions.items()}
        self._sessions = dict(sessions)
        # One that is due already is not put off: a session that goes on would be written never.
        if told != known and not self._due:
            self._due = True
            self._store.async_delay_save(self._data, _SESSION_DELAY_S)

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
        return {
            "modes": {evse_id: mode.value for evse_id, mode in self._modes.items()},
            "sessions": {evse_id: to_json(session) for evse_id, session in self._sessions.items()},
        }


def _session(stored: Any) -> SessionEnergy | None:
    try:
        return from_json(SessionEnergy, stored)
    except ReplayError:
        return None
