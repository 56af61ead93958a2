"""A connection without a socket, as the csms's server takes one; and how much is reachable from an object."""

import asyncio
import gc
import json
from collections import deque
from collections.abc import Callable, Iterable
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from websockets.exceptions import ConnectionClosedOK
from websockets.typing import Subprotocol

from custom_components.smart_charging.csms.versions import Version

type Reply = Callable[[str, str], str | bytes]
"""Gives the frame that answers our call: id, action."""

type Take = Callable[[list[Any]], None]
"""Is given each answer of ours, error answers too."""


class Wire:
    """One connection of a station that sends these frames, answers our calls by `reply`, and hangs up.

    After `patience` frames all others get their turn.
    """

    def __init__(
        self, identity: str, version: Version, frames: Iterable[bytes], reply: Reply, take: Take, *, patience: int = 8
    ) -> None:
        self.username = identity
        self.subprotocol = Subprotocol(f"ocpp{version}")
        self.remote_address = ("192.0.2.7", 40_000)
        self._take = take
        self._patience = patience
        self._frames = iter(frames)
        self._replies: deque[bytes] = deque()
        self._reply = reply
        self._turn = 0

    async def recv(self, *, decode: bool) -> bytes:
        """The next frame."""
        assert not decode
        self._turn += 1
        if self._turn % self._patience == 0:
            # What the csms does beside reading gets its turn.
            await asyncio.sleep(0)
        if self._replies:
            return self._replies.popleft()
        frame = next(self._frames, None)
        if frame is None:
            await asyncio.sleep(0)
            raise ConnectionClosedOK(None, None)
        return frame

    async def send(self, text: str) -> None:
        """Take what the csms sends."""
        message = json.loads(text)
        if message[0] != 2:
            self._take(message)
        else:
            reply = self._reply(message[1], message[2])
            self._replies.append(reply if isinstance(reply, bytes) else reply.encode(errors="surrogatepass"))

    async def close(self, _code: int = 1000, _reason: str = "") -> None:
        """Hang up."""
        self._frames = iter(())


# What belongs to the program and to what it is at just now, not to what it remembers.
_PROGRAM = (
    *(type, ModuleType, FunctionType, BuiltinFunctionType, MethodType),
    *(asyncio.Future, asyncio.AbstractEventLoop, Wire),
)


def census(root: object) -> int:
    """How many objects can be reached from this one; 16 characters or bytes weigh as much as one."""
    seen = {id(root)}
    waiting: list[Any] = [root]
    size = 0
    while waiting:
        thing = waiting.pop()
        size += 1 + (len(thing) // 16 if isinstance(thing, str | bytes) else 0)
        for part in gc.get_referents(thing):
            if id(part) not in seen and not isinstance(part, _PROGRAM):
                seen.add(id(part))
                waiting.append(part)
    return size
