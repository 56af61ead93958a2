"""The drivers of thirty chargers, as Home Assistant runs them, and what they cost."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import Any

from aiohttp import ClientSession
from homeassistant.core import HomeAssistant
from modbus_connection.tmodbus import ModbusConnection

from custom_components.smart_charging.chargers.adopted.catalogue import KNOWN_CHARGERS
from custom_components.smart_charging.chargers.network import Line
from custom_components.smart_charging.chargers.network_types import network_types
from custom_components.smart_charging.chargers.polled import PolledDriver
from custom_components.smart_charging.engine.model.evse import Evse
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES

from .chargers_size import ChargersSize
from .chargers_yard import EMULATORS, Yard
from .ocpp_remote import Remote
from .result import BenchError, BenchResult

_MODBUS = "modbus_"


class Around:
    """What the drivers find around them; there is no Home Assistant here, and none of these needs it."""

    def __init__(self, http: ClientSession) -> None:
        self.http = http
        self.connections: list[ModbusConnection] = []

    @property
    def hass(self) -> HomeAssistant:
        """Nobody asks for it."""
        raise BenchError("a driver asked for Home Assistant")

    def modbus(self, params: Any, unit: int) -> Any:
        """A unit on a connection of its own."""
        self.connections.append(ModbusConnection(params))
        return self.connections[-1].for_unit(unit)

    async def close(self) -> None:
        """Let go of all connections."""
        for connection in self.connections:
            await connection.close()


def measure(size: ChargersSize) -> BenchResult:
    """Ask the chargers for a while."""
    kinds = list(islice(cycle(EMULATORS), size.chargers))
    with Remote(Yard, files=4 * size.chargers + 200) as yard:
        ports: list[int] = yard.ask("open", kinds)
        figures = asyncio.run(_ask(kinds, ports, size, yard))
    known = network_types()
    profiles = sum(1 for kind in known if kind.startswith(_MODBUS))
    summary = {
        **figures,
        # OCPP, those that other integrations bring, Modbus and MQTT count once each.
        "drivers": len(known) - profiles + 4,
        "modbus_profiles": profiles,
        "adopted_integrations": len(KNOWN_CHARGERS),
    }
    goals = {"cpu_share": 3.0, "tick_late_max_ms": 100.0, "queue_max": 1.0}
    rows = [{"what": what, "ours": value, "goal": goals.get(what)} for what, value in summary.items()]
    return BenchResult(rows=rows, summary=summary)


async def _ask(kinds: Sequence[str], ports: Sequence[int], size: ChargersSize, yard: Remote) -> dict[str, float]:
    async with ClientSession() as session:
        around = Around(session)
        drivers = [
            PolledDriver(network_types()[kind].make(Line(host="127.0.0.1", port=port), around), _evse(number), _now)
            for number, (kind, port) in enumerate(zip(kinds, ports, strict=True))
        ]
        for driver in drivers:
            await driver.start(lambda: None)
        await asyncio.sleep(size.warm_up_s)
        await asyncio.gather(*(driver.apply(6.0 + number % 4) for number, driver in enumerate(drivers)))
        lost = [kind for kind, driver in zip(kinds, drivers, strict=True) if not driver.status.reachable]
        if lost:
            raise BenchError(f"these were not reached: {', '.join(sorted(set(lost)))}")
        before, _ = await asyncio.to_thread(yard.ask, "asked")
        began_s, cpu_s = time.perf_counter(), time.process_time()
        late_s = await _tick(drivers, size.seconds)
        cpu_s, lasted_s = time.process_time() - cpu_s, time.perf_counter() - began_s
        after, queue = await asyncio.to_thread(yard.ask, "asked")
        await asyncio.gather(*(driver.stop() for driver in drivers))
        await around.close()
    return {
        "cpu_share": 100 * cpu_s / lasted_s,
        "tick_late_max_ms": 1000 * late_s,
        "queue_max": queue,
        "requests_per_s": (after - before) / lasted_s,
    }


async def _tick(drivers: Sequence[PolledDriver], seconds: float) -> float:
    """Read all statuses once a second, and renew what is to be renewed; how late the latest tick began, s."""
    loop = asyncio.get_running_loop()
    due_s, late_s, tick = loop.time(), 0.0, 0
    while tick < seconds:
        late_s = max(late_s, loop.time() - due_s)
        for driver in drivers:
            assert driver.status.reachable
        tick, due_s = tick + 1, due_s + 1.0
        await asyncio.sleep(max(0.0, due_s - loop.time()))
    return late_s


def _evse(number: int) -> Evse:
    return Evse(evse_id=f"charger {number}", circuit_id="site", phases=ALL_PHASES, maximum_a=16.0)


def _now() -> datetime:
    return datetime.now(UTC)
