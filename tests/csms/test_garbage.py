"""What no station should send is counted, answered where it can be, and harms nobody."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custom_components.smart_charging.csms.authorization import Authorization, IdToken, anybody
from custom_components.smart_charging.csms.crowd import ServerLimits
from custom_components.smart_charging.csms.frames import Garbage, parse_frame
from custom_components.smart_charging.csms.link import Rate
from custom_components.smart_charging.csms.memory import StationMemory
from custom_components.smart_charging.csms.server import CentralSystem
from custom_components.smart_charging.csms.transaction_ids import TransactionIds
from custom_components.smart_charging.csms.v16.requests import V16Requests

from .conftest import Clock, MakeCsms, until
from .peer import PATIENCE_S, Peer, station_at
from .test_measurands import JSON


@asynccontextmanager
async def with_bystander(csms: CentralSystem) -> AsyncIterator[tuple[Peer, Peer]]:
    """A station about to misbehave, and another one, which must not notice."""
    csms.add_known("CP2", None)
    async with station_at(csms.port, "CP1") as peer, station_at(csms.port, "CP2") as bystander:
        yield peer, bystander
        assert await bystander.call("Heartbeat")
        assert csms.station("CP2").connected


@pytest.mark.parametrize(
    ("message", "unique_id", "code"),
    [
        ('[2, "a", "Heartbeat", {', "a", "FormationViolation"),
        ('[2,"a"]', "a", "FormationViolation"),
        ('[2,"a",5,{}]', "a", "FormationViolation"),
        ('[2,"a","Heartbeat","text"]', "a", "FormationViolation"),
        ('[2,"a","Heartbeat",[1]]', "a", "FormationViolation"),
    ],
)
async def test_garbage_with_an_id_is_answered_with_an_error(
    csms: CentralSystem, message: str, unique_id: str, code: str
) -> None:
    async with station_at(csms.port) as peer:
        await peer.send(message)
        while (answer := await asyncio.wait_for(peer.raw.get(), PATIENCE_S))[0] == 2:
            pass
        assert answer[:3] == [4, unique_id, code]
        assert len(answer) == 5
        assert await peer.call("Heartbeat")


@pytest.mark.parametrize(
    "message",
    [
        "",
        "hello",
        "null",
        "{}",
        "[]",
        "[2]",
        "[5,1,2]",
        '[2,7,"Heartbeat",{}]',
        '[3,"never asked",{}]',
        '[4,"never asked"]',
        "[" * 60_000,
        '[2,"' + "i" * 200 + '","Heartbeat",{}]',
        "[3]",
        b"\xff\xfe\x00",
        '[[2],"a"]',
    ],
)
async def test_garbage_without_an_id_is_passed_over(csms: CentralSystem, message: str | bytes) -> None:
    async with with_bystander(csms) as (peer, _):
        await peer.send(message)
        assert await peer.call("Heartbeat")


@pytest.mark.parametrize(
    "message",
    [
        '[2,"a","Heartbeat"]',
        '[2,"a","Heartbeat",null]',
        '[2,"a","Heartbeat",[]]',
        '[2,"a","Heartbeat",{},"more"]',
        '[2,"a","Heartbeat",{"x":"tab\there"}]',
        '[2,"a","Heartbeat",{"x":NaN}]',
        b'[2,"a","Heartbeat",{"self":1,"action":2}]',
        '[2,"a","Heartbeat",{"name":"Ladesäule"}]'.encode("latin-1"),
    ],
)
async def test_slips_that_leave_the_meaning_clear_are_forgiven(csms: CentralSystem, message: str | bytes) -> None:
    async with station_at(csms.port) as peer:
        await peer.send(message)
        while (answer := await asyncio.wait_for(peer.raw.get(), PATIENCE_S))[0] == 2:
            pass
    assert answer[:2] == [3, "a"]


async def test_garbage_is_counted_and_logged_once_per_connection(
    csms: CentralSystem, caplog: pytest.LogCaptureFixture
) -> None:
    async with station_at(csms.port) as peer:
        for _ in range(10):
            await peer.send("garbage")
        await peer.call("Heartbeat")
        assert csms._links["CP1"].counts.garbage == 10
    complaints = [record.getMessage() for record in caplog.records if "no OCPP message" in record.getMessage()]
    assert len(complaints) == 1


async def test_complaints_are_bounded_and_cannot_forge_a_line(
    csms: CentralSystem, caplog: pytest.LogCaptureFixture
) -> None:
    async with station_at(csms.port) as peer:
        for number in range(50):
            await peer.send([2, f"a{number}", f"Bad\naction {number}", {}])
        await peer.call("Heartbeat")
        assert csms._links["CP1"].counts.refused == 50
    complaints = [record.getMessage() for record in caplog.records if "was refused" in record.getMessage()]
    assert len(complaints) <= 16
    assert not any("\n" in complaint for complaint in complaints)


async def test_a_huge_frame_ends_its_connection_only(csms: CentralSystem, caplog: pytest.LogCaptureFixture) -> None:
    async with with_bystander(csms) as (peer, _):
        await peer.send("[" + " " * 70_000 + "]")
        assert await peer.gone() == 1009
        await until(lambda: not csms.station("CP1").connected)
    assert "sent a message that is too large" in caplog.text


async def test_a_flood_ends_its_connection_only(make_csms: MakeCsms, caplog: pytest.LogCaptureFixture) -> None:
    limits = ServerLimits(frames_burst=50, frames_per_second=0.0, boot_grace_s=0.0, close_timeout_s=0.2)
    csms = make_csms(anyone=True, limits=limits)
    await csms.start("127.0.0.1", 0)
    async with with_bystander(csms) as (peer, _):
        for number in range(60):
            await peer.send([2, str(number), "Heartbeat", {}])
        assert await peer.gone() == 1008
    assert "sends more messages than any station has to say" in caplog.text
    async with station_at(csms.port, "CP1") as peer:
        assert await peer.call("Heartbeat")


def test_the_rate_allows_a_burst_and_then_its_pace() -> None:
    at = 0.0
    rate = Rate(2.0, 3.0, lambda: at)
    assert [rate.allow() for _ in range(4)] == [True, True, True, False]
    at = 0.5
    assert [rate.allow() for _ in range(2)] == [True, False]
    at = 100.0
    assert [rate.allow() for _ in range(4)] == [True, True, True, False]


async def test_a_fault_of_ours_costs_one_message(make_csms: MakeCsms, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_identity: str, _id_token: IdToken) -> Authorization:
        raise RuntimeError("authorise")

    csms = make_csms(authorise=fail)
    csms.add_known("CP1", None)
    await csms.start("127.0.0.1", 0)
    async with station_at(csms.port) as peer:
        for unique_id in ("a", "b"):
            await peer.send([2, unique_id, "Authorize", {"idTag": "T"}])
        while (answer := await asyncio.wait_for(peer.raw.get(), PATIENCE_S))[0] == 2:
            pass
        assert answer == [4, "a", "InternalError", "this could not be handled", {}]
        assert await peer.call("Heartbeat")
    faults = [record for record in caplog.records if "which failed here" in record.getMessage()]
    assert [(fault.levelno, bool(fault.exc_info)) for fault in faults] == [(logging.ERROR, True)]


def answer_to_garbage(text: str) -> str | None:
    try:
        parse_frame(text)
    except Garbage as garbage:
        return garbage.answer
    return None


@given(st.text() | JSON.map(json.dumps) | st.lists(JSON, max_size=6).map(json.dumps))
def test_any_text_is_a_frame_or_garbage(text: str) -> None:
    answer = answer_to_garbage(text)
    assert answer is None or json.loads(answer)[0] == 4


@given(st.lists(st.sampled_from([2, 3, 4]) | st.text(max_size=5) | JSON, min_size=1, max_size=6))
def test_any_array_is_a_frame_or_garbage(message: list[Any]) -> None:
    assert answer_to_garbage(json.dumps(message)) is None or message[0] == 2


ACTIONS = (
    "BootNotification",
    "StatusNotification",
    "Authorize",
    "StartTransaction",
    "StopTransaction",
    "MeterValues",
    "DataTransfer",
    "FirmwareStatusNotification",
)

FIELDS = (
    "connectorId",
    "status",
    "errorCode",
    "info",
    "timestamp",
    "idTag",
    "meterStart",
    "meterStop",
    "transactionId",
    "reason",
    "meterValue",
    "chargePointVendor",
    "vendorId",
)

PLAUSIBLE = st.sampled_from(
    [0, 1, 7, "Charging", "Available", "2026-06-01T10:00:00Z", [{"sampledValue": [{"value": "5"}]}]]
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(ACTIONS),
            st.dictionaries(st.sampled_from(FIELDS), PLAUSIBLE | JSON, max_size=8),
        ),
        max_size=8,
    )
)
def test_any_payload_is_answered_or_refused(calls: list[tuple[str, dict[str, Any]]]) -> None:
    from ocpp.exceptions import OCPPError  # type: ignore[import-untyped]

    clock = Clock()
    memory = StationMemory("CP1", clock, TransactionIds(clock))
    requests = V16Requests(memory, anybody, lambda: None)
    for action, payload in calls:
        clock.advance(20)
        with suppress(OCPPError):
            json.dumps(requests.handle(action, payload), allow_nan=False)
        memory.flush()


async def test_the_same_fault_is_logged_once_over_connections_until_the_firmware_changes(
    csms: CentralSystem, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "custom_components.smart_charging.csms.link")

    async def misbehave(firmware: str) -> int:
        async with station_at(csms.port) as peer:
            await peer.boot(firmwareVersion=firmware)
            await peer.send("[2, 'broken'")
            await peer.call("Heartbeat")
        return len([record for record in caplog.records if "no OCPP message" in record.getMessage()])

    assert [await misbehave(firmware) for firmware in ("1", "1", "2", "2")] == [1, 1, 2, 2]
