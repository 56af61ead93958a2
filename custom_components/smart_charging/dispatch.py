"""Brings decisions to the chargers: sends what differs, times out, and records what was acknowledged.

Pure asyncio. A tick never waits here: `dispatch` returns at once, commands run as tasks, one at a time per charger. What
a charger is still to be told is replaced by what the next tick decides, so nothing old is ever sent after something new.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any

from .chargers.driver import ChargerDriver
from .engine.model.decision import Decision
from .engine.model.evse import Means
from .lane import Command, Lane


class Dispatcher:
    """Sends decisions to the chargers, by charger id. `now` gives aware times in UTC; `names` are for the log.

    `interrupted` says which chargers were told to end charging by more than an offer, and were not released since.
    """

    def __init__(
        self,
        drivers: Mapping[str, ChargerDriver],
        now: Callable[[], datetime],
        names: Mapping[str, str] | None = None,
        interrupted: Mapping[str, Means] | None = None,
    ) -> None:
        names, interrupted = names or {}, interrupted or {}
        self._lanes = {
            evse_id: Lane(names.get(evse_id, evse_id), driver, now, interrupted.get(evse_id))
            for evse_id, driver in drivers.items()
        }
        self._tasks: set[asyncio.Task[None]] = set()
        self._generation = 0
        self._stopped = False
        self._hushed: set[str] = set()

    @property
    def failures(self) -> Mapping[str, int]:
        """How many commands in a row each charger has not acknowledged."""
        return {evse_id: lane.failures for evse_id, lane in self._lanes.items()}

    @property
    def interrupted(self) -> Mapping[str, Means]:
        """Which chargers are told to end charging by more than an offer."""
        return {evse_id: lane.interrupted for evse_id, lane in self._lanes.items() if lane.interrupted is not None}

    @property
    def hushed(self) -> frozenset[str]:
        """The chargers that are sent nothing on purpose; see `hush`."""
        return frozenset(self._hushed)

    def hush(self, evse_id: str) -> None:
        """Send this charger nothing, not even a renewal, until it has to be lowered, or until `unhush`."""
        self._hushed.add(evse_id)

    def unhush(self, evse_id: str) -> None:
        """Steer this charger again; one that is steered already is no error."""
        self._hushed.discard(evse_id)

    def dispatch(self, decision: Decision) -> None:
        """Begin to send what this decision changes, and what has to be renewed.

        Reductions go out at once and side by side. Increases follow when every reduction that is under way was
        acknowledged; if one fails they are dropped, and the next tick decides anew. One that keeps failing is tried again
        more and more seldom, and holds them back all the same. A setpoint of None sends nothing, renews nothing and takes
        back what waited: the charger's own watchdog takes over. A means beyond an offer goes out once; it is taken back
        like an increase, as soon as the setpoint is an offer again.
        """
        if self._stopped:
            return
        self._generation += 1
        rising: list[tuple[Lane, Command]] = []
        refused = False
        for evse_id, setpoint in decision.setpoints.items():
            lane = self._lanes.get(evse_id)
            if lane is None:
                continue
            command = lane.command(setpoint)
            if command is None or self._keeps_silent(evse_id, lane, command):
                lane.drop()
            elif not lane.is_due(command):
                continue
            elif lane.rests(command):
                lane.drop()
                refused = refused or lane.reduces(command)
            elif not lane.rises(command):
                lane.submit(command)
            elif (lower_half := lane.lower_half(command)) is not None:
                lane.submit(lower_half)
            else:
                rising.append((lane, command))
        if not refused:
            self._raise(rising)

    async def lower(self, most_a: Mapping[str, float]) -> None:
        """Bring those chargers down to these currents that have more, and wait until each has answered, or failed to."""
        for evse_id, current_a in most_a.items():
            lane = self._lanes.get(evse_id)
            if lane is not None and lane.driver.status.reachable and lane.standing_a > current_a:
                lane.submit(Command(current_a=current_a, interrupt=lane.interrupted))
        await asyncio.gather(*(lane.settle() for lane in self._lanes.values()))

    async def stop(self) -> None:
        """Send nothing any more. What was acknowledged stays until the chargers' watchdogs end it."""
        self._stopped = True
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, *(lane.stop() for lane in self._lanes.values()), return_exceptions=True)

    def _keeps_silent(self, evse_id: str, lane: Lane, command: Command) -> bool:
        if evse_id in self._hushed and lane.reduces(command):
            # What the home needs goes before whatever is to be found out.
            self._hushed.discard(evse_id)
        return evse_id in self._hushed

    def _raise(self, rising: list[tuple[Lane, Command]]) -> None:
        rising = [(lane, command) for lane, command in rising if lane.may_rise()]
        if not rising:
            return
        for lane, _ in rising:
            lane.drop()
        lowering = [lane.lowering for lane in self._lanes.values()]
        under_way = [task for task in lowering if task is not None]
        if under_way:
            self._spawn(self._raise_after(under_way, rising, self._generation))
            return
        for lane, command in rising:
            lane.submit(command)

    async def _raise_after(
        self, under_way: list[asyncio.Task[bool]], rising: list[tuple[Lane, Command]], generation: int
    ) -> None:
        results = await asyncio.gather(*under_way, return_exceptions=True)
        if generation == self._generation and all(result is True for result in results):
            for lane, command in rising:
                lane.submit(command)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
