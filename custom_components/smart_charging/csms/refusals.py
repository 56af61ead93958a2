"""Who was turned away, and why: counted, logged once, and remembered for a set-up that waits for a station to call."""

import logging
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Final

_LOGGER: Final = logging.getLogger(__name__)

_COMPLAINTS: Final = 512
_RECENT: Final = 32
_LONGEST_PATH: Final = 80


class Refusal(StrEnum):
    """Why somebody was not let in."""

    MALFORMED = "malformed identity"
    UNKNOWN = "unknown identity"
    CREDENTIALS = "wrong credentials"
    WEB_PAGE = "opened by a web page, not a station"
    TOO_OFTEN = "too many failures"
    TOO_MANY = "too many connections"
    VERSION = "no version of OCPP in common"
    TLS_ON_PLAIN = "TLS on a plain port"
    """`wss://` was entered with the port for `ws://`."""
    PLAIN_ON_TLS = "no TLS on the port for TLS"
    """`ws://` was entered with the port for `wss://`."""
    UNENCRYPTED = "not encrypted, as this station has to be"
    NO_CERTIFICATE = "no client certificate"
    OTHER_CERTIFICATE = "the client certificate of another station"
    BAD_CERTIFICATE = "a client certificate that does not hold"
    """Expired, or signed by nobody we know; the log says which."""
    DISTRUSTED = "does not trust our certificate"
    """The station said so; it needs our authority's certificate, or another address in its settings."""
    OUTDATED_TLS = "no version or cipher of TLS in common"
    TLS_FAILED = "the TLS handshake failed"
    """In a way of its own; the log says in OpenSSL's words which."""
    HUNG_UP = "hung up during the TLS handshake"
    """Stations that do not trust our certificate often just hang up."""


STATUSES: Final = {
    Refusal.MALFORMED: HTTPStatus.NOT_FOUND,
    Refusal.UNKNOWN: HTTPStatus.NOT_FOUND,
    Refusal.CREDENTIALS: HTTPStatus.UNAUTHORIZED,
    Refusal.WEB_PAGE: HTTPStatus.FORBIDDEN,
    Refusal.TOO_OFTEN: HTTPStatus.TOO_MANY_REQUESTS,
    Refusal.TOO_MANY: HTTPStatus.SERVICE_UNAVAILABLE,
    Refusal.UNENCRYPTED: HTTPStatus.FORBIDDEN,
    Refusal.NO_CERTIFICATE: HTTPStatus.FORBIDDEN,
    Refusal.OTHER_CERTIFICATE: HTTPStatus.FORBIDDEN,
}
"""The answers over HTTP; the others never come that far, or are answered elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedAway:
    """Somebody who was not let in. `identity` is "" where none was told; `path` is what was asked for where that was none."""

    identity: str
    address: str
    refusal: Refusal
    at: datetime
    path: str = ""


class Refusals:
    """Remembers who was turned away. What it keeps is bounded, whoever calls and however often."""

    def __init__(self) -> None:
        self.counts: dict[Refusal, int] = dict.fromkeys(Refusal, 0)
        self._complained: OrderedDict[tuple[str, str, Refusal, str], None] = OrderedDict()
        self._recent: OrderedDict[tuple[str, str, Refusal], TurnedAway] = OrderedDict()

    @property
    def recent(self) -> tuple[TurnedAway, ...]:
        """The latest of each station, address and reason, newest last; a few dozen at most."""
        return tuple(self._recent.values())

    def add(self, turned: TurnedAway, detail: str = "") -> None:
        """Take note. The first of its kind is logged, with `detail`."""
        self.counts[turned.refusal] += 1
        kind = (turned.identity, turned.address, turned.refusal)
        self._recent.pop(kind, None)
        self._recent[kind] = turned
        if len(self._recent) > _RECENT:
            self._recent.popitem(last=False)
        complaint = (*kind, detail)
        if complaint in self._complained:
            return
        self._complained[complaint] = None
        if len(self._complained) > _COMPLAINTS:
            self._complained.popitem(last=False)
        _LOGGER.warning(
            "Refused a connection from %s as %s: %s (further ones are not logged)",
            turned.address,
            turned.identity or "nobody",
            f"{turned.refusal}: {detail}" if detail else turned.refusal,
        )


def legible(path: str) -> str:
    """A path as a person may be shown it: without its query, where passwords are found, and not endless."""
    plain = path.partition("?")[0]
    return "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in plain)[:_LONGEST_PATH]
