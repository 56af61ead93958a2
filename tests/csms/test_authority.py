"""Our own authority: what it signs, and what it does not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from custom_components.smart_charging.csms.authority import ORGANISATION, Authority, RequestRefused
from custom_components.smart_charging.csms.certificates import (
    CertificateFault,
    CertificateUnusable,
    Credential,
    common_name,
    ends_at,
    fingerprint_of,
    hosts_of,
    is_due,
    judge_authority,
    judge_server,
    station_certificate,
)
from custom_components.smart_charging.csms.security import StationCertificate

from .pki import NOW, key_text, new_key, self_signed, station_request

HOSTS = ("192.0.2.7", "homeassistant.local", "2001:db8::7", "192.0.2.7")


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.create(NOW)


def load(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


def test_an_authority_is_one_and_ends_before_clocks_of_32_bits_do(authority: Authority) -> None:
    certificate = load(authority.certificate_pem)
    certificate.verify_directly_issued_by(certificate)
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert certificate.not_valid_before_utc == datetime(1970, 1, 1, tzinfo=UTC)
    assert Authority.create(datetime(2026, 6, 1, tzinfo=UTC)).certificate_pem != authority.certificate_pem
    assert ends_at(Authority.create(datetime(2026, 6, 1, tzinfo=UTC)).certificate_pem) < datetime(
        2038, 1, 19, tzinfo=UTC
    )
    judge_authority(authority.certificate_pem, NOW)


def test_a_private_key_is_in_no_text_that_may_be_logged(authority: Authority) -> None:
    (credential, _) = authority.certify_server(HOSTS, NOW)
    assert "PRIVATE" not in repr(authority) + repr(credential)
    assert "PRIVATE" in authority.key_pem
    assert "PRIVATE" in credential.key_pem


def test_the_server_is_certified_for_all_its_names_in_both_ways_of_signing(authority: Authority) -> None:
    credentials = authority.certify_server(HOSTS, NOW)
    kinds = []
    for credential in credentials:
        certificate = load(credential.chain_pem)
        certificate.verify_directly_issued_by(load(authority.certificate_pem))
        kinds.append(type(certificate.public_key()).__name__)
        assert common_name(certificate.subject) == "192.0.2.7"
        assert certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == ORGANISATION
        assert hosts_of(credential.chain_pem) == {"192.0.2.7", "homeassistant.local", "2001:db8::7"}
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        assert [*usage] == [ExtendedKeyUsageOID.SERVER_AUTH]
        judge_server(credential, NOW)
    assert kinds == ["ECPublicKey", "RSAPublicKey"]


def test_certificates_are_replaced_in_time_and_none_outlives_its_authority(authority: Authority) -> None:
    (credential, _) = authority.certify_server(HOSTS, NOW)
    assert not is_due(credential.chain_pem, NOW + timedelta(days=334))
    assert is_due(credential.chain_pem, NOW + timedelta(days=336))
    late = NOW + timedelta(days=365 * 10 - 100)
    chain_pem = authority.certify_station(station_request("CP1").csr, "CP1", now=late)
    assert ends_at(chain_pem) == ends_at(authority.certificate_pem)


def test_a_station_is_certified_by_its_identity(authority: Authority) -> None:
    request = station_request("CP1")
    chain_pem = authority.certify_station(request.csr, "CP1", now=NOW)
    certificate = load(chain_pem)
    certificate.verify_directly_issued_by(load(authority.certificate_pem))
    assert common_name(certificate.subject) == "CP1"
    # The organisation is that of who signs, not what the station wrote.
    assert certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == ORGANISATION
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [*usage] == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert certificate.public_key() == x509.load_pem_x509_csr(request.csr.encode()).public_key()
    assert len(chain_pem) < 2500  # what the smallest of stations take


@pytest.mark.parametrize("kind", ["P-384", "2048"])
def test_a_station_chooses_its_kind_of_key(authority: Authority, kind: str) -> None:
    key = new_key(kind)
    chain_pem = authority.certify_station(station_request("CP1", key=key).csr, "CP1", now=NOW)
    assert load(chain_pem).public_key() == key.public_key()


def test_a_station_may_name_its_serial_number_and_is_bound_to_its_identity(authority: Authority) -> None:
    chain_pem = authority.certify_station(station_request("SN-7").csr, "a:b@c", serials=["SN-7"], now=NOW)
    names = load(chain_pem).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == ["urn:smart-charging:station:a%3Ab%40c"]


def escaped(csr: str) -> str:
    return csr.replace("\n", "\\n")


def carriage_returns(csr: str) -> str:
    return "\n" + csr.replace("\n", "\r\n")


@pytest.mark.parametrize("spoil", [escaped, carriage_returns, str.strip])
def test_line_breaks_are_read_as_stations_write_them(authority: Authority, spoil: Callable[[str], str]) -> None:
    assert authority.certify_station(spoil(station_request("CP1").csr), "CP1", now=NOW)


def forged() -> str:
    """A request that was not signed with the key that it names."""
    spoilt = bytearray(x509.load_pem_x509_csr(station_request("CP1").csr.encode()).public_bytes(Encoding.DER))
    spoilt[-1] ^= 1
    return x509.load_der_x509_csr(bytes(spoilt)).public_bytes(Encoding.PEM).decode()


@pytest.mark.parametrize(
    ("csr", "because"),
    [
        (station_request("CP2").csr, "its common name is 'CP2': neither the station's identity nor its serial number"),
        (station_request().csr, "its common name is '': neither"),
        (station_request("CP1", "CP2").csr, "its common name is '': neither"),
        (station_request("CP1", key=new_key("1024")).csr, "its key is too weak"),
        (station_request("CP1", key=new_key("P-192")).csr, "its key is too weak"),
        (station_request("CP1", key=new_key("Ed25519")).csr, "of a kind that OCPP does not allow"),
        (forged(), "its signature is wrong"),
        ("", "it is no certificate signing request"),
        (
            "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----",
            "it is no certificate signing",
        ),
        ("x" * 5501, "it has more than 5500 characters"),
    ],
)
def test_what_is_not_signed(authority: Authority, csr: str, because: str) -> None:
    with pytest.raises(RequestRefused, match=because):
        authority.certify_station(csr, "CP1", now=NOW)


@pytest.mark.parametrize("name", ["192.0.2.9", "2001:db8::9"])
def test_a_station_is_not_certified_as_a_server(authority: Authority, name: str) -> None:
    with pytest.raises(RequestRefused, match="in the format of a URL or an IP address"):
        authority.certify_station(station_request(name).csr, name, now=NOW)


def test_an_authority_kept_with_another_kind_of_key_is_an_error(authority: Authority) -> None:
    broken = Authority(certificate_pem=authority.certificate_pem, key_pem=key_text(new_key("2048")))
    with pytest.raises(TypeError):
        broken.certify_station(station_request("CP1").csr, "CP1", now=NOW)


GOOD_CHAIN, GOOD_KEY = self_signed()


@pytest.mark.parametrize(
    ("chain_pem", "key_pem", "fault"),
    [
        (GOOD_CHAIN, GOOD_KEY, None),
        (
            "Bag Attributes: Müller\n" + GOOD_CHAIN,
            "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + GOOD_KEY,
            None,
        ),
        (GOOD_CHAIN + GOOD_KEY, GOOD_CHAIN + GOOD_KEY, None),
        (*self_signed(usage=None), None),
        (*self_signed(usage=ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE), None),
        (GOOD_KEY, GOOD_KEY, CertificateFault.NO_CERTIFICATE),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", GOOD_KEY, CertificateFault.NO_CERTIFICATE),
        (GOOD_CHAIN, GOOD_CHAIN, CertificateFault.NO_KEY),
        (GOOD_CHAIN, key_text(new_key(), "password"), CertificateFault.LOCKED),
        (GOOD_CHAIN, key_text(new_key()), CertificateFault.MISMATCH),
        (*self_signed(key=new_key("1024")), CertificateFault.WEAK),
        (*self_signed(ends=NOW - timedelta(hours=1)), CertificateFault.EXPIRED),
        (*self_signed(begins=NOW + timedelta(hours=1)), CertificateFault.NOT_YET),
        (*self_signed(usage=ExtendedKeyUsageOID.CLIENT_AUTH), CertificateFault.NO_SERVER),
    ],
)
def test_a_user_s_certificate_is_judged_in_words(chain_pem: str, key_pem: str, fault: CertificateFault | None) -> None:
    credential = Credential(chain_pem=chain_pem, key_pem=key_pem)
    if fault is None:
        judge_server(credential, NOW)
        return
    with pytest.raises(CertificateUnusable) as unusable:
        judge_server(credential, NOW)
    assert unusable.value.fault is fault


@pytest.mark.parametrize("authority_extension", [False, None])
def test_a_user_s_authority_has_to_be_one(*, authority_extension: bool | None) -> None:
    judge_authority(self_signed(authority=True)[0] + self_signed(authority=True)[0], NOW)
    with pytest.raises(CertificateUnusable) as unusable:
        judge_authority(self_signed(authority=True)[0] + self_signed(authority=authority_extension)[0], NOW)
    assert unusable.value.fault is CertificateFault.NO_AUTHORITY


def test_hosts_and_fingerprint_of_any_certificate() -> None:
    assert hosts_of(GOOD_CHAIN) == frozenset()
    assert len(fingerprint_of(GOOD_CHAIN).split(":")) == 32


@pytest.mark.parametrize(
    ("peer", "certificate"),
    [
        (None, None),
        ({}, None),
        ({"subject": ((("organizationName", "x"),), (("commonName", "CP1"),))}, StationCertificate(common_name="CP1")),
        ({"subject": ((("commonName", "A"),), (("commonName", "B"),))}, StationCertificate(common_name="")),
        (
            {
                "subject": ((("commonName", "SN"),),),
                "subjectAltName": (("URI", "urn:other:x"), ("URI", "urn:smart-charging:station:a%3Ab"), ("DNS", "x")),
            },
            StationCertificate(common_name="SN", identity="a:b"),
        ),
    ],
)
def test_whose_certificate_it_is(peer: dict[str, object] | None, certificate: StationCertificate | None) -> None:
    assert station_certificate(peer) == certificate
