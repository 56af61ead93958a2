"""Brings decisions to the chargers: sends what differs, times out, and records what was acknowledged.

Pure asyncio. A tick never waits here: `dispatch` returns at once, commands run as tasks, one at a time per charger. What
a charger is still to be told is replaced by what the next tick decides, so nothing old is ever sent after something new.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from .chargers.driver import ChargerDriver, ChargerError
from .engine.model.decision import Decision

_LOGGER: Final = logging.getLogger(__name__)

TIMEOUT_S: Final = 10.0
"""A charger that has not acknowledged by then counts as not told; the next tick tells it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """A setpoint, A per phase, that a charger acknowledged at `at`, and what its status said right then.

    When the status says something else later (another offer, a new connection), it has changed by itself, and the
    acknowledgement counts no more.
    """

    current_a: float
    at: datetime
    offered_at: datetime | None
    reachable_since: datetime | None


class Lane:
    """The way to one charger: at most one command under way, and at most one waiting."""

    def __init__(self, name: str, driver: ChargerDriver, now: Callable[[], datetime]) -> None:
        self._name = name
        self.driver = driver
        self.acknowledged: Acknowledged | None = None
        self.failures = 0
        """Commands in a row that were not acknowledged."""
        self._now = now
        self._rose_at: datetime | None = None
        self._under_way_a: float | None = None
        self._waiting_a: float | None = None
        self._lowers = False
        self._task: asyncio.Task[bool] | None = None

    @property
    def lowering(self) -> asyncio.Task[bool] | None:
        """What brings this charger down at the moment; it gives False when it failed."""
        return self._task if self._task is not None and self._lowers else None

    def is_due(self, current_a: float) -> bool:
        """Tell whether the charger has to be told this setpoint now, or again."""
        if self._task is not None:
            return current_a != (self._under_way_a if self._waiting_a is None else self._waiting_a)
        acknowledged, status = self.acknowledged, self.driver.status
        if acknowledged is None or acknowledged.current_a != current_a:
            return True
        if (acknowledged.offered_at, acknowledged.reachable_since) != (status.offered_at, status.reachable_since):
            return True
        renew_after_s = self.driver.capabilities.watchdog.renew_after_s
        age_s = (self._now() - acknowledged.at).total_seconds()
        # Below zero: the clock was set back, and the age is not known.
        return renew_after_s is not None and not 0 <= age_s < renew_after_s

    def rises(self, current_a: float) -> bool:
        """Tell whether this setpoint is more than the charger may have by now, so that it can wait.

        Where nothing is known it may have anything, and no setpoint can wait.
        """
        return current_a > self._standing_a()

    def may_rise(self) -> bool:
        """Tell whether the charger's memory may be written again for a mere increase."""
        interval_s = self.driver.capabilities.write_interval_s
        return self._rose_at is None or not 0 <= (self._now() - self._rose_at).total_seconds() < interval_s

    def drop(self) -> None:
        """Forget what waits, if anything."""
        self._waiting_a = None

    def submit(self, current_a: float) -> None:
        """Send this as soon as the command under way is done with, in place of what waited."""
        standing_a = self._standing_a()
        if current_a > standing_a:
            self._rose_at = self._now()
        self._lowers = self._lowers or current_a < standing_a
        self._waiting_a = current_a
        if self._task is None:
            # Lazily, so that the task is known before it runs.
            self._task = asyncio.Task(self._run(), loop=asyncio.get_running_loop(), eager_start=False)

    async def stop(self) -> None:
        """Send nothing any more."""
        self._waiting_a = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _standing_a(self) -> float:
        """Tell the most that the charger may have by now, A per phase; infinite where nobody knows."""
        acknowledged_a = self.acknowledged.current_a if self.acknowledged is not None else math.inf
        offered_a = self.driver.status.offered_a
        return max(acknowledged_a if offered_a is None else offered_a, self._under_way_a or 0.0)

    async def _run(self) -> bool:
        try:
            done = True
            while self._waiting_a is not None:
                self._under_way_a, self._waiting_a = self._waiting_a, None
                done = await self._send(self._under_way_a)
            return done
        finally:
            self._task, self._under_way_a, self._lowers = None, None, False

    async def _send(self, current_a: float) -> bool:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self.driver.apply(current_a)
        except (ChargerError, TimeoutError) as error:
            self._fail(str(error) or "no answer in time")
            return False
        except Exception as error:
            # A driver's fault is its own: the other chargers go on.
            self._fail(f"{type(error).__name__}: {error}")
            _LOGGER.debug("Charger %s", self._name, exc_info=True)
            return False
        if self.failures:
            _LOGGER.info("Charger %s takes setpoints again", self._name)
        self.failures = 0
        status = self.driver.status
        self.acknowledged = Acknowledged(
            current_a=current_a,
            at=self._now(),
            offered_at=status.offered_at,
            reachable_since=status.reachable_since,
        )
        return True

    def _fail(self, why: str) -> None:
        self.acknowledged = None
        if not self.failures:
            _LOGGER.warning("Charger %s did not take its setpoint: %s", self._name, why)
        self.failures += 1


