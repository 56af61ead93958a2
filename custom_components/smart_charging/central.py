"""The OCPP server's keeper. It outlives a reload of an entry, so that editing one charger disconnects no other.

One server listens for each address and port; entries share it. Where one wants it, it listens on a second port too, for
chargers that encrypt. It is closed when the last entry that uses it is removed, disabled or moved elsewhere, and when
Home Assistant stops.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from homeassistant.config_entries import SOURCE_INTEGRATION_DISCOVERY
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import discovery_flow
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .csms.authorization import Authorise, Authorization, IdToken, anybody
from .csms.certification import ask_for_request
from .csms.errors import StationError
from .csms.keys import setting_of_key
from .csms.refusals import TurnedAway
from .csms.relay.target import RelayTarget
from .csms.security import Access, SecurityProfile
from .csms.server import CentralSystem
from .csms.station import Station
from .encrypted_port import EncryptedPort
from .encryption import Encryption, async_get_authority
from .station_store import StationStore

PAIRING: Final = timedelta(minutes=5)
"""How long a charger that is being added may take to call in, unless told otherwise: time to type an address into it."""


_TAKEN: Final = frozenset({"Accepted", "RebootRequired"})

_RENEW_EVERY: Final = timedelta(days=1)
"""How often the certificates are made anew, or read again: users' are replaced by other programs when they end."""


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
        self._csms = CentralSystem(
            now=dt_util.utcnow,
            authorise=self._authorise,
            on_refused=self._on_refused,
            on_paired=self._on_paired,
            on_station=self._watch,
        )
        self._store = StationStore(hass, host, port, self._csms.dump)
        self._access: dict[str, Mapping[str, Access]] = {}
        self._judges: dict[str, Authorise] = {}
        self._encryption: dict[str, Encryption] = {}
        self._encrypted_port = EncryptedPort(hass, self._csms, host)
        self._seen: dict[str, SeenStation] = {}
        self._unsubscribe: list[CALLBACK_TYPE] = []

    def _watch(self, station: Station) -> None:
        self._store.watch(station)

    @property
    def in_use(self) -> bool:
        """Whether an entry uses it."""
        return bool(self._access)

    def serves(self, entry_id: str) -> bool:
        """Tell whether this entry uses it."""
        return entry_id in self._access

    async def start(self) -> None:
        """Listen, until Home Assistant stops. Raises `ListenError`."""
        self._csms.restore(await self._store.async_load())
        await self._csms.start(self.host, self.port)
        self._unsubscribe = [
            self._hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, self._on_stop),
            async_track_time_interval(self._hass, self._renew, _RENEW_EVERY, cancel_on_shutdown=True),
        ]

    async def stop(self) -> None:
        """Close all connections. The stations go on by what they were told, and fall back to their failsafe."""
        while self._unsubscribe:
            self._unsubscribe.pop()()
        self._encrypted_port.forget()
        await self._csms.stop()
        await self._store.async_save()

    async def encrypt(self, *, anew: bool = False) -> None:
        """Listen for TLS as the entries want it; `anew`: with other certificates."""
        wanted = next(iter(self._encryption.values()), None)
        profiles = {access.profile for access in self._all_access().values()}
        await self._encrypted_port.update(
            wanted, ask_stations=SecurityProfile.CLIENT_CERTIFICATE in profiles, anew=anew
        )

    @callback
    def attach(
        self,
        entry_id: str,
        access: Mapping[str, Access],
        encryption: Encryption | None = None,
        authorise: Authorise = anybody,
    ) -> None:
        """Let in an entry's stations, by identity. Replaces what the entry had. `encrypt` makes `encryption` come true.

        Those that stay in the list stay connected. `authorise` judges who may charge at them.
        """
        self._judges[entry_id] = authorise
        before = set(self._all_access())
        self._access[entry_id] = dict(access)
        self._encryption.pop(entry_id, None)
        if encryption is not None:
            self._encryption[entry_id] = encryption
        after = self._all_access()
        for identity in before - set(after):
            self._csms.remove_known(identity)
        for identity, station in after.items():
            self._let_in(identity, station)
            self._seen.pop(identity, None)

    @callback
    def detach(self, entry_id: str) -> None:
        """An entry needs its stations no more."""
        if entry_id in self._access:
            self.attach(entry_id, {})
            del self._access[entry_id], self._judges[entry_id]

    def _let_in(self, identity: str, access: Access) -> None:
        self._csms.add_known(identity, access.key, previous_key=access.previous_key, profile=access.profile)

    @callback
    def hand_on(self, targets: Mapping[str, RelayTarget | None]) -> None:
        """Hand these stations, by identity, on to an operator too, or to nobody. Who has the same one is left alone."""
        for identity, target in targets.items():
            self._csms.set_relay(identity, target)

    def leaves_to_operator(self, identity: str) -> bool:
        """Whether an operator, to whom a station is handed on, decides who may charge there."""
        relay = self._csms.relays.get(identity)
        return relay is not None and relay.target.decides

    def station(self, identity: str) -> Station:
        """The station of this identity, connected or not."""
        return self._csms.station(identity)

    def is_connected(self, identity: str) -> bool:
        """Tell whether a station is there now, let in for whatever reason."""
        station = self._csms.stations.get(identity)
        return station is not None and station.connected

    async def send_key(self, identity: str, key: str) -> bool:
        """Tell a station to bring this key from now on; False where it does not take it.

        What it had before goes on to be let in until it has brought the new one, see `Admission.add_known`.
        """
        before = self._all_access().get(identity)
        if before is not None:
            self._let_in(identity, replace(before, key=key, previous_key=before.key or ""))
        try:
            station = self.station(identity)
            taken = await station.write_configuration(setting_of_key(station.version), key) in _TAKEN
        except StationError:
            taken = False
        if before is not None and not taken:
            self._let_in(identity, before)
        return taken

    async def give_certificate(self, identity: str) -> bool:
        """Let a station ask for a certificate of its own, by which it can come in then; False where it does not want to.

        It asks later, once it has made a key, and is answered by itself.
        """
        authority = await async_get_authority(self._hass)
        try:
            await ask_for_request(self.station(identity), authority.certificate_pem)
        except StationError:
            return False
        return True

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

    @property
    def turned_away(self) -> tuple[TurnedAway, ...]:
        """Who was turned away lately, and why, newest last."""
        return self._csms.admission.recent

    def _authorise(self, identity: str, id_token: IdToken) -> Authorization:
        """Ask the site that a station belongs to; of one that is being added all sites, for nobody knows which it will be."""
        owners = [entry_id for entry_id, stations in self._access.items() if identity in stations] or self._access
        verdicts = [self._judges[entry_id](identity, id_token) for entry_id in owners]
        refusals = [verdict for verdict in verdicts if not verdict.accepted]
        return next(iter(refusals or verdicts), anybody(identity, id_token))

    def _all_access(self) -> dict[str, Access]:
        return {identity: access for stations in self._access.values() for identity, access in stations.items()}

    async def _on_stop(self, _event: Event) -> None:
        del self._unsubscribe[0]
        await self.stop()

    async def _renew(self, _now: datetime) -> None:
        await self.encrypt(anew=True)

    @callback
    def _on_paired(self, identity: str, address: str) -> None:
        self._seen[identity] = SeenStation(identity=identity, address=address, admitted=True)

    @callback
    def _on_refused(self, identity: str, address: str) -> None:
        self._seen[identity] = SeenStation(identity=identity, address=address, admitted=False)
        for entry_id in tuple(self._access)[:1]:
            # The first entry is as good as any: nobody knows at which site the charger hangs.
            discovery_flow.async_create_flow(
                self._hass,
                DOMAIN,
                {"source": SOURCE_INTEGRATION_DISCOVERY},
                {"identity": identity, "address": address, "entry_id": entry_id},
            )


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
    hass: HomeAssistant,
    entry_id: str,
    address: tuple[str, int],
    access: Mapping[str, Access],
    encryption: Encryption | None = None,
    *,
    authorise: Authorise = anybody,
) -> Central:
    """Let an entry use the server of this address and port, and no other any more. The rest: see `Central.attach`.

    Raises `ListenError`; the entry then uses none. What is in the way of encryption is an issue, and no error.
    """
    keeper = _keeper(hass)
    async with keeper.lock:
        central = keeper.centrals.get(address) or Central(hass, *address)
        for other in keeper.centrals.values():
            if other is not central:
                other.detach(entry_id)
        # First, so that no station finds itself refused in between.
        central.attach(entry_id, access, encryption, authorise)
        await _stop_unused(keeper)
        await _start(keeper, central)
        await central.encrypt()
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
        if central.in_use:
            # Whoever wanted it to encrypt may be gone.
            await central.encrypt()
        else:
            del keeper.centrals[address]
            await central.stop()
