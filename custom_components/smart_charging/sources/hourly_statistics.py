"""What the recorder knows of the past, hour by hour."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from homeassistant.const import UnitOfEnergy, UnitOfPower
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import EnergyConverter, PowerConverter

STILL_KWH: Final = 0.05
"""A counter that was silent and shows no more afterwards stood still meanwhile, as that of an inverter does at night."""
SPREAD: Final = timedelta(hours=3)
"""What a counter shows after so long a silence at most is shared out evenly; after a longer one nobody knows when it came."""
_HOUR: Final = timedelta(hours=1)


async def read_hourly_kw(
    hass: HomeAssistant, statistic_ids: Collection[str], start: datetime, end: datetime
) -> dict[str, dict[datetime, float]]:
    """Read each statistic's mean power in kW by the start of the hour, UTC.

    Counters of energy and sensors of power are understood; others, and those that nobody keeps, are left out. Without a
    recorder there are none. Raises what the database raises.
    """
    if "recorder" not in hass.config.components or not statistic_ids:
        return {}
    return await get_instance(hass).async_add_executor_job(_read, hass, set(statistic_ids), start, end)


def _read(
    hass: HomeAssistant, statistic_ids: set[str], start: datetime, end: datetime
) -> dict[str, dict[datetime, float]]:
    # Imported late: the recorder need not be there.
    from homeassistant.components.recorder import statistics  # noqa: PLC0415

    units: dict[str, str | None] = {
        statistic_id: metadata["unit_of_measurement"]
        for statistic_id, (_, metadata) in statistics.get_metadata(hass, statistic_ids=statistic_ids).items()
    }
    counters = {statistic_id for statistic_id, unit in units.items() if unit in EnergyConverter.VALID_UNITS}
    powers = {statistic_id for statistic_id, unit in units.items() if unit in PowerConverter.VALID_UNITS}
    if not counters | powers:
        # Asked for none it would give all.
        return {}
    rows: Mapping[str, Any] = statistics.statistics_during_period(
        hass,
        start,
        end,
        counters | powers,
        "hour",
        {"energy": UnitOfEnergy.KILO_WATT_HOUR, "power": UnitOfPower.KILO_WATT},
        {"change", "mean"},
    )
    return {
        statistic_id: counted(_values(of_statistic, "change"))
        if statistic_id in counters
        else _values(of_statistic, "mean")
        for statistic_id, of_statistic in rows.items()
    }


def counted(changes: Mapping[datetime, float]) -> dict[datetime, float]:
    """Turn what a counter shows more than an hour before, kWh, or than when it spoke last, into hourly means, kW."""
    starts = sorted(changes)
    hours = {start: changes[start] for start in starts[:1]}
    for before, start in pairwise(starts):
        silent, kwh = start - before - _HOUR, changes[start]
        missed = [before + number * _HOUR for number in range(1, silent // _HOUR + 1)]
        if not missed or abs(kwh) <= STILL_KWH:
            hours |= dict.fromkeys(missed, 0.0) | {start: kwh}
        elif silent < SPREAD:
            hours |= dict.fromkeys((*missed, start), kwh / (len(missed) + 1))
    return hours


def _values(rows: Collection[Mapping[str, Any]], key: str) -> dict[datetime, float]:
    return {dt_util.utc_from_timestamp(row["start"]): row[key] for row in rows if row.get(key) is not None}
