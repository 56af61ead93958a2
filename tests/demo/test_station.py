"""The simulated station in OCPP 1.6, and what no version makes different."""

import asyncio
import base64
from collections.abc import AsyncIterator

import pytest

from demo.car import Car
from demo.dialect import KEPT_SAMPLES
from demo.outlet import Outlet
from demo.station import Station
from demo.station_v16 import V16
from demo.station_v16_keys import Keys
from demo.versions import Version

from .conftest import Clock
from .station_bench import PATIENCE_S, Bench
from .test_profiles import profile


@pytest.fixture
async def bench(clock: Clock) -> AsyncIterator[Bench]:
    bench = Bench(clock, Version.V16)
    yield bench
    await bench.stop()


def keys(bench: Bench) -> Keys:
    assert isinstance(bench.station.dialect, V16)
    return bench.station.dialect.keys


async def charging(bench: Bench) -> None:
    await bench.online()
    bench.outlet.plug(Car(), bench.clock.now)
    bench.pass_seconds(12)
    await bench.csms.until(lambda: bench.csms.of("StartTransaction") and bench.csms.of("MeterValues"))


async def test_it_boots_with_its_password_and_tells_its_statuses(bench: Bench) -> None:
    await bench.online()
    assert bench.csms.headers == [f"Basic {base64.b64encode(b'S1:secret').decode()}"]
    assert bench.csms.received[0][0] == "BootNotification"
    assert [(said["connectorId"], said["status"]) for said in bench.csms.of("StatusNotification")] == [
        (0, "Available"),
        (1, "Available"),
    ]
    assert bench.station.connected
    assert keys(bench).integer("HeartbeatInterval") == 300


async def test_it_boots_again_until_it_is_accepted(bench: Bench) -> None:
    bench.csms.answers["BootNotification"] = [{"status": "Pending", "interval": 7}]
    await bench.online()
    assert len(bench.csms.of("BootNotification")) == 2
    assert bench.pauses == [7]


async def test_without_a_password_none_is_sent(bench: Bench, clock: Clock) -> None:
    bench.station = Station(bench.outlet, clock=clock, pause=bench.pause)
    await bench.online()
    assert bench.csms.headers == [None]


async def test_a_car_makes_a_transaction_with_meter_values(bench: Bench) -> None:
    await charging(bench)
    started = bench.csms.of("StartTransaction")[0]
    assert started["connectorId"] == 1
    assert started["meterStart"] == 0
    values = bench.csms.of("MeterValues")[0]
    assert values["transactionId"] == 42
    assert {sample["measurand"] for sample in values["meterValue"][0]["sampledValue"]} == {
        "Energy.Active.Import.Register",
        "Power.Active.Import",
    }
    assert bench.csms.of("StatusNotification")[-1]["status"] == "Charging"
    bench.outlet.unplug()
    bench.pass_seconds(1)
    await bench.csms.until(lambda: bench.csms.of("StopTransaction"))
    stopped = bench.csms.of("StopTransaction")[0]
    assert (stopped["transactionId"], stopped["reason"]) == (42, "EVDisconnected")


async def test_a_profile_right_behind_the_answer_finds_the_transaction_s_id(bench: Bench) -> None:
    await bench.online()
    payload = profile("TxProfile", (0, 10.0), transactionId=42)
    bench.csms.follow_up["StartTransaction"] = {"connectorId": 1, "csChargingProfiles": payload}
    bench.outlet.plug(Car(), bench.clock.now)
    bench.pass_seconds(1)
    await bench.csms.until(lambda: bench.csms.replies.get("follow-up"))
    assert bench.csms.replies["follow-up"][2]["status"] == "Accepted"


async def test_samples_come_at_the_interval_that_was_set(bench: Bench) -> None:
    await charging(bench)
    await bench.csms.ask("ChangeConfiguration", key="MeterValueSampleInterval", value="1")
    before = len(bench.csms.of("MeterValues"))
    bench.pass_seconds(5)
    await bench.csms.until(lambda: len(bench.csms.of("MeterValues")) == before + 5)


