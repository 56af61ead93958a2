"""Who may connect. Decides from the request alone; knows no socket."""

import logging
import re
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote, urlsplit

from .keys import is_authentic
from .refusals import STATUSES, Refusal, Refusals, TurnedAway, legible
from .security import PLAIN, SecurityProfile, Wire

_LOGGER: Final = logging.getLogger(__name__)

# OCPP's identifierString, and `@`, which some vendors use. No space, no slash, nothing that could forge a log line.
_IDENTITY: Final = re.compile(r"[A-Za-z0-9*+\-_.:=@|]{1,48}", re.ASCII)

# Enough to mistype a key, or for a charger that retries every few seconds; too few to guess 20 bytes.
_MOST_FAILURES: Final = 10
_FAILURES_WITHIN: Final = timedelta(minutes=1)
_FAILURES: Final = frozenset({Refusal.UNKNOWN, Refusal.CREDENTIALS, Refusal.MALFORMED})

_MOST_STRANGERS: Final = 8
_REMEMBERED: Final = 512

type Report = Callable[[str, str], None]
"""Is told an identity and an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Either `refusal` is None and `identity` may come in, or the HTTP answer is `status`."""

    identity: str
    refusal: Refusal | None = None

    @property
    def status(self) -> HTTPStatus:
        """The HTTP status of the answer."""
        return HTTPStatus.SWITCHING_PROTOCOLS if self.refusal is None else STATUSES[self.refusal]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A station that may come in, and what it has to bring. See `Admission.add_known`."""

    key: str | None = field(repr=False)
    previous_key: str | None = field(repr=False)
    profile: SecurityProfile
    serials: frozenset[str]
    key_seen: bool = False

    @property
    def needs_key(self) -> bool:
        return self.key is not None and self.previous_key != ""


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
    let in with or without credentials. One that has to use TLS, or a client certificate, is not let in without. Unknown
    ones are let in while pairing is open, and reported to `on_paired`; otherwise the first few distinct ones are reported
    to `on_refused`. With `anyone` all unknown ones are let in, always. Everybody who is turned away, for whatever reason,
    is in `recent` for a while.
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
        self._known: dict[str, _Known] = {}
        self._pairing_until: datetime | None = None
        self._paired: set[str] = set()
        self._reported: set[str] = set()
        self._failures: OrderedDict[tuple[str, str], deque[datetime]] = OrderedDict()
        self._refusals = Refusals()

    @property
    def refusals(self) -> Mapping[Refusal, int]:
        """How many were turned away, by reason."""
        return self._refusals.counts

    @property
    def recent(self) -> tuple[TurnedAway, ...]:
        """Who was turned away lately, newest last: the latest of each station, address and reason."""
        return self._refusals.recent

    def add_known(
        self,
        identity: str,
        key: str | None,
        *,
        previous_key: str | None = None,
        profile: SecurityProfile = SecurityProfile.NONE,
        serials: Iterable[str] = (),
    ) -> None:
        """Let this station in from now on. `key` is its AuthorizationKey, None for none. Replaces what was known.

        `previous_key` is the one that it had before, "" for none: both are taken until it has brought the new one, for a
        station that says yes to a new key may use it only after its next restart, or never (OCPP would have us forget the
        old one at its yes: A01.FR.03). `profile` is the least that it has to use: below `TLS` it may come by any port,
        from there on only encrypted, and with `CLIENT_CERTIFICATE` only with a certificate of its own, which is then
        enough; so it is for those of lower profiles that have a key. `serials` are common names, beside its identity, that
        its certificate may have.
        """
        if not _IDENTITY.fullmatch(identity):
            raise ValueError(f"{identity!r} is not an identity")
        key_seen = self.key_seen(identity) and self._known[identity].key == key
        self._known[identity] = _Known(
            key=key,
            previous_key=None if key_seen else previous_key,
            profile=profile,
            serials=frozenset(serials),
            key_seen=key_seen,
        )
        self._reported.discard(identity)

    def key_seen(self, identity: str) -> bool:
        """Whether this station has brought the key that it has to, since it was given."""
        known = self._known.get(identity)
        return known is not None and known.key_seen

    def knows(self, identity: str) -> bool:
        """Whether this station may come in at any time."""
        return identity in self._known

    def remove_known(self, identity: str) -> None:
        """Forget this station; unknown ones are no error."""
        self._known.pop(identity, None)

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

    def judge(
        self, path: str, authorization: str | None, address: str, *, by_web_page: bool = False, wire: Wire = PLAIN
    ) -> Verdict:
        """Decide about a request: its path, its Authorization header, the address it came from, and the connection.

        `by_web_page`, see `opened_by_web_page`, matters where there is no key to show that it is the station.
        """
        identity = parse_identity(path)
        if identity is None:
            return self._refuse("", address, Refusal.MALFORMED, path=legible(path))
        known = self._known.get(identity)
        if by_web_page and not (known is not None and known.needs_key):
            return self._refuse(identity, address, Refusal.WEB_PAGE)
        if known is None:
            return self._judge_stranger(identity, address)
        return self._judge_known(identity, known, authorization, address, wire)

    def turn_away(self, address: str, refusal: Refusal, *, identity: str = "", detail: str = "") -> None:
        """Take note of somebody who was turned away elsewhere, before or after `judge`. `detail` is for the log."""
        self._refuse(identity, address, refusal, detail=detail)

    def _judge_known(
        self, identity: str, known: _Known, authorization: str | None, address: str, wire: Wire
    ) -> Verdict:
        if known.profile >= SecurityProfile.TLS and not wire.encrypted:
            return self._refuse(identity, address, Refusal.UNENCRYPTED)
        if wire.certificate is not None and wire.certificate.is_of(identity, known.serials):
            return Verdict(identity=identity)
        if known.profile is SecurityProfile.CLIENT_CERTIFICATE:
            refusal = Refusal.NO_CERTIFICATE if wire.certificate is None else Refusal.OTHER_CERTIFICATE
            return self._refuse(identity, address, refusal)
        return self._judge_key(identity, known, authorization, address)

    def _judge_key(self, identity: str, known: _Known, authorization: str | None, address: str) -> Verdict:
        if known.key is None:
            return Verdict(identity=identity)
        # Before the key is looked at: guessing on must not be told when it is right.
        if known.needs_key and self._too_often(address, identity):
            return self._refuse(identity, address, Refusal.TOO_OFTEN)
        if is_authentic(authorization, identity, known.key):
            self._known[identity] = replace(known, previous_key=None, key_seen=True)
            return Verdict(identity=identity)
        if not known.needs_key or (
            known.previous_key is not None and is_authentic(authorization, identity, known.previous_key)
        ):
            return Verdict(identity=identity)
        return self._refuse(identity, address, Refusal.CREDENTIALS)

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

    def _refuse(self, identity: str, address: str, refusal: Refusal, *, path: str = "", detail: str = "") -> Verdict:
        at = self._now()
        if refusal in _FAILURES:
            subject = (address, identity if identity in self._known else "")
            self._failures.setdefault(subject, deque(maxlen=_MOST_FAILURES)).append(at)
            if len(self._failures) > _REMEMBERED:
                self._failures.popitem(last=False)
        self._refusals.add(TurnedAway(identity=identity, address=address, refusal=refusal, at=at, path=path), detail)
        return Verdict(identity=identity, refusal=refusal)


def _report(report: Report | None, identity: str, address: str) -> None:
    if report is None:
        return
    try:
        report(identity, address)
    except Exception:
        # Whoever listens, the door has to go on working.
        _LOGGER.exception("Could not report station %s", identity)
