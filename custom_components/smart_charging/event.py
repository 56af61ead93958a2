"""Events of each charger: somebody showed a card, or something happened to its security."""

from enum import StrEnum
from typing import Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .cards.book import masked
from .cards.desk import CardShown, shown_signal
from .engine.model.operation import Operation
from .engine.model.security import SecurityKind, SecurityReport
from .entity import ChargerEntity, async_charger_places
from .operations import async_watch_security, offers
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

SECURITY_DESCRIPTION: Final = EventEntityDescription(
    key="security",
    translation_key="security",
    event_types=[str(kind) for kind in SecurityKind],
    entity_category=EntityCategory.DIAGNOSTIC,
)


async def async_setup_entry(
    hass: HomeAssistant, entry: SmartChargingConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the events of each charger."""
    for place in async_charger_places(hass, entry):
        events: list[EventEntity] = [CardEntity(entry, CARD_DESCRIPTION, place)]
        if offers(entry, place.evse.evse_id, Operation.SECURITY):
            events.append(SecurityEntity(entry, SECURITY_DESCRIPTION, place))
        async_add_entities(events, config_subentry_id=place.subentry_id)


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


class SecurityEntity(ChargerEntity, EventEntity):
    """Happens when the charger reports something of its security. One that charges several cars reports for all."""

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        entry, evse_id = self.coordinator.config_entry, self._evse.evse_id
        self.async_on_remove(async_watch_security(entry, evse_id, self._show))

    @callback
    def _show(self, report: SecurityReport) -> None:
        self._trigger_event(report.kind, {"word": report.word, "info": report.info or None})
        self.async_write_ha_state()

    @override
    def _shows(self) -> object:
        return None
