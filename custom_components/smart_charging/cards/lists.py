"""The cards of a site → what its stations are to know while they cannot ask."""

import re
from collections.abc import Iterator
from typing import Final

from ..csms.authorization import Admittance, Authorization, IdToken
from ..csms.offline_cards import Offline, OfflineCards
from ..csms.operations import LocalListEntry
from .book import Card, CardBook, WhoMayCharge, plain_number

_OFFLINE: Final = {
    WhoMayCharge.EVERYBODY: Offline.EVERYBODY,
    WhoMayCharge.CARDS: Offline.LISTED,
    WhoMayCharge.HOME_ASSISTANT: Offline.NOBODY,
}

# ISO 15118-2, annex H: country, provider, instance, and maybe a check digit. The chip in a card has 4, 7 or 10 bytes
# (ISO 14443-3, 6.5.4), an address on a network 6.
_CHIP: Final = re.compile(r"[0-9A-F]{8}|[0-9A-F]{14}|[0-9A-F]{20}")
_CONTRACT: Final = re.compile(r"[A-Z]{2}[0-9A-Z]{12,13}")
_ADDRESS: Final = re.compile(r"[0-9A-F]{12}")


def offline_cards(book: CardBook) -> OfflineCards:
    """Tell what stations may decide by themselves. It is the same at all times: when a card ends is told with it."""
    offline = _OFFLINE[book.who]
    entries = tuple(entry for card in book.cards for entry in _entries(card)) if offline is Offline.LISTED else ()
    return OfflineCards(offline=offline, entries=entries)


def token_kind(plain: str) -> str:
    """Guess what a number is, in the words of OCPP 2.0.1; empty where nothing says so: a card, most likely."""
    if _CHIP.fullmatch(plain):
        return "ISO14443"
    if _ADDRESS.fullmatch(plain):
        return "MacAddress"
    return "eMAID" if _CONTRACT.fullmatch(plain) else ""


def _entries(card: Card) -> Iterator[LocalListEntry]:
    """A station compares letter by letter but for capitals: the number is told as it was written, and as chips tell it."""
    plain, written = plain_number(card.number), card.number.strip().upper()
    status = Admittance.BLOCKED if card.blocked else Admittance.ACCEPTED
    verdict = Authorization(status=status, expires_at=card.expires_at, group=card.group)
    for text in dict.fromkeys((plain, written)):
        yield LocalListEntry(id_token=IdToken(text=text, kind=token_kind(plain)), authorization=verdict)
