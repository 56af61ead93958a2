"""What is said, in words, while a charger is waited for: who called, why it was turned away, and what to do."""

from collections.abc import Sequence
from typing import Final

from homeassistant.core import HomeAssistant

from ..csms.refusals import Refusal, TurnedAway
from .words import option_words

_MOST: Final = 6

type Calls = tuple[TurnedAway, ...]
"""Those that called and were turned away, newest last."""


def word_for(refusal: Refusal) -> str:
    """The key of a refusal's text in the translations (`turned_away`)."""
    return refusal.name.lower()


async def calls_in_words(hass: HomeAssistant, turned_away: Calls, connected: Sequence[str]) -> str:
    """Write a paragraph on each that called, the latest first, in Markdown; where there are none, say that.

    `connected` are the identities of chargers that are there, and have not told yet what they are.
    """
    callers = await option_words(hass, "caller")
    reasons = await option_words(hass, "turned_away")
    lines = [callers["connected"].format(identity=_as_it_is(identity)) for identity in connected]
    for turned in reversed(turned_away):
        named = callers["named" if turned.identity else "nameless"]
        caller = named.format(identity=_as_it_is(turned.identity), address=turned.address)
        lines.append(reasons[word_for(turned.refusal)].format(caller=caller, path=_as_it_is(turned.path or "/")))
    return "\n\n".join(lines[:_MOST]) or callers["nobody"]


def _as_it_is(text: str) -> str:
    """Keep what a stranger sent from being anything but letters on a page that understands Markdown."""
    return f"`{text.replace('`', '')}`"
