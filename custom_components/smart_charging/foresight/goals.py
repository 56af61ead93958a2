"""Goals: what people want of each vehicle, kept over restarts, and the aims that come of it for the cars that are here."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from datetime import datetime
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..engine.accounting.needs import Battery, ParkedCar, aim_for
from ..engine.accounting.session import SessionEnergy
from ..engine.model.aim import Aim
from ..engine.model.evse import Evse, EvseStatus
from ..engine.model.goal_set import Due, GoalSet, GuestGoals
from ..engine.model.site import Site
from ..engine.model.vehicle import Vehicle
from ..sources.event_calendar import CalendarEvent, CalendarSource
from ..store import SiteStore
from .departures import coming, next_due
from .held_goals import HeldGoals
from .vehicles import Sessions, Statuses, Vehicles

_FLOWING_A: Final = 1.0
"""A phase with less carries no charge."""


class Goals:
    """The goals of a site's vehicles by their ids, and of guests' cars by the chargers that they are at."""

    def __init__(self, hass: HomeAssistant, vehicles: Vehicles, store: SiteStore) -> None:
        self._vehicles = vehicles
        self._store = store
        self._instead: Mapping[str, GoalSet] = {}
        self._calendars = {
            vehicle_id: CalendarSource(hass, config.calendar)
            for vehicle_id, config in vehicles.configs.items()
            if config.calendar is not None
        }

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to look into the calendars; `on_change` is called when one of them has other events."""
        for calendar in self._calendars.values():
            calendar.start(on_change)

    @callback
    def stop(self) -> None:
        """Look no more."""
        for calendar in self._calendars.values():
            calendar.stop()

    def of(self, vehicle_id: str) -> GoalSet:
        """What is wanted of this vehicle."""
        return self._instead.get(vehicle_id) or self._store.goals.get(vehicle_id, GoalSet())

    def if_wanted(self, owner_id: str, goals: GoalSet) -> Goals:
        """Give the goals as they would be if this were wanted for a vehicle, or at a charger; only to be asked for aims."""
        asked = copy(self)
        asked._instead = {owner_id: goals}  # noqa: SLF001 its own
        return asked

    @callback
    def set(self, vehicle_id: str, goals: GoalSet) -> None:
        """Want this of a vehicle from now on."""
        self._store.set_goals(vehicle_id, goals)

    def of_guest(self, evse_id: str) -> GoalSet | None:
        """What is wanted for the car at this charger, whosever it is; None where nobody said."""
        if evse_id in self._instead:
            return self._instead[evse_id]
        kept = self._store.guest_goals.get(evse_id)
        return None if kept is None else kept.goals

    @callback
    def set_guest(self, evse_id: str, goals: GoalSet | None) -> None:
        """Want this for the car at this charger until it is unplugged, or nothing any more; where none is, for the next one."""
        presence = self._vehicles.presences.get(evse_id)
        started_at = None if presence is None else presence.started_at
        self._store.set_guest_goals(evse_id, None if goals is None else GuestGoals(goals=goals, started_at=started_at))

    def next_due(self, vehicle_id: str, now: datetime) -> Due | None:
        """The next departure of this vehicle after `now`, UTC; None where there is none."""
        return next_due(self.of(vehicle_id), self._events(vehicle_id), now, dt_util.get_default_time_zone())

    def held(self, vehicle_id: str, now: datetime) -> HeldGoals:
        """What holds for this vehicle at `now`, UTC: what is wanted at the charger that it is at goes before its own goals."""
        zone = dt_util.get_default_time_zone()
        evse_id = self._vehicles.charger_of(vehicle_id)
        guest = None if evse_id is None else self.of_guest(evse_id)
        if guest is not None:
            return HeldGoals(goals=guest, coming=coming(guest, (), now, zone), evse_id=evse_id)
        goals = self.of(vehicle_id)
        return HeldGoals(goals=goals, coming=coming(goals, self._events(vehicle_id), now, zone))

    @callback
    def hold(self, vehicle_id: str, held: HeldGoals) -> None:
        """Want this instead of what holds for this vehicle."""
        if held.evse_id is None:
            self.set(vehicle_id, held.goals)
        else:
            self.set_guest(held.evse_id, held.goals)

    @callback
    def update(self, at: datetime, sessions: Sessions) -> None:
        """Forget at `at`, UTC, what was wanted once and is over, and what was wanted for guests who are gone."""
        for vehicle_id, goals in self._store.goals.items():
            if goals.once is not None and goals.once.at <= at:
                self._store.set_goals(vehicle_id, replace(goals, once=None))
        for evse_id, kept in self._store.guest_goals.items():
            session = sessions.get(evse_id)
            started_at = session.started_at if session is not None and session.running else None
            if kept.started_at is None:
                self._store.set_guest_goals(evse_id, replace(kept, started_at=started_at))
            elif session is not None and kept.started_at != started_at:
                self._store.set_guest_goals(evse_id, None)

    def aims(self, at: datetime, site: Site, statuses: Statuses, sessions: Sessions) -> dict[str, Aim]:
        """Tell at `at`, UTC, what is to be done for the car at each charger; one that is not among them has no goal."""
        found = {
            evse.evse_id: self._aim(evse, statuses.get(evse.evse_id), sessions[evse.evse_id], site.voltage_v, at)
            for evse in site.evses
            if evse.evse_id in sessions and sessions[evse.evse_id].running
        }
        return {evse_id: aim for evse_id, aim in found.items() if aim is not None}

    def _aim(
        self, evse: Evse, status: EvseStatus | None, session: SessionEnergy, voltage_v: float, at: datetime
    ) -> Aim | None:
        config = self._vehicles.at_charger(evse.evse_id)
        guest = self.of_guest(evse.evse_id)
        vehicle = _guest_vehicle(evse, status) if config is None else config.vehicle
        vehicle = replace(vehicle, continuous=self._vehicles.is_continuous(evse.evse_id))
        given_kwh = session.energy_kwh or 0.0
        charged_kwh = vehicle.stored_kwh(given_kwh, session.charging_h)
        car = ParkedCar(
            vehicle=vehicle,
            battery=self._battery(vehicle, charged_kwh) if config is not None else Battery(charged_kwh=charged_kwh),
            evse=evse,
            given_kwh=given_kwh,
            voltage_v=voltage_v,
            charging=status is not None and status.state is not None and status.state.power_flows,
            stay=f"{vehicle.vehicle_id} {session.started_at}",
        )
        if guest is not None:
            # Whoever asks for something at a charger means the car that is there, whatever it wants on other days.
            due = next_due(guest, (), at, dt_util.get_default_time_zone())
            return aim_for(guest, due, car, at)
        if config is None:
            return None
        return aim_for(self.of(vehicle.vehicle_id), self.next_due(vehicle.vehicle_id, at), car, at)

    def _events(self, vehicle_id: str) -> tuple[CalendarEvent, ...]:
        calendar = self._calendars.get(vehicle_id)
        return () if calendar is None else calendar.events

    def _battery(self, vehicle: Vehicle, charged_kwh: float) -> Battery:
        vehicle_id = vehicle.vehicle_id
        charge_limit = self._vehicles.charge_limit(vehicle_id)
        if vehicle.capacity_kwh is None:
            return Battery(charged_kwh=charged_kwh, charge_limit=charge_limit)
        soc = self._vehicles.soc(vehicle_id)
        return Battery(
            soc=self._vehicles.assumed_soc(vehicle_id) if soc is None else soc.value,
            assumed=soc is None,
            charged_kwh=charged_kwh,
            charge_limit=charge_limit,
        )


def _guest_vehicle(evse: Evse, status: EvseStatus | None) -> Vehicle:
    """Take a guest's car for one that charges on one phase until it shows more: whoever is too early is in time."""
    currents: tuple[float, ...] = () if status is None or status.current_a is None else status.current_a
    phases = sum(current >= _FLOWING_A for current in currents)
    return Vehicle(vehicle_id="", phases=max(1, phases), minimum_a=evse.minimum_a, maximum_a=evse.maximum_a)
