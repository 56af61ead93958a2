"""What the grid emitted in the last weeks, by the recorder's statistics of a sensor: a forecast need not wait for weeks."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util

from .carbon_rows import kg_of


async def read_hourly_kg(
    hass: HomeAssistant, entity_ids: Collection[str], start: datetime, end: datetime
) -> dict[datetime, float]:
    """Read the hourly means of the first of these entities that has some, kg per kWh by the start of the hour, UTC.

    Without a recorder there are none. Raises what the database raises.
    """
    if "recorder" not in hass.config.components:
        return {}
    return await get_instance(hass).async_add_executor_job(_read, hass, tuple(entity_ids), start, end)


def _read(hass: HomeAssistant, entity_ids: Collection[str], start: datetime, end: datetime) -> dict[datetime, float]:
    # Imported late: the recorder need not be there.
    from homeassistant.components.recorder import statistics  # noqa: PLC0415

    known = statistics.get_metadata(hass, statistic_ids=set(entity_ids))
    for entity_id in entity_ids:
        factor = kg_of(known[entity_id][1]["unit_of_measurement"]) if entity_id in known else None
        if factor is None:
            continue
        rows: Mapping[str, Any] = statistics.statistics_during_period(
            hass, start, end, {entity_id}, "hour", None, {"mean"}
        )
        hours = {
            dt_util.utc_from_timestamp(row["start"]): row["mean"] * factor
            for row in rows.get(entity_id, ())
            if row.get("mean") is not None
        }
        if hours:
            return hours
    return {}
