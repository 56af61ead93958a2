"""When each vehicle is to be ready."""

from collections.abc import Mapping
from datetime import time
from typing import Any, Final, override

from homeassistant.components.time import TimeEntity, TimeEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .runtime import SmartChargingConfigEntry
from .vehicle_entity import VehicleEntity, async_vehicle_places

PARALLEL_UPDATES = 0

READY_BY_DESCRIPTION: Final = TimeEntityDescription(key="ready_by", translation_key="ready_by")


async def async_setup_entry(
    hass: HomeAssistant, entry: SmartChargingConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the departure of each vehicle."""
    for place in async_vehicle_places(hass, entry):
        async_add_entities([ReadyByTime(entry, READY_BY_DESCRIPTION, place)], config_subentry_id=place.subentry_id)


class ReadyByTime(VehicleEntity, TimeEntity):
    """The next departure. Setting it sets that of each day, or the next one only, where that differs from day to day."""

    @property
    @override
    def native_value(self) -> time | None:
        held = self.held
        return held.goals.ready_by if held.coming is None else dt_util.as_local(held.coming.said.at).time()

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        return {"set_for": self.held.departure_holds}

    @override
    async def async_set_value(self, value: time) -> None:
        self.hold(self.held.with_departure(value, dt_util.utcnow(), dt_util.get_default_time_zone()))

    @override
    def _shows(self) -> object:
        return self.native_value, self.held.departure_holds
