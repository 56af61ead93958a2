"""A vehicle's sensor: how full it is."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE
from homeassistant.core import HomeAssistant, callback

from ..entity import Place
from ..runtime import SmartChargingConfigEntry
from ..vehicle_entity import VehicleEntity, async_vehicle_places

SOC_DESCRIPTION: Final = SensorEntityDescription(
    key="soc",
    translation_key="soc",
    device_class=SensorDeviceClass.BATTERY,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=PERCENTAGE,
    suggested_display_precision=0,
)


@callback
def async_vehicle_sensors(
    hass: HomeAssistant, entry: SmartChargingConfigEntry
) -> Iterator[tuple[Place, list[VehicleEntity]]]:
    """Make the sensor of each vehicle."""
    for place in async_vehicle_places(hass, entry):
        yield place, [SocSensor(entry, SOC_DESCRIPTION, place)]


class SocSensor(VehicleEntity, SensorEntity):
    """Its state of charge, as told or as worked out; unknown where nobody knows."""

    @property
    @override
    def native_value(self) -> float | None:
        soc = self._vehicles.soc(self._vehicle_id)
        return None if soc is None else round(soc.value * 100)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        soc = self._vehicles.soc(self._vehicle_id)
        return {"estimated": None if soc is None else soc.estimated, "charger": self._charger}

    @property
    def _charger(self) -> str | None:
        evse_id = self._vehicles.charger_of(self._vehicle_id)
        return None if evse_id is None else self.coordinator.name_of(evse_id)

    @override
    def _shows(self) -> object:
        return self.native_value, self.extra_state_attributes
