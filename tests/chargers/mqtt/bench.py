"""The bench of a charger over MQTT: Home Assistant's own client, a broker that hands on, and a charger at it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import override

from custom_components.smart_charging.chargers.mqtt.driver import MqttDriver
from custom_components.smart_charging.chargers.mqtt.library import presets
from custom_components.smart_charging.chargers.mqtt.preset import Preset
from custom_components.smart_charging.engine.model.evse import Evse, EvState, Means

from ...csms.conftest import Clock
from ..bench import EVSE, Bench
from ..waiting import Woken
from .broker import Broker
from .peers import PEERS, Peer


class MqttBench(Bench):
    """A charger that has said nothing yet."""

    driver: MqttDriver

    def __init__(self, broker: Broker, peer: Peer, driver: MqttDriver, preset: Preset, clock: Clock) -> None:
        self.broker = broker
        self.peer = peer
        self.driver = driver
        self.preset = preset
        self.clock = clock
        self.woken = Woken()

    @override
    async def connect(self) -> None:
        await self.listening()
        self.peer.tell()
        await self.settle()

    async def listening(self) -> None:
        await self.woken.until(lambda: self.driver._line.connected)

    @override
    async def disconnect(self) -> None:
        if self.preset.availability is None and self.preset.silence_s is not None:
            self.clock.advance(self.preset.silence_s)
        await self.peer.vanish()
        await self.woken.until(lambda: not self.driver.status.reachable)

    @override
    async def charge(self) -> None:
        await self.turn(EvState.C)

    async def turn(self, state: EvState) -> None:
        self.peer.state = state
        self.peer.tell()
        await self.settle()

    @override
    async def measure(self, current_a: float, register_kwh: float) -> None:
        self.peer.current_a, self.peer.register_kwh = current_a, register_kwh
        self.peer.tell()
        await self.settle()

    @override
    def refuse(self) -> None:
        self.peer.refuse()

    @override
    def commands(self) -> list[float]:
        return self.peer.commands

    @override
    def interruptions(self) -> list[Means | None]:
        return []

    async def settle(self) -> None:
        await self.broker.hass.async_block_till_done()


@asynccontextmanager
async def mqtt_bench(
    broker: Broker, name: str, evse: Evse = EVSE, preset: Preset | None = None
) -> AsyncIterator[MqttBench]:
    clock, peer = Clock(), PEERS[name](broker)
    preset = preset or presets()[name]
    driver = MqttDriver(broker.hass, preset, peer.prefix, evse, clock, patience_s=0.2, look_every_s=0.02, retry_s=0.02)
    bench = MqttBench(broker, peer, driver, preset, clock)
    yield bench
    peer.deaf = peer.refusing = broker.failing = False
    await driver.stop()
