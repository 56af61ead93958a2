"""The csms itself: listens, lets stations in, and keeps one `Station` for each identity."""

import asyncio
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from .admission import Admission, Report, opened_by_web_page
from .authorization import Authorise, anybody
from .certification import Certification
from .crowd import ServerLimits, address_of, wire_of
from .dialect import Dialect
from .doors import Doors
from .interpreter import Interpreter
from .keeping import Plain, dump, restore
from .lessons import Lessons
from .link import Link, Rate
from .memory import StationMemory
from .relay.relays import Relays
from .relay.target import RelayTarget
from .security import SecurityProfile
from .station import Station
from .tls import TlsPort
from .transaction_ids import TransactionIds
from .v16 import V16
from .v201 import V201
from .versions import Version, version_of


def _utc_now() -> datetime:
    return datetime.now(UTC)


class CentralSystem:
    """An OCPP central system. Stations, what is known of them, and who may connect outlive `stop` and `start`.

    `now` gives aware datetimes in UTC. `authorise` judges whether at this station (identity) this id token may
    charge; everybody may, by default. `on_refused` is told identity and address of the first few distinct unknown stations that
    were refused, `on_paired` of those that were let in while pairing was open; `on_station` is given each new `Station`.
    All are called in the event loop. `anyone` lets every station in, known or not: for closed networks and trials.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime] = _utc_now,
        authorise: Authorise = anybody,
        on_refused: Report | None = None,
        on_paired: Report | None = None,
        on_station: Callable[[Station], None] | None = None,
        anyone: bool = False,
        limits: ServerLimits | None = None,
    ) -> None:
        self.limits = limits or ServerLimits()
        self.admission = Admission(now, on_refused=on_refused, on_paired=on_paired, anyone=anyone)
        self._now = now
        self._on_station = on_station
        self._authorise = authorise
        self._ids = TransactionIds(now)
        self._lessons = Lessons()
        self._kept: dict[str, Plain] = {}
        self._stations: dict[str, Station] = {}
        self._memories: dict[str, StationMemory] = {}
        self._links: dict[str, Link] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self.relays = Relays()
        self.certification = Certification()
        self._doors = Doors(self.limits, self.admission, admit=self._admit, handler=self._serve)

    @property
    def stations(self) -> Mapping[str, Station]:
        """Every station that was asked for or let in, by identity."""
        return MappingProxyType(self._stations)

    @property
    def port(self) -> int | None:
        """The port it listens on in the clear; None while it does not."""
        return self._doors.port

    @property
    def tls_port(self) -> int | None:
        """The port it listens on for TLS; None while it does not."""
        return self._doors.tls_port

    def station(self, identity: str) -> Station:
        """The station of this identity, connected or not; the same object every time."""
        if identity not in self._stations:
            memory = StationMemory(identity, self._now, self._ids, self._lessons)
            kept = self._kept.pop(identity, None)
            if kept is not None:
                restore(memory, kept)
            self._memories[identity] = memory
            self._stations[identity] = Station(memory)
            self.certification.watch(self._stations[identity], memory)
            if self._on_station is not None:
                self._on_station(self._stations[identity])
            self.relays.restore(identity, kept)
        return self._stations[identity]

    def dump(self) -> dict[str, Plain]:
        """What is known of each station that may connect, as plain data for `restore` after a restart."""
        return {
            identity: dump(memory) | self.relays.dump(identity)
            for identity, memory in self._memories.items()
            if self.admission.knows(identity)
        }

    def restore(self, kept: Mapping[str, Plain]) -> None:
        """Take up what was known of stations, as `dump` gave it; of those that have been here since, they know better."""
        for identity, plain in kept.items():
            memory = self._memories.get(identity)
            if memory is None:
                self._kept[identity] = plain
            elif memory.last_seen is None:
                restore(memory, plain)
                self.relays.restore(identity, plain)

    def add_known(
        self,
        identity: str,
        key: str | None,
        *,
        previous_key: str | None = None,
        profile: SecurityProfile = SecurityProfile.NONE,
        serials: Iterable[str] = (),
    ) -> Station:
        """Let this station in, with what it has to bring: see `Admission.add_known`. A connected one stays connected.

        Raises ValueError when the identity has characters that no station's may have.
        """
        self.admission.add_known(identity, key, previous_key=previous_key, profile=profile, serials=serials)
        return self.station(identity)

    def remove_known(self, identity: str) -> None:
        """Forget this station, and close its connection."""
        self.admission.remove_known(identity)
        self._stations.pop(identity, None)
        self._memories.pop(identity, None)
        self.relays.remove(identity)
        link = self._links.get(identity)
        if link is not None:
            self._close_soon(link, "removed")

    def set_relay(self, identity: str, target: RelayTarget | None) -> None:
        """Hand this station on to an operator too, or no more. The same operator as before gets what still waits for it.

        In a running event loop. The station has to be known: see `add_known`.
        """
        self.relays.put(self.station(identity), self._memories[identity], target)

    def open_pairing(self, until: datetime) -> None:
        """Let unknown stations in until then, a few distinct ones at most."""
        self.admission.open_pairing(until)

    def close_pairing(self) -> None:
        """Refuse unknown stations again. Those that came in stay until their connection closes."""
        self.admission.close_pairing()

    async def start(self, host: str, port: int | None, *, tls: TlsPort | None = None) -> None:
        """Listen in the clear, for TLS, or for both; elsewhere, if it did already. Port 0 takes any free one, see `port`.

        Raises `ListenError`.
        """
        await self.stop()
        await self._doors.open(host, port, tls)
        self.relays.start()

    async def start_tls(self, host: str, tls: TlsPort) -> None:
        """Listen for TLS too, or elsewhere than before; stations in the clear stay connected. Raises `ListenError`."""
        await self._doors.open_tls(host, tls)

    async def stop_tls(self) -> None:
        """Stop listening for TLS, and close the connections that came by it."""
        await self._doors.close_tls()

    def renew_tls(self, context: ssl.SSLContext) -> None:
        """Answer with other certificates from now on. Stations that are connected stay so."""
        self._doors.renew(context)

    async def stop(self) -> None:
        """Stop listening and close all connections. No station is told anything: what it was told before holds."""
        await self._doors.close()
        if self._closing:
            await asyncio.wait(self._closing)
        await self.relays.stop()

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        # Two Authorization headers are nobody's mistake.
        values = request.headers.get_all("Authorization")
        authorization = values[0] if len(values) == 1 else None
        verdict = self.admission.judge(
            request.path,
            authorization,
            address_of(connection),
            by_web_page=opened_by_web_page(request.headers.get("Origin"), request.headers.get("Host")),
            wire=wire_of(connection),
        )
        if verdict.refusal is None:
            connection.username = verdict.identity
            return None
        response = connection.respond(verdict.status, f"{verdict.status.phrase}\n")
        if verdict.status == verdict.status.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = 'Basic realm="OCPP"'
        return response

    async def _serve(self, connection: ServerConnection) -> None:
        identity = connection.username
        station = self.station(identity)
        memory = self._memories[identity]
        rate = Rate(self.limits.frames_per_second, self.limits.frames_burst, time.monotonic)
        link = Link(
            connection,
            identity,
            call_timeout_s=self.limits.call_timeout_s,
            rate=rate,
            complained=memory.complained,
        )
        dialect = Interpreter(version_of(connection.subprotocol), lambda version: self._speak(version, memory, link))
        previous = self._links.get(identity)
        self._links[identity] = link
        if previous is not None:
            # Stations come back before their old connection is known to be dead.
            self._close_soon(previous, "replaced by a newer connection")
        memory.seen()
        station.attach(dialect, address_of(connection))
        dialect.open()
        try:
            handle = self.relays.overhear(identity, dialect)
            await link.serve(handle, before=memory.seen, after=memory.flush)
        finally:
            if self._links.get(identity) is link:
                del self._links[identity]
            station.detach(dialect)
            await dialect.close()

    def _speak(self, version: Version, memory: StationMemory, link: Link) -> Dialect:
        grace_s, authorise = self.limits.boot_grace_s, self.relays.asking(self._authorise)
        if version is Version.V16:
            return V16(memory, link.call, authorise, boot_grace_s=grace_s)
        return V201(memory, link.call, authorise, version, boot_grace_s=grace_s)

    def _close_soon(self, link: Link, reason: str) -> None:
        task = asyncio.get_running_loop().create_task(link.close(reason))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