async def test_aligned_samples_come_on_the_clock(bench: Bench) -> None:
    await bench.online()
    await bench.csms.ask("ChangeConfiguration", key="ClockAlignedDataInterval", value="60")
    bench.pass_seconds(125)
    await bench.csms.until(lambda: len(bench.csms.of("MeterValues")) == 2)
    value = bench.csms.of("MeterValues")[0]
    assert "transactionId" not in value
    assert value["meterValue"][0]["sampledValue"][0]["context"] == "Sample.Clock"


async def test_a_setpoint_holds_runs_out_and_leaves_the_default(bench: Bench) -> None:
    await charging(bench)
    default, setpoint = profile("TxDefaultProfile", (0, 6.0)), profile("TxProfile", (0, 16.0), number=2, duration=60)
    setpoint["chargingSchedule"]["startSchedule"] = bench.clock.now.isoformat()
    for payload in (default, setpoint):
        reply = await bench.csms.ask("SetChargingProfile", connectorId=1, csChargingProfiles=payload)
        assert reply[2]["status"] == "Accepted"
    bench.pass_seconds(30)
    assert bench.outlet.offered_a == 16.0
    await bench.csms.stop()
    bench.pass_seconds(40)
    assert bench.outlet.offered_a == 6.0
    assert bench.outlet.drawn_a == pytest.approx(5.7)


async def test_a_drop_keeps_the_transaction_and_delivers_what_was_missed(bench: Bench) -> None:
    await charging(bench)
    seen = len(bench.csms.of("MeterValues"))
    bench.station.drop(20)
    bench.pass_seconds(10)
    bench.outlet.unplug()
    bench.pass_seconds(5)
    await bench.csms.until(lambda: bench.csms.of("StopTransaction"))
    assert len(bench.csms.of("BootNotification")) == 2
    assert len(bench.csms.of("StartTransaction")) == 1
    assert len(bench.csms.of("MeterValues")) > seen
    assert bench.csms.of("StopTransaction")[0]["transactionId"] == 42


async def test_a_transaction_that_began_offline_is_told_later(bench: Bench) -> None:
    await bench.csms.start()
    bench.outlet.plug(Car(), bench.clock.now)
    bench.pass_seconds(25)
    bench.connect()
    await bench.csms.until(lambda: len(bench.csms.of("MeterValues")) == 2)
    assert [name for name, _ in bench.csms.received if name in {"StartTransaction", "MeterValues"}] == [
        "StartTransaction",
        "MeterValues",
        "MeterValues",
    ]
    assert bench.csms.of("MeterValues")[0]["transactionId"] == 42


async def test_offline_samples_are_bounded_and_transactions_are_kept(bench: Bench) -> None:
    keys(bench).write("MeterValueSampleInterval", "1")
    bench.outlet.plug(Car(), bench.clock.now)
    bench.pass_seconds(KEPT_SAMPLES + 50)
    await bench.csms.start()
    bench.connect()
    await bench.csms.until(lambda: len(bench.csms.of("MeterValues")) == KEPT_SAMPLES)
    assert len(bench.csms.of("StartTransaction")) == 1


async def test_it_waits_between_attempts(bench: Bench) -> None:
    await bench.csms.start()
    await bench.csms.stop()
    bench.connect()
    async with asyncio.timeout(PATIENCE_S):
        while len(bench.pauses) < 3:
            await bench.paused.wait()
            bench.paused.clear()
    assert all(1 <= pause <= 5 for pause in bench.pauses)


async def test_a_refused_start_is_tried_thrice_then_given_up(bench: Bench) -> None:
    bench.csms.answers["StartTransaction"] = ["InternalError"] * 3
    await charging(bench)
    assert len(bench.csms.of("StartTransaction")) == 3
    assert bench.pauses == [5, 5]
    assert bench.csms.of("MeterValues")[0]["transactionId"] == -1


async def test_a_tag_that_is_not_accepted_ends_the_transaction(bench: Bench) -> None:
    bench.csms.answers["StartTransaction"] = [{"transactionId": 5, "idTagInfo": {"status": "Blocked"}}]
    await bench.online()
    bench.outlet.plug(Car(), bench.clock.now)
    bench.pass_seconds(1)
    await bench.csms.until(lambda: bench.csms.of("StopTransaction"))
    stopped = bench.csms.of("StopTransaction")[0]
    assert (stopped["transactionId"], stopped["reason"]) == (5, "DeAuthorized")
    bench.pass_seconds(1)
    await bench.csms.until(lambda: bench.csms.of("StatusNotification")[-1]["status"] == "Finishing")


