"""A station that is handed on to an operator, in OCPP 1.6, over real connections: station ↔ csms ↔ operator."""

import asyncio
from dataclasses import replace

import pytest

from custom_components.smart_charging.csms.events import (
    Measured,
    OperatorChanged,
    OperatorLimitChanged,
    OperatorTold,
    TransactionEnded,
    TransactionStarted,
)
from custom_components.smart_charging.csms.records import OperatorTrouble
from custom_components.smart_charging.csms.server import CentralSystem

from .conftest import Clock, MakeCsms, Recorder, until
from .peer import basic, station_at
from .relay import HASTY, RefusalError, operator, target


async def handed_on(recorder: Recorder, count: int = 1) -> None:
    """Wait until the operator is there (for the `count`th time)."""
    await until(lambda: len([event for event in recorder.of(OperatorChanged) if event.connected]) >= count)


async def test_an_ordinary_day_is_told_to_an_operator_that_is_a_csms_too(
    csms: CentralSystem, make_csms: MakeCsms
) -> None:
    theirs = make_csms()
    theirs.add_known("OP1", "their-key")
    await theirs.start("127.0.0.1", 0)
    told, ours = Recorder(theirs.station("OP1")), Recorder(csms.station("CP1"))
    csms.set_relay("CP1", target(theirs.port, url=f"ws://127.0.0.1:{theirs.port}", key="their-key"))
    async with station_at(csms.port) as peer:
        await peer.boot()
        await peer.status("Preparing")
        number = await peer.start(meterStart=1000, timestamp="2026-06-01T09:00:00Z")
        await peer.meter(1500, transactionId=number, timestamp="2026-06-01T09:30:00Z")
        await peer.status("Charging")
        await peer.call(
            "StopTransaction", transactionId=number, meterStop=2750, timestamp="2026-06-01T10:00:00Z", reason="Local"
        )
        there, here = await told.wait_for(TransactionEnded), await ours.wait_for(TransactionEnded)
    assert (there.energy_wh, here.energy_wh) == (1750.0, 1750.0)
    assert theirs.station("OP1").info == csms.station("CP1").info
    assert [event.energy_wh for event in told.of(TransactionEnded)] == [1750.0]
    assert len(told.of(TransactionStarted)) == 1
    assert told.of(Measured)[0].transaction_energy_wh == 500.0


async def test_the_operator_gets_its_own_key_and_identity_and_nothing_of_ours(make_csms: MakeCsms) -> None:
    csms = make_csms()
    csms.add_known("CP1", "our-key-of-it")
    await csms.start("127.0.0.1", 0)
    async with operator() as theirs:
        csms.set_relay("CP1", target(theirs.port, identity="DE*OP/1", key="their-key"))
        async with station_at(csms.port, key="our-key-of-it") as peer:
            await peer.boot()
            await theirs.asked("BootNotification")
            secret = {"key": "AuthorizationKey", "readonly": False, "value": "our-key-of-it"}
            plain = {"key": "HeartbeatInterval", "readonly": False, "value": "60"}
            peer.answers["GetConfiguration"] = lambda _: {"configurationKey": [secret, plain], "unknownKey": []}
            assert (await theirs.call("GetConfiguration"))["configurationKey"] == [plain]
        assert theirs.paths == ["/ocpp/DE%2AOP%2F1"]
        assert theirs.authorizations == [basic("DE*OP/1", "their-key")]
    assert "their-key" not in repr(target(1, key="their-key"))
    assert "their-key" not in str(csms.dump())


