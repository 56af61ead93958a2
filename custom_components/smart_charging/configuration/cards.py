"""Cards as they are stored → cards as they are judged."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.util import dt as dt_util

from ..cards.book import Card, CardBook, WhoMayCharge
from ..const import CONF_BLOCKED, CONF_GROUP, CONF_LAST_DAY, CONF_NUMBER, CONF_PERSON, CONF_VEHICLE, CONF_WHO
from .rules.card import read_day

_DAY: Final = timedelta(days=1)


def read_cards(options: Mapping[str, Any], cards: Iterable[ConfigSubentry]) -> CardBook:
    """Read all cards of a site, and who may charge there."""
    return CardBook(map(_card, cards), WhoMayCharge(options.get(CONF_WHO, WhoMayCharge.EVERYBODY)))


def _card(subentry: ConfigSubentry) -> Card:
    data = subentry.data
    return Card(
        card_id=subentry.subentry_id,
        number=data[CONF_NUMBER],
        name=subentry.title,
        person=data.get(CONF_PERSON),
        vehicle=data.get(CONF_VEHICLE) or None,
        group=data.get(CONF_GROUP) or None,
        expires_at=_end_of(data.get(CONF_LAST_DAY)),
        blocked=data.get(CONF_BLOCKED, False),
    )


def _end_of(last_day: object) -> datetime | None:
    """The end of a day where the home is, in UTC."""
    day = None if last_day is None else read_day(last_day)
    return None if day is None else dt_util.as_utc(dt_util.start_of_local_day(day + _DAY))
