"""When each vehicle is to be ready."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Final, override

from homeassistant.components.time import TimeEntity, TimeEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .departures import moment_of
from .engine.model.goal_set import OneOff
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
    """The next departure. Setting it sets that of each day, or where departures are set by weekday, the next one only."""

    @property
    @override
    def native_value(self) -> time | None:
        due = self._goals.next_due(self._vehicle_id, dt_util.utcnow())
        return self.goals.ready_by if due is None else dt_util.as_local(due.at).time()

    @override
    async def async_set_value(self, value: time) -> None:
        goals = self.goals
        if goals.departures:
            self.want(replace(goals, once=OneOff(at=_next(value))))
        else:
            self.want(replace(goals, ready_by=value, once=None))

    @override
    def _shows(self) -> object:
        return self.native_value


def _next(at: time) -> datetime:
    """Tell when the clocks show that next, UTC."""
    now = dt_util.now()
    zone = dt_util.get_default_time_zone()
    today = moment_of(now.date(), at, zone)
    return today if today > now else moment_of(now.date() + timedelta(days=1), at, zone)
