"""What stations say, over a real connection."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charging.csms.authorization import Admittance, Authorization, IdToken
from custom_components.smart_charging.csms.events import (
    Authorized,
    Booted,
    Measured,
    Notified,
    SecurityReported,
    StatusChanged,
    TransactionEnded,
    TransactionStarted,
)
from custom_components.smart_charging.csms.records import Status
from custom_components.smart_charging.csms.server import CentralSystem

from .conftest import Clock, MakeCsms, Recorder, until
from .peer import CallError, station_at


async def test_a_boot_is_accepted_and_tells_what_the_station_is(csms: CentralSystem, clock: Clock) -> None:
    recorder = Recorder(csms.station("CP1"))
    async with station_at(csms.port) as peer:
        answer = await peer.boot(chargePointSerialNumber="S1", firmwareVersion="1.2")
        booted = await recorder.wait_for(Booted)
    assert answer == {"status": "Accepted", "currentTime": "2026-06-01T10:00:00.000Z", "interval": 60}
    assert (booted.info.vendor, booted.info.model, booted.info.serial, booted.info.firmware) == (
        "Acme",
        "One",
        "S1",
        "1.2",
    )
    assert booted.at == clock.at
    assert csms.station("CP1").info == booted.info


async def test_a_boot_without_anything_in_it_is_accepted_as_well(csms: CentralSystem) -> None:
    async with station_at(csms.port) as peer:
        assert (await peer.call("BootNotification"))["status"] == "Accepted"
        assert (await peer.boot(chargeBoxSerialNumber="B", chargePointModel="x" * 300))["status"] == "Accepted"
    info = csms.station("CP1").info
    assert info is not None
    assert info.serial == "B"
    assert len(info.model) == 255


async def test_a_heartbeat_is_answered_with_our_time_and_shows_life(csms: CentralSystem, clock: Clock) -> None:
    async with station_at(csms.port) as peer:
        clock.advance(90)
        assert await peer.call("Heartbeat") == {"currentTime": "2026-06-01T10:01:30.000Z"}
    assert csms.station("CP1").last_seen == clock.at


async def test_a_status_is_kept_with_the_time_since_when(csms: CentralSystem, clock: Clock) -> None:
    station = csms.station("CP1")
    recorder = Recorder(station)
    async with station_at(csms.port) as peer:
        await peer.status("Preparing", timestamp="2026-06-01T10:00:00Z", info="cable")
        since = clock.at
        clock.advance(30)
        await peer.status("preparing", errorCode="OverCurrentFailure")
        status = station.connectors[1].status
        assert status is not None
        assert (status.status, status.at, status.error_code) == (Status.PREPARING, since, "OverCurrentFailure")
        await peer.status("Charging")
        status = station.connectors[1].status
        assert status is not None
        assert (status.status, status.at) == (Status.CHARGING, clock.at)
        assert (await recorder.wait_for(StatusChanged, 3)).connector_id == 1


async def test_authorisation_is_asked_of_whoever_decides(make_csms: MakeCsms, clock: Clock) -> None:
    asked: list[tuple[str, str]] = []

    def authorise(identity: str, id_token: IdToken) -> Authorization:
        asked.append((identity, id_token.text))
        if id_token.text == "GOOD":
            return Authorization(status=Admittance.ACCEPTED, expires_at=clock.at + timedelta(days=1), group="FAMILY")
        return Authorization(status=Admittance.INVALID)

    csms = make_csms(authorise=authorise)
    recorder = Recorder(csms.add_known("CP1", None))
    await csms.start("127.0.0.1", 0)
    async with station_at(csms.port) as peer:
        assert await peer.call("Authorize", idTag="GOOD") == {
            "idTagInfo": {"status": "Accepted", "expiryDate": "2026-06-02T10:00:00.000Z", "parentIdTag": "FAMILY"}
        }
        assert await peer.call("Authorize", idTag="BAD") == {"idTagInfo": {"status": "Invalid"}}
        answer = await peer.call("StartTransaction", connectorId=1, idTag="BAD", meterStart=0)
        assert answer["idTagInfo"] == {"status": "Invalid"}
        authorized = await recorder.wait_for(Authorized, 3)
    assert asked == [("CP1", "GOOD"), ("CP1", "BAD"), ("CP1", "BAD")]
    assert (authorized.id_tag, authorized.accepted) == ("BAD", False)


async def test_a_transaction_from_start_to_end(csms: CentralSystem, clock: Clock) -> None:
    station = csms.station("CP1")
    recorder = Recorder(station)
    async with station_at(csms.port) as peer:
        transaction_id = await peer.start(idTag="PlugAndChargeIdentifier")
        started = await recorder.wait_for(TransactionStarted)
        assert started.transaction == station.connectors[1].transaction
        assert (started.transaction.transaction_id, started.transaction.id_tag) == (
            str(transaction_id),
            "PlugAndChargeIdentifier",
        )
        assert (started.transaction.meter_start_wh, started.transaction.guessed) == (1000.0, False)
        clock.advance(600)
        await peer.meter(
            {"value": "1.9", "unit": "kWh"},
            {"value": "16,0", "measurand": "Current.Import", "phase": "L1"},
            timestamp="1970-01-01T00:10:00Z",
            transactionId=transaction_id,
        )
        measured = await recorder.wait_for(Measured)
        assert measured.measurement.currents_a == (16.0, None, None)
        assert (measured.at, measured.measurement.station_at) == (clock.at, datetime(1970, 1, 1, 0, 10, tzinfo=UTC))
        assert measured.transaction_energy_wh == 900.0
        clock.advance(60)
        await peer.call("StopTransaction", transactionId=transaction_id, meterStop=2100, reason="EVDisconnected")
        ended = await recorder.wait_for(TransactionEnded)
    assert (ended.transaction, ended.energy_wh, ended.reason) == (started.transaction, 1100.0, "EVDisconnected")
    connector = station.connectors[1]
    assert (connector.transaction, connector.transaction_energy_wh) == (None, 1100.0)


async def test_an_unknown_transaction_may_end(csms: CentralSystem) -> None:
    recorder = Recorder(csms.station("CP1"))
    async with station_at(csms.port) as peer:
        assert await peer.call("StopTransaction", transactionId=9, meterStop=1, timestamp="?") == {}
        assert await peer.call("StopTransaction", transactionId=2**63 - 1) == {}
    assert recorder.of(TransactionEnded) == []


async def test_measurements_that_say_nothing_are_answered_and_dropped(csms: CentralSystem) -> None:
    recorder = Recorder(csms.station("CP1"))
    async with station_at(csms.port) as peer:
        await peer.meter({"value": "nan"}, "odd", None)
        assert await peer.call("MeterValues", connectorId=0, meterValue=[]) == {}
        await peer.meter(5, connector_id=0)
        await recorder.wait_for(Measured)
    assert len(recorder.of(Measured)) == 1
    assert csms.station("CP1").connectors[0].transaction_energy_wh is None


@pytest.mark.parametrize(
    ("action", "payload", "answer", "text"),
    [
        ("DataTransfer", {"vendorId": "V", "messageId": "M"}, {"status": "UnknownVendorId"}, "V M"),
        ("FirmwareStatusNotification", {"status": "Installed"}, {}, "Installed"),
        ("DiagnosticsStatusNotification", {"status": "Idle"}, {}, "Idle"),
        ("LogStatusNotification", {"status": 5}, {}, "5"),
        ("SignedFirmwareStatusNotification", {"status": None}, {}, ""),
    ],
)
async def test_reports_that_control_does_not_need(
    csms: CentralSystem, action: str, payload: dict[str, object], answer: dict[str, object], text: str
) -> None:
    recorder = Recorder(csms.station("CP1"))
    async with station_at(csms.port) as peer:
        assert await peer.call(action, **payload) == answer
        notified = await recorder.wait_for(Notified)
    assert (notified.kind, notified.text) == (action, text)


async def test_an_event_of_its_security(csms: CentralSystem) -> None:
    recorder = Recorder(csms.station("CP1"))
    async with station_at(csms.port) as peer:
        assert await peer.call("SecurityEventNotification", type="Tamper\ndetected", techInfo="lid") == {}
        reported = await recorder.wait_for(SecurityReported)
    assert (reported.kind, reported.info) == ("Tamperdetected", "lid")


async def test_a_report_may_name_the_request_that_it_is_about(csms: CentralSystem) -> None:
    recorder = Recorder(csms.station("CP1"))
    async with station_at(csms.port) as peer:
        await peer.call("LogStatusNotification", status="Uploading", requestId=5)
        await peer.call("LogStatusNotification", status="Idle")
        await recorder.wait_for(Notified, 2)
    assert [notified.request_id for notified in recorder.of(Notified)] == [5, None]


async def test_a_station_s_address_is_that_of_its_last_connection(csms: CentralSystem) -> None:
    station = csms.station("CP1")
    assert (station.address, station.connected) == (None, False)
    async with station_at(csms.port) as peer:
        await peer.boot()
        assert station.address == "127.0.0.1"
    await until(lambda: not station.connected)
    assert station.address == "127.0.0.1"


@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("NotifyEVChargingNeeds", {}, "NotImplemented"),
        ("Reset", {"type": "Hard"}, "NotImplemented"),
        ("StatusNotification", {"status": "Charging"}, "FormationViolation"),
        ("StatusNotification", {"connectorId": 1}, "FormationViolation"),
        ("StatusNotification", {"connectorId": "one", "status": "Charging"}, "TypeConstraintViolation"),
        ("StatusNotification", {"connectorId": True, "status": "Charging"}, "TypeConstraintViolation"),
        ("StatusNotification", {"connectorId": 2**70, "status": "Charging"}, "TypeConstraintViolation"),
        ("StatusNotification", {"connectorId": 1.5, "status": "Charging"}, "TypeConstraintViolation"),
        ("StatusNotification", {"connectorId": 65, "status": "Charging"}, "PropertyConstraintViolation"),
        ("StatusNotification", {"connectorId": -1, "status": "Charging"}, "PropertyConstraintViolation"),
        ("StatusNotification", {"connectorId": 1, "status": "Dancing"}, "PropertyConstraintViolation"),
        ("StartTransaction", {"connectorId": 0}, "PropertyConstraintViolation"),
        ("StopTransaction", {}, "FormationViolation"),
        ("StopTransaction", {"transactionId": []}, "TypeConstraintViolation"),
        ("MeterValues", {"connectorId": 1}, "FormationViolation"),
        ("MeterValues", {"connectorId": 1, "meterValue": {}}, "TypeConstraintViolation"),
    ],
)
async def test_a_payload_that_cannot_be_used_is_refused(
    csms: CentralSystem, action: str, payload: dict[str, object], code: str
) -> None:
    async with station_at(csms.port) as peer:
        with pytest.raises(CallError) as refused:
            await peer.call(action, **payload)
        assert refused.value.code == code
        assert await peer.call("Heartbeat")


async def test_numbers_written_as_text_will_do(csms: CentralSystem) -> None:
    async with station_at(csms.port) as peer:
        await peer.call("StatusNotification", connectorId="1", status="Available")
        await peer.call("StatusNotification", connectorId=2.0, status="Available")
    assert set(csms.station("CP1").connectors) == {1, 2}