async def test_a_day_without_the_operator_is_delivered_later_once_and_in_order(
    csms: CentralSystem, clock: Clock
) -> None:
    async with operator() as theirs:
        await theirs.close()
        csms.set_relay("CP1", target(theirs.port))
        recorder = Recorder(csms.station("CP1"))
        async with station_at(csms.port) as peer:
            await peer.boot()
            await recorder.wait_for(OperatorChanged)
            first = await peer.start(meterStart=1000)
            await peer.meter(1500, transactionId=first, timestamp="2026-06-01T10:00:00Z")
            # The answer got lost: the station says it again.
            await peer.start(meterStart=1000)
            await peer.call("StopTransaction", transactionId=first, meterStop=2000, timestamp="2026-06-01T10:00:00Z")
            await peer.call("StopTransaction", transactionId=first, meterStop=2000, timestamp="2026-06-01T10:00:00Z")
            clock.advance(60)
            second = await peer.start(meterStart=2000, timestamp="2026-06-01T11:00:00Z")
            assert csms.relays.get("CP1") is not None
        # The station has gone; what waits is delivered all the same.
        await theirs.open(theirs.port)
        start = await theirs.asked("StartTransaction")
        assert (start["meterStart"], start["timestamp"]) == (1000, "2026-06-01T10:00:00.000Z")
        await theirs.asked("StartTransaction")
        told = theirs.actions("StartTransaction", "MeterValues", "StopTransaction")
        assert told == ["StartTransaction", "MeterValues", "StopTransaction", "StartTransaction"]
        assert [payload["transactionId"] for _, payload in theirs.got if "transactionId" in payload] == [901, 901]
        assert second not in {901, first}
        await recorder.wait_for(OperatorTold, 3)


async def test_what_an_operator_did_not_answer_is_said_again_under_the_same_name(csms: CentralSystem) -> None:
    async with operator() as theirs:
        give = theirs.answers["StartTransaction"]
        theirs.answers["StartTransaction"] = lambda _: None
        csms.set_relay("CP1", target(theirs.port))
        async with station_at(csms.port) as peer:
            await peer.boot()
            number = await peer.start()
            await theirs.asked("StartTransaction")
            await peer.meter(1500, transactionId=number, timestamp="2026-06-01T10:00:00Z")
            theirs.answers["StartTransaction"] = give
            await theirs.close()
            assert "MeterValues" not in theirs.actions()
            await theirs.open(theirs.port)
            assert (await theirs.asked("MeterValues"))["transactionId"] == 901
        ids = [
            name
            for name, action in zip(theirs.message_ids, theirs.actions(), strict=True)
            if action == "StartTransaction"
        ]
        assert len(ids) == 2
        assert len(set(ids)) == 1


async def test_what_waits_for_an_operator_outlives_a_restart(csms: CentralSystem, make_csms: MakeCsms) -> None:
    async with operator() as theirs:
        await theirs.close()
        csms.set_relay("CP1", target(theirs.port, key="their-key"))
        async with station_at(csms.port) as peer:
            await peer.boot()
            number = await peer.start(meterStart=1000)
            await peer.meter(1500, transactionId=number, timestamp="2026-06-01T10:00:00Z")
        kept = csms.dump()
        await csms.stop()
        again = make_csms()
        again.restore(kept)
        again.add_known("CP1", None)
        await again.start("127.0.0.1", 0)
        again.set_relay("CP1", target(theirs.port, key="their-key"))
        await theirs.open(theirs.port)
        assert (await theirs.asked("BootNotification"))["chargePointVendor"] == "Acme"
        assert (await theirs.asked("MeterValues"))["transactionId"] == 901
        # Another operator has nothing to do with it.
        again.set_relay("CP1", target(theirs.port, identity="OP2"))
        assert again.relays.get("CP1").link.waiting == 0  # type: ignore[union-attr]


@pytest.mark.parametrize(("code", "tries"), [("FormationViolation", 1), ("InternalError", 10)])
async def test_a_transaction_that_the_operator_will_not_have_keeps_nothing_else_back(
    csms: CentralSystem, code: str, tries: int
) -> None:
    def refuse(_: object) -> None:
        raise RefusalError(code)

    async with operator() as theirs:
        theirs.answers["StartTransaction"] = refuse
        csms.set_relay("CP1", target(theirs.port))
        async with station_at(csms.port) as peer:
            await peer.boot()
            number = await peer.start()
            await peer.meter(1500, transactionId=number, timestamp="2026-06-01T10:00:00Z")
            await peer.call("StopTransaction", transactionId=number, meterStop=2000, timestamp="2026-06-01T10:00:00Z")
            assert (await theirs.asked("StopTransaction"))["transactionId"] == -1
        assert "transactionId" not in await theirs.asked("MeterValues")
        assert len(theirs.actions("StartTransaction")) == tries


