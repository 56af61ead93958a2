"""The simulated station in OCPP 2.0.1 and 2.1. All that it says is held against the official schemas (`station_bench`)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from demo.car import Car
from demo.dialect import KEPT_SAMPLES
from demo.outlet import Outlet
from demo.station import Station
from demo.station_v201_variables import Name
from demo.versions import Version

from .conftest import Clock
from .station_bench import Bench
from .test_profiles_v201 import profile, relative


@pytest.fixture(params=[Version.V201, Version.V21])
async def bench(request: pytest.FixtureRequest, clock: Clock) -> AsyncIterator[Bench]:
    bench = Bench(clock, request.param)
    yield bench
    await bench.stop()


def events(bench: Bench, kind: str | None = None, trigger: str | None = None) -> list[dict[str, Any]]:
    return [
        event
        for event in bench.csms.of("TransactionEvent")
        if kind in {None, event["eventType"]} and trigger in {None, event["triggerReason"]}
    ]


def plug_states(bench: Bench) -> list[str]:
    if bench.csms.version is Version.V21:
        return [told["eventData"][0]["actualValue"] for told in bench.csms.of("NotifyEvent")]
    return [told["connectorStatus"] for told in bench.csms.of("StatusNotification")]


def state(event: dict[str, Any]) -> str:
    return str(event["transactionInfo"]["chargingState"])


async def set_variable(bench: Bench, component: str, variable: str, value: str) -> None:
    entry = Name(component, variable).payload | {"attributeValue": value}
    reply = await bench.csms.ask("SetVariables", setVariableData=[entry])
    assert reply[2]["setVariableResult"][0]["attributeStatus"] == "Accepted"


async def charging(bench: Bench) -> str:
    """A car charges; its transaction's id."""
    await bench.online()
    await set_variable(bench, "SmartChargingCtrlr", "Enabled", "true")
    await set_variable(bench, "SampledDataCtrlr", "TxUpdatedInterval", "10")
    bench.outlet.plug(Car(), bench.clock.now)
    bench.pass_seconds(12)
    await bench.csms.until(lambda: events(bench, trigger="MeterValuePeriodic"))
    return str(events(bench)[0]["transactionInfo"]["transactionId"])


async def test_it_boots_once_and_tells_its_connector(bench: Bench) -> None:
    await bench.online()
    (boot,) = bench.csms.of("BootNotification")
    assert boot["reason"] == "PowerUp"
    assert boot["chargingStation"]["model"] == "Simulated"
    assert plug_states(bench) == ["Available"]
    assert bench.station.connected
    assert bench.station.dialect.heartbeat_s == 300


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
async def test_it_boots_again_until_it_is_accepted(bench: Bench, status: str) -> None:
    now = "2026-01-15T18:00:00Z"
    bench.csms.answers["BootNotification"] = [
        {"status": status, "interval": 7, "currentTime": now},
        {"status": "Accepted", "interval": 0, "currentTime": now},
    ]
    await bench.online()
    assert len(bench.csms.of("BootNotification")) == 2
    assert bench.pauses == [7]
    assert bench.station.dialect.heartbeat_s == 60, "0 leaves it to the station"


async def test_a_car_makes_a_transaction_of_numbered_events(bench: Bench) -> None:
    number = await charging(bench)
    bench.outlet.unplug()
    bench.pass_seconds(1)
    await bench.csms.until(lambda: events(bench, "Ended"))
    told = events(bench)
    assert [event["seqNo"] for event in told] == list(range(len(told)))
    assert {event["transactionInfo"]["transactionId"] for event in told} == {number}
    started, ended = told[0], told[-1]
    assert (started["eventType"], started["triggerReason"]) == ("Started", "CablePluggedIn")
    assert started["evse"] == {"id": 1, "connectorId": 1}
    assert started["idToken"] == {"idToken": "", "type": "NoAuthorization"}
    assert [state(event) for event in events(bench, trigger="ChargingStateChanged")] == ["Charging"]
    assert (ended["triggerReason"], ended["transactionInfo"]["stoppedReason"], state(ended)) == (
        "EVCommunicationLost",
        "EVDisconnected",
        "Idle",
    )
    assert not any("offline" in event for event in told)
    await bench.csms.until(lambda: plug_states(bench) == ["Available", "Occupied", "Available"])


