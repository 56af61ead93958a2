"""What tests of drivers share: a csms on a free loopback port, a clock that is told the time."""

from collections.abc import AsyncIterator

import pytest

from custom_components.smart_charging.csms.server import CentralSystem

from ..csms.conftest import IMPATIENT, Clock


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """Loopback sockets are what these tests are about."""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def csms(clock: Clock) -> AsyncIterator[CentralSystem]:
    """A csms that knows station CP1, without a key."""
    csms = CentralSystem(now=clock, limits=IMPATIENT)
    csms.add_known("CP1", None)
    await csms.start("127.0.0.1", 0)
    yield csms
    await csms.stop()
