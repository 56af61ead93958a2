"""What the entities of a vehicle share: they show what is known and wanted of it, wherever it is."""

from collections.abc import Mapping
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity import EntityDescription
from homeassistant.util import dt as dt_util

from .configuration.vehicles import VehicleConfig
from .engine.model.goal_set import GoalSet
from .engine.model.presence import GUEST
from .entity import Place, SmartChargingEntity, async_place
from .foresight.goals import Goals
from .foresight.held_goals import HeldGoals
from .foresight.vehicles import Vehicles
from .runtime import SmartChargingConfigEntry

AUTOMATIC: Final = "automatic"
"""Nobody says which car it is: it is found out."""


class VehicleEntity(SmartChargingEntity):
    """A view of one vehicle."""

    def __init__(self, entry: SmartChargingConfigEntry, description: EntityDescription, place: Place) -> None:
        super().__init__(entry.runtime_data.coordinator, description, place.subentry_id, place.device_info)
        self._vehicle_id = place.subentry_id
        self._vehicles: Vehicles = entry.runtime_data.vehicles
        self._goals: Goals = entry.runtime_data.goals

    @property
    def config(self) -> VehicleConfig:
        """The vehicle as it is set up."""
        return self._vehicles.configs[self._vehicle_id]

    @property
    def goals(self) -> GoalSet:
        """What is wanted of it."""
        return self._goals.of(self._vehicle_id)

    @property
    def held(self) -> HeldGoals:
        """What holds for it now."""
        return self._goals.held(self._vehicle_id, dt_util.utcnow())

    @callback
    def hold(self, held: HeldGoals) -> None:
        """Want this instead of what holds for it now."""
        self._goals.hold(self._vehicle_id, held)
        self._show_wanted()

    @callback
    def want(self, goals: GoalSet) -> None:
        """Want this of it from now on. All that shows it shows it at once; its effect comes with the next tick."""
        self._goals.set(self._vehicle_id, goals)
        self._show_wanted()

    def _show_wanted(self) -> None:
        self.coordinator.async_update_listeners()
        self.coordinator.wake()


@callback
def async_vehicle_places(hass: HomeAssistant, entry: SmartChargingConfigEntry) -> list[Place]:
    """List the vehicles of a site."""
    return [async_place(hass, entry, vehicle_id) for vehicle_id in entry.runtime_data.setup.vehicles]


def car_options(configs: Mapping[str, VehicleConfig]) -> dict[str, str | None]:
    """Name what may be said of the car at a charger: a vehicle's id, `GUEST`, or None for nothing. No two have one name."""
    options: dict[str, str | None] = {AUTOMATIC: None}
    for vehicle_id, config in configs.items():
        name, number = config.name, 2
        while name in {*options, GUEST}:
            name, number = f"{config.name} ({number})", number + 1
        options[name] = vehicle_id
    options[GUEST] = GUEST
    return options
