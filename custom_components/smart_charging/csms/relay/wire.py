"""One connection to an operator's csms: we are the station here. One call at a time, each way; floods and garbage kept out."""

import asyncio
import base64
import logging
import ssl
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Final, override

from ocpp.exceptions import (  # type: ignore[import-untyped]
    GenericError,
    InternalError,
    OCPPError,
)
from ocpp.messages import Call, CallError, CallResult  # type: ignore[import-untyped]
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.typing import Subprotocol

from ..frames import Garbage, Payload, answer, ask, parse_frame, refuse
from ..link import Rate
from ..records import OperatorTrouble
from ..versions import Version
from .target import RelayTarget
from .trouble import OperatorAway

_LOGGER: Final = logging.getLogger(__name__)

# At its lowest level websockets writes down the headers, and with them the key.
_QUIET: Final = logging.getLogger(f"{__name__}.websocket")
_QUIET.setLevel(logging.INFO)

_FRAME_BYTES: Final = 64 * 1024
_CALLS_PER_SECOND: Final = 5.0
_CALLS_BURST: Final = 50.0
# OCPP-J lets the operator have one call open; a few more are forgiven.
_MOST_OPEN: Final = 8

type Handler = Callable[[str, Payload], Awaitable[Payload]]
"""Answers an operator's call, given action and payload; raises an `OCPPError` to refuse it."""


class OperatorRefused(Exception):  # noqa: N818 -- reads as what happened
    """The operator answered with an error (CALLERROR). `code` is its own word."""

    def __init__(self, action: str, code: str, description: str) -> None:
        self.code = code
        super().__init__(f"the operator did not take {action}: {code} {description}".rstrip())


class _Direct(connect):
    """Connects there and nowhere else: the key is for the operator's address, not for one it points to."""

    @override
    def process_redirect(self, exc: Exception) -> Exception:
        return exc


async def dial(target: RelayTarget, version: Version) -> ClientConnection:
    """Connect to the operator in this version. Raises OSError, TimeoutError, or websockets' own errors."""
    # Reads the system's authorities from disk, where those are trusted.
    tls = await asyncio.to_thread(ssl.create_default_context, cadata=target.authority_pem) if target.encrypted else None
    times = target.times
    return await _Direct(
        target.address,
        subprotocols=[Subprotocol(f"ocpp{version.value}")],
        additional_headers=_headers(target),
        user_agent_header=None,
        compression=None,
        proxy=None,
        ssl=tls,
        max_size=_FRAME_BYTES,
        max_queue=4,
        open_timeout=times.open_timeout_s,
        ping_interval=times.ping_interval_s,
        ping_timeout=times.ping_interval_s,
        close_timeout=times.close_timeout_s,
        logger=_QUIET,
    )


def _headers(target: RelayTarget) -> dict[str, str]:
    if target.key is None:
        return {}
    credentials = base64.b64encode(f"{target.identity}:{target.key}".encode()).decode()
    return {"Authorization": f"Basic {credentials}"}


class Wire:
    """Speaks OCPP-J over one WebSocket. `serve` reads until it closes; `call` may be used from any other task."""

    def __init__(self, socket: ClientConnection, station: str, handler: Handler, *, call_timeout_s: float) -> None:
        self._socket = socket
        self._station = station
        self._handler = handler
        self._call_timeout_s = call_timeout_s
        self._rate = Rate(_CALLS_PER_SECOND, _CALLS_BURST, time.monotonic)
        self._turn = asyncio.Lock()
        self._asked: tuple[str, asyncio.Future[CallResult | CallError | None]] | None = None
        self._calls: asyncio.Queue[Call] = asyncio.Queue(_MOST_OPEN)
        self._closed = False
        self._complained: set[str] = set()

    async def call(
        self, action: str, payload: Payload, unique_id: str | None = None, *, timeout_s: float | None = None
    ) -> Payload:
        """Ask the operator and return its answer, in turn. Raises `OperatorAway` or `OperatorRefused`.

        `timeout_s`, where given, holds for waiting for its turn too.
        """
        try:
            async with asyncio.timeout(timeout_s), self._turn:
                response = await self._ask(action, payload, unique_id or str(uuid.uuid4()))
        except TimeoutError:
            raise OperatorAway(OperatorTrouble.SILENT, action) from None
        if isinstance(response, CallError):
            raise OperatorRefused(action, response.error_code, response.error_description)
        return dict(response.payload)

    async def _ask(self, action: str, payload: Payload, unique_id: str) -> CallResult | CallError:
        response: asyncio.Future[CallResult | CallError | None] = asyncio.get_running_loop().create_future()
        self._asked = unique_id, response
        try:
            async with asyncio.timeout(self._call_timeout_s):
                if self._closed:
                    raise OperatorAway(OperatorTrouble.CLOSED)
                await self._socket.send(ask(unique_id, action, payload))
                answered = await response
        except ConnectionClosed:
            answered = None
        finally:
            self._asked = None
        if answered is None:
            raise OperatorAway(OperatorTrouble.CLOSED)
        return answered

    async def serve(self) -> None:
        """Read until the connection closes."""
        worker = asyncio.get_running_loop().create_task(self._work())
        try:
            while True:
                data = await self._socket.recv(decode=False)
                if not self._rate.allow():
                    self._complain("sends more messages than anybody has to say; closed")
                    await self._socket.close(CloseCode.POLICY_VIOLATION, "too many messages")
                    return
                await self._take(data.decode(errors="replace"))
        except ConnectionClosed:
            pass
        finally:
            self._closed = True
            if self._asked is not None and not self._asked[1].done():
                self._asked[1].set_result(None)
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)

    async def close(self) -> None:
        """Close the connection."""
        await self._socket.close()

    async def _take(self, text: str) -> None:
        try:
            frame = parse_frame(text)
        except Garbage as garbage:
            self._complain("sent something that is no OCPP message")
            if garbage.answer is not None:
                await self._socket.send(garbage.answer)
            return
        if isinstance(frame, Call):
            try:
                self._calls.put_nowait(frame)
            except asyncio.QueueFull:
                busy = GenericError("one call at a time")
                await self._socket.send(refuse(frame.unique_id, busy))
        elif (
            isinstance(frame, CallResult | CallError)
            and self._asked is not None
            and self._asked[0] == frame.unique_id
            and not self._asked[1].done()
        ):
            self._asked[1].set_result(frame)
        else:
            self._complain("answered something that nobody waits for")

    async def _work(self) -> None:
        while True:
            call = await self._calls.get()
            text = await self._respond(call)
            try:
                await self._socket.send(text)
            except ConnectionClosed:
                return

    async def _respond(self, call: Call) -> str:
        try:
            return answer(call, await self._handler(call.action, call.payload))
        except OCPPError as error:
            return refuse(call.unique_id, error)
        except Exception:
            if "fault" not in self._complained:
                self._complained.add("fault")
                _LOGGER.exception("Station %s: a call of its operator failed here", self._station)
            return refuse(call.unique_id, InternalError("this could not be handled"))

    def _complain(self, text: str) -> None:
        """Log once per connection and kind."""
        if text not in self._complained:
            self._complained.add(text)
            _LOGGER.warning("The operator of station %s %s", self._station, text)
