"""How many stations fit behind one address."""

import asyncio
from contextlib import AsyncExitStack

from custom_components.smart_charging.csms.crowd import ServerLimits

from .conftest import MakeCsms, until
from .peer import station_at

STATIONS = 48


async def test_a_site_behind_one_router_returns_beside_its_dead_connections(make_csms: MakeCsms):
    csms = make_csms(anyone=True, limits=ServerLimits(boot_grace_s=0.0, close_timeout_s=0.2))
    await csms.start("127.0.0.1", 0)
    async with AsyncExitStack() as stack:
        for _ in range(STATIONS):
            _, writer = await asyncio.open_connection("127.0.0.1", csms.port)
            stack.callback(writer.close)
        for number in range(STATIONS):
            peer = await stack.enter_async_context(station_at(csms.port, f"CP{number}"))
            assert await peer.call("Heartbeat")
        await until(lambda: sum(station.connected for station in csms.stations.values()) == STATIONS)
