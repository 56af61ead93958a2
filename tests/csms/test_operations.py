"""What a person asks of a station, in every version of OCPP: what goes over the wire, and what its answers come to."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.smart_charging.csms.authorization import Admittance, Authorization, IdToken
from custom_components.smart_charging.csms.crowd import ServerLimits
from custom_components.smart_charging.csms.errors import (
    CallFailed,
    NotOffered,
    NoTransaction,
    StationOffline,
    StationRejected,
    StationTimeout,
    TooLong,
)
from custom_components.smart_charging.csms.operations import (
    CertificateHash,
    CertificateUse,
    FirmwareSignature,
    LimitPeriod,
    LocalListEntry,
    LogKind,
    Operations,
)
from custom_components.smart_charging.csms.versions import Version

from .conftest import Clock, MakeCsms, until
from .peer import CallError, Json, Peer, station_at
from .schemas import check

type Ask = Callable[[Operations], Awaitable[object]]

UNTIL = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
WRITTEN = "2026-06-01T12:00:00.000Z"
URL = "http://192.0.2.1:8123/api/smart_charging/file/abc/"
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
SIGNATURE = FirmwareSignature(certificate_pem=PEM, signature="c2ln")
CARD = IdToken(text="04A1B2C3")
ROOT = CertificateHash(algorithm="SHA256", issuer_name="ab", issuer_key="cd", serial="01")
ROOT_JSON = {"hashAlgorithm": "SHA256", "issuerNameHash": "ab", "issuerKeyHash": "cd", "serialNumber": "01"}
CARDS = [
    LocalListEntry(id_token=IdToken(text=f"CARD{number}"), authorization=Authorization(status=Admittance.ACCEPTED))
    for number in range(5)
]
FULL_CARD = LocalListEntry(
    id_token=CARD, authorization=Authorization(status=Admittance.BLOCKED, expires_at=UNTIL, group="HOME")
)


def card(name: str, kind: str = "ISO14443") -> Json:
    return {"idToken": name, "type": kind}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One operation: the calls that it makes in OCPP 1.6, and in 2.0.1 and 2.1; None where it is not offered."""

    name: str
    ask: Ask
    old: tuple[str, Json] | None
    new: tuple[str, Json] | None
    taken: str = "Accepted"
    """The status that means yes."""
    refused: str | None = "Rejected"
    """A status that means no; None where every answer is a yes."""


