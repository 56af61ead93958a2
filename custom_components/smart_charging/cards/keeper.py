"""Keeps a site's stations in step with its cards, for when they are alone: whenever one is ready, and when cards change."""

import hashlib
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..csms.errors import StationError
from ..csms.events import Event, Ready
from ..csms.offline_cards import Offline, OfflineCards, keep_in_step
from ..csms.station import Station
from ..store import SentCards, SiteStore
from .book import CardBook, WhoMayCharge
from .lists import offline_cards

_LOGGER: Final = logging.getLogger(__name__)


class CardKeeper:
    """One for each set-up of a site, between `start` and `stop`. `stations` are those of its chargers, by identity.

    `leave_alone` tells of which stations somebody else says who may charge, and keeps the list.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        *,
        book: CardBook,
        store: SiteStore,
        stations: Mapping[str, Station],
        leave_alone: Callable[[str], bool],
    ) -> None:
        self._hass = hass
        self._entry = entry
        self._book = book
        self._store = store
        self._stations = stations
        self._leave_alone = leave_alone
        self._told: dict[str, tuple[str, ...]] = {}
        self._busy: set[str] = set()
        self._again: set[str] = set()
        self._ends: list[CALLBACK_TYPE] = []

    @callback
    def start(self) -> None:
        """Listen to the stations; those that are ready already may have missed a change of the cards."""
        for identity, station in self._stations.items():
            self._ends.append(station.subscribe(self._take))
            if station.connected and station.features is not None:
                self._keep(identity)

    @callback
    def stop(self) -> None:
        """Listen no more. What is under way ends with the entry."""
        while self._ends:
            self._ends.pop()()

    @callback
    def _take(self, event: Event) -> None:
        if isinstance(event, Ready):
            self._keep(event.station)

    @callback
    def _keep(self, identity: str) -> None:
        """Tell a station what it is to know; once more in the end, where that is asked for meanwhile."""
        if identity in self._busy:
            self._again.add(identity)
            return
        self._busy.add(identity)
        self._entry.async_create_background_task(self._hass, self._work(identity), f"{DOMAIN} cards {identity}")

    async def _work(self, identity: str) -> None:
        try:
            await self._tell(self._stations[identity])
            while identity in self._again:
                self._again.discard(identity)
                await self._tell(self._stations[identity])
        finally:
            self._busy.discard(identity)

    async def _tell(self, station: Station) -> None:
        identity, fingerprint = station.identity, _fingerprint(self._book)
        sent = self._store.sent_cards.get(identity)
        if self._leave_alone(identity):
            return
        try:
            if sent is None and not self._book.cards and self._book.who is WhoMayCharge.EVERYBODY:
                # Nothing was ever told, and nothing has to be.
                return
            if sent is not None and sent.fingerprint == fingerprint and await _has(station, sent.version):
                return
            cards = self._cards(sent)
            kept = await keep_in_step(station, cards, int(dt_util.utcnow().timestamp()))
        except StationError as error:
            # It is told when it is back.
            _LOGGER.debug("Station %s was not told of the cards: %s", identity, error)
            return
        free = self._book.who is WhoMayCharge.EVERYBODY
        if kept.version is None:
            # It is tried again once it is ready again.
            sent = SentCards(fingerprint="", version=0, free=free)
        else:
            sent = SentCards(fingerprint=fingerprint, version=kept.version, free=free)
        self._store.set_sent_cards(identity, sent)
        if kept.troubles and kept.troubles != self._told.get(identity):
            _LOGGER.warning(
                "Station %s does not take all that it should know of cards for when it is alone: %s",
                identity,
                "; ".join(kept.troubles),
            )
        self._told[identity] = kept.troubles

    def _cards(self, sent: SentCards | None) -> OfflineCards:
        cards = offline_cards(self._book)
        if cards.offline is Offline.EVERYBODY and (sent is None or sent.free):
            # It was never told anything else: its owner's settings stay. What it remembers of cards does not.
            return OfflineCards(offline=Offline.AS_IT_IS)
        return cards


def _fingerprint(book: CardBook) -> str:
    """What tells one state of the cards from another."""
    known = sorted(f"{card.number}|{card.blocked}|{card.expires_at}|{card.group}" for card in book.cards)
    return hashlib.sha256("\n".join((book.who, *known)).encode()).hexdigest()[:16]


async def _has(station: Station, version: int) -> bool:
    """Whether a station still has the list that it was sent; 0: it was sent none."""
    return version <= 0 or await station.operations.read_list_version() == version
