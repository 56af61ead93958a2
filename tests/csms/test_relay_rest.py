"""The rest of the relay: what stations and operators leave out, and what is asked of a relay that is not at work."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.smart_charging.csms.fields import Fields
from custom_components.smart_charging.csms.memory import StationMemory
from custom_components.smart_charging.csms.records import OperatorLink, OperatorTrouble, StationInfo
from custom_components.smart_charging.csms.relay.books import Books
from custom_components.smart_charging.csms.relay.downward import Downward
from custom_components.smart_charging.csms.relay.guarded import without_secret_reports, without_secret_results
from custom_components.smart_charging.csms.relay.relay import Relay
from custom_components.smart_charging.csms.server import CentralSystem
from custom_components.smart_charging.csms.transaction_ids import TransactionIds
from custom_components.smart_charging.csms.versions import Version

from .conftest import until
from .peer import station_at
from .relay import Operator, target

AT = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)


def make_memory() -> StationMemory:
    memory = StationMemory("CP1", lambda: AT, TransactionIds(lambda: AT))
    memory.info = StationInfo(vendor="Acme", model="One", serial="", firmware="")
    return memory


def sent(books: Books) -> list[tuple[str, dict[str, Any]]]:
    return [(entry.action, entry.payload) for entry in books.outbox]


async def end_relay(csms: CentralSystem) -> None:
    """Hand the station on no more, and wait for the connection's end."""
    relay = csms.relays.get("CP1")
    assert relay is not None
    await relay.stop()
    csms.set_relay("CP1", None)
    assert csms.relays.get("CP1") is None


def test_answers_without_what_they_should_hold_pass_as_they_are() -> None:
    assert without_secret_results({"getVariableResult": 5}) == {"getVariableResult": 5}
    assert without_secret_reports({"requestId": 1}) == {"requestId": 1}
    secret = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}, "attributeValue": "x"}
    assert without_secret_reports({"requestId": 1, "reportData": [secret, 7]}) == {"requestId": 1}


def test_a_start_without_a_register_is_completed_from_what_was_read() -> None:
    books = Books(make_memory())
    start = {"connectorId": 1, "idTag": "T", "timestamp": "2026-06-01T10:00:00Z"}
    books.upward.take(Version.V16, "StartTransaction", start, {"transactionId": 5}, now=AT)
    books.upward.take(Version.V16, "StartTransaction", start, {"transactionId": 5}, now=AT)
    assert sent(books) == [("StartTransaction", start | {"meterStart": 0})]


def test_an_end_of_what_the_operator_was_never_told_is_not_its_business() -> None:
    books = Books(make_memory())
    books.upward.take(Version.V16, "StopTransaction", {"transactionId": 9, "meterStop": 1}, {}, now=AT)
    assert sent(books) == []


def test_readings_of_what_the_operator_was_never_told_go_without_a_name() -> None:
    books = Books(make_memory())
    readings = {"connectorId": 1, "transactionId": 9, "meterValue": []}
    books.upward.take(Version.V16, "MeterValues", readings, {}, now=AT)
    (entry,) = books.outbox
    assert entry.transaction is None


def test_reports_that_the_operator_did_not_ask_for_stay_here() -> None:
    books = Books(make_memory())
    report = {"requestId": 3, "generatedAt": "2026-06-01T10:00:00Z", "seqNo": 0}
    books.upward.take(Version.V201, "NotifyReport", report, {}, now=AT)
    assert sent(books) == []
    books.upward.asked({"requestId": 3})
    books.upward.asked({"nothing": 3})
    books.upward.take(Version.V201, "NotifyReport", report, {}, now=AT)
    assert sent(books) == [("NotifyReport", report)]


