"""What a home's roofs are forecast to give, by the interface that the energy dashboard has for it, and by what they gave today."""

import logging
import math
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from homeassistant.const import MAJOR_VERSION, MINOR_VERSION
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..engine.accounting.solar_forecast import SolarForecast, add_up, scale, share_of_forecast
from .home_flows import Roof
from .hourly_statistics import read_hourly_kw

_LOGGER: Final = logging.getLogger(__name__)

_TELLS_ENDS: Final = frozenset({"forecast_solar"}) if (MAJOR_VERSION, MINOR_VERSION) < (2026, 11) else frozenset[str]()
"""Gives energies by the end of their period, as its service does, where all others give them by the start."""

type Energies = Mapping[datetime, float]
"""Wh by the start of their period, UTC."""


async def read_solar_forecast(hass: HomeAssistant, roofs: Collection[Roof], now: datetime) -> SolarForecast | None:
    """Read what the roofs are forecast to give, the rest of today put right by what they gave so far of what was forecast.

    None: nobody says at the moment, though somebody could. Roofs without a forecast are left out. Raises what the recorder's
    database raises.
    """
    forecast_roofs = [roof for roof in roofs if roof.forecast_entries]
    told = await read_solar_forecasts(hass, [entry_id for roof in forecast_roofs for entry_id in roof.forecast_entries])
    if forecast_roofs and not told:
        return None
    forecast = add_up(told)
    midnight = dt_util.start_of_local_day(dt_util.as_local(now))
    day = dt_util.as_utc(midnight), dt_util.as_utc(dt_util.start_of_local_day(midnight + timedelta(hours=36)))
    measured = await _measured_kwh(hass, {roof.statistic_id for roof in forecast_roofs}, day[0], now)
    return scale(forecast, share_of_forecast(forecast, measured, day), day)


async def _measured_kwh(
    hass: HomeAssistant, statistic_ids: Collection[str], start: datetime, end: datetime
) -> dict[datetime, float]:
    """Add up what the roofs gave in the hours of which each told: a kW for an hour is a kWh."""
    hourly = await read_hourly_kw(hass, statistic_ids, start, end)
    told = [hourly.get(statistic_id, {}) for statistic_id in statistic_ids]
    known = set.intersection(*(set(hours) for hours in told)) if told else set()
    return {hour: math.fsum(hours[hour] for hours in told) for hour in known}


async def read_solar_forecasts(hass: HomeAssistant, entry_ids: Iterable[str]) -> list[Energies]:
    """Ask who made each of these config entries; who cannot say is left out. Raises nothing.

    They answer with what they know already, and ask no service.
    """
    if "energy" not in hass.config.components:
        return []
    try:
        # Imported late: the component brings the recorder along, and is loaded already when we get here.
        from homeassistant.components.energy.websocket_api import async_get_energy_platforms  # noqa: PLC0415

        platforms: Mapping[str, Any] = await async_get_energy_platforms(hass)
    except ImportError:
        _LOGGER.debug("There are no solar forecasts any more where they used to be", exc_info=True)
        return []
    forecasts = [await _ask(hass, platforms, entry_id) for entry_id in sorted(set(entry_ids))]
    return [forecast for forecast in forecasts if forecast]


async def _ask(hass: HomeAssistant, platforms: Mapping[str, Any], entry_id: str) -> Energies:
    entry = hass.config_entries.async_get_entry(entry_id)
    if entry is None or (ask := platforms.get(entry.domain)) is None:
        return {}
    try:
        # Anybody's code, which may raise anything, and does while it is being set up.
        told = _understand((await ask(hass, entry_id) or {}).get("wh_hours", {}))
    except Exception:
        _LOGGER.debug("The solar forecast of %s could not be read", entry.title, exc_info=True)
        return {}
    return {start: told[end] for start, end in pairwise(sorted(told))} if entry.domain in _TELLS_ENDS else told


def _understand(rows: Mapping[str, Any]) -> dict[datetime, float]:
    """Read the rows; a time without a zone is the home's."""
    times = {dt_util.parse_datetime(text): float(wh) for text, wh in rows.items()}
    return {dt_util.as_utc(time): wh for time, wh in times.items() if time is not None}
