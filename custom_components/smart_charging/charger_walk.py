"""Walks a charger through what it can do while a car charges, and tells by the meter what it truly did.

Each step is one more limit for a while: what the home needs, and every other limit, goes on to hold. It is no more than
any other charging, so nothing has to be taken back but the limit.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from .chargers.driver import ChargerDriver
from .engine.model.decision import Setpoint
from .engine.model.evse import Evse, EvseStatus

STEP: Final = timedelta(seconds=30)
"""A car follows within 5 s (IEC 61851-1, A.4), some take 20 s to begin again after a pause."""
_SETTLES: Final = timedelta(seconds=10)
"""What was measured before that may still be of the step before."""
_HIGHER_A: Final = 4.0
"""So much above the lowest current, the second step shows whether the car comes up."""
_TOLERANCE_A: Final = 1.0
_TOLERANCE_SHARE: Final = 0.05
_COMES_UP_A: Final = 1.5
"""A car that comes up by less may have done so by chance."""


class StepKind(StrEnum):
    """What is tried, in this order."""

    LOWEST = "lowest"
    HIGHER = "higher"
    PAUSE = "pause"
    RESUME = "resume"


class Followed(StrEnum):
    """What the meter showed."""

    YES = "yes"
    TOOK_MORE = "took_more"
    """More than it was told."""
    STAYED_LOW = "stayed_low"
    """It did not come up, though it might."""
    NOT_SEEN = "not_seen"
    """It tells no current, or was not told so: the home needed the power."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """One step: up to what it was allowed, what it was told and acknowledged, and what the car took, A per phase."""

    kind: StepKind
    allowed_a: float
    told_a: float | None
    acknowledged_a: float | None
    taken_a: float | None
    followed: Followed


class WalkImpossibleError(Exception):
    """A walk would show nothing; `reason` is why, as a key of `exceptions`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class _Walk:
    """One walk under way."""

    def __init__(self, evse: Evse, now: datetime, done: asyncio.Future[tuple[StepResult, ...]]) -> None:
        higher_a = min(evse.minimum_a + _HIGHER_A, evse.maximum_a)
        steps = [(StepKind.LOWEST, evse.minimum_a), (StepKind.HIGHER, higher_a)]
        if evse.can_pause:
            steps += [(StepKind.PAUSE, 0.0), (StepKind.RESUME, higher_a)]
        self._steps = steps
        self._began_at = now
        self._results: list[StepResult] = []
        self.done = done

    @property
    def allowed_a(self) -> float | None:
        """Up to what it is allowed now; None once it is over."""
        return None if len(self._results) == len(self._steps) else self._steps[len(self._results)][1]

    def ends_at(self) -> datetime:
        """When it is over, unless something ends it before."""
        return self._began_at + (len(self._steps) - len(self._results)) * STEP

    def look(self, status: EvseStatus, setpoint: Setpoint | None, now: datetime) -> None:
        """Take in what a tick saw."""
        if self.allowed_a is None or now - self._began_at < STEP:
            return
        self._results.append(self._judge(status, setpoint))
        self._began_at = now
        if len(self._results) == len(self._steps) and not self.done.done():
            self.done.set_result(tuple(self._results))

    def _judge(self, status: EvseStatus, setpoint: Setpoint | None) -> StepResult:
        kind, allowed_a = self._steps[len(self._results)]
        measured_at = status.measured_at
        fresh = measured_at is not None and measured_at >= self._began_at + _SETTLES
        taken_a = max(status.current_a) if fresh and status.current_a else None
        told_a = None if setpoint is None else setpoint.current_a
        return StepResult(
            kind=kind,
            allowed_a=allowed_a,
            told_a=told_a,
            acknowledged_a=status.offered_a,
            taken_a=taken_a,
            followed=self._followed(kind, told_a, taken_a),
        )

    def _followed(self, kind: StepKind, told_a: float | None, taken_a: float | None) -> Followed:
        if told_a is None or taken_a is None:
            return Followed.NOT_SEEN
        if taken_a > told_a * (1 + _TOLERANCE_SHARE) + _TOLERANCE_A:
            return Followed.TOOK_MORE
        if kind in {StepKind.LOWEST, StepKind.PAUSE}:
            return Followed.YES
        before = self._results[-1]
        if before.taken_a is None or told_a - (before.told_a or 0.0) < _COMES_UP_A:
            return Followed.NOT_SEEN
        return Followed.YES if taken_a - before.taken_a >= _COMES_UP_A else Followed.STAYED_LOW


class ChargerWalks:
    """The walks of one site's chargers."""

    def __init__(self, drivers: Mapping[str, ChargerDriver]) -> None:
        self._drivers = drivers
        self._walks: dict[str, _Walk] = {}

    async def run(self, evse: Evse, now: datetime) -> tuple[StepResult, ...]:
        """Walk this charger, and tell how each step went. Raises `WalkImpossibleError`."""
        status = self._drivers[evse.evse_id].status
        if evse.evse_id in self._walks:
            raise WalkImpossibleError("test_under_way")
        if not status.reachable or status.state is None or not status.state.power_flows:
            raise WalkImpossibleError("test_shows_nothing")
        done: asyncio.Future[tuple[StepResult, ...]] = asyncio.get_running_loop().create_future()
        self._walks[evse.evse_id] = _Walk(evse, now, done)
        try:
            return await done
        finally:
            del self._walks[evse.evse_id]

    def bound(self, statuses: Mapping[str, EvseStatus]) -> dict[str, EvseStatus]:
        """The same, with the limit of a step where a walk is under way."""
        bounded = dict(statuses)
        for evse_id, walk in self._walks.items():
            status, allowed_a = statuses[evse_id], walk.allowed_a
            if allowed_a is not None:
                ceiling_a = allowed_a if status.ceiling_a is None else min(allowed_a, status.ceiling_a)
                bounded[evse_id] = replace(status, ceiling_a=ceiling_a)
        return bounded

    def look(self, statuses: Mapping[str, EvseStatus], setpoints: Mapping[str, Setpoint], now: datetime) -> None:
        """Take in what a tick saw and decided."""
        for evse_id, walk in self._walks.items():
            walk.look(statuses[evse_id], setpoints.get(evse_id), now)

    def ends_at(self, evse_id: str) -> datetime | None:
        """When the walk of this charger is over, UTC; None where none is under way."""
        walk = self._walks.get(evse_id)
        return None if walk is None else walk.ends_at()

    def stop(self) -> None:
        """Nobody steers any more: what is under way ends without a result."""
        for walk in self._walks.values():
            walk.done.cancel()