CASES = [
    Case(
        name="restart when idle",
        ask=lambda o: o.reset(None, hard=False),
        old=("Reset", {"type": "Soft"}),
        new=("Reset", {"type": "OnIdle"}),
    ),
    Case(
        name="restart one connector at once",
        ask=lambda o: o.reset(2, hard=True),
        old=("Reset", {"type": "Hard"}),
        new=("Reset", {"type": "Immediate", "evseId": 2}),
    ),
    Case(
        name="unlock",
        ask=lambda o: o.unlock(2),
        old=("UnlockConnector", {"connectorId": 2}),
        new=("UnlockConnector", {"evseId": 2, "connectorId": 1}),
        taken="Unlocked",
        refused="UnlockFailed",
    ),
    Case(
        name="reserve a connector",
        ask=lambda o: o.reserve(7, 2, UNTIL, CARD, "HOME"),
        old=(
            "ReserveNow",
            {
                "reservationId": 7,
                "connectorId": 2,
                "expiryDate": WRITTEN,
                "idTag": "04A1B2C3",
                "parentIdTag": "HOME",
            },
        ),
        new=(
            "ReserveNow",
            {
                "id": 7,
                "evseId": 2,
                "expiryDateTime": WRITTEN,
                "idToken": card("04A1B2C3"),
                "groupIdToken": card("HOME", "Central"),
            },
        ),
        refused="Occupied",
    ),
    Case(
        name="reserve any connector",
        ask=lambda o: o.reserve(7, 0, UNTIL, CARD, None),
        old=("ReserveNow", {"reservationId": 7, "connectorId": 0, "expiryDate": WRITTEN, "idTag": "04A1B2C3"}),
        new=("ReserveNow", {"id": 7, "expiryDateTime": WRITTEN, "idToken": card("04A1B2C3")}),
        refused="Unavailable",
    ),
    Case(
        name="cancel a reservation",
        ask=lambda o: o.cancel_reservation(7),
        old=("CancelReservation", {"reservationId": 7}),
        new=("CancelReservation", {"reservationId": 7}),
    ),
    Case(name="clear the cache", ask=lambda o: o.clear_cache(), old=("ClearCache", {}), new=("ClearCache", {})),
    Case(
        name="send an empty list",
        ask=lambda o: o.send_local_list(3, []),
        old=("SendLocalList", {"listVersion": 3, "updateType": "Full", "localAuthorizationList": []}),
        new=("SendLocalList", {"versionNumber": 3, "updateType": "Full"}),
        refused="Failed",
    ),
    Case(
        name="send a list",
        ask=lambda o: o.send_local_list(3, [FULL_CARD]),
        old=(
            "SendLocalList",
            {
                "listVersion": 3,
                "updateType": "Full",
                "localAuthorizationList": [
                    {
                        "idTag": "04A1B2C3",
                        "idTagInfo": {"status": "Blocked", "expiryDate": WRITTEN, "parentIdTag": "HOME"},
                    }
                ],
            },
        ),
        new=(
            "SendLocalList",
            {
                "versionNumber": 3,
                "updateType": "Full",
                "localAuthorizationList": [
                    {
                        "idToken": card("04A1B2C3"),
                        "idTokenInfo": {
                            "status": "Blocked",
                            "cacheExpiryDateTime": WRITTEN,
                            "groupIdToken": card("HOME", "Central"),
                        },
                    }
                ],
            },
        ),
        refused="VersionMismatch",
    ),
    Case(
        name="diagnostics",
        ask=lambda o: o.request_log(LogKind.DIAGNOSTICS, 5, URL, UNTIL),
        old=("GetDiagnostics", {"location": URL, "startTime": WRITTEN}),
        new=(
            "GetLog",
            {"logType": "DiagnosticsLog", "requestId": 5, "log": {"remoteLocation": URL, "oldestTimestamp": WRITTEN}},
        ),
        refused=None,
    ),
    Case(
        name="security log",
        ask=lambda o: o.request_log(LogKind.SECURITY, 5, URL, None),
        old=("GetLog", {"logType": "SecurityLog", "requestId": 5, "log": {"remoteLocation": URL}}),
        new=("GetLog", {"logType": "SecurityLog", "requestId": 5, "log": {"remoteLocation": URL}}),
        taken="AcceptedCanceled",
    ),
    Case(
        name="firmware",
        ask=lambda o: o.update_firmware(5, URL, UNTIL),
        old=("UpdateFirmware", {"location": URL, "retrieveDate": WRITTEN}),
        new=("UpdateFirmware", {"requestId": 5, "firmware": {"location": URL, "retrieveDateTime": WRITTEN}}),
        refused=None,
    ),
    Case(
        name="signed firmware",
        ask=lambda o: o.update_firmware(5, URL, UNTIL, SIGNATURE),
        old=(
            "SignedUpdateFirmware",
            {
                "requestId": 5,
                "firmware": {
                    "location": URL,
                    "retrieveDateTime": WRITTEN,
                    "signingCertificate": PEM,
                    "signature": "c2ln",
                },
            },
        ),
        new=(
            "UpdateFirmware",
            {
                "requestId": 5,
                "firmware": {
                    "location": URL,
                    "retrieveDateTime": WRITTEN,
                    "signingCertificate": PEM,
                    "signature": "c2ln",
                },
            },
        ),
        refused="InvalidCertificate",
    ),
    Case(
        name="a vendor's message with a text",
        ask=lambda o: o.transfer_data("com.acme", "led", "blue"),
        old=("DataTransfer", {"vendorId": "com.acme", "messageId": "led", "data": "blue"}),
        new=("DataTransfer", {"vendorId": "com.acme", "messageId": "led", "data": "blue"}),
        refused=None,
    ),
    Case(
        name="a vendor's message with data",
        ask=lambda o: o.transfer_data("com.acme", None, {"led": [1, 2]}),
        old=("DataTransfer", {"vendorId": "com.acme", "data": '{"led": [1, 2]}'}),
        new=("DataTransfer", {"vendorId": "com.acme", "data": {"led": [1, 2]}}),
        refused=None,
    ),
    Case(
        name="trust a csms",
        ask=lambda o: o.install_certificate(CertificateUse.CSMS, PEM),
        old=("InstallCertificate", {"certificateType": "CentralSystemRootCertificate", "certificate": PEM}),
        new=("InstallCertificate", {"certificateType": "CSMSRootCertificate", "certificate": PEM}),
        refused="Failed",
    ),
    Case(
        name="trust a contract's issuer",
        ask=lambda o: o.install_certificate(CertificateUse.MOBILITY_OPERATOR, PEM),
        old=None,
        new=("InstallCertificate", {"certificateType": "MORootCertificate", "certificate": PEM}),
    ),
    Case(
        name="what is trusted",
        ask=lambda o: o.installed_certificates(CertificateUse.MANUFACTURER),
        old=("GetInstalledCertificateIds", {"certificateType": "ManufacturerRootCertificate"}),
        new=("GetInstalledCertificateIds", {"certificateType": ["ManufacturerRootCertificate"]}),
        taken="NotFound",
        refused="Odd",
    ),
    Case(
        name="trust no more",
        ask=lambda o: o.delete_certificate(ROOT),
        old=("DeleteCertificate", {"certificateHashData": ROOT_JSON}),
        new=("DeleteCertificate", {"certificateHashData": ROOT_JSON}),
        refused="NotFound",
    ),
    Case(
        name="renew a station's certificate",
        ask=lambda o: o.renew_certificate(),
        old=("ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"}),
        new=("TriggerMessage", {"requestedMessage": "SignChargingStationCertificate"}),
        refused="NotImplemented",
    ),
    Case(
        name="a station's certificate",
        ask=lambda o: o.send_certificate(PEM),
        old=("CertificateSigned", {"certificateChain": PEM}),
        new=("CertificateSigned", {"certificateChain": PEM, "certificateType": "ChargingStationCertificate"}),
    ),
    Case(
        name="show a text",
        ask=lambda o: o.show_message(9, "Grüezi", UNTIL),
        old=None,
        new=(
            "SetDisplayMessage",
            {
                "message": {
                    "id": 9,
                    "priority": "InFront",
                    "endDateTime": WRITTEN,
                    "message": {"format": "UTF8", "content": "Grüezi"},
                }
            },
        ),
    ),
    Case(
        name="show a text no more",
        ask=lambda o: o.clear_message(9),
        old=None,
        new=("ClearDisplayMessage", {"id": 9}),
        taken="Unknown",
    ),
    Case(
        name="limits",
        ask=lambda o: o.read_limits(2, 3600),
        old=("GetCompositeSchedule", {"connectorId": 2, "duration": 3600}),
        new=("GetCompositeSchedule", {"evseId": 2, "duration": 3600}),
    ),
]


