"""The smart meter's P1 port on a TCP socket, as a serial-to-network adapter gives it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from .home import HomeState
from .telegram import Registers, telegram


class Meter:
    """Sends each telegram to whoever is connected. While `silent` the sockets stay open and nothing comes."""

    def __init__(self, *, serial: str, on_written: Callable[[HomeState], None] | None = None) -> None:
        """`on_written` hears of each state that went out to at least one reader."""
        self.serial = serial
        self.silent = False
        self.registers = Registers()
        self.port = 0
        self._on_written = on_written
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """The address as the dsmr integration takes it."""
        return f"socket://127.0.0.1:{self.port}"

    async def start(self, port: int = 0) -> None:
        """Listen on the loopback; 0 picks a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close everything."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.close()
        if self._server is not None:
            await self._server.wait_closed()

    def send(self, state: HomeState, local: datetime) -> None:
        """One second has passed: count its energy and say what flows."""
        self.registers.count(state.total_w, local)
        if self.silent or not self._writers:
            return
        data = telegram(state, self.registers, serial=self.serial, local=local)
        for writer in self._writers:
            writer.write(data)
        if self._on_written is not None:
            self._on_written(state)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            # A P1 port takes no orders: reading only tells when the reader has gone.
            with suppress(ConnectionError):
                while await reader.read(1024):
                    pass
        finally:
            self._writers.discard(writer)
            writer.close()
