"""A station of OCPP 2.0.1 or 2.1 that is handed on to an operator, over real connections."""

from typing import Any

import pytest

from custom_components.smart_charging.csms.events import (
    OperatorChanged,
    OperatorLimitChanged,
    OperatorTold,
    TransactionEnded,
    TransactionStarted,
)
from custom_components.smart_charging.csms.server import CentralSystem

from .conftest import Clock, MakeCsms, Recorder, until
from .peer import Json, station_at
from .relay import operator, target
from .v201 import boot, connect, event, plug, setting, values

VERSIONS = pytest.mark.parametrize("version", ["2.0.1", "2.1"])


def profile(purpose: str = "TxDefaultProfile", **changes: Json) -> dict[str, Json]:
    """A profile of 10 A, then 6 A."""
    periods = [{"startPeriod": 0, "limit": 10.0}, {"startPeriod": 1800, "limit": 6.0}]
    schedule = {
        "id": 1,
        "startSchedule": "2026-06-01T10:00:00Z",
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": periods,
    }
    return {
        "id": 4,
        "stackLevel": 0,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
        "chargingSchedule": [schedule],
    } | changes


@VERSIONS
async def test_a_day_without_the_operator_is_delivered_as_offline_and_the_energy_is_the_same(
    csms: CentralSystem, make_csms: MakeCsms, clock: Clock, version: str
) -> None:
    theirs = make_csms()
    theirs.add_known("OP1", None)
    await theirs.start("127.0.0.1", 0)
    port = theirs.port
    await theirs.stop()
    told, ours = Recorder(theirs.station("OP1")), Recorder(csms.station("CP1"))
    csms.set_relay("CP1", target(port, url=f"ws://127.0.0.1:{port}"))
    async with connect(csms, version) as peer:
        await boot(peer)
        await ours.wait_for(OperatorChanged)
        await event(peer, "Started", 0, "Charging", meterValue=values(1000))
        await event(peer, "Updated", 1, "Charging", meterValue=values(2000))
        await event(peer, "Updated", 1, "Charging", meterValue=values(2000))
        await event(peer, "Ended", 2, "EVConnected", meterValue=values(2500))
        clock.advance(600)
    assert port is not None
    await theirs.start("127.0.0.1", port)
    there = await told.wait_for(TransactionEnded)
    assert there.energy_wh == (await ours.wait_for(TransactionEnded)).energy_wh == 1500.0
    assert len(told.of(TransactionStarted)) == 1


async def test_what_is_told_late_is_marked_so_and_what_is_told_now_is_not(csms: CentralSystem, clock: Clock) -> None:
    async with operator() as theirs:
        await theirs.close()
        csms.set_relay("CP1", target(theirs.port))
        recorder = Recorder(csms.station("CP1"))
        async with connect(csms) as peer:
            await boot(peer)
            await recorder.wait_for(OperatorChanged)
            await event(peer, "Started", 0, "Charging", meterValue=values(1000))
            clock.advance(60)
            await theirs.open(theirs.port)
            assert (await theirs.asked("TransactionEvent"))["offline"] is True
            await until(lambda: recorder.of(OperatorTold))
            await event(peer, "Updated", 1, "Charging", meterValue=values(1100))
            assert "offline" not in await theirs.asked("TransactionEvent")