@dataclass(kw_only=True)
class Bench:
    """A connected station, and what it may be asked."""

    operations: Operations
    peer: Peer
    version: Version

    async def asked(self, action: str) -> Json:
        """What the station was asked, held against the schema."""
        payload = await self.peer.asked(action)
        check(self.version, action, payload)
        return payload


type Connect = Callable[..., Any]


@pytest.fixture
def connected(make_csms: MakeCsms) -> Connect:
    """Connects a station of a version; nothing is asked of it but by the test."""

    @asynccontextmanager
    async def connect(version: Version, **limits: Any) -> AsyncIterator[Bench]:
        csms = make_csms(limits=ServerLimits(boot_grace_s=60, **limits))
        station = csms.add_known("CP1", None)
        await csms.start("127.0.0.1", 0)
        async with station_at(csms.port, subprotocols=(f"ocpp{version}",)) as peer:
            await until(lambda: station.connected)
            yield Bench(operations=station.operations, peer=peer, version=version)

    return connect


def says(answer: Json) -> Callable[[Json], Json]:
    return lambda _: answer


def fails(code: str) -> Callable[[Json], Json]:
    def answer(_payload: Json) -> Json:
        raise CallError(code)

    return answer


NEW = [Version.V201, Version.V21]
every_version = pytest.mark.parametrize("version", Version)
every_case = pytest.mark.parametrize(
    ("case", "version"),
    [pytest.param(case, version, id=f"{case.name} {version}") for case in CASES for version in Version],
)


