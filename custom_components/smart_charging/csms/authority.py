"""Our own certificate authority: signs what the csms shows to stations, and what stations show to it.

The rules are those of OCPP 2.0.1, part 2, A, and of the security whitepaper for 1.6 (edition 3), which number them alike:
keys of at least 224 bits (elliptic curves) or 2048 bits (RSA) (A00.FR.501 to 503), ECDSA and SHA-256 (505, 506), PEM (507),
serial numbers (508), the organisation's name in O (509), the server's name in the CN of its certificate (510), the station's
serial number in that of its own, which is not in the format of a URL or an IP address (511), key usages (512). An operator
may be its own authority (601).

All is text in, text out, and the time is passed in; keeping the files is the caller's business.
"""

import ipaddress
import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Self
from urllib.parse import quote

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .certificates import STATION_URI, Credential, common_name, is_strong
from .errors import CsmsError

ORGANISATION: Final = "Smart Charging"
"""The O of all that is signed here, and what a station's `CpoName` (1.6) or `OrganizationName` (2.0.1) is to be."""

# Before 2038, where clocks of 32 bits end.
_AUTHORITY_TIME: Final = timedelta(days=365 * 10)
# OCPP recommends less than a day, in place of a revocation (A00.FR.701). Stations whose clock is off would then be gone for
# good; whoever has the server's key here has the authority's as well.
_SERVER_TIME: Final = timedelta(days=365)
# A home has nobody who sees to it that a station asks for a new one in time, and one without is lost; one that shall not
# come in any more is removed from the list of those that may.
_STATION_TIME: Final = timedelta(days=365 * 5)
# For stations whose clock is a little slow; the newest certificate is the one that is used (A02.FR.09).
_SLOW_CLOCK: Final = timedelta(days=1)
# For stations that start without knowing the time: they are told it only after they have connected.
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_RSA_BITS: Final = 2048
_LONGEST_CSR: Final = 5500
"""Characters; the limit of `SignCertificate` in 1.6 and 2.0.1."""
_LONGEST_NAME: Final = 64
"""X.520's bound of a common name."""

