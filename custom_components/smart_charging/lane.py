"""A lane: the way to one charger, with at most one command under way and at most one waiting."""

import asyncio
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from .chargers.driver import ChargerDriver
from .chargers.errors import ChargerError
from .engine.model.decision import Setpoint
from .engine.model.evse import Means

_LOGGER: Final = logging.getLogger(__name__)

TIMEOUT_S: Final = 10.0
"""A charger that has not acknowledged by then counts as not told; the next tick tells it again."""

FREE_TRIES: Final = 5
MOST_REST_S: Final = 30.0
"""What a charger has not taken so many times is tried again more and more seldom, up to this: some write each command to a
memory that wears out, or answer nothing else meanwhile. Another command goes out at once."""
MOST_DOUBLINGS: Final = 5
"""The rest doubles so often: 2, 4, 8, 16, and then the most."""

_INTERRUPTS: Final = (Means.STOP, Means.DISABLE)
"""What goes beyond an offer, the gentler one first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A setpoint as it is sent: A per phase, on so many of the charger's phases (None: all), and what goes beyond an offer."""

    current_a: float
    phases: int | None = None
    interrupt: Means | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """A command that a charger acknowledged at `at`, and what its status said right then.

    When the status says something else later (another offer, a new connection), it has changed by itself, and the
    acknowledgement counts no more.
    """

    command: Command
    at: datetime
    offered_at: datetime | None
    reachable_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failed:
    """A command that a charger did not take at `at`, on the connection of that time."""

    command: Command
    at: datetime
    reachable_since: datetime | None