async def test_the_meter_is_told_in_the_events(bench: Bench) -> None:
    await charging(bench)
    started, periodic = events(bench, "Started")[0], events(bench, trigger="MeterValuePeriodic")[0]
    (register,) = started["meterValue"][0]["sampledValue"]
    assert register == {
        "value": 0.0,
        "context": "Transaction.Begin",
        "measurand": "Energy.Active.Import.Register",
        "unitOfMeasure": {"unit": "Wh"},
    }
    sampled = periodic["meterValue"][0]["sampledValue"]
    assert {value["measurand"] for value in sampled} == {"Energy.Active.Import.Register", "Power.Active.Import"}
    await set_variable(bench, "SampledDataCtrlr", "TxUpdatedMeasurands", "Current.Import")
    bench.pass_seconds(10)
    await bench.csms.until(lambda: len(events(bench, trigger="MeterValuePeriodic")) == 2)
    currents = events(bench, trigger="MeterValuePeriodic")[1]["meterValue"][0]["sampledValue"]
    assert [(value["phase"], value["value"]) for value in currents] == [("L1", 30.4), ("L2", 0.0), ("L3", 0.0)]


async def test_no_samples_come_where_none_are_wanted(bench: Bench) -> None:
    await charging(bench)
    await set_variable(bench, "SampledDataCtrlr", "TxUpdatedInterval", "0")
    bench.pass_seconds(300)
    await bench.csms.ask("TriggerMessage", requestedMessage="Heartbeat")
    bench.pass_seconds(1)
    await bench.csms.until(lambda: bench.csms.of("Heartbeat"))
    assert len(events(bench, trigger="MeterValuePeriodic")) == 1


async def test_aligned_samples_come_on_the_clock_in_a_transaction_and_without(bench: Bench) -> None:
    await bench.online()
    await set_variable(bench, "AlignedDataCtrlr", "Interval", "60")
    bench.pass_seconds(60)
    await bench.csms.until(lambda: bench.csms.of("MeterValues"))
    assert bench.csms.of("MeterValues")[0]["meterValue"][0]["sampledValue"][0]["context"] == "Sample.Clock"
    bench.outlet.plug(Car(), bench.clock.now)
    bench.pass_seconds(60)
    await bench.csms.until(lambda: events(bench, trigger="MeterValueClock"))
    assert len(bench.csms.of("MeterValues")) == 1
    await set_variable(bench, "AlignedDataCtrlr", "Measurands", "")
    bench.outlet.unplug()
    bench.pass_seconds(60)
    await bench.csms.until(lambda: events(bench, "Ended"))
    assert len(bench.csms.of("MeterValues")) == 1, "nothing is measured, so nothing is told"


async def test_a_setpoint_holds_runs_out_and_leaves_the_default(bench: Bench) -> None:
    number = await charging(bench)
    start = bench.clock.now.isoformat().replace("+00:00", "Z")
    setpoint = profile("TxProfile", 16.0, 2, startSchedule=start, duration=60, transactionId=number)
    for payload in (relative("TxDefaultProfile", 6.0), setpoint):
        reply = await bench.csms.ask("SetChargingProfile", evseId=1, chargingProfile=payload)
        assert reply[2] == {"status": "Accepted"}
    assert bench.commands == [True, False]
    bench.pass_seconds(30)
    assert bench.outlet.offered_a == 16.0
    await bench.csms.stop()
    bench.pass_seconds(40)
    assert bench.outlet.offered_a == 6.0


