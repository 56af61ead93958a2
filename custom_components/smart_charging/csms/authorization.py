"""Who may charge: what somebody shows, and the verdict. No version of OCPP shows in them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

OURS: Final = "smart-charging"
"""Who starts a transaction that no card was shown for: a car that Home Assistant lets charge."""

_NOBODY: Final = frozenset({"NoAuthorization"})
# What the csms made up (OCPP 2.0.1, IdTokenEnumType); OCPP 1.6 has no kinds.
_MADE_UP: Final = frozenset({"", "Central"})


@dataclass(frozen=True, slots=True, kw_only=True)
class IdToken:
    """What somebody shows to charge: a card's number, a contract's name, a car's own address.

    `kind` is OCPP 2.0.1's word for it (ISO14443, eMAID, MacAddress, …); empty in OCPP 1.6, which has none.
    """

    text: str
    kind: str = ""

    @property
    def nobody(self) -> bool:
        """Whether the station lets everybody charge, and asked nobody."""
        return not self.text or self.kind in _NOBODY

    @property
    def ours(self) -> bool:
        """Whether it is no card's, but what we start transactions with ourselves."""
        return self.text == OURS and self.kind in _MADE_UP


class Admittance(StrEnum):
    """A verdict, in the words that all versions of OCPP share (1.6, 7.2 AuthorizationStatus)."""

    ACCEPTED = "Accepted"
    BLOCKED = "Blocked"
    EXPIRED = "Expired"
    INVALID = "Invalid"
    CONCURRENT = "ConcurrentTx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """A verdict about an id token, good until `expires_at` (None: until another one). Tokens of a `group` act for each other."""

    status: Admittance
    expires_at: datetime | None = None
    group: str | None = None

    @property
    def accepted(self) -> bool:
        """Whether it may charge."""
        return self.status is Admittance.ACCEPTED


type Authorise = Callable[[str, IdToken], Authorization]
"""Judges whether, at this station (its identity), this id token may charge."""


def anybody(_identity: str, _id_token: IdToken) -> Authorization:
    """Let everybody charge."""
    return Authorization(status=Admittance.ACCEPTED)
