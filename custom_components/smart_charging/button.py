"""Buttons for what is wanted just this once: charge now, and back to normal."""

from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import ChargerEntity, async_charger_places
from .runtime import SmartChargingConfigEntry
from .wishes import async_cancel_override, async_charge_now, expect_car

PARALLEL_UPDATES = 0

CHARGE_NOW_DESCRIPTION: Final = ButtonEntityDescription(key="charge_now", translation_key="charge_now")
BACK_TO_NORMAL_DESCRIPTION: Final = ButtonEntityDescription(key="back_to_normal", translation_key="back_to_normal")


async def async_setup_entry(
    hass: HomeAssistant, entry: SmartChargingConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the buttons of each charger."""
    for place in async_charger_places(hass, entry):
        buttons = [
            ChargeNowButton(entry, CHARGE_NOW_DESCRIPTION, place),
            BackToNormalButton(entry, BACK_TO_NORMAL_DESCRIPTION, place),
        ]
        async_add_entities(buttons, config_subentry_id=place.subentry_id)


class ChargeNowButton(ChargerEntity, ButtonEntity):
    """As fast as the site allows, until the car is unplugged."""

    @override
    async def async_press(self) -> None:
        expect_car(self.coordinator, self._evse.evse_id)
        await async_charge_now(self.coordinator, self._evse.evse_id)

    @override
    def _shows(self) -> object:
        return None


class BackToNormalButton(ChargerEntity, ButtonEntity):
    """The kept mode again."""

    @property
    @override
    def available(self) -> bool:
        return super().available and self.view.wish is not None

    @override
    async def async_press(self) -> None:
        await async_cancel_override(self.coordinator, self._evse.evse_id)

    @override
    def _shows(self) -> object:
        return None
