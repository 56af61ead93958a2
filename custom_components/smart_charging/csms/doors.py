"""The ports that the csms listens on: one in the clear, one for TLS, or either. A home migrates charger by charger."""

import logging
import ssl
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Final

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import NegotiationError
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from .admission import Admission
from .crowd import Crowd, ServerLimits, address_of
from .encrypted import EncryptedConnection
from .errors import ListenError
from .refusals import Refusal, legible
from .tls import TlsPort
from .versions import select_subprotocol

# The library writes request headers, hence keys, into its log at DEBUG: never that.
_SOCKET_LOGGER: Final = logging.getLogger(f"{__name__}.socket")
_SOCKET_LOGGER.setLevel(logging.WARNING)

type Handler = Callable[[ServerConnection], Awaitable[None]]
type Admit = Callable[[ServerConnection, Request], Response | None]


class Doors:
    """Opens and closes them. `admit` judges a request, `handler` serves a connection that was let in."""

    def __init__(self, limits: ServerLimits, admission: Admission, *, admit: Admit, handler: Handler) -> None:
        self._limits = limits
        self._admission = admission
        self._admit = admit
        self._handler = handler
        self._crowd = Crowd(limits, admission)
        self._plain: Server | None = None
        self._encrypted: Server | None = None
        self._context: ssl.SSLContext

    @property
    def port(self) -> int | None:
        """The port in the clear; None where there is none."""
        return _port_of(self._plain)

    @property
    def tls_port(self) -> int | None:
        """The port for TLS; None where there is none."""
        return _port_of(self._encrypted)

    async def open(self, host: str, port: int | None, tls: TlsPort | None) -> None:
        """Listen. Raises `ListenError`; nothing is listened on then."""
        try:
            if port is not None:
                self._plain = await self._listen(host, port, self._crowd.connection)
            if tls is not None:
                await self.open_tls(host, tls)
        except ListenError:
            await self.close()
            raise

    async def open_tls(self, host: str, tls: TlsPort) -> None:
        """Listen for TLS too; elsewhere, if it did already. Raises `ListenError`; it is not listened on then."""
        await self.close_tls()
        self._context = tls.context
        connection = partial(
            EncryptedConnection,
            crowd=self._crowd,
            context=lambda: self._context,
            handshake_s=self._limits.open_timeout_s,
        )
        self._encrypted = await self._listen(host, tls.port, connection)

    async def close_tls(self) -> None:
        """Stop listening for TLS, and close its connections."""
        server, self._encrypted = self._encrypted, None
        await self._close(server)

    def renew(self, context: ssl.SSLContext) -> None:
        """Answer with other certificates from now on. Connections that are open stay as they are."""
        self._context = context

    async def close(self) -> None:
        """Stop listening, and close all connections."""
        plain, self._plain = self._plain, None
        encrypted, self._encrypted = self._encrypted, None
        await self._close(plain, encrypted)

    async def _close(self, *servers: Server | None) -> None:
        open_ones = [server for server in servers if server is not None]
        for server in open_ones:
            server.close()
        if open_ones:
            self._crowd.abort_opening()
        for server in open_ones:
            await server.wait_closed()

    async def _listen(self, host: str, port: int, create_connection: Callable[..., Any]) -> Server:
        limits = self._limits
        try:
            return await serve(
                self._handler,
                host,
                port,
                create_connection=create_connection,  # type: ignore[arg-type]  # whatever makes one will do
                select_subprotocol=self._select,
                compression=None,
                process_request=self._admit,
                server_header=None,
                open_timeout=limits.open_timeout_s,
                ping_interval=limits.ping_interval_s,
                ping_timeout=limits.ping_interval_s,
                close_timeout=limits.close_timeout_s,
                max_size=limits.frame_bytes,
                logger=_SOCKET_LOGGER,
            )
        except (OSError, OverflowError) as error:
            raise ListenError(host, port, error) from error

    def _select(self, connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
        try:
            return select_subprotocol(connection, offered)
        except NegotiationError:
            self._admission.turn_away(
                address_of(connection),
                Refusal.VERSION,
                identity=connection.username,
                detail=f"it offers {legible(', '.join(offered))}",
            )
            raise


def _port_of(server: Server | None) -> int | None:
    return None if server is None else int(next(iter(server.sockets)).getsockname()[1])
