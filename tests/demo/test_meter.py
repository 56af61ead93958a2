import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

from demo.home import HomeState
from demo.meter import Meter

from .conftest import Clock
from .test_telegram import state

LOCAL = datetime(2026, 1, 15, 19, tzinfo=ZoneInfo("Europe/Paris"))


async def test_each_reader_gets_each_telegram_until_the_meter_falls_silent(clock: Clock) -> None:
    written: list[HomeState] = []
    meter = Meter(serial="S1", on_written=written.append)
    await meter.start()
    first = state(clock, 10.0)
    meter.send(first, LOCAL)
    assert written == []  # nobody listens yet

    readers = [await asyncio.open_connection("127.0.0.1", meter.port) for _ in range(2)]
    async with asyncio.timeout(5):
        while len(meter._writers) < 2:  # noqa: ASYNC110 nothing tells that the meter has noticed
            await asyncio.sleep(0)
        meter.send(first, LOCAL)
        telegrams = [await reader.readuntil(b"!") for reader, _ in readers]
        assert telegrams[0] == telegrams[1]
        assert b"1-0:1.7.0(02.300*kW)" in telegrams[0]
        assert written == [first]

        meter.silent = True
        meter.send(state(clock, 99.0), LOCAL)
        assert written == [first]
        meter.silent = False
        meter.send(state(clock, 20.0), LOCAL)
        assert b"1-0:1.7.0(04.600*kW)" in await readers[0][0].readuntil(b"*kW)\r\n1-0:2.7.0")

        readers[0][1].close()
        while len(meter._writers) > 1:  # noqa: ASYNC110 as above
            await asyncio.sleep(0)
        await meter.stop()
        assert meter.url == f"socket://127.0.0.1:{meter.port}"
    # Energy went on while nobody was told.
    assert round((meter.registers.import_kwh[2] - 9_876.543) * 3600 / 0.23) == 10 + 10 + 99 + 20


async def test_a_meter_without_an_audience_counts_and_stops() -> None:
    meter = Meter(serial="S1")
    await meter.stop()
    await meter.start()
    await meter.stop()


async def test_what_a_reader_says_is_not_listened_to(clock: Clock) -> None:
    meter = Meter(serial="S1")
    await meter.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", meter.port)
    async with asyncio.timeout(5):
        writer.write(b"hello")
        await writer.drain()
        while not meter._writers:  # noqa: ASYNC110 nothing tells that the meter has noticed
            await asyncio.sleep(0)
        meter.send(state(clock, 10.0), LOCAL)
        assert b"1-0:1.7.0(02.300*kW)" in await reader.readuntil(b"!")
        writer.close()
        while meter._writers:  # noqa: ASYNC110 as above
            await asyncio.sleep(0)
    await meter.stop()