async def test_the_operators_profile_is_a_limit_of_ours_and_never_the_stations(
    csms: CentralSystem, clock: Clock
) -> None:
    station = csms.station("CP1")
    recorder = Recorder(station)
    async with operator() as theirs:
        csms.set_relay("CP1", target(theirs.port))
        async with station_at(csms.port) as peer:
            await peer.boot()
            await peer.status("Preparing")
            await handed_on(recorder)
            assert station.operator_limit(1) is None
            schedule = {
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.0}, {"startPeriod": 600, "limit": 16.0}],
            }
            profile = {
                "chargingProfileId": 7,
                "stackLevel": 1,
                "chargingProfilePurpose": "TxProfile",
                "chargingProfileKind": "Relative",
                "chargingSchedule": schedule,
            }
            # Without a transaction there is nothing that it could be for.
            answer = await theirs.call("SetChargingProfile", connectorId=1, csChargingProfiles=profile)
            assert answer == {"status": "Rejected"}
            number = await peer.start()
            await theirs.asked("StartTransaction")
            await until(lambda: recorder.of(OperatorTold))
            for named, verdict in ((number, "Rejected"), (901, "Accepted")):
                answer = await theirs.call(
                    "SetChargingProfile", connectorId=1, csChargingProfiles=profile | {"transactionId": named}
                )
                assert answer == {"status": verdict}
            assert (await recorder.wait_for(OperatorLimitChanged)).limit == station.operator_limit(1)
            relay = csms.relays.get("CP1")
            assert relay is not None
            assert relay.limit_a(1, clock()) == 10.0
            clock.advance(600)
            assert relay.limit_a(1, clock()) == 16.0
            composed = await theirs.call("GetCompositeSchedule", connectorId=1, duration=3600)
            assert composed["chargingSchedule"]["chargingSchedulePeriod"] == [
                {"startPeriod": 0, "limit": 16.0, "numberPhases": 3}
            ]
            await peer.call("StopTransaction", transactionId=number, meterStop=2000, timestamp="2026-06-01T10:00:00Z")
            await recorder.wait_for(OperatorLimitChanged, 2)
            assert station.operator_limit(1) is None
            assert await theirs.call("ClearChargingProfile", id=7) == {"status": "Unknown"}
            assert "SetChargingProfile" not in [action for action, _ in peer.calls]


async def test_an_operator_starts_and_stops_by_its_own_names(csms: CentralSystem) -> None:
    async with operator() as theirs:
        csms.set_relay("CP1", target(theirs.port))
        recorder = Recorder(csms.station("CP1"))
        async with station_at(csms.port) as peer:
            await peer.boot()
            await peer.status("Preparing")
            await handed_on(recorder)
            profile = {
                "chargingProfileId": 7,
                "stackLevel": 1,
                "chargingProfilePurpose": "TxProfile",
                "chargingProfileKind": "Relative",
                "chargingSchedule": {
                    "chargingRateUnit": "W",
                    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6900.0}],
                },
            }
            for unfit in ("none", {**profile, "stackLevel": "high"}, {**profile, "chargingProfilePurpose": "Perhaps"}):
                # It is not begun without its limit.
                answer = await theirs.call("RemoteStartTransaction", connectorId=1, idTag="D", chargingProfile=unfit)
                assert answer == ["FormationViolation"]
            answer = await theirs.call("RemoteStartTransaction", connectorId=1, idTag="DRIVER", chargingProfile=profile)
            assert answer == {"status": "Accepted"}
            assert await peer.asked("RemoteStartTransaction") == {"connectorId": 1, "idTag": "DRIVER"}
            number = await peer.start(idTag="DRIVER")
            await recorder.wait_for(OperatorTold)
            limit = csms.station("CP1").operator_limit(1)
            assert limit is not None
            assert (limit.current_a(3, 230.0), limit.current_a(1, 230.0)) == (10.0, 30.0)
            assert await theirs.call("RemoteStopTransaction", transactionId=number) == {"status": "Rejected"}
            assert await theirs.call("RemoteStopTransaction", transactionId=901) == {"status": "Accepted"}
            assert await peer.asked("RemoteStopTransaction") == {"transactionId": number}