type _PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class RequestRefused(CsmsError):  # noqa: N818 -- as csms/errors.py
    """A station's request for a certificate is not granted; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A certificate, which stations are to trust, and its private key; both PEM, as they are to be kept."""

    certificate_pem: str
    key_pem: str = field(repr=False)

    @classmethod
    def create(cls, now: datetime) -> Self:
        """Make a new authority. Every station has to be given its certificate (`InstallCertificate`, or by hand)."""
        key = ec.generate_private_key(ec.SECP256R1())
        # The last part tells it from the one before, if there was one.
        name = _name(f"{ORGANISATION} {secrets.token_hex(3)}")
        certificate = (
            _builder(name, key.public_key(), begins=_EPOCH, ends=now + _AUTHORITY_TIME)
            .issuer_name(name)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .sign(key, SHA256())
        )
        return cls(certificate_pem=_pem(certificate), key_pem=_key_pem(key))

    def certify_server(self, hosts: Sequence[str], now: datetime) -> tuple[Credential, ...]:
        """Make what the csms shows to stations that call it by any of these names and addresses, the likeliest first.

        Two, for stations know one or the other only: ECDSA and RSA (A00.FR.317 of the whitepaper, 318 of 2.0.1). The
        latter takes up to some seconds on a small computer.
        """
        rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
        return tuple(
            self._certify_server(hosts, key, now) for key in (ec.generate_private_key(ec.SECP256R1()), rsa_key)
        )

    def certify_station(self, csr: str, identity: str, *, serials: Collection[str] = (), now: datetime) -> str:
        """Sign what a station sent with `SignCertificate`; returns the chain for `CertificateSigned`, which is one alone.

        `serials` are the serial numbers that this station told of itself. Its common name has to be one of them, or its
        identity, for which see `StationCertificate.is_of`; the identity is written into the certificate beside that, so
        that no station can come in by the name of another. The organisation is ours, whatever the request says: not every
        station has a place to write it (A02.FR.13), and who signs decides. Nothing else is taken over from the request.
        Raises `RequestRefused`.
        """
        request = _load_request(csr)
        name = common_name(request.subject)
        if name not in {identity, *serials}:
            raise RequestRefused(f"its common name is {name!r}: neither the station's identity nor its serial number")
        if "://" in name or _address(name) is not None:
            raise RequestRefused(f"its common name is {name!r}: in the format of a URL or an IP address")
        uri = x509.UniformResourceIdentifier(STATION_URI + quote(identity, safe=""))
        certificate = (
            self._leaf(name, request.public_key(), begins=now - _SLOW_CLOCK, ends=now + _STATION_TIME)
            .add_extension(_usage(), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName([uri]), critical=False)
            .sign(self._key(), SHA256())
        )
        return _pem(certificate)

    def _certify_server(self, hosts: Sequence[str], key: _PrivateKey, now: datetime) -> Credential:
        # TLS_RSA_WITH_… encrypts with the key.
        encrypts = isinstance(key, rsa.RSAPrivateKey)
        certificate = (
            self._leaf(hosts[0][:_LONGEST_NAME], key.public_key(), begins=_EPOCH, ends=now + _SERVER_TIME)
            .add_extension(_usage(encrypts=encrypts), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName([*_alternative_names(hosts)]), critical=False)
            .sign(self._key(), SHA256())
        )
        return Credential(chain_pem=_pem(certificate), key_pem=_key_pem(key))

    def _leaf(
        self, name: str, key: CertificatePublicKeyTypes, *, begins: datetime, ends: datetime
    ) -> x509.CertificateBuilder:
        """Begin a certificate that is nobody's authority, and that ends no later than ours."""
        own = x509.load_pem_x509_certificate(self.certificate_pem.encode())
        own_key = own.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        return (
            _builder(_name(name), key, begins=begins, ends=min(ends, own.not_valid_after_utc))
            .issuer_name(own.subject)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own_key), critical=False)
        )

    def _key(self) -> ec.EllipticCurvePrivateKey:
        key = load_pem_private_key(self.key_pem.encode(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("an authority's key is on an elliptic curve")
        return key


def _load_request(csr: str) -> x509.CertificateSigningRequest:
    """Read and judge a request's form, its key, and that whoever asks has that key. Raises `RequestRefused`."""
    if len(csr) > _LONGEST_CSR:
        raise RequestRefused(f"it has more than {_LONGEST_CSR} characters")
    try:
        # Some stations escape their line breaks twice.
        request = x509.load_pem_x509_csr(csr.replace("\\n", "\n").strip().encode())
        if not is_strong(request.public_key()):
            raise RequestRefused("its key is too weak, or of a kind that OCPP does not allow")
        if not request.is_signature_valid:
            raise RequestRefused("its signature is wrong")
    except (ValueError, InvalidSignature, UnsupportedAlgorithm) as error:
        raise RequestRefused("it is no certificate signing request in PEM") from error
    return request


def _builder(
    subject: x509.Name, key: CertificatePublicKeyTypes, *, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _usage(*, signs_certificates: bool = False, encrypts: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=encrypts,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative_names(hosts: Iterable[str]) -> Iterator[x509.GeneralName]:
    """The names as they are compared with the address that was dialled.

    OCPP would have the common name alone (A00.FR.511, with an exception for several network paths, as here); TLS libraries
    have ceased to look at it where there are others. Addresses are named as names too, for Mbed TLS, which many chargers
    use, looked at no other kind before 3.6.
    """
    for host in dict.fromkeys(hosts):
        yield x509.DNSName(host)
        address = _address(host)
        if address is not None:
            yield x509.IPAddress(address)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def _key_pem(key: _PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
