"""Many stations in one process: how they gather, live, and come back all at once."""

import asyncio
import math
import random
import time
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from websockets.asyncio.client import ClientConnection

from .ocpp_remote import Usage
from .ocpp_station import Lost, Station
from .result import BenchError

LATE_S: Final = 1.0
"""A heartbeat whose answer comes later than that after it was due is late."""
UNISON_S: Final = 1.0
"""Stations that measure by the clock do so all together, but for what their clocks differ."""
AT_ONCE: Final = 50
"""How many connect at the same time when there is no hurry."""
RETRY_S: Final = (1.0, 3.0)
"""What a station waits after it was not let in."""
MOST_TRIES: Final = 20

type Act = Callable[[float], Coroutine[Any, Any, None]]
"""Is given the moment when it was due."""


def identities(count: int) -> list[str]:
    """What the stations are called."""
    return [f"bench-{number:04}" for number in range(count)]


@dataclass(slots=True, kw_only=True)
class Life:
    """What was seen of the stations while they lived."""

    meter_values: int = 0
    late: int = 0
    """Heartbeats that were answered late, or never."""
    answered_ms: list[float] = field(default_factory=list)
    """From when a heartbeat was due until its answer was there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """How the stations came back. `began_s` and `settled_s` are by the system's monotonic clock."""

    began_s: float
    settled_s: float
    retries: int


class Swarm(Usage):
    """The stations of one csms."""

    def __init__(self) -> None:
        self._stations: list[Station] = []
        self._port = 0
        self._living: list[asyncio.Task[None]] = []
        self._life = Life()
        self._retries = 0
        self._abandoned: list[ClientConnection | None] = []
        self._chance = random.Random("ocpp bench")

    async def gather(self, port: int, count: int) -> None:
        """Connect so many stations, and let them boot."""
        self._port = port
        self._stations = [Station(identity) for identity in identities(count)]
        room = asyncio.Semaphore(AT_ONCE)

        async def arrive(station: Station) -> None:
            async with room:
                await station.connect(port)
                await station.boot()

        await _all(arrive(station) for station in self._stations)

    async def leave(self) -> None:
        """Hang up."""
        for socket in self._abandoned:
            if socket is not None:
                socket.transport.abort()
        await _all(station.close() for station in self._stations)
        self._stations, self._abandoned = [], []

    async def start(self) -> None:
        """Let all begin to charge."""
        await _all(station.start() for station in self._stations)

    async def repeat(self, message: str, times: int) -> None:
        """Let each send this message (`meter`, `heartbeat`, `status`) so many times, the next when one was answered."""

        async def send(station: Station) -> None:
            for _ in range(times):
                await getattr(station, message)()

        await _all(send(station) for station in self._stations)

    def live(self, sample_s: float, heartbeat_s: float) -> None:
        """From now on tell meter values, all within the same second of each period, and heartbeats, evenly spread.

        That second begins at a whole multiple of the monotonic clock's period; the csms's ticks are on whole seconds too.
        """
        self._life, began_s = Life(), sample_s * math.ceil(time.monotonic() / sample_s)
        for number, station in enumerate(self._stations):
            share = number / len(self._stations)
            routines = (
                _each(began_s + self._chance.uniform(0.0, UNISON_S), sample_s, self._meter(station)),
                _each(began_s + heartbeat_s * share, heartbeat_s, self._heartbeat(station)),
            )
            self._living += [asyncio.create_task(routine) for routine in routines]

    async def rest(self) -> Life:
        """Stop that, and tell what was seen."""
        living, self._living = self._living, []
        for task in living:
            task.cancel()
        await asyncio.gather(*living, return_exceptions=True)
        return self._life

    async def storm(self) -> Storm:
        """Break every other connection off, abandon the others, and come back at once, all together.

        A station has come back when it has booted, told its state, and had its first meter values answered.
        """
        self._retries = 0
        began_s = time.monotonic()
        for number, station in enumerate(self._stations):
            if number % 2:
                self._abandoned.append(station.vanish())
            else:
                station.reset()
        await _all(self._return(station) for station in self._stations)
        return Storm(began_s=began_s, settled_s=time.monotonic(), retries=self._retries)

    async def _return(self, station: Station) -> None:
        for _ in range(MOST_TRIES):
            try:
                await station.connect(self._port)
                await station.boot()
                await station.meter()
            except Lost:
                self._retries += 1
                await asyncio.sleep(self._chance.uniform(*RETRY_S))
            else:
                return
        raise BenchError(f"{station.identity} was not let in again")

    def _meter(self, station: Station) -> Act:
        async def act(_due_s: float) -> None:
            try:
                await station.meter()
            except Lost:
                return
            self._life.meter_values += 1

        return act

    def _heartbeat(self, station: Station) -> Act:
        async def act(due_s: float) -> None:
            life = self._life
            life.late += 1
            try:
                await station.heartbeat()
            except Lost:
                return
            waited_s = time.monotonic() - due_s
            life.answered_ms.append(waited_s * 1000)
            if waited_s <= LATE_S:
                life.late -= 1

        return act


async def _each(first_s: float, period_s: float, act: Act) -> None:
    due_s = first_s
    while True:
        await asyncio.sleep(max(0.0, due_s - time.monotonic()))
        await act(due_s)
        due_s += period_s


async def _all(doings: Iterable[Coroutine[Any, Any, None]]) -> None:
    tasks = [asyncio.create_task(doing) for doing in doings]
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Lost):
            raise BenchError(f"a station: {outcome}")
        if outcome is not None:
            raise outcome
