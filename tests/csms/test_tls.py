"""The security profiles over real TLS, and what is said where a connection comes to nothing."""

import asyncio
import socket
import ssl
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus, WebSocketException

from custom_components.smart_charging.csms.admission import Admission
from custom_components.smart_charging.csms.authority import Authority
from custom_components.smart_charging.csms.certificates import Credential
from custom_components.smart_charging.csms.crowd import ServerLimits
from custom_components.smart_charging.csms.errors import ListenError
from custom_components.smart_charging.csms.refusals import Refusal
from custom_components.smart_charging.csms.security import SecurityProfile
from custom_components.smart_charging.csms.server import CentralSystem
from custom_components.smart_charging.csms.tls import TlsPort, refusal_of, server_context

from .conftest import MakeCsms, until
from .peer import PATIENCE_S, station_at
from .pki import LONG_AGO, NOW, certified_station, self_signed, station_context

KEY = "0123456789abcdef0123456789abcdef01234567"
AUTHORITY = Authority.create(NOW)
CREDENTIALS = AUTHORITY.certify_server(["127.0.0.1", "localhost"], NOW)


def answering(authority_pem: str | None = AUTHORITY.certificate_pem) -> TlsPort:
    return TlsPort(port=0, context=server_context(CREDENTIALS, station_authority_pem=authority_pem))


@pytest.fixture
async def csms(make_csms: MakeCsms) -> CentralSystem:
    """A csms on a port of either kind, and a station of each profile."""
    csms = make_csms()
    csms.add_known("CP0", None)
    csms.add_known("CP1", KEY, profile=SecurityProfile.BASIC)
    csms.add_known("CP2", KEY, profile=SecurityProfile.TLS)
    csms.add_known("CP3", None, profile=SecurityProfile.CLIENT_CERTIFICATE)
    await csms.start("127.0.0.1", 0, tls=answering())
    return csms


async def comes_in(csms: CentralSystem, identity: str, *, key: str | None = None, tls: ssl.SSLContext | None) -> bool:
    """Whether a station that connects like this is served."""
    port = csms.port if tls is None else csms.tls_port
    try:
        async with asyncio.timeout(PATIENCE_S), station_at(port, identity, key=key, tls=tls) as peer:
            return bool(await peer.call("Heartbeat"))
    except OSError, EOFError, WebSocketException:
        return False


def reasons(admission: Admission) -> list[tuple[str, Refusal]]:
    return [(turned.identity, turned.refusal) for turned in admission.recent]


@pytest.mark.parametrize(
    ("identity", "key", "encrypted", "certified", "refusal"),
    [
        ("CP0", None, False, False, None),
        ("CP0", None, True, False, None),
        ("CP1", KEY, False, False, None),
        ("CP1", KEY, True, False, None),
        ("CP1", "wrong", False, False, Refusal.CREDENTIALS),
        ("CP2", KEY, False, False, Refusal.UNENCRYPTED),
        ("CP2", KEY, True, False, None),
        ("CP2", "wrong", True, False, Refusal.CREDENTIALS),
        ("CP3", None, False, False, Refusal.UNENCRYPTED),
        ("CP3", None, True, False, Refusal.NO_CERTIFICATE),
        ("CP3", None, True, True, None),
        ("CP2", None, True, True, None),
        ("CP4", None, True, True, Refusal.UNKNOWN),
    ],
)
async def test_profiles(
    csms: CentralSystem,
    tmp_path: Path,
    identity: str,
    key: str | None,
    refusal: Refusal | None,
    *,
    encrypted: bool,
    certified: bool,
) -> None:
    tls = None
    if certified:
        tls = certified_station(AUTHORITY, tmp_path, identity, identity)
    elif encrypted:
        tls = station_context(AUTHORITY.certificate_pem)
    assert await comes_in(csms, identity, key=key, tls=tls) is (refusal is None)
    assert reasons(csms.admission) == ([] if refusal is None else [(identity, refusal)])


async def test_a_certificate_opens_its_own_station_s_door_only(csms: CentralSystem, tmp_path: Path) -> None:
    tls = certified_station(AUTHORITY, tmp_path, "CP4", "CP4")
    assert not await comes_in(csms, "CP3", tls=tls)
    assert reasons(csms.admission) == [("CP3", Refusal.OTHER_CERTIFICATE)]


