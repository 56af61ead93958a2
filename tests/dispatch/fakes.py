"""Chargers whose answers a test gives, and a clock that goes when told."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import override

from custom_components.smart_charging.chargers.driver import ChargerDriver
from custom_components.smart_charging.chargers.errors import ChargerRefusedError
from custom_components.smart_charging.engine.model.decision import Decision, Setpoint
from custom_components.smart_charging.engine.model.evse import Capabilities, EvseStatus, Means
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
        self.told_phases: list[int | None] = []
        self.interruptions: list[Means | None] = []
        """Each one, and None for each release."""
        self.heeds_interruptions = True
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
    async def apply(self, current_a: float, phases: int | None = None) -> None:
        self.told.append(current_a)
        self.told_phases.append(phases)
        if self.holds is not None:
            await self.holds.wait()
        if self.fails is not None:
            raise self.fails
        self.offer(current_a, phases)

    @override
    async def interrupt(self, means: Means) -> None:
        self.interruptions.append(means)
        if not self.heeds_interruptions:
            raise ChargerRefusedError("no")

    @override
    async def release(self) -> None:
        self.interruptions.append(None)
        if not self.heeds_interruptions:
            raise ChargerRefusedError("no")

    def offer(self, current_a: float, phases: int | None = None) -> None:
        """Change the offer."""
        if (self.now_status.offered_a, self.now_status.offered_phases) != (current_a, phases):
            self.now_status = replace(
                self.now_status, offered_a=current_a, offered_phases=phases, offered_at=self._clock.at
            )


def decide(clock: Clock, **currents_a: float | None) -> Decision:
    """Make a decision of these setpoints."""
    return decide_on(clock, *(setpoint(evse_id, current_a) for evse_id, current_a in currents_a.items()))


def setpoint(
    evse_id: str, current_a: float | None, *, phases: int | None = None, means: Means = Means.OFFER
) -> Setpoint:
    """Make a setpoint."""
    return Setpoint(evse_id=evse_id, current_a=current_a, reason=REASON, phases=phases, means=means)


def decide_on(clock: Clock, *setpoints: Setpoint) -> Decision:
    """Make a decision of these setpoints."""
    return Decision(
        at=clock.at,
        setpoints={setpoint.evse_id: setpoint for setpoint in setpoints},
        headroom={},
        next_state=ControlState(),
    )


async def settle() -> None:
    """Let everything run that can run without time passing."""
    for _ in range(20):
        await asyncio.sleep(0)
