"""What prices may be that nobody has published: those of the same hour of the same weekday in the last weeks."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import groupby
from statistics import median
from typing import Final

from ..engine.model.tariff import PriceSlot
from .clock import wall
from .slots import within

KEPT: Final = timedelta(weeks=5)
LEAST: Final = 2
"""So many weeks tell what a weekday is like; before that all days do."""

_HOUR: Final = timedelta(hours=1)

type History = Mapping[datetime, float]
"""What a kWh cost on average in each hour, by its start in UTC."""


def noted(history: History, slots: Iterable[PriceSlot], now: datetime) -> dict[datetime, float]:
    """Add what was published to a history, and leave out what is older than `KEPT`. Estimates are no history."""
    published = tuple(slot for slot in slots if not slot.estimated)
    hours: dict[datetime, float] = {}
    for start in sorted({hour for slot in published for hour in _hours(slot.start, slot.end)}):
        parts = within(published, start, start + _HOUR)
        length = sum((part.end - part.start for part in parts), timedelta())
        if length == _HOUR:
            hours[start] = sum(part.price_per_kwh * ((part.end - part.start) / _HOUR) for part in parts)
    return {hour: price for hour, price in sorted({**history, **hours}.items()) if hour > now - KEPT}


def forecast(history: History, start: datetime, end: datetime, zone: tzinfo) -> tuple[PriceSlot, ...]:
    """Estimate each hour from `start` to `end`, UTC: the median of its like. Of what has no like nothing is said."""
    by_weekday = _sorted(history, zone, "%w %H")
    by_hour = _sorted(history, zone, "%H")
    found: list[PriceSlot] = []
    for hour in _hours(start, end):
        clock = wall(hour, zone)
        like = by_weekday.get(clock.strftime("%w %H"), [])
        if len(like) < LEAST:
            like = by_hour.get(clock.strftime("%H"), [])
        if like:
            found.append(PriceSlot(start=hour, end=hour + _HOUR, price_per_kwh=median(like), estimated=True))
    return within(found, start, end)


def _sorted(history: History, zone: tzinfo, key: str) -> dict[str, list[float]]:
    """Sort prices by what their local time has in common."""
    keyed = sorted((wall(hour, zone).strftime(key), price) for hour, price in history.items())
    return {name: [price for _, price in prices] for name, prices in groupby(keyed, key=lambda pair: pair[0])}


def _hours(start: datetime, end: datetime) -> Iterable[datetime]:
    hour = start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while hour < end:
        yield hour
        hour += _HOUR
