"""WebSocket to one Wattpilot: it is signed in to with its password, and then tells by itself whatever changes.

Messages: joscha82/wattpilot, API.md; mabunixda/wattpilot. That it answers a message that it does not know, and so can be
asked whether it is there: florian-h05/wattpilot4j.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from aiohttp import (
    ClientError,
    ClientSession,
    ClientWebSocketResponse,
    ClientWSTimeout,
    WSMessage,
    WSMsgType,
    WSServerHandshakeError,
)
from yarl import URL

from .answers import as_object, text
from .errors import (
    ChargerError,
    ChargerRefusedError,
    ChargerSilentError,
    ChargerUnfitError,
    ChargerUnreachableError,
    Unfit,
)
from .wattpilot_key import BCRYPT, PBKDF2, auth, make_key, signed
from .web import TIMEOUT_S, parsed

KEPT: Final = frozenset({"amp", "car", "err", "eto", "frc", "fwv", "grp", "lmo", "nrg", "psm", "typ", "wh"})
"""Of some hundred keys that it tells."""

_MOST_BYTES: Final = 256 * 1024
_GOODBYE_S: Final = 0.2
_FLEX: Final = "wattpilot_flex"
_CLOSED: Final = frozenset({WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED})

type _Message = Mapping[str, Any]


class Line:
    """One Wattpilot at the other end. It is connected to when it is asked, and anew when the connection was lost."""

    def __init__(self, session: ClientSession, url: str | URL, secret: str, timeout_s: float = TIMEOUT_S) -> None:
        self._session, self._url, self._secret, self._timeout_s = session, url, secret, timeout_s
        self._turn = asyncio.Lock()
        self._socket: ClientWebSocketResponse | None = None
        self._listening: asyncio.Task[None] | None = None
        self._waiting: tuple[asyncio.Future[_Message], Callable[[_Message], bool]] | None = None
        self._status: dict[str, Any] = {}
        self._signs = True
        self._key, self._key_of = b"", ("", "")
        self._requests = 0

    async def told(self) -> Mapping[str, Any]:
        """All that it has told by now, once it gave a sign of life. Raises a `ChargerError`."""
        async with self._turn:
            # It knows no such message, and says so; what else it says meanwhile is as good a sign.
            await self._ask({"type": "PING"}, lambda _: True)
            return dict(self._status)

    async def set(self, key: str, value: int) -> None:
        """Set one of its keys. Raises a `ChargerError`."""
        async with self._turn:
            self._requests += 1
            number = self._requests
            wanted = {"type": "setValue", "requestId": number, "key": key, "value": value}
            answer = await self._ask(wanted, lambda heard: _answers(heard, number))
            if answer.get("success") is not True:
                raise ChargerRefusedError(f"it does not take {key}", text(answer.get("message")))

    async def close(self) -> None:
        """Hang up. Never raises."""
        listening, self._listening = self._listening, None
        socket, self._socket = self._socket, None
        if listening is not None:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        if socket is not None:
            await socket.close()

    async def _ask(self, message: _Message, is_answer: Callable[[_Message], bool]) -> _Message:
        socket = self._socket or await self._open()
        answer: asyncio.Future[_Message] = asyncio.get_running_loop().create_future()
        self._waiting = (answer, is_answer)
        sent = message if message["type"] != "setValue" or not self._signs else signed(message, self._key)
        try:
            async with asyncio.timeout(self._timeout_s):
                await socket.send_json(sent)
                return await answer
        except TimeoutError as error:
            # Who answers nothing may never again: the next one who asks connects anew.
            await self.close()
            raise ChargerSilentError("it does not answer in time") from error
        except ClientError as error:
            await self.close()
            raise ChargerUnreachableError("the connection to it is gone") from error
        finally:
            self._waiting = None

    async def _open(self) -> ClientWebSocketResponse:
        await self.close()
        waits = ClientWSTimeout(ws_close=_GOODBYE_S)
        try:
            async with asyncio.timeout(self._timeout_s) as limit:
                socket = await self._session.ws_connect(self._url, timeout=waits, max_msg_size=_MOST_BYTES)
                try:
                    await self._sign_in(socket, limit)
                except BaseException:
                    await socket.close()
                    raise
        except TimeoutError as error:
            raise ChargerSilentError("it does not answer in time") from error
        except WSServerHandshakeError as error:
            raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no Wattpilot", str(error.status)) from error
        except ClientError as error:
            raise ChargerUnreachableError("there is no connection to it") from error
        self._socket = socket
        self._listening = asyncio.get_running_loop().create_task(self._listen(socket))
        return socket

    async def _sign_in(self, socket: ClientWebSocketResponse, limit: asyncio.Timeout) -> None:
        """Answer its challenge, and take in its whole status, which comes in parts."""
        self._status, serial, kind = {}, "", PBKDF2
        while True:
            heard = _message(await socket.receive())
            match heard["type"]:
                case "hello":
                    serial = text(heard.get("serial"))
                    # It does not always say later how it hashes.
                    kind = BCRYPT if heard.get("devicetype") == _FLEX else PBKDF2
                    self._signs = bool(heard.get("secured", True))
                case "authRequired":
                    # On a small machine this takes longer than any answer.
                    limit.reschedule(None)
                    await self._take_key(serial, text(heard.get("hash")) or kind)
                    limit.reschedule(asyncio.get_running_loop().time() + self._timeout_s)
                    await socket.send_json(auth(heard, self._key))
                case "authError":
                    word = text(heard.get("message"))
                    raise ChargerUnfitError(Unfit.KEY_REFUSED, "it does not take the password", word)
                case "fullStatus" | "deltaStatus":
                    self._note(heard)
                    if heard.get("partial") is not True:
                        return

    async def _take_key(self, serial: str, kind: str) -> None:
        if self._key_of != (serial, kind):
            self._key = await asyncio.to_thread(make_key, self._secret, serial, kind)
            self._key_of = (serial, kind)

    async def _listen(self, socket: ClientWebSocketResponse) -> None:
        try:
            while True:
                heard = _message(await socket.receive())
                self._note(heard)
                if self._waiting is not None and not self._waiting[0].done() and self._waiting[1](heard):
                    self._waiting[0].set_result(heard)
        except ChargerError as error:
            self._socket = None
            if self._waiting is not None and not self._waiting[0].done():
                self._waiting[0].set_exception(error)
            await socket.close()

    def _note(self, heard: _Message) -> None:
        status = heard.get("status")
        if isinstance(status, Mapping):
            self._status |= {key: value for key, value in status.items() if key in KEPT}


def _message(frame: WSMessage) -> _Message:
    if frame.type in _CLOSED:
        raise ChargerUnreachableError("the connection to it is gone")
    if frame.type is not WSMsgType.TEXT:
        raise ChargerError("its answer cannot be read")
    told = as_object(parsed(frame.data))
    if not isinstance(told.get("type"), str):
        raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no Wattpilot")
    return told


def _answers(heard: _Message, number: int) -> bool:
    """Tell whether this answers a request: some name it by its number, some by what it was wrapped in, and a refusal may not."""
    if heard["type"] != "response":
        return False
    named = text(heard.get("requestId")).removesuffix("sm")
    return named == str(number) or (not named and "PING" not in text(heard.get("message")))
