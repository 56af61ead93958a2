"""The home's own battery: the states of its sensors, turned into one reading."""

from homeassistant.core import HomeAssistant, callback

from ..engine.model.battery import BatteryReading
from .power import PowerSensor, finite

_FULL_PCT = 100.0


class BatterySource:
    """Reads the battery. Its charge, in %, may be missing; without its power there is no reading."""

    def __init__(self, hass: HomeAssistant, power_entity_id: str, *, inverted: bool, soc_entity_id: str | None) -> None:
        self._hass = hass
        self._power = PowerSensor(hass, power_entity_id)
        self._sign = -1.0 if inverted else 1.0
        self._soc_entity_id = soc_entity_id

    @callback
    def start(self) -> None:
        """Look which sensors it has."""
        self._power.start()

    @property
    def reading(self) -> BatteryReading | None:
        """What the battery does; power into it is positive."""
        power = self._power.reading
        if power is None:
            return None
        return BatteryReading(at=power.at, power_w=self._sign * power.power_w + 0.0, soc=self._soc())

    def _soc(self) -> float | None:
        if self._soc_entity_id is None:
            return None
        percent = finite(self._hass.states.get(self._soc_entity_id))
        return percent / _FULL_PCT if percent is not None and 0 <= percent <= _FULL_PCT else None