class Dispatcher:
    """Sends decisions to the chargers, by charger id. `now` gives aware times in UTC; `names` are for the log."""

    def __init__(
        self,
        drivers: Mapping[str, ChargerDriver],
        now: Callable[[], datetime],
        names: Mapping[str, str] | None = None,
    ) -> None:
        names = names or {}
        self._lanes = {evse_id: Lane(names.get(evse_id, evse_id), driver, now) for evse_id, driver in drivers.items()}
        self._tasks: set[asyncio.Task[None]] = set()
        self._generation = 0
        self._stopped = False

    @property
    def failures(self) -> Mapping[str, int]:
        """How many commands in a row each charger has not acknowledged."""
        return {evse_id: lane.failures for evse_id, lane in self._lanes.items()}

    def dispatch(self, decision: Decision) -> None:
        """Begin to send what this decision changes, and what has to be renewed.

        Reductions go out at once and side by side. Increases follow when every reduction that is under way was
        acknowledged; if one fails they are dropped, and the next tick decides anew. A setpoint of None sends nothing,
        renews nothing and takes back what waited: the charger's own watchdog takes over.
        """
        if self._stopped:
            return
        self._generation += 1
        rising: list[tuple[Lane, float]] = []
        for evse_id, setpoint in decision.setpoints.items():
            lane = self._lanes.get(evse_id)
            if lane is None:
                continue
            if setpoint.current_a is None or not lane.is_due(setpoint.current_a):
                if setpoint.current_a is None:
                    lane.drop()
            elif lane.rises(setpoint.current_a):
                rising.append((lane, setpoint.current_a))
            else:
                lane.submit(setpoint.current_a)
        self._raise(rising)

    async def stop(self) -> None:
        """Send nothing any more. What was acknowledged stays until the chargers' watchdogs end it."""
        self._stopped = True
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, *(lane.stop() for lane in self._lanes.values()), return_exceptions=True)

    def _raise(self, rising: list[tuple[Lane, float]]) -> None:
        rising = [(lane, current_a) for lane, current_a in rising if lane.may_rise()]
        if not rising:
            return
        for lane, _ in rising:
            lane.drop()
        lowering = [lane.lowering for lane in self._lanes.values()]
        under_way = [task for task in lowering if task is not None]
        if under_way:
            self._spawn(self._raise_after(under_way, rising, self._generation))
            return
        for lane, current_a in rising:
            lane.submit(current_a)

    async def _raise_after(
        self, under_way: list[asyncio.Task[bool]], rising: list[tuple[Lane, float]], generation: int
    ) -> None:
        results = await asyncio.gather(*under_way, return_exceptions=True)
        if generation == self._generation and all(result is True for result in results):
            for lane, current_a in rising:
                lane.submit(current_a)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
