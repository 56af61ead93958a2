"""The stations that are asked, each by a client of its protocol that is not ours."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession
from modbus_connection import ModbusExceptionError, ModbusTcpParams
from modbus_connection.tmodbus import ModbusConnection

from demo.car import Car, CarModel
from demo.local_station import FIRST_A, LocalStation
from demo.outlet import Outlet
from demo.station_go_e import GoEStation
from demo.station_v2c import TrydanStation
from demo.station_vestel import TIMEOUT_S, UNIT, VestelStation

from .conftest import Clock


class Bench:
    """A station on its port, with an outlet that moves when it is told to."""

    def __init__(self, make: type[LocalStation], clock: Clock) -> None:
        self.clock = clock
        self.outlet = Outlet(hardware_maximum_a=16.0)
        self.commands: list[bool] = []
        self.station = make(self.outlet, clock=lambda: clock.now, on_command=self.commands.append)

    def run(self, seconds: int) -> None:
        for _ in range(seconds):
            now = self.clock.advance(1)
            self.outlet.step(now, 1.0)
            self.station.tick(now)


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture(params=[GoEStation, TrydanStation, VestelStation])
async def bench(request: pytest.FixtureRequest, clock: Clock) -> AsyncIterator[Bench]:
    bench = Bench(request.param, clock)
    await bench.station.listen()
    yield bench
    await bench.station.close()


async def tell(bench: Bench, session: ClientSession, limit_a: int) -> None:
    """Tell it a limit by its own protocol; 0 pauses."""
    url = f"http://127.0.0.1:{bench.station.port}"
    match bench.station:
        case GoEStation():
            wanted = {"frc": "1"} if limit_a == 0 else {"amp": str(limit_a), "frc": "0"}
            async with session.get(f"{url}/api/set", params=wanted) as answer:
                assert set((await answer.json()).values()) == {True}
        case TrydanStation():
            for what in ("Paused=1",) if limit_a == 0 else ("Paused=0", f"Intensity={limit_a}"):
                async with session.get(f"{url}/write/{what}") as answer:
                    assert await answer.text() == "OK"
        case _:
            connection = ModbusConnection(ModbusTcpParams(host="127.0.0.1", port=bench.station.port))
            await connection.for_unit(UNIT).write_register(5004, limit_a)
            await connection.close()


async def test_it_begins_with_little_and_does_as_it_is_told(bench: Bench, session: ClientSession) -> None:
    bench.outlet.plug(Car(CarModel(phases=3, maximum_a=16.0)), bench.clock.now)
    bench.run(20)
    assert (bench.outlet.offered_a, bench.station.letter, bench.station.told) == (FIRST_A, "C", False)
    await tell(bench, session, 10)
    bench.run(20)
    assert bench.outlet.offered_a == 10
    await tell(bench, session, 0)
    bench.run(5)
    assert (bench.outlet.offered_a, bench.station.letter) == (0, "B")
    assert bench.station.told
    assert (bench.commands[0], bench.commands[-1]) == (False, True)
    bench.outlet.unplug()
    assert bench.station.letter == "A"


async def test_a_drop_and_a_reboot_take_it_away_for_a_while(bench: Bench, session: ClientSession) -> None:
    bench.clock.now = datetime.now(UTC)
    await tell(bench, session, 12)
    bench.station.reboot()
    assert bench.outlet.told_a == FIRST_A
    bench.clock.advance(10)
    running = asyncio.create_task(bench.station.run(""))
    async with asyncio.timeout(10):
        while bench.station._away_until is not None:  # noqa: ASYNC110 -- it tells nobody
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.05)
    await tell(bench, session, 8)
    assert bench.outlet.told_a == 8
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_go_e_says_no_to_what_it_has_not(clock: Clock, session: ClientSession) -> None:
    bench = Bench(GoEStation, clock)
    await bench.station.listen()
    url = f"http://127.0.0.1:{bench.station.port}"
    async with session.get(f"{url}/api/set", params={"amp": "32"}) as answer:
        assert await answer.json() == {"amp": "amp is not allowed"}
    async with session.get(f"{url}/api/status", params={"filter": "car,amp,nrg"}) as answer:
        told = await answer.json()
    assert (told["car"], told["amp"], len(told["nrg"])) == (1, 6, 16)
    await bench.station.close()


async def test_a_trydan_tells_all_and_says_no_to_what_it_has_not(clock: Clock, session: ClientSession) -> None:
    bench = Bench(TrydanStation, clock)
    await bench.station.listen()
    url = f"http://127.0.0.1:{bench.station.port}"
    async with session.get(f"{url}/RealTimeData") as answer:
        told = await answer.json(content_type=None)
    assert (told["ChargeState"], told["Intensity"], told["MaxIntensity"]) == (0, 6, 16)
    async with session.get(f"{url}/write/Intensity=40") as answer:
        assert await answer.text() == "ERROR"
    await bench.station.close()


async def test_a_vestel_falls_back_when_nobody_gives_a_sign_of_life(clock: Clock, session: ClientSession) -> None:
    bench = Bench(VestelStation, clock)
    await bench.station.listen()
    await tell(bench, session, 16)
    connection = ModbusConnection(ModbusTcpParams(host="127.0.0.1", port=bench.station.port))
    unit = connection.for_unit(UNIT)
    await unit.write_register(2000, 8)
    await unit.write_register(2002, 30)
    for _ in range(5):
        bench.run(TIMEOUT_S - 1)
        await unit.write_register(6000, 1)
    assert (bench.outlet.told_a, await unit.read_holding_registers(5004, 1)) == (16, [16])
    bench.run(TIMEOUT_S + 1)
    assert bench.outlet.told_a == 8
    assert await unit.read_input_registers(1004, 1) == [0]
    for ask in (
        unit.read_input_registers(3, 1),
        unit.read_coils(1, 1),
        unit.write_register(7, 1),
        unit.write_register(5004, 40),
    ):
        with pytest.raises(ModbusExceptionError):
            await ask
    await connection.close()
    await bench.station.close()
