"""Operators that misbehave: the station and our control notice nothing, and the reason can be read."""

import asyncio
import logging
from dataclasses import replace
from http import HTTPStatus

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from custom_components.smart_charging.csms.authority import Authority
from custom_components.smart_charging.csms.events import Booted, OperatorChanged
from custom_components.smart_charging.csms.records import OperatorTrouble
from custom_components.smart_charging.csms.relay.target import RelayTarget, RelayTimes
from custom_components.smart_charging.csms.security import SecurityProfile
from custom_components.smart_charging.csms.server import CentralSystem
from custom_components.smart_charging.csms.tls import TlsPort, server_context

from .conftest import MakeCsms, Recorder, until
from .peer import CallError, station_at
from .pki import NOW
from .relay import HASTY, operator, target


async def trouble(csms: CentralSystem, to: RelayTarget) -> OperatorTrouble | None:
    """Hand station CP1 on to there; returns the first word about it."""
    recorder = Recorder(csms.station("CP1"))
    csms.set_relay("CP1", to)
    async with station_at(csms.port) as peer:
        await peer.boot()
        changed = await recorder.wait_for(OperatorChanged)
        relay = csms.relays.get("CP1")
        assert relay is not None
        assert not relay.link.connected
        number = await peer.start()
        await peer.meter(1500, transactionId=number)
        assert relay.link.waiting == 2
        # It would go on to call a server that is about to go.
        await relay.stop()
        return changed.trouble


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (HTTPStatus.UNAUTHORIZED, OperatorTrouble.KEY_REFUSED),
        (HTTPStatus.FORBIDDEN, OperatorTrouble.IDENTITY_REFUSED),
        (HTTPStatus.NOT_FOUND, OperatorTrouble.IDENTITY_UNKNOWN),
        (HTTPStatus.SERVICE_UNAVAILABLE, OperatorTrouble.FAULTY),
        (HTTPStatus.MOVED_PERMANENTLY, OperatorTrouble.FAULTY),
    ],
)
async def test_a_refusal_is_told_in_words_and_never_followed_elsewhere(
    csms: CentralSystem, caplog: pytest.LogCaptureFixture, status: HTTPStatus, why: OperatorTrouble
) -> None:
    caplog.set_level(logging.DEBUG)
    async with operator() as elsewhere:

        def refuse(connection: ServerConnection, _request: Request) -> Response:
            response = connection.respond(status, "no\n")
            response.headers["Location"] = f"ws://127.0.0.1:{elsewhere.port}/"
            return response

        async with serve(lambda _: asyncio.sleep(0), "127.0.0.1", 0, process_request=refuse) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            assert await trouble(csms, target(port, key="their-key")) is why
        assert elsewhere.connections == 0
    ours = [record.getMessage() for record in caplog.records if "smart_charging" in record.name]
    assert ours
    assert not any("their-key" in text or "Basic" in text for text in ours)


async def test_nobody_at_the_address_is_told_in_words(csms: CentralSystem) -> None:
    async with operator() as theirs:
        await theirs.close()
        assert await trouble(csms, target(theirs.port)) is OperatorTrouble.UNREACHABLE


async def test_something_that_is_no_csms_is_told_in_words(csms: CentralSystem) -> None:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await trouble(csms, target(port)) is OperatorTrouble.NO_OCPP


async def test_an_operator_that_never_answers_the_door(csms: CentralSystem) -> None:
    async def silence(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await closed.wait()
        writer.close()

    closed = asyncio.Event()
    async with await asyncio.start_server(silence, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await trouble(csms, target(port, times=replace(HASTY, open_timeout_s=0.01))) is OperatorTrouble.SILENT
        closed.set()


async def test_an_operator_by_tls_is_trusted_where_its_authority_is(csms: CentralSystem, make_csms: MakeCsms) -> None:
    authority = Authority.create(NOW)
    context = server_context(authority.certify_server(["127.0.0.1"], NOW))
    theirs = make_csms()
    theirs.add_known("OP1", "their-key", profile=SecurityProfile.TLS)
    await theirs.start("127.0.0.1", None, tls=TlsPort(port=0, context=context))
    url = f"wss://127.0.0.1:{theirs.tls_port}"
    # The system knows nobody of that name.
    assert await trouble(csms, target(1, url=url, key="their-key")) is OperatorTrouble.CERTIFICATE_NOT_TRUSTED
    csms.set_relay("CP1", target(1, url=url, key="their-key", authority_pem=authority.certificate_pem))
    await Recorder(theirs.station("OP1")).wait_for(Booted)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\xff\xfe",
        "[]",
        "[2]",
        '[2,"x"',
        '[2,"x",7,{}]',
        "[" * 10_000,
        '[3,"never asked",{}]',
        '[4,"never asked","X","",{}]',
        '[2,"x","SetChargingProfile",{"connectorId":1,"csChargingProfiles":[]}]',
        '[2,"x","Reset",{"type":"' + "S" * 30_000 + '"}]',
    ],
)
async def test_garbage_is_answered_or_left_and_the_next_message_understood(
    csms: CentralSystem, garbage: str | bytes
) -> None:
    async with operator() as theirs:
        csms.set_relay("CP1", target(theirs.port))
        async with station_at(csms.port) as peer:
            await peer.boot()
            await theirs.asked("BootNotification")
            await theirs.send(garbage)
            assert await theirs.call("Reset", type="Soft") == {"status": "Accepted"}
            assert theirs.connections == 1


