"""A charging station that is asked over the local network, with the outlet's state behind it."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from .electrical import CAR_MINIMUM_A
from .outlet import DRAWS_ABOVE_A, Outlet

FIRST_A: Final = 6.0
"""What it offers before anybody has told it anything, as an installer leaves it."""
REBOOT_S: Final = 3.0


class LocalStation(ABC):
    """Answers on a port of the loopback. Its subclasses say in which protocol."""

    def __init__(
        self,
        outlet: Outlet,
        *,
        clock: Callable[[], datetime],
        on_command: Callable[[bool], None] = lambda _: None,
    ) -> None:
        """`on_command` hears of each limit, and whether it lowered the outlet's."""
        self.outlet = outlet
        self.port = 0
        self.told = False
        """Somebody has told it a limit."""
        self._clock, self._on_command = clock, on_command
        self._away_until: datetime | None = None
        outlet.told_a = FIRST_A

    @abstractmethod
    async def listen(self) -> None:
        """Listen on `port`; 0 takes any free one, and `port` is that afterwards."""

    @abstractmethod
    async def close(self) -> None:
        """Vanish, with all connections; no error where it does not listen."""

    async def run(self, url: str) -> None:
        """Stay there until cancelled, but for what `drop` takes away. It calls nobody: `url` is of no use."""
        del url
        try:
            while True:
                await asyncio.sleep(0.2)
                if self._away_until is not None:
                    await self.close()
                    await asyncio.sleep(max(0.0, (self._away_until - self._clock()).total_seconds()))
                    self._away_until = None
                    await self.listen()
        finally:
            with suppress(OSError):
                await self.close()

    def drop(self, seconds: float) -> None:
        """Lose the connection for so long."""
        self._away_until = self._clock() + timedelta(seconds=seconds)

    def reboot(self) -> None:
        """Lose power for a moment, and with it what it was told."""
        self.outlet.told_a = FIRST_A
        self.drop(REBOOT_S)

    def tick(self, now: datetime) -> None:  # noqa: B027 -- for those that count the time
        """Once a second, after the outlet has moved."""

    def tell(self, limit_a: float) -> None:
        """Take a limit, A per phase; 0 pauses."""
        before = self.outlet.told_a
        self.told, self.outlet.told_a = True, limit_a
        self._on_command(before is not None and limit_a < before)

    @property
    def letter(self) -> str:
        """The state of the control pilot (IEC 61851-1), as far as these stations tell it."""
        if self.outlet.car is None:
            return "A"
        return "C" if self.outlet.offered_a >= CAR_MINIMUM_A and self.outlet.drawn_a > DRAWS_ABOVE_A else "B"
