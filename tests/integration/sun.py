"""Integrations that forecast the sun, as the energy dashboard knows them."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockModule, mock_integration, mock_platform


class Oracle:
    """Forecasts what it is told to; it has one config entry."""

    def __init__(self, hass: HomeAssistant, domain: str = "sun_oracle") -> None:
        self.told: Any = None
        self.asked = 0
        mock_integration(hass, MockModule(domain))
        platform: Any = SimpleNamespace(async_get_solar_forecast=self._ask)
        mock_platform(hass, f"{domain}.energy", platform)
        hass.config.components.add(domain)
        hass.config.components.add("energy")
        entry = MockConfigEntry(domain=domain, title=domain)
        entry.add_to_hass(hass)
        self.entry_id = entry.entry_id

    def tell(self, wh: dict[datetime, float]) -> None:
        """Forecast these energies from now on."""
        self.told = {"wh_hours": {start.isoformat(): energy for start, energy in wh.items()}}

    async def _ask(self, _hass: HomeAssistant, entry_id: str) -> Any:
        assert entry_id == self.entry_id
        self.asked += 1
        if isinstance(self.told, Exception):
            raise self.told
        return self.told
