"""A simulated station on a real loopback WebSocket, against a csms of a few lines."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.typing import Subprotocol

from custom_components.smart_charging.csms.versions import Version as CsmsVersion
from demo.outlet import Outlet
from demo.station import Station
from demo.versions import Version

from ..csms.schemas import faults
from .conftest import Clock

PATIENCE_S = 10


class FakeCsms:
    """Accepts everything and writes it down; `answers` replaces an answer, once each.

    What it receives and is answered has to keep to the official schemas of the version: what does not is in `faults`.
    """

    def __init__(self, version: Version) -> None:
        self.version = version
        self.faults: list[str] = []
        self.received: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, list[Any]] = {}
        self.follow_up: dict[str, dict[str, Any]] = {}
        """SetChargingProfile requests to send in the same breath as an answer."""
        self.headers: list[str | None] = []
        self.sockets: list[ServerConnection] = []
        self.port = 0
        self._changed = asyncio.Event()
        self.replies: dict[str, list[Any]] = {}
        self._asked: dict[str, str] = {}
        self._server: Server | None = None

    async def start(self, port: int = 0) -> None:
        self._server = await serve(self._serve, "127.0.0.1", port, subprotocols=[Subprotocol(self.version.subprotocol)])
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def of(self, action: str) -> list[dict[str, Any]]:
        return [payload for name, payload in self.received if name == action]

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def ask(self, action: str, **request: Any) -> list[Any]:
        unique_id = f"ask-{len(self.replies)}"
        self.replies[unique_id] = []
        self._asked[unique_id] = action
        await self.sockets[-1].send(json.dumps([2, unique_id, action, request]))
        await self.until(lambda: self.replies[unique_id])
        return self.replies[unique_id]

    async def _serve(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        self.headers.append(socket.request.headers.get("Authorization"))
        self.sockets.append(socket)
        async for frame in socket:
            message = json.loads(frame)
            if message[0] == 2:
                await self._answer(socket, message)
            else:
                self.replies[message[1]] = message
                if message[0] == 3 and message[1] in self._asked:
                    self._judge(self._asked[message[1]], message[2], answer=True)
            self._changed.set()

    async def _answer(self, socket: ServerConnection, message: list[Any]) -> None:
        _, unique_id, action, payload = message
        self.received.append((action, payload))
        self._judge(action, payload, answer=False)
        now = "2026-01-15T18:00:00Z"
        usual: dict[str, Any] = {
            "BootNotification": {"status": "Accepted", "interval": 300, "currentTime": now},
            "Heartbeat": {"currentTime": now},
            "StartTransaction": {"transactionId": 42, "idTagInfo": {"status": "Accepted"}},
        }
        replacement = self.answers.get(action, [])
        answer = replacement.pop(0) if replacement else usual.get(action, {})
        frame = [4, unique_id, answer, "", {}] if isinstance(answer, str) else [3, unique_id, answer]
        await socket.send(json.dumps(frame))
        if action in self.follow_up:
            await socket.send(json.dumps([2, "follow-up", "SetChargingProfile", self.follow_up.pop(action)]))

    def _judge(self, action: str, payload: Any, *, answer: bool) -> None:
        self.faults += faults(CsmsVersion(self.version), action, payload, answer=answer)


class Bench:
    """A station with its outlet, and the csms that it connects to, on a clock of their own."""

    def __init__(self, clock: Clock, version: Version) -> None:
        self.clock = clock
        self.csms = FakeCsms(version)
        self.outlet = Outlet()
        self.pauses: list[float] = []
        self.paused = asyncio.Event()
        self.commands: list[bool] = []
        self.station = Station(
            self.outlet,
            clock=clock,
            identity="S1",
            key="secret",
            version=version,
            on_command=self.commands.append,
            pause=self.pause,
        )
        self._task: asyncio.Task[None] | None = None

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.paused.set()
        self.clock.advance(seconds)
        await asyncio.sleep(0)

    def connect(self) -> None:
        self._task = asyncio.ensure_future(self.station.run(f"ws://127.0.0.1:{self.csms.port}/"))

    async def online(self) -> None:
        """Connect, and wait until all is said."""
        await self.csms.start(self.csms.port)
        self.connect()
        told = 2 if self.csms.version is Version.V16 else 1
        await self.csms.until(
            lambda: len(self.csms.of("StatusNotification")) + len(self.csms.of("NotifyEvent")) >= told
        )

    async def gone(self) -> None:
        """Wait until the station has noticed that its connection is lost."""
        async with asyncio.timeout(PATIENCE_S):
            while self.station.connected:  # noqa: ASYNC110 -- turns of the loop, not a wait
                await asyncio.sleep(0)

    def pass_seconds(self, seconds: int) -> None:
        for _ in range(seconds):
            now = self.clock.advance(1)
            self.outlet.step(now, 1.0)
            self.station.tick(now)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.csms.stop()
        assert self.csms.faults == []
