"""One phase or all: in which order it is told, what a charger shows of it, and what it may have where it shows nothing."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from custom_components.smart_charging.chargers.errors import (
    ChargerRefusedError,
    ChargerSilentError,
    ChargerUnreachableError,
)
from custom_components.smart_charging.chargers.mqtt.driver import capabilities_of
from custom_components.smart_charging.chargers.mqtt.library import presets
from custom_components.smart_charging.chargers.offers import SETTLES
from custom_components.smart_charging.engine.model.evse import EvState
from custom_components.smart_charging.engine.model.quantities import Phase

from ..bench import EVSE
from .bench import MqttBench, mqtt_bench
from .broker import Broker
from .peers import OpenWb, SmartEvse, Warp
from .test_driver import offered, on, told

SWITCHES = [name for name, preset in presets().items() if preset.phases is not None]

ONE, THREE = '{"phases_wanted":1}', '{"phases_wanted":3}'


@pytest.fixture
async def bench(broker: Broker, request: pytest.FixtureRequest) -> AsyncIterator[MqttBench]:
    """A charger that is connected, with a car that charges on all phases; the parameter names its preset."""
    async with mqtt_bench(broker, request.param) as bench:
        await bench.driver.start(bench.woken)
        await bench.connect()
        await bench.charge()
        yield bench


def phases(bench: MqttBench) -> int | None:
    return bench.driver.status.offered_phases


def finish(bench: MqttBench) -> None:
    """A switch that takes its time is done, and it has long been seen."""
    if isinstance(bench.peer, OpenWb):
        bench.peer.switching = False
    bench.clock.advance(60)
    bench.peer.tell()


@pytest.mark.parametrize("bench", SWITCHES, indirect=True)
async def test_a_car_is_paused_where_it_has_to_be_and_goes_on_with_other_phases(bench: MqttBench):
    await bench.driver.apply(10)
    await bench.driver.apply(10, 1)
    finish(bench)
    assert bench.driver.capabilities.can_switch_phases
    assert (bench.peer.phases, phases(bench), offered(bench)) == (1, 1, 10)
    await bench.driver.apply(6)
    finish(bench)
    assert (bench.peer.phases, phases(bench), offered(bench)) == (3, None, 6)
    bench.broker.seen.clear()
    await bench.driver.apply(8)
    # It is told again only what is new.
    assert not any("phases" in topic or "C2" in topic for topic, _ in told(bench))


def test_only_who_can_by_what_is_known_of_its_kind_is_counted_on():
    assert capabilities_of(presets()["openwb_secondary_phases"]).can_switch_phases
    assert not capabilities_of(presets()["openwb_secondary"]).can_switch_phases
    # These have to say so themselves.
    assert not capabilities_of(presets()["warp"]).can_switch_phases
    assert capabilities_of(presets()["warp"]).can_switch_under_load
    assert not capabilities_of(presets()["smartevse"]).can_switch_under_load


@on("warp")
async def test_fewer_phases_come_first_and_more_last(bench: MqttBench):
    await bench.driver.apply(16, 1)
    assert told(bench) == [
        ("power_manager/external_control_update", ONE),
        ("evse/external_current_update", '{"current":16000}'),
    ]
    await bench.driver.apply(6, 3)
    assert told(bench) == [
        ("evse/external_current_update", '{"current":6000}'),
        ("power_manager/external_control_update", THREE),
    ]


@on("smartevse")
async def test_who_is_switched_while_paused_is_switched_between_two_currents(bench: MqttBench):
    await bench.driver.apply(16, 1)
    assert told(bench) == [
        ("Set/Mode", "Pause"),
        ("Set/EnableC2", "Always Off"),
        ("Set/CurrentOverride", "160"),
        ("Set/Mode", "Normal"),
        ("Set/CurrentOverride", "160"),
    ]
    await bench.driver.apply(0, 1)
    told(bench)
    await bench.driver.apply(0)
    assert told(bench) == [("Set/EnableC2", "Always On"), ("Set/Mode", "Pause")]
    assert (offered(bench), phases(bench)) == (0, None)


@on("smartevse")
async def test_one_that_has_only_just_been_paused_is_not_switched_yet(bench: MqttBench):
    await bench.driver.apply(10)
    await bench.driver.apply(0, 1)
    assert (offered(bench), phases(bench)) == (0, None)
    assert bench.peer.state is EvState.B
    await bench.driver.apply(0, 1)
    assert (offered(bench), phases(bench)) == (0, 1)


@on("smartevse")
async def test_a_car_that_goes_on_charging_is_not_switched(bench: MqttBench, monkeypatch: pytest.MonkeyPatch):
    await bench.driver.apply(10)
    monkeypatch.setattr(bench.peer, "let", lambda **_: None)
    with pytest.raises(ChargerRefusedError, match="it says that it offers 0 A"):
        await bench.driver.apply(10, 1)
    assert isinstance(bench.peer, SmartEvse)
    assert bench.peer.contactor == "Always On"
    assert (offered(bench), phases(bench)) == (10, None)
    bench.clock.advance(SETTLES.total_seconds())
    bench.peer.tell()
    assert offered(bench) == 0


@on("smartevse")
async def test_one_without_a_second_contactor_is_not_told_to_switch(bench: MqttBench):
    peer = bench.peer
    assert isinstance(peer, SmartEvse)
    peer.contactor = "Not present"
    peer.tell()
    assert not bench.driver.capabilities.can_switch_phases
    await bench.driver.apply(10, 1)
    assert told(bench) == [("Set/CurrentOverride", "100")]
    assert phases(bench) is None


@on("warp")
async def test_whether_it_may_be_switched_is_told_to_who_steers(bench: MqttBench):
    peer = bench.peer
    assert isinstance(peer, Warp)
    before = bench.woken.count
    peer.switchable = 1
    peer.tell_phases()
    assert bench.woken.count > before
    assert not bench.driver.capabilities.can_switch_phases


@on("warp")
@pytest.mark.parametrize(("before", "wanted"), [(None, 1), (1, None)])
async def test_a_switch_that_does_not_show_leaves_it_the_more_of_both(
    bench: MqttBench, before: int | None, wanted: int | None
):
    peer = bench.peer
    assert isinstance(peer, Warp)
    await bench.driver.apply(10, before)
    bench.clock.advance(60)
    peer.switchable = 2
    with pytest.raises((ChargerRefusedError, ChargerSilentError)):
        await bench.driver.apply(8, wanted)
    assert (offered(bench), phases(bench)) == (10, None)
    peer.live()
    assert (offered(bench), phases(bench)) == (10, None)
    # What it still says then is what it does.
    bench.clock.advance(SETTLES.total_seconds())
    peer.tell()
    assert phases(bench) == before


@on("warp")
async def test_a_broker_that_goes_in_between_leaves_it_the_more_of_both(bench: MqttBench):
    await bench.driver.apply(10, 1)
    bench.clock.advance(60)
    take = bench.peer.receive

    def fail_then(topic: str, payload: str) -> None:
        take(topic, payload)
        bench.broker.failing = True

    bench.peer.receive = fail_then  # type: ignore[method-assign]
    with pytest.raises(ChargerUnreachableError):
        await bench.driver.apply(12)
    assert (offered(bench), phases(bench)) == (12, None)


@on("openwb_secondary_phases")
async def test_one_that_gives_nothing_while_it_switches_has_taken_its_setpoint(bench: MqttBench):
    peer = bench.peer
    assert isinstance(peer, OpenWb)
    await bench.driver.apply(10, 1)
    assert peer.switching
    assert [topic.rpartition("/")[2] for topic, _ in told(bench)] == [
        "set_current",
        "global_data",
        "phases_to_use",
        "trigger_phase_switch",
        "set_current",
        "global_data",
    ]
    bench.clock.advance(29)
    peer.tell()
    assert (offered(bench), phases(bench)) == (10, 1)
    # Who gives nothing for longer does so for another reason.
    bench.clock.advance(1)
    peer.tell()
    assert offered(bench) == 0


@on("openwb_secondary_phases")
async def test_a_switch_by_somebody_else_is_seen(bench: MqttBench):
    peer = bench.peer
    assert isinstance(peer, OpenWb)
    await bench.driver.apply(10)
    bench.clock.advance(60)
    peer.phases_to_use = 1
    peer.tell()
    assert phases(bench) == 1


@on("generic")
async def test_one_of_ones_own_that_tells_no_phases_has_those_that_it_is_wired_with(bench: MqttBench):
    bench.driver._said._texts.pop("{prefix}/phases")
    assert not bench.driver.capabilities.can_switch_phases
    await bench.driver.apply(10, 1)
    assert told(bench) == [("limit/set", "10")]
    assert phases(bench) is None


async def test_the_end_does_not_bring_more_phases(broker: Broker):
    async with mqtt_bench(broker, "warp") as bench:
        await bench.driver.start(bench.woken)
        await bench.connect()
        await bench.driver.apply(16, 1)
        told(bench)
        await bench.driver.stop()
        assert told(bench) == [("evse/external_current_update", '{"current":6000}')]


async def test_one_that_is_wired_on_a_single_phase_has_nothing_to_switch(broker: Broker):
    async with mqtt_bench(broker, "warp", replace(EVSE, phases=(Phase.L1,))) as bench:
        await bench.driver.start(bench.woken)
        await bench.connect()
        assert not bench.driver.capabilities.can_switch_phases
        await bench.driver.apply(10, 1)
        assert told(bench) == [("evse/external_current_update", '{"current":10000}')]
        assert phases(bench) is None


async def test_one_that_does_not_show_its_phases_is_taken_at_its_word(broker: Broker):
    preset = presets()["warp"]
    assert preset.phases is not None
    mute = replace(preset, phases=replace(preset.phases, read_one=None, when=None))
    async with mqtt_bench(broker, "warp", preset=mute) as bench:
        await bench.driver.start(bench.woken)
        await bench.connect()
        await bench.charge()
        # Nobody is interrupted only to make sure that it is on all phases.
        await bench.driver.apply(10)
        assert told(bench) == [("evse/external_current_update", '{"current":10000}')]
        await bench.driver.apply(10, 1)
        assert (bench.peer.phases, phases(bench)) == (1, 1)
        bench.clock.advance(60)
        bench.peer.tell()
        assert phases(bench) == 1
        await bench.driver.apply(10)
        assert (bench.peer.phases, phases(bench)) == (3, None)
