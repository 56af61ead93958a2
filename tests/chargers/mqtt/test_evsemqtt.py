"""A charger over Bluetooth, behind its bridge."""

from collections.abc import AsyncIterator

import pytest

from custom_components.smart_charging.chargers.errors import ChargerRefusedError
from custom_components.smart_charging.chargers.offers import SETTLES
from custom_components.smart_charging.engine.model.evse import EvState
from custom_components.smart_charging.engine.model.shortcoming import Shortcoming

from .bench import MqttBench, mqtt_bench
from .broker import Broker
from .peers import EvseMqtt
from .test_driver import offered, reachable, told


@pytest.fixture
async def bench(broker: Broker) -> AsyncIterator[MqttBench]:
    async with mqtt_bench(broker, "evsemqtt") as bench:
        await bench.driver.start(bench.woken)
        await bench.connect()
        yield bench


@pytest.fixture
def bridge(bench: MqttBench) -> EvseMqtt:
    assert isinstance(bench.peer, EvseMqtt)
    return bench.peer


async def test_a_car_is_stopped_and_started_with_the_current_that_it_is_to_have(bench: MqttBench):
    await bench.charge()
    await bench.driver.apply(0)
    assert told(bench) == [("command", '{"charge_state":0}')]
    assert (bench.driver.status.state, offered(bench)) == (EvState.B, 0)
    await bench.driver.apply(9.7)
    assert told(bench) == [("command", '{"charge_amps":9}'), ("command", '{"charge_state":1}')]
    assert (bench.driver.status.state, offered(bench)) == (EvState.C, 9.7)
    await bench.driver.apply(8)
    assert told(bench) == [("command", '{"charge_amps":8}')]


async def test_without_a_car_it_gives_nothing(bench: MqttBench):
    assert (bench.driver.status.state, offered(bench)) == (EvState.A, 0)
    await bench.driver.apply(0)
    assert offered(bench) == 0


@pytest.mark.parametrize("state", [EvState.B, EvState.C, EvState.F])
async def test_its_state(bench: MqttBench, state: EvState):
    await bench.turn(state)
    assert bench.driver.status.state is state
    assert bench.driver.status.fault == ("CP Error" if state is EvState.F else None)


async def test_what_the_bridge_was_told_is_not_yet_what_the_charger_has(bench: MqttBench, bridge: EvseMqtt):
    await bench.charge()
    await bench.driver.apply(10)
    bridge.refusing = True
    with pytest.raises(ChargerRefusedError, match="it says that it offers 10 A"):
        await bench.driver.apply(8)
    assert offered(bench) == 10
    bridge.bridge_a = 8
    bridge.tell_config()
    bench.clock.advance(SETTLES.total_seconds())
    bridge.bridge_a = 10
    bridge.tell_config()
    assert offered(bench) == 10


async def test_a_start_that_shows_late_is_counted_on_from_the_beginning(bench: MqttBench, bridge: EvseMqtt):
    await bench.charge()
    await bench.driver.apply(10)
    await bench.driver.apply(0)
    bench.clock.advance(60)
    tell, bridge.tell_charge = bridge.tell_charge, lambda: None  # type: ignore[method-assign]
    with pytest.raises(ChargerRefusedError):
        await bench.driver.apply(10)
    assert offered(bench) == 10
    tell()
    assert offered(bench) == 10


async def test_its_bridge_may_go_or_fall_silent(bench: MqttBench, bridge: EvseMqtt):
    await bridge.vanish()
    assert not reachable(bench)
    bridge.tell()
    assert reachable(bench)
    bench.clock.advance(45)
    await bench.woken.until(lambda: not reachable(bench))


async def test_it_would_not_notice_that_nobody_steers(bench: MqttBench, bridge: EvseMqtt):
    assert Shortcoming.NO_WATCHDOG in bench.driver.shortcomings
    await bench.charge()
    await bench.driver.apply(16)
    await bench.driver.stop()
    assert bridge.limit_a == 6


async def test_its_power_is_reckoned_from_what_has_one_unit(bench: MqttBench, bridge: EvseMqtt):
    await bench.charge()
    await bench.measure(9.5, 1002.5)
    assert bench.driver.status.power_w == pytest.approx(6555)
    assert bench.driver.status.energy_kwh == pytest.approx(1002.5)
    bridge.say("state/charge", {"l1_voltage": 230.0, "l1_amperage": 10.0})
    assert bench.driver.status.power_w == pytest.approx(2300)
