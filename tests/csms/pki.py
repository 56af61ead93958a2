"""Certificates for tests: authorities, and stations with keys of their own."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from custom_components.smart_charging.csms.authority import Authority

NOW = datetime.now(UTC)
"""TLS libraries judge certificates by the time of day, whatever a test says."""
LONG_AGO = NOW - timedelta(days=365 * 20)

type Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a station makes when it is told to ask for a certificate."""

    csr: str
    key_pem: str


def new_key(kind: str = "P-256") -> Key:
    """A private key: the name of a curve, or the bits of RSA."""
    if kind == "Ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    curves: dict[str, ec.EllipticCurve] = {"P-192": ec.SECP192R1(), "P-256": ec.SECP256R1(), "P-384": ec.SECP384R1()}
    if kind in curves:
        return ec.generate_private_key(curves[kind])
    return rsa.generate_private_key(public_exponent=65537, key_size=int(kind))


def hash_for(key: Key) -> SHA256 | None:
    """What is signed with this key, by its own rules, or by OCPP's."""
    return None if isinstance(key, ed25519.Ed25519PrivateKey) else SHA256()


def key_text(key: Key, password: str | None = None) -> str:
    """The key as PEM."""
    locked = NoEncryption() if password is None else BestAvailableEncryption(password.encode())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked).decode()


def station_request(*common_names: str, key: Key | None = None) -> Request:
    """A station's own key, and its request."""
    key = key or new_key()
    names = [x509.NameAttribute(NameOID.COMMON_NAME, name) for name in common_names]
    names.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Maker of stations"))
    csr = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(names)).sign(key, hash_for(key))
    return Request(csr=csr.public_bytes(Encoding.PEM).decode(), key_pem=key_text(key))


def self_signed(
    name: str = "csms.example",
    *,
    key: Key | None = None,
    begins: datetime = NOW - timedelta(days=1),
    ends: datetime = NOW + timedelta(days=1),
    usage: x509.ObjectIdentifier | None = ExtendedKeyUsageOID.SERVER_AUTH,
    authority: bool | None = False,
) -> tuple[str, str]:
    """A certificate and its key, as users make them; `usage` and `authority` None leave those extensions out."""
    key = key or new_key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    if authority is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    return builder.sign(key, hash_for(key)).public_bytes(Encoding.PEM).decode(), key_text(key)


def station_context(
    trusted_pem: str | None, folder: Path | None = None, chain_pem: str | None = None, key_pem: str | None = None
) -> ssl.SSLContext:
    """How a station encrypts: whom it trusts (None: nobody is asked), and the certificate that it shows, if any."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if trusted_pem is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context.load_verify_locations(cadata=trusted_pem)
    if chain_pem is not None and folder is not None:
        file = folder / "station.pem"
        file.write_text(f"{key_pem}\n{chain_pem}", encoding="ascii")
        context.load_cert_chain(file)
    return context


def certified_station(
    authority: Authority, folder: Path, common_name: str = "CP1", identity: str = "CP1", now: datetime = NOW
) -> ssl.SSLContext:
    """A station that trusts this authority, and shows a certificate that it signed."""
    request = station_request(common_name)
    chain_pem = authority.certify_station(request.csr, identity, serials=[common_name], now=now)
    return station_context(authority.certificate_pem, folder, chain_pem, request.key_pem)


# The library takes the class of dates from `datetime` once, when it first makes a certificate: never a frozen clock's.
self_signed()
