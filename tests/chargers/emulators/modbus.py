"""A charger that speaks Modbus, over a real socket, as unforgiving as they are."""

import asyncio
import struct
from collections.abc import Mapping
from typing import Any, Final, override

from tmodbus.exceptions import (
    IllegalDataAddressError,
    IllegalDataValueError,
    IllegalFunctionError,
    ModbusResponseError,
    ServerDeviceBusyError,
    ServerDeviceFailureError,
    SuppressResponseError,
)
from tmodbus.pdu import (
    WriteMultipleRegistersPDU,
    WriteSingleCoilPDU,
    WriteSingleRegisterPDU,
)
from tmodbus.server import AsyncRtuOverTcpServer, AsyncTcpServer

from .emulator import Emulator

READ_COILS, READ_DISCRETE, READ_HOLDING, READ_INPUT, WRITE_COIL, WRITE_ONE, WRITE_SEVERAL = 1, 2, 3, 4, 5, 6, 16

HURRY: Final = 200.0
"""Tests are in a hurry: what a device calls a second is a 200th of one. 60 s, which is what its owner left in it, are 0.3 s."""
OWNERS_S: Final = 60


def u16(value: float) -> list[int]:
    return [round(value) & 0xFFFF]


def u32(value: float) -> list[int]:
    return _words(round(value).to_bytes(4, "big", signed=value < 0))


def u64(value: float) -> list[int]:
    return _words(round(value).to_bytes(8, "big", signed=value < 0))


def f32(value: float) -> list[int]:
    return _words(struct.pack(">f", value))


def f64(value: float) -> list[int]:
    return _words(struct.pack(">d", value))


def lsw(words: list[int]) -> list[int]:
    """The lowest word first."""
    return words[::-1]


def text(value: str, length: int) -> list[int]:
    """Two characters a word, filled up with NULs."""
    return _words(value.encode().ljust(2 * length, b"\0"))


def value_of(words: list[int]) -> int:
    """A number of any length, the highest word first."""
    return int.from_bytes(b"".join(word.to_bytes(2, "big") for word in words), "big")


def float_of(words: list[int]) -> float:
    (value,) = struct.unpack(">f", b"".join(word.to_bytes(2, "big") for word in words))
    return round(float(value), 4)


def _words(raw: bytes) -> list[int]:
    return [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]


type Table = Mapping[int, list[int]]
"""What is there, by address: the words of each value."""


class _Connections:
    """Keeps a server's open connections, to be able to cut them and to send on them what is no answer."""

    def __init__(self) -> None:
        self.writers: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        for writer in self.writers:
            writer.transport.abort()

    def send(self, garbage: bytes) -> None:
        for writer in self.writers:
            writer.write(garbage)


class _TcpServer(AsyncTcpServer):
    connections: _Connections

    @override
    async def handle_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.writers.add(writer)
        try:
            await super().handle_client(reader, writer)
        finally:
            self.connections.writers.discard(writer)


class _RtuServer(AsyncRtuOverTcpServer):
    connections: _Connections

    @override
    async def handle_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.writers.add(writer)
        try:
            await super().handle_client(reader, writer)
        finally:
            self.connections.writers.discard(writer)


