"""Our csms in a process of its own, as an integration would hold it: subscribed to, with a tick, and limits sent."""

import asyncio
import math
import time
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from custom_components.smart_charging.csms.crowd import ServerLimits
from custom_components.smart_charging.csms.errors import StationError
from custom_components.smart_charging.csms.events import Event, Ready
from custom_components.smart_charging.csms.server import CentralSystem
from custom_components.smart_charging.csms.station import Station
from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.state import ControlState

from .ocpp_remote import Usage
from .ocpp_station import CONNECTOR, VALID_S, key_of
from .result import BenchError
from .tick_site import look, site_of

TICK_S: Final = 1.0
SAFE_A: Final = 6.0
READY_S: Final = 60.0
"""How long stations are waited for to become ready."""


def limits_for(stations: int) -> ServerLimits:
    """The csms's own limits, but for a crowd behind one address that says more in a second than stations ever do.

    A station may have an old connection beside its new one, hence twice as many.
    """
    sockets = 2 * stations + 16
    return ServerLimits(
        sockets=sockets, sockets_per_address=sockets, frames_per_second=100_000.0, frames_burst=100_000.0
    )


class Ours(Usage):
    """The csms, and what stands in for the integration: it keeps a safe limit in each station that is ready."""

    def __init__(self) -> None:
        self._csms = CentralSystem()
        self._ready: set[str] = set()
        self._ready_s = 0.0
        self._changed = asyncio.Event()
        self._events = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._ticker: asyncio.Task[None] | None = None
        self._late_ms: list[float] = []
        self._steering = 0
        self._rounds = 0
        self._took_ms: list[float] = []
        self._failed: list[str] = []

    async def listen(self, most: int) -> int:
        """Take up to so many stations, once they are known; returns the port."""
        self._csms = CentralSystem(limits=limits_for(most))
        await self._csms.start("127.0.0.1", 0)
        assert self._csms.port is not None
        return self._csms.port

    def know(self, identities: Sequence[str]) -> None:
        """Let these in, each with its key."""
        for identity in identities:
            self._csms.add_known(identity, key_of(identity)).subscribe(self._take)

    def forget(self, identities: Sequence[str]) -> None:
        """Let these in no more."""
        for identity in identities:
            self._csms.remove_known(identity)

    async def stop(self) -> None:
        """Stop listening."""
        if self._ticker is not None:
            self._ticker.cancel()
        await self._csms.stop()

    def forget_ready(self) -> None:
        """Count anew who is ready."""
        self._ready.clear()

    async def ready(self, count: int) -> float:
        """Wait until so many have been asked and set up; returns when the last of them was (monotonic clock, s)."""
        try:
            async with asyncio.timeout(READY_S):
                while len(self._ready) < count:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise BenchError(f"only {len(self._ready)} of {count} stations became ready") from None
        return self._ready_s

    def connected(self) -> int:
        """How many stations are connected."""
        return len(self._stations())

    async def limit_each(self, times: int) -> None:
        """Set each charging station's limit so many times, the next when one was acknowledged."""

        async def limit(station: Station) -> None:
            for number in range(times):
                await station.set_limit(CONNECTOR, 6.0 + number % 10, valid_s=VALID_S)

        await asyncio.gather(*map(limit, self._stations()))

    def tick(self, chargers: int) -> None:
        """Decide for a site of that many chargers in each whole second from now on."""
        self._ticker = asyncio.create_task(self._tick(chargers))

    def ticked(self) -> list[float]:
        """How late each tick began, ms, since this was asked before; the ticks go on."""
        late_ms, self._late_ms = self._late_ms, []
        return late_ms

    async def steer(self, count: int, rounds: int) -> list[float]:
        """After each of the next ticks, set the limits of `count` stations at once, others each time.

        Returns how long each took from the decision until it was acknowledged, ms. Raises `BenchError` if one was not.
        """
        self._took_ms, self._failed, self._steering, self._rounds = [], [], count, rounds
        while len(self._took_ms) + len(self._failed) < count * rounds:
            self._changed.clear()
            await self._changed.wait()
        if self._failed:
            raise BenchError(f"{len(self._failed)} of {count * rounds} setpoints failed, such as: {self._failed[0]}")
        return self._took_ms

    async def _tick(self, chargers: int) -> None:
        site, state = site_of(chargers), ControlState()
        due_s = TICK_S * math.ceil(time.monotonic() / TICK_S)
        while True:
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            self._late_ms.append((time.monotonic() - due_s) * 1000)
            state = step(site, look(site, datetime.now(UTC), base_a=20.0 + due_s % 7), state, {}).next_state
            if self._rounds > 0:
                self._rounds -= 1
                self._dispatch(self._rounds)
            due_s += TICK_S

    def _dispatch(self, number: int) -> None:
        stations, count = self._stations(), self._steering
        begin, began_s = number * count % len(stations), time.perf_counter()
        for station in [*stations[begin:], *stations][:count]:
            self._spawn(self._limit(station, 6.0 + number % 10, began_s))

    async def _limit(self, station: Station, limit_a: float, began_s: float) -> None:
        try:
            await station.set_limit(CONNECTOR, limit_a, valid_s=VALID_S)
            self._took_ms.append((time.perf_counter() - began_s) * 1000)
        except StationError as error:
            self._failed.append(str(error))
        self._changed.set()

    def _stations(self) -> list[Station]:
        return [station for station in self._csms.stations.values() if station.connected]

    def _take(self, event: Event) -> None:
        self._events += 1
        if isinstance(event, Ready):
            self._spawn(self._secure(event.station))

    async def _secure(self, identity: str) -> None:
        try:
            await self._csms.station(identity).set_default_limit(CONNECTOR, SAFE_A)
        except StationError:
            return  # it is gone again
        self._ready.add(identity)
        self._ready_s = time.monotonic()
        self._changed.set()

    def _spawn(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
