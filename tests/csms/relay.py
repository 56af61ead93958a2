"""What tests of the relay share: an operator that is a csms of ours, and one that is a bare WebSocket server."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State
from websockets.typing import Subprotocol

from custom_components.smart_charging.csms.relay.target import RelayTarget, RelayTimes
from custom_components.smart_charging.csms.versions import Version, version_of

from .peer import PATIENCE_S, Json
from .schemas import faults

# Nothing waits in real time.
HASTY = RelayTimes(
    first_pause_s=0.01,
    longest_pause_s=0.02,
    open_timeout_s=PATIENCE_S,
    call_timeout_s=PATIENCE_S,
    authorize_timeout_s=PATIENCE_S,
    close_timeout_s=0.2,
)


def target(port: int | None, identity: str = "OP1", **changes: Any) -> RelayTarget:
    """An operator on this machine."""
    return replace(RelayTarget(url=f"ws://127.0.0.1:{port}/ocpp", identity=identity, times=HASTY), **changes)


type Answer = Callable[[dict[str, Json]], Json]
"""Gives the payload of an answer; None stays silent, an exception's text is the code of an error."""


class RefusalError(Exception):
    """Raised by an `Answer`: CALLERROR with this code."""


class Operator:
    """An operator's csms, as bad as it is told to be. Holds what it gets against the schemas."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {
            "BootNotification": lambda _: {
                "status": "Accepted",
                "currentTime": "2026-06-01T10:00:00Z",
                "interval": 300,
            },
            "Heartbeat": lambda _: {"currentTime": "2026-06-01T10:00:00Z"},
            "StartTransaction": lambda _: {"transactionId": self.give_id(), "idTagInfo": {"status": "Accepted"}},
            "Authorize": lambda _: {"idTagInfo": {"status": "Accepted"}},
            "DataTransfer": lambda _: {"status": "Accepted"},
        }
        self.faults: list[str] = []
        self.got: list[tuple[str, dict[str, Json]]] = []
        self.message_ids: list[str] = []
        self.paths: list[str] = []
        self.authorizations: list[str | None] = []
        self.replies: dict[str, asyncio.Future[Json]] = {}
        self.connection: ServerConnection | None = None
        self.connections = 0
        self._server: Server | None = None
        self._opened: list[ServerConnection] = []
        self._arrived: defaultdict[str, asyncio.Queue[dict[str, Json]]] = defaultdict(asyncio.Queue)
        self._connected = asyncio.Event()
        self._last_id = 900
        self.port = 0

    def give_id(self) -> int:
        self._last_id += 1
        return self._last_id

    async def open(self, port: int = 0) -> None:
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            port,
            subprotocols=[Subprotocol(f"ocpp{version.value}") for version in Version],
            compression=None,
            close_timeout=0.2,
            create_connection=self._open_connection,  # type: ignore[arg-type]  # whatever makes one will do
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    def _open_connection(self, *args: Any, **kwargs: Any) -> ServerConnection:
        self._opened.append(ServerConnection(*args, **kwargs))
        return self._opened[-1]

    async def close(self) -> None:
        """Go away; `open` with the same port comes back."""
        if self._server is not None:
            self._server.close()
            # Nobody else closes those that have not asked for anything yet; some are only being accepted.
            for _ in range(3):
                for connection in self._opened:
                    # Before the first turn of the loop it has no transport yet.
                    if connection.protocol.state is State.CONNECTING and hasattr(connection, "transport"):
                        connection.transport.abort()
                await asyncio.sleep(0)
            await self._server.wait_closed()
            self._opened.clear()
        self._connected.clear()

    def actions(self, *wanted: str) -> list[str]:
        """The actions that arrived, in their order."""
        return [action for action, _ in self.got if not wanted or action in wanted]

    async def asked(self, action: str) -> dict[str, Json]:
        """Wait for a call, and return its payload; each call is returned once."""
        return await asyncio.wait_for(self._arrived[action].get(), PATIENCE_S)

    async def call(self, action: str, /, **payload: Json) -> Json:
        """Ask the station; returns the whole answer frame."""
        await asyncio.wait_for(self._connected.wait(), PATIENCE_S)
        unique_id = f"o{len(self.replies)}"
        self.replies[unique_id] = asyncio.get_running_loop().create_future()
        await self.send([2, unique_id, action, payload])
        return await asyncio.wait_for(self.replies[unique_id], PATIENCE_S)

    async def send(self, message: Json) -> None:
        assert self.connection is not None
        await self.connection.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def _serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        self.paths.append(connection.request.path)
        self.authorizations.append(connection.request.headers.get("Authorization"))
        self.connection = connection
        self.connections += 1
        self._connected.set()
        version = version_of(connection.subprotocol) or Version.V16
        try:
            async for text in connection:
                await self._take(json.loads(text), version)
        except ConnectionClosed:
            pass

    async def _take(self, message: Json, version: Version) -> None:
        match message:
            case [2, unique_id, action, payload]:
                self.faults += faults(version, action, payload)
                self.got.append((action, payload))
                self.message_ids.append(unique_id)
                self._arrived[action].put_nowait(payload)
                try:
                    answer = self.answers.get(action, lambda _: {})(payload)
                except RefusalError as refusal:
                    await self.send([4, unique_id, str(refusal), "", {}])
                    return
                if answer is not None:
                    await self.send([3, unique_id, answer])
            case [3, unique_id, _] | [4, unique_id, _, _, _] if unique_id in self.replies:
                self.replies[unique_id].set_result(message[2:3] if message[0] == 4 else message[2])


@asynccontextmanager
async def operator() -> AsyncIterator[Operator]:
    """A bare operator that listens. Fails in the end where it got what breaks a schema."""
    made = Operator()
    await made.open()
    try:
        yield made
    finally:
        await made.close()
    assert not made.faults, made.faults