class ModbusEmulator(Emulator):
    """Its subclasses say what is in the tables, and what a write does.

    It answers for `unit` alone, for addresses that exist, and to function codes that are known there: nothing is forgiven.
    """

    unit = 1
    rtu = False
    one_value_a_read = False
    """It answers for exactly one value a request."""
    watchful = True
    """It has a watchdog."""
    traffic_counts = False
    """Any request is a sign of life to it."""

    def __init__(self) -> None:
        super().__init__()
        self.watchdog_s = OWNERS_S / HURRY
        self.failsafe_a = 6.0
        self.writes: list[tuple[int, list[int], int]] = []
        """What was written: address, words, function code."""
        self.missing: set[int] = set()
        """It has no such addresses, though others of the kind do."""
        self.busy = False
        """It answers that it is, whatever it is asked."""
        self.busy_at: set[int] = set()
        """Likewise, but for these addresses only."""
        self.exception: type[ModbusResponseError] = ServerDeviceFailureError
        """What it answers while it is refusing."""
        self._server: _TcpServer | _RtuServer | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._fell = asyncio.Event()

    # What its subclasses say.

    def inputs(self) -> Table:
        return {}

    def holding(self) -> Table:
        return {}

    def coils(self) -> Table:
        return {}

    def discrete(self) -> Table:
        return {}

    async def written(self, address: int, words: list[int], function: int) -> None:  # noqa: ARG002
        """Take a write. Raises what `cannot` gives."""
        raise self.cannot(function)

    # What they share.

    @staticmethod
    def cannot(function: int) -> ModbusResponseError:
        """It has nothing there that could be written."""
        return IllegalDataAddressError(function)

    def only(self, function: int, known: int) -> None:
        """It knows but one function code for this."""
        if function != known:
            raise IllegalFunctionError(function)

    def alive(self) -> None:
        """It has got a sign of life."""
        self._fell.clear()
        if self._timer is not None:
            self._timer.cancel()
        if self._server is not None:
            # A request may still be on its way in when it is switched off.
            self._timer = asyncio.get_running_loop().call_later(self.watchdog_s, self._fall)

    @override
    def take(self, limit_a: float) -> None:
        super().take(limit_a)
        if self.watchful and self._timer is None:
            self.alive()

    def fall(self) -> None:
        """Go to the failsafe current."""
        self.limit_a = min(self.limit_a, self.failsafe_a)

    def _fall(self) -> None:
        self._timer = None
        self.fall()
        self._fell.set()

    @override
    async def fallen_back(self) -> None:
        async with asyncio.timeout(5):
            await self._fell.wait()

    @override
    async def start(self) -> None:
        make = _RtuServer if self.rtu else _TcpServer
        server = make("127.0.0.1", self, port=self.port, reuse_address=True)
        server.connections = _Connections()
        await server.start()
        assert server._server is not None
        self.port = server._server.sockets[0].getsockname()[1]
        self._server = server

    @override
    async def stop(self) -> None:
        server, self._server = self._server, None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if server is not None:
            server.connections.cut()
            await server.stop()

    def supports_unit_id(self, unit_id: int) -> bool:
        return unit_id == self.unit

    async def __call__(self, _unit_id: int, request: Any, /) -> Any:
        """Answer a request, as tmodbus asks a handler to."""
        self.requests += 1
        self.open_requests += 1
        self.most_open_requests = max(self.most_open_requests, self.open_requests)
        try:
            # Others get a turn: requests that are not in line show.
            await asyncio.sleep(0)
            return await self._answer(request)
        finally:
            self.open_requests -= 1

    async def _answer(self, request: Any) -> Any:
        if self.silent:
            raise SuppressResponseError
        if self.garbage is not None:
            assert self._server is not None
            self._server.connections.send(self.garbage)
            raise SuppressResponseError
        if self.traffic_counts:
            self.alive()
        return await self._obey(request)

    async def _obey(self, request: Any) -> Any:
        function = int(request.function_code)
        tables = {
            READ_COILS: self.coils,
            READ_DISCRETE: self.discrete,
            READ_HOLDING: self.holding,
            READ_INPUT: self.inputs,
        }
        if function in tables:
            words = self._read(tables[function](), request, function)
            return [bool(word) for word in words] if function in {READ_COILS, READ_DISCRETE} else words
        match request:
            case WriteSingleRegisterPDU() | WriteSingleCoilPDU():
                await self._write(request.address, [int(request.value)], function)
                return request.value
            case WriteMultipleRegistersPDU():
                await self._write(request.start_address, [*request.values], function)
                return len(request.values)
            case _:
                raise IllegalFunctionError(function)

    def _read(self, table: Table, request: Any, function: int) -> list[int]:
        if not table:
            raise IllegalFunctionError(function)
        at, count = request.start_address, request.quantity
        if self.busy or at in self.busy_at:
            raise ServerDeviceBusyError(function)
        if self.one_value_a_read and len(table.get(at, ())) != count:
            raise IllegalDataAddressError(function)
        words = {start + index: word for start, value in table.items() for index, word in enumerate(value)}
        asked = range(at, at + count)
        if any(address not in words or address in self.missing for address in asked):
            raise IllegalDataAddressError(function)
        return [words[address] for address in asked]

    async def _write(self, address: int, words: list[int], function: int) -> None:
        if self.refusing:
            raise self.exception(function)
        if address in self.missing:
            raise IllegalDataAddressError(function)
        await self.written(address, words, function)
        self.writes.append((address, words, function))

    def check(self, current_a: float, function: int, least: float = 6.0, most: float = 32.0) -> float:
        """A current that it could offer, or none at all; it says no to others."""
        if current_a != 0 and not least <= current_a <= most:
            raise IllegalDataValueError(function)
        return current_a