@every_case
async def test_what_is_asked(connected: Connect, case: Case, version: Version) -> None:
    expected = case.old if version is Version.V16 else case.new
    async with connected(version) as bench:
        if expected is None:
            with pytest.raises(NotOffered, match="is not part of OCPP 1"):
                await case.ask(bench.operations)
            assert bench.peer.calls == []
            return
        action, payload = expected
        bench.peer.answers[action] = says({"status": case.taken})
        await case.ask(bench.operations)
        assert await bench.asked(action) == payload


@every_case
async def test_no_is_an_error(connected: Connect, case: Case, version: Version) -> None:
    expected = case.old if version is Version.V16 else case.new
    if expected is None:
        return
    action = expected[0]
    async with connected(version) as bench:
        if case.refused is not None:
            for answer in ({"status": case.refused}, {}):
                bench.peer.answers[action] = says(answer)
                with pytest.raises(StationRejected):
                    await case.ask(bench.operations)
        bench.peer.answers[action] = fails("InternalError")
        with pytest.raises(CallFailed):
            await case.ask(bench.operations)
    with pytest.raises(StationOffline):
        await case.ask(bench.operations)


@every_version
async def test_times_are_by_the_station_s_clock(connected: Connect, clock: Clock, version: Version) -> None:
    async with connected(version) as bench:
        bench.operations._memory.clock.observe(clock.at - timedelta(days=365), clock.at)
        await bench.operations.update_firmware(5, URL, UNTIL)
        asked = await bench.asked("UpdateFirmware")
        assert (
            asked.get("firmware", asked).get("retrieveDate" + "Time" * (version in NEW)) == "2025-06-01T12:00:00.000Z"
        )


@pytest.mark.parametrize("version", NEW)
async def test_a_restart_may_wait_for_the_car(connected: Connect, version: Version) -> None:
    async with connected(version) as bench:
        bench.peer.answers["Reset"] = says({"status": "Scheduled"})
        assert await bench.operations.reset(None, hard=False) == "Scheduled"


# The list of cards.


@pytest.mark.parametrize(("version", "field"), [(Version.V16, "listVersion"), *((v, "versionNumber") for v in NEW)])
async def test_a_list_has_a_version(connected: Connect, version: Version, field: str) -> None:
    async with connected(version) as bench:
        bench.peer.answers["GetLocalListVersion"] = says({field: 12})
        assert await bench.operations.read_list_version() == 12
        assert await bench.asked("GetLocalListVersion") == {}
        bench.peer.answers["GetLocalListVersion"] = says({field: "new"})
        with pytest.raises(StationRejected, match="an answer without a version"):
            await bench.operations.read_list_version()


def told(key: str, component: str, variable: str, value: Json) -> dict[str, Callable[[Json], Json]]:
    """The answers of a station whose configuration, or device model, holds one value."""
    old = {"configurationKey": [{"key": "Other"}, {"key": key, "readonly": True, "value": value}]}
    result = {
        "attributeStatus": "Accepted",
        "attributeValue": value,
        "component": {"name": component},
        "variable": {"name": variable},
    }
    check(Version.V16, "GetConfiguration", {"configurationKey": old["configurationKey"][1:]}, answer=True)
    check(Version.V201, "GetVariables", {"getVariableResult": [result]}, answer=True)
    return {"GetConfiguration": says(old), "GetVariables": says({"getVariableResult": [result]})}


