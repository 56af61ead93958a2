"""Who may connect. Decides from the request alone; knows no socket."""

import base64
import binascii
import hmac
import logging
import re
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote, urlsplit

_LOGGER: Final = logging.getLogger(__name__)

# OCPP's identifierString, and `@`, which some vendors use. No space, no slash, nothing that could forge a log line.
_IDENTITY: Final = re.compile(r"[A-Za-z0-9*+\-_.:=@|]{1,48}", re.ASCII)

# Enough to mistype a key, or for a charger that retries every few seconds; too few to guess 20 bytes.
_MOST_FAILURES: Final = 10
_FAILURES_WITHIN: Final = timedelta(minutes=1)

_MOST_STRANGERS: Final = 8
_REMEMBERED: Final = 512

type Report = Callable[[str, str], None]
"""Is told an identity and an address."""


class Refusal(StrEnum):
    """Why somebody was not let in."""

    MALFORMED = "malformed identity"
    UNKNOWN = "unknown identity"
    CREDENTIALS = "wrong credentials"
    WEB_PAGE = "opened by a web page, not a station"
    TOO_OFTEN = "too many failures"
    TOO_MANY = "too many connections"


_STATUS: Final = {
    Refusal.MALFORMED: HTTPStatus.NOT_FOUND,
    Refusal.UNKNOWN: HTTPStatus.NOT_FOUND,
    Refusal.CREDENTIALS: HTTPStatus.UNAUTHORIZED,
    Refusal.WEB_PAGE: HTTPStatus.FORBIDDEN,
    Refusal.TOO_OFTEN: HTTPStatus.TOO_MANY_REQUESTS,
    Refusal.TOO_MANY: HTTPStatus.SERVICE_UNAVAILABLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Either `refusal` is None and `identity` may come in, or the HTTP answer is `status`."""

    identity: str
    refusal: Refusal | None = None

    @property
    def status(self) -> HTTPStatus:
        """The HTTP status of the answer."""
        return HTTPStatus.SWITCHING_PROTOCOLS if self.refusal is None else _STATUS[self.refusal]


def parse_identity(path: str) -> str | None:
    """The identity in a request's path: its last segment, percent-decoded. None when it is not one."""
    segment = path.partition("?")[0].rstrip("/").rpartition("/")[2]
    identity = unquote(segment, errors="replace")
    return identity if _IDENTITY.fullmatch(identity) else None


def opened_by_web_page(origin: str | None, host: str | None) -> bool:
    """Whether a browser opened this for a page of another site, which WebSockets, unlike other requests, let it do.

    Some stations send an Origin too, naming the csms itself, or something that is no web address.
    """
    if origin is None:
        return False
    try:
        page, here = urlsplit(origin.strip()), urlsplit(f"//{(host or '').strip()}")
        return origin.strip() == "null" or (page.scheme in {"http", "https"} and page.hostname != here.hostname)
    except ValueError:
        return True


class Admission:
    """The list of known stations, and the door.

    A known station with a key has to bring it (HTTP basic authentication, user name = identity); one without a key is
    let in with or without credentials. Unknown ones are let in while pairing is open, and reported to `on_paired`;
    otherwise the first few distinct ones are reported to `on_refused`. With `anyone` all unknown ones are let in, always.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        on_refused: Report | None = None,
        on_paired: Report | None = None,
        anyone: bool = False,
    ) -> None:
        self._now = now
        self._anyone = anyone
        self._on_refused = on_refused
        self._on_paired = on_paired
        self._keys: dict[str, str | None] = {}
        self._pairing_until: datetime | None = None
        self._paired: set[str] = set()
        self._reported: set[str] = set()
        self._failures: OrderedDict[tuple[str, str], deque[datetime]] = OrderedDict()
        self._complained: OrderedDict[tuple[str, str, Refusal], None] = OrderedDict()
        self.refusals: dict[Refusal, int] = dict.fromkeys(Refusal, 0)

    def add_known(self, identity: str, key: str | None) -> None:
        """Let this station in from now on. `key` is its AuthorizationKey, None for none. Replaces what was known."""
        if not _IDENTITY.fullmatch(identity):
            raise ValueError(f"{identity!r} is not an identity")
        self._keys[identity] = key
        self._reported.discard(identity)

    def remove_known(self, identity: str) -> None:
        """Forget this station; unknown ones are no error."""
        self._keys.pop(identity, None)

    def open_pairing(self, until: datetime) -> None:
        """Let unknown stations in until then, a few distinct ones at most."""
        self._pairing_until = until
        self._paired.clear()

    def close_pairing(self) -> None:
        """Refuse unknown stations again. Those that came in stay until their connection closes."""
        self._pairing_until = None

    @property
    def pairing(self) -> bool:
        """Whether unknown stations are let in now."""
        return self._pairing_until is not None and self._now() < self._pairing_until

    def judge(self, path: str, authorization: str | None, address: str, *, by_web_page: bool = False) -> Verdict:
        """Decide about a request: its path, its Authorization header, and the address it came from.

        `by_web_page`, see `opened_by_web_page`, matters where there is no key to show that it is the station.
        """
        identity = parse_identity(path)
        if identity is None:
            return self._refuse("", address, Refusal.MALFORMED)
        key = self._keys.get(identity)
        if key is None and by_web_page:
            return self._refuse(identity, address, Refusal.WEB_PAGE)
        if identity not in self._keys:
            return self._judge_stranger(identity, address)
        if key is None:
            return Verdict(identity=identity)
        return self._judge_key(identity, key, authorization, address)

    def refuse_crowd(self, address: str) -> None:
        """Count a connection that was closed at once, because its address, or the whole csms, has too many already."""
        self._refuse("", address, Refusal.TOO_MANY)

    def _judge_key(self, identity: str, key: str, authorization: str | None, address: str) -> Verdict:
        # Before the key is looked at: guessing on must not be told when it is right.
        if self._too_often(address, identity):
            return self._refuse(identity, address, Refusal.TOO_OFTEN)
        if not _authentic(authorization, identity, key):
            return self._refuse(identity, address, Refusal.CREDENTIALS)
        return Verdict(identity=identity)

    def _judge_stranger(self, identity: str, address: str) -> Verdict:
        if self._anyone:
            return Verdict(identity=identity)
        if self.pairing and (identity in self._paired or len(self._paired) < _MOST_STRANGERS):
            if identity not in self._paired:
                self._paired.add(identity)
                _report(self._on_paired, identity, address)
            return Verdict(identity=identity)
        if identity not in self._reported and len(self._reported) < _MOST_STRANGERS:
            self._reported.add(identity)
            _report(self._on_refused, identity, address)
        # Strangers share one count per address, apart from known stations': chargers behind one router, or one proxy,
        # must not be locked out by a stranger among them.
        refusal = Refusal.TOO_OFTEN if self._too_often(address, "") else Refusal.UNKNOWN
        return self._refuse(identity, address, refusal)

    def _too_often(self, address: str, identity: str) -> bool:
        failures = self._failures.get((address, identity))
        if failures is None:
            return False
        while failures and self._now() - failures[0] > _FAILURES_WITHIN:
            failures.popleft()
        return len(failures) >= _MOST_FAILURES

    def _refuse(self, identity: str, address: str, refusal: Refusal) -> Verdict:
        self.refusals[refusal] += 1
        if refusal in {Refusal.UNKNOWN, Refusal.CREDENTIALS, Refusal.MALFORMED}:
            subject = (address, identity if identity in self._keys else "")
            self._failures.setdefault(subject, deque(maxlen=_MOST_FAILURES)).append(self._now())
            _bound(self._failures)
        complaint = (identity, address, refusal)
        if complaint not in self._complained:
            self._complained[complaint] = None
            _bound(self._complained)
            _LOGGER.warning(
                "Refused a connection from %s as %s: %s (further ones are not logged)",
                address,
                identity or "nobody",
                refusal,
            )
        return Verdict(identity=identity, refusal=refusal)


def _report(report: Report | None, identity: str, address: str) -> None:
    if report is None:
        return
    try:
        report(identity, address)
    except Exception:
        # Whoever listens, the door has to go on working.
        _LOGGER.exception("Could not report station %s", identity)


def _bound[Key, Value](memory: OrderedDict[Key, Value]) -> None:
    if len(memory) > _REMEMBERED:
        memory.popitem(last=False)


def _authentic(authorization: str | None, identity: str, key: str) -> bool:
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
    return any(hmac.compare_digest(credentials, user + secret) for secret in _secrets(key))


def _secrets(key: str) -> list[bytes]:
    """The key as it may be sent: as it is, or, by stations that read it as hexadecimal, as the bytes it stands for.

    OCPP-J 1.6, 6.2 calls AuthorizationKey a hexadecimal number of 20 bytes; the security whitepaper makes it text.
    """
    secrets = [key.encode()]
    if re.fullmatch(r"[0-9A-Fa-f]{40}", key, re.ASCII):
        secrets.append(bytes.fromhex(key))
    return secrets