def test_an_endless_setpoint_ends_while_the_csms_is_away_for_too_long(clock: Clock) -> None:
    outlet = Outlet()
    dialect = Station(outlet, clock=clock, version=Version.V21).dialect

    def pass_seconds(seconds: int) -> float:
        for _ in range(seconds):
            outlet.step(clock.advance(1), 1.0)
            dialect.tick(clock.now)
        return outlet.offered_a

    dialect.came_online()
    enabled = Name("SmartChargingCtrlr", "Enabled").payload | {"attributeValue": "true"}
    dialect.answer("SetVariables", {"setVariableData": [enabled]})
    outlet.plug(Car(), clock.now)
    pass_seconds(1)
    assert outlet.transaction is not None
    setpoint = profile("TxProfile", 16.0, 2, transactionId=outlet.transaction.id, maxOfflineDuration=30)
    for payload in (relative("TxDefaultProfile", 6.0), setpoint):
        assert dialect.answer("SetChargingProfile", {"evseId": 1, "chargingProfile": payload})["status"] == "Accepted"
    assert pass_seconds(100) == 16.0
    dialect.lost()
    assert pass_seconds(29) == 16.0
    assert pass_seconds(1) == 6.0
    dialect.came_online()
    assert pass_seconds(1) == 16.0, "it was not to be forgotten"


async def test_a_drop_keeps_the_transaction_and_marks_what_was_missed(bench: Bench) -> None:
    number = await charging(bench)
    bench.station.drop(20)
    await bench.gone()
    bench.pass_seconds(10)
    bench.outlet.unplug()
    bench.pass_seconds(5)
    await bench.csms.until(lambda: events(bench, "Ended"))
    assert len(bench.csms.of("BootNotification")) == 1, "it has not restarted"
    # One whose answer was lost is told again.
    told = list({event["seqNo"]: event for event in events(bench)}.values())
    assert [event["seqNo"] for event in told] == list(range(len(told)))
    assert [event["triggerReason"] for event in told if event.get("offline")] == [
        "MeterValuePeriodic",
        "EVCommunicationLost",
    ]
    assert {event["transactionInfo"]["transactionId"] for event in told} == {number}


@pytest.mark.parametrize(("seconds", "told"), [(20, 2), (100, 3)])
async def test_after_a_long_silence_the_connector_is_told_again(bench: Bench, seconds: int, told: int) -> None:
    await charging(bench)
    await bench.csms.until(lambda: plug_states(bench) == ["Available", "Occupied"])
    bench.station.drop(seconds)
    await bench.gone()
    bench.pass_seconds(12)
    await bench.csms.until(lambda: [event for event in events(bench) if event.get("offline")])
    assert len(plug_states(bench)) == told


async def test_a_transaction_that_began_offline_is_told_later(bench: Bench) -> None:
    await bench.csms.start()
    bench.outlet.plug(Car(), bench.clock.now)
    bench.pass_seconds(125)
    bench.connect()
    await bench.csms.until(lambda: len(events(bench, trigger="MeterValuePeriodic")) == 2)
    assert events(bench)[0]["eventType"] == "Started"
    assert all(event["offline"] for event in events(bench))


async def test_offline_samples_are_bounded_and_transactions_are_kept(bench: Bench) -> None:
    bench.station.dialect.answer(
        "SetVariables",
        {"setVariableData": [Name("SampledDataCtrlr", "TxUpdatedInterval").payload | {"attributeValue": "1"}]},
    )
    bench.outlet.plug(Car(), bench.clock.now)
    bench.pass_seconds(KEPT_SAMPLES + 50)
    await bench.csms.start()
    bench.connect()
    await bench.csms.until(lambda: len(events(bench, trigger="MeterValuePeriodic")) == KEPT_SAMPLES)
    assert len(events(bench, "Started")) == 1


async def test_a_refused_event_is_tried_thrice_then_given_up(bench: Bench) -> None:
    bench.csms.answers["TransactionEvent"] = ["InternalError"] * 3
    await charging(bench)
    assert len(events(bench, "Started")) == 3
    assert bench.pauses == [5, 5]


