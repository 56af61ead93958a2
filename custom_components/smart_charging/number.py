"""The priority of each charger."""

from typing import Final, override

from homeassistant.components.number import NumberEntity, NumberEntityDescription
from homeassistant.components.number.const import NumberMode
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import ChargerEntity, async_charger_places
from .runtime import SmartChargingConfigEntry

PARALLEL_UPDATES = 0

PRIORITY_DESCRIPTION: Final = NumberEntityDescription(
    key="priority",
    translation_key="priority",
    entity_category=EntityCategory.CONFIG,
    native_min_value=0,
    native_max_value=10,
    native_step=1,
    mode=NumberMode.SLIDER,
)


async def async_setup_entry(
    hass: HomeAssistant, entry: SmartChargingConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the priority of each charger."""
    for place in async_charger_places(hass, entry):
        async_add_entities([PriorityNumber(entry, PRIORITY_DESCRIPTION, place)], config_subentry_id=place.subentry_id)


class PriorityNumber(ChargerEntity, NumberEntity):
    """Who is served first when there is not enough for all: the higher number."""

    @property
    @override
    def native_value(self) -> float:
        return self.coordinator.priority(self._evse.evse_id)

    @override
    async def async_set_native_value(self, value: float) -> None:
        await self.coordinator.async_set_priority(self._evse.evse_id, round(value))
        self.coordinator.async_update_listeners()

    @override
    def _shows(self) -> object:
        return self.native_value
