"""UDP to KEBA chargers. Answers always come to port 7090, whichever port they were asked from: one socket hears all of them.

KEBA, UDP Programmers Guide V2.01, chapter 2.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, Final, override

from .errors import ChargerSilentError, ChargerUnreachableError

PORT: Final = 7090
PAUSE_S: Final = 0.1
"""At least this long between two commands (2.1)."""
TIMEOUT_S: Final = 2.0
"""In a local network an answer takes milliseconds."""

# So many messages are kept while one is waited for: it also tells of changes unasked.
_MOST_KEPT: Final = 32


class Listener(asyncio.DatagramProtocol):
    """Hears all KEBAs; who listens to one is told what comes from its address."""

    def __init__(self) -> None:
        self.opening = asyncio.Lock()
        self.ears: dict[Callable[[str], None], str] = {}
        self.transport: asyncio.DatagramTransport | None = None

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None

    @override
    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        heard = data.decode("utf-8", "replace").strip()
        for ear, address in [*self.ears.items()]:
            if address == addr[0]:
                ear(heard)


_LISTENERS: Final[dict[tuple[asyncio.AbstractEventLoop, int], Listener]] = {}


class Line:
    """One KEBA at the other end; one command at a time."""

    def __init__(self, host: str, port: int = PORT, *, answer_port: int = PORT, hurry: float | None = None) -> None:
        """`hurry`: a test's timeout, s; it does not pause between commands."""
        self._host, self._port, self._answer_port = host, port, answer_port
        self._timeout_s, self._pause_s = (TIMEOUT_S, PAUSE_S) if hurry is None else (hurry, 0.0)
        self._turn = asyncio.Lock()
        self._heard: asyncio.Queue[str] = asyncio.Queue(_MOST_KEPT)
        self._address = ""

    async def ask(self, command: str, is_answer: Callable[[str], bool]) -> str:
        """Send a command, and give its answer; whatever else it says meanwhile is not heard. Raises a `ChargerError`."""
        async with self._turn:
            transport = await self._open()
            while not self._heard.empty():
                self._heard.get_nowait()
            transport.sendto(command.encode(), (self._address, self._port))
            try:
                async with asyncio.timeout(self._timeout_s):
                    while not is_answer(heard := await self._heard.get()):
                        pass
            except TimeoutError as error:
                # Its name may stand for another address by now.
                self._address = ""
                raise ChargerSilentError("it does not answer in time") from error
            await asyncio.sleep(self._pause_s)
            return heard

    def close(self) -> None:
        """Listen no more; whoever is the last puts the light out."""
        key = (asyncio.get_running_loop(), self._answer_port)
        listener = _LISTENERS.get(key)
        if listener is None or listener.ears.pop(self._hear, None) is None or listener.ears:
            return
        del _LISTENERS[key]
        if listener.transport is not None:
            listener.transport.close()

    def _hear(self, heard: str) -> None:
        if not self._heard.full():
            self._heard.put_nowait(heard)

    async def _open(self) -> asyncio.DatagramTransport:
        loop = asyncio.get_running_loop()
        try:
            if not self._address:
                found = await loop.getaddrinfo(self._host, self._port, family=socket.AF_INET, type=socket.SOCK_DGRAM)
                self._address = str(found[0][4][0])
            listener = _LISTENERS.setdefault((loop, self._answer_port), Listener())
            listener.ears[self._hear] = self._address
            async with listener.opening:
                if listener.transport is None:
                    # Answers come to whichever of this machine's addresses they were asked from.
                    here = ("0.0.0.0", self._answer_port)  # noqa: S104
                    listener.transport, _ = await loop.create_datagram_endpoint(lambda: listener, local_addr=here)
        except OSError as error:
            raise ChargerUnreachableError(f"there is no connection to it: {error.strerror or error}") from error
        return listener.transport
