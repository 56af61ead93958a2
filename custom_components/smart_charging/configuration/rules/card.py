"""What a valid card is."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from ...cards.book import plain_number
from ...const import CONF_BLOCKED, CONF_GROUP, CONF_LAST_DAY, CONF_NUMBER, CONF_PERSON, CONF_VEHICLE
from ...csms.authorization import OURS
from .fields import Data, Errors
from .load import domain_of

LONGEST_NUMBER: Final = 255
"""OCPP 2.1; 36 in 2.0.1, 20 in 1.6, where a longer one cannot be shown."""
LONGEST_GROUP: Final = 20
"""OCPP 1.6, 7.28; later versions bear more."""
LONGEST_VEHICLE: Final = 100


def validate_card(others: Iterable[Data], data: Data) -> Errors:
    """Judge a card's data beside that of the site's `others`."""
    errors = _judge_number(others, data)
    person = data.get(CONF_PERSON)
    if person is not None and domain_of(person) != "person":
        errors[CONF_PERSON] = "not_a_person"
    if not _is_text(data.get(CONF_VEHICLE), LONGEST_VEHICLE):
        errors[CONF_VEHICLE] = "vehicle_too_long"
    if not _is_text(data.get(CONF_GROUP), LONGEST_GROUP):
        errors[CONF_GROUP] = "group_too_long"
    if data.get(CONF_LAST_DAY) is not None and read_day(data[CONF_LAST_DAY]) is None:
        errors[CONF_LAST_DAY] = "last_day_unknown"
    if not isinstance(data.get(CONF_BLOCKED, False), bool):
        # Whoever is not sure whether a card is blocked must not let it charge.
        errors[CONF_BLOCKED] = "blocked_unknown"
    return errors


def read_day(text: object) -> date | None:
    """Read a day as it is stored, `2026-12-31`; None for what is none, and for one after which no day comes."""
    try:
        day = date.fromisoformat(str(text))
    except ValueError:
        return None
    return day if day < date.max else None


def _judge_number(others: Iterable[Data], data: Data) -> Errors:
    number = data.get(CONF_NUMBER)
    plain = plain_number(number) if isinstance(number, str) else ""
    if not plain:
        return {CONF_NUMBER: "card_number_missing"}
    if len(str(number)) > LONGEST_NUMBER or not plain.isprintable():
        return {CONF_NUMBER: "card_number_impossible"}
    if plain == plain_number(OURS):
        return {CONF_NUMBER: "card_number_ours"}
    if any(plain == plain_number(str(other.get(CONF_NUMBER))) for other in others):
        return {CONF_NUMBER: "card_taken"}
    return {}


def _is_text(text: object, longest: int) -> bool:
    return text is None or (isinstance(text, str) and len(text) <= longest)
