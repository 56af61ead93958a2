"""Lets the event loop go round between the messages of many stations, so that the control loop is never behind all of them."""

import asyncio
import time
from collections.abc import Callable
from typing import Final
from weakref import WeakKeyDictionary

_LONGEST_S: Final = 0.02


class Breath:
    """One turn of the event loop deals with messages for `longest_s` of CPU at the most; one takes under a millisecond.

    A thousand stations that return together have messages for several seconds. asyncio hands all that have arrived to
    one turn, and timers wait for its end. `spent` gives CPU time, s: where the processor is busy with something else, to
    go round more often would help nobody.
    """

    def __init__(self, longest_s: float = _LONGEST_S, spent: Callable[[], float] = time.thread_time) -> None:
        self._longest_s = longest_s
        self._spent = spent
        self._began_s: float | None = None

    async def take(self) -> None:
        """Go on at once while this turn has time left; otherwise in a later one, in the order of asking."""
        while not self._has_time():  # noqa: ASYNC110 -- turns of the loop, not a wait
            await asyncio.sleep(0)

    def _has_time(self) -> bool:
        now_s = self._spent()
        if self._began_s is None:
            self._began_s = now_s
            asyncio.get_running_loop().call_soon(self._end)
        return now_s - self._began_s < self._longest_s

    def _end(self) -> None:
        self._began_s = None


_BREATHS: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, Breath]] = WeakKeyDictionary()


def shared_breath() -> Breath:
    """The one of the running loop: it is the loop's time, whichever csms takes it."""
    return _BREATHS.setdefault(asyncio.get_running_loop(), Breath())
