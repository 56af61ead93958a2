"""The mode of each charger, and which car is at it; the strategy of each vehicle."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, override

from homeassistant.components.select import DOMAIN as SELECT_DOMAIN
from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .engine.model.goal_set import GoalStrategy
from .engine.model.mode import Mode
from .engine.model.presence import GUEST, Presence
from .entity import ChargerEntity, ChargerPlace, SmartChargingEntity, async_charger_places, async_forget_others
from .runtime import SmartChargingConfigEntry
from .vehicle_entity import AUTOMATIC, VehicleEntity, async_vehicle_places, car_options

PARALLEL_UPDATES = 0

MODE_DESCRIPTION: Final = SelectEntityDescription(
    key="mode", translation_key="mode", options=[mode.value for mode in Mode]
)
CAR_DESCRIPTION: Final = SelectEntityDescription(key="car", translation_key="car", options=[AUTOMATIC, GUEST])
STRATEGY_DESCRIPTION: Final = SelectEntityDescription(
    key="goal_strategy", translation_key="goal_strategy", options=[strategy.value for strategy in GoalStrategy]
)


async def async_setup_entry(
    hass: HomeAssistant, entry: SmartChargingConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the choices of each charger and of each vehicle."""
    made: list[SmartChargingEntity] = []
    for place in async_charger_places(hass, entry):
        selects: list[ModeSelect | CarSelect] = [ModeSelect(entry, MODE_DESCRIPTION, place)]
        if entry.runtime_data.setup.vehicles:
            selects.append(CarSelect(entry, CAR_DESCRIPTION, place))
        async_add_entities(selects, config_subentry_id=place.evse.evse_id)
        made += selects
    for vehicle in async_vehicle_places(hass, entry):
        strategy = StrategySelect(entry, STRATEGY_DESCRIPTION, vehicle)
        async_add_entities([strategy], config_subentry_id=vehicle.subentry_id)
        made.append(strategy)
    async_forget_others(hass, entry, SELECT_DOMAIN, made)


class ModeSelect(ChargerEntity, SelectEntity):
    """How a charger is asked to charge, when nothing goes before that. It can be asked while it is offline."""

    @property
    @override
    def options(self) -> list[str]:
        """All modes; `smart` only where it does anything else than `fast`, or was chosen when it did."""
        smart = self.coordinator.knows_off_peak or self.view.mode is Mode.SMART
        return [mode.value for mode in Mode if smart or mode is not Mode.SMART]

    @property
    @override
    def current_option(self) -> str:
        return self.view.mode.value

    @override
    async def async_select_option(self, option: str) -> None:
        await self.async_set_mode(Mode(option))

    @override
    def _shows(self) -> object:
        return self.current_option


class CarSelect(ChargerEntity, SelectEntity):
    """Which car is here: found out, or said by a person until it is unplugged; its attributes tell what was found."""

    def __init__(
        self, entry: SmartChargingConfigEntry, description: SelectEntityDescription, place: ChargerPlace
    ) -> None:
        super().__init__(entry, description, place)
        self._vehicles = entry.runtime_data.vehicles
        self._cars = car_options(self._vehicles.configs)
        self._attr_options = list(self._cars)

    @property
    @override
    def current_option(self) -> str:
        choice = self._vehicles.choice(self._evse.evse_id)
        return next((option for option, car in self._cars.items() if car == choice), AUTOMATIC)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        presence = self._presence
        return {
            "vehicle": self._name(presence.vehicle_id) if presence.vehicle_id else None,
            "found_by": presence.sign,
            "candidates": [self._name(vehicle_id) for vehicle_id in presence.candidates],
        }

    @override
    async def async_select_option(self, option: str) -> None:
        self._vehicles.choose(self._evse.evse_id, self._cars[option])
        self.coordinator.async_update_listeners()
        self.coordinator.wake()

    @property
    def _presence(self) -> Presence:
        return self._vehicles.presences.get(self._evse.evse_id, Presence())

    def _name(self, vehicle_id: str) -> str | None:
        config = self._vehicles.configs.get(vehicle_id)
        return None if config is None else config.name

    @override
    def _shows(self) -> object:
        return self.current_option, self._presence


class StrategySelect(VehicleEntity, SelectEntity):
    """How what is wanted of it is reached. What needs a figure is offered once that is set."""

    @property
    @override
    def options(self) -> list[str]:
        terms = self.goals.terms
        figures = {GoalStrategy.BELOW_PRICE: terms.price_limit, GoalStrategy.CHEAPEST_HOURS: terms.hours}
        return [strategy.value for strategy in GoalStrategy if figures.get(strategy, 0) is not None]

    @property
    @override
    def current_option(self) -> str:
        return self.goals.terms.strategy.value

    @override
    async def async_select_option(self, option: str) -> None:
        goals = self.goals
        self.want(replace(goals, terms=replace(goals.terms, strategy=GoalStrategy(option))))

    @override
    def _shows(self) -> object:
        return self.current_option, self.options
