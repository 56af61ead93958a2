"""HTTP digest authentication as a server checks it (RFC 7616): MD5 and `qop=auth`."""

import re
from hashlib import md5
from secrets import token_hex

from aiohttp import web

_FIELD = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')


class Digest:
    """Knows one user, and hands out challenges."""

    def __init__(self, realm: str, user: str, password: str) -> None:
        self._realm, self._user, self._password = realm, user, password
        self._nonces: set[str] = set()

    def challenge(self) -> dict[str, str]:
        """The headers of the answer to whoever is not known."""
        nonce = token_hex(16)
        self._nonces.add(nonce)
        told = f'realm="{self._realm}", qop="auth", nonce="{nonce}", opaque="{token_hex(16)}"'
        return {"WWW-Authenticate": f"Digest {told}"}

    def knows(self, request: web.Request) -> bool:
        """Tell whether who asks this has the password."""
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        told = {name: quoted or bare for name, quoted, bare in _FIELD.findall(rest)}
        if (scheme, told.get("username"), told.get("realm")) != ("Digest", self._user, self._realm):
            return False
        if told.get("nonce") not in self._nonces or told.get("uri") != request.raw_path or told.get("qop") != "auth":
            return False
        return told.get("response") == response_to(told, self._password, request.method)


def response_to(told: dict[str, str], password: str, method: str) -> str:
    """What proves, to a challenge that is `told` back, that the password is known (RFC 7616, 3.4.1)."""
    secret = _hash(told["username"], told["realm"], password)
    return _hash(secret, told["nonce"], told["nc"], told["cnonce"], told["qop"], _hash(method, told["uri"]))


def _hash(*parts: str) -> str:
    return md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()
