"""Devices: what the chargers say of themselves, kept where the user sees it."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .const import DOMAIN
from .coordinator import TickResult
from .engine.model.evse import EvseInfo


class ChargerDevices:
    """Watches the ticks of one entry: a charger may tell what it is long after it was added, or be given new firmware."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._hass = hass
        self._entry_id = entry_id
        self._told: dict[str, EvseInfo] = {}

    @callback
    def update(self, tick: TickResult) -> None:
        """Write down what is new."""
        for evse_id, status in tick.snapshot.evses.items():
            if status.info is not None and status.info != self._told.get(evse_id):
                self._write(evse_id, status.info)

    def _write(self, evse_id: str, info: EvseInfo) -> None:
        registry = dr.async_get(self._hass)
        device = registry.async_get_device_by_identifier((DOMAIN, evse_id), self._entry_id)
        if device is None:
            return
        registry.async_update_device(
            device.id,
            manufacturer=info.manufacturer or None,
            model=info.model or None,
            sw_version=info.firmware or None,
        )
        self._told[evse_id] = info