async def test_remote_stop_and_start(bench: Bench) -> None:
    await charging(bench)
    assert (await bench.csms.ask("RemoteStopTransaction", transactionId=42))[2]["status"] == "Accepted"
    bench.pass_seconds(1)
    await bench.csms.until(lambda: bench.csms.of("StopTransaction"))
    assert bench.csms.of("StopTransaction")[0]["reason"] == "Remote"
    assert (await bench.csms.ask("RemoteStartTransaction", idTag="REMOTE"))[2]["status"] == "Accepted"
    bench.pass_seconds(1)
    await bench.csms.until(lambda: len(bench.csms.of("StartTransaction")) == 2)
    assert bench.csms.of("StartTransaction")[1]["idTag"] == "REMOTE"


async def test_a_reset_ends_the_transaction_and_boots_again(bench: Bench) -> None:
    await charging(bench)
    await bench.csms.ask("SetChargingProfile", connectorId=1, csChargingProfiles=profile("TxDefaultProfile", (0, 6.0)))
    await bench.csms.ask("Reset", type="Hard")
    bench.pass_seconds(1)
    await bench.csms.until(lambda: len(bench.csms.of("StartTransaction")) == 2)
    assert bench.csms.of("StopTransaction")[0]["reason"] == "HardReset"
    assert len(bench.csms.of("BootNotification")) == 2
    assert bench.outlet.limit_a(bench.clock.now) == 6.0


async def test_a_power_cut_ends_the_transaction_and_it_is_told_afterwards(bench: Bench) -> None:
    await charging(bench)
    bench.station.reboot()
    bench.pass_seconds(1)
    await bench.csms.until(lambda: len(bench.csms.of("StartTransaction")) == 2)
    assert bench.csms.of("StopTransaction")[0]["reason"] == "PowerLoss"
    assert len(bench.csms.of("BootNotification")) == 2


def test_a_reset_while_offline_is_no_harm(clock: Clock) -> None:
    outlet = Outlet()
    station = Station(outlet, clock=clock)
    station.dialect.promises.reset = "SoftReset"
    station.tick(clock.now)
    assert station.dialect.promises.reset is None


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        ("BootNotification", "BootNotification"),
        ("Heartbeat", "Heartbeat"),
        ("StatusNotification", "StatusNotification"),
        ("MeterValues", "MeterValues"),
    ],
)
async def test_a_triggered_message_is_sent(bench: Bench, message: str, sent: str) -> None:
    await charging(bench)
    before = len(bench.csms.of(sent))
    await bench.csms.ask("TriggerMessage", requestedMessage=message)
    bench.pass_seconds(1)
    await bench.csms.until(lambda: len(bench.csms.of(sent)) > before)


async def test_meter_values_can_be_triggered_when_idle(bench: Bench) -> None:
    await bench.online()
    await bench.csms.ask("TriggerMessage", requestedMessage="MeterValues")
    bench.pass_seconds(1)
    await bench.csms.until(lambda: bench.csms.of("MeterValues"))
    assert "transactionId" not in bench.csms.of("MeterValues")[0]


async def test_heartbeats_fill_the_silence(bench: Bench) -> None:
    await bench.online()
    bench.pass_seconds(299)
    assert bench.csms.of("Heartbeat") == []
    bench.pass_seconds(2)
    await bench.csms.until(lambda: bench.csms.of("Heartbeat"))


async def test_nonsense_is_answered_with_an_error_or_not_at_all(bench: Bench) -> None:
    await bench.online()
    for frame in ("", "{}", "[]", "[2]", "[9,1]", '[3,"nobody","asked"]', '[4,"nobody"]', "not json"):
        await bench.csms.sockets[-1].send(frame)
    assert (await bench.csms.ask("MakeCoffee"))[2] == "NotImplemented"
    assert (await bench.csms.ask("ChangeConfiguration"))[2] == "FormationViolation"
    assert bench.station.connected