def test_a_profile_that_comes_with_a_start_has_to_be_one_and_to_say_for_which_connector() -> None:
    steering = Books(make_memory()).steering
    whole = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8}]},
    }
    start = steering._set_with_start
    assert start(Fields({"idTag": "T"})) is None
    assert start(Fields({"idTag": "T", "chargingProfile": whole})) == {"status": "Rejected"}
    assert start(Fields({"idTag": "T", "connectorId": 1, "chargingProfile": "none"})) == {"status": "Rejected"}
    assert start(Fields({"idTag": "T", "connectorId": 1, "chargingProfile": whole})) is None
    # The whole station is one to share with nobody.
    assert steering._sharers(0) == 1


async def test_a_relay_that_is_not_at_work_says_so_and_harms_nobody(
    csms: CentralSystem, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    csms.set_relay("CP1", target(1))
    relay = csms.relays.get("CP1")
    assert relay is not None
    async with station_at(csms.port) as peer:
        await peer.boot()
        await until(lambda: relay.link.trouble)
        assert relay.link == OperatorLink(connected=False, trouble=OperatorTrouble.UNREACHABLE, waiting=0, dropped=0)
        assert await relay.authorize({"idTag": "T"}, {"ours": True}) == {"ours": True}
        # A fault of ours is told once, and the station hears nothing of it.
        relay.take(Version.V16, "StartTransaction", {"connectorId": None}, {"transactionId": 1})
        relay.take(Version.V16, "StartTransaction", {"connectorId": None}, {"transactionId": 2})
        assert await peer.call("Heartbeat")
    assert len([record for record in caplog.records if "could not be handed on" in record.getMessage()]) == 1
    await end_relay(csms)


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("SetChargingProfile", {"connectorId": 1, "csChargingProfiles": "no profile"}),
        (
            "SetChargingProfile",
            {
                "connectorId": 1,
                "csChargingProfiles": {
                    "chargingProfileId": 1,
                    "stackLevel": 0,
                    "chargingProfilePurpose": "TxProfile",
                    "chargingProfileKind": "Absolute",
                    "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": []},
                },
            },
        ),
    ],
)
async def test_an_operator_s_profile_that_is_none_is_rejected(
    csms: CentralSystem, action: str, payload: dict[str, Any]
) -> None:
    operator = Operator()
    await operator.open()
    csms.set_relay("CP1", target(operator.port))
    try:
        async with station_at(csms.port) as peer:
            await peer.boot()
            await operator.asked("BootNotification")
            assert "Rejected" in str(answer := await operator.call(action, **payload)) or "Violation" in str(answer)
            assert action not in [asked for asked, _ in peer.calls]
    finally:
        await end_relay(csms)
        await operator.close()


async def test_a_fault_of_ours_is_an_error_to_the_operator_and_told_once(
    csms: CentralSystem, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(_downward: Downward, _action: str, _payload: dict[str, Any]) -> dict[str, Any]:
        raise RuntimeError("downward")

    monkeypatch.setattr(Downward, "handle", fail)
    operator = Operator()
    await operator.open()
    csms.set_relay("CP1", target(operator.port))
    try:
        async with station_at(csms.port) as peer:
            await peer.boot()
            await operator.asked("BootNotification")
            for _ in range(2):
                assert "InternalError" in str(await operator.call("Reset", type="Soft"))
            assert await peer.call("Heartbeat")
    finally:
        await end_relay(csms)
        await operator.close()
    assert len([record for record in caplog.records if "a call of its operator failed" in record.getMessage()]) == 1


async def test_an_operator_that_hangs_up_while_it_is_asked_is_away(csms: CentralSystem) -> None:
    operator = Operator()
    operator.answers["Authorize"] = lambda _: None
    await operator.open()
    csms.set_relay("CP1", target(operator.port, decides=True))
    try:
        async with station_at(csms.port) as peer:
            await peer.boot()
            relay = csms.relays.get("CP1")
            assert isinstance(relay, Relay)
            await until(lambda: relay.link.connected)
            asking = asyncio.create_task(peer.call("Authorize", idTag="T"))
            await operator.asked("Authorize")
            await operator.close()
            assert await asking == {"idTagInfo": {"status": "Accepted"}}
    finally:
        await end_relay(csms)
