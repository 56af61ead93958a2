"""The bench of a charger that has to be asked: an emulator on a loopback socket at the other end."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, override

import aiohttp

from custom_components.smart_charging.chargers.device import Device
from custom_components.smart_charging.chargers.polled import Pace, PolledDriver
from custom_components.smart_charging.chargers.web import Web
from custom_components.smart_charging.engine.model.evse import EvState, Means

from ..csms.conftest import Clock
from .bench import EVSE, Bench
from .emulators.emulator import Emulator
from .waiting import Woken

# Nothing waits in real time.
HASTY = Pace(quick_s=0.01, slow_s=0.01, first_pause_s=0.01, longest_pause_s=0.02)
TIMEOUT_S = 0.2


class DeviceBench(Bench):
    """An emulator, not listening yet, and the driver that asks for it."""

    driver: PolledDriver

    def __init__(self, emulator: Emulator, device: Device) -> None:
        self.emulator = emulator
        self.device = device
        least_a = emulator.least_a
        self.evse = replace(EVSE, phases=EVSE.phases[: emulator.wires], minimum_a=least_a, failsafe_a=least_a)
        self.clock = Clock()
        self.woken = Woken()
        self.driver = PolledDriver(device, self.evse, self.clock, HASTY)
        self.tells_currents, self.tells_register = emulator.tells_currents, emulator.tells_register

    @override
    async def connect(self) -> None:
        await self.emulator.start()
        await self.woken.until(lambda: self.driver.status.reachable)

    @override
    async def disconnect(self) -> None:
        await self.emulator.stop()
        await self.woken.until(lambda: not self.driver.status.reachable)

    @override
    async def charge(self) -> None:
        self.emulator.state = EvState.C
        self.emulator.plugged_at_kwh = self.emulator.register_kwh
        await self.woken.until(lambda: self.driver.status.state is EvState.C)

    @override
    async def measure(self, current_a: float, register_kwh: float) -> None:
        self.emulator.current_a, self.emulator.register_kwh = current_a, register_kwh

    @override
    def watts(self, current_a: float) -> float:
        return self.emulator.watts(current_a)

    @override
    def refuse(self) -> None:
        self.emulator.refusing = True

    @override
    def commands(self) -> list[float]:
        return self.emulator.commands

    @override
    def interruptions(self) -> list[Means | None]:
        return []


type MakeDevice[E: Emulator] = Callable[[E, aiohttp.ClientSession], Device]


@asynccontextmanager
async def device_bench[E: Emulator](emulate: Callable[[], E], make: MakeDevice[E]) -> AsyncIterator[DeviceBench]:
    """Make the bench of one kind of charger: its emulator, and its device from that and a session."""
    emulator = emulate()
    # Takes a port, which the charger listens on later.
    await emulator.start()
    await emulator.stop()
    async with aiohttp.ClientSession() as session:
        bench = DeviceBench(emulator, make(emulator, session))
        try:
            yield bench
        finally:
            await bench.driver.stop()
            await emulator.stop()


@asynccontextmanager
async def talking[E: Emulator, D: Device](
    emulate: Callable[[], E], make: Callable[[E, aiohttp.ClientSession], D]
) -> AsyncIterator[tuple[E, D]]:
    """Make an emulator that listens, and the device that talks to it, without a driver in between."""
    emulator = emulate()
    await emulator.start()
    async with aiohttp.ClientSession() as session:
        device = make(emulator, session)
        try:
            yield emulator, device
        finally:
            await device.close()
            await emulator.stop()


def web(emulator: Emulator, session: aiohttp.ClientSession, **more: Any) -> Web:
    """HTTP to an emulator."""
    return Web(session, f"http://127.0.0.1:{emulator.port}", timeout_s=TIMEOUT_S, **more)
