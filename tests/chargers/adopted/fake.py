"""A small integration with real entities, which stands for those that bring chargers; its charger is a few numbers."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, override

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.components.button import ButtonEntity
from homeassistant.components.number import NumberEntity
from homeassistant.components.select import SelectEntity
from homeassistant.components.sensor import SensorEntity
from homeassistant.components.switch import SwitchEntity
from homeassistant.config_entries import ConfigEntry, ConfigFlow
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    MockPlatform,
    mock_config_flow,
    mock_integration,
    mock_platform,
)

from custom_components.smart_charging.engine.model.evse import EvState


class FakeCharger:
    """What a charger is, whatever its entities are called. Currents in A per phase, the same on all of its three."""

    def __init__(self) -> None:
        self.there = False
        self.state = EvState.A
        self.limit_a = 6.0
        self.paused = False
        self.phases = 3
        self.current_a = 0.0
        self.register_kwh = 1000.0
        self.commands: list[float] = []
        """What it was told to offer, oldest first; 0 is a pause."""
        self.refusing = False
        self.failing: Exception | None = None
        self.hangs = False
        """It takes what it is told, and answers nothing."""
        self.deaf = False
        """It says yes, and shows nothing of it until its next poll."""
        self.entities: list[Entity] = []

    @property
    def power_w(self) -> float:
        """At 230 V."""
        return self.current_a * 230 * self.phases

    async def take(self, change: Callable[[], None]) -> None:
        """It was told something."""
        if self.refusing:
            raise HomeAssistantError("it says no")
        if self.failing is not None:
            raise self.failing
        change()
        self.commands.append(0.0 if self.paused else self.limit_a)
        if self.hangs:
            await asyncio.Event().wait()
        if not self.deaf:
            self.show()

    def show(self) -> None:
        """Let its entities say what it is."""
        for entity in self.entities:
            entity.async_write_ha_state()

    def set_limit(self, value: float) -> None:
        self.limit_a = value

    def set_paused(self, *, paused: bool) -> None:
        self.paused = paused

    def set_phases(self, phases: int) -> None:
        self.phases = phases


class FakeEntity(Entity):
    """An entity of it."""

    _attr_should_poll = False
    _attr_has_entity_name = True

    def __init__(self, charger: FakeCharger, unique_id: str, domain: str) -> None:
        self.charger = charger
        self.domain = domain
        self._attr_unique_id = unique_id
        self._attr_name = unique_id
        self._attr_device_info = DeviceInfo(identifiers={("fake", "1")}, name="Garage")

    @property
    @override
    def available(self) -> bool:
        return self.charger.there


class FakeSensor(FakeEntity, SensorEntity):
    def __init__(self, charger: FakeCharger, unique_id: str, value: Callable[[], Any], unit: str | None = None) -> None:
        super().__init__(charger, unique_id, "sensor")
        self.value = value
        self._attr_native_unit_of_measurement = unit

    @property
    @override
    def native_value(self) -> Any:
        return self.value()


class FakeBinarySensor(FakeEntity, BinarySensorEntity):
    def __init__(self, charger: FakeCharger, unique_id: str, value: Callable[[], bool]) -> None:
        super().__init__(charger, unique_id, "binary_sensor")
        self.value = value

    @property
    @override
    def is_on(self) -> bool:
        return self.value()


class FakeNumber(FakeEntity, NumberEntity):
    def __init__(
        self,
        charger: FakeCharger,
        unique_id: str,
        *,
        least: float = 6,
        most: float = 32,
        step: float = 1,
        unit: str | None = "A",
        per_a: float = 1.0,
    ) -> None:
        super().__init__(charger, unique_id, "number")
        self._attr_native_min_value, self._attr_native_max_value = least, most
        self._attr_native_step, self._attr_native_unit_of_measurement = step, unit
        self.per_a = per_a

    @property
    @override
    def native_value(self) -> float:
        return self.charger.limit_a * self.per_a

    @override
    async def async_set_native_value(self, value: float) -> None:
        await self.charger.take(lambda: self.charger.set_limit(value / self.per_a))


class FakePhases(FakeNumber):
    @property
    @override
    def native_value(self) -> float:
        return self.charger.phases

    @override
    async def async_set_native_value(self, value: float) -> None:
        # It is no offer.
        self.charger.phases = int(value)
        self.async_write_ha_state()


class FakeSwitch(FakeEntity, SwitchEntity):
    """Lets it charge; `inverted`: pauses it."""

    def __init__(self, charger: FakeCharger, unique_id: str, *, inverted: bool = False) -> None:
        super().__init__(charger, unique_id, "switch")
        self.inverted = inverted

    @property
    @override
    def is_on(self) -> bool:
        return self.charger.paused is self.inverted

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await self.charger.take(lambda: self.charger.set_paused(paused=self.inverted))

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self.charger.take(lambda: self.charger.set_paused(paused=not self.inverted))


class FakeOnePhase(FakeEntity, SwitchEntity):
    def __init__(self, charger: FakeCharger, unique_id: str) -> None:
        super().__init__(charger, unique_id, "switch")

    @property
    @override
    def is_on(self) -> bool:
        return self.charger.phases == 1

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        self.charger.phases = 1
        self.async_write_ha_state()

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        self.charger.phases = 3
        self.async_write_ha_state()


class FakeSelect(FakeEntity, SelectEntity):
    """Of two or more options; `read` and `choose` say what they mean."""

    def __init__(
        self,
        charger: FakeCharger,
        unique_id: str,
        options: list[str],
        read: Callable[[], str],
        choose: Callable[[str], Callable[[], None]],
    ) -> None:
        super().__init__(charger, unique_id, "select")
        self._attr_options = options
        self.read, self.choose = read, choose

    @property
    @override
    def current_option(self) -> str:
        return self.read()

    @override
    async def async_select_option(self, option: str) -> None:
        await self.charger.take(self.choose(option))


class FakeButton(FakeEntity, ButtonEntity):
    def __init__(self, charger: FakeCharger, unique_id: str, pressed: Callable[[], None]) -> None:
        super().__init__(charger, unique_id, "button")
        self.pressed = pressed

    @override
    async def async_press(self) -> None:
        await self.charger.take(self.pressed)


async def set_up(hass: HomeAssistant, platform: str, entities: Iterable[FakeEntity]) -> MockConfigEntry:
    """Set the integration up, with these entities."""
    entities = list(entities)
    domains = sorted({entity.domain for entity in entities})

    async def set_up_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
        await hass.config_entries.async_forward_entry_setups(entry, domains)
        return True

    def adder(domain: str) -> Any:
        async def add(_: HomeAssistant, __: ConfigEntry, async_add: AddConfigEntryEntitiesCallback) -> None:
            async_add([entity for entity in entities if entity.domain == domain])

        return add

    mock_integration(hass, MockModule(platform, async_setup_entry=set_up_entry))
    mock_platform(hass, f"{platform}.config_flow")
    for domain in domains:
        mock_platform(hass, f"{platform}.{domain}", MockPlatform(async_setup_entry=adder(domain)))
    entry = MockConfigEntry(domain=platform)
    entry.add_to_hass(hass)
    with mock_config_flow(platform, ConfigFlow):
        assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry
