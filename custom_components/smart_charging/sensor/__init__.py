"""Sensors: what each charger does and why, and what is planned, what the supply and its circuits carry, why appliances are off, how full vehicles are."""

from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..entity import SmartChargingEntity, async_forget_others
from ..runtime import SmartChargingConfigEntry
from ..speech import async_load_texts
from .charger import async_charger_sensors
from .circuit import async_circuit_sensors
from .load import async_load_sensors
from .plan import async_plan_sensors
from .site import site_sensors
from .vehicle import async_vehicle_sensors

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant, entry: SmartChargingConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the sensors of the site, of its chargers, of its circuits, of its appliances and of its vehicles."""
    await async_load_texts(hass)
    made: list[SmartChargingEntity] = [*site_sensors(entry)]
    async_add_entities(made)
    below = (
        async_charger_sensors(hass, entry),
        async_plan_sensors(hass, entry),
        async_circuit_sensors(hass, entry),
        async_load_sensors(hass, entry),
        async_vehicle_sensors(hass, entry),
    )
    for places in below:
        for place, sensors in places:
            async_add_entities(sensors, config_subentry_id=place.subentry_id)
            made += sensors
    async_forget_others(hass, entry, SENSOR_DOMAIN, made)
