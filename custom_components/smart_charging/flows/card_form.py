"""The form about one card."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import probatio
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    BooleanSelector,
    DateSelector,
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.util import dt as dt_util

from ..cards.book import masked
from ..cards.shown import ShownCard, async_list_shown
from ..configuration.cards import read_cards
from ..configuration.rules.card import validate_card
from ..const import (
    CONF_BLOCKED,
    CONF_GROUP,
    CONF_LAST_DAY,
    CONF_NUMBER,
    CONF_PERSON,
    CONF_VEHICLE,
    SUBENTRY_CARD,
)

_PERSON: Final = EntitySelector(EntitySelectorConfig(filter=EntityWithDeviceFilterSelectorConfig(domain="person")))


def shown_options(hass: HomeAssistant, entry: ConfigEntry[Any]) -> list[SelectOptionDict]:
    """List the unknown cards that chargers were shown lately, by their last digits, place and time."""
    book = read_cards({}, entry.get_subentries_of_type(SUBENTRY_CARD))
    return [
        SelectOptionDict(value=card.number, label=_label(card))
        for card in async_list_shown(hass, entry.entry_id, book, dt_util.utcnow())
    ]


def card_schema(shown: Sequence[SelectOptionDict]) -> probatio.Schema:
    """Make the form. The number is chosen from `shown`, or written."""
    number = SelectSelector(
        SelectSelectorConfig(options=list(shown), custom_value=True, mode=SelectSelectorMode.DROPDOWN)
    )
    return probatio.Schema(
        {
            # Not required, so that the form can be sent once to look again at what was shown meanwhile.
            probatio.Optional(CONF_NUMBER): number,
            probatio.Optional(CONF_NAME): TextSelector(),
            probatio.Optional(CONF_PERSON): _PERSON,
            probatio.Optional(CONF_VEHICLE): TextSelector(),
            probatio.Optional(CONF_GROUP): TextSelector(),
            probatio.Optional(CONF_LAST_DAY): DateSelector(),
            probatio.Optional(CONF_BLOCKED): BooleanSelector(),
        }
    )


def card_as_answers(title: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a stored card back into the answers that made it."""
    return {CONF_NAME: title, CONF_BLOCKED: False, **data}


def card_data(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Put a card's data together from the answers."""
    texts = {key: str(answers.get(key, "")).strip() for key in (CONF_NUMBER, CONF_VEHICLE, CONF_GROUP)}
    return {
        **{key: text for key, text in texts.items() if text},
        **{key: answers[key] for key in (CONF_PERSON, CONF_LAST_DAY) if answers.get(key)},
        **({CONF_BLOCKED: True} if answers.get(CONF_BLOCKED) else {}),
    }


def card_errors(
    entry: ConfigEntry[Any], data: Mapping[str, Any], answers: Mapping[str, Any], subentry_id: str | None = None
) -> dict[str, str]:
    """Say what is wrong with a card beside the site's others, by field. `subentry_id` is its own, if it has one."""
    others = [card.data for card in entry.get_subentries_of_type(SUBENTRY_CARD) if card.subentry_id != subentry_id]
    errors = validate_card(others, data)
    if not errors and not str(answers.get(CONF_NAME, "")).strip():
        errors = {CONF_NAME: "card_name_missing"}
    return errors


def _label(card: ShownCard) -> str:
    return f"{masked(card.number)} · {card.charger} · {dt_util.as_local(card.at):%H:%M}"
