"""An OCPP 1.6J charging station on a real WebSocket, with the outlet's state behind it."""

import asyncio
import base64
import json
import random
import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from .outlet import Outlet, Transaction
from .station_answers import Answers, Payload, UnknownActionError, meter_value, stamp

ANSWER_S: Final = 30.0
BACKOFF_S: Final = (1.0, 5.0)
REBOOT_S: Final = 3.0
KEPT_SAMPLES: Final = 300
"""MeterValues kept while the csms is away; older ones are dropped, transactions never."""

BOOT: Final = {
    "chargePointVendor": "Smart Charging",
    "chargePointModel": "Simulated",
    "chargePointSerialNumber": "0001",
    "firmwareVersion": "1.0.0",
}


class CallError(Exception):
    """The csms answered with an error."""


@dataclass(slots=True, kw_only=True)
class Message:
    """A request to the csms; the transaction's id is put in when it is sent, because it may not be known before."""

    action: str
    payload: Payload
    transaction: Transaction | None = None
    attempts: int = 0


class Station:
    """Keeps a connection, says what happens, and does as it is told. Without a csms it goes on by its profiles."""

    def __init__(
        self,
        outlet: Outlet,
        *,
        clock: Callable[[], datetime],
        identity: str = "demo",
        key: str | None = None,
        on_command: Callable[[bool], None] = lambda _: None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`key` is the password of OCPP's security profile 1; `on_command`: see `Answers`; `pause` waits some seconds."""
        self.outlet, self.identity, self.key = outlet, identity, key
        self.answers = Answers(outlet, clock=clock, on_command=on_command)
        self.connected = False
        """Booted: the csms has accepted the station."""
        self._clock, self._pause = clock, pause
        self._chance = random.Random(f"station {identity}")
        self._socket: ClientConnection | None = None
        self._away_until: datetime | None = None
        self._queue: deque[Message] = deque()
        self._answers_awaited: dict[str, tuple[asyncio.Future[Payload], Callable[[Payload], None]]] = {}
        self._wake = asyncio.Event()
        self._status_sent: str | None = None
        self._transaction: Transaction | None = None
        self._heartbeat_s = 60
        self._last_sent: datetime | None = None
        self._last_sample: datetime | None = None

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

    def tick(self, now: datetime) -> None:
        """Once a second, after the outlet has moved: notice what is to be said."""
        self._notice_transaction(now)
        self._obey()
        self._notice_transaction(now)
        self._sample(now)
        self._wake.set()

    def _obey(self) -> None:
        """Do what was promised in an answer."""
        answers, outlet, now = self.answers, self.outlet, self._clock()
        if answers.remote_stop:
            answers.remote_stop = False
            self._end("Remote")
        if answers.remote_start is not None:
            outlet.start(now, answers.remote_start)
            answers.remote_start = None
        if answers.reset is not None:
            self._end(answers.reset)
            answers.reset = None
            if self._socket is not None:
                self._away_until = now + timedelta(seconds=REBOOT_S)
                self._socket.transport.abort()
            outlet.start(now, outlet.id_tag)

    def _end(self, reason: str) -> None:
        ended = self.outlet.stop()
        if ended is not None:
            self._stopped(ended, reason)
            self._transaction = None

    def _notice_transaction(self, now: datetime) -> None:
        running = self.outlet.transaction
        if running is self._transaction:
            return
        if self._transaction is not None:
            self._stopped(self._transaction, "EVDisconnected")
        if running is not None:
            payload = {
                "connectorId": 1,
                "idTag": running.id_tag,
                "meterStart": running.meter_start_wh,
                "timestamp": stamp(running.start),
            }
            self._queue.append(Message(action="StartTransaction", payload=payload, transaction=running))
            self._last_sample = now
        self._transaction = running

    def _stopped(self, ended: Transaction, reason: str) -> None:
        payload = {
            "meterStop": round(self.outlet.energy_wh),
            "timestamp": stamp(self._clock()),
            "reason": reason,
            "idTag": ended.id_tag,
        }
        self._queue.append(Message(action="StopTransaction", payload=payload, transaction=ended))

    def _sample(self, now: datetime) -> None:
        keys = self.answers.keys
        every_s = keys.integer("MeterValueSampleInterval")
        due = self._last_sample is None or (now - self._last_sample).total_seconds() >= every_s - 0.5
        if self._transaction is not None and due:
            self._last_sample = now
            self._queue_sample(now, keys.items("MeterValuesSampledData"), "Sample.Periodic")
        aligned_s = keys.integer("ClockAlignedDataInterval")
        if aligned_s and int(now.timestamp()) % aligned_s == 0:
            self._queue_sample(now, keys.items("MeterValuesAlignedData"), "Sample.Clock")

    def _queue_sample(self, now: datetime, measurands: list[str], context: str) -> None:
        payload = {"connectorId": 1, "meterValue": [meter_value(self.outlet, now, measurands, context)]}
        self._queue.append(Message(action="MeterValues", payload=payload, transaction=self._transaction))
        samples = [message for message in self._queue if message.action == "MeterValues"]
        if len(samples) > KEPT_SAMPLES:
            self._queue.remove(samples[0])

    async def _connection(self, url: str) -> None:
        headers = {}
        if self.key is not None:
            pair = base64.b64encode(f"{self.identity}:{self.key}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        protocol = Subprotocol("ocpp1.6")
        async with connect(url, subprotocols=[protocol], additional_headers=headers, open_timeout=5) as socket:
            self._socket = socket
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._read(socket))
                    group.create_task(self._say(socket))
            finally:
                self._socket, self.connected, self._status_sent = None, False, None

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
            return [3, unique_id, self.answers.answer(action, request)]
        except UnknownActionError:
            return [4, unique_id, "NotImplemented", f"{action} is not implemented", {}]
        except (KeyError, TypeError, AttributeError) as error:
            return [4, unique_id, "FormationViolation", repr(error), {}]

    def _answered(self, message: list[Any]) -> None:
        awaited, at_once = self._answers_awaited.pop(message[1], (None, None))
        if awaited is None or at_once is None or awaited.done():
            return
        if message[0] == 3:
            at_once(message[2])
            awaited.set_result(message[2])
        else:
            awaited.set_exception(CallError(f"{message[2]}: {message[3]}"))

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
        self._answers_awaited[unique_id] = awaited, at_once
        await socket.send(json.dumps([2, unique_id, action, payload]))
        self._last_sent = self._clock()
        try:
            async with asyncio.timeout(ANSWER_S):
                answer: Payload = await awaited
        finally:
            self._answers_awaited.pop(unique_id, None)
        return answer

    async def _say(self, socket: ClientConnection) -> None:
        """All that goes out, one request at a time, as OCPP asks."""
        await self._boot(socket)
        while True:
            said = await self._say_next(socket)
            if not said:
                self._wake.clear()
                await self._wake.wait()

    async def _boot(self, socket: ClientConnection) -> None:
        while True:
            answer = await self._call(socket, "BootNotification", dict(BOOT))
            if answer["status"] == "Accepted":
                break
            await self._pause(max(1, int(answer.get("interval", 10))))
        self._heartbeat_s = int(answer.get("interval") or self.answers.keys.integer("HeartbeatInterval"))
        self.answers.keys.write("HeartbeatInterval", str(self._heartbeat_s))
        await self._call(socket, "StatusNotification", self._status(0, "Available"))
        self.connected = True

    async def _say_next(self, socket: ClientConnection) -> bool:
        """Send what is due first; whether there was anything."""
        now, answers = self._clock(), self.answers
        if answers.triggered:
            await self._say_triggered(socket, answers.triggered.pop(0))
        elif self._status_sent != self.outlet.status:
            status = str(self.outlet.status)
            await self._call(socket, "StatusNotification", self._status(1, status))
            self._status_sent = status
        elif self._queue:
            await self._deliver(socket, self._queue[0])
        elif self._last_sent and (now - self._last_sent).total_seconds() >= answers.keys.integer("HeartbeatInterval"):
            await self._call(socket, "Heartbeat", {})
        else:
            return False
        return True

    async def _say_triggered(self, socket: ClientConnection, action: str) -> None:
        match action:
            case "BootNotification":
                await self._call(socket, action, dict(BOOT))
            case "StatusNotification":
                self._status_sent = None
            case "MeterValues":
                measurands = self.answers.keys.items("MeterValuesSampledData")
                value = meter_value(self.outlet, self._clock(), measurands, "Trigger")
                running = self._transaction
                ids = {"transactionId": running.id} if running is not None and running.id is not None else {}
                await self._call(socket, action, {"connectorId": 1, **ids, "meterValue": [value]})
            case _:
                await self._call(socket, action, {})

    async def _deliver(self, socket: ClientConnection, message: Message) -> None:
        """Deliver the oldest transaction message; it leaves the queue when it was answered, or refused too often."""
        transaction = message.transaction
        payload = dict(message.payload)
        if message.action != "StartTransaction" and transaction is not None:
            payload["transactionId"] = -1 if transaction.id is None else transaction.id
        try:
            await self._call(socket, message.action, payload, at_once=partial(self._delivered, message))
        except CallError:
            message.attempts += 1
            if message.attempts < self.answers.keys.integer("TransactionMessageAttempts"):
                await self._pause(self.answers.keys.integer("TransactionMessageRetryInterval"))
                return
        # A sample may have pushed an older one out meanwhile.
        with suppress(ValueError):
            self._queue.remove(message)

    def _delivered(self, message: Message, answer: Payload) -> None:
        """Take the transaction's id before the next frame, which may hold a profile for it."""
        transaction = message.transaction
        if message.action != "StartTransaction" or transaction is None:
            return
        transaction.id = int(answer["transactionId"])
        if answer.get("idTagInfo", {}).get("status") != "Accepted" and transaction is self.outlet.transaction:
            self._end("DeAuthorized")

    def _status(self, connector: int, status: str) -> Payload:
        return {"connectorId": connector, "errorCode": "NoError", "status": status, "timestamp": stamp(self._clock())}