@pytest.mark.parametrize("flood", [["x" * 70_000], ['[3,"x",{}]'] * 60])
async def test_floods_and_huge_messages_close_the_operators_connection_alone(
    csms: CentralSystem, flood: list[str]
) -> None:
    async with operator() as theirs:
        csms.set_relay("CP1", target(theirs.port))
        async with station_at(csms.port) as peer:
            await peer.boot()
            await theirs.asked("BootNotification")
            for text in flood:
                await theirs.send(text)
            await until(lambda: theirs.connections >= 2)
            number = await peer.start()
            await theirs.asked("StartTransaction")
            assert csms.station("CP1").connectors[1].transaction
            assert number
            assert not peer.closed.is_set()


async def test_an_operator_that_does_not_wait_for_answers_is_told_to(csms: CentralSystem) -> None:
    async with operator() as theirs:
        csms.set_relay("CP1", target(theirs.port))
        async with station_at(csms.port) as peer:
            await peer.boot()
            await theirs.asked("BootNotification")
            peer.answers["Reset"] = lambda _: None
            calls = [asyncio.create_task(theirs.call("Reset", type="Soft")) for _ in range(12)]
            done, waiting = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
            assert next(task.result() for task in done) == ["GenericError"]
            for task in waiting:
                task.cancel()


async def test_a_station_that_has_gone_or_refuses_is_an_error_for_the_operator(csms: CentralSystem) -> None:
    async with operator() as theirs:
        theirs.answers["StopTransaction"] = lambda _: None
        csms.set_relay("CP1", target(theirs.port))
        async with station_at(csms.port) as peer:
            await peer.boot()
            await theirs.asked("BootNotification")

            def refuse(_: object) -> dict[str, object]:
                raise CallError("NotSupported")

            peer.answers["ClearCache"] = refuse
            assert await theirs.call("ClearCache") == ["NotSupported"]
            peer.answers["ClearCache"] = lambda _: {}
            assert await theirs.call("ClearCache") == ["GenericError"]
            number = await peer.start()
            await peer.call("StopTransaction", transactionId=number, meterStop=1, timestamp="2026-06-01T10:00:00Z")
            await theirs.asked("StopTransaction")
        await until(lambda: not csms.station("CP1").connected)
        assert await theirs.call("Reset", type="Soft") == ["GenericError"]


async def test_what_a_station_says_badly_is_put_right_or_left_out(csms: CentralSystem) -> None:
    """The operator of these tests holds all that it gets against the schemas."""
    async with operator() as theirs:
        csms.set_relay("CP1", target(theirs.port))
        async with station_at(csms.port) as peer:
            await peer.boot(chargePointVendor="A" * 40, extra=1)
            assert (await theirs.asked("BootNotification"))["chargePointVendor"] == "A" * 20
            await peer.call("StatusNotification", connectorId="1", status="charging", errorCode="Wat", info=7)
            status = await theirs.asked("StatusNotification")
            assert (status["status"], status["errorCode"], status["info"]) == ("Charging", "NoError", "7")
            answer = await peer.call("StartTransaction", connectorId=1)
            start = await theirs.asked("StartTransaction")
            assert (start["idTag"], start["meterStart"], start["timestamp"]) == ("", 0, "2026-06-01T10:00:00.000Z")
            await peer.meter({"value": 1200.4}, {"value": "5", "measurand": "Vendor.Speed"})
            readings = await theirs.asked("MeterValues")
            assert readings["transactionId"] == 901
            assert readings["meterValue"][0]["sampledValue"] == [{"value": "1200.4"}]
            await peer.meter({"value": "5", "measurand": "Vendor.Speed"})
            await peer.call("StopTransaction", transactionId=answer["transactionId"])
            assert (await theirs.asked("StopTransaction"))["meterStop"] == 1200
            assert theirs.actions("MeterValues") == ["MeterValues"]
            # What never went up has no end there.
            await peer.call("StopTransaction", transactionId=4711, meterStop=1)
            await peer.call("DataTransfer", vendorId="v", data={"a": 1})
            await peer.call("DataTransfer", vendorId="v", data="d")
            assert await theirs.asked("DataTransfer") == {"vendorId": "v"}


def test_the_pauses_between_attempts_grow_to_ten_minutes_and_differ_by_chance() -> None:
    times = RelayTimes()
    assert [times.pause_s(failures, 0.0) for failures in (1, 2, 3, 8, 1000)] == [5.0, 10.0, 20.0, 600.0, 600.0]
    assert times.pause_s(1, 1.0) == 2.5


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://example.org"},
        {"url": "ws://"},
        {"url": "ws://user:secret@example.org"},
        {"url": "ws://example.org/?key=secret"},
        {"identity": ""},
        {"identity": "a\nb"},
    ],
)
def test_what_could_never_be_an_operator_is_refused_without_repeating_it(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="operator") as refused:
        target(1, **changes)
    assert "secret" not in str(refused.value)
