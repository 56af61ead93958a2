"""The driver over MQTT: pauses, modes, silence, last words, a broker that goes, heartbeats, rivals, and the end."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from homeassistant.core import HomeAssistant

from custom_components.smart_charging.chargers.errors import (
    ChargerLacksError,
    ChargerRefusedError,
    ChargerSilentError,
    ChargerUnfitError,
    ChargerUnreachableError,
)
from custom_components.smart_charging.chargers.mqtt.driver import MqttDriver, make_mqtt, mqtt_capabilities
from custom_components.smart_charging.chargers.mqtt.library import presets
from custom_components.smart_charging.chargers.mqtt.parse import parse_preset
from custom_components.smart_charging.chargers.mqtt.preset import Preset
from custom_components.smart_charging.chargers.offers import FIGHTS, SETTLES
from custom_components.smart_charging.chargers.polled import STEERED
from custom_components.smart_charging.engine.model.evse import EvState, Means, WatchdogKind
from custom_components.smart_charging.engine.model.shortcoming import Shortcoming

from ...csms.conftest import Clock
from ..bench import EVSE
from .bench import MqttBench, mqtt_bench
from .broker import Broker
from .peers import OpenEvse, OpenWb, Prism, SmartEvse, Warp

# Says what it was told by nothing, and forgets it after a minute.
FORGETFUL = """\
name: Forgetful
source: its manual
tried: false
prefix: home/charger
state: {topic: "{prefix}/state", template: "{{ value_json.lower() if value_json is defined else value | lower }}", words: {A: a, C: c}}
write:
  set: {topic: "{prefix}/limit/set", payload: "{current}", retain: true}
  step: 0.5