def most_cards(most: Json) -> dict[str, Callable[[Json], Json]]:
    return told("SendLocalListMaxLength", "LocalAuthListCtrlr", "ItemsPerMessage", most)


@every_version
@pytest.mark.parametrize(
    ("most", "parts"),
    [
        ("2", [(8, "Full", 2), (9, "Differential", 2), (10, "Differential", 1)]),
        ("5", [(8, "Full", 5)]),
        ("0", [(8, "Full", 5)]),
        ("many", [(8, "Full", 5)]),
    ],
)
async def test_a_long_list_goes_in_parts(
    connected: Connect, version: Version, most: str, parts: list[tuple[int, str, int]]
) -> None:
    async with connected(version) as bench:
        bench.peer.answers |= most_cards(most)
        assert await bench.operations.send_local_list(8, CARDS) == parts[-1][0]
        question = await bench.asked("GetConfiguration" if version is Version.V16 else "GetVariables")
        assert "SendLocalListMaxLength" in str(question) or "ItemsPerMessage" in str(question)
        sent = [await bench.asked("SendLocalList") for _ in parts]
        number = "listVersion" if version is Version.V16 else "versionNumber"
        assert [(part[number], part["updateType"], len(part["localAuthorizationList"])) for part in sent] == parts
        names = [
            entry.get("idTag") or entry["idToken"]["idToken"]
            for part in sent
            for entry in part["localAuthorizationList"]
        ]
        assert names == ["CARD0", "CARD1", "CARD2", "CARD3", "CARD4"]


@every_version
@pytest.mark.parametrize(
    "most", [fails("NotImplemented"), says({"configurationKey": "?", "getVariableResult": [1]})], ids=["no", "nonsense"]
)
async def test_who_does_not_say_how_much_fits_gets_it_all(
    connected: Connect, version: Version, most: Callable[[Json], Json]
) -> None:
    async with connected(version) as bench:
        bench.peer.answers |= {"GetConfiguration": most, "GetVariables": most}
        assert await bench.operations.send_local_list(8, CARDS) == 8
        assert (await bench.asked("SendLocalList"))["updateType"] == "Full"


@every_version
async def test_who_answers_nothing_is_sent_no_list(connected: Connect, version: Version) -> None:
    async with connected(version, call_timeout_s=0.05) as bench:
        bench.peer.answers |= {"GetConfiguration": says(None), "GetVariables": says(None)}
        with pytest.raises(StationTimeout):
            await bench.operations.send_local_list(8, CARDS)
        assert "SendLocalList" not in [action for action, _ in bench.peer.calls]


@pytest.mark.parametrize(
    ("version", "names"), [(Version.V16, [20]), (Version.V201, [20, 36]), (Version.V21, [20, 36, 255])]
)
async def test_cards_that_a_version_cannot_name_are_left_out(
    connected: Connect, version: Version, names: list[int]
) -> None:
    cards = [
        LocalListEntry(id_token=token, authorization=Authorization(status=Admittance.ACCEPTED, group="G" * 20))
        for token in (*(IdToken(text="x" * length) for length in (20, 36, 255, 256)), IdToken(text=""))
    ]
    async with connected(version) as bench:
        await bench.operations.send_local_list(1, cards)
        sent = (await bench.asked("SendLocalList"))["localAuthorizationList"]
        assert [len(entry.get("idTag") or entry["idToken"]["idToken"]) for entry in sent] == names


async def test_a_group_without_a_name_in_ocpp_1_6_is_left_out(connected: Connect) -> None:
    authorization = Authorization(status=Admittance.ACCEPTED, group="G" * 21)
    async with connected(Version.V16) as bench:
        await bench.operations.send_local_list(1, [LocalListEntry(id_token=CARD, authorization=authorization)])
        sent = (await bench.asked("SendLocalList"))["localAuthorizationList"]
    assert sent == [{"idTag": CARD.text, "idTagInfo": {"status": "Accepted"}}]


