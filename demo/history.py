"""What Home Assistant's recorder would know of the house already: the last two weeks, hour by hour.

A plan has to leave room for the house, and a Home Assistant that was set up a minute ago cannot know how much that takes.
"""

import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from .api import Api
from .night import ZONE
from .setup_flow import DSMR_NAMES, meter_entities, part_entities
from .telegram import Registers
from .trace import Trace

DAYS: Final = 14
HOUR: Final = timedelta(hours=1)
AT_DAY_KW: Final = 0.7
"""In the hours of which a night's trace tells nothing: most are out."""
UNLIKE: Final = 0.15
"""How much one day differs from another, as a standard deviation."""
_NO_MEAN, _MEAN = 0, 1
"""Home Assistant's `StatisticMeanType`: none, arithmetic."""


def past_hours_kw(trace: Trace, until: datetime, seed: int) -> dict[datetime, float]:
    """The house's mean power in the hours before `until`, UTC and on the hour, by their starts; each day a little other."""
    chance = random.Random(f"history {seed}")
    by_clock = _by_clock(trace)
    starts = [until - number * HOUR for number in range(DAYS * 24, 0, -1)]
    likenesses = [max(0.5, chance.gauss(1.0, UNLIKE)) for _ in range(DAYS)]
    return {
        start: round(likenesses[number // 24] * by_clock.get(start.astimezone(ZONE).hour, AT_DAY_KW), 3)
        for number, start in enumerate(starts)
    }


def _by_clock(trace: Trace) -> dict[int, float]:
    """The mean of each hour of the clock that the trace has whole, kW."""
    told: dict[int, list[float]] = {}
    for when, load_w in zip(trace.times, trace.watts, strict=True):
        told.setdefault(when.hour, []).append(load_w / 1000)
    return {hour: sum(loads) / len(loads) for hour, loads in told.items() if len(loads) * trace.step >= HOUR}


def counter_rows(hours_kw: Mapping[datetime, float], tariff: int) -> list[dict[str, Any]]:
    """Of the meter's import counter of this tariff, as statistics: they come to 0 at the end, where the recorder begins."""
    taken = [kw if Registers.tariff(start.astimezone(ZONE)) == tariff else 0.0 for start, kw in hours_kw.items()]
    rows, total = [], -sum(taken)
    for start, kwh in zip(hours_kw, taken, strict=True):
        total += kwh
        rows.append({"start": start.isoformat(), "sum": round(total, 3)})
    return rows


async def import_history(api: Api, entry_id: str, hours_kw: Mapping[datetime, float]) -> None:
    """Tell the recorder of the house's hours, and that the chargers gave nothing in them."""
    ids = await meter_entities(api)
    for tariff in (1, 2):
        await _import(api, ids[DSMR_NAMES[f"import_tariff_{tariff}"]], counter_rows(hours_kw, tariff), counts=True)
        nothing = [{"start": start.isoformat(), "sum": 0.0} for start in hours_kw]
        await _import(api, ids[DSMR_NAMES[f"export_tariff_{tariff}"]], nothing, counts=True)
    idle = [{"start": start.isoformat(), "mean": 0.0, "min": 0.0, "max": 0.0} for start in hours_kw]
    for keys in (await part_entities(api, entry_id, "charger")).values():
        power = next(entity_id for key, entity_id in keys.items() if key.endswith("_power"))
        await _import(api, power, idle, counts=False)


async def _import(api: Api, entity_id: str, rows: Iterable[Mapping[str, Any]], *, counts: bool) -> None:
    metadata = {
        "source": "recorder",
        "statistic_id": entity_id,
        "name": None,
        "has_sum": counts,
        "mean_type": _NO_MEAN if counts else _MEAN,
        "unit_class": "energy" if counts else "power",
        "unit_of_measurement": "kWh" if counts else "W",
    }
    await api.command("recorder/import_statistics", metadata=metadata, stats=list(rows))


def full_hour(now: datetime) -> datetime:
    """The hour that has begun last, UTC."""
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
