"""Waiting for what comes over a socket, without a fixed time to wait."""

import asyncio
from collections.abc import Callable

from ..csms.peer import PATIENCE_S


class Woken:
    """Notes every call of a driver's callback, and waits for what has to be true after one of them."""

    def __init__(self) -> None:
        self.count = 0
        self._changed = asyncio.Event()

    def __call__(self) -> None:
        self.count += 1
        self._changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until this is true, looking again whenever the callback was called."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self._changed.clear()
                await self._changed.wait()
