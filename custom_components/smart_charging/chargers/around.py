"""What chargers' drivers find around them in a Home Assistant."""

from typing import Any

from aiohttp import ClientSession
from homeassistant.components.modbus import async_get_unit
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .errors import ChargerUnreachableError


class HomeAround:
    """For the chargers of one entry; what is opened for them is closed when that is unloaded."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        self._hass = hass
        self._entry = entry

    @property
    def hass(self) -> HomeAssistant:
        """For those that work through its entities."""
        return self._hass

    @property
    def http(self) -> ClientSession:
        """Home Assistant's own session."""
        return async_get_clientsession(self._hass)

    def modbus(self, params: Any, unit: int) -> Any:
        """A unit of Home Assistant's shared layer. Raises `ChargerUnreachableError` where others use that line otherwise."""
        try:
            return async_get_unit(self._hass, self._entry, params, unit)
        except HomeAssistantError as error:
            raise ChargerUnreachableError(str(error)) from error
