"""A calendar of the site: when each car is going to charge."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple, override

from homeassistant.components.calendar import CalendarEntity, CalendarEntityDescription, CalendarEvent
from homeassistant.components.calendar.const import DOMAIN as CALENDAR_DOMAIN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .entity import SiteEntity, async_forget_others
from .foresight.vehicles import Vehicles
from .plan_entity import async_plan_teller
from .plan_stretches import Beginning, stretches, to_minute
from .runtime import SmartChargingConfigEntry
from .speech import async_load_texts

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


class Planned(NamedTuple):
    """What is told of a stretch: a calendar's own events are dear to make, and a tick comes each second."""

    start: datetime
    end: datetime
    summary: str
    description: str
    evse_id: str

    def event(self) -> CalendarEvent:
        """Make an event of it, by the home's clocks."""
        start = dt_util.as_local(self.start)
        return CalendarEvent(
            start=start,
            end=dt_util.as_local(self.end),
            summary=self.summary,
            description=self.description,
            uid=f"{self.evse_id}_{start.isoformat()}",
        )


class PlannedCalendar(SiteEntity, CalendarEntity):
    """An event for each stretch of time in which a car is to charge without a pause. It tells what is to come, and no past."""

    entity_description: CalendarEntityDescription

    def __init__(self, entry: SmartChargingConfigEntry, description: CalendarEntityDescription) -> None:
        super().__init__(entry, description)
        self._vehicles: Vehicles = entry.runtime_data.vehicles
        self._beginnings = {evse.evse_id: Beginning() for evse in entry.runtime_data.setup.site.evses}
        self._planned: Sequence[Planned] = ()

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """The one that is on, or else the next one."""
        return self._planned[0].event() if self._planned else None

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        return [it.event() for it in self._planned if it.start < end_date and it.end > start_date]

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
        return self._planned

    def _look(self) -> None:
        self._planned = sorted(
            planned for evse_id, beginning in self._beginnings.items() for planned in self._of(evse_id, beginning)
        )

    def _of(self, evse_id: str, beginning: Beginning) -> Iterator[Planned]:
        """List what is planned at one charger."""
        at, ahead = self.tick.snapshot.at, self.tick.ahead
        plan, aim = ahead.plans.get(evse_id), ahead.aims.get(evse_id)
        left = beginning.keep(() if plan is None else stretches(plan, at), at)
        if not left or plan is None or aim is None:
            return
        teller = async_plan_teller(self.hass, at)
        sentence = teller.sentence(plan, aim)
        vehicle = self._vehicles.at_charger(evse_id)
        for stretch in left:
            start, end = to_minute(stretch.start), to_minute(stretch.end)
            amount = teller.amount(stretch)
            yield Planned(
                start=start,
                end=max(end, start + _LEAST),
                summary=self.coordinator.name_of(evse_id) if vehicle is None else vehicle.name,
                description=sentence if amount is None else f"{amount}\n{sentence}",
                evse_id=evse_id,
            )