@every_version
@pytest.mark.parametrize(
    ("value", "protocols"), [("FTP, http,", {"FTP", "HTTP"}), ("", set()), (None, set())], ids=["some", "none", "null"]
)
async def test_files_have_protocols(
    connected: Connect, version: Version, value: str | None, protocols: set[str]
) -> None:
    async with connected(version) as bench:
        if value is not None:
            bench.peer.answers |= told(
                "SupportedFileTransferProtocols", "OCPPCommCtrlr", "FileTransferProtocols", value
            )
        assert await bench.operations.file_protocols() == protocols
        await bench.asked("GetConfiguration" if version is Version.V16 else "GetVariables")


# What there is no room for.


@pytest.mark.parametrize(
    ("ask", "longest"),
    [
        (lambda o: o.reserve(7, 1, UNTIL, IdToken(text="x" * 300), None), (20, 36, 255)),
        (lambda o: o.reserve(7, 1, UNTIL, CARD, "x" * 300), (20, 36, 255)),
        (lambda o: o.request_log(LogKind.SECURITY, 5, "http://" + "x" * 2000, None), (512, 512, 2000)),
        (lambda o: o.update_firmware(5, "http://" + "x" * 2000, UNTIL, SIGNATURE), (512, 512, 2000)),
        (lambda o: o.install_certificate(CertificateUse.CSMS, "x" * 10_001), (5500, 5500, 10_000)),
        (lambda o: o.send_certificate("x" * 10_001), (10_000, 10_000, 10_000)),
        (lambda o: o.transfer_data("x" * 256, None, None), (255, 255, 255)),
        (lambda o: o.transfer_data("com.acme", "x" * 51, None), (50, 50, 50)),
        (lambda o: o.show_message(9, "x" * 1025, None), (None, 512, 1024)),
        (
            lambda o: o.update_firmware(5, URL, UNTIL, FirmwareSignature(certificate_pem="x" * 5501, signature="")),
            (5500, 5500, 5500),
        ),
    ],
)
@every_version
async def test_too_long_a_text_is_not_sent(
    connected: Connect, version: Version, ask: Ask, longest: tuple[int | None, ...]
) -> None:
    most = longest[list(Version).index(version)]
    async with connected(version) as bench:
        with pytest.raises(NotOffered if most is None else TooLong) as refusal:
            await ask(bench.operations)
        if most is not None:
            assert isinstance(refusal.value, TooLong)
            assert refusal.value.longest == most
            assert f"at most {most} characters" in str(refusal.value)
        assert bench.peer.calls == []


# Answers.


@pytest.mark.parametrize(
    ("version", "action", "answer"),
    [
        (Version.V16, "GetDiagnostics", {"fileName": "log.zip"}),
        (Version.V201, "GetLog", {"status": "Accepted", "filename": "log.zip"}),
        (Version.V21, "GetLog", {"status": "AcceptedCanceled", "filename": "log.zip"}),
    ],
)
async def test_a_log_has_a_name(connected: Connect, version: Version, action: str, answer: Json) -> None:
    check(version, action, answer, answer=True)
    async with connected(version) as bench:
        bench.peer.answers[action] = says(answer)
        assert await bench.operations.request_log(LogKind.DIAGNOSTICS, 5, URL, None) == "log.zip"
        bench.peer.answers[action] = says({"status": "Accepted"})
        assert not await bench.operations.request_log(LogKind.DIAGNOSTICS, 5, URL, None)


@pytest.mark.parametrize("code", ["NotImplemented", "NotSupported"])
async def test_who_knows_no_diagnostics_may_know_logs(connected: Connect, code: str) -> None:
    async with connected(Version.V16) as bench:
        bench.peer.answers["GetDiagnostics"] = fails(code)
        bench.peer.answers["GetLog"] = says({"status": "Accepted", "filename": "log.gz"})
        assert await bench.operations.request_log(LogKind.DIAGNOSTICS, 5, URL, UNTIL) == "log.gz"
        assert await bench.asked("GetLog") == {
            "logType": "DiagnosticsLog",
            "requestId": 5,
            "log": {"remoteLocation": URL, "oldestTimestamp": WRITTEN},
        }


