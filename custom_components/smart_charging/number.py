"""The priority of each charger; how much charge is wanted of each vehicle, and what it has, where nothing else tells."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components.number import NumberEntity, NumberEntityDescription
from homeassistant.components.number.const import DOMAIN as NUMBER_DOMAIN
from homeassistant.components.number.const import NumberDeviceClass, NumberMode
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfEnergy
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .configuration.rules.vehicle import MOST_KWH
from .engine.model.goal_set import Target, TargetKind
from .entity import ChargerEntity, SmartChargingEntity, async_charger_places, async_forget_others
from .runtime import SmartChargingConfigEntry
from .vehicle_entity import VehicleEntity, async_vehicle_places

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
WANTED_SHARE_DESCRIPTION: Final = NumberEntityDescription(
    key="wanted",
    translation_key="wanted",
    native_min_value=10,
    native_max_value=100,
    native_step=1,
    native_unit_of_measurement=PERCENTAGE,
    mode=NumberMode.SLIDER,
)
WANTED_ENERGY_DESCRIPTION: Final = NumberEntityDescription(
    key="wanted",
    translation_key="wanted",
    native_min_value=0,
    native_max_value=MOST_KWH,
    native_step=0.5,
    native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
    mode=NumberMode.BOX,
)
SOC_NOW_DESCRIPTION: Final = NumberEntityDescription(
    key="soc_now",
    translation_key="soc_now",
    device_class=NumberDeviceClass.BATTERY,
    native_min_value=0,
    native_max_value=100,
    native_step=1,
    native_unit_of_measurement=PERCENTAGE,
    mode=NumberMode.SLIDER,
)


async def async_setup_entry(
    hass: HomeAssistant, entry: SmartChargingConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the numbers of each charger and of each vehicle."""
    made: list[SmartChargingEntity] = []
    for place in async_charger_places(hass, entry):
        priority = PriorityNumber(entry, PRIORITY_DESCRIPTION, place)
        async_add_entities([priority], config_subentry_id=place.subentry_id)
        made.append(priority)
    for vehicle in async_vehicle_places(hass, entry):
        config = entry.runtime_data.setup.vehicles[vehicle.subentry_id]
        numbers: list[WantedShareNumber | WantedEnergyNumber | SocNowNumber] = []
        if config.vehicle.capacity_kwh is None:
            numbers.append(WantedEnergyNumber(entry, WANTED_ENERGY_DESCRIPTION, vehicle))
        else:
            numbers.append(WantedShareNumber(entry, WANTED_SHARE_DESCRIPTION, vehicle))
            if not config.is_linked:
                numbers.append(SocNowNumber(entry, SOC_NOW_DESCRIPTION, vehicle))
        async_add_entities(numbers, config_subentry_id=vehicle.subentry_id)
        made += numbers
    async_forget_others(hass, entry, NUMBER_DOMAIN, made)


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


class WantedNumber(VehicleEntity, NumberEntity):
    """How much is wanted by what holds now, be it for just this once; setting it changes that."""

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        return {"set_for": self.held.target_holds}

    @override
    def _shows(self) -> object:
        return self.native_value, self.held.target_holds


class WantedShareNumber(WantedNumber):
    """Which share of its battery is wanted, %; unknown where something else than a share is."""

    @property
    @override
    def native_max_value(self) -> float:
        return round(self.config.vehicle.limit_soc * 100)

    @property
    @override
    def native_value(self) -> float | None:
        target = self.held.target
        if target is None:
            return round(self.config.vehicle.limit_soc * 100)
        return round(target.amount * 100) if target.kind is TargetKind.SOC else None

    @override
    async def async_set_native_value(self, value: float) -> None:
        self.hold(self.held.with_target(Target(kind=TargetKind.SOC, amount=value / 100)))


class WantedEnergyNumber(WantedNumber):
    """How much energy is wanted, kWh, of a vehicle of which nobody knows what its battery holds."""

    @property
    @override
    def native_value(self) -> float | None:
        target = self.held.target
        return target.amount if target is not None and target.kind is TargetKind.ENERGY else None

    @override
    async def async_set_native_value(self, value: float) -> None:
        self.hold(self.held.with_target(Target(kind=TargetKind.ENERGY, amount=value)))


class SocNowNumber(VehicleEntity, NumberEntity):
    """How full it is, %, as a person says; carried on by what is charged."""

    @property
    @override
    def native_value(self) -> float | None:
        soc = self._vehicles.soc(self._vehicle_id)
        return None if soc is None else round(soc.value * 100)

    @override
    async def async_set_native_value(self, value: float) -> None:
        self._vehicles.set_soc(self._vehicle_id, value / 100, dt_util.utcnow())
        self.coordinator.async_update_listeners()
        self.coordinator.wake()

    @override
    def _shows(self) -> object:
        return self.native_value
