"""One connection to one station: calls out, one at a time; calls in, answered; garbage and floods kept away from both."""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from ocpp.exceptions import InternalError, OCPPError  # type: ignore[import-untyped]
from ocpp.messages import Call, CallResult  # type: ignore[import-untyped]
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from .breath import shared_breath
from .errors import CallFailed, StationBusy, StationOffline, StationTimeout
from .frames import Answer, Aside, Garbage, Payload, answer, ask, parse_frame, refuse

_LOGGER: Final = logging.getLogger(__name__)

# A renewal, a limit and a handful of questions is what waits in the worst ordinary minute.
_MOST_WAITING: Final = 32

_MOST_COMPLAINTS: Final = 16

_ANSWER: Final = b"[3"

type Handler = Callable[[str, Payload], Payload | Awaitable[Payload]]
"""Answers a station's call, given action and payload, at once or (where somebody else has to be asked) later.

Raises an `OCPPError` to refuse it; what answers later raises nothing.
"""


class Rate:
    """Allows `per_second` on average and `burst` at once (a token bucket)."""

    def __init__(self, per_second: float, burst: float, monotonic: Callable[[], float]) -> None:
        self._per_second = per_second
        self._burst = burst
        self._monotonic = monotonic
        self._tokens = burst
        self._at = monotonic()

    def allow(self) -> bool:
        """Count one more, and tell whether it is still within the rate."""
        now = self._monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True


@dataclass(slots=True)
class LinkCounts:
    """What arrived on a connection: all frames, those that were no message, and calls that were refused."""

    received: int = 0
    garbage: int = 0
    refused: int = 0


class Link:
    """Speaks OCPP-J over one WebSocket. `serve` reads until it closes; `call` may be used from any other task."""

    def __init__(
        self, socket: ServerConnection, identity: str, *, call_timeout_s: float, rate: Rate, complained: set[str]
    ) -> None:
        self._socket = socket
        self._identity = identity
        self._call_timeout_s = call_timeout_s
        self._rate = rate
        self._breath = shared_breath()
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._asked: tuple[str, asyncio.Future[Answer | None]] | None = None
        self._closed = False
        self._complained = complained
        self._later: set[asyncio.Task[None]] = set()
        self.counts = LinkCounts()

    async def call(self, action: str, payload: Payload) -> Payload:
        """Ask the station, and return its answer. Calls wait for each other: a station is asked one thing at a time.

        Raises `StationOffline`, `StationTimeout` (the time waiting for other calls does not count), `StationBusy`, or
        `CallFailed` when the answer is an error.
        """
        if self._waiting >= _MOST_WAITING:
            raise StationBusy(self._identity, self._waiting)
        self._waiting += 1
        try:
            async with self._turn:
                response = await self._ask(action, payload)
        finally:
            self._waiting -= 1
        if isinstance(response, CallResult):
            return dict(response.payload)
        raise CallFailed(action, response.error_code, response.error_description)

    async def _ask(self, action: str, payload: Payload) -> Answer:
        if self._closed:
            raise StationOffline(self._identity)
        unique_id = str(uuid.uuid4())
        response: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self._asked = unique_id, response
        try:
            async with asyncio.timeout(self._call_timeout_s):
                await self._socket.send(ask(unique_id, action, payload))
                answered = await response
        except TimeoutError:
            raise StationTimeout(self._identity, action, self._call_timeout_s) from None
        except ConnectionClosed:
            raise StationOffline(self._identity) from None
        finally:
            self._asked = None
        if answered is None:
            raise StationOffline(self._identity)
        return answered

    async def serve(self, handler: Handler, *, before: Callable[[], None], after: Callable[[], None]) -> None:
        """Read until the connection closes.

        `before` is called when a message arrived, `after` when it has been dealt with, its answer sent.
        """
        try:
            while True:
                # As bytes: a station that writes a name in Latin-1 is not worth losing over it.
                data = await self._socket.recv(decode=False)
                self.counts.received += 1
                # An answer goes ahead: a limit waits for it, and to take it is little work.
                if not data.startswith(_ANSWER):
                    await self._breath.take()
                if not self._rate.allow():
                    self._complain("flood", "sends more messages than any station has to say; closed")
                    await self._socket.close(CloseCode.POLICY_VIOLATION, "too many messages")
                    return
                before()
                await self._take(data.decode(errors="replace"), handler)
                after()
        except ConnectionClosed as closed:
            if closed.rcvd is None and closed.sent is not None and closed.sent.code == CloseCode.MESSAGE_TOO_BIG:
                self._complain("huge", "sent a message that is too large; closed")
        finally:
            self._close()
            after()

    async def close(self, reason: str) -> None:
        """Close the connection. Calls that wait for an answer, or for their turn, raise `StationOffline`."""
        self._close()
        await self._socket.close(CloseCode.NORMAL_CLOSURE, reason)

    def _close(self) -> None:
        self._closed = True
        for task in tuple(self._later):
            task.cancel()
        if self._asked is not None and not self._asked[1].done():
            self._asked[1].set_result(None)

    async def _take(self, text: str, handler: Handler) -> None:
        try:
            frame = parse_frame(text)
        except Garbage as garbage:
            self.counts.garbage += 1
            self._complain("garbage", f"sent something that is no OCPP message: {garbage}")
            if garbage.answer is not None:
                await self._socket.send(garbage.answer)
            return
        if isinstance(frame, Call):
            response = self._respond(frame, handler)
            if isinstance(response, str):
                await self._socket.send(response)
            else:
                # Not here: an answer of the station's, to a call of ours, may come before.
                self._spawn(self._respond_later(frame, response))
        elif isinstance(frame, Aside):
            if frame.complaint:
                self._complain("aside", frame.complaint)
        elif self._asked is not None and self._asked[0] == frame.unique_id and not self._asked[1].done():
            self._asked[1].set_result(frame)
        else:
            # Late, or never asked for: the call it answers has already failed with a timeout.
            self._complain("stray", "answered something that nobody waits for")

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def _respond_later(self, call: Call, response: Awaitable[Payload]) -> None:
        payload = await response
        with suppress(ConnectionClosed):
            await self._socket.send(answer(call, payload))

    def _respond(self, call: Call, handler: Handler) -> str | Awaitable[Payload]:
        try:
            response = handler(call.action, call.payload)
            return answer(call, response) if isinstance(response, dict) else response
        except OCPPError as error:
            self.counts.refused += 1
            self._complain(f"refused {call.action[:40]}", f"was refused {call.action[:40]!r}: {error.description}")
            return refuse(call.unique_id, error)
        except Exception:  # noqa: BLE001 -- whatever is wrong in a handler, it must not end the connection
            self.counts.refused += 1
            self._complain(f"fault {call.action[:40]}", f"sent {call.action[:40]!r}, which failed here", fault=True)
            return refuse(call.unique_id, InternalError("this could not be handled"))

    def _complain(self, kind: str, text: str, *, fault: bool = False) -> None:
        """Log once per station and kind, and no more than a few kinds; a `fault` of ours with where it happened."""
        if kind in self._complained or len(self._complained) >= _MOST_COMPLAINTS:
            return
        self._complained.add(kind)
        level = logging.ERROR if fault else logging.WARNING
        note = "further ones are not logged"
        _LOGGER.log(level, "Station %s %s (%s)", self._identity, text, note, exc_info=fault)
