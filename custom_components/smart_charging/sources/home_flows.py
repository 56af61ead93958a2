"""What flows in and out of a home, as its energy dashboard names the statistics of it."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.core import HomeAssistant

from .energy_dashboard import UNREADABLE, energy_sources

_LOGGER: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A statistic of energy or power. With `sign`, +1 or -1, it adds to what the house takes."""

    statistic_id: str
    sign: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Roof:
    """A solar plant: the statistic of what it gave, and the config entries that forecast it."""

    statistic_id: str
    forecast_entries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryPlate:
    """What is written on a home battery, as far as somebody wrote it there."""

    capacity_kwh: float | None = None
    soc_entity_id: str | None = None
    """A sensor, %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeFlows:
    """The empty one is that of a home without a dashboard."""

    grid: tuple[Flow, ...] = ()
    roofs: tuple[Roof, ...] = ()
    battery: tuple[Flow, ...] = ()
    """Of all batteries; discharge adds to what the house takes."""
    batteries: tuple[BatteryPlate, ...] = field(default=())

    @property
    def solar(self) -> tuple[Flow, ...]:
        """What the roofs add."""
        return tuple(Flow(statistic_id=roof.statistic_id) for roof in self.roofs)


async def read_home_flows(hass: HomeAssistant) -> HomeFlows:
    """Read the dashboard's preferences; empty where there are none, or where they are not what they used to be."""
    try:
        return _understand(await energy_sources(hass))
    except UNREADABLE:
        # Asked each hour: who sets up a meter is told louder.
        _LOGGER.debug("The energy dashboard could not be read", exc_info=True)
        return HomeFlows()


def _understand(sources: Iterable[Mapping[str, Any]]) -> HomeFlows:
    by_type: dict[str, list[Mapping[str, Any]]] = {"grid": [], "solar": [], "battery": []}
    for source in sources:
        by_type.get(source["type"], []).append(source)
    return HomeFlows(
        grid=tuple(flow for grid in by_type["grid"] for flow in _flows(grid)),
        roofs=tuple(
            Roof(
                statistic_id=roof["stat_energy_from"],
                forecast_entries=tuple(roof.get("config_entry_solar_forecast") or ()),
            )
            for roof in by_type["solar"]
        ),
        battery=tuple(flow for battery in by_type["battery"] for flow in _flows(battery)),
        batteries=tuple(
            BatteryPlate(capacity_kwh=battery.get("capacity"), soc_entity_id=battery.get("stat_soc"))
            for battery in by_type["battery"]
        ),
    )


def _flows(source: Mapping[str, Any]) -> tuple[Flow, ...]:
    """Prefer energies: they are counted, where the mean of a power is only sampled. Power is positive into the house."""
    energies = (("stat_energy_from", 1), ("stat_energy_to", -1))
    counted = tuple(Flow(statistic_id=source[key], sign=sign) for key, sign in energies if source.get(key))
    if counted or not source.get("stat_rate"):
        return counted
    return (Flow(statistic_id=source["stat_rate"]),)
