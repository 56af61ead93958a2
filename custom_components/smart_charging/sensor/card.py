"""Who a car charges for, by the card that began its transaction."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription
from homeassistant.const import MATCH_ALL

from ..cards.book import Card, CardBook, masked
from ..engine.model.evse import NOBODY
from ..entity import ChargerEntity

_NOBODY: Final = "nobody"
_UNKNOWN_CARD: Final = "unknown_card"

CHARGING_FOR_DESCRIPTION: Final = SensorEntityDescription(
    key="charging_for",
    translation_key="charging_for",
    device_class=SensorDeviceClass.ENUM,
    options=[_NOBODY, _UNKNOWN_CARD],
)


class ChargingForSensor(ChargerEntity, SensorEntity):
    """The name of the card; what it is where there is none has words of its own. Unknown while no transaction runs."""

    _unrecorded_attributes = frozenset({MATCH_ALL})

    @property
    @override
    def available(self) -> bool:
        return super().available and self.view.reachable is not None

    @property
    @override
    def options(self) -> list[str]:
        """Those that have words of their own, and the names of all cards."""
        return list(dict.fromkeys((_NOBODY, _UNKNOWN_CARD, *(card.name for card in self._book.cards))))

    @property
    @override
    def native_value(self) -> str | None:
        status = self.view.status
        if status is None or status.card is None:
            return None
        if status.card == NOBODY:
            return _NOBODY
        card = self._card
        return _UNKNOWN_CARD if card is None else card.name

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        card = self._card
        if card is None:
            return None
        return {"person": card.person, "vehicle": card.vehicle, "number": masked(card.number)}

    @property
    def _card(self) -> Card | None:
        status = self.view.status
        return None if status is None or status.card is None else self._book.get(status.card)

    @property
    def _book(self) -> CardBook:
        return self.coordinator.config_entry.runtime_data.setup.cards

    @override
    def _shows(self) -> object:
        return self.native_value, self._card
