"""An event of each charger: somebody showed a card."""

from enum import StrEnum
from typing import Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .cards.book import masked
from .cards.desk import CardShown, shown_signal
from .entity import ChargerEntity, async_charger_places
from .runtime import SmartChargingConfigEntry

PARALLEL_UPDATES = 0


class CardEvent(StrEnum):
    """What came of it. A card that is not known may be let charge all the same: the attribute `accepted` tells."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


CARD_DESCRIPTION: Final = EventEntityDescription(
    key="card", translation_key="card", event_types=[str(kind) for kind in CardEvent]
)


async def async_setup_entry(
    hass: HomeAssistant, entry: SmartChargingConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the event of each charger."""
    for place in async_charger_places(hass, entry):
        async_add_entities([CardEntity(entry, CARD_DESCRIPTION, place)], config_subentry_id=place.subentry_id)


class CardEntity(ChargerEntity, EventEntity):
    """Happens when a card is held to the charger, or a car identifies itself."""

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(async_dispatcher_connect(self.hass, shown_signal(self._evse.evse_id), self._show))

    @callback
    def _show(self, shown: CardShown) -> None:
        card = shown.card
        kind = CardEvent.ACCEPTED if shown.accepted else CardEvent.REFUSED
        self._trigger_event(
            CardEvent.UNKNOWN if card is None else kind,
            {
                "name": None if card is None else card.name,
                "person": None if card is None else card.person,
                "vehicle": None if card is None else card.vehicle,
                "number": masked(shown.number),
                "accepted": shown.accepted,
            },
        )
        self.async_write_ha_state()

    @override
    def _shows(self) -> object:
        return None
