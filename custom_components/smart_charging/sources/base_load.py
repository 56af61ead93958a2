"""What a house took hour by hour, by the statistics of what flowed in and out of it."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from homeassistant.components.sensor import DOMAIN as SENSOR
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..engine.accounting.base_load import KEPT_DAYS, HouseHour
from .home_flows import Flow, HomeFlows
from .hourly_statistics import read_hourly_kw
from .meter_catalogue import Role
from .meter_finder import MeterChannel


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseMeters:
    """What tells of the house beside its energy dashboard: the supply's meter, the battery's sensor, and the chargers by id."""

    channels: tuple[MeterChannel, ...]
    inverted: bool = False
    """The meter's `net` channels count export as positive."""
    battery: tuple[Flow, ...] = ()
    evse_ids: tuple[str, ...] = ()


async def read_house_hours(hass: HomeAssistant, meters: HouseMeters, home: HomeFlows, now: datetime) -> list[HouseHour]:
    """Add up what flowed, in the hours of which each flow is known. Raises what the recorder's database raises.

    Without statistics of the grid in the dashboard the supply's own meter tells, if it tells watts. A charger's hours are known
    since it is one of ours: before that nobody knows what of the house's load was a car.
    """
    chargers = _chargers(hass, meters.evse_ids)
    if chargers is None:
        return []
    flows = (*(home.grid or _metered(meters)), *home.solar, *(home.battery or meters.battery), *chargers)
    hourly = await read_hourly_kw(hass, {flow.statistic_id for flow in flows}, now - timedelta(days=KEPT_DAYS), now)
    return [house_hour(start, kw) for start, kw in _add_up(flows, hourly).items()]


def house_hour(start: datetime, kw: float) -> HouseHour:
    """Put an hour that starts then, UTC, where the house's clock has it."""
    local = dt_util.as_local(start)
    return HouseHour(day=local.date(), hour=local.hour, kw=kw)


def _add_up(flows: Collection[Flow], hourly: Mapping[str, Mapping[datetime, float]]) -> dict[datetime, float]:
    told = [hourly.get(flow.statistic_id, {}) for flow in flows]
    known = set.intersection(*(set(hours) for hours in told)) if told else set()
    return {
        start: math.fsum(flow.sign * hours[start] for flow, hours in zip(flows, told, strict=True))
        for start in sorted(known)
    }


_SIGNS: Final[Mapping[Role, int]] = {Role.NET: 1, Role.IMPORT: 1, Role.EXPORT: -1}


def _metered(meters: HouseMeters) -> tuple[Flow, ...]:
    in_total = any(channel.phase is None for channel in meters.channels)
    return tuple(
        Flow(
            statistic_id=channel.entity_id,
            sign=-1 if channel.role is Role.NET and meters.inverted else _SIGNS[channel.role],
        )
        for channel in meters.channels
        if channel.phase is None or not in_total
    )


def _chargers(hass: HomeAssistant, evse_ids: Collection[str]) -> tuple[Flow, ...] | None:
    """Name our own sensors of what the chargers take; None where one has none."""
    registry = er.async_get(hass)
    found = [registry.async_get_entity_id(SENSOR, DOMAIN, f"{evse_id}_power") for evse_id in evse_ids]
    known = tuple(Flow(statistic_id=entity_id, sign=-1) for entity_id in found if entity_id is not None)
    return known if len(known) == len(found) else None