async def test_an_answer_that_breaks_its_schema_is_as_good_as_none(bench: Bench) -> None:
    bench.csms.answers["TransactionEvent"] = [{"idTokenInfo": {"status": "Splendid"}}] * 2
    await charging(bench)
    assert len(events(bench, "Started")) == 3


async def test_a_token_that_is_not_accepted_ends_the_transaction(bench: Bench) -> None:
    bench.csms.answers["TransactionEvent"] = [{"idTokenInfo": {"status": "Blocked"}}]
    await bench.online()
    bench.outlet.plug(Car(), bench.clock.now)
    bench.pass_seconds(1)
    await bench.csms.until(lambda: events(bench, "Ended"))
    ended = events(bench, "Ended")[0]
    assert (ended["triggerReason"], ended["transactionInfo"]["stoppedReason"]) == ("Deauthorized", "DeAuthorized")
    assert state(ended) == "EVConnected"


async def test_unless_it_is_told_to_go_on(bench: Bench) -> None:
    await bench.online()
    await set_variable(bench, "TxCtrlr", "StopTxOnInvalidId", "false")
    bench.csms.answers["TransactionEvent"] = [{"idTokenInfo": {"status": "Blocked"}}]
    bench.outlet.plug(Car(), bench.clock.now)
    bench.pass_seconds(61)
    await bench.csms.until(lambda: events(bench, trigger="MeterValuePeriodic"))
    assert events(bench, "Ended") == []


async def test_stop_and_start_from_afar(bench: Bench) -> None:
    number = await charging(bench)
    assert (await bench.csms.ask("RequestStopTransaction", transactionId=number))[2]["status"] == "Accepted"
    bench.pass_seconds(1)
    await bench.csms.until(lambda: events(bench, "Ended"))
    ended = events(bench, "Ended")[0]
    assert (ended["triggerReason"], ended["transactionInfo"]["stoppedReason"]) == ("RemoteStop", "Remote")
    token = {"idToken": "REMOTE", "type": "Central"}
    request = {"evseId": 1, "remoteStartId": 9, "idToken": token}
    limited = relative("TxProfile", 8.0, transactionId=None)
    reply = await bench.csms.ask("RequestStartTransaction", **request, chargingProfile=limited)
    assert reply[2] == {"status": "Accepted"}
    bench.pass_seconds(2)
    await bench.csms.until(lambda: len(events(bench, "Started")) == 2)
    started = events(bench, "Started")[1]
    assert started["transactionInfo"]["transactionId"] != number
    assert (started["triggerReason"], started["transactionInfo"]["remoteStartId"]) == ("RemoteStart", 9)
    assert (started["idToken"], started["seqNo"]) == (token, 0)
    assert bench.outlet.offered_a == 8.0


async def test_a_profile_that_cannot_be_does_not_keep_a_transaction_from_starting(bench: Bench) -> None:
    number = await charging(bench)
    await bench.csms.ask("RequestStopTransaction", transactionId=number)
    bench.pass_seconds(1)
    impossible = relative("TxProfile", 8.0, stack=99, transactionId=None)
    request: dict[str, Any] = {"remoteStartId": 9, "idToken": {"idToken": "R", "type": "Central"}}
    await bench.csms.ask("RequestStartTransaction", **request, chargingProfile=impossible)
    bench.pass_seconds(2)
    assert bench.outlet.offered_a == 32.0


async def test_a_reset_ends_the_transaction_and_boots_again(bench: Bench) -> None:
    await charging(bench)
    await bench.csms.ask("SetChargingProfile", evseId=1, chargingProfile=relative("TxDefaultProfile", 6.0))
    await bench.csms.ask("Reset", type="Immediate")
    bench.pass_seconds(1)
    await bench.csms.until(lambda: len(events(bench, "Started")) == 2)
    ended = events(bench, "Ended")[0]
    assert (ended["triggerReason"], ended["transactionInfo"]["stoppedReason"]) == ("ResetCommand", "ImmediateReset")
    assert [boot["reason"] for boot in bench.csms.of("BootNotification")] == ["PowerUp", "RemoteReset"]
    assert bench.outlet.limit_a(bench.clock.now) == 6.0


