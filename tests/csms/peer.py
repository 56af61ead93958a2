"""A charging station for tests: raw OCPP-J over a real WebSocket, well behaved or as bad as it is told to be."""

import asyncio
import base64
import contextlib
import json
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from custom_components.smart_charging.csms.versions import Version, version_of

from .schemas import faults

type Json = Any
type Answer = Callable[[dict[str, Json]], dict[str, Json] | None]
"""Gives the answer to a call's payload; None stays silent."""

PATIENCE_S = 5.0
"""How long a test waits for what has to come; only a failing test ever waits this long."""


class CallError(Exception):
    """The csms answered with CALLERROR, or (raised by an `Answer`) the peer does."""

    def __init__(self, code: str, description: str = "") -> None:
        self.code = code
        super().__init__(f"{code} {description}")


def accept(_payload: dict[str, Json]) -> dict[str, Json]:
    """The answer of a station that is content."""
    return {"status": "Accepted"}


class Peer:
    """One connection of a station. Calls from the csms are answered from `answers`, by default with Accepted.

    What the csms sends is held against the official schemas of the version that was agreed on; see `station_at`.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.version = version_of(socket.subprotocol) or Version.V16
        self.faults: list[str] = []
        self._actions: dict[str, str] = {}
        self.answers: dict[str, Answer] = {}
        self.calls: list[tuple[str, dict[str, Json]]] = []
        self.raw: asyncio.Queue[Json] = asyncio.Queue()
        self.closed = asyncio.Event()
        self._arrived: defaultdict[str, asyncio.Queue[dict[str, Json]]] = defaultdict(asyncio.Queue)
        self._asked: dict[str, asyncio.Future[dict[str, Json]]] = {}
        self._number = 0
        self._reader = asyncio.create_task(self._read())

    async def call(self, action: str, /, **payload: Json) -> dict[str, Json]:
        """Send a call and return its answer; raises `CallError`."""
        self._number += 1
        unique_id = f"n{self._number}"
        self._asked[unique_id] = asyncio.get_running_loop().create_future()
        self._actions[unique_id] = action
        await self.send([2, unique_id, action, payload])
        return await asyncio.wait_for(self._asked[unique_id], PATIENCE_S)

    async def send(self, message: Json) -> None:
        """Send anything: text and bytes as they are, the rest as JSON."""
        await self.socket.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def asked(self, action: str) -> dict[str, Json]:
        """Wait for the csms to call this action, and return the payload; each call is returned once."""
        return await asyncio.wait_for(self._arrived[action].get(), PATIENCE_S)

    async def gone(self) -> int:
        """Wait until the connection is closed, and return the close code."""
        await asyncio.wait_for(self.closed.wait(), PATIENCE_S)
        return self.socket.close_code or 0

    async def boot(self, **payload: Json) -> dict[str, Json]:
        """Send an ordinary BootNotification."""
        return await self.call("BootNotification", **{"chargePointVendor": "Acme", "chargePointModel": "One"} | payload)

    async def status(self, status: str, connector_id: int = 1, **payload: Json) -> None:
        """Send a StatusNotification."""
        payload = {"connectorId": connector_id, "errorCode": "NoError", "status": status} | payload
        await self.call("StatusNotification", **payload)

    async def start(self, connector_id: int = 1, **payload: Json) -> int:
        """Send a StartTransaction and return the id it got."""
        payload = {"idTag": "TAG", "meterStart": 1000, "timestamp": "2026-06-01T10:00:00Z"} | payload
        answer = await self.call("StartTransaction", connectorId=connector_id, **payload)
        return int(answer["transactionId"])

    async def meter(self, *values: Json, connector_id: int = 1, timestamp: str | None = None, **payload: Json) -> None:
        """Send MeterValues: numbers are the register in Wh, the rest are sampled values."""
        sampled = [{"value": str(value)} if isinstance(value, int | float) else value for value in values]
        entry: dict[str, Json] = {"sampledValue": sampled}
        if timestamp is not None:
            entry["timestamp"] = timestamp
        await self.call("MeterValues", connectorId=connector_id, meterValue=[entry], **payload)

    async def close(self) -> None:
        """Hang up."""
        await self.socket.close()
        await self._reader

    async def drop(self) -> None:
        """Vanish without a word."""
        self.socket.transport.abort()
        await self._reader

    async def _read(self) -> None:
        try:
            async for text in self.socket:
                await self._take(json.loads(text))
        except ConnectionClosed:
            pass
        finally:
            self.closed.set()

    async def _take(self, message: Json) -> None:
        self.raw.put_nowait(message)
        match message:
            case [2, unique_id, action, payload]:
                self._judge(action, payload, answer=False)
                self.calls.append((action, payload))
                self._arrived[action].put_nowait(payload)
                await self._respond(unique_id, action, payload)
            case [3, unique_id, payload] if unique_id in self._asked:
                self._judge(self._actions[unique_id], payload, answer=True)
                self._asked[unique_id].set_result(payload)
            case [4, unique_id, code, description, _] if unique_id in self._asked:
                self._asked[unique_id].set_exception(CallError(code, description))

    def _judge(self, action: str, payload: Json, *, answer: bool) -> None:
        # An action that no version has is the test's own.
        with contextlib.suppress(FileNotFoundError):
            self.faults += faults(self.version, action, payload, answer=answer)

    async def _respond(self, unique_id: str, action: str, payload: dict[str, Json]) -> None:
        try:
            answer = self.answers.get(action, accept)(payload)
        except CallError as error:
            await self.send([4, unique_id, error.code, str(error), {}])
            return
        if answer is not None:
            await self.send([3, unique_id, answer])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def basic(user: str, password: str | bytes) -> str:
    """An Authorization header."""
    secret = password if isinstance(password, bytes) else password.encode()
    return "Basic " + base64.b64encode(user.encode() + b":" + secret).decode()


@asynccontextmanager
async def station_at(
    port: int | None,
    identity: str = "CP1",
    *,
    key: str | bytes | None = None,
    path: str | None = None,
    subprotocols: tuple[str, ...] | None = ("ocpp1.6",),
    user: str | None = None,
    tls: ssl.SSLContext | None = None,
    strict: bool = True,
) -> AsyncIterator[Peer]:
    """A connected station; with `tls`, encrypted.

    Fails in the end where the csms sent what breaks a schema, unless that is not `strict`.
    """
    headers = {} if key is None else {"Authorization": basic(user or identity, key)}
    async with connect(
        f"{'ws' if tls is None else 'wss'}://127.0.0.1:{port}{path or '/' + identity}",
        ssl=tls,
        subprotocols=None if subprotocols is None else [Subprotocol(name) for name in subprotocols],
        additional_headers=headers,
        compression=None,
        proxy=None,
        max_size=None,
    ) as socket:
        peer = Peer(socket)
        try:
            yield peer
        finally:
            await peer.close()
        assert not (strict and peer.faults), peer.faults