@pytest.mark.parametrize(
    ("action", "payload", "answer"),
    [
        ("ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "900"}, {"status": "Rejected"}),
        ("ChangeConfiguration", {"key": "MeterValuesSampledData", "value": ""}, {"status": "Rejected"}),
        ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "0"}, {"status": "Rejected"}),
        ("ChangeConfiguration", {"key": "AuthorizationKey", "value": "0" * 40}, {"status": "Rejected"}),
        ("ChangeConfiguration", {"key": "Vendor.CentralSystem_URL", "value": "ws://x"}, {"status": "Rejected"}),
        ("ChangeConfiguration", {"key": "MaxChargingCurrent", "value": "32"}, {"status": "Rejected"}),
        ("InstallCertificate", {"certificateType": "CentralSystemRootCertificate", "certificate": "x"}, {"status": "Rejected"}),
        ("DeleteCertificate", {"certificateHashData": {"hashAlgorithm": "SHA256", "issuerNameHash": "a", "issuerKeyHash": "b", "serialNumber": "c"}}, {"status": "Failed"}),
        ("UpdateFirmware", {"location": "https://x/y", "retrieveDate": "2026-06-01T10:00:00Z"}, ["NotSupported"]),
        ("GetDiagnostics", {"location": "ftp://x"}, ["NotSupported"]),
        ("ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"}, {"status": "Rejected"}),
        ("SetChargingProfile", {"connectorId": "one"}, ["FormationViolation"]),
        ("RequestStartTransaction", {}, ["NotImplemented"]),
        ("Nonsense", {}, ["NotImplemented"]),
    ],
)  # fmt: skip
async def test_what_an_operator_may_not_do_never_reaches_the_station(
    csms: CentralSystem, action: str, payload: dict[str, object], answer: object
) -> None:
    async with operator() as theirs:
        csms.set_relay("CP1", target(theirs.port))
        async with station_at(csms.port) as peer:
            await peer.boot()
            await theirs.asked("BootNotification")
            assert await theirs.call(action, **payload) == answer
            assert action not in [name for name, sent in peer.calls if sent == payload]


