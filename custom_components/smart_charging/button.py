"""Buttons: charge now, and back to normal; restart a charger, and release its plug."""

from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.components.button.const import ButtonDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .engine.model.operation import Operation
from .entity import ChargerEntity, async_charger_places
from .operations import async_ask, offers
from .runtime import SmartChargingConfigEntry
from .wishes import async_cancel_override, async_charge_now, expect_car

PARALLEL_UPDATES = 0

CHARGE_NOW_DESCRIPTION: Final = ButtonEntityDescription(key="charge_now", translation_key="charge_now")
BACK_TO_NORMAL_DESCRIPTION: Final = ButtonEntityDescription(key="back_to_normal", translation_key="back_to_normal")


RESTART_DESCRIPTION: Final = ButtonEntityDescription(
    key="restart", device_class=ButtonDeviceClass.RESTART, entity_category=EntityCategory.CONFIG
)
UNLOCK_DESCRIPTION: Final = ButtonEntityDescription(
    key="unlock", translation_key="unlock", entity_category=EntityCategory.CONFIG
)


async def async_setup_entry(
    hass: HomeAssistant, entry: SmartChargingConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the buttons of each charger."""
    for place in async_charger_places(hass, entry):
        buttons: list[ButtonEntity] = [
            ChargeNowButton(entry, CHARGE_NOW_DESCRIPTION, place),
            BackToNormalButton(entry, BACK_TO_NORMAL_DESCRIPTION, place),
        ]
        if offers(entry, place.evse.evse_id, Operation.RESTART):
            buttons.append(RestartButton(entry, RESTART_DESCRIPTION, place))
        if offers(entry, place.evse.evse_id, Operation.UNLOCK):
            buttons.append(UnlockButton(entry, UNLOCK_DESCRIPTION, place))
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


class OperationButton(ChargerEntity, ButtonEntity):
    """Something that a charger does by itself, while it can be asked."""

    @property
    @override
    def available(self) -> bool:
        return super().available and self.view.reachable is not None

    @override
    def _shows(self) -> object:
        return None


class RestartButton(OperationButton):
    """As soon as the car has charged."""

    @override
    async def async_press(self) -> None:
        await async_ask(
            self.coordinator.config_entry,
            self._evse.evse_id,
            Operation.RESTART,
            lambda charger: charger.restart(at_once=False),
        )


class UnlockButton(OperationButton):
    """A button rather than a lock: the plug is released once, and nobody knows whether it is locked."""

    @override
    async def async_press(self) -> None:
        await async_ask(
            self.coordinator.config_entry, self._evse.evse_id, Operation.UNLOCK, lambda charger: charger.unlock()
        )
