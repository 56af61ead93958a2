"""Whether the site's meter can be heard."""

from typing import Final, override

from homeassistant.components.binary_sensor import BinarySensorEntity, BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import SiteEntity
from .runtime import SmartChargingConfigEntry

PARALLEL_UPDATES = 0

METER_DESCRIPTION: Final = BinarySensorEntityDescription(
    key="meter",
    translation_key="meter",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001 as Home Assistant calls it
    entry: SmartChargingConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the site's binary sensors."""
    async_add_entities([MeterBinarySensor(entry, METER_DESCRIPTION)])


class MeterBinarySensor(SiteEntity, BinarySensorEntity):
    """On while the meter's reading is fresh and can be believed."""

    @property
    @override
    def is_on(self) -> bool:
        return self.view.headroom.known

    @override
    def _shows(self) -> object:
        return self.is_on
