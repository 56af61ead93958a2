"""TLS as OCPP's security profiles 2 and 3 want it, and what went wrong where a handshake failed."""

import ssl
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .certificates import Credential
from .refusals import Refusal

# OCPP 2.0.1, A00.FR.318 (whitepaper: 317) wants four, of which those without ECDHE are for stations that know no other, and
# therefore last; the rest is what else is good: ECDHE with RSA, and ChaCha20 for processors without AES. TLS 1.3 has its own.
_CIPHERS: Final = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsPort:
    """Where to listen for stations that encrypt, and with what to answer them. Port 0 takes any free one."""

    port: int
    context: ssl.SSLContext


def server_context(credentials: Iterable[Credential], *, station_authority_pem: str | None = None) -> ssl.SSLContext:
    """Make what a TLS port answers with: TLS 1.2 or above, no compression (A00.FR.312 to 320).

    With `station_authority_pem`, the certificates of one or more authorities, stations are asked for a certificate, and one
    that shows none is answered all the same, for its profile may be 2; one that shows one that does not hold, or that is no
    client's, is not. Reads and writes files, so not for an event loop. Raises `ssl.SSLError` for what is no credential; see
    `certificates.judge_server`.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(":".join(_CIPHERS))
    # No session is resumed: a certificate that has expired, or whose authority is no more trusted, would come in by it.
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE | ssl.OP_NO_TICKET
    context.num_tickets = 0
    for credential in credentials:
        _load(context, credential)
    if station_authority_pem is not None:
        context.load_verify_locations(cadata=station_authority_pem)
        context.verify_mode = ssl.CERT_OPTIONAL
    return context


def _load(context: ssl.SSLContext, credential: Credential) -> None:
    # Python's TLS takes a private key from a file only. This one is readable by us alone, and gone when it was read.
    with tempfile.TemporaryDirectory(prefix="smart_charging_") as folder:
        file = Path(folder, "credential.pem")
        file.write_text(f"{credential.key_pem}\n{credential.chain_pem}", encoding="utf-8")
        # A key with a password would have OpenSSL ask for it on the terminal.
        context.load_cert_chain(file, password=lambda: "")


def refusal_of(error: OSError) -> tuple[Refusal, str]:
    """Why a handshake failed, and OpenSSL's words for the log, if it has any."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Refusal.BAD_CERTIFICATE, error.verify_message
    reason = error.reason if isinstance(error, ssl.SSLError) else ""
    return _judge_reason(reason or ""), (reason or "").lower().replace("_", " ")


def _judge_reason(reason: str) -> Refusal:
    """Judge OpenSSL's name of what went wrong; those with `ALERT` are what the station said."""
    if reason in {"HTTP_REQUEST", "HTTPS_PROXY_REQUEST"}:
        return Refusal.PLAIN_ON_TLS
    if "ALERT" in reason and ("CERTIFICATE" in reason or "UNKNOWN_CA" in reason):
        return Refusal.DISTRUSTED
    if reason in _OUTDATED:
        return Refusal.OUTDATED_TLS
    return Refusal.HUNG_UP if reason in _HUNG_UP else Refusal.TLS_FAILED


_OUTDATED: Final = frozenset(
    {
        "UNSUPPORTED_PROTOCOL",
        "NO_SHARED_CIPHER",
        "NO_SUITABLE_SIGNATURE_ALGORITHM",
        "VERSION_TOO_LOW",
        "TLSV1_ALERT_PROTOCOL_VERSION",
        "TLSV1_ALERT_INSUFFICIENT_SECURITY",
        "SSLV3_ALERT_HANDSHAKE_FAILURE",
    }
)
_HUNG_UP: Final = frozenset({"", "UNEXPECTED_EOF_WHILE_READING"})
