"""A home's past: hourly statistics in a recorder, and an energy dashboard that names them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from homeassistant.components.energy.data import async_get_manager
from homeassistant.components.recorder.models import StatisticMeanType
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done


async def remember_energy(
    hass: HomeAssistant, statistic_id: str, kwh: Mapping[datetime, float], unit: str = "kWh"
) -> None:
    """Let a counter have counted so much in each hour, by its start; one that is missing it did not tell."""
    total, rows = 0.0, []
    for start in sorted(kwh):
        total += kwh[start] * (1000 if unit == "Wh" else 1)
        rows.append({"start": start, "state": total, "sum": total})
    await _remember(hass, statistic_id, rows, unit, has_sum=True)


async def remember_power(
    hass: HomeAssistant, statistic_id: str, watts: Mapping[datetime, float], unit: str = "W"
) -> None:
    """Let a sensor have had such means, by the start of the hour."""
    rows = [{"start": start, "mean": mean, "min": mean, "max": mean} for start, mean in watts.items()]
    await _remember(hass, statistic_id, rows, unit, has_sum=False)


async def _remember(
    hass: HomeAssistant, statistic_id: str, rows: list[dict[str, Any]], unit: str, *, has_sum: bool
) -> None:
    metadata: Any = {
        "mean_type": StatisticMeanType.NONE if has_sum else StatisticMeanType.ARITHMETIC,
        "has_sum": has_sum,
        "name": None,
        "source": "recorder",
        "statistic_id": statistic_id,
        "unit_class": "energy" if has_sum else {"W": "power", "kW": "power"}.get(unit),
        "unit_of_measurement": unit,
    }
    told: Any = rows
    async_import_statistics(hass, metadata, told)
    await async_wait_recording_done(hass)


async def set_up_dashboard(hass: HomeAssistant, *sources: Mapping[str, Any]) -> None:
    """Let the energy dashboard have these sources."""
    hass.config.components.add("energy")
    manager = await async_get_manager(hass)
    preferences: Any = {"energy_sources": list(sources), "device_consumption": []}
    manager.data = preferences
