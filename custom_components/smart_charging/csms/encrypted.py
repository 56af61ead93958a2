"""Connections to the port for TLS. They shake hands themselves, for asyncio's server keeps to itself why that failed."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Any, cast, override

from .crowd import CountedConnection
from .tls import refusal_of


class EncryptedConnection(CountedConnection):
    """A connection that is one only after its TLS handshake, and that tells the crowd why where there is none."""

    def __init__(self, *args: Any, context: Callable[[], ssl.SSLContext], handshake_s: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._context = context
        self._handshake_s = handshake_s
        self._secured = False
        self._early = bytearray()
        self._shaking: asyncio.Task[None]

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        raw = cast("asyncio.Transport", transport)
        # Whatever comes is for TLS, which is not there yet.
        raw.pause_reading()
        self.transport = raw
        if self._crowd.join(self):
            self._shaking = self.loop.create_task(self._shake_hands(raw))
        else:
            raw.abort()

    @override
    def data_received(self, data: bytes) -> None:
        if self._secured:
            super().data_received(data)
        else:
            # It came with the last bytes of the handshake, before anybody could be told that it is done.
            self._early += data

    @override
    def eof_received(self) -> None:
        if self._secured:
            super().eof_received()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self._secured:
            super().connection_lost(exc)

    async def _shake_hands(self, raw: asyncio.Transport) -> None:
        try:
            secured = await self.loop.start_tls(
                raw, self, self._context(), server_side=True, ssl_handshake_timeout=self._handshake_s
            )
        except OSError as error:
            refusal, detail = refusal_of(error)
            self._crowd.turn_away(self, refusal, detail)
            self._crowd.leave(self)
            return
        if secured is None or raw.is_closing():
            # It was aborted meanwhile, by either side.
            self._crowd.leave(self)
            if secured is not None:
                secured.abort()
            return
        self._secured = True
        super().connection_made(secured)
        if self._early:
            super().data_received(bytes(self._early))
            self._early.clear()
