"""A driver whose charger is an outlet of the simulated home: it answers late, drops out, and has profiles that run out."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final, override

from custom_components.smart_charging.chargers.driver import ChargerDriver
from custom_components.smart_charging.engine.model.evse import (
    Capabilities,
    EvseStatus,
    Means,
    Watchdog,
    WatchdogKind,
)
from demo.outlet import Outlet
from tests.simulation.world import FAILSAFE_A, START, STATES, WATCHDOG_S, profile

ANSWERS_S: Final = (0.05, 1.5)
"""How long a station takes to acknowledge."""


class OutletDriver(ChargerDriver):
    """Speaks for one outlet. `measures_s`: how often it tells what it measures; what happens is told at once."""

    def __init__(self, outlet: Outlet, now: Callable[[], datetime], *, measures_s: int = 10, seed: int = 0) -> None:
        self.outlet = outlet
        self.told: list[tuple[datetime, float]] = []
        self._now = now
        self._measures_s = measures_s
        self._chance = random.Random(f"driver {seed}")  # noqa: S311 an answer's delay, not a secret
        self._capabilities = Capabilities(
            phases=outlet.phases,
            step_a=0.1,
            watchdog=Watchdog(kind=WatchdogKind.EXPIRY, timeout_s=WATCHDOG_S, renew_after_s=WATCHDOG_S / 2),
        )
        self._status = EvseStatus(reachable=True, reachable_since=START)
        self._expires_at: datetime | None = None
        outlet.profiles.install(
            1, profile(1, "TxDefaultProfile", FAILSAFE_A), transaction_id=None, running=outlet.transaction is not None
        )

    @property
    @override
    def capabilities(self) -> Capabilities:
        return self._capabilities

    @property
    @override
    def status(self) -> EvseStatus:
        return self._status

    @override
    async def start(self, on_status: Callable[[], None]) -> None:
        raise AssertionError

    @override
    async def stop(self) -> None:
        raise AssertionError

    @override
    async def interrupt(self, means: Means) -> None:
        raise AssertionError

    @override
    async def release(self) -> None:
        raise AssertionError

    @override
    async def apply(self, current_a: float, phases: int | None = None) -> None:
        await asyncio.sleep(self._chance.uniform(*ANSWERS_S))
        if not self._status.reachable:
            await asyncio.sleep(3600)
        now = self._now()
        self.outlet.profiles.install(
            1,
            profile(2, "TxProfile", current_a, start=now, duration_s=WATCHDOG_S),
            transaction_id=None,
            running=self.outlet.transaction is not None,
        )
        if current_a != self._status.offered_a:
            self.told.append((now, current_a))
            self._status = replace(self._status, offered_a=current_a, offered_at=now)

    def reach(self, *, reachable: bool) -> None:
        """Drop out, or come back."""
        self._status = replace(self._status, reachable=reachable, reachable_since=self._now())

    def observe(self, second: int) -> None:
        """Hear what the station says, if it can be heard."""
        if not self._status.reachable:
            return
        now, state = self._now(), STATES[self.outlet.status]
        if state is not self._status.state:
            self._status = replace(self._status, state=state, state_at=now)
        if second % self._measures_s == 0:
            self._status = replace(self._status, measured_at=now, current_a=self.outlet.current_a)