@VERSIONS
async def test_the_operators_profiles_bound_us_and_end_with_their_transaction(
    csms: CentralSystem, clock: Clock, version: str
) -> None:
    async with operator() as theirs:
        csms.set_relay("CP1", target(theirs.port))
        station = csms.station("CP1")
        recorder = Recorder(station)
        relay = csms.relays.get("CP1")
        assert relay is not None
        async with connect(csms, version) as peer:
            await boot(peer)
            await plug(peer, "Occupied")
            await theirs.asked("StatusNotification")
            answer = await theirs.call("SetChargingProfile", evseId=0, chargingProfile=profile())
            assert answer == {"status": "Accepted"}
            assert relay.limit_a(1, clock()) == 10.0
            clock.advance(1800)
            assert relay.limit_a(1, clock()) == 6.0
            answer = await theirs.call("GetCompositeSchedule", evseId=1, duration=60, chargingRateUnit="W")
            assert answer["schedule"]["chargingSchedulePeriod"] == [
                {"startPeriod": 0, "limit": 4140.0, "numberPhases": 3}
            ]
            await event(peer, "Started", 0, "Charging", at=clock())
            await theirs.asked("TransactionEvent")
            own = profile("TxProfile", id=5, transactionId="T1", chargingProfileKind="Relative")
            assert await theirs.call("SetChargingProfile", evseId=1, chargingProfile=own) == {"status": "Accepted"}
            assert relay.limit_a(1, clock()) == 10.0
            await event(peer, "Ended", 1)
            await until(lambda: relay.limit_a(1, clock()) == 6.0)
            answer = await theirs.call("ClearChargingProfile", chargingProfileCriteria={"evseId": 1})
            assert answer == {"status": "Unknown"}
            answer = await theirs.call("ClearChargingProfile", chargingProfileId=4)
            assert answer == {"status": "Accepted"}
            assert relay.limit_a(1, clock()) is None
            await until(lambda: recorder.of(OperatorLimitChanged)[-1].limit is None)
            assert "SetChargingProfile" not in [action for action, _ in peer.calls]


async def test_a_start_comes_down_with_its_profile_kept_and_a_stop_by_the_stations_own_name(
    csms: CentralSystem,
) -> None:
    async with operator() as theirs:
        csms.set_relay("CP1", target(theirs.port, decides=True))
        async with connect(csms) as peer:
            await boot(peer)
            await plug(peer, "Occupied")
            await theirs.asked("StatusNotification")
            token = {"idToken": "DRIVER", "type": "eMAID"}
            answer = await theirs.call(
                "RequestStartTransaction",
                evseId=1,
                remoteStartId=3,
                idToken=token,
                chargingProfile=profile("TxProfile", chargingProfileKind="Relative"),
            )
            assert answer == {"status": "Accepted"}
            assert await peer.asked("RequestStartTransaction") == {"evseId": 1, "remoteStartId": 3, "idToken": token}
            answer = await event(peer, "Started", 0, "Charging", idToken=token)
            assert answer["idTokenInfo"]["status"] == "Accepted"
            limit = csms.station("CP1").operator_limit(1)
            assert limit is not None
            assert limit.limit_a == 10.0
            answer = await theirs.call("RequestStopTransaction", transactionId="T1")
            assert answer == {"status": "Accepted"}
            assert await peer.asked("RequestStopTransaction") == {"transactionId": "T1"}


def _variable(component: str, variable: str, **more: Json) -> dict[str, Json]:
    return {"component": {"name": component}, "variable": {"name": variable}} | more


async def test_settings_that_control_depends_on_stay_ours_and_secrets_secret(csms: CentralSystem) -> None:
    async with operator() as theirs:
        csms.set_relay("CP1", target(theirs.port))
        async with connect(csms) as peer:
            await boot(peer)
            await theirs.asked("BootNotification")
            peer.answers["SetVariables"] = setting("Accepted")
            wanted = [
                _variable("SampledDataCtrlr", "TxUpdatedInterval", attributeValue="900"),
                _variable("TariffCostCtrlr", "Currency", attributeValue="EUR"),
                _variable("OCPPCommCtrlr", "HeartbeatInterval", attributeValue="0"),
                _variable("SecurityCtrlr", "BasicAuthPassword", attributeValue="0123456789abcdef"),
            ]
            answer = await theirs.call("SetVariables", setVariableData=wanted)
            statuses = [result["attributeStatus"] for result in answer["setVariableResult"]]
            assert statuses == ["Rejected", "Accepted", "Rejected", "Rejected"]
            assert {"setVariableData": [wanted[1]]} in [payload for _, payload in peer.calls]
            only = await theirs.call("SetVariables", setVariableData=wanted[:1])
            assert [result["attributeStatus"] for result in only["setVariableResult"]] == ["Rejected"]
            peer.answers["GetVariables"] = lambda payload: {
                "getVariableResult": [
                    entry | {"attributeStatus": "Accepted", "attributeValue": "secret"}
                    for entry in payload["getVariableData"]
                ]
            }
            asked = [_variable("NetworkConfiguration", "BasicAuthPassword"), _variable("ClockCtrlr", "TimeZone")]
            answer = await theirs.call("GetVariables", getVariableData=asked)
            assert answer["getVariableResult"] == [
                asked[0] | {"attributeStatus": "Rejected"},
                asked[1] | {"attributeStatus": "Accepted", "attributeValue": "secret"},
            ]


