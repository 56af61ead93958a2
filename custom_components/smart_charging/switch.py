"""Switches of each charger: charging is wanted, or not; it is in service, or not. Of each vehicle: what is repeated is paused.

Of the site: its home battery is steered, or not.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.restore_state import ExtraStoredData, RestoreEntity
from homeassistant.util import dt as dt_util

from .engine.model.mode import Mode
from .engine.model.operation import Operation
from .entity import ChargerEntity, SiteEntity, async_charger_places
from .operations import async_ask, offers
from .runtime import SmartChargingConfigEntry
from .vehicle_entity import VehicleEntity, async_vehicle_places

PARALLEL_UPDATES = 0

CHARGING_DESCRIPTION: Final = SwitchEntityDescription(key="charging", translation_key="charging")
AVAILABLE_DESCRIPTION: Final = SwitchEntityDescription(
    key="available", translation_key="available", entity_category=EntityCategory.CONFIG
)

BATTERY_DESCRIPTION: Final = SwitchEntityDescription(
    key="steer_battery", translation_key="steer_battery", entity_category=EntityCategory.CONFIG
)

CONTINUOUS_DESCRIPTION: Final = SwitchEntityDescription(
    key="continuous", translation_key="continuous", entity_category=EntityCategory.CONFIG
)
PAUSED_DESCRIPTION: Final = SwitchEntityDescription(key="repeat_paused", translation_key="repeat_paused")


async def async_setup_entry(
    hass: HomeAssistant, entry: SmartChargingConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the switches of the site, of each charger and of each vehicle."""
    battery = entry.runtime_data.setup.battery
    of_site = [] if battery is None or battery.handle is None else [SteerBatterySwitch(entry, BATTERY_DESCRIPTION)]
    async_add_entities(of_site)
    for place in async_charger_places(hass, entry):
        switches: list[SwitchEntity] = [ChargingSwitch(entry, CHARGING_DESCRIPTION, place)]
        if offers(entry, place.evse.evse_id, Operation.AVAILABILITY):
            switches.append(AvailableSwitch(entry, AVAILABLE_DESCRIPTION, place))
        async_add_entities(switches, config_subentry_id=place.evse.evse_id)
    for vehicle in async_vehicle_places(hass, entry):
        paused = RepeatPausedSwitch(entry, PAUSED_DESCRIPTION, vehicle)
        continuous = ContinuousSwitch(entry, CONTINUOUS_DESCRIPTION, vehicle)
        async_add_entities([paused, continuous], config_subentry_id=vehicle.subentry_id)


@dataclass(frozen=True, slots=True)
class Resume(ExtraStoredData):
    """The mode that turning on returns to, kept over a restart."""

    mode: Mode = Mode.FAST

    @override
    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Resume:
        """Read what was kept; a mode that there is no more counts as `fast`."""
        mode = stored.get("mode")
        return cls(Mode(mode)) if mode in tuple(Mode) and mode != Mode.OFF else cls()


class ChargingSwitch(ChargerEntity, SwitchEntity, RestoreEntity):
    """On while the charger is asked to charge, just this once or for good; turning it on returns to the mode before."""

    _resume = Resume()

    @property
    @override
    def is_on(self) -> bool:
        return self.view.effective_mode is not Mode.OFF

    @property
    @override
    def extra_restore_state_data(self) -> Resume:
        return self._resume

    @override
    async def async_added_to_hass(self) -> None:
        if stored := await self.async_get_last_extra_data():
            self._resume = Resume.from_dict(stored.as_dict())
        self._remember()
        await super().async_added_to_hass()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        self._remember()
        super()._handle_coordinator_update()

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        if not self.is_on:
            await self.async_set_mode(self._resume.mode)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self.async_set_mode(Mode.OFF)

    def _remember(self) -> None:
        if (mode := self.view.mode) is not Mode.OFF:
            self._resume = Resume(mode)

    @override
    def _shows(self) -> object:
        return self.is_on


class AvailableSwitch(ChargerEntity, SwitchEntity):
    """On while the charger is in service. It says so itself: what it does later, it shows later."""

    @property
    @override
    def available(self) -> bool:
        return super().available and self.view.reachable is not None

    @property
    @override
    def is_on(self) -> bool | None:
        return self.view.status.available if self.view.status else None

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await self._set(available=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self._set(available=False)

    async def _set(self, *, available: bool) -> None:
        await async_ask(
            self.coordinator.config_entry,
            self._evse.evse_id,
            Operation.AVAILABILITY,
            lambda charger: charger.set_available(available=available),
        )

    @override
    def _shows(self) -> object:
        return self.is_on


class SteerBatterySwitch(SiteEntity, SwitchEntity):
    """On while the home battery may be steered; turned off it is by itself at once."""

    @property
    @override
    def is_on(self) -> bool:
        return self.coordinator.steers_battery

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        self._set(steers=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        self._set(steers=False)

    def _set(self, *, steers: bool) -> None:
        self.coordinator.set_steers_battery(steers=steers)
        self.coordinator.async_update_listeners()

    @override
    def _shows(self) -> object:
        return self.is_on


class RepeatPausedSwitch(VehicleEntity, SwitchEntity):
    """On while departures that are repeated do not hold, as on holiday; a day may be set on which that ends."""

    @property
    @override
    def is_on(self) -> bool:
        goals = self.goals
        return goals.paused and (goals.paused_until is None or dt_util.now().date() < goals.paused_until)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        return {"until": self.goals.paused_until if self.is_on else None}

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        self.want(replace(self.goals, paused=True, paused_until=None))

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        self.want(replace(self.goals, paused=False, paused_until=None))

    @override
    def _shows(self) -> object:
        return self.is_on, self.goals.paused_until


class ContinuousSwitch(VehicleEntity, SwitchEntity):
    """On while it is charged in one go, as it was set up, chosen, or learned when it did not go on after a pause."""

    @property
    @override
    def is_on(self) -> bool:
        return self._vehicles.pause_habit(self._vehicle_id).continuous

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        return {"learned_at": self._vehicles.pause_habit(self._vehicle_id).seen_at}

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        self._choose(continuous=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        self._choose(continuous=False)

    def _choose(self, *, continuous: bool) -> None:
        self._vehicles.choose_continuous(self._vehicle_id, continuous=continuous)
        self.coordinator.async_update_listeners()
        self.coordinator.wake()

    @override
    def _shows(self) -> object:
        return self._vehicles.pause_habit(self._vehicle_id)