@pytest.mark.parametrize(("version", "data"), [(Version.V16, "ok"), (Version.V201, {"led": "blue"})])
async def test_a_vendor_s_answer_is_given_as_it_is(connected: Connect, version: Version, data: object) -> None:
    async with connected(version) as bench:
        bench.peer.answers["DataTransfer"] = says({"status": "UnknownMessageId", "data": data})
        assert await bench.operations.transfer_data("com.acme", None, None) == ("UnknownMessageId", data)
        assert await bench.asked("DataTransfer") == {"vendorId": "com.acme"}


@every_version
async def test_what_is_trusted_is_named(connected: Connect, version: Version) -> None:
    chain = {"certificateType": "CSMSRootCertificate", "certificateHashData": ROOT_JSON}
    answer = (
        {"status": "Accepted", "certificateHashData": [ROOT_JSON]}
        if version is Version.V16
        else {"status": "Accepted", "certificateHashDataChain": [chain]}
    )
    check(version, "GetInstalledCertificateIds", answer, answer=True)
    async with connected(version) as bench:
        bench.peer.answers["GetInstalledCertificateIds"] = says(answer)
        assert await bench.operations.installed_certificates(CertificateUse.CSMS) == (ROOT,)
        # A station that leaves something out names nothing that could be deleted.
        broken = [{}, "?", {"certificateHashData": {"serialNumber": "01"}}, {"serialNumber": "01"}]
        bench.peer.answers["GetInstalledCertificateIds"] = says(
            {"status": "Accepted", "certificateHashData": broken, "certificateHashDataChain": broken}
        )
        assert await bench.operations.installed_certificates(CertificateUse.CSMS) == ()


async def test_the_newest_version_numbers_its_requests(connected: Connect) -> None:
    async with connected(Version.V21) as bench:
        await bench.operations.send_certificate(PEM, request_id=4)
        assert (await bench.asked("CertificateSigned"))["requestId"] == 4


@pytest.mark.parametrize(
    ("text", "refusals", "sent"),
    [
        ("Hello", ["NotSupportedPriority"], [("InFront", "UTF8"), ("NormalCycle", "UTF8")]),
        ("Hello", ["NotSupportedMessageFormat"], [("InFront", "UTF8"), ("InFront", "ASCII")]),
        (
            "Hello",
            ["NotSupportedPriority", "NotSupportedMessageFormat"],
            [("InFront", "UTF8"), ("NormalCycle", "UTF8"), ("NormalCycle", "ASCII")],
        ),
    ],
)
@pytest.mark.parametrize("version", NEW)
async def test_a_text_is_shown_as_well_as_the_station_can(
    connected: Connect, version: Version, text: str, refusals: list[str], sent: list[tuple[str, str]]
) -> None:
    answers = [*refusals, "Accepted"]
    async with connected(version) as bench:
        bench.peer.answers["SetDisplayMessage"] = lambda _: {"status": answers.pop(0)}
        await bench.operations.show_message(9, text, None)
        messages = [(await bench.asked("SetDisplayMessage"))["message"] for _ in sent]
    assert [(message["priority"], message["message"]["format"]) for message in messages] == sent


async def test_a_text_that_ascii_cannot_say_is_refused(connected: Connect) -> None:
    async with connected(Version.V201) as bench:
        bench.peer.answers["SetDisplayMessage"] = says({"status": "NotSupportedMessageFormat"})
        with pytest.raises(StationRejected, match="NotSupportedMessageFormat"):
            await bench.operations.show_message(9, "Grüezi", None)


# The cost of a transaction.


