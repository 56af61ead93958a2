"""How much of us one peer, or all of them together, may use; and the connections that keep to it."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final, override

from websockets.asyncio.server import ServerConnection
from websockets.protocol import State

from .admission import Admission
from .certificates import station_certificate
from .refusals import Refusal
from .security import PLAIN, Wire

# A TLS record that carries a handshake begins so (RFC 8446, 5.1); no request in HTTP does.
_TLS_HANDSHAKE: Final = b"\x16"

# So do those in OCPP's other way, SOAP over HTTP, which some stations have beside JSON; no WebSocket begins so.
_SOAP: Final = b"POST "


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    """What one peer, or all of them together, may use of us; times in seconds.

    A message of a real station is below 8 KiB (a long configuration), and a busy one sends a few a second; one that was
    offline for days delivers what it kept in a burst. 48 stations fit behind one address, which all of them have that
    come through a proxy, a container's bridge or another router: each with a connection that is not known to be dead
    yet beside its new one. All connections together take 8 MiB; with TLS, whose buffers asyncio makes large, 80 MiB.
    """

    frame_bytes: int = 64 * 1024
    frames_per_second: float = 20.0
    frames_burst: float = 300.0
    sockets: int = 256
    sockets_per_address: int = 96
    call_timeout_s: float = 10.0
    boot_grace_s: float = 5.0
    open_timeout_s: float = 10.0
    ping_interval_s: float = 20.0
    close_timeout_s: float = 3.0


class Crowd:
    """All connections that are open now, from their first byte on: those that never ask for anything count as well."""

    def __init__(self, limits: ServerLimits, admission: Admission) -> None:
        self._limits = limits
        self._admission = admission
        self._members: dict[CountedConnection, str] = {}
        self._addresses: Counter[str] = Counter()

    def join(self, connection: CountedConnection) -> bool:
        """Count this connection, if there is room for it; once, however often it joins."""
        if connection in self._members:
            return True
        address = connection.address
        if (
            self._addresses[address] >= self._limits.sockets_per_address
            or self._addresses.total() >= self._limits.sockets
        ):
            self._admission.turn_away(address, Refusal.TOO_MANY)
            return False
        self._members[connection] = address
        self._addresses[address] += 1
        return True

    def leave(self, connection: CountedConnection) -> None:
        """The connection is closed; one that never joined is no matter."""
        address = self._members.pop(connection, None)
        if address is not None:
            self._addresses[address] -= 1
            self._addresses += Counter()  # drops the zeros

    def abort_opening(self) -> None:
        """Close those that have not even asked yet: nobody waits for them when the csms stops."""
        for connection in tuple(self._members):
            connection.abort_opening()

    def turn_away(self, connection: CountedConnection, refusal: Refusal, detail: str = "") -> None:
        """Take note of a connection that came to nothing before it asked."""
        self._admission.turn_away(connection.address, refusal, detail=detail)

    def connection(self, *args: Any, **kwargs: Any) -> CountedConnection:
        """Make a connection that joins when it is opened; for `websockets`' `create_connection`."""
        return CountedConnection(*args, crowd=self, **kwargs)


class CountedConnection(ServerConnection):
    """A connection that closes itself at once where the crowd has no room for it, or where it speaks TLS in the clear."""

    def __init__(self, *args: Any, crowd: Crowd, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._crowd = crowd
        self._spoke = False

    @property
    def address(self) -> str:
        """The IP address at the other end."""
        return address_of(self)

    def abort_opening(self) -> None:
        """Close it, if it has not even asked for anything yet."""
        if self.protocol.state is State.CONNECTING:
            self.transport.abort()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if not self._crowd.join(self):
            self.transport.abort()

    @override
    def data_received(self, data: bytes) -> None:
        if not self._spoke:
            self._spoke = True
            if data[:1] == _TLS_HANDSHAKE:
                self._crowd.turn_away(self, Refusal.TLS_ON_PLAIN)
                self.transport.abort()
                return
            if data.startswith(_SOAP):
                self._crowd.turn_away(self, Refusal.VERSION, "it speaks OCPP over SOAP")
        super().data_received(data)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._crowd.leave(self)
        super().connection_lost(exc)


def address_of(connection: ServerConnection) -> str:
    """The IP address at the other end."""
    peer = connection.remote_address
    return str(peer[0]) if peer else "unknown"


def wire_of(connection: ServerConnection) -> Wire:
    """How the connection is secured, and the certificate that the station showed."""
    transport = connection.transport
    if transport.get_extra_info("sslcontext") is None:
        return PLAIN
    return Wire(encrypted=True, certificate=station_certificate(transport.get_extra_info("peercert")))