async def test_a_reset_can_wait_until_the_car_has_left(bench: Bench) -> None:
    await charging(bench)
    assert (await bench.csms.ask("Reset", type="OnIdle"))[2]["status"] == "Scheduled"
    bench.pass_seconds(5)
    assert bench.station.connected
    bench.outlet.unplug()
    bench.pass_seconds(2)
    await bench.csms.until(lambda: len(bench.csms.of("BootNotification")) == 2)
    await bench.csms.until(lambda: events(bench, "Ended"))
    assert events(bench, "Ended")[0]["transactionInfo"]["stoppedReason"] == "EVDisconnected"


async def test_a_power_cut_ends_the_transaction_and_it_is_told_afterwards(bench: Bench) -> None:
    await charging(bench)
    bench.station.reboot()
    bench.pass_seconds(1)
    await bench.csms.until(lambda: len(events(bench, "Started")) == 2)
    ended = events(bench, "Ended")[0]
    assert (ended["triggerReason"], ended["transactionInfo"]["stoppedReason"]) == ("AbnormalCondition", "PowerLoss")
    assert bench.csms.of("BootNotification")[-1]["reason"] == "PowerUp"
    assert events(bench, "Started")[1]["offline"]


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        ("BootNotification", "BootNotification"),
        ("Heartbeat", "Heartbeat"),
        ("StatusNotification", "StatusNotification"),
        ("MeterValues", "MeterValues"),
        ("TransactionEvent", "TransactionEvent"),
    ],
)
async def test_a_triggered_message_is_sent(bench: Bench, message: str, sent: str) -> None:
    await charging(bench)
    before = len(bench.csms.of(sent))
    await bench.csms.ask("TriggerMessage", requestedMessage=message, evse={"id": 1, "connectorId": 1})
    bench.pass_seconds(1)
    await bench.csms.until(lambda: len(bench.csms.of(sent)) > before)
    if message == "TransactionEvent":
        assert events(bench)[-1]["triggerReason"] == "Trigger"


def test_an_event_of_what_has_ended_meanwhile_is_not_sent(clock: Clock) -> None:
    station = Station(Outlet(), clock=clock, version=Version.V201)
    station.dialect.promises.triggered = ["TransactionEvent", "Heartbeat"]
    message = station.dialect.next()
    assert message is not None
    assert message.action == "Heartbeat"


async def test_a_report_is_sent_in_parts(bench: Bench) -> None:
    await bench.online()
    await bench.csms.ask("GetBaseReport", requestId=3, reportBase="FullInventory")
    bench.pass_seconds(1)
    await bench.csms.until(lambda: bench.csms.of("NotifyReport") and not bench.csms.of("NotifyReport")[-1]["tbc"])
    assert [part["seqNo"] for part in bench.csms.of("NotifyReport")] == [0, 1, 2]


async def test_out_of_service_is_told_once_nothing_runs(bench: Bench) -> None:
    await charging(bench)
    await bench.csms.until(lambda: plug_states(bench) == ["Available", "Occupied"])
    reply = await bench.csms.ask("ChangeAvailability", operationalStatus="Inoperative", evse={"id": 1})
    assert reply[2]["status"] == "Scheduled"
    bench.pass_seconds(1)
    bench.outlet.unplug()
    bench.pass_seconds(1)
    await bench.csms.until(lambda: plug_states(bench) == ["Available", "Occupied", "Unavailable"])


async def test_nonsense_is_answered_with_an_error_or_not_at_all(bench: Bench) -> None:
    await bench.online()
    for frame in ("", "{}", "[]", "[2]", "[9,1]", '[3,"nobody","asked"]', '[4,"nobody"]', "not json"):
        await bench.csms.sockets[-1].send(frame)
    assert (await bench.csms.ask("MakeCoffee"))[2] == "NotImplemented"
    assert (await bench.csms.ask("Reset"))[2] == "FormatViolation"
    assert bench.station.connected
