"""What tests of the csms share: a csms on a free loopback port, a clock that is told the time, and recorded events."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charging.csms.crowd import ServerLimits
from custom_components.smart_charging.csms.events import Event
from custom_components.smart_charging.csms.server import CentralSystem
from custom_components.smart_charging.csms.station import Station

from .peer import PATIENCE_S


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """Loopback sockets are what these tests are about."""


class Clock:
    """A clock that goes only when told."""

    def __init__(self) -> None:
        self.at = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Recorder:
    """Keeps a station's events, and waits for those to come."""

    def __init__(self, station: Station) -> None:
        self.events: list[Event] = []
        self._changed = asyncio.Event()
        station.subscribe(self._take)

    def _take(self, event: Event) -> None:
        self.events.append(event)
        self._changed.set()

    def of[E: Event](self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    async def wait_for[E: Event](self, kind: type[E], count: int = 1) -> E:
        """Wait until there are as many of this kind, and return the last of them."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.of(kind)) < count:
                self._changed.clear()
                await self._changed.wait()
        return self.of(kind)[count - 1]


async def until(condition: Callable[[], object]) -> None:
    """Wait for what no event tells of."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 -- turns of the loop, not a wait
            await asyncio.sleep(0)


type MakeCsms = Callable[..., CentralSystem]

# Nothing waits in real time: a station that does not boot is carried on with at once, unless a test says otherwise.
IMPATIENT = ServerLimits(call_timeout_s=PATIENCE_S, boot_grace_s=0.0, close_timeout_s=0.2)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def make_csms(clock: Clock) -> AsyncIterator[MakeCsms]:
    """Makes csms that are stopped at the end."""
    made: list[CentralSystem] = []

    def make(**options: object) -> CentralSystem:
        csms = CentralSystem(**({"now": clock, "limits": IMPATIENT} | options))  # type: ignore[arg-type]
        made.append(csms)
        return csms

    yield make
    for csms in made:
        await csms.stop()


@pytest.fixture
async def csms(make_csms: MakeCsms) -> CentralSystem:
    """A csms that knows station CP1, without a key."""
    csms = make_csms()
    csms.add_known("CP1", None)
    await csms.start("127.0.0.1", 0)
    return csms
