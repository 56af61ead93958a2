"""The cards of a site, and who may charge there. It knows no clock and no Home Assistant."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from ..csms.authorization import Admittance, Authorization, IdToken

_SHOWN: Final = 4
"""Digits of a number that anybody may see: the number is all that a card proves itself with."""


class WhoMayCharge(StrEnum):
    """Who is let charge at a site. Cards that are blocked, or past their last day, are refused in every case."""

    EVERYBODY = "everybody"
    """Whoever plugs in; no card is needed."""
    CARDS = "cards"
    """Who shows a known card, and whom Home Assistant lets charge."""
    HOME_ASSISTANT = "home_assistant"
    """Only whom Home Assistant lets charge (`charge now`); cards are refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card, a car's contract (plug and charge), or a car's own address: whatever can be shown to a charger.

    `expires_at` is in UTC; None: it is good for ever. Cards of a `group` may end what another one of it began.
    """

    card_id: str
    number: str = field(repr=False)
    name: str
    person: str | None = None
    """A person's entity."""
    vehicle: str | None = None
    group: str | None = None
    expires_at: datetime | None = None
    blocked: bool = False

    def standing(self, now: datetime) -> Admittance:
        """What is to be said of it, leaving out who may charge at all."""
        if self.blocked:
            return Admittance.BLOCKED
        expired = self.expires_at is not None and now >= self.expires_at
        return Admittance.EXPIRED if expired else Admittance.ACCEPTED


def plain_number(number: str) -> str:
    """A number as numbers are compared: without spaces, colons and dashes, in capitals."""
    return "".join(
        character
        for character in number
        if not character.isspace() and character != ":" and unicodedata.category(character) != "Pd"
    ).upper()


def masked(number: str) -> str:
    """What may be seen of a number: its last digits, and never more than half of it."""
    plain = plain_number(number)
    return "…" + plain[len(plain) - min(_SHOWN, len(plain) // 2) :]


class CardBook:
    """Every card of a site, and the rule that holds for all of them."""

    def __init__(self, cards: Iterable[Card] = (), who: WhoMayCharge = WhoMayCharge.EVERYBODY) -> None:
        self.cards: Final = tuple(cards)
        self.who: Final = who
        self._by_number = {plain_number(card.number): card for card in self.cards}
        self._by_id = {card.card_id: card for card in self.cards}

    def find(self, id_token: IdToken) -> Card | None:
        """The card that was shown; None for one that is not known."""
        return self._by_number.get(plain_number(id_token.text))

    def get(self, card_id: str) -> Card | None:
        """The card of this id."""
        return self._by_id.get(card_id)

    def judge(self, id_token: IdToken, now: datetime, *, wanted: bool = False) -> Authorization:
        """Judge whether somebody may charge. `wanted`: Home Assistant lets whoever is plugged in there charge."""
        if id_token.nobody or id_token.ours:
            return _verdict(welcome=wanted or self.who is WhoMayCharge.EVERYBODY)
        card = self.find(id_token)
        if card is None:
            return _verdict(welcome=self.who is WhoMayCharge.EVERYBODY)
        standing = card.standing(now)
        if standing is Admittance.ACCEPTED and self.who is WhoMayCharge.HOME_ASSISTANT:
            return _verdict(welcome=False)
        return Authorization(status=standing, expires_at=card.expires_at, group=card.group)


def _verdict(*, welcome: bool) -> Authorization:
    return Authorization(status=Admittance.ACCEPTED if welcome else Admittance.INVALID)