async def test_a_common_name_does_not_help_against_the_identity_that_was_certified(
    csms: CentralSystem, tmp_path: Path
) -> None:
    # CP4 told that its serial number is CP3, and got a certificate for that.
    tls = certified_station(AUTHORITY, tmp_path, common_name="CP3", identity="CP4")
    assert not await comes_in(csms, "CP3", tls=tls)
    assert reasons(csms.admission) == [("CP3", Refusal.OTHER_CERTIFICATE)]


async def test_a_serial_number_is_as_good_as_an_identity(csms: CentralSystem, tmp_path: Path) -> None:
    assert await comes_in(csms, "CP3", tls=certified_station(AUTHORITY, tmp_path, "SN-7", "CP3"))


async def test_certificates_that_do_not_hold(
    csms: CentralSystem, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stranger = Authority.create(NOW)
    foreign = certified_station(stranger, tmp_path, "CP3", "CP3")
    foreign.load_verify_locations(cadata=AUTHORITY.certificate_pem)
    assert not await comes_in(csms, "CP3", tls=foreign)
    expired = certified_station(AUTHORITY, tmp_path, "CP3", "CP3", now=LONG_AGO)
    assert not await comes_in(csms, "CP3", tls=expired)
    server = station_context(AUTHORITY.certificate_pem, tmp_path, CREDENTIALS[0].chain_pem, CREDENTIALS[0].key_pem)
    assert not await comes_in(csms, "CP3", tls=server)
    await until(lambda: csms.admission.refusals[Refusal.BAD_CERTIFICATE] == 3)
    assert reasons(csms.admission) == [("", Refusal.BAD_CERTIFICATE)]
    for because in (
        "self-signed certificate in certificate chain",
        "certificate has expired",
        "unsuitable certificate",
    ):
        assert f"a client certificate that does not hold: {because}" in caplog.text


async def test_a_user_s_own_authority_knows_stations_by_their_common_name(make_csms: MakeCsms, tmp_path: Path) -> None:
    chain_pem, key_pem = self_signed("CP3", usage=None, authority=True)
    csms = make_csms()
    csms.add_known("CP3", None, profile=SecurityProfile.CLIENT_CERTIFICATE)
    csms.add_known("CP4", None, profile=SecurityProfile.CLIENT_CERTIFICATE)
    await csms.start("127.0.0.1", None, tls=answering(chain_pem))
    tls = station_context(AUTHORITY.certificate_pem, tmp_path, chain_pem, key_pem)
    assert csms.port is None
    assert await comes_in(csms, "CP3", tls=tls)
    assert not await comes_in(csms, "CP4", tls=tls)


async def test_without_an_authority_stations_are_asked_for_no_certificate(make_csms: MakeCsms, tmp_path: Path) -> None:
    csms = make_csms()
    csms.add_known("CP2", KEY, profile=SecurityProfile.TLS)
    await csms.start("127.0.0.1", None, tls=answering(None))
    factory = certified_station(Authority.create(NOW), tmp_path, "maker", "maker")
    factory.load_verify_locations(cadata=AUTHORITY.certificate_pem)
    assert await comes_in(csms, "CP2", key=KEY, tls=factory)


@pytest.mark.parametrize("identity", ["CP0", "CP1"])
async def test_tls_on_the_plain_port_is_told(csms: CentralSystem, identity: str) -> None:
    with pytest.raises((OSError, EOFError, WebSocketException)):
        async with station_at(csms.port, identity, tls=station_context(None)):
            pass
    assert reasons(csms.admission) == [("", Refusal.TLS_ON_PLAIN)]
    assert csms.admission.recent[0].address == "127.0.0.1"


async def test_no_tls_on_the_port_for_tls_is_told(csms: CentralSystem) -> None:
    with pytest.raises((OSError, EOFError, WebSocketException)):
        async with station_at(csms.tls_port, "CP0"):
            pass
    assert reasons(csms.admission) == [("", Refusal.PLAIN_ON_TLS)]


async def test_a_station_that_does_not_trust_us_is_told_of(csms: CentralSystem) -> None:
    tls = station_context(Authority.create(NOW).certificate_pem)

    def call() -> None:
        with socket.create_connection(("127.0.0.1", csms.tls_port or 0)) as raw, pytest.raises(ssl.SSLError):
            tls.wrap_socket(raw, server_hostname="127.0.0.1")

    await asyncio.to_thread(call)
    await until(lambda: csms.admission.recent)
    assert reasons(csms.admission) == [("", Refusal.DISTRUSTED)]


async def test_a_station_that_does_not_trust_us_may_just_hang_up(csms: CentralSystem) -> None:
    assert not await comes_in(csms, "CP2", key=KEY, tls=station_context(Authority.create(NOW).certificate_pem))
    await until(lambda: csms.admission.recent)
    assert reasons(csms.admission) == [("", Refusal.HUNG_UP)]


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_a_station_whose_tls_is_too_old_is_told_of(csms: CentralSystem) -> None:
    old = station_context(AUTHORITY.certificate_pem)
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    assert not await comes_in(csms, "CP2", key=KEY, tls=old)
    await until(lambda: csms.admission.recent)
    assert reasons(csms.admission) == [("", Refusal.OUTDATED_TLS)]


@pytest.mark.parametrize(
    ("said", "refusal"), [(b"", Refusal.HUNG_UP), (b"\x16\x03", Refusal.HUNG_UP), (b"hello world", Refusal.TLS_FAILED)]
)
async def test_a_handshake_that_comes_to_nothing_is_told_of(csms: CentralSystem, said: bytes, refusal: Refusal) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", csms.tls_port)
    writer.write(said)
    writer.write_eof()
    await until(lambda: csms.admission.recent)
    assert reasons(csms.admission) == [("", refusal)]
    assert not csms._doors._crowd._members
    writer.close()


async def test_a_handshake_that_takes_for_ever_is_ended(make_csms: MakeCsms) -> None:
    csms = make_csms(limits=ServerLimits(open_timeout_s=0.05))
    await csms.start("127.0.0.1", None, tls=answering())
    reader, writer = await asyncio.open_connection("127.0.0.1", csms.tls_port)
    assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""
    assert reasons(csms.admission) == [("", Refusal.HUNG_UP)]
    writer.close()


async def test_handshakes_count_as_connections(make_csms: MakeCsms) -> None:
    csms = make_csms(limits=ServerLimits(sockets_per_address=2))
    csms.add_known("CP2", KEY)
    await csms.start("127.0.0.1", None, tls=answering())
    idle = [await asyncio.open_connection("127.0.0.1", csms.tls_port) for _ in range(2)]
    await until(lambda: len(csms._doors._crowd._members) == 2)
    assert not await comes_in(csms, "CP2", key=KEY, tls=station_context(AUTHORITY.certificate_pem))
    assert reasons(csms.admission) == [("", Refusal.TOO_MANY)]
    for _, writer in idle:
        writer.close()
    await until(lambda: not csms._doors._crowd._members)
    assert await comes_in(csms, "CP2", key=KEY, tls=station_context(AUTHORITY.certificate_pem))


async def test_stopping_does_not_wait_for_those_in_a_handshake(csms: CentralSystem) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", csms.tls_port)
    await until(lambda: csms._doors._crowd._members)
    async with asyncio.timeout(PATIENCE_S):
        await csms.stop()
    await until(lambda: not csms._doors._crowd._members)
    assert csms.tls_port is None
    writer.close()


async def test_stopping_hangs_up_on_stations_of_both_ports(csms: CentralSystem) -> None:
    tls = station_context(AUTHORITY.certificate_pem)
    async with station_at(csms.tls_port, "CP2", key=KEY, tls=tls) as encrypted, station_at(csms.port, "CP0") as plain:
        await encrypted.call("Heartbeat")
        await csms.stop()
        assert (await encrypted.gone(), await plain.gone()) == (1001, 1001)


async def test_the_port_for_tls_opens_moves_and_closes_beside_a_station_in_the_clear(csms: CentralSystem) -> None:
    tls = station_context(AUTHORITY.certificate_pem)
    async with station_at(csms.port, "CP0") as plain, station_at(csms.tls_port, "CP2", key=KEY, tls=tls) as encrypted:
        before = csms.tls_port
        await csms.start_tls("127.0.0.1", answering())
        assert await encrypted.gone() == 1001
        assert csms.tls_port != before
        assert await comes_in(csms, "CP2", key=KEY, tls=tls)
        await csms.stop_tls()
        await csms.stop_tls()
        assert (csms.port is None, csms.tls_port) == (False, None)
        assert await plain.call("Heartbeat")


async def test_where_one_of_two_ports_is_taken_none_is_listened_on(make_csms: MakeCsms, csms: CentralSystem) -> None:
    other = make_csms()
    assert csms.tls_port
    with pytest.raises(ListenError) as taken:
        await other.start("127.0.0.1", 0, tls=TlsPort(port=csms.tls_port, context=answering().context))
    assert taken.value.port == csms.tls_port
    assert (other.port, other.tls_port) == (None, None)


async def test_a_renewed_certificate_is_shown_to_whoever_comes_next(csms: CentralSystem) -> None:
    successor = Authority.create(NOW)
    old, new = station_context(AUTHORITY.certificate_pem), station_context(successor.certificate_pem)
    async with station_at(csms.tls_port, "CP2", key=KEY, tls=old) as peer:
        csms.renew_tls(server_context(successor.certify_server(["127.0.0.1"], NOW)))
        assert await peer.call("Heartbeat")
    assert await comes_in(csms, "CP2", key=KEY, tls=new)
    assert not await comes_in(csms, "CP2", key=KEY, tls=old)


@pytest.mark.parametrize(
    "cipher",
    [
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "AES128-GCM-SHA256",
        "AES256-GCM-SHA384",
    ],
)
async def test_the_ciphers_that_ocpp_wants(csms: CentralSystem, cipher: str) -> None:
    tls = station_context(AUTHORITY.certificate_pem)
    tls.maximum_version = ssl.TLSVersion.TLSv1_2
    tls.set_ciphers(cipher)
    async with station_at(csms.tls_port, "CP2", key=KEY, tls=tls) as peer:
        assert peer.socket.transport.get_extra_info("cipher")[0] == cipher
        assert await peer.call("Heartbeat")


async def test_a_station_is_answered_in_one_go_with_its_handshake(csms: CentralSystem) -> None:
    """The first request may come in one packet with the end of the handshake."""
    tls = station_context(AUTHORITY.certificate_pem)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = tls.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
    reader, writer = await asyncio.open_connection("127.0.0.1", csms.tls_port)
    while True:
        try:
            client.do_handshake()
            break
        except ssl.SSLWantReadError:
            writer.write(outgoing.read())
            incoming.write(await asyncio.wait_for(reader.read(65_536), PATIENCE_S))
    client.write(b"GET /CP2 HTTP/1.1\r\nHost: x\r\n\r\n")
    writer.write(outgoing.read())
    incoming.write(await asyncio.wait_for(reader.read(65_536), PATIENCE_S))
    assert client.read().startswith(b"HTTP/1.1 401")
    writer.close()


async def test_a_station_that_vanishes_at_the_end_of_its_handshake_leaves_nothing(csms: CentralSystem) -> None:
    tls = station_context(AUTHORITY.certificate_pem)
    for _ in range(5):
        _, writer = await asyncio.open_connection("127.0.0.1", csms.tls_port, ssl=tls)
        writer.transport.abort()
    await until(lambda: not csms._doors._crowd._members)
    assert await comes_in(csms, "CP2", key=KEY, tls=tls)


async def test_a_station_of_another_version_is_told_of(csms: CentralSystem, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(InvalidStatus):
        async with station_at(csms.port, "CP0", subprotocols=("ocpp1.5", "soap")):
            pass
    assert reasons(csms.admission) == [("CP0", Refusal.VERSION)]
    assert "no version of OCPP in common: it offers ocpp1.5, soap" in caplog.text


@pytest.mark.parametrize("encrypted", [False, True])
async def test_a_station_that_speaks_soap_is_told_of(
    csms: CentralSystem, caplog: pytest.LogCaptureFixture, *, encrypted: bool
) -> None:
    reader, writer = await asyncio.open_connection(
        "127.0.0.1",
        csms.tls_port if encrypted else csms.port,
        ssl=station_context(AUTHORITY.certificate_pem) if encrypted else None,
    )
    writer.write(b"POST /CP0 HTTP/1.1\r\nHost: here\r\nContent-Type: application/soap+xml\r\n\r\n<Envelope/>")
    async with asyncio.timeout(PATIENCE_S):
        assert await reader.read() == b""
    writer.close()
    assert reasons(csms.admission) == [("", Refusal.VERSION)]
    assert "it speaks OCPP over SOAP" in caplog.text


def test_what_is_no_credential_is_an_error() -> None:
    chain_pem, key_pem = self_signed()
    _, other_key_pem = self_signed()
    server_context([Credential(chain_pem=chain_pem, key_pem=key_pem)])
    with pytest.raises(ssl.SSLError):
        server_context([Credential(chain_pem=chain_pem, key_pem=other_key_pem)])


def test_a_failure_of_the_network_is_one() -> None:
    assert refusal_of(ConnectionResetError()) == (Refusal.HUNG_UP, "")