async def test_reports_go_up_where_the_operator_asked_for_them_without_secrets(csms: CentralSystem) -> None:
    async with operator() as theirs:
        csms.set_relay("CP1", target(theirs.port))
        async with connect(csms) as peer:
            await boot(peer)
            await theirs.asked("BootNotification")
            attribute = {"variableAttribute": [{"value": "x"}]}
            report: dict[str, Any] = {
                "generatedAt": "2026-06-01T10:00:00Z",
                "seqNo": 0,
                "reportData": [
                    _variable("SecurityCtrlr", "BasicAuthPassword") | attribute,
                    _variable("ClockCtrlr", "TimeZone") | attribute,
                ],
            }
            # This one we have asked for ourselves.
            await peer.call("NotifyReport", requestId=70, **report)
            assert await theirs.call("GetBaseReport", requestId=71, reportBase="FullInventory") == {
                "status": "Accepted"
            }
            await peer.call("NotifyReport", requestId=71, **report)
            told = await theirs.asked("NotifyReport")
            assert (told["requestId"], len(told["reportData"])) == (71, 1)
            assert theirs.actions("NotifyReport") == ["NotifyReport"]


@pytest.mark.parametrize(
    ("action", "payload", "answer"),
    [
        ("SetNetworkProfile", {"configurationSlot": 1, "connectionData": {"ocppVersion": "OCPP20", "ocppTransport": "JSON", "ocppCsmsUrl": "ws://x", "messageTimeout": 1, "securityProfile": 0, "ocppInterface": "Wired0"}}, {"status": "Rejected"}),
        ("GetInstalledCertificateIds", {}, {"status": "NotFound"}),
        ("CertificateSigned", {"certificateChain": "x"}, {"status": "Rejected"}),
        ("UpdateFirmware", {"requestId": 1, "firmware": {"location": "https://x", "retrieveDateTime": "2026-06-01T10:00:00Z"}}, {"status": "Rejected"}),
        ("GetLog", {"logType": "DiagnosticsLog", "requestId": 1, "log": {"remoteLocation": "https://x"}}, {"status": "Rejected"}),
        ("TriggerMessage", {"requestedMessage": "SignChargingStationCertificate"}, {"status": "Rejected"}),
        ("GetChargingProfiles", {"requestId": 1, "chargingProfile": {}}, ["NotSupported"]),
        ("SetChargingProfile", {"evseId": 1, "chargingProfile": profile("TxProfile")}, {"status": "Rejected"}),
        ("SetChargingProfile", {"evseId": 1, "chargingProfile": profile("ChargingStationMaxProfile")}, {"status": "Rejected"}),
        ("GetCompositeSchedule", {"evseId": 9, "duration": 60}, {"status": "Rejected"}),
        ("GetCompositeSchedule", {"evseId": 0, "duration": 0}, ["PropertyConstraintViolation"]),
    ],
)  # fmt: skip
async def test_what_an_operator_may_not_do_is_refused_in_words(
    csms: CentralSystem, action: str, payload: dict[str, Json], answer: object
) -> None:
    async with operator() as theirs:
        csms.set_relay("CP1", target(theirs.port))
        async with connect(csms) as peer:
            await boot(peer)
            await theirs.asked("BootNotification")
            assert await theirs.call(action, **payload) == answer


async def test_a_station_that_changes_its_version_gets_another_connection(csms: CentralSystem) -> None:
    async with operator() as theirs:
        csms.set_relay("CP1", target(theirs.port))
        async with station_at(csms.port) as peer:
            await peer.boot()
            assert "chargePointModel" in await theirs.asked("BootNotification")
        async with connect(csms) as newer:
            await boot(newer)
            assert (await theirs.asked("BootNotification"))["reason"] == "PowerUp"
            assert theirs.connections == 2
