"""AuthorizationKeys: made so that every station can take them, and compared as stations send them."""

import base64
import binascii
import hmac
import re
import secrets
import string
from typing import Final

from .versions import Version

_LETTERS: Final = string.ascii_letters + string.digits
_BYTES: Final = 20

# OCPP-J 1.6, 6.2: 20 bytes. OCPP 1.6 security whitepaper (edition 3), A00.FR.205: 16 to 20 bytes, as hexadecimal digits.
_HEXADECIMAL: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){16,20}", re.ASCII)


def setting_of_key(version: Version | None) -> str:
    """Where a station keeps its key, as `Station.write_configuration` calls it (A01.FR.01 and 02 of both versions)."""
    return "AuthorizationKey" if version in {None, Version.V16} else "SecurityCtrlr.BasicAuthPassword"


def generate_key() -> str:
    """Make a new key: 40 hexadecimal digits, which stand for 20 random letters and digits (119 bits of chance).

    OCPP 1.6 calls the key a hexadecimal number of up to 20 bytes, which some stations send as it is and some as the bytes
    it stands for; OCPP 2.0.1 calls it a text of 16 to 40 characters (`BasicAuthPassword`, A00.FR.205), of which hexadecimal
    digits are some. That the bytes are letters and digits too is for stations that keep them as text, and for those whose
    HTTP library sends nothing else (RFC 7617 knows no control characters).
    """
    return "".join(secrets.choice(_LETTERS) for _ in range(_BYTES)).encode().hex()


def is_authentic(authorization: str | None, identity: str, key: str) -> bool:
    """Whether the header is `Basic` with this identity and this key, compared in constant time."""
    scheme, _, encoded = (authorization or "").strip().partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        credentials = base64.b64decode(encoded.strip(), validate=True)
    except binascii.Error, ValueError:
        return False
    user = identity.encode() + b":"
    # An identity may contain a colon, so the whole is compared, not its parts.
    return any(hmac.compare_digest(credentials, user + secret) for secret in _as_sent(key))


def _as_sent(key: str) -> list[bytes]:
    """The key as it may be sent: as it is, or, by stations that read it as hexadecimal, as the bytes it stands for."""
    sent = [key.encode()]
    if _HEXADECIMAL.fullmatch(key):
        sent.append(bytes.fromhex(key))
    return sent
