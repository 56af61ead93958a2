"""The driver and the csms against the demo's station, which was written apart from them, in each version of OCPP."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from custom_components.smart_charging.chargers.ocpp import OcppDriver
from custom_components.smart_charging.chargers.ocpp_status import EXPIRY_S
from custom_components.smart_charging.csms.events import TransactionEnded
from custom_components.smart_charging.csms.server import CentralSystem
from custom_components.smart_charging.engine.model.evse import EvState, Means
from demo.car import Car
from demo.outlet import Outlet
from demo.station import Station
from demo.versions import Version

from ..csms.conftest import Clock, Recorder, until
from .bench import EVSE
from .waiting import Woken


class Street:
    """One charger with its outlet, and the driver that steers it, on one clock."""

    def __init__(self, csms: CentralSystem, clock: Clock, version: Version) -> None:
        self.clock = clock
        self.woken = Woken()
        self.recorder = Recorder(csms.station("CP1"))
        self.driver = OcppDriver(csms.station("CP1"), 1, EVSE, now=clock)
        self.outlet = Outlet(hardware_maximum_a=16.0)
        self.station = Station(self.outlet, clock=clock, identity="CP1", version=version, pause=self._pause)
        self._url = f"ws://127.0.0.1:{csms.port}"
        self._may_call = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self.driver.start(self.woken)
        self._may_call.set()
        self._running = asyncio.create_task(self.station.run(self._url))
        await self.until(lambda: self.driver.status.offered_a is not None)

    async def stop(self) -> None:
        assert self._running is not None
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        await self.driver.stop()

    async def until(self, condition: Callable[[], object]) -> None:
        await until(condition)

    async def pass_seconds(self, seconds: int) -> None:
        """A second at a time, with turns of the loop in between, as the demo has them."""
        for _ in range(seconds):
            self.clock.advance(1)
            self.outlet.step(self.clock.at, 1.0)
            self.station.tick(self.clock.at)
            for _ in range(20):
                await asyncio.sleep(0)

    async def plug(self) -> None:
        self.outlet.plug(Car(), self.clock.at)
        await self.pass_seconds(10)
        await self.until(lambda: self.driver.status.state is EvState.C)

    async def vanish(self) -> None:
        """The station's connection breaks, and it does not call again before `call`."""
        self._may_call.clear()
        self.station.drop(0)
        await self.until(lambda: not self.driver.status.reachable)

    async def call(self) -> None:
        self._may_call.set()
        await self.until(lambda: self.station.connected and self.driver.status.reachable)

    async def _pause(self, _seconds: float) -> None:
        await self._may_call.wait()
        await asyncio.sleep(0)


@pytest.fixture(params=list(Version))
async def street(request: pytest.FixtureRequest, csms: CentralSystem, clock: Clock) -> AsyncIterator[Street]:
    street = Street(csms, clock, request.param)
    await street.start()
    yield street
    await street.stop()


async def test_a_car_begins_with_the_safe_current_and_follows_what_it_is_given(street: Street) -> None:
    await street.plug()
    assert street.outlet.offered_a == EVSE.failsafe_a
    for setpoint_a in (12.5, 16.0, 0.0, 8.0):
        await street.driver.apply(setpoint_a)
        await street.pass_seconds(20)
        assert street.outlet.offered_a == setpoint_a
        await street.until(lambda: street.driver.status.current_a)
    await street.until(lambda: street.driver.status.current_a == street.outlet.current_a)
    status = street.driver.status
    assert status.energy_kwh == pytest.approx(street.outlet.energy_wh / 1000, abs=0.02)
    assert status.session_start_kwh == 0
    assert street.driver.shortcomings == frozenset()


async def test_nobody_steers_for_a_minute_and_it_goes_to_its_safe_current_by_itself(street: Street) -> None:
    await street.plug()
    await street.driver.apply(16.0)
    await street.pass_seconds(5)
    await street.vanish()
    await street.pass_seconds(EXPIRY_S - 6)
    assert street.outlet.offered_a == 16.0
    await street.pass_seconds(2)
    assert street.outlet.offered_a == EVSE.failsafe_a
    await street.call()
    await street.driver.apply(14.0)
    await street.pass_seconds(5)
    assert street.outlet.offered_a == 14.0


async def test_a_car_that_left_while_nobody_listened_took_what_it_took(street: Street) -> None:
    await street.plug()
    await street.driver.apply(16.0)
    await street.pass_seconds(10)
    await street.vanish()
    await street.pass_seconds(30)
    street.outlet.unplug()
    await street.pass_seconds(30)
    await street.call()
    await street.until(lambda: street.recorder.of(TransactionEnded))
    (ended,) = street.recorder.of(TransactionEnded)
    assert ended.reason == "EVDisconnected"
    assert ended.energy_wh == pytest.approx(street.outlet.energy_wh, abs=1)
    await street.until(lambda: street.driver.status.state is EvState.A)


async def test_a_station_that_lost_its_power_is_steered_again(street: Street) -> None:
    await street.plug()
    await street.driver.apply(16.0)
    await street.pass_seconds(5)
    street.station.reboot()
    await street.pass_seconds(1)
    await street.until(lambda: street.recorder.of(TransactionEnded))
    assert street.outlet.limit_a(street.clock.at) == EVSE.failsafe_a
    await street.until(lambda: street.driver.status.session_started_at is not None)
    await street.driver.apply(10.0)
    await street.pass_seconds(5)
    assert street.outlet.offered_a == 10.0
    assert [ended.reason for ended in street.recorder.of(TransactionEnded)] == ["PowerLoss"]


async def test_a_car_that_does_not_heed_is_stopped_put_out_of_service_and_taken_back(street: Street) -> None:
    await street.plug()
    await street.driver.interrupt(Means.STOP)
    await street.pass_seconds(2)
    await street.until(lambda: street.recorder.of(TransactionEnded))
    await street.driver.interrupt(Means.DISABLE)
    assert not street.outlet.available
    await street.driver.release()
    assert street.outlet.available
