"""A charging station on a real WebSocket, with the outlet's state behind it, in the version of OCPP that it is given."""

import asyncio
import base64
import json
import random
import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from .dialect import Dialect, Message, Payload, RefusedError
from .outlet import Outlet
from .station_v16 import V16
from .station_v201 import V21, V201
from .versions import Version

ANSWER_S: Final = 30.0
BACKOFF_S: Final = (1.0, 5.0)
REBOOT_S: Final = 3.0

type MakeDialect = Callable[[Outlet, Callable[[], datetime], Callable[[bool], None]], Dialect]
"""Of an outlet, the station's clock, and what hears of commands."""

DIALECTS: Final[Mapping[Version, MakeDialect]] = {Version.V16: V16, Version.V201: V201, Version.V21: V21}


class CallError(Exception):
    """The csms answered with an error."""


class Station:
    """Keeps a connection, says what happens, and does as it is told. Without a csms it goes on by its profiles."""

    def __init__(
        self,
        outlet: Outlet,
        *,
        clock: Callable[[], datetime],
        identity: str = "demo",
        key: str | None = None,
        version: Version = Version.V16,
        on_command: Callable[[bool], None] = lambda _: None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`key` is the password of OCPP's security profile 1.

        `on_command` hears of each SetChargingProfile, and whether it lowered the outlet's limit; `pause` waits some seconds.
        """
        self.outlet, self.identity, self.key = outlet, identity, key
        self.dialect = DIALECTS[version](outlet, clock, on_command)
        self.connected = False
        """The csms has accepted the station, and can be spoken to."""
        self._clock, self._pause = clock, pause
        self._chance = random.Random(f"station {identity}")
        self._socket: ClientConnection | None = None
        self._away_until: datetime | None = None
        self._awaited: dict[str, tuple[str, asyncio.Future[Payload], Callable[[Payload], None]]] = {}
        self._wake = asyncio.Event()
        self._last_sent: datetime | None = None

    async def run(self, url: str) -> None:
        """Connect to `url` (the identity is added) and stay connected until cancelled."""
        while True:
            if self._away_until is not None:
                await self._pause(max(0.0, (self._away_until - self._clock()).total_seconds()))
                self._away_until = None
            with suppress(OSError, TimeoutError, WebSocketException, ExceptionGroup):
                await self._connection(f"{url.rstrip('/')}/{self.identity}")
            await self._pause(self._chance.uniform(*BACKOFF_S))

    def drop(self, seconds: float) -> None:
        """Lose the connection, and do not connect again for so long."""
        self._away_until = self._clock() + timedelta(seconds=seconds)
        if self._socket is not None:
            # As a pulled cable: no closing handshake.
            self._socket.transport.abort()

    def reboot(self) -> None:
        """Lose power for a moment: what runs ends, and what was not told yet is told afterwards."""
        self.dialect.promises.reset = "PowerLoss"

    def tick(self, now: datetime) -> None:
        """Once a second, after the outlet has moved: notice what is to be said."""
        restarts = self.dialect.tick(now)
        if restarts and self._socket is not None:
            self.drop(REBOOT_S)
        self._wake.set()

    async def _connection(self, url: str) -> None:
        headers = {}
        if self.key is not None:
            pair = base64.b64encode(f"{self.identity}:{self.key}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        protocol = Subprotocol(self.dialect.version.subprotocol)
        async with connect(url, subprotocols=[protocol], additional_headers=headers, open_timeout=5) as socket:
            self._socket = socket
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._read(socket))
                    group.create_task(self._say(socket))
            finally:
                self._socket, self.connected = None, False
                self.dialect.lost()

    async def _read(self, socket: ClientConnection) -> None:
        async for frame in socket:
            with suppress(ValueError, TypeError, IndexError, KeyError):
                message = json.loads(frame)
                match message[0]:
                    case 2:
                        await socket.send(json.dumps(self._answer(*message[1:4])))
                    case 3 | 4:
                        self._answered(message)
        raise ConnectionResetError("the csms closed the connection")

    def _answer(self, unique_id: str, action: str, request: Payload) -> list[Any]:
        try:
            return [3, unique_id, self.dialect.answer(action, request)]
        except RefusedError as refusal:
            return [4, unique_id, refusal.code, str(refusal)[:255], {}]
        except (KeyError, TypeError, AttributeError) as error:
            return [4, unique_id, "FormationViolation", repr(error)[:255], {}]

    def _answered(self, message: list[Any]) -> None:
        action, awaited, at_once = self._awaited.pop(message[1])
        if awaited.done():
            return
        if message[0] == 4:
            awaited.set_exception(CallError(f"{message[2]}: {message[3]}"))
            return
        try:
            self.dialect.check(action, message[2])
        except RefusedError as refusal:
            awaited.set_exception(CallError(str(refusal)))
        else:
            at_once(message[2])
            awaited.set_result(message[2])

    async def _call(
        self,
        socket: ClientConnection,
        action: str,
        payload: Payload,
        *,
        at_once: Callable[[Payload], None] = lambda _: None,
    ) -> Payload:
        """Send a request and wait for its answer; `at_once` is done with it before the next frame is read."""
        unique_id = str(uuid.UUID(int=self._chance.getrandbits(128)))
        awaited = asyncio.get_running_loop().create_future()
        self._awaited[unique_id] = action, awaited, at_once
        await socket.send(json.dumps([2, unique_id, action, payload]))
        self._last_sent = self._clock()
        try:
            async with asyncio.timeout(ANSWER_S):
                answer: Payload = await awaited
        finally:
            self._awaited.pop(unique_id, None)
        return answer

    async def _say(self, socket: ClientConnection) -> None:
        """All that goes out, one request at a time, as OCPP asks."""
        await self._boot(socket)
        for message in self.dialect.greeting():
            await self._call(socket, message.action, message.make(), at_once=message.take)
        self.dialect.came_online()
        self.connected = True
        while True:
            due = self.dialect.next() or self._heartbeat()
            if due is not None:
                await self._say_one(socket, due)
            else:
                self._wake.clear()
                await self._wake.wait()

    async def _boot(self, socket: ClientConnection) -> None:
        while (payload := self.dialect.boot()) is not None:
            answer = await self._call(socket, "BootNotification", payload)
            if self.dialect.booted(answer):
                return
            await self._pause(max(1, int(answer.get("interval", 10))))

    async def _say_one(self, socket: ClientConnection, message: Message) -> None:
        """Messages of transactions stay in the queue until they are answered, or refused too often."""
        try:
            await self._call(socket, message.action, message.make(), at_once=message.take)
        except CallError:
            again_s = self.dialect.refused(message)
            if again_s is not None:
                await self._pause(again_s)
        else:
            self.dialect.said(message)

    def _heartbeat(self) -> Message | None:
        if self._last_sent is None or (self._clock() - self._last_sent).total_seconds() < self.dialect.heartbeat_s:
            return None
        return Message(action="Heartbeat", make=dict)