class Lane:
    """The way to one charger. `interrupted` is what it was told beyond an offer, and was not released from since."""

    def __init__(
        self, name: str, driver: ChargerDriver, now: Callable[[], datetime], interrupted: Means | None = None
    ) -> None:
        self._name = name
        self.driver = driver
        self.interrupted = interrupted
        self.acknowledged: Acknowledged | None = None
        self.failures = 0
        """Commands in a row that were not acknowledged."""
        self._failed: _Failed | None = None
        self._now = now
        self._rose_at: datetime | None = None
        self._under_way: Command | None = None
        self._waiting: Command | None = None
        self._lowers = False
        self._task: asyncio.Task[bool] | None = None

    @property
    def lowering(self) -> asyncio.Task[bool] | None:
        """What brings this charger down at the moment; it gives False when it failed."""
        return self._task if self._task is not None and self._lowers else None

    @property
    def standing_a(self) -> float:
        """The most that the charger may have by now, A per phase; infinite where nobody knows."""
        acknowledged_a = self.acknowledged.command.current_a if self.acknowledged is not None else math.inf
        offered_a = self.driver.status.offered_a
        under_way_a = self._under_way.current_a if self._under_way is not None else 0.0
        return max(acknowledged_a if offered_a is None else offered_a, under_way_a)

    @property
    def standing_phases(self) -> int:
        """On how many of its phases it may have that, at the most."""
        under_way = self._under_way.phases if self._under_way is not None else 0
        return max(self._count(self.driver.status.offered_phases), self._count(under_way))

    def command(self, setpoint: Setpoint) -> Command | None:
        """Make a setpoint a command, as far as the charger knows the means; None where nothing is commanded.

        One that was interrupted by the last means is not led back to a gentler one, but only released.
        """
        if setpoint.current_a is None:
            return None
        interrupt = setpoint.means if setpoint.means in _INTERRUPTS else None
        if interrupt not in self.driver.capabilities.means:
            interrupt = None
        if interrupt is Means.STOP and self.interrupted is Means.DISABLE:
            interrupt = Means.DISABLE
        return Command(current_a=setpoint.current_a, phases=setpoint.phases, interrupt=interrupt)

    def is_due(self, command: Command) -> bool:
        """Tell whether the charger has to be told this now, or again."""
        if self._task is not None:
            return command != (self._under_way if self._waiting is None else self._waiting)
        acknowledged, status = self.acknowledged, self.driver.status
        if acknowledged is None or acknowledged.command != command or self.interrupted is not command.interrupt:
            return True
        if (acknowledged.offered_at, acknowledged.reachable_since) != (status.offered_at, status.reachable_since):
            return True
        renew_after_s = self.driver.capabilities.watchdog.renew_after_s
        age_s = (self._now() - acknowledged.at).total_seconds()
        # Below zero: the clock was set back, and the age is not known.
        return renew_after_s is not None and not 0 <= age_s < renew_after_s

    def rests(self, command: Command) -> bool:
        """Tell whether this command, which is due, was not taken so often that it is tried again only later."""
        failed = self._failed
        if failed is None or self.failures < FREE_TRIES or self._task is not None or failed.command != command:
            return False
        if failed.reachable_since != self.driver.status.reachable_since:
            return False
        # Bounded before the power is taken: a station may refuse for days.
        rest_s = min(MOST_REST_S, 2.0 ** min(self.failures - FREE_TRIES + 1, MOST_DOUBLINGS))
        return 0 <= (self._now() - failed.at).total_seconds() < rest_s

    def rises(self, command: Command) -> bool:
        """Tell whether this is more than the charger may have by now, so that it can wait.

        Where nothing is known it may have anything, and no setpoint can wait. An interruption never does.
        """
        if command.interrupt is not None:
            return False
        more_phases = command.current_a > 0 and self._count(command.phases) > self.standing_phases
        return command.current_a > self.standing_a or more_phases or self.interrupted is not None

    def may_rise(self) -> bool:
        """Tell whether the charger's memory may be written again for a mere increase."""
        interval_s = self.driver.capabilities.write_interval_s
        return self._rose_at is None or not 0 <= (self._now() - self._rose_at).total_seconds() < interval_s

    def lower_half(self, command: Command) -> Command | None:
        """Give what of a command that rises is a reduction, and must not wait: less current, on the phases that it has."""
        if self.interrupted is not None or command.current_a >= self.standing_a:
            return None
        return replace(command, phases=self.driver.status.offered_phases)

    def drop(self) -> None:
        """Forget what waits, if anything."""
        self._waiting = None

    def submit(self, command: Command) -> None:
        """Send this as soon as the command under way is done with, in place of what waited."""
        if self.rises(command):
            self._rose_at = self._now()
        self._lowers = self._lowers or self.reduces(command)
        self._waiting = command
        if self._task is None:
            # Lazily, so that the task is known before it runs.
            self._task = asyncio.Task(self._run(), loop=asyncio.get_running_loop(), eager_start=False)

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def stop(self) -> None:
        """Send nothing any more."""
        self._waiting = None
        if self._task is not None:
            self._task.cancel()
        await self.settle()

    def reduces(self, command: Command) -> bool:
        """Tell whether others may have what this takes away, once it is acknowledged."""
        if command.interrupt is not None and command.interrupt is not self.interrupted:
            return True
        return command.current_a < self.standing_a or self._count(command.phases) < self.standing_phases

    def _count(self, phases: int | None) -> int:
        return self.driver.capabilities.phases if phases is None else phases

    async def _run(self) -> bool:
        try:
            done = True
            while self._waiting is not None:
                self._under_way, self._waiting = self._waiting, None
                done = await self._send(self._under_way)
            return done
        finally:
            self._task, self._under_way, self._lowers = None, None, False

    async def _send(self, command: Command) -> bool:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._tell(command)
        except (ChargerError, TimeoutError) as error:
            self._fail(command, str(error) or "no answer in time")
            return False
        except Exception as error:
            # A driver's fault is its own: the other chargers go on.
            self._fail(command, f"{type(error).__name__}: {error}")
            _LOGGER.debug("Charger %s", self._name, exc_info=True)
            return False
        if self.failures:
            _LOGGER.info("Charger %s takes setpoints again", self._name)
        self.failures, self._failed = 0, None
        status = self.driver.status
        self.acknowledged = Acknowledged(
            command=command,
            at=self._now(),
            offered_at=status.offered_at,
            reachable_since=status.reachable_since,
        )
        return True

    async def _tell(self, command: Command) -> None:
        """Tell the setpoint, and once for each means what goes beyond it, or that it is taken back."""
        means = command.interrupt
        if means is not self.interrupted:
            try:
                await (self.driver.release() if means is None else self.driver.interrupt(means))
            except ChargerError:
                if means is not None:
                    # Better an offer that it may not heed than none.
                    await self.driver.apply(command.current_a, command.phases)
                raise
            self.interrupted = means
        await self.driver.apply(command.current_a, command.phases)

    def _fail(self, command: Command, why: str) -> None:
        self.acknowledged = None
        since = self.driver.status.reachable_since
        self._failed = _Failed(command=command, at=self._now(), reachable_since=since)
        if not self.failures:
            _LOGGER.warning("Charger %s did not take its setpoint: %s", self._name, why)
        self.failures += 1
