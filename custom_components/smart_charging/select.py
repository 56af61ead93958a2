"""The mode of each charger: how it is asked to charge."""

from typing import Final, override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .engine.model.mode import Mode
from .entity import ChargerEntity, async_charger_places
from .runtime import SmartChargingConfigEntry

PARALLEL_UPDATES = 0

MODE_DESCRIPTION: Final = SelectEntityDescription(
    key="mode", translation_key="mode", options=[mode.value for mode in Mode]
)


async def async_setup_entry(
    hass: HomeAssistant, entry: SmartChargingConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the mode of each charger."""
    for place in async_charger_places(hass, entry):
        select = ModeSelect(entry, MODE_DESCRIPTION, place)
        async_add_entities([select], config_subentry_id=place.evse.evse_id)


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
