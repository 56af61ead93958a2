"""How a Wattpilot is convinced that one knows its password, without telling it.

PBKDF2: joscha82/wattpilot, mabunixda/wattpilot. bcrypt, which a Flex wants: mk-maddin/wattpilot-HA,
tim2zg/ioBroker.fronius-wattpilot, florian-h05/wattpilot4j, which agree.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any, Final

import bcrypt

from .answers import text
from .errors import ChargerRefusedError, ChargerUnfitError, Unfit

PBKDF2: Final = "pbkdf2"
BCRYPT: Final = "bcrypt"

_ROUNDS: Final = 100_000
_BYTES: Final = 256
_LENGTH: Final = 32
_SALT: Final = "$2a$08$"
_SALT_BYTES: Final = 16
_TO_BCRYPT: Final = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
)


def auth(asked: Mapping[str, Any], key: bytes) -> dict[str, str]:
    """Answer its challenge."""
    token = secrets.token_hex(16)
    first = hashlib.sha256(text(asked.get("token1")).encode() + key).hexdigest()
    whole = hashlib.sha256(f"{token}{text(asked.get('token2'))}{first}".encode()).hexdigest()
    return {"type": "auth", "token3": token, "hash": whole}


def signed(message: Mapping[str, Any], key: bytes) -> dict[str, str]:
    """Wrap a command, so that it can tell who it is from."""
    data = json.dumps(message)
    signature = hmac.new(key, data.encode(), hashlib.sha256).hexdigest()
    return {"type": "securedMsg", "data": data, "requestId": f"{message['requestId']}sm", "hmac": signature}


def make_key(secret: str, serial: str, kind: str) -> bytes:
    """What stands for the password, with the serial number as its salt. Takes its time. Raises a `ChargerError`."""
    if not serial:
        raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no Wattpilot")
    if kind == PBKDF2:
        key = hashlib.pbkdf2_hmac("sha512", secret.encode(), serial.encode(), _ROUNDS, _BYTES)
        return base64.b64encode(key)[:_LENGTH]
    if kind == BCRYPT and serial.isascii() and serial.isdigit() and len(serial) <= _SALT_BYTES:
        digits = bytes(map(int, serial)).rjust(_SALT_BYTES, b"\0")
        salt = f"{_SALT}{base64.b64encode(digits).decode().rstrip('=').translate(_TO_BCRYPT)}"
        return bcrypt.hashpw(hashlib.sha256(secret.encode()).hexdigest().encode(), salt.encode())[len(salt) :]
    raise ChargerRefusedError("it wants its password hashed in a way that is not known", kind)
