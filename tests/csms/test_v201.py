"""Stations that speak OCPP 2.0.1 and 2.1, over a real connection; what we send is held against the schemas (`Peer`)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from custom_components.smart_charging.csms.authorization import Admittance, Authorization, IdToken
from custom_components.smart_charging.csms.errors import NoTransaction, StationRejected, StationTimeout
from custom_components.smart_charging.csms.events import (
    Authorized,
    Booted,
    Measured,
    NeedsTold,
    Notified,
    Ready,
    StatusChanged,
    TransactionEnded,
    TransactionStarted,
)
from custom_components.smart_charging.csms.fields import Fields
from custom_components.smart_charging.csms.records import Features, RateUnit, Status
from custom_components.smart_charging.csms.server import CentralSystem
from custom_components.smart_charging.csms.station import Station
from custom_components.smart_charging.csms.v201 import commands as v201_commands
from custom_components.smart_charging.csms.v201.variables import format_key, parse_key

from .conftest import Clock, MakeCsms, Recorder, until
from .peer import CallError, Json, station_at
from .v201 import boot, connect, event, plug, setting, values, variables

VERSIONS = pytest.mark.parametrize("version", ["2.0.1", "2.1"])


def state(station: Station) -> Status | None:
    """What EVSE 1 is doing."""
    status = station.connectors[1].status
    return None if status is None else status.status


async def test_a_connector_that_no_station_has_is_refused(csms: CentralSystem) -> None:
    async with connect(csms) as peer:
        with pytest.raises(CallError, match="PropertyConstraintViolation"):
            await plug(peer, "Occupied", connector=2**40)
    assert not csms.station("CP1").connectors


@VERSIONS
async def test_a_boot_is_accepted_and_tells_what_the_station_is(csms: CentralSystem, version: str) -> None:
    recorder = Recorder(csms.station("CP1"))
    async with connect(csms, version) as peer:
        assert await boot(peer) == {"status": "Accepted", "currentTime": "2026-06-01T10:00:00.000Z", "interval": 60}
        info = (await recorder.wait_for(Booted)).info
        assert csms.station("CP1").version == version
    assert (info.vendor, info.model, info.serial, info.firmware) == ("Acme", "Two", "S2", "2.1.0")


@pytest.mark.parametrize("offered", [None, ("ocpp1.6",)])
async def test_a_station_that_names_another_version_than_it_speaks_is_understood(
    csms: CentralSystem, offered: tuple[str, ...] | None
) -> None:
    station = csms.station("CP1")
    recorder = Recorder(station)
    async with station_at(csms.port, subprotocols=offered, strict=False) as peer:
        assert await peer.call("Heartbeat")
        await boot(peer)
        assert (await recorder.wait_for(Booted)).info.vendor == "Acme"
        assert station.version == "2.0.1"
        await peer.asked("GetVariables")
        await plug(peer, "Occupied")
        assert station.connectors[1].status


async def test_a_station_is_asked_what_it_can_and_set_to_send_what_control_needs(csms: CentralSystem) -> None:
    recorder = Recorder(csms.station("CP1"))
    async with connect(csms) as peer:
        peer.answers["GetVariables"] = variables(
            {
                "SmartChargingCtrlr.Enabled": "false",
                "SmartChargingCtrlr.ProfileStackLevel": "9",
                "SmartChargingCtrlr.RateUnit": "A,W",
                "SmartChargingCtrlr.Entries": "12",
                "SmartChargingCtrlr.PeriodsPerSchedule": "24",
                "SmartChargingCtrlr.Phases3to1": "true",
                "SmartChargingCtrlr.SupportsMaxOfflineDuration": "true",
                "SampledDataCtrlr.TxUpdatedMeasurands": "Energy.Active.Import.Register",
                "SampledDataCtrlr.TxUpdatedInterval": "900",
                "SampledDataCtrlr.TxEndedMeasurands": "Energy.Active.Import.Register,SoC",
            }
        )
        peer.answers["SetVariables"] = setting("Accepted")
        await plug(peer, "Available", evse=2)
        await boot(peer)
        features = (await recorder.wait_for(Ready)).features
        written = {
            entry["variable"]["name"]: entry["attributeValue"]
            for action, payload in peer.calls
            if action == "SetVariables"
            for entry in payload["setVariableData"]
        }
    assert features == Features(
        smart_charging=True,
        max_stack_level=9,
        rate_units=frozenset(RateUnit),
        max_profiles=12,
        max_periods=24,
        switches_phases=True,
        number_of_connectors=2,
        measurands=("Current.Import", "Power.Active.Import", "Energy.Active.Import.Register"),
        sample_interval_s=5,
        offline_validity=True,
    )
    assert written == {
        "Enabled": "true",
        "TxUpdatedMeasurands": "Current.Import,Power.Active.Import,Energy.Active.Import.Register",
        "TxUpdatedInterval": "5",
        "TxStartedMeasurands": "Energy.Active.Import.Register",
    }


async def test_a_station_that_takes_one_question_at_a_time_is_asked_so(csms: CentralSystem) -> None:
    recorder = Recorder(csms.station("CP1"))
    known = variables({"SmartChargingCtrlr.ProfileStackLevel": "3"})

    def answer(payload: Json) -> Json:
        if len(payload["getVariableData"]) > 1:
            raise CallError("OccurrenceConstraintViolation")
        return known(payload)

    async with connect(csms) as peer:
        peer.answers["GetVariables"] = answer
        peer.answers["SetVariables"] = setting("Rejected")
        await boot(peer)
        assert (await recorder.wait_for(Ready)).features.max_stack_level == 3


async def test_a_station_that_answers_nothing_is_ready_all_the_same(make_csms: MakeCsms) -> None:
    csms = make_csms()
    recorder = Recorder(csms.add_known("CP1", None))
    await csms.start("127.0.0.1", 0)
    async with connect(csms) as peer:
        peer.answers["GetVariables"] = lambda _: {"getVariableResult": "nothing"}
        peer.answers["SetVariables"] = lambda _: {}
        peer.answers["TriggerMessage"] = lambda _: {"status": "Rejected"}
        await boot(peer)
        assert (await recorder.wait_for(Ready)).features == Features()


async def test_a_transaction_from_plugging_in_to_the_end(csms: CentralSystem, clock: Clock) -> None:
    station = csms.station("CP1")
    recorder = Recorder(station)
    token = {"idToken": "DE*ABC*1", "type": "eMAID"}
    async with connect(csms) as peer:
        await plug(peer, "Available")
        assert state(station) is Status.AVAILABLE
        await plug(peer, "Occupied")
        assert state(station) is Status.PREPARING
        await event(peer, "Started", 0, "EVConnected", meterValue=values(1000))
        connector = station.connectors[1]
        assert connector.transaction
        assert (connector.transaction.transaction_id, connector.transaction.meter_start_wh) == ("T1", 1000)
        assert connector.waits_for_authorization
        answer = await event(peer, "Updated", 1, "Charging", idToken=token)
        assert answer == {"idTokenInfo": {"status": "Accepted"}}
        identified = station.connectors[1]
        assert not identified.waits_for_authorization
        assert identified.transaction
        assert (identified.transaction.id_tag, identified.transaction.id_kind) == ("DE*ABC*1", "eMAID")
        assert state(station) is Status.CHARGING
        clock.advance(60)
        await event(peer, "Updated", 2, meterValue=values(1400, 16.0), at=clock.at)
        measured = await recorder.wait_for(Measured, 2)
        assert (measured.transaction_energy_wh, measured.measurement.currents_a) == (400, (16, 16, 16))
        await event(peer, "Updated", 3, "SuspendedEV")
        assert state(station) is Status.SUSPENDED_EV
        await event(peer, "Ended", 4, meterValue=values(1500))
        ended = await recorder.wait_for(TransactionEnded)
        assert (ended.energy_wh, ended.reason, ended.transaction.id_tag) == (500, "EVDisconnected", "DE*ABC*1")
        assert state(station) is Status.FINISHING
        await plug(peer, "Available")
        assert state(station) is Status.AVAILABLE
    assert station.connectors[1].transaction is None


async def test_the_plug_may_be_free_before_the_end_is_told(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    async with connect(csms) as peer:
        await plug(peer, "Occupied")
        await event(peer, "Started", 0, "Charging")
        await plug(peer, "Available")
        assert state(station) is Status.CHARGING
        await event(peer, "Ended", 1)
        assert state(station) is Status.AVAILABLE


async def test_events_out_of_order_count_once_and_the_newest_state_holds(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    recorder = Recorder(station)
    async with connect(csms) as peer:
        await event(peer, "Updated", 3, "SuspendedEV", evse={"id": 1}, meterValue=values(3000))
        started = await recorder.wait_for(TransactionStarted)
        assert started.transaction.guessed
        await event(peer, "Updated", 2, "Charging", meterValue=values(2000))
        assert state(station) is Status.SUSPENDED_EV
        await event(peer, "Started", 0, "EVConnected", meterValue=values(1500))
        assert station.connectors[1].transaction == (await recorder.wait_for(TransactionStarted, 2)).transaction
        assert not (await recorder.wait_for(TransactionStarted, 2)).transaction.guessed
        await event(peer, "Ended", 5, meterValue=values(3300))
        ended = await recorder.wait_for(TransactionEnded)
        await event(peer, "Updated", 4, "Charging", meterValue=values(3200))
        await event(peer, "Ended", 5, meterValue=values(3300))
    assert ended.energy_wh == 1800
    assert len(recorder.of(TransactionEnded)) == 1
    assert station.connectors[1].transaction is None


async def test_what_was_kept_while_offline_goes_beside_what_runs(csms: CentralSystem, clock: Clock) -> None:
    station = csms.station("CP1")
    recorder = Recorder(station)
    yesterday = clock.at - timedelta(days=1)
    async with connect(csms) as peer:
        await plug(peer, "Occupied")
        await event(peer, "Started", 0, "Charging", meterValue=values(9000), at=clock.at)
        old: Any = {"transaction_id": "T0", "offline": True, "evse": {"id": 1}}
        await event(peer, "Updated", 1, "SuspendedEV", meterValue=[], at=yesterday, **old)
        await event(peer, "Ended", 2, meterValue=values(8000), at=yesterday, **old)
        assert station.connectors[1].transaction
        assert station.connectors[1].transaction.transaction_id == "T1"
        assert state(station) is Status.CHARGING
    assert [event.transaction.transaction_id for event in recorder.of(TransactionEnded)] == ["T0"]


async def test_a_card_is_judged_wherever_it_is_shown(make_csms: MakeCsms, clock: Clock) -> None:
    asked: list[IdToken] = []

    def authorise(_identity: str, id_token: IdToken) -> Authorization:
        asked.append(id_token)
        if id_token.text == "GOOD":
            return Authorization(status=Admittance.ACCEPTED, expires_at=clock.at, group="FAMILY")
        return Authorization(status=Admittance.BLOCKED)

    csms = make_csms(authorise=authorise)
    recorder = Recorder(csms.add_known("CP1", None))
    await csms.start("127.0.0.1", 0)
    async with connect(csms) as peer:
        assert await peer.call("Authorize", idToken={"idToken": "GOOD", "type": "ISO14443"}) == {
            "idTokenInfo": {
                "status": "Accepted",
                "cacheExpiryDateTime": "2026-06-01T10:00:00.000Z",
                "groupIdToken": {"idToken": "FAMILY", "type": "Central"},
            }
        }
        contract = await peer.call("Authorize", idToken={"idToken": "BAD", "type": "eMAID"}, certificate="PEM")
        assert contract == {"idTokenInfo": {"status": "Blocked"}, "certificateStatus": "NoCertificateAvailable"}
        answer = await event(peer, "Started", 0, idToken={"idToken": "", "type": "NoAuthorization"})
        assert answer["idTokenInfo"]["status"] == "Blocked"
        assert (await recorder.wait_for(Authorized, 3)).accepted is False
    assert asked[-1].nobody


@pytest.mark.parametrize(
    ("connectors", "status"),
    [
        ({1: "Available", 2: "Occupied"}, Status.PREPARING),
        ({1: "Available", 2: "Unavailable"}, Status.AVAILABLE),
        ({1: "Faulted", 2: "Unavailable"}, Status.FAULTED),
        ({1: "Reserved"}, Status.RESERVED),
        ({1: "Unavailable"}, Status.UNAVAILABLE),
    ],
)
async def test_an_evse_is_what_its_connectors_are(
    csms: CentralSystem, connectors: dict[int, str], status: Status
) -> None:
    async with connect(csms) as peer:
        for connector, state in connectors.items():
            await plug(peer, state, connector=connector)
        known = csms.station("CP1").connectors[1].status
        assert known
        assert known.status is status


@VERSIONS
async def test_availability_comes_as_an_event_too(csms: CentralSystem, version: str) -> None:
    station = csms.station("CP1")
    recorder = Recorder(station)

    def entry(component: str, variable: str, value: str, **evse: int) -> Json:
        return {
            "eventId": 1,
            "timestamp": "2026-06-01T10:00:00Z",
            "trigger": "Delta",
            "actualValue": value,
            "component": {"name": component} | ({"evse": evse} if evse else {}),
            "variable": {"name": variable},
            "eventNotificationType": "HardWiredNotification",
        }

    async with connect(csms, version) as peer:
        await peer.call(
            "NotifyEvent",
            generatedAt="2026-06-01T10:00:00Z",
            seqNo=0,
            eventData=[
                entry("Connector", "AvailabilityState", "Occupied", id=1, connectorId=1),
                entry("ChargingStation", "Problem", "true"),
            ],
        )
        assert (await recorder.wait_for(StatusChanged)).status.status is Status.PREPARING
        assert (await recorder.wait_for(Notified)).text == "ChargingStation.Problem = true"


async def test_what_a_car_needs_is_told(csms: CentralSystem) -> None:
    recorder = Recorder(csms.station("CP1"))
    async with connect(csms) as peer:
        needs = {
            "requestedEnergyTransfer": "AC_three_phase",
            "departureTime": "2026-06-02T05:00:00Z",
            "acChargingParameters": {"energyAmount": 22000, "evMinCurrent": 6, "evMaxCurrent": 16, "evMaxVoltage": 400},
        }
        assert await peer.call("NotifyEVChargingNeeds", evseId=1, chargingNeeds=needs) == {"status": "Accepted"}
        told = (await recorder.wait_for(NeedsTold)).needs
    assert (told.energy_wh, told.minimum_a, told.maximum_a) == (22000, 6, 16)
    assert told.departure_at
    assert told.departure_at.isoformat() == "2026-06-02T05:00:00+00:00"
    assert csms.station("CP1").connectors[1].needs == told


async def test_limits_are_put_in_the_words_of_this_version(csms: CentralSystem, clock: Clock) -> None:
    station = csms.station("CP1")
    async with connect(csms) as peer:
        await event(peer, "Started", 0, "Charging", at=clock.at)
        limit = await station.set_limit(1, 10.07, phases=1, valid_s=60)
        assert (limit.limit_a, limit.until) == (10.0, clock.at + timedelta(seconds=60))
        assert station.connectors[1].limit == limit
        assert await peer.asked("SetChargingProfile") == {
            "evseId": 1,
            "chargingProfile": {
                "id": 16101,
                "stackLevel": 0,
                "chargingProfilePurpose": "TxProfile",
                "chargingProfileKind": "Absolute",
                "transactionId": "T1",
                "chargingSchedule": [
                    {
                        "id": 16101,
                        "chargingRateUnit": "A",
                        "startSchedule": "2026-06-01T09:59:50.000Z",
                        "duration": 70,
                        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.0, "numberPhases": 1}],
                    }
                ],
            },
        }
        await station.set_default_limit(1, 6)
        default = (await peer.asked("SetChargingProfile"))["chargingProfile"]
        assert (default["chargingProfilePurpose"], default["chargingProfileKind"]) == ("TxDefaultProfile", "Relative")
        await station.set_maximum_limit(32)
        maximum = await peer.asked("SetChargingProfile")
        assert (maximum["evseId"], maximum["chargingProfile"]["chargingProfilePurpose"]) == (
            0,
            "ChargingStationMaxProfile",
        )
        await station.clear_limit(1)
        assert await peer.asked("ClearChargingProfile") == {"chargingProfileId": 16101}
        assert station.connectors[1].limit is None


async def test_a_limit_ends_when_the_station_loses_us_where_it_can(csms: CentralSystem, clock: Clock) -> None:
    station = csms.station("CP1")
    recorder = Recorder(station)
    async with connect(csms, "2.1") as peer:
        peer.answers["GetVariables"] = variables({"SmartChargingCtrlr.SupportsMaxOfflineDuration": "true"})
        await boot(peer)
        await recorder.wait_for(Ready)
        await event(peer, "Started", 0, "Charging", at=clock.at)
        await station.set_limit(1, 10, valid_s=60)
        profile = (await peer.asked("SetChargingProfile"))["chargingProfile"]
        assert (profile["maxOfflineDuration"], profile["invalidAfterOfflineDuration"]) == (60, True)


async def test_a_transaction_is_started_and_stopped_from_here(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    async with connect(csms) as peer:
        await until(lambda: station.connected)
        await station.remote_start(2, "smart-charging")
        start = await peer.asked("RequestStartTransaction")
        assert (start["evseId"], start["idToken"]) == (2, {"idToken": "smart-charging", "type": "Central"})
        with pytest.raises(ValueError, match="1 to 36 characters"):
            await station.remote_start(2, "x" * 37)
        with pytest.raises(NoTransaction):
            await station.remote_stop(1)
        await event(peer, "Started", 0)
        await station.remote_stop(1)
        assert await peer.asked("RequestStopTransaction") == {"transactionId": "T1"}
        assert await station.change_availability(1, operative=False) == "Accepted"
        assert await peer.asked("ChangeAvailability") == {"operationalStatus": "Inoperative", "evse": {"id": 1}}
        await station.change_availability(0, operative=True)
        assert await peer.asked("ChangeAvailability") == {"operationalStatus": "Operative"}


async def test_what_is_measured_is_asked_of_the_transaction_first(make_csms: MakeCsms) -> None:
    csms = make_csms()
    station = csms.add_known("CP1", None)
    recorder = Recorder(station)
    await csms.start("127.0.0.1", 0)

    def answer(payload: Json) -> Json:
        return {"status": "Rejected" if payload["requestedMessage"] == "TransactionEvent" else "Accepted"}

    async with connect(csms) as peer:
        peer.answers["GetVariables"] = variables({})
        await recorder.wait_for(Ready)
        peer.calls.clear()
        peer.answers["TriggerMessage"] = answer
        await station.trigger("MeterValues", 1)
        await station.trigger("StatusNotification", 2)
        await station.trigger("BootNotification")
        assert [payload for _, payload in peer.calls] == [
            {"requestedMessage": "TransactionEvent", "evse": {"id": 1}},
            {"requestedMessage": "MeterValues", "evse": {"id": 1}},
            {"requestedMessage": "StatusNotification", "evse": {"id": 2, "connectorId": 1}},
            {"requestedMessage": "BootNotification"},
        ]


async def test_variables_are_read_and_written_by_name(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    async with connect(csms) as peer:
        await until(lambda: station.connected)
        peer.answers["GetVariables"] = variables({"OCPPCommCtrlr.HeartbeatInterval": "60"})
        assert await station.read_configuration(["OCPPCommCtrlr.HeartbeatInterval", "EVSE@1.Power"]) == {
            "OCPPCommCtrlr.HeartbeatInterval": "60"
        }
        peer.answers["SetVariables"] = setting("RebootRequired")
        assert await station.write_configuration("OCPPCommCtrlr.HeartbeatInterval", "30") == "RebootRequired"
        peer.answers["SetVariables"] = lambda _: {}
        assert await station.write_configuration("OCPPCommCtrlr.HeartbeatInterval", "30") == ""
        with pytest.raises(ValueError, match=r"not Component\.Variable"):
            await station.write_configuration("HeartbeatInterval", "30")


def part(number: int, sequence: int, *, more: bool, **values: str) -> dict[str, Json]:
    return {
        "requestId": number,
        "generatedAt": "2026-06-01T10:00:00Z",
        "seqNo": sequence,
        "tbc": more,
        "reportData": [
            {
                "component": {"name": "Clock", "evse": {"id": 1, "connectorId": 2}},
                "variable": {"name": name, "instance": "x"},
                "variableAttribute": [{"type": "MaxSet", "value": "no"}, {"value": value}],
            }
            for name, value in values.items()
        ]
        + [{"component": {"name": "Clock"}, "variable": {}, "variableAttribute": []}],
    }


async def test_all_variables_come_in_parts_in_any_order(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    async with connect(csms) as peer:
        await until(lambda: station.connected)

        async def report() -> None:
            asked = await peer.asked("GetBaseReport")
            assert asked == {"requestId": 1, "reportBase": "FullInventory"}
            await peer.call("NotifyReport", **part(1, 1, more=False, Second="2"))
            await peer.call("NotifyReport", **part(7, 0, more=True, Other="0"))
            await peer.call("NotifyReport", **part(1, 0, more=True, First="1"))
            await peer.call("NotifyReport", **part(1, 0, more=True, First="1"))

        reading = asyncio.create_task(station.read_configuration())
        await report()
        assert await reading == {"Clock@1:2.First[x]": "1", "Clock@1:2.Second[x]": "2"}


async def test_a_report_that_never_comes_or_is_refused_is_an_error(
    csms: CentralSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = csms.station("CP1")
    async with connect(csms) as peer:
        await until(lambda: station.connected)
        monkeypatch.setattr(v201_commands, "_REPORT_S", 0.01)
        with pytest.raises(StationTimeout):
            await station.read_configuration()
        peer.answers["GetBaseReport"] = lambda _: {"status": "NotSupported"}
        with pytest.raises(StationRejected):
            await station.read_configuration()


@pytest.mark.parametrize(
    ("version", "action", "payload", "answer"),
    [
        ("2.0.1", "NotifyChargingLimit", {"chargingLimit": {"chargingLimitSource": "EMS"}}, {}),
        ("2.0.1", "ClearedChargingLimit", {"chargingLimitSource": "EMS"}, {}),
        ("2.0.1", "ReservationStatusUpdate", {"reservationId": 1, "reservationUpdateStatus": "Expired"}, {}),
        ("2.0.1", "NotifyDisplayMessages", {"requestId": 1}, {}),
        ("2.0.1", "NotifyEVChargingSchedule", {}, {"status": "Accepted"}),
        ("2.0.1", "DataTransfer", {"vendorId": "acme"}, {"status": "UnknownVendorId"}),
        ("2.1", "PullDynamicScheduleUpdate", {"chargingProfileId": 1}, {"status": "Rejected"}),
        ("2.1", "OpenPeriodicEventStream", {}, {"status": "Rejected"}),
        ("2.0.1", "Get15118EVCertificate", {}, "NotSupported"),
        ("2.1", "NotifyDERAlarm", {}, "NotSupported"),
        ("2.0.1", "PullDynamicScheduleUpdate", {}, "NotImplemented"),
        ("2.0.1", "MakeCoffee", {}, "NotImplemented"),
        ("2.0.1", "TransactionEvent", {}, "FormatViolation"),
        ("2.0.1", "TransactionEvent", {"transactionInfo": {"transactionId": "T"}}, "FormatViolation"),
        (
            "2.0.1",
            "TransactionEvent",
            {"eventType": "Started", "transactionInfo": {"transactionId": "T"}},
            "OccurrenceConstraintViolation",
        ),
        ("2.0.1", "StatusNotification", {"evseId": 1, "connectorId": 1}, "FormatViolation"),
        ("2.0.1", "StatusNotification", {"evseId": 1, "connectorStatus": "Melted"}, "PropertyConstraintViolation"),
    ],
)
async def test_every_other_call_has_its_answer(
    csms: CentralSystem, version: str, action: str, payload: Json, answer: Json
) -> None:
    async with connect(csms, version) as peer:
        if isinstance(answer, str):
            with pytest.raises(CallError) as refused:
                await peer.call(action, **payload)
            assert refused.value.code == answer
        else:
            assert await peer.call(action, **payload) == answer


async def test_a_word_about_an_unknown_transaction_without_an_evse_is_let_pass(csms: CentralSystem) -> None:
    async with connect(csms) as peer:
        assert await event(peer, "Updated", 5, "Charging") == {}
        assert await event(peer, "Ended", 6) == {}
    assert all(connector.transaction is None for connector in csms.station("CP1").connectors.values())


async def test_readings_outside_a_transaction_are_taken(csms: CentralSystem) -> None:
    recorder = Recorder(csms.station("CP1"))
    async with connect(csms) as peer:
        exponent = {"unit": "Wh", "multiplier": 3}
        sampled = [{"value": 1.5, "unitOfMeasure": exponent}, {"value": 9, "measurand": "SoC", "unitOfMeasure": 4}]
        await peer.call("MeterValues", evseId=1, meterValue=[{"timestamp": "x", "sampledValue": sampled}])
        assert (await recorder.wait_for(Measured)).measurement.energy_wh == 1500
        await peer.call("MeterValues", evseId=1, meterValue=[])


@pytest.mark.parametrize(
    ("key", "component", "variable"),
    [
        ("Clock.DateTime", {"name": "Clock"}, {"name": "DateTime"}),
        ("EVSE@2.Power", {"name": "EVSE", "evse": {"id": 2}}, {"name": "Power"}),
        (
            "Connector[left]@1:2.Enabled[now]",
            {"name": "Connector", "instance": "left", "evse": {"id": 1, "connectorId": 2}},
            {"name": "Enabled", "instance": "now"},
        ),
    ],
)
def test_a_variable_s_name_says_where_it_is(key: str, component: Json, variable: Json) -> None:
    entry = parse_key(key)
    assert entry == {"component": component, "variable": variable}
    assert format_key(Fields(entry)) == key
