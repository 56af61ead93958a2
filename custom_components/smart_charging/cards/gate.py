"""Stands at a site's chargers: judges who may charge, with what people want of them just this once."""

from collections.abc import Mapping
from datetime import datetime

from homeassistant.util import dt as dt_util

from ..configuration.setup import SiteSetup
from ..csms.authorization import Authorization, IdToken
from ..engine.model.evse import NOBODY, STRANGER
from ..engine.model.override import Override
from ..store import SiteStore
from .book import CardBook, WhoMayCharge


class Gate:
    """One for each set-up of a site. What it judges by is read anew each time."""

    def __init__(self, setup: SiteSetup, store: SiteStore) -> None:
        self._book: CardBook = setup.cards
        self._stations = {
            evse_id: charger.station.identity for evse_id, charger in setup.chargers.items() if charger.station
        }
        self._store = store

    def judge(self, identity: str, id_token: IdToken) -> Authorization:
        """Judge who may charge at this station (`csms.authorization.Authorise`)."""
        wanted = any(station == identity and evse_id in self._wishes for evse_id, station in self._stations.items())
        return self._book.judge(id_token, self._now(), wanted=wanted)

    def may_start(self, evse_id: str) -> bool:
        """Whether a car may be started here that nobody showed a card for."""
        return self._book.who is WhoMayCharge.EVERYBODY or evse_id in self._wishes

    def card_of(self, id_token: IdToken) -> str:
        """Who a transaction is for, as `EvseStatus.card` has it."""
        if id_token.nobody or id_token.ours:
            return NOBODY
        card = self._book.find(id_token)
        return STRANGER if card is None else card.card_id

    @property
    def _wishes(self) -> Mapping[str, Override]:
        return self._store.overrides

    def _now(self) -> datetime:
        return dt_util.utcnow()
