"""One connection to an operator, from the station's announcement to its end: what waits is delivered in its order."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from ocpp.exceptions import GenericError  # type: ignore[import-untyped]
from websockets.asyncio.client import ClientConnection

from ..authorization import Admittance, Authorization
from ..commands import status_of
from ..errors import StationError
from ..events import OperatorTold
from ..fields import Fields
from ..frames import Payload
from ..memory import StationMemory
from ..records import OperatorTrouble
from ..station import Station
from ..versions import Version
from .books import Books
from .downward import Downward, Hands
from .outbox import Entry
from .schemas import Schemas
from .target import RelayTarget
from .trouble import OperatorAway
from .verdicts import read_verdict, token_of
from .wire import OperatorRefused, Wire

_LOGGER: Final = logging.getLogger(__name__)

# How often a message is tried that the operator answers with an error: half an hour with the usual pauses.
_MOST_ATTEMPTS: Final = 10
# With these it says that it will never take this message.
_FINAL_CODES: Final = frozenset(
    {
        "FormationViolation",
        "FormatViolation",
        "MessageTypeNotSupported",
        "NotImplemented",
        "NotSupported",
        "OccurenceConstraintViolation",
        "OccurrenceConstraintViolation",
        "PropertyConstraintViolation",
        "ProtocolError",
        "RpcFrameworkError",
        "TypeConstraintViolation",
    }
)
_LONGEST_INTERVAL_S: Final = 86_400.0
_ORDINARY_INTERVAL_S: Final = 300.0


class Conversation:
    """`welcome` is whether the operator has accepted the station; before that it is told nothing (OCPP 1.6, 4.2)."""

    def __init__(
        self,
        socket: ClientConnection,
        schemas: Schemas,
        station: Station,
        memory: StationMemory,
        books: Books,
        *,
        target: RelayTarget,
        version: Version,
    ) -> None:
        self.welcome = False
        self._schemas = schemas
        self._station = station
        self._memory = memory
        self._books = books
        self._target = target
        self._version = version
        self._since = memory.now()
        self._wake = asyncio.Event()
        self._heartbeat_at_s = 0.0
        self._interval_s = _ORDINARY_INTERVAL_S
        self._hold_until_s = 0.0
        self._stops: set[asyncio.Task[None]] = set()
        hands = Hands(
            ask=self._ask_station,
            name=self._name_of,
            own=books.steering.answer,
            heartbeat=self._hurry_heartbeat,
            asked=books.upward.asked,
            welcomed=self._welcomed_token,
        )
        downward = Downward(version, schemas, hands, updates=target.updates)

        async def handle(action: str, payload: Payload) -> Payload:
            answer = await downward.handle(action, payload)
            memory.flush()
            return answer

        self._wire = Wire(socket, station.identity, handle, call_timeout_s=target.times.call_timeout_s)

    def wake(self) -> None:
        """There is something new to tell, or somebody came or went."""
        self._wake.set()

    async def run(
        self, *, booted: Callable[[], bool], on_boot: Callable[[OperatorAway | None], None], wanted: Callable[[], bool]
    ) -> None:
        """Talk while that is `wanted`. Raises `OperatorAway` when the connection ends before.

        `booted`: whether the operator knows that the station has started. `on_boot` is told what it says to that: None
        when the station is welcome, or why not.
        """
        loop = asyncio.get_running_loop()
        reader, speaker = loop.create_task(self._wire.serve()), loop.create_task(self._speak(booted, on_boot, wanted))
        try:
            await asyncio.wait({reader, speaker}, return_when=asyncio.FIRST_COMPLETED)
            if not speaker.done():
                raise OperatorAway(OperatorTrouble.CLOSED)
            speaker.result()
        finally:
            for task in (reader, speaker, *self._stops):
                task.cancel()
            await asyncio.gather(reader, speaker, *self._stops, return_exceptions=True)
            await self._wire.close()

    async def authorize(self, payload: Payload) -> Payload:
        """Ask who may charge, without patience. Raises `OperatorAway`, `OperatorRefused`."""
        entry = Entry(version=self._version, action="Authorize", payload=payload, at=self._memory.now())
        composed = self._books.upward.compose(entry, self._schemas, online_since=self._since)
        if composed is None:
            raise OperatorAway(OperatorTrouble.OTHER_VERSION, "Authorize cannot be put to it")
        return await self._wire.call("Authorize", composed, timeout_s=self._target.times.authorize_timeout_s)

    async def _speak(
        self, booted: Callable[[], bool], on_boot: Callable[[OperatorAway | None], None], wanted: Callable[[], bool]
    ) -> None:
        loop = asyncio.get_running_loop()
        while wanted():
            if not (self.welcome and booted()):
                await self._introduce(booted, on_boot)
                self._heartbeat_at_s = loop.time() + self._interval_s
            self._wake.clear()
            entry = self._books.outbox.first
            if loop.time() >= self._heartbeat_at_s:
                await self._call("Heartbeat", {})
                self._heartbeat_at_s = loop.time() + self._interval_s
            elif entry is not None and loop.time() >= self._hold_until_s:
                await self._deliver(entry)
            else:
                held_s = self._heartbeat_at_s if entry is None else min(self._heartbeat_at_s, self._hold_until_s)
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(held_s):
                        await self._wake.wait()

    async def _introduce(self, booted: Callable[[], bool], on_boot: Callable[[OperatorAway | None], None]) -> None:
        """Tell what the station is, and how each connector is."""
        self.welcome = False
        if not booted():
            await self._announce(on_boot)
        self.welcome = True
        on_boot(None)
        for status in self._books.upward.statuses:
            if status.version is self._version:
                await self._deliver(status)

    async def _announce(self, on_boot: Callable[[OperatorAway | None], None]) -> None:
        """Announce the station until the operator accepts it, as often as it wants to hear it."""
        while True:
            answer = await self._call("BootNotification", self._books.upward.boot or {"reason": "Unknown"})
            interval_s = Fields(answer).number("interval") or _ORDINARY_INTERVAL_S
            self._interval_s = min(max(interval_s, self._target.times.shortest_heartbeat_s), _LONGEST_INTERVAL_S)
            if status_of(answer) == "Accepted":
                return
            on_boot(OperatorAway(OperatorTrouble.NOT_ACCEPTED))
            await asyncio.sleep(self._interval_s)

    async def _call(self, action: str, payload: Payload) -> Payload:
        entry = Entry(version=self._version, action=action, payload=payload, at=self._memory.now())
        composed = self._books.upward.compose(entry, self._schemas, online_since=self._since)
        try:
            return await self._wire.call(action, composed or {})
        except OperatorRefused:
            return {}

    async def _deliver(self, entry: Entry) -> None:
        """Deliver one entry, or put it off, or give it up where the operator will not have it."""
        payload = self._books.upward.compose(entry, self._schemas, online_since=self._since)
        answer: Payload | None = None
        if payload is not None:
            try:
                answer = await self._wire.call(entry.action, payload, entry.unique_id)
            except OperatorRefused as refused:
                if self._put_off(entry, refused):
                    return
        self._books.outbox.delivered(entry)
        self._books.upward.answered(entry, answer)
        if entry.needed and entry.transaction is not None:
            event = OperatorTold(
                station=self._station.identity, at=self._memory.now(), transaction_id=entry.transaction
            )
            self._memory.emit(event)
            self._memory.flush()
        if answer is not None:
            self._heed_verdict(entry, answer)

    def _put_off(self, entry: Entry, refused: OperatorRefused) -> bool:
        """Whether it is to be tried again later."""
        entry.attempts += 1
        if entry.transaction is None or refused.code in _FINAL_CODES or entry.attempts >= _MOST_ATTEMPTS:
            _LOGGER.log(
                logging.WARNING if entry.needed else logging.DEBUG,
                "Station %s: a message is lost: %s",
                self._station.identity,
                refused,
            )
            return False
        # It has been answered; as a new call it has a name of its own.
        entry.renew()
        pause_s = self._target.times.pause_s(entry.attempts, 0.0)
        self._hold_until_s = asyncio.get_running_loop().time() + pause_s
        return True

    def _heed_verdict(self, entry: Entry, answer: Payload) -> None:
        """Where the operator decides who may charge, and says no to who is charging, end that."""
        token, verdict = token_of(entry.payload), read_verdict(answer)
        if not self._target.decides or verdict is None or token.nobody:
            return
        self._books.verdicts.put(token, verdict, self._memory.now())
        if verdict.accepted or verdict.status is Admittance.CONCURRENT:
            return
        for number, connector in self._memory.connectors.items():
            if connector.transaction is not None and connector.transaction.transaction_id == entry.transaction:
                task = asyncio.get_running_loop().create_task(self._end(number))
                self._stops.add(task)
                task.add_done_callback(self._stops.discard)

    async def _end(self, connector_id: int) -> None:
        with suppress(StationError):
            await self._station.remote_stop(connector_id)

    async def _ask_station(self, action: str, payload: Payload) -> Payload:
        if self._station.version is not self._version:
            raise GenericError("the station is not connected")
        return await self._station.call(action, payload)

    def _name_of(self, operator_id: int) -> int | None:
        ours = self._books.names.ours(operator_id)
        running = (connector.transaction for connector in self._memory.connectors.values())
        return next((int(found.name) for found in running if found and found.transaction_id == ours), None)

    def _hurry_heartbeat(self) -> None:
        self._heartbeat_at_s = 0.0
        self._wake.set()

    def _welcomed_token(self, start: Payload) -> None:
        if self._target.decides:
            self._books.verdicts.put(token_of(start), Authorization(status=Admittance.ACCEPTED), self._memory.now())
