"""An appliance's sensor: why it runs, or does not."""

from collections.abc import Iterator
from typing import Any, Final, override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription
from homeassistant.const import MATCH_ALL
from homeassistant.core import HomeAssistant, callback

from ..entity import LoadEntity, Place, async_load_places
from ..reasons import load_sentence
from ..runtime import SmartChargingConfigEntry
from ..speech import async_speech

LOAD_REASON_DESCRIPTION: Final = SensorEntityDescription(key="reason", translation_key="reason")


@callback
def async_load_sensors(
    hass: HomeAssistant, entry: SmartChargingConfigEntry
) -> Iterator[tuple[Place, list[LoadEntity]]]:
    """Make the sensors of each appliance."""
    for place in async_load_places(hass, entry):
        yield place, [LoadReasonSensor(entry, LOAD_REASON_DESCRIPTION, place)]


class LoadReasonSensor(LoadEntity, SensorEntity):
    """Why an appliance runs or not, in one sentence."""

    _unrecorded_attributes = frozenset({MATCH_ALL})

    @property
    @override
    def native_value(self) -> str | None:
        reason = self.view.reason
        speech = async_speech(self.hass, self.coordinator.circuit_names, self.coordinator.limit_names)
        return None if reason is None else load_sentence(speech, reason)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        reason = self.view.reason
        return None if reason is None else {"code": reason.code.value, **reason.params}

    @override
    def _shows(self) -> object:
        """Compare the sentence alone: it leaves out what changes every second."""
        return self.native_value
