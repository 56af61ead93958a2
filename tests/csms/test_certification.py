"""Stations get certificates of their own over OCPP, and come in by them."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from custom_components.smart_charging.csms.authority import Authority
from custom_components.smart_charging.csms.certification import ask_for_request
from custom_components.smart_charging.csms.errors import StationRejected
from custom_components.smart_charging.csms.events import CertificateSigned
from custom_components.smart_charging.csms.keys import setting_of_key
from custom_components.smart_charging.csms.security import SecurityProfile
from custom_components.smart_charging.csms.server import CentralSystem
from custom_components.smart_charging.csms.tls import TlsPort, server_context
from custom_components.smart_charging.csms.versions import Version

from .conftest import MakeCsms, Recorder, until
from .peer import Json, Peer, accept, station_at
from .pki import NOW, station_context, station_request

AUTHORITY = Authority.create(NOW)
VERSIONS = pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])


def certify(identity: str, csr: str, serials: Collection[str]) -> str:
    return AUTHORITY.certify_station(csr, identity, serials=serials, now=NOW)


@pytest.fixture
async def csms(make_csms: MakeCsms) -> CentralSystem:
    """A csms that signs, and lets CP1 in by whatever way."""
    csms = make_csms()
    csms.certification.certify = certify
    csms.add_known("CP1", None)
    credentials = AUTHORITY.certify_server(["127.0.0.1"], NOW)
    context = server_context(credentials, station_authority_pem=AUTHORITY.certificate_pem)
    await csms.start("127.0.0.1", 0, tls=TlsPort(port=0, context=context))
    return csms


async def boot(peer: Peer, version: str, serial: str) -> None:
    if version == "1.6":
        await peer.boot(chargePointSerialNumber=serial)
    else:
        station = {"vendorName": "Acme", "model": "Two", "serialNumber": serial}
        await peer.call("BootNotification", reason="PowerUp", chargingStation=station)


@VERSIONS
@pytest.mark.parametrize("name", ["CP1", "SN-7"])
async def test_a_station_asks_is_certified_and_comes_in_by_that(
    csms: CentralSystem, tmp_path: Path, version: str, name: str
) -> None:
    request = station_request(name)
    recorder = Recorder(csms.station("CP1"))
    async with station_at(csms.port, subprotocols=(f"ocpp{version}",)) as peer:
        await boot(peer, version, "SN-7")
        number = {"requestId": 7} if version == "2.1" else {}
        assert await peer.call("SignCertificate", csr=request.csr, **number) == {"status": "Accepted"}
        handed_over = await peer.asked("CertificateSigned")
        # The answer comes before what it announces.
        messages = [peer.raw.get_nowait() for _ in range(peer.raw.qsize())]
        order = [message[2] for message in messages if message[2] in ({"status": "Accepted"}, "CertificateSigned")]
        assert order[-2:] == [{"status": "Accepted"}, "CertificateSigned"]
        assert handed_over.get("requestId") == number.get("requestId")
        assert (await recorder.wait_for(CertificateSigned)).chain_pem.strip() == handed_over["certificateChain"].strip()

    csms.add_known("CP1", None, profile=SecurityProfile.CLIENT_CERTIFICATE)
    tls = station_context(AUTHORITY.certificate_pem, tmp_path, handed_over["certificateChain"], request.key_pem)
    async with station_at(csms.tls_port, tls=tls) as peer:
        assert await peer.call("Heartbeat")


@pytest.mark.parametrize(
    "asked",
    [
        {"csr": station_request("CP2").csr},
        {"csr": "nonsense"},
        {"csr": 7},
        {},
        {"csr": station_request("CP1").csr, "certificateType": "V2GCertificate"},
    ],
)
async def test_what_is_not_signed(
    csms: CentralSystem, asked: dict[str, Json], caplog: pytest.LogCaptureFixture
) -> None:
    async with station_at(csms.port, subprotocols=("ocpp2.0.1",)) as peer:
        assert await peer.call("SignCertificate", **asked) == {"status": "Rejected"}
        assert "CertificateSigned" not in [action for action, _ in peer.calls]
    if isinstance(asked.get("csr"), str) and "certificateType" not in asked:
        assert "Station CP1 asked for a certificate and got none" in caplog.text


async def test_without_an_authority_nothing_is_signed(csms: CentralSystem) -> None:
    csms.certification.certify = None
    async with station_at(csms.port) as peer:
        assert await peer.call("SignCertificate", csr=station_request("CP1").csr) == {"status": "Rejected"}


async def test_a_station_that_does_not_want_what_it_asked_for(
    csms: CentralSystem, caplog: pytest.LogCaptureFixture
) -> None:
    async with station_at(csms.port) as peer:
        peer.answers["CertificateSigned"] = lambda _: {"status": "Rejected"}
        await peer.call("SignCertificate", csr=station_request("CP1").csr)
        await until(lambda: "did not take the certificate that it asked for" in caplog.text)


@VERSIONS
async def test_a_station_is_told_to_ask(csms: CentralSystem, version: str) -> None:
    async with station_at(csms.port, subprotocols=(f"ocpp{version}",)) as peer:
        await boot(peer, version, "SN-7")
        answers: dict[str, Any] = {"attributeStatus": "Accepted", "component": {"name": "x"}, "variable": {"name": "x"}}
        peer.answers["SetVariables"] = lambda _: {"setVariableResult": [answers]}
        await ask_for_request(csms.station("CP1"), AUTHORITY.certificate_pem)
        installed = await peer.asked("InstallCertificate")
        assert installed["certificate"].strip() == AUTHORITY.certificate_pem.strip()
        owner = next(payload for _, payload in peer.calls if "Smart Charging" in str(payload))
        assert ("CpoName" if version == "1.6" else "OrganizationName") in str(owner)
        trigger = await peer.asked("ExtendedTriggerMessage" if version == "1.6" else "TriggerMessage")
        assert "Sign" in trigger["requestedMessage"]


async def test_a_station_may_know_all_before_and_still_ask(csms: CentralSystem) -> None:
    async with station_at(csms.port) as peer:
        peer.answers["InstallCertificate"] = peer.answers["ChangeConfiguration"] = lambda _: {"status": "Rejected"}
        await ask_for_request(csms.station("CP1"), AUTHORITY.certificate_pem)
        peer.answers["ExtendedTriggerMessage"] = lambda _: {"status": "NotImplemented"}
        with pytest.raises(StationRejected):
            await ask_for_request(csms.station("CP1"), AUTHORITY.certificate_pem)
        peer.answers["ExtendedTriggerMessage"] = accept


def test_each_version_keeps_its_key_somewhere_else() -> None:
    assert [setting_of_key(version) for version in (None, Version.V16, Version.V201, Version.V21)] == [
        "AuthorizationKey",
        "AuthorizationKey",
        "SecurityCtrlr.BasicAuthPassword",
        "SecurityCtrlr.BasicAuthPassword",
    ]