@pytest.mark.parametrize(
    ("action", "payload", "answer"),
    [
        ("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}, {"status": "Scheduled"}),
        ("UnlockConnector", {"connectorId": 1}, {"status": "Unlocked"}),
        ("Reset", {"type": "Soft"}, {"status": "Accepted"}),
        ("ChangeConfiguration", {"key": "ConnectionTimeOut", "value": "60"}, {"status": "Accepted"}),
        ("TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1}, {"status": "Accepted"}),
        ("GetLocalListVersion", {}, {"listVersion": 3}),
        ("DataTransfer", {"vendorId": "v", "data": "d"}, {"status": "Accepted", "data": "e"}),
    ],
)  # fmt: skip
async def test_the_rest_is_passed_on_and_its_answer_back(
    csms: CentralSystem, action: str, payload: dict[str, object], answer: dict[str, object]
) -> None:
    async with operator() as theirs:
        csms.set_relay("CP1", target(theirs.port))
        async with station_at(csms.port) as peer:
            await peer.boot()
            await theirs.asked("BootNotification")
            peer.answers[action] = lambda _: answer | {"nonsense": 1}
            assert await theirs.call(action, **payload) == answer
            assert (action, payload) in peer.calls


async def test_updates_pass_where_they_are_allowed(csms: CentralSystem) -> None:
    async with operator() as theirs:
        csms.set_relay("CP1", target(theirs.port, updates=True))
        async with station_at(csms.port) as peer:
            await peer.boot()
            await theirs.asked("BootNotification")
            peer.answers["GetDiagnostics"] = lambda _: {"fileName": "log.zip"}
            assert await theirs.call("GetDiagnostics", location="ftp://x") == {"fileName": "log.zip"}


async def test_where_the_operator_decides_its_verdict_is_the_stations_answer(csms: CentralSystem) -> None:
    async with operator() as theirs:
        csms.set_relay("CP1", target(theirs.port, decides=True))
        recorder = Recorder(csms.station("CP1"))
        theirs.answers["Authorize"] = lambda payload: {
            "idTagInfo": {"status": "Blocked" if payload["idTag"] == "BAD" else "Accepted", "parentIdTag": "FLEET"}
        }
        async with station_at(csms.port) as peer:
            # Nobody to ask yet: our own judgement, which is that everybody may.
            await peer.call("Authorize", idTag="BAD")
            await peer.boot()
            await handed_on(recorder)
            answer = await peer.call("Authorize", idTag="BAD")
            assert answer == {"idTagInfo": {"status": "Blocked", "parentIdTag": "FLEET"}}
            answer = await peer.call("Authorize", idTag="GOOD")
            assert answer["idTagInfo"]["status"] == "Accepted"
            # What it said holds for the transaction too.
            started = await peer.call(
                "StartTransaction", connectorId=1, idTag="BAD", meterStart=0, timestamp="2026-06-01T10:00:00Z"
            )
            assert started["idTagInfo"]["status"] == "Blocked"


async def test_an_operator_that_decides_and_says_no_to_a_transaction_ends_it(csms: CentralSystem) -> None:
    async with operator() as theirs:
        csms.set_relay("CP1", target(theirs.port, decides=True))
        theirs.answers["StartTransaction"] = lambda _: {"transactionId": 5, "idTagInfo": {"status": "Invalid"}}
        async with station_at(csms.port) as peer:
            await peer.boot()
            number = await peer.start()
            assert await peer.asked("RemoteStopTransaction") == {"transactionId": number}


@pytest.mark.parametrize("silent", [True, False])
async def test_an_operator_that_decides_nothing_in_time_leaves_it_to_us(csms: CentralSystem, silent: bool) -> None:
    def refuse(_: object) -> None:
        raise RefusalError("InternalError")

    async with operator() as theirs:
        hasty = replace(HASTY, authorize_timeout_s=0.01)
        csms.set_relay("CP1", target(theirs.port, decides=True, times=hasty))
        theirs.answers["Authorize"] = (lambda _: None) if silent else refuse
        recorder = Recorder(csms.station("CP1"))
        async with station_at(csms.port) as peer:
            await peer.boot()
            await handed_on(recorder)
            assert await peer.call("Authorize", idTag="TAG") == {"idTagInfo": {"status": "Accepted"}}


async def test_a_heartbeat_goes_up_by_itself_as_often_as_the_operator_wants_and_when_it_asks(
    csms: CentralSystem,
) -> None:
    async with operator() as theirs:
        csms.set_relay("CP1", target(theirs.port))
        recorder = Recorder(csms.station("CP1"))
        async with station_at(csms.port) as peer:
            await peer.boot()
            await handed_on(recorder)
            await peer.call("Heartbeat")
            assert theirs.actions("Heartbeat") == []
            assert await theirs.call("TriggerMessage", requestedMessage="Heartbeat") == {"status": "Accepted"}
            assert await theirs.asked("Heartbeat") == {}


async def test_an_operator_that_does_not_accept_the_station_hears_nothing_of_it_yet(csms: CentralSystem) -> None:
    async with operator() as theirs:
        accepted = theirs.answers["BootNotification"]
        theirs.answers["BootNotification"] = lambda payload: accepted(payload) | {"status": "Pending", "interval": 0.01}
        csms.set_relay("CP1", target(theirs.port, times=replace(HASTY, shortest_heartbeat_s=0.01)))
        recorder = Recorder(csms.station("CP1"))
        async with station_at(csms.port) as peer:
            await peer.boot()
            await peer.start()
            await theirs.asked("BootNotification")
            assert (await recorder.wait_for(OperatorChanged)).trouble is OperatorTrouble.NOT_ACCEPTED
            assert theirs.actions("StartTransaction") == []
            theirs.answers["BootNotification"] = accepted
            await theirs.asked("StartTransaction")


async def test_a_station_is_handed_on_no_more(csms: CentralSystem) -> None:
    async with operator() as theirs:
        csms.set_relay("CP1", target(theirs.port))
        recorder = Recorder(csms.station("CP1"))
        async with station_at(csms.port) as peer:
            await peer.boot()
            await handed_on(recorder)
            csms.set_relay("CP1", target(theirs.port))
            csms.set_relay("CP1", None)
            await until(lambda: not recorder.of(OperatorChanged)[-1].connected)
            await peer.start()
            assert csms.station("CP1").operator_limit(1) is None
            assert csms.relays.get("CP1") is None
            csms.remove_known("CP1")
            await peer.gone()
        assert theirs.actions("StartTransaction") == []


async def test_silence_and_fault_of_the_operator_keep_no_station_waiting(csms: CentralSystem) -> None:
    async with operator() as theirs:
        for action in ("BootNotification", "StatusNotification", "StartTransaction"):
            theirs.answers[action] = lambda _: None
        csms.set_relay("CP1", target(theirs.port))
        async with station_at(csms.port) as peer:
            async with asyncio.timeout(2):
                await peer.boot()
                await peer.status("Charging")
                number = await peer.start()
                await peer.meter(1500, transactionId=number)
            await theirs.asked("BootNotification")
            assert csms.station("CP1").connectors[1].transaction_energy_wh == 500.0
