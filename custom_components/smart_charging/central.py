"""The OCPP server's keeper. It outlives a reload of an entry, so that editing one charger disconnects no other.

One server listens for each address and port; entries share it. It is closed when the last entry that uses it is removed,
disabled or moved elsewhere, and when Home Assistant stops.
"""

import asyncio
import errno
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from homeassistant.config_entries import SOURCE_INTEGRATION_DISCOVERY
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import discovery_flow
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .csms.errors import ListenError
from .csms.server import CentralSystem
from .csms.station import Station

PAIRING: Final = timedelta(minutes=5)
"""How long a charger that is being added may take to call in, unless told otherwise: time to type an address into it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenStation:
    """A station that called in and is not configured. `admitted` tells whether it was let in (pairing), or refused."""

    identity: str
    address: str
    admitted: bool


class Central:
    """One OCPP server and the entries that use it."""

    def __init__(self, hass: HomeAssistant, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self._hass = hass
        self._csms = CentralSystem(now=dt_util.utcnow, on_refused=self._on_refused, on_paired=self._on_paired)
        self._keys: dict[str, Mapping[str, str | None]] = {}
        self._seen: dict[str, SeenStation] = {}
        self._unsubscribe: CALLBACK_TYPE | None = None

    @property
    def in_use(self) -> bool:
        """Whether an entry uses it."""
        return bool(self._keys)

    def serves(self, entry_id: str) -> bool:
        """Tell whether this entry uses it."""
        return entry_id in self._keys

    async def start(self) -> None:
        """Listen, until Home Assistant stops. Raises `ListenError`."""
        await self._csms.start(self.host, self.port)
        self._unsubscribe = self._hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, self._on_stop)

    async def stop(self) -> None:
        """Close all connections. The stations go on by what they were told, and fall back to their failsafe."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        await self._csms.stop()

    @callback
    def attach(self, entry_id: str, keys: Mapping[str, str | None]) -> None:
        """Let in an entry's stations: `keys` is by identity, None for one without a key. Replaces what the entry had.

        Those that stay in the list stay connected.
        """
        before = set(self._all_keys())
        self._keys[entry_id] = dict(keys)
        after = self._all_keys()
        for identity in before - set(after):
            self._csms.remove_known(identity)
        for identity, key in after.items():
            self._csms.add_known(identity, key)
            self._seen.pop(identity, None)

    @callback
    def detach(self, entry_id: str) -> None:
        """An entry needs its stations no more."""
        if entry_id in self._keys:
            self.attach(entry_id, {})
            del self._keys[entry_id]

    def station(self, identity: str) -> Station:
        """The station of this identity, connected or not."""
        return self._csms.station(identity)

    @callback
    def open_pairing(self, duration: timedelta = PAIRING) -> None:
        """Let unknown stations in for a while, so that a new charger can be told apart from a stranger by its user."""
        self._csms.open_pairing(dt_util.utcnow() + duration)

    @callback
    def close_pairing(self) -> None:
        """Refuse unknown stations again; those that came in stay until they are configured or leave."""
        self._csms.close_pairing()

    @property
    def strangers(self) -> tuple[SeenStation, ...]:
        """The stations that called in and are not configured, oldest first."""
        return tuple(self._seen.values())

    def _all_keys(self) -> dict[str, str | None]:
        return {identity: key for keys in self._keys.values() for identity, key in keys.items()}

    async def _on_stop(self, _event: Event) -> None:
        self._unsubscribe = None
        await self.stop()

    @callback
    def _on_paired(self, identity: str, address: str) -> None:
        self._seen[identity] = SeenStation(identity=identity, address=address, admitted=True)

    @callback
    def _on_refused(self, identity: str, address: str) -> None:
        self._seen[identity] = SeenStation(identity=identity, address=address, admitted=False)
        for entry_id in tuple(self._keys)[:1]:
            # The first entry is as good as any: nobody knows at which site the charger hangs.
            discovery_flow.async_create_flow(
                self._hass,
                DOMAIN,
                {"source": SOURCE_INTEGRATION_DISCOVERY},
                {"identity": identity, "address": address, "entry_id": entry_id},
            )


LISTEN_KEYS: Final = {
    errno.EADDRINUSE: "port_in_use",
    errno.EACCES: "port_forbidden",
    errno.EADDRNOTAVAIL: "not_our_address",
}
"""Why nobody can listen, as keys of `exceptions` and `issues`; `cannot_listen` for all else."""


def listen_key(error: ListenError) -> str:
    """Name what keeps the server from listening, as a translation key."""
    cause = error.__cause__
    number = cause.errno if isinstance(cause, OSError) else None
    return LISTEN_KEYS.get(number or 0, "cannot_listen")


class _Keeper:
    """All servers of this Home Assistant. Starts and stops wait for each other."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.centrals: dict[tuple[str, int], Central] = {}


_KEEPER: Final[HassKey[_Keeper]] = HassKey(f"{DOMAIN}_centrals")


def _keeper(hass: HomeAssistant) -> _Keeper:
    return hass.data.setdefault(_KEEPER, _Keeper())


async def async_get_central(hass: HomeAssistant, host: str, port: int) -> Central:
    """Give the server of this address, started if it was not. Raises `ListenError`.

    One that no entry attaches itself to is to be let go again with `async_release_unused`.
    """
    keeper = _keeper(hass)
    async with keeper.lock:
        central = keeper.centrals.get((host, port)) or Central(hass, host, port)
        await _start(keeper, central)
        return central


async def _start(keeper: _Keeper, central: Central) -> None:
    if (central.host, central.port) not in keeper.centrals:
        await central.start()
        keeper.centrals[central.host, central.port] = central


@callback
def async_find_central(hass: HomeAssistant, entry_id: str) -> Central | None:
    """Give the server that an entry uses; None before its first set-up."""
    return next((central for central in _keeper(hass).centrals.values() if central.serves(entry_id)), None)


async def async_attach(
    hass: HomeAssistant, entry_id: str, host: str, port: int, keys: Mapping[str, str | None]
) -> Central:
    """Let an entry use the server of this host and port, and no other any more. `keys`: see `Central.attach`.

    Raises `ListenError`; the entry then uses none.
    """
    keeper = _keeper(hass)
    async with keeper.lock:
        central = keeper.centrals.get((host, port)) or Central(hass, host, port)
        for other in keeper.centrals.values():
            if other is not central:
                other.detach(entry_id)
        # First, so that no station finds itself refused in between.
        central.attach(entry_id, keys)
        await _stop_unused(keeper)
        await _start(keeper, central)
        return central


async def async_detach(hass: HomeAssistant, entry_id: str) -> None:
    """An entry is gone: its stations are let in no more, and a server that nobody else uses is closed."""
    keeper = _keeper(hass)
    async with keeper.lock:
        for central in keeper.centrals.values():
            central.detach(entry_id)
        await _stop_unused(keeper)


async def async_release_unused(hass: HomeAssistant) -> None:
    """Close the servers that no entry uses."""
    keeper = _keeper(hass)
    async with keeper.lock:
        await _stop_unused(keeper)


async def _stop_unused(keeper: _Keeper) -> None:
    for address, central in tuple(keeper.centrals.items()):
        if not central.in_use:
            del keeper.centrals[address]
            await central.stop()
