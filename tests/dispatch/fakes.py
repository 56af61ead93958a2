"""Chargers whose answers a test gives, and a clock that goes when told."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import override

from custom_components.smart_charging.chargers.driver import ChargerDriver, ChargerError
from custom_components.smart_charging.engine.model.decision import Decision, Setpoint
from custom_components.smart_charging.engine.model.evse import Capabilities, EvseStatus
from custom_components.smart_charging.engine.model.reason import Reason, ReasonCode
from custom_components.smart_charging.engine.model.state import ControlState

REASON = Reason(code=ReasonCode.AT_MAXIMUM)


class Clock:
    """A clock that goes only when told."""

    def __init__(self) -> None:
        self.at = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class FakeDriver(ChargerDriver):
    """A charger that acknowledges at once, or when its `answers` are given."""

    def __init__(self, clock: Clock, offered_a: float | None = 6.0, **can: object) -> None:
        self._clock = clock
        self._capabilities = Capabilities(**can)  # type: ignore[arg-type]
        self.told: list[float] = []
        self.log: list[str] | None = None
        self.holds: asyncio.Event | None = None
        """While set, an answer waits for it."""
        self.fails: Exception | None = None
        self.now_status = EvseStatus(reachable=True, reachable_since=clock.at, offered_a=offered_a, offered_at=clock.at)

    @property
    @override
    def capabilities(self) -> Capabilities:
        return self._capabilities

    @property
    @override
    def status(self) -> EvseStatus:
        return self.now_status

    @override
    async def start(self, on_status: Callable[[], None]) -> None:
        raise AssertionError

    @override
    async def stop(self) -> None:
        raise AssertionError

    @override
    async def apply(self, current_a: float) -> None:
        self.told.append(current_a)
        if self.holds is not None:
            await self.holds.wait()
        if self.fails is not None:
            raise self.fails
        self.offer(current_a)

    def offer(self, current_a: float) -> None:
        """Change the offer."""
        if self.now_status.offered_a != current_a:
            self.now_status = replace(self.now_status, offered_a=current_a, offered_at=self._clock.at)


def decide(clock: Clock, **currents_a: float | None) -> Decision:
    """Make a decision of these setpoints."""
    return Decision(
        at=clock.at,
        setpoints={
            evse_id: Setpoint(evse_id=evse_id, current_a=current_a, reason=REASON)
            for evse_id, current_a in currents_a.items()
        },
        headroom={},
        next_state=ControlState(),
    )


async def settle() -> None:
    """Let everything run that can run without time passing."""
    for _ in range(20):
        await asyncio.sleep(0)


__all__ = ["ChargerError", "Clock", "FakeDriver", "decide", "settle"]
