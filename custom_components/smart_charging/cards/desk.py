"""Sees who shows a card at a site's chargers, and that a charger heeds what it was told about it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.event import async_call_later
from homeassistant.util.signal_type import SignalType

from ..configuration.setup import SiteSetup
from ..const import DOMAIN
from ..csms.authorization import IdToken
from ..csms.errors import StationError
from ..csms.events import Authorized, Event, StatusChanged, TransactionStarted
from ..csms.records import Transaction
from ..csms.station import Station
from .book import Card, plain_number
from .gate import Gate
from .shown import ShownCard, async_note_shown

_LOGGER: Final = logging.getLogger(__name__)

SAME: Final = timedelta(seconds=60)
"""A station asks about a card when it is shown, and again when the transaction begins: that is one showing."""
GRACE_S: Final = 15.0
"""How long a station may take to end by itself what was refused, and how long it takes to say who is charging."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardShown:
    """A card was held to a charger. `card` is None for one that is not known."""

    card: Card | None
    number: str = field(repr=False)
    accepted: bool
    at: datetime


def shown_signal(evse_id: str) -> SignalType[CardShown]:
    """Name the signal that tells of cards shown to this charger."""
    return SignalType(f"{DOMAIN}_card_shown_{evse_id}")


type _Place = tuple[str, int]
"""A station's identity, and its connector."""


class CardDesk:
    """One for each set-up of a site, between `start` and `stop`. `stations` are those of its chargers, by identity."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        *,
        setup: SiteSetup,
        gate: Gate,
        stations: Mapping[str, Station],
    ) -> None:
        self._hass = hass
        self._entry = entry
        self._setup = setup
        self._gate = gate
        self._stations = stations
        self._last: dict[str, CardShown] = {}
        self._ends: list[CALLBACK_TYPE] = []
        self._looks: dict[_Place, CALLBACK_TYPE] = {}
        self._refused: dict[_Place, str] = {}
        self._answered: dict[str, tuple[IdToken, bool]] = {}

    @callback
    def start(self) -> None:
        """Listen to the stations."""
        self._ends = [station.subscribe(self._take) for station in self._stations.values()]

    @callback
    def stop(self) -> None:
        """Listen no more."""
        for end in (*self._ends, *self._looks.values()):
            end()
        self._ends, self._looks = [], {}

    @callback
    def _take(self, event: Event) -> None:
        match event:
            case Authorized():
                self._shown(event)
            case TransactionStarted() if not event.transaction.guessed:
                self._begun(event.station, event.transaction)
            case StatusChanged() if event.status.status.in_transaction:
                if (event.station, event.connector_id) in self._refused:
                    self._look_later((event.station, event.connector_id))

    @callback
    def _shown(self, event: Authorized) -> None:
        """Tell every charger of the station: which of them it was shown for is known only when a transaction begins."""
        token = IdToken(text=event.id_tag, kind=event.id_kind)
        self._answered[event.station] = token, event.accepted
        if token.nobody or token.ours:
            return
        card = self._setup.cards.find(token)
        shown = CardShown(card=card, number=plain_number(token.text), accepted=event.accepted, at=event.at)
        last, self._last[event.station] = self._last.get(event.station), shown
        if last is not None and last == replace(shown, at=last.at) and event.at - last.at <= SAME:
            return
        chargers = [
            evse_id
            for evse_id, each in self._setup.chargers.items()
            if each.station and each.station.identity == event.station
        ]
        if card is None and chargers:
            name = self._setup.chargers[chargers[0]].name
            async_note_shown(self._hass, self._entry.entry_id, ShownCard(number=token.text, charger=name, at=event.at))
        for evse_id in chargers:
            async_dispatcher_send(self._hass, shown_signal(evse_id), shown)

    @callback
    def _begun(self, identity: str, begun: Transaction) -> None:
        """Remember a transaction that was refused: a station may go on with it, if it is set so."""
        place = identity, begun.connector_id
        self._refused.pop(place, None)
        token = IdToken(text=begun.id_tag, kind=begun.id_kind)
        asked, accepted = self._answered.get(identity, (None, False))
        if asked != token:
            accepted = self._gate.judge(identity, token).accepted
        # What the station was told counts: where it is handed on to an operator, that may be the operator's word.
        if not accepted:
            self._refused[place] = begun.transaction_id
            self._look_later(place)

    @callback
    def _look_later(self, place: _Place) -> None:
        if place not in self._looks:
            look = HassJob(partial(self._look, place), cancel_on_shutdown=True)
            self._looks[place] = async_call_later(self._hass, GRACE_S, look)

    async def _look(self, place: _Place, _now: datetime) -> None:
        """End what was refused, where the station charges all the same."""
        self._looks.pop(place, None)
        identity, connector_id = place
        station = self._stations[identity]
        connector = station.connectors.get(connector_id)
        running = None if connector is None else connector.transaction
        if connector is None or running is None or running.transaction_id != self._refused.get(place):
            self._refused.pop(place, None)
            return
        charges = connector.status is not None and connector.status.status.in_transaction
        if not charges or self._gate.judge(identity, IdToken(text=running.id_tag, kind=running.id_kind)).accepted:
            return
        _LOGGER.warning("Station %s charges though it was told that this is not allowed: it is stopped", identity)
        try:
            await station.remote_stop(connector_id)
        except StationError as error:
            _LOGGER.warning("Station %s cannot be stopped: %s", identity, error)
