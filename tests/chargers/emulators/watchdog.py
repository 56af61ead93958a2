"""A charger's own watchdog: after some time without a sign of life it offers its failsafe current."""

import asyncio
from collections.abc import Callable


class Dog:
    """Counts real time. `expire` is called once when it is over; `watching` is switched on by whoever arms it."""

    def __init__(self, expire: Callable[[], None]) -> None:
        self.watching = False
        self.barked = asyncio.Event()
        self._expire = expire
        self._timer: asyncio.TimerHandle | None = None

    def sign(self, after_s: float) -> None:
        """Somebody is there: count from now."""
        self.stop()
        self.barked.clear()
        if self.watching:
            self._timer = asyncio.get_running_loop().call_later(after_s, self._bark)

    def stop(self) -> None:
        """Count no more, as one that is switched off."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _bark(self) -> None:
        self._expire()
        self.barked.set()
