"""Reads what a kWh of the grid emits, as integrations write it: in kg, so that it is handled as a price in kg would be.

What they write was read in the sources of BottlecapDave/HomeAssistant-CarbonIntensity, JRascagneres/HA-NationalGrid,
alanmcgore/sensor.carbon_intensity_uk, MTrab/energidataservice, an integration of the Dutch NED, and co2signal of Home
Assistant itself, as of August 2026.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import zip_longest
from typing import Any, Final

from ..engine.model.tariff import PriceSlot
from .price_rows import read_usual_rows

QUARTER: Final = timedelta(minutes=15)

_VALUES: Final = (
    "intensity.forecast",
    "intensity",
    "intensity_forecast",
    "carbonIntensity",
    "carbon_intensity",
    "g_per_kwh",
    "emission",
    "co2",
    "value",
    "forecast",
)
"""What a row may call it; in another part after the dot."""
MOST_KG: Final = 3.0
"""Coal and oil shale emit half of that; above is a unit that was misunderstood."""
_MASSES: Final[Mapping[str, float]] = {"kg": 1.0, "g": 1e-3, "t": 1e3, "lb": 0.45359237, "lbs": 0.45359237}
_ENERGIES: Final[Mapping[str, float]] = {"kwh": 1.0, "mwh": 1e-3, "wh": 1e3}
_UNIT: Final = re.compile(r"(kg|g|t|lbs?)\s*(?:co2|co₂)?\s*(?:eq|e)?\.?\s*/\s*(kwh|mwh|wh)", re.IGNORECASE)
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def kg_of(unit: str | None) -> float | None:
    """Tell what makes a figure in `unit` one in kg per kWh; one without a unit is in g. None: that is no unit of CO₂."""
    if unit is None:
        return _MASSES["g"]
    match = _UNIT.fullmatch(unit.strip())
    return None if match is None else _MASSES[match[1].lower()] * _ENERGIES[match[2].lower()]


def read_emissions(raw: Any, day: date, zone: tzinfo, factor: float) -> tuple[PriceSlot, ...]:
    """Read a list of rows, or a mapping from the clock in `zone` on that day, `13:45`, to figures: kg per kWh, in order."""
    if isinstance(raw, Mapping):
        raw = [
            {"start": datetime.combine(day, time.fromisoformat(clock), zone), "value": value}
            for clock, value in raw.items()
            if isinstance(clock, str) and _CLOCK.fullmatch(clock)
        ]
    slots = read_usual_rows(raw, _VALUES, zone, factor)
    return tuple(slot for slot in _in_quarters(slots) if 0 <= slot.price_per_kwh <= MOST_KG)


def _in_quarters(slots: Iterable[PriceSlot]) -> Iterable[PriceSlot]:
    """Let a quarter of an hour be as it is where it begins: nobody plans in minutes."""
    kept = [slot for slot in slots if slot.end - slot.start >= QUARTER or slot.start == quarter_of(slot.start)]
    for slot, following in zip_longest(kept, kept[1:]):
        end = max(slot.end, slot.start + QUARTER)
        yield replace(slot, end=end if following is None else min(end, following.start))


def quarter_of(moment: datetime) -> datetime:
    """Tell when the quarter of an hour began that a moment lies in, UTC."""
    utc = moment.astimezone(UTC)
    return utc.replace(minute=utc.minute // 15 * 15, second=0, microsecond=0)
