"""Checks on purpose whether a charger falls back to its failsafe current when nobody steers it, by its own meter.

For two minutes it is sent nothing. The setpoint runs out at the charger in the first of them; what the car takes in the
second shows what the charger does when Home Assistant is gone. The home comes first: what has to be lowered meanwhile
is lowered, and ends the check.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from .chargers.driver import ChargerDriver
from .dispatch import Dispatcher
from .engine.model.evse import Evse, EvseStatus

LENGTH: Final = timedelta(seconds=120)
_LATE: Final = timedelta(seconds=15)
"""A charger's clock runs a little slow, a car takes a few seconds to follow, and readings come every few seconds."""

_TELLS_A: Final = 2.0
"""So much above the failsafe current the car has to take, or nothing would be seen to fall."""
_FLOWS_A: Final = 1.0
"""A car that charges takes more; less is what its electronics need."""
_TOLERANCE_A: Final = 1.0
"""What a meter is off by, and what a car takes more than it is offered."""


class Outcome(StrEnum):
    """What a check has shown."""

    KEPT = "kept"
    """The charger fell back."""
    NOT_KEPT = "not_kept"
    """The car went on with more."""
    HOME_CAME_FIRST = "home_came_first"
    """The charger had to be lowered meanwhile."""
    NOTHING_SEEN = "nothing_seen"
    """The car stopped, the charger was lost, or it gave no reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """How a check ended: what the car took before, and the most that it took once the setpoint had run out, A per phase."""

    outcome: Outcome
    at: datetime
    failsafe_a: float
    before_a: float
    after_a: float | None


def highest_a(status: EvseStatus) -> float | None:
    """Tell what the car takes on its highest phase, A; None where that is not known."""
    return max(status.current_a) if status.current_a else None


def tells(status: EvseStatus, failsafe_a: float) -> bool:
    """Tell whether a check would show anything now: the car takes clearly more than the failsafe current."""
    current_a = highest_a(status)
    return status.reachable and current_a is not None and current_a >= failsafe_a + _TELLS_A


class FailsafeCheck:
    """One check under way. `expiry_s` is how long the charger's setpoint outlasts its last renewal."""

    def __init__(self, status: EvseStatus, failsafe_a: float, expiry_s: float, now: datetime) -> None:
        self._failsafe_a = failsafe_a
        self._judged_from = now + timedelta(seconds=expiry_s) + _LATE
        self._ends_at = max(now + LENGTH, self._judged_from + _LATE)
        self._before_a = highest_a(status) or 0.0
        self._after_a: float | None = None

    @property
    def ends_at(self) -> datetime:
        """When it is over, UTC, unless something ends it before."""
        return self._ends_at

    def look(self, status: EvseStatus, now: datetime, *, broken: bool) -> CheckResult | None:
        """Take in what the charger tells; the result once there is one. `broken`: it had to be told something."""
        current_a, measured_at = highest_a(status), status.measured_at
        if broken:
            # What a car leaves untaken goes to others: that is no need of the home.
            gone = current_a is None or current_a < _FLOWS_A
            return self._result(Outcome.NOTHING_SEEN if gone else Outcome.HOME_CAME_FIRST, now)
        if current_a is not None and measured_at is not None and measured_at >= self._judged_from:
            self._after_a = max(current_a, self._after_a or 0.0)
        if now < self._ends_at:
            return None
        if self._after_a is None or self._after_a < _FLOWS_A:
            return self._result(Outcome.NOTHING_SEEN, now)
        kept = self._after_a <= self._failsafe_a + _TOLERANCE_A
        return self._result(Outcome.KEPT if kept else Outcome.NOT_KEPT, now)

    def _result(self, outcome: Outcome, now: datetime) -> CheckResult:
        return CheckResult(
            outcome=outcome,
            at=now,
            failsafe_a=self._failsafe_a,
            before_a=self._before_a,
            after_a=self._after_a,
        )


class CheckImpossibleError(Exception):
    """A check would show nothing; `reason` is why, as a key of `exceptions`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class FailsafeChecks:
    """The checks of one site's chargers. `now` gives aware times in UTC."""

    def __init__(
        self, drivers: Mapping[str, ChargerDriver], dispatcher: Dispatcher, now: Callable[[], datetime]
    ) -> None:
        self._drivers = drivers
        self._dispatcher = dispatcher
        self._now = now
        self._running: dict[str, tuple[FailsafeCheck, asyncio.Future[CheckResult]]] = {}

    async def run(self, evse: Evse) -> CheckResult:
        """Check this charger, and tell how it went. Raises `CheckImpossibleError`."""
        driver, evse_id = self._drivers[evse.evse_id], evse.evse_id
        expiry_s = driver.capabilities.watchdog.timeout_s
        if evse_id in self._running:
            raise CheckImpossibleError("check_under_way")
        if expiry_s is None:
            raise CheckImpossibleError("check_no_watchdog")
        if not tells(driver.status, evse.failsafe_a):
            raise CheckImpossibleError("check_shows_nothing")
        result: asyncio.Future[CheckResult] = asyncio.get_running_loop().create_future()
        self._running[evse_id] = FailsafeCheck(driver.status, evse.failsafe_a, expiry_s, self._now()), result
        self._dispatcher.hush(evse_id)
        try:
            return await result
        finally:
            del self._running[evse_id]
            self._dispatcher.unhush(evse_id)

    def look(self, statuses: Mapping[str, EvseStatus], now: datetime) -> None:
        """Take in what a tick saw."""
        for evse_id, (check, result) in self._running.items():
            outcome = check.look(statuses[evse_id], now, broken=evse_id not in self._dispatcher.hushed)
            if outcome is not None and not result.done():
                result.set_result(outcome)

    def ends_at(self, evse_id: str) -> datetime | None:
        """When the check of this charger is over, UTC; None where none is under way."""
        running = self._running.get(evse_id)
        return None if running is None else running[0].ends_at

    def stop(self) -> None:
        """Nobody steers any more: what is under way ends without a result."""
        for _, result in self._running.values():
            result.cancel()
