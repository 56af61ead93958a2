"""Time that passes only as it is waited for: an hour of asyncio takes as long as its work."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, override


class _Selector(selectors.SelectSelector):
    """Waits for nothing: what would be slept through is added to the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout:
            self.now_s += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock begins at 0 s, and stands still while there is something to do."""

    def __init__(self) -> None:
        self._clock = _Selector()
        super().__init__(self._clock)

    @override
    def time(self) -> float:
        return self._clock.now_s


def run[T](work: Coroutine[Any, Any, T]) -> T:
    """Run this to its end, in its own time."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()
