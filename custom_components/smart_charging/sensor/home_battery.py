"""What a home battery does that may be steered, and why, in one sentence."""

from typing import Any, Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription
from homeassistant.const import MATCH_ALL
from homeassistant.util import dt as dt_util

from ..battery_desk import BatteryTold
from ..engine.model.battery_order import BatteryWay
from ..entity import SiteEntity
from ..runtime import SmartChargingConfigEntry
from ..speech import Blanks, async_speech

BATTERY_DESCRIPTION: Final = SensorEntityDescription(
    key="home_battery",
    translation_key="home_battery",
    device_class=SensorDeviceClass.ENUM,
    options=[way.value for way in BatteryWay],
)


def home_battery_sensors(entry: SmartChargingConfigEntry) -> list[SiteEntity]:
    """Make the sensor; none where the battery is not steered."""
    battery = entry.runtime_data.setup.battery
    return [] if battery is None or battery.handle is None else [HomeBatterySensor(entry, BATTERY_DESCRIPTION)]


class HomeBatterySensor(SiteEntity, SensorEntity):
    """Tells the way that its entity shows; unknown while that is none that has a name here."""

    _unrecorded_attributes = frozenset({MATCH_ALL})

    @property
    @override
    def native_value(self) -> str | None:
        told = self.tick.battery
        return None if told is None or told.way is None else told.way.value

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        told, plan = self.tick.battery, self.tick.ahead.battery
        attributes: dict[str, Any] = {} if told is None else {"reason": self._sentence(told), "code": told.cause.value}
        if plan is None:
            return attributes
        slots = [
            {
                "start": dt_util.as_local(slot.start).isoformat(),
                "end": dt_util.as_local(slot.end).isoformat(),
                "way": slot.way.value,
                "power_kw": round(slot.power_kw, 2),
                "soc": round(100 * slot.soc, 1),
            }
            for slot in plan.slots
        ]
        return attributes | {"slots": slots, "saving": None if plan.saving is None else round(plan.saving, 2)}

    def _sentence(self, told: BatteryTold) -> str:
        until = told.order.until
        blanks = Blanks() if until is None else Blanks(until=f"{dt_util.as_local(until):%H:%M}")
        return async_speech(self.hass, {}).say(f"battery_{told.cause}", blanks)

    @override
    def _shows(self) -> object:
        return self.native_value, self.extra_state_attributes
