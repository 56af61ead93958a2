"""Wakes the tick: at once when something happens, but not all the time; and now and then when nothing does."""

import asyncio
import math
from collections.abc import Callable
from typing import Final

from homeassistant.core import callback

LEAST_INTERVAL_S: Final = 1.0
"""What wakes the tick within this time after the last one is joined into the next; see `wake` and `wake_by_meter`."""
METER_INTERVAL_S: Final = 0.5
"""Half the period of the quickest meters, so that one that is a little early is not late in the end."""
MOST_INTERVAL_S: Final = 10.0
"""A tick comes at least this often, whatever happens: renewals and delays depend on it."""


class Waker:
    """Calls `tick`; `next_in_s` then tells after how long it has to be called again at the latest."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, tick: Callable[[], None], next_in_s: Callable[[], float]
    ) -> None:
        self._loop = loop
        self._tick = tick
        self._next_in_s = next_in_s
        self._stopped = False
        self._awake = False
        self._soon: asyncio.Handle | None = None
        self._joining: asyncio.TimerHandle | None = None
        self._heartbeat: asyncio.TimerHandle | None = None
        self._heard_s: dict[str, float] = {}

    @callback
    def start(self) -> None:
        """Begin, after a first tick that somebody else made."""
        self._schedule_heartbeat()

    @callback
    def stop(self) -> None:
        """Wake nobody any more."""
        self._stopped = True
        for handle in (self._soon, self._joining, self._heartbeat):
            if handle is not None:
                handle.cancel()
        self._soon = self._joining = self._heartbeat = None

    @callback
    def wake(self) -> None:
        """Something happened: tick at once, or at the end of the second after the last tick."""
        if self._stopped or self._soon is not None:
            return
        if self._joining is not None:
            self._awake = True
            return
        # Not within this call: a meter tells its phases one after another, and all belong into the same tick.
        self._soon = self._loop.call_soon(self._run)

    @callback
    def wake_by_meter(self, circuit_id: str) -> None:
        """A circuit's meter spoke: tick at once, unless it did so within `METER_INTERVAL_S`. It never waits for what others said."""
        now_s = self._loop.time()
        if now_s - self._heard_s.get(circuit_id, -math.inf) >= METER_INTERVAL_S:
            self._heard_s[circuit_id] = now_s
            if self._joining is not None:
                self._joining.cancel()
                self._joining = None
        self.wake()

    @callback
    def _run(self) -> None:
        self._soon, self._awake = None, False
        if self._joining is not None:
            self._joining.cancel()
        self._joining = self._loop.call_later(LEAST_INTERVAL_S, self._end_joining)
        try:
            self._tick()
        finally:
            self._schedule_heartbeat()

    @callback
    def _end_joining(self) -> None:
        self._joining = None
        if self._awake:
            self._run()

    def _schedule_heartbeat(self) -> None:
        if self._heartbeat is not None:
            self._heartbeat.cancel()
        if not self._stopped:
            self._heartbeat = self._loop.call_later(self._next_in_s(), self._beat)

    @callback
    def _beat(self) -> None:
        self._heartbeat = None
        self.wake()
