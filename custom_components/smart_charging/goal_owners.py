"""Whose goals an action means: a vehicle's, or those of the car at a charger, whosever it is."""

from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import ServiceCall
from homeassistant.exceptions import ServiceValidationError

from .actions import async_find_parts
from .configuration.vehicles import VehicleConfig
from .const import DOMAIN
from .engine.model.goal_set import GoalSet
from .runtime import RuntimeData, SmartChargingConfigEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """One of them; either `vehicle_id` or `evse_id` is set."""

    runtime: RuntimeData
    name: str
    vehicle_id: str | None = None
    evse_id: str | None = None

    @property
    def vehicle(self) -> VehicleConfig | None:
        """The vehicle, as far as it is known."""
        vehicles = self.runtime.vehicles
        return vehicles.at_charger(self.evse_id) if self.evse_id else vehicles.configs.get(self.own_id)

    @property
    def own_id(self) -> str:
        """The vehicle's or the charger's."""
        return self.evse_id or self.vehicle_id or ""

    @property
    def at_charger(self) -> str | None:
        """The charger that is meant, or that the vehicle is at; None: it is at none."""
        return self.evse_id or self.runtime.vehicles.charger_of(self.own_id)

    @property
    def goals(self) -> GoalSet:
        """What is wanted so far."""
        if self.evse_id is not None:
            return self.runtime.goals.of_guest(self.evse_id) or GoalSet()
        return self.runtime.goals.of(self.own_id)

    def want(self, goals: GoalSet | None) -> None:
        """Want this from now on; None: nothing."""
        if self.evse_id is not None:
            self.runtime.goals.set_guest(self.evse_id, goals)
        elif self.vehicle_id is not None:
            self.runtime.goals.set(self.vehicle_id, goals or GoalSet())
        self.runtime.coordinator.async_update_listeners()
        self.runtime.coordinator.wake()


def find_owners(call: ServiceCall) -> list[Owner]:
    """Find whose goals are meant. Raises `ServiceValidationError` where there is nobody."""
    entries: list[SmartChargingConfigEntry] = call.hass.config_entries.async_entries(DOMAIN)
    loaded = [entry for entry in entries if entry.state is ConfigEntryState.LOADED]
    found = [
        owner
        for part_id in sorted(async_find_parts(call.hass, call.data))
        for entry in loaded
        if (owner := _owner(entry, part_id)) is not None
    ]
    if not found:
        raise refuse("no_vehicle")
    return found


def _owner(entry: SmartChargingConfigEntry, part_id: str) -> Owner | None:
    runtime = entry.runtime_data
    if part_id in runtime.setup.vehicles:
        return Owner(runtime=runtime, name=entry.subentries[part_id].title, vehicle_id=part_id)
    if any(evse.evse_id == part_id for evse in runtime.setup.site.evses):
        return Owner(runtime=runtime, name=entry.subentries[part_id].title, evse_id=part_id)
    return None


def refuse(key: str, **placeholders: str) -> ServiceValidationError:
    """Make the error that says this to whoever called the action."""
    return ServiceValidationError(translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders)
