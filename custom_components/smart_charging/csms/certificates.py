"""Certificates as PEM text: what stands in them, and whether a server can use them."""

import contextlib
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from urllib.parse import unquote

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .errors import CsmsError
from .security import StationCertificate

RENEW_BEFORE: Final = timedelta(days=30)
"""How long before its end a certificate is to be replaced: OCPP's own month (2.0.1 and security whitepaper, A03.FR.02)."""

STATION_URI: Final = "urn:smart-charging:station:"
"""What our own authority writes before a station's identity (percent-encoded), as a subject alternative name of type URI."""

_CERTIFICATE: Final = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)

# OCPP 2.0.1, A00.FR.502 and 503, and the same numbers of the whitepaper: 112 bits of security.
_LEAST_RSA_BITS: Final = 2048
_LEAST_CURVE_BITS: Final = 224
# More than anybody uses: each check of a signature costs us.
_MOST_RSA_BITS: Final = 8192

_SERVER_USAGES: Final = frozenset({ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A certificate with those that lead from it towards its root, and its private key; all PEM."""

    chain_pem: str
    key_pem: str = field(repr=False)


class CertificateFault(StrEnum):
    """Why a certificate cannot be used."""

    NO_CERTIFICATE = "no_certificate"
    """There is none in this text; a file of binary ones (DER) is not read."""
    NO_KEY = "no_key"
    LOCKED = "key_locked"
    """The private key has a password."""
    MISMATCH = "key_mismatch"
    """The private key belongs to another certificate; a chain has to begin with the server's own."""
    WEAK = "key_weak"
    EXPIRED = "certificate_expired"
    NOT_YET = "certificate_not_yet_valid"
    NO_SERVER = "not_a_server_certificate"
    NO_AUTHORITY = "not_an_authority"


class CertificateUnusable(CsmsError):  # noqa: N818 -- as csms/errors.py
    """A certificate cannot be used, for this reason."""

    def __init__(self, fault: CertificateFault) -> None:
        self.fault = fault
        super().__init__(f"the certificate cannot be used: {fault}")


def judge_server(credential: Credential, now: datetime) -> None:
    """Judge what a user brought to be shown to stations. Raises `CertificateUnusable`."""
    certificate = _certificates(credential.chain_pem)[0]
    public_key = _load_public_key(credential.key_pem)
    if public_key != certificate.public_key():
        raise CertificateUnusable(CertificateFault.MISMATCH)
    if not is_strong(public_key):
        raise CertificateUnusable(CertificateFault.WEAK)
    _judge_dates(certificate, now)
    usage = _extension(certificate, x509.ExtendedKeyUsage)
    if usage is not None and _SERVER_USAGES.isdisjoint(usage):
        raise CertificateUnusable(CertificateFault.NO_SERVER)


def judge_authority(pem: str, now: datetime) -> None:
    """Judge the certificates of an authority that a user brought, to know stations by. Raises `CertificateUnusable`."""
    for certificate in _certificates(pem):
        _judge_dates(certificate, now)
        constraints = _extension(certificate, x509.BasicConstraints)
        if constraints is None or not constraints.ca:
            raise CertificateUnusable(CertificateFault.NO_AUTHORITY)


def is_due(pem: str, now: datetime) -> bool:
    """Whether the first of these certificates has to be replaced, because it ends soon, or has ended."""
    return now >= ends_at(pem) - RENEW_BEFORE


def ends_at(pem: str) -> datetime:
    """When the first of these certificates ends, UTC. Raises `CertificateUnusable` where there is none."""
    return _certificates(pem)[0].not_valid_after_utc


def hosts_of(pem: str) -> frozenset[str]:
    """The names and addresses that the first of these certificates is for. Raises `CertificateUnusable`."""
    names = _extension(_certificates(pem)[0], x509.SubjectAlternativeName)
    if names is None:
        return frozenset()
    addresses = names.get_values_for_type(x509.IPAddress)
    return frozenset({*names.get_values_for_type(x509.DNSName), *map(str, addresses)})


def fingerprint_of(pem: str) -> str:
    """A short fingerprint that people compare by eye: SHA-256, in pairs of hexadecimal digits."""
    return _certificates(pem)[0].fingerprint(SHA256()).hex(":").upper()


def station_certificate(peer: dict[str, Any] | None) -> StationCertificate | None:
    """What a client's certificate says, from `ssl`'s `getpeercert()`, which gives only those that were verified."""
    if not peer:
        return None
    names = [value for part in peer.get("subject", ()) for name, value in part if name == "commonName"]
    ours = [
        unquote(value.removeprefix(STATION_URI))
        for kind, value in peer.get("subjectAltName", ())
        if kind == "URI" and value.startswith(STATION_URI)
    ]
    return StationCertificate(common_name=names[0] if len(names) == 1 else "", identity=ours[0] if ours else None)


def is_strong(key: object) -> bool:
    """Whether a public key is of a kind and length that OCPP allows (A00.FR.501 to 503)."""
    match key:
        case rsa.RSAPublicKey():
            return _LEAST_RSA_BITS <= key.key_size <= _MOST_RSA_BITS
        case ec.EllipticCurvePublicKey():
            return key.key_size >= _LEAST_CURVE_BITS
        case _:
            return False


def common_name(name: x509.Name) -> str:
    """The common name; "" where there is none, or several."""
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if len(found) == 1 else ""


def _certificates(pem: str) -> list[x509.Certificate]:
    found = []
    with contextlib.suppress(ValueError):
        found = [x509.load_pem_x509_certificate(text.encode()) for text in _CERTIFICATE.findall(pem)]
    if not found:
        raise CertificateUnusable(CertificateFault.NO_CERTIFICATE)
    return found


def _load_public_key(key_pem: str) -> object:
    try:
        return load_pem_private_key(key_pem.encode(), password=None).public_key()
    except TypeError:
        # What the library says where there is a password.
        raise CertificateUnusable(CertificateFault.LOCKED) from None
    except ValueError, UnsupportedAlgorithm:
        raise CertificateUnusable(CertificateFault.NO_KEY) from None


def _judge_dates(certificate: x509.Certificate, now: datetime) -> None:
    if now > certificate.not_valid_after_utc:
        raise CertificateUnusable(CertificateFault.EXPIRED)
    if now < certificate.not_valid_before_utc:
        raise CertificateUnusable(CertificateFault.NOT_YET)


def _extension[Extension: x509.ExtensionType](certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound, ValueError:
        return None