@pytest.mark.parametrize(
    ("status", "meter", "state", "register_wh"),
    [("Charging", 1500, "Charging", 1500), ("SuspendedEV", None, "Idle", 1000)],
)
async def test_a_cost_in_ocpp_1_6_is_a_message_that_several_makers_know(
    connected: Connect, status: str, meter: int | None, state: str, register_wh: int
) -> None:
    async with connected(Version.V16) as bench:
        transaction_id = await bench.peer.start()
        await bench.peer.status(status)
        if meter is not None:
            await bench.peer.meter(meter)
        await bench.operations.tell_cost(1, 1.25)
        asked = await bench.asked("DataTransfer")
        assert (asked["vendorId"], asked["messageId"]) == ("org.openchargealliance.costmsg", "RunningCost")
        assert json.loads(asked["data"]) == {
            "transactionId": transaction_id,
            "timestamp": "2026-06-01T10:00:00.000Z",
            "meterValue": register_wh,
            "cost": 1.25,
            "state": state,
            "chargingPrice": {},
        }
        bench.peer.answers["DataTransfer"] = says({"status": "UnknownVendorId"})
        with pytest.raises(StationRejected, match="UnknownVendorId"):
            await bench.operations.tell_cost(1, 1.25)


@pytest.mark.parametrize("version", NEW)
async def test_a_cost_belongs_to_its_transaction(connected: Connect, version: Version) -> None:
    async with connected(version) as bench:
        await bench.peer.call(
            "TransactionEvent",
            eventType="Started",
            timestamp="2026-06-01T10:00:00Z",
            triggerReason="CablePluggedIn",
            seqNo=0,
            transactionInfo={"transactionId": "T1"},
            evse={"id": 1},
        )
        bench.peer.answers["CostUpdated"] = says({})
        await bench.operations.tell_cost(1, 1.25)
        assert await bench.asked("CostUpdated") == {"totalCost": 1.25, "transactionId": "T1"}


@every_version
async def test_without_a_transaction_there_is_no_cost(connected: Connect, version: Version) -> None:
    async with connected(version) as bench:
        with pytest.raises(NoTransaction):
            await bench.operations.tell_cost(1, 1.25)


# What all limits come to.


def schedule(version: Version, start: str | None, periods: list[Json], unit: str = "A") -> Json:
    """The answer to a GetCompositeSchedule."""
    body: dict[str, Json] = {"chargingRateUnit": unit, "chargingSchedulePeriod": periods}
    if version is Version.V16:
        return {"status": "Accepted", "chargingSchedule": body} | ({} if start is None else {"scheduleStart": start})
    body |= {"evseId": 1, "duration": 60} | ({} if start is None else {"scheduleStart": start})
    return {"status": "Accepted", "schedule": body}


@every_version
async def test_limits_are_told_from_now_on(connected: Connect, version: Version) -> None:
    periods = [{"startPeriod": 0, "limit": 16.0, "numberPhases": 3}, {"startPeriod": 60, "limit": 6}]
    answer = schedule(version, "2026-06-01T09:59:50Z", periods)
    check(version, "GetCompositeSchedule", answer, answer=True)
    async with connected(version) as bench:
        bench.peer.answers["GetCompositeSchedule"] = says(answer)
        assert await bench.operations.read_limits(1, 60) == (
            LimitPeriod(start_s=-10, limit=16.0, unit="A", phases=3),
            LimitPeriod(start_s=50, limit=6.0, unit="A", phases=None),
        )


@every_version
async def test_limits_without_a_start_begin_now(connected: Connect, version: Version) -> None:
    async with connected(version) as bench:
        bench.peer.answers["GetCompositeSchedule"] = says(
            schedule(version, None, [{"startPeriod": 0, "limit": 3680}, {"limit": 1}, {"startPeriod": 9}, 5], "W")
        )
        assert await bench.operations.read_limits(1, 60) == (LimitPeriod(start_s=0, limit=3680, unit="W", phases=None),)
        bench.peer.answers["GetCompositeSchedule"] = says({"status": "Accepted", "schedule": [], "chargingSchedule": 1})
        assert await bench.operations.read_limits(1, 60) == ()