watchdog: {kind: expiry, timeout: 60, renew_after: 20}
"""


@pytest.fixture
async def bench(broker: Broker, request: pytest.FixtureRequest) -> AsyncIterator[MqttBench]:
    """A charger that is connected, with a car that charges; the parameter names its preset."""
    async with mqtt_bench(broker, request.param) as bench:
        await bench.driver.start(bench.woken)
        await bench.connect()
        await bench.charge()
        yield bench


def on(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("bench", [name], indirect=True)


def told(bench: MqttBench) -> list[tuple[str, str]]:
    """What it was sent since the last time, without its prefix."""
    seen = [(topic.removeprefix(f"{bench.peer.prefix}/"), payload) for topic, payload, _, _ in bench.broker.seen]
    bench.broker.seen.clear()
    return seen


def offered(bench: MqttBench) -> float | None:
    return bench.driver.status.offered_a


def reachable(bench: MqttBench) -> bool:
    return bench.driver.status.reachable


@pytest.mark.parametrize("name", presets())
def test_what_a_stored_charger_can_do(hass: HomeAssistant, name: str):
    data = {"driver": "mqtt", "preset": name, "prefix": "some/where/", "wiring": ["l2"]}
    can = mqtt_capabilities(data)
    assert can.phases == 1
    assert mqtt_capabilities({**data, "wiring": None}).phases == 3
    assert (can.minimum_a, can.maximum_a, can.can_pause) == (6, 32, True)
    assert can.means == (Means.OFFER, Means.PAUSE)
    driver = make_mqtt(hass, data, EVSE, Clock())
    assert isinstance(driver, MqttDriver)
    assert all(topic.startswith(("some/where/", "openevse/announce")) for topic in driver._topics)
    assert not any("//" in topic for topic in driver._topics)


def test_a_preset_that_is_gone_is_no_charger(hass: HomeAssistant):
    with pytest.raises(KeyError):
        make_mqtt(hass, {"preset": "own_gone", "prefix": "p"}, EVSE, Clock())


@on("smartevse")
async def test_a_pause_of_its_own_is_ended_after_the_limit(bench: MqttBench):
    await bench.driver.apply(0)
    assert told(bench) == [("Set/Mode", "Pause")]
    assert offered(bench) == 0
    await bench.driver.apply(10)
    assert told(bench) == [("Set/CurrentOverride", "100"), ("Set/Mode", "Normal"), ("Set/CurrentOverride", "100")]
    assert offered(bench) == 10
    await bench.driver.apply(12.34)
    assert told(bench) == [("Set/CurrentOverride", "123")]


@on("smartevse")
async def test_another_mode_is_left_for_its_normal_one(bench: MqttBench):
    peer = bench.peer
    assert isinstance(peer, SmartEvse)
    bench.broker.hass.loop.call_soon(peer.receive, "Set/Mode", "Solar")
    await bench.settle()
    assert offered(bench) == 16
    await bench.driver.apply(8)
    assert (peer.mode, peer.override) == ("Normal", 80)
    assert offered(bench) == 8


@on("smartevse")
async def test_who_shows_something_else_has_refused(bench: MqttBench):
    await bench.driver.apply(10)
    bench.refuse()
    with pytest.raises(ChargerRefusedError, match="it says that it offers 10 A"):
        await bench.driver.apply(12)
    assert offered(bench) == 10
    assert reachable(bench)
    assert [entry["answer"] for entry in bench.driver.details["told"]] == [
        "acknowledged",
        "it says that it offers 10 A",
    ]


@pytest.mark.parametrize("bench", ["smartevse", "silla_prism", "openevse", "warp"], indirect=True)
async def test_who_shows_nothing_may_have_done_it_and_is_there_again_once_it_speaks(bench: MqttBench):
    await bench.driver.apply(10)
    bench.peer.deaf = True
    with pytest.raises(ChargerSilentError):
        await bench.driver.apply(12)
    assert offered(bench) == 12
    assert not reachable(bench)
    with pytest.raises(ChargerUnreachableError, match="has said nothing since"):
        await bench.driver.apply(8)
    bench.peer.deaf = False
    bench.peer.tell()
    assert reachable(bench)
    await bench.driver.apply(8)
    assert offered(bench) == 8


@on("smartevse")
async def test_a_command_that_is_given_up_may_have_been_done(bench: MqttBench):
    await bench.driver.apply(10)
    bench.peer.deaf = True
    task = asyncio.ensure_future(bench.driver.apply(12))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert offered(bench) == 12


@on("warp")
async def test_a_setting_that_is_needed_is_told_of(bench: MqttBench):
    peer = bench.peer
    assert isinstance(peer, Warp)
    bench.refuse()
    assert bench.driver.shortcomings == {Shortcoming.NO_WATCHDOG, Shortcoming.API_OFF}
    with pytest.raises(ChargerUnfitError):
        await bench.driver.apply(10)
    assert told(bench) == []
    peer.external = True
    peer.tell()
    assert bench.driver.shortcomings == {Shortcoming.NO_WATCHDOG}
    await bench.driver.apply(10)
    assert told(bench) == [("evse/external_current_update", '{"current":10000}')]


@on("warp")
async def test_silence_is_noticed_and_ended_by_a_message(bench: MqttBench):
    peer = bench.peer
    assert isinstance(peer, Warp)
    await bench.driver.apply(10)
    bench.clock.advance(29)
    peer.live()
    bench.clock.advance(29)
    await asyncio.sleep(0.05)
    assert reachable(bench)
    bench.clock.advance(1)
    await bench.woken.until(lambda: not reachable(bench))
    assert bench.driver.status.state is EvState.C
    assert bench.driver.status.reachable_since == bench.clock.at
    with pytest.raises(ChargerUnreachableError, match="it has said nothing for 30 s"):
        await bench.driver.apply(8)
    # There is nothing to tell the home from what it may go on with.
    assert offered(bench) == 10
    peer.live()
    assert reachable(bench)
    assert bench.driver.connection.last_message_at == bench.clock.at


async def test_what_the_broker_kept_is_no_sign_of_life(broker: Broker):
    async with mqtt_bench(broker, "warp") as bench:
        peer = bench.peer
        assert isinstance(peer, Warp)
        peer.tell()
        await bench.driver.start(bench.woken)
        await bench.listening()
        broker.replay()
        assert not reachable(bench)
        with pytest.raises(ChargerUnreachableError, match="it has said nothing yet"):
            await bench.driver.apply(10)
        assert bench.driver.connection.last_message_at is None
        peer.live()
        # What was kept counts now.
        assert reachable(bench)
        assert bench.driver.status.state is EvState.A
        assert offered(bench) == 6


@on("warp")
async def test_what_has_not_changed_holds_while_it_is_there(bench: MqttBench):
    peer = bench.peer
    assert isinstance(peer, Warp)
    bench.clock.advance(20)
    peer.live()
    assert bench.driver.status.measured_at == bench.clock.at


@on("generic")
async def test_what_is_told_again_and_again_has_its_own_time(bench: MqttBench):
    measured_at = bench.driver.status.measured_at
    bench.clock.advance(20)
    bench.peer.say("state", "C")
    assert bench.driver.status.measured_at == measured_at
    bench.peer.say("power", "0")
    assert bench.driver.status.measured_at == bench.clock.at


@on("openevse")
async def test_last_words_of_another_one_mean_nothing(bench: MqttBench):
    other = json.dumps({"state": "disconnected", "id": "ff", "name": "openevse-0000"})
    bench.broker.say("openevse/announce/0000", other)
    assert reachable(bench)
    await bench.peer.vanish()
    assert not reachable(bench)
    with pytest.raises(ChargerUnreachableError, match="the broker says that it has gone"):
        await bench.driver.apply(10)
    # A late message of its own changes nothing: only its announcement does.
    bench.peer.say("power", 0)
    assert not reachable(bench)
    bench.peer.tell()
    assert reachable(bench)


@on("openevse")
async def test_an_override_that_ended_by_itself_is_noticed(bench: MqttBench):
    peer = bench.peer
    assert isinstance(peer, OpenEvse)
    await bench.driver.apply(12)
    await bench.driver.apply(0)
    assert offered(bench) == 0
    await bench.driver.apply(12)
    (*_, last) = told(bench)
    assert last == (
        "override/set",
        '{"state":"active","charge_current":12,"max_current":12,"auto_release":true}',
    )
    bench.clock.advance(60)
    peer.own_a = 16
    peer.release()
    peer.tell()
    assert offered(bench) == 16


async def test_without_a_broker_nothing_is_there(broker: Broker):
    async with mqtt_bench(broker, "smartevse") as bench:
        await bench.driver.start(bench.woken)
        await bench.connect()
        bench.clock.advance(5)
        await broker.lose()
        assert not reachable(bench)
        assert bench.driver.status.reachable_since == bench.clock.at
        with pytest.raises(ChargerUnreachableError, match="no connection to the broker"):
            await bench.driver.apply(10)
        await broker.find()
        assert reachable(bench)
        await bench.driver.apply(10)


@on("smartevse")
async def test_a_broker_that_takes_nothing_is_an_error(bench: MqttBench):
    await bench.driver.apply(10)
    bench.broker.failing = True
    with pytest.raises(ChargerUnreachableError, match="the broker did not take it"):
        await bench.driver.apply(12)
    assert offered(bench) == 10


async def test_everything_is_sent_so_that_it_arrives(broker: Broker):
    async with mqtt_bench(broker, "generic", preset=parse_preset(FORGETFUL, "own.yaml")) as bench:
        await bench.driver.start(bench.woken)
        await bench.connect()
        await bench.driver.apply(10.7)
        assert broker.seen == [("home/charger/limit/set", "10.5", 1, True)]


async def test_who_forgets_is_at_its_failsafe_current_then(broker: Broker):
    async with mqtt_bench(broker, "generic", preset=parse_preset(FORGETFUL, "own.yaml")) as bench:
        await bench.driver.start(bench.woken)
        await bench.connect()
        assert reachable(bench)
        assert bench.driver.status.state is EvState.A
        assert bench.driver.shortcomings == frozenset()
        with pytest.raises(ChargerLacksError, match="cannot pause"):
            await bench.driver.apply(0)
        # It shows nothing: that the broker has it is enough.
        await bench.driver.apply(10.7)
        assert offered(bench) == 10.7
        bench.clock.advance(59)
        await bench.driver.apply(10.7)
        bench.clock.advance(59)
        assert offered(bench) == 10.7
        bench.clock.advance(1)
        assert offered(bench) == EVSE.failsafe_a
        broker.seen.clear()
        await bench.driver.stop()
        # It will notice by itself.
        assert broker.seen == []


async def test_a_template_that_fails_says_nothing(broker: Broker):
    text = FORGETFUL.replace("{{ value_json.lower() if value_json is defined else value | lower }}", "{{ 1 / 0 }}")
    async with mqtt_bench(broker, "generic", preset=parse_preset(text, "own.yaml")) as bench:
        await bench.driver.start(bench.woken)
        await bench.connect()
        assert reachable(bench)
        assert bench.driver.status.state is None


@on("generic")
async def test_one_that_never_told_its_limit_is_taken_at_its_word(bench: MqttBench):
    preset: Preset = bench.preset
    assert preset.limit_optional
    bench.driver._said._texts.pop("{prefix}/limit")
    await bench.driver.apply(10)
    assert offered(bench) == 10


@on("silla_prism")
async def test_it_answers_commands(bench: MqttBench):
    peer = bench.peer
    assert isinstance(peer, Prism)
    # What it signals is all that is known of what it offers.
    assert offered(bench) == 6
    await bench.driver.apply(9.66)
    assert told(bench) == [("1/command/set_current_limit", "9.6")]
    peer.say("1/pilot", 8)
    assert offered(bench) == 9.66
    bench.refuse()
    with pytest.raises(ChargerRefusedError, match="out of range") as caught:
        await bench.driver.apply(12)
    assert caught.value.word == "out of range"
    assert offered(bench) == 9.66


@on("silla_prism")
async def test_one_that_did_half_of_it_may_offer_that(bench: MqttBench):
    peer = bench.peer
    assert isinstance(peer, Prism)
    await bench.driver.apply(8)
    peer.mode = 1
    peer.tell()
    peer.refused = "set_mode"
    with pytest.raises(ChargerRefusedError):
        await bench.driver.apply(12)
    assert peer.limit_a == 12
    assert offered(bench) == 12


@on("silla_prism")
async def test_an_answer_to_somebody_else_is_none_for_us(bench: MqttBench):
    bench.peer.say("commandresult/set_current_limit/error", "not ours")
    await bench.driver.apply(10)
    assert offered(bench) == 10


@on("silla_prism")
async def test_one_that_goes_on_by_itself_may_have_all_that_there_is(bench: MqttBench):
    peer = bench.peer
    assert isinstance(peer, Prism)
    await bench.driver.apply(0)
    assert offered(bench) == 0
    assert peer.mode == 3
    bench.clock.advance(60)
    peer.mode = 2
    peer.tell()
    assert offered(bench) == EVSE.maximum_a
    await bench.driver.apply(0)
    await bench.driver.apply(10)
    assert peer.mode == 2
    assert offered(bench) == 10


@on("openwb_secondary")
async def test_a_heartbeat_begins_with_the_first_command(bench: MqttBench):
    peer = bench.peer
    assert isinstance(peer, OpenWb)
    assert peer.heartbeats == []
    assert bench.driver.capabilities.watchdog.renew_after_s is not None
    await bench.driver.apply(10)
    assert peer.heartbeats == [{"heartbeat": int(bench.clock.at.timestamp()), "parent_ip": "homeassistant"}]


async def test_a_heartbeat_lasts_as_long_as_somebody_decides(broker: Broker):
    preset = presets()["openwb_secondary"]
    quick = replace(preset, dog=replace(preset.dog, every_s=0.01), silence_s=None)
    async with mqtt_bench(broker, "openwb_secondary", preset=quick) as bench:
        peer = bench.peer
        assert isinstance(peer, OpenWb)
        await bench.driver.start(bench.woken)
        await bench.connect()
        await asyncio.sleep(0.05)
        # What it was told last by somebody else is not woken.
        assert peer.heartbeats == []
        await bench.driver.apply(10)
        await asyncio.sleep(0.05)
        assert len(peer.heartbeats) > 2
        broker.failing = True
        await asyncio.sleep(0.05)
        broker.failing = False
        beats = len(peer.heartbeats)
        await asyncio.sleep(0.05)
        assert len(peer.heartbeats) > beats
        bench.clock.advance(STEERED.total_seconds() + 1)
        await asyncio.sleep(0.05)
        beats = len(peer.heartbeats)
        await asyncio.sleep(0.05)
        assert len(peer.heartbeats) == beats
        assert bench.driver.capabilities.watchdog.kind is WatchdogKind.HEARTBEAT


@on("smartevse")
async def test_a_rival_is_noticed(bench: MqttBench):
    peer = bench.peer
    assert isinstance(peer, SmartEvse)
    for _ in range(FIGHTS):
        assert Shortcoming.LIMIT_FOUGHT_OVER not in bench.driver.shortcomings
        await bench.driver.apply(10)
        bench.clock.advance(SETTLES.total_seconds() + 1)
        peer.override = 140
        peer.tell()
        assert offered(bench) == 14
    assert Shortcoming.LIMIT_FOUGHT_OVER in bench.driver.shortcomings


@on("smartevse")
async def test_one_that_has_gone_keeps_its_current_at_the_end(bench: MqttBench, caplog: pytest.LogCaptureFixture):
    await bench.driver.apply(16)
    await bench.peer.vanish()
    await bench.driver.stop()
    assert "Charger garage keeps 16" in caplog.text


@on("smartevse")
async def test_the_end_of_home_assistant_comes_before_that_of_its_line(hass: HomeAssistant, bench: MqttBench):
    await bench.driver.apply(16)
    told(bench)
    jobs = [each for each in hass._shutdown_jobs if each.job.name == "smart_charging mqtt charger"]
    assert len(jobs) == 1
    await jobs[0].job.target()
    assert told(bench) == [("Set/CurrentOverride", "60")]
    await bench.driver.stop()
    assert told(bench) == []
    # Whoever decides goes on until he is stopped too.
    with pytest.raises(ChargerUnreachableError):
        await bench.driver.apply(16)
    assert told(bench) == []


@on("smartevse")
async def test_stopping_takes_it_off_the_list_of_what_is_to_be_ended(hass: HomeAssistant, bench: MqttBench):
    before = len(hass._shutdown_jobs)
    await bench.driver.stop()
    assert len(hass._shutdown_jobs) == before - 1


@on("smartevse")
async def test_a_session_begins_and_ends(bench: MqttBench):
    status = bench.driver.status
    assert status.session_started_at == bench.clock.at
    assert status.session_start_kwh == pytest.approx(1000)
    bench.peer.register_kwh = 1005
    bench.clock.advance(60)
    await bench.turn(EvState.B)
    assert bench.driver.status.session_start_kwh == pytest.approx(1000)
    assert bench.driver.status.state_at == bench.clock.at
    await bench.turn(EvState.F)
    assert bench.driver.status.fault == "Temperature High"
    await bench.turn(EvState.A)
    assert bench.driver.status.session_started_at is None
    assert bench.driver.status.session_start_kwh is None


@on("smartevse")
async def test_a_report_tells_neither_where_it_is_nor_who(bench: MqttBench):
    details = bench.driver.details
    assert (details["preset"], details["broker"]) == ("SmartEVSE-3 (MQTT)", True)
    assert bench.peer.prefix not in str(details)
    info = bench.driver.status.info
    assert info is not None
    assert (info.manufacturer, info.model) == ("SmartEVSE", "SmartEVSE-3")


@on("smartevse")
async def test_it_is_never_interrupted(bench: MqttBench):
    await bench.driver.release()
    with pytest.raises(ChargerLacksError):
        await bench.driver.interrupt(Means.STOP)


@on("smartevse")
async def test_what_changes_nothing_is_not_told(bench: MqttBench):
    count = bench.woken.count
    bench.peer.tell()
    assert bench.woken.count == count
