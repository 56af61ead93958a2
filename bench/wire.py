"""The way of a meter's report through a running Home Assistant core: from its sensor's state to a frame at the station."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from homeassistant import loader
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import CoreState, HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_test_home_assistant

from custom_components.smart_charging.const import DOMAIN
from demo.car import Car, CarModel
from demo.outlet import Outlet
from demo.station import Station

from .result import BenchError

SENSOR: Final = "sensor.grid_current"
LIMIT_A: Final = 40.0
HOUSE_A: Final = 2.0
LESS_A: Final = 0.2
"""How much less each report leaves."""
LITTLE_A: Final = 12.0
"""Below that the next cut might be the last: what is cut is at least 1 A and a tenth more than the excess."""
PERIOD_S: Final = 0.6
"""From one report to the next; the integration ticks at once for a meter that is slower than half a second."""
FOLLOW_S: Final = 7.0
"""For so long the engine lets a car be on its way from an earlier offer; its reports have to take that into account."""
PATIENCE_S: Final = 60.0


async def measure_wire_ms(reports: int) -> list[float]:
    """Let the meter call for less so many times; the ms from each report until the station has the frame."""
    async with async_test_home_assistant() as hass:
        hass.data.pop(loader.DATA_CUSTOM_COMPONENTS, None)
        hass.set_state(CoreState.running)
        entry = _entry(_free_port())
        entry.add_to_hass(hass)
        try:
            if not await hass.config_entries.async_setup(entry.entry_id):
                raise BenchError(f"Smart Charging was not set up: {entry.reason}")
            return await _Bench(hass, int(entry.data["port"])).run(reports)
        finally:
            await hass.config_entries.async_unload(entry.entry_id)
            await hass.config_entries.async_remove(entry.entry_id)
            await hass.async_stop(force=True)


class _Bench:
    def __init__(self, hass: HomeAssistant, port: int) -> None:
        self._hass = hass
        self._url = f"ws://127.0.0.1:{port}"
        self._outlet = Outlet(phases=1)
        self._outlet.plug(Car(CarModel(capacity_kwh=10_000, tapers_above=None)), datetime.now(UTC))
        self._lowered = asyncio.Event()
        self._received_s = 0.0
        self._steered = False
        self._offers: deque[tuple[float, float]] = deque()
        self._station = Station(
            self._outlet, clock=lambda: datetime.now(UTC), identity="bench", on_command=self._commanded
        )

    async def run(self, reports: int) -> list[float]:
        """Charge with all there is, then take it away bit by bit; whenever little is left, give it all again."""
        async with asyncio.TaskGroup() as group:
            home = [group.create_task(self._station.run(self._url)), group.create_task(self._live())]
            try:
                took_ms: list[float] = []
                while len(took_ms) < reports:
                    if self._limit_a() < LITTLE_A:
                        await self._reach(lambda: self._steered and self._limit_a() > LIMIT_A - HOUSE_A - 10)
                    took_ms.append(await self._take_away())
                return took_ms
            finally:
                for task in home:
                    task.cancel()

    async def _live(self) -> None:
        while True:
            now = datetime.now(UTC)
            self._outlet.step(now, 1.0)
            self._station.tick(now)
            await asyncio.sleep(1)

    async def _reach(self, condition: Callable[[], bool]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while not condition():
                    self._report(HOUSE_A + self._outlet.drawn_a)
                    await asyncio.sleep(1)
        if not condition():
            raise BenchError("the car did not get to charge")

    async def _take_away(self) -> float:
        now_s = time.perf_counter()
        self._offers.append((now_s, self._limit_a()))
        while self._offers[0][0] < now_s - FOLLOW_S:
            self._offers.popleft()
        # What the car may still be leaving is not taken for the house: the report has to exceed that as well.
        leaving_a = max(offer_a for _, offer_a in self._offers) - self._limit_a()
        self._lowered.clear()
        began_s = time.perf_counter()
        self._report(LIMIT_A + LESS_A + leaving_a)
        async with asyncio.timeout(PATIENCE_S):
            await self._lowered.wait()
        took_ms = (self._received_s - began_s) * 1000
        await asyncio.sleep(PERIOD_S)
        return took_ms

    def _report(self, current_a: float) -> None:
        self._hass.states.async_set(SENSOR, f"{current_a:.2f}", {"unit_of_measurement": "A"}, force_update=True)

    def _limit_a(self) -> float:
        return self._outlet.limit_a(datetime.now(UTC))

    def _commanded(self, lowers: bool) -> None:  # noqa: FBT001 the station's callback
        self._steered = True
        if lowers:
            self._received_s = time.perf_counter()
            self._lowered.set()


def _entry(port: int) -> MockConfigEntry:
    return MockConfigEntry(
        domain=DOMAIN,
        title="Bench",
        data={
            "phases": 1,
            "voltage_v": 230.0,
            "limit_unit": "a",
            "limit": LIMIT_A,
            "meter": [{"role": "net", "phase": "l1", "entity_id": SENSOR}],
            "meter_inverted": False,
            "meter_period_s": 1.0,
            "host": "127.0.0.1",
            "port": port,
        },
        options={"margin_a": 0.0},
        subentries_data=[
            ConfigSubentryData(
                data={
                    "driver": "ocpp",
                    "station": "bench",
                    "connector": 1,
                    "wiring": ["l1"],
                    "minimum_a": 6.0,
                    "maximum_a": 32.0,
                    "failsafe_a": 6.0,
                    "priority": 0,
                },
                subentry_type="charger",
                title="Bench",
                unique_id="ocpp:bench:1",
            )
        ],
    )


def _free_port() -> int:
    import socket  # noqa: PLC0415 only to ask the system for a port

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
