"""A stranger at the csms's port, who sends what no station would."""

import asyncio
import random
from contextlib import suppress
from typing import Final

GARBAGE_BYTES: Final = 4096
GARBAGE_EVERY_S: Final = 0.2
FLOOD_AT_ONCE: Final = 20
FLOOD_EVERY_S: Final = 0.1
"""200 connections a second."""

HANDSHAKE: Final = (
    "GET /{identity} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ocpp1.6\r\n\r\n"
)
NOT_OCPP: Final = (b"", b"{}", b"[2]", b'[2,"1","BootNotification"', b'[3,"nobody asked",{}]', b"\xff\xfe\x00")


class Intruder:
    """Sends garbage, or floods, until cancelled."""

    def __init__(self, port: int, *, seed: int = 0) -> None:
        """`port` of the loopback."""
        self._port, self._chance = port, random.Random(f"intruder {seed}")
        self.connections = 0

    async def garbage(self) -> None:
        """Half of it before a handshake, half of it after one."""
        while True:
            await self._visit(self._chance.randbytes(GARBAGE_BYTES))
            await self._visit(self._handshake() + b"".join(map(self._frame, NOT_OCPP)))
            await asyncio.sleep(GARBAGE_EVERY_S)

    async def flood(self) -> None:
        """Connections with a proper handshake, from stations that nobody knows."""
        while True:
            async with asyncio.TaskGroup() as group:
                for _ in range(FLOOD_AT_ONCE):
                    group.create_task(self._visit(self._handshake()))
            await asyncio.sleep(FLOOD_EVERY_S)

    def _handshake(self) -> bytes:
        return HANDSHAKE.format(identity=f"stranger-{self._chance.randrange(1_000_000)}").encode("ascii")

    def _frame(self, text: bytes) -> bytes:
        """A masked text frame of less than 126 bytes (RFC 6455, 5.2)."""
        mask = self._chance.randbytes(4)
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(text))
        return bytes([0x81, 0x80 | len(text)]) + mask + masked

    async def _visit(self, data: bytes) -> None:
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(2):
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                self.connections += 1
                try:
                    writer.write(data)
                    await writer.drain()
                    await reader.read(1024)
                finally:
                    writer.close()
