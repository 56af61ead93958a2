"""What the demo's tests share."""

from datetime import UTC, datetime, timedelta

import pytest


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """The peers speak over loopback sockets."""


class Clock:
    """A clock that is told what time it is."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 15, 18, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()
