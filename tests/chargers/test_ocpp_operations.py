"""What a person asks of an OCPP charger, and what becomes of the station's answers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.smart_charging.chargers.errors import (
    ChargerBusyError,
    ChargerError,
    ChargerIdleError,
    ChargerLacksError,
    ChargerLacksRoomError,
    ChargerRefusedError,
    ChargerSilentError,
    ChargerUnreachableError,
)
from custom_components.smart_charging.chargers.ocpp import OcppDriver
from custom_components.smart_charging.chargers.ocpp_errors import as_charger_errors
from custom_components.smart_charging.chargers.operations import ChargerOperations
from custom_components.smart_charging.csms import errors
from custom_components.smart_charging.csms.records import OperatorTrouble
from custom_components.smart_charging.csms.server import CentralSystem
from custom_components.smart_charging.engine.model.evse import Means
from custom_components.smart_charging.engine.model.operation import Connection, Operation, Progress, Stage
from custom_components.smart_charging.engine.model.operator_link import OperatorState
from custom_components.smart_charging.engine.model.security import SecurityKind, SecurityReport

from ..csms.conftest import Clock, until
from ..csms.peer import Peer, station_at
from .bench import EVSE

type Ask = Callable[[ChargerOperations], Awaitable[object]]

UNTIL = datetime(2026, 6, 1, 12, tzinfo=UTC)
WRITTEN = "2026-06-01T12:00:00.000Z"
ROOT = {"hashAlgorithm": "SHA256", "issuerNameHash": "ab", "issuerKeyHash": "cd", "serialNumber": "0A"}


@pytest.fixture
async def driver(csms: CentralSystem, clock: Clock) -> AsyncIterator[OcppDriver]:
    """A charger on connector 1 of a station that is not there yet."""
    driver = OcppDriver(csms.station("CP1"), 1, EVSE, now=clock)
    await driver.start(lambda: None)
    yield driver
    await driver.stop()


@pytest.fixture
async def peer(csms: CentralSystem, driver: OcppDriver) -> AsyncIterator[Peer]:
    """The station, connected and asked all that it is asked by itself."""
    async with station_at(csms.port) as peer:
        await peer.boot()
        await peer.status("Available")
        await until(lambda: driver.status.offered_a is not None)
        await until(lambda: csms.station("CP1").maximum_limit is not None)
        peer.calls.clear()
        yield peer


def says(answer: Any) -> Callable[[Any], Any]:
    return lambda _: answer


@pytest.mark.parametrize(
    ("ask", "action", "payload", "status"),
    [
        (lambda o: o.restart(at_once=True), "Reset", {"type": "Hard"}, "Accepted"),
        (lambda o: o.unlock(), "UnlockConnector", {"connectorId": 1}, "Unlocked"),
        (
            lambda o: o.reserve(7, UNTIL, "04A1", "HOME"),
            "ReserveNow",
            {"reservationId": 7, "connectorId": 1, "expiryDate": WRITTEN, "idTag": "04A1", "parentIdTag": "HOME"},
            "Accepted",
        ),
        (lambda o: o.cancel_reservation(7), "CancelReservation", {"reservationId": 7}, "Accepted"),
        (lambda o: o.clear_cache(), "ClearCache", {}, "Accepted"),
        (
            lambda o: o.request_log("security", 5, "http://a/", None),
            "GetLog",
            {"logType": "SecurityLog", "requestId": 5, "log": {"remoteLocation": "http://a/"}},
            "Accepted",
        ),
        (
            lambda o: o.update_firmware(5, "http://a/", UNTIL),
            "UpdateFirmware",
            {"location": "http://a/", "retrieveDate": WRITTEN},
            "Accepted",
        ),
        (
            lambda o: o.update_firmware(5, "http://a/", UNTIL, ("PEM", "c2ln")),
            "SignedUpdateFirmware",
            {
                "requestId": 5,
                "firmware": {
                    "location": "http://a/",
                    "retrieveDateTime": WRITTEN,
                    "signingCertificate": "PEM",
                    "signature": "c2ln",
                },
            },
            "Accepted",
        ),
        (
            lambda o: o.trigger("MeterValues"),
            "TriggerMessage",
            {"requestedMessage": "MeterValues", "connectorId": 1},
            "Accepted",
        ),
        (lambda o: o.trigger("Heartbeat"), "TriggerMessage", {"requestedMessage": "Heartbeat"}, "Accepted"),
        (
            lambda o: o.install_certificate("manufacturer", "PEM"),
            "InstallCertificate",
            {"certificateType": "ManufacturerRootCertificate", "certificate": "PEM"},
            "Accepted",
        ),
    ],
)
async def test_what_is_asked_for_is_asked(
    driver: OcppDriver, peer: Peer, ask: Ask, action: str, payload: dict[str, Any], status: str
) -> None:
    peer.answers[action] = says({"status": status})
    await ask(driver.operations)
    assert peer.calls == [(action, payload)]
    peer.answers[action] = says({"status": "Rejected"})
    if action != "UpdateFirmware":
        with pytest.raises(ChargerRefusedError) as refusal:
            await ask(driver.operations)
        assert refusal.value.word == "Rejected"


async def test_nothing_can_be_asked_of_a_charger_that_is_away(driver: OcppDriver) -> None:
    with pytest.raises(ChargerUnreachableError):
        await driver.operations.unlock()


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (errors.StationOffline("CP1"), ChargerUnreachableError),
        (errors.StationTimeout("CP1", "Reset", 10), ChargerSilentError),
        (errors.StationBusy("CP1", 32), ChargerBusyError),
        (errors.StationRejected("Reset", "Rejected"), ChargerRefusedError),
        (errors.StationRejected("UnlockConnector", "NotSupported"), ChargerLacksError),
        (errors.CallFailed("Reset", "InternalError", ""), ChargerRefusedError),
        (errors.CallFailed("Reset", "NotImplemented", ""), ChargerLacksError),
        (errors.NotOffered("showing a text", "1.6"), ChargerLacksError),
        (errors.NoTransaction("CP1", 1), ChargerIdleError),
        (errors.TooLong("a text", 512), ChargerLacksRoomError),
    ],
)
def test_every_failure_has_its_kind(error: errors.StationError, kind: type[ChargerError]) -> None:
    with pytest.raises(ChargerError) as failure, as_charger_errors():
        raise error
    assert type(failure.value) is kind
    assert str(failure.value) == str(error)


def test_every_failure_of_a_station_is_looked_at() -> None:
    """A new one is a decision: whom is it for?"""
    assert {kind.__name__ for kind in errors.StationError.__subclasses__()} == {
        "StationOffline",
        "StationTimeout",
        "StationBusy",
        "NoTransaction",
        "StationRejected",
        "CallFailed",
        "NotOffered",
        "TooLong",
    }


async def test_of_several_connectors_one_is_restarted(csms: CentralSystem, clock: Clock) -> None:
    station = csms.station("CP1")
    driver = OcppDriver(station, 2, EVSE, now=clock)
    async with station_at(csms.port, subprotocols=("ocpp2.0.1",)) as peer:
        peer.answers["Reset"] = says({"status": "Scheduled"})
        for evse in (1, 2):
            await peer.call(
                "StatusNotification", timestamp=WRITTEN, connectorStatus="Available", evseId=evse, connectorId=1
            )
        await until(lambda: station.features is not None)
        assert await driver.operations.restart(at_once=False)
        assert await peer.asked("Reset") == {"type": "OnIdle", "evseId": 2}


@pytest.mark.parametrize(("status", "later"), [("Accepted", False), ("Scheduled", True)])
async def test_a_charger_leaves_service_now_or_later(
    driver: OcppDriver, peer: Peer, status: str, *, later: bool
) -> None:
    peer.answers["ChangeAvailability"] = says({"status": status})
    assert await driver.operations.set_available(available=False) is later
    assert peer.calls == [("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"})]


async def test_whether_it_is_in_service_is_told(driver: OcppDriver, peer: Peer) -> None:
    assert driver.status.available
    await peer.status("Unavailable")
    assert driver.status.available is False


async def test_a_charger_that_does_not_heed_its_limit_stays_out_of_service(driver: OcppDriver, peer: Peer) -> None:
    await driver.interrupt(Means.DISABLE)
    peer.calls.clear()
    with pytest.raises(ChargerRefusedError, match="did not heed its limit"):
        await driver.operations.set_available(available=True)
    assert peer.calls == []
    await driver.release()
    await driver.operations.set_available(available=True)


async def test_settings_are_told_and_changed(driver: OcppDriver, peer: Peer) -> None:
    entries = [{"key": "A", "readonly": False, "value": "1"}, {"key": "B", "readonly": True, "value": "2"}]
    peer.answers["GetConfiguration"] = says({"configurationKey": entries})
    assert await driver.operations.read_settings(["A", "B"]) == {"A": "1", "B": "2"}
    for status, restart in (("Accepted", False), ("RebootRequired", True)):
        peer.answers["ChangeConfiguration"] = says({"status": status})
        assert await driver.operations.write_setting("A", "2") is restart
    peer.answers["ChangeConfiguration"] = says({"status": "NotSupported"})
    with pytest.raises(ChargerLacksError):
        await driver.operations.write_setting("C", "2")


async def test_a_name_that_no_setting_can_have_is_unknown(csms: CentralSystem, driver: OcppDriver) -> None:
    async with station_at(csms.port, subprotocols=("ocpp2.0.1",)):
        await until(lambda: csms.station("CP1").connected)
        for ask in (driver.operations.read_settings(["A"]), driver.operations.write_setting("A", "1")):
            with pytest.raises(ChargerRefusedError) as refusal:
                await ask
            assert refusal.value.word == "UnknownVariable"


async def test_ways_of_files_are_told(driver: OcppDriver, peer: Peer) -> None:
    entry = {"key": "SupportedFileTransferProtocols", "readonly": True, "value": "FTP,HTTP"}
    peer.answers["GetConfiguration"] = says({"configurationKey": [entry]})
    assert await driver.operations.file_protocols() == {"FTP", "HTTP"}


async def test_a_maker_s_message_brings_its_answer(driver: OcppDriver, peer: Peer) -> None:
    peer.answers["DataTransfer"] = says({"status": "Accepted", "data": "ok"})
    assert await driver.operations.send_data("com.acme", "led", "blue") == ("Accepted", "ok")


async def test_certificates_are_known_by_their_serial_numbers(driver: OcppDriver, peer: Peer) -> None:
    other = ROOT | {"serialNumber": "0B"}
    peer.answers["GetInstalledCertificateIds"] = says({"status": "Accepted", "certificateHashData": [ROOT, other]})
    assert await driver.operations.certificates("csms") == [
        {"algorithm": "SHA256", "issuer_name": "ab", "issuer_key": "cd", "serial": serial} for serial in ("0A", "0B")
    ]
    await driver.operations.delete_certificate("csms", "0a")
    assert await peer.asked("DeleteCertificate") == {"certificateHashData": ROOT}
    with pytest.raises(ChargerRefusedError) as refusal:
        await driver.operations.delete_certificate("csms", "0C")
    assert refusal.value.word == "NotFound"


async def test_a_connector_s_text_replaces_the_one_before(csms: CentralSystem, driver: OcppDriver) -> None:
    async with station_at(csms.port, subprotocols=("ocpp2.0.1",)) as peer:
        await until(lambda: csms.station("CP1").connected)
        for text in ("Hello", "Good-bye"):
            await driver.operations.show_message(text, UNTIL)
            shown = (await peer.asked("SetDisplayMessage"))["message"]
            assert (shown["id"], shown["message"]["content"]) == (16_001, text)
        await driver.operations.clear_message()
        assert await peer.asked("ClearDisplayMessage") == {"id": 16_001}


async def test_a_cost_needs_a_session(driver: OcppDriver, peer: Peer) -> None:
    with pytest.raises(ChargerIdleError):
        await driver.operations.tell_cost(1.0)
    await peer.start()
    await driver.operations.tell_cost(1.0)
    assert (await peer.asked("DataTransfer"))["messageId"] == "RunningCost"


@pytest.mark.parametrize(
    ("kind", "word", "operation", "stage"),
    [
        ("DiagnosticsStatusNotification", "Uploading", Operation.LOG, Stage.RUNNING),
        ("DiagnosticsStatusNotification", "UploadFailed", Operation.LOG, Stage.FAILED),
        ("LogStatusNotification", "Uploaded", Operation.LOG, Stage.DONE),
        ("LogStatusNotification", "PermissionDenied", Operation.LOG, Stage.FAILED),
        ("FirmwareStatusNotification", "Idle", Operation.FIRMWARE, Stage.IDLE),
        ("FirmwareStatusNotification", "Downloaded", Operation.FIRMWARE, Stage.RUNNING),
        ("FirmwareStatusNotification", "Installed", Operation.FIRMWARE, Stage.DONE),
        ("SignedFirmwareStatusNotification", "InvalidSignature", Operation.FIRMWARE, Stage.FAILED),
    ],
)
async def test_how_far_it_got_is_told(
    driver: OcppDriver, peer: Peer, kind: str, word: str, operation: Operation, stage: Stage
) -> None:
    told: list[Progress] = []
    stop = driver.operations.on_progress(told.append)
    await peer.call("SecurityEventNotification", type="StartupOfTheDevice", timestamp=WRITTEN)
    await peer.call(kind, status=word, requestId=5)
    await until(lambda: told)
    assert told == [Progress(operation=operation, stage=stage, word=word, request_id=5)]
    stop()
    await peer.call(kind, status=word)
    await peer.call("Heartbeat")
    assert len(told) == 1


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("TamperDetectionActivated", SecurityKind.TAMPERED),
        ("InvalidCentralSystemCertificate", SecurityKind.INVALID_SERVER_CERTIFICATE),
        ("InvalidCsmsCertificate", SecurityKind.INVALID_SERVER_CERTIFICATE),
        ("INVALIDTLSVERSION", SecurityKind.WEAK_ENCRYPTION),
        ("AcmeDoorOpened", SecurityKind.OTHER),
        ("", SecurityKind.OTHER),
    ],
)
async def test_what_happens_to_its_security_is_told(
    driver: OcppDriver, peer: Peer, word: str, kind: SecurityKind
) -> None:
    told: list[SecurityReport] = []
    stop = driver.operations.on_security(told.append)
    await peer.call("FirmwareStatusNotification", status="Idle")
    await peer.call("SecurityEventNotification", type=word, timestamp=WRITTEN, techInfo="lid")
    await until(lambda: told)
    assert told == [SecurityReport(kind=kind, word=word, info="lid")]
    stop()
    await peer.call("SecurityEventNotification", type=word, timestamp=WRITTEN)
    await peer.call("Heartbeat")
    assert len(told) == 1


async def test_a_charger_without_security_of_its_own_reports_none() -> None:
    ChargerOperations().on_security(lambda _: None)()


def test_every_trouble_with_an_operator_has_a_state() -> None:
    assert {str(trouble) for trouble in OperatorTrouble} <= {str(state) for state in OperatorState}


async def test_the_way_to_a_charger_is_known(csms: CentralSystem, driver: OcppDriver, clock: Clock) -> None:
    assert driver.connection == Connection()
    async with station_at(csms.port) as peer:
        await peer.boot()
        here = Connection(protocol="OCPP 1.6", address="127.0.0.1", last_message_at=clock.at, clock_offset_s=0.0)
        assert driver.connection == here
    await until(lambda: not csms.station("CP1").connected)
    assert driver.connection == Connection(address="127.0.0.1", last_message_at=clock.at)


async def test_what_a_driver_does_not_override_it_cannot_do() -> None:
    bare = ChargerOperations()
    for ask in (
        bare.restart(at_once=True),
        bare.unlock(),
        bare.set_available(available=True),
        bare.reserve(1, UNTIL, "04A1", None),
        bare.cancel_reservation(1),
        bare.read_settings(None),
        bare.write_setting("A", "1"),
        bare.request_log("security", 1, "", None),
        bare.update_firmware(1, "", UNTIL),
        bare.trigger("Heartbeat"),
        bare.clear_cache(),
        bare.send_data("", None, None),
        bare.install_certificate("csms", ""),
        bare.certificates("csms"),
        bare.delete_certificate("csms", ""),
        bare.show_message("", None),
        bare.clear_message(),
        bare.tell_cost(1.0),
    ):
        with pytest.raises(ChargerLacksError, match="it cannot"):
            await asyncio.ensure_future(ask)
    assert await bare.file_protocols() == frozenset()
    bare.on_progress(lambda _: None)()
