"""What the energy dashboard knows of the home. Its data is Home Assistant's internal matter, so nothing here relies on it."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.core import HomeAssistant, valid_entity_id

from .meter_catalogue import Role

_LOGGER: Final = logging.getLogger(__name__)

UNREADABLE: Final = (ImportError, AttributeError, KeyError, TypeError)
"""What it may raise to read preferences that are not what they used to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridPower:
    """The grid's power as the dashboard was told it: its sensors by role, all phases together."""

    sensors: tuple[tuple[Role, str], ...]
    inverted: bool = False
    """The one sensor counts export as positive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyDashboard:
    """What is of use for a set-up. The empty one is that of a home without a dashboard."""

    grid_powers: tuple[GridPower, ...] = ()
    grid_entities: frozenset[str] = frozenset()
    """Every sensor that counts at the grid, energy meters included: they tell which device the grid meter is."""


async def read_energy_dashboard(hass: HomeAssistant) -> EnergyDashboard:
    """Read the dashboard's preferences; empty where there are none, or where they are not what they used to be."""
    try:
        return _understand(await energy_sources(hass))
    except UNREADABLE:
        _LOGGER.warning("The energy dashboard could not be read; choose the meter by hand", exc_info=True)
        return EnergyDashboard()


async def energy_sources(hass: HomeAssistant) -> Iterable[Mapping[str, Any]]:
    """List the dashboard's sources as they are stored; none where there is no dashboard. Raises one of `UNREADABLE`."""
    if "energy" not in hass.config.components:
        return ()
    # Imported late: the component brings the recorder along, and is loaded already when we get here.
    from homeassistant.components.energy.data import async_get_manager  # noqa: PLC0415

    preferences: Any = (await async_get_manager(hass)).data
    return preferences["energy_sources"] if preferences else ()


def _understand(sources: Iterable[Mapping[str, Any]]) -> EnergyDashboard:
    grids = [source for source in sources if source["type"] == "grid"]
    powers = [power for grid in grids if (power := _grid_power(grid)) is not None]
    energies = {grid.get(key) for grid in grids for key in ("stat_energy_from", "stat_energy_to")}
    return EnergyDashboard(
        grid_powers=tuple(powers),
        grid_entities=frozenset(
            {entity_id for power in powers for _, entity_id in power.sensors}
            | {statistic for statistic in energies if statistic and valid_entity_id(statistic)}
        ),
    )


def _grid_power(grid: Mapping[str, Any]) -> GridPower | None:
    # The user's own sensors come first: `stat_rate` may be a sensor that the dashboard made from them.
    config = grid.get("power_config") or {"stat_rate": grid.get("stat_rate")}
    sensors = tuple(
        (role, config[key])
        for key, role in (
            ("stat_rate", Role.NET),
            ("stat_rate_inverted", Role.NET),
            ("stat_rate_from", Role.IMPORT),
            ("stat_rate_to", Role.EXPORT),
        )
        if config.get(key)
    )
    # A statistic from elsewhere has a colon in its name, and no state to follow.
    if not sensors or not all(valid_entity_id(entity_id) for _, entity_id in sensors):
        return None
    return GridPower(sensors=sensors, inverted="stat_rate_inverted" in config)
