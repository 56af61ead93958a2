"""A calendar of the site: when each car is going to charge."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, override

from homeassistant.components.calendar import CalendarEntity, CalendarEntityDescription, CalendarEvent
from homeassistant.components.calendar.const import DOMAIN as CALENDAR_DOMAIN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .engine.model.aim import Aim
from .engine.model.plan import Plan
from .entity import SiteEntity, async_forget_others
from .plan_entity import async_plan_teller
from .plan_stretches import Beginning, stretches, to_minute
from .runtime import SmartChargingConfigEntry
from .speech import async_load_texts
from .vehicles import Vehicles

PARALLEL_UPDATES = 0

PLANNED_DESCRIPTION: Final = CalendarEntityDescription(key="planned", translation_key="planned")

_LEAST: Final = timedelta(minutes=1)
"""What is no longer would be no event once it is rounded."""


async def async_setup_entry(
    hass: HomeAssistant, entry: SmartChargingConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the calendar of a site, where somebody told what a kWh costs."""
    await async_load_texts(hass)
    made = [] if entry.runtime_data.tariffs is None else [PlannedCalendar(entry, PLANNED_DESCRIPTION)]
    async_add_entities(made)
    async_forget_others(hass, entry, CALENDAR_DOMAIN, made)


class PlannedCalendar(SiteEntity, CalendarEntity):
    """An event for each stretch of time in which a car is to charge without a pause. It tells what is to come, and no past."""

    entity_description: CalendarEntityDescription

    def __init__(self, entry: SmartChargingConfigEntry, description: CalendarEntityDescription) -> None:
        super().__init__(entry, description)
        self._vehicles: Vehicles = entry.runtime_data.vehicles
        self._beginnings = {evse.evse_id: Beginning() for evse in entry.runtime_data.setup.site.evses}
        self._events: Sequence[CalendarEvent] = ()

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """The one that is on, or else the next one."""
        return next(iter(self._events), None)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        return [
            event
            for event in self._events
            if event.start_datetime_local < end_date and event.end_datetime_local > start_date
        ]

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self._look()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        self._look()
        super()._handle_coordinator_update()

    @override
    def _shows(self) -> object:
        return self._events

    def _look(self) -> None:
        ahead = self.tick.ahead
        events = (
            event
            for evse_id, beginning in self._beginnings.items()
            for event in self._events_of(evse_id, beginning, ahead.plans.get(evse_id), ahead.aims.get(evse_id))
        )
        self._events = sorted(events, key=lambda event: (event.start_datetime_local, event.summary))

    def _events_of(
        self, evse_id: str, beginning: Beginning, plan: Plan | None, aim: Aim | None
    ) -> Iterator[CalendarEvent]:
        at = self.tick.snapshot.at
        left = beginning.keep(() if plan is None else stretches(plan, at), at)
        if plan is None or aim is None:
            return
        teller = async_plan_teller(self.hass, at)
        vehicle = self._vehicles.at_charger(evse_id)
        for stretch in left:
            start, end = dt_util.as_local(to_minute(stretch.start)), dt_util.as_local(to_minute(stretch.end))
            lines = (teller.amount(stretch), teller.sentence(plan, aim))
            yield CalendarEvent(
                start=start,
                end=max(end, start + _LEAST),
                summary=self.coordinator.name_of(evse_id) if vehicle is None else vehicle.name,
                description="\n".join(line for line in lines if line is not None),
                uid=f"{evse_id}_{start.isoformat()}",
            )
