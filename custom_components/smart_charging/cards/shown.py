"""The unknown numbers that chargers were shown lately, so that a card can be added by holding it to one.

They are kept in memory alone, and over a reload, which adding a card is.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from .book import CardBook, plain_number

MOST: Final = 5
"""Anybody can show numbers to a charger, as many as he likes."""
LATELY: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCard:
    """A number that is no card's yet; `charger` is the name of the one that it was shown to, `at` when, in UTC."""

    number: str = field(repr=False)
    charger: str
    at: datetime


type _Shown = dict[str, deque[ShownCard]]
_SHOWN: Final[HassKey[_Shown]] = HassKey(f"{DOMAIN}_shown_cards")


@callback
def async_note_shown(hass: HomeAssistant, entry_id: str, card: ShownCard) -> None:
    """Keep a number for `async_list_shown`; the same one twice is one."""
    shown = hass.data.setdefault(_SHOWN, {}).setdefault(entry_id, deque(maxlen=MOST))
    for other in tuple(shown):
        if plain_number(other.number) == plain_number(card.number):
            shown.remove(other)
    shown.append(card)


@callback
def async_list_shown(hass: HomeAssistant, entry_id: str, book: CardBook, now: datetime) -> list[ShownCard]:
    """Give what was shown lately and is not known yet, newest first."""
    known = {plain_number(card.number) for card in book.cards}
    shown = hass.data.get(_SHOWN, {}).get(entry_id, ())
    return [card for card in reversed(shown) if now - card.at <= LATELY and plain_number(card.number) not in known]


@callback
def async_forget_shown(hass: HomeAssistant, entry_id: str) -> None:
    """The site is gone."""
    hass.data.get(_SHOWN, {}).pop(entry_id, None)
