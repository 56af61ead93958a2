"""Reads prices as integrations write them. What is no price is left out, and nothing that they write raises."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import reduce
from itertools import pairwise, zip_longest
from typing import Any, Final

from homeassistant.util import dt as dt_util

from ..engine.model.tariff import PriceSlot
from ..tariffs.slots import filled
from .price_catalogue import ANY, USUAL_ENDS, USUAL_PRICES, USUAL_STARTS, Keys, KnownPrices, Shape

MOST_PER_KWH: Final = 1000.0
"""A kWh costs less in each currency that the known sources tell; above is a unit that was misunderstood."""

_LONGEST: Final = timedelta(hours=1)
"""No market has longer prices."""

_YEARS: Final = range(2000, 2200)
"""Others are a clock that is not set, and too near to the end of what can be counted with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    start: datetime
    end: datetime | None
    price: float
    naive: bool = False
    """Its start was told without a zone."""


def read_rows(raw: Any, known: KnownPrices, zone: tzinfo, factor: float) -> tuple[PriceSlot, ...]:
    """Read a list of rows, or a mapping from times to prices; times without a zone are on the clock in `zone`.

    They may be in any order. Of two that overlap the later one holds from its start on; of two with the same start, what
    was written last.
    """
    match raw:
        case list() | tuple() if known is ANY:
            return read_usual_rows(raw, USUAL_PRICES, zone, factor)
        case list() | tuple():
            found = [_row(item, known.keys, zone, factor) for item in raw]
        case Mapping() if known.shape is Shape.BY_TIME:
            found = [_made(start, None, price, zone, factor) for start, price in raw.items()]
        case _:
            return ()
    return _slots(_told_apart([row for row in found if row is not None], zone), known.step)


def read_usual_rows(raw: Any, values: Sequence[str], zone: tzinfo, factor: float) -> tuple[PriceSlot, ...]:
    """Read a list of rows whose times are called as they usually are, and what they tell as one of `values`."""
    if not isinstance(raw, list | tuple):
        return ()
    found = [_row(item, _usual_keys(item, values), zone, factor) for item in raw if isinstance(item, Mapping)]
    return _slots(_told_apart([row for row in found if row is not None], zone), _LONGEST)


def read_hours(
    attributes: Mapping[str, Any], prefix: str, day: date, zone: tzinfo, factor: float
) -> tuple[PriceSlot, ...]:
    """Read the hours of a local day: `prefix` with `00h` to `23h`, and `02h_d` for the second one on a night of 25 hours."""
    rows: list[_Row] = []
    for hour in range(24):
        for fold, suffix in enumerate(("h", "h_d")):
            price = _price(attributes.get(f"{prefix}{hour:02d}{suffix}"), factor)
            if price is None:
                continue
            start = datetime(day.year, day.month, day.day, hour, tzinfo=zone, fold=fold).astimezone(UTC)
            rows.append(_Row(start=start, end=start + timedelta(hours=1), price=price))
    return _slots(rows, timedelta(hours=1))


def merged(known: Iterable[PriceSlot], told: Iterable[PriceSlot]) -> tuple[PriceSlot, ...]:
    """Put what was told now over what was known; what nobody tells any more stays, and an estimate replaces no price."""
    new, older = tuple(told), tuple(known)
    layers = (
        [slot for slot in new if not slot.estimated],
        [slot for slot in older if not slot.estimated],
        [slot for slot in new if slot.estimated],
        [slot for slot in older if slot.estimated],
    )
    return reduce(filled, layers, ())


def _row(item: Any, keys: Keys, zone: tzinfo, factor: float) -> _Row | None:
    if not isinstance(item, Mapping):
        return None
    end = None if keys.end is None else item.get(keys.end)
    return _made(item.get(keys.start), end, _inside(item, keys.price), zone, factor)


def _inside(item: Any, path: str) -> Any:
    for part in path.split("."):
        item = item.get(part) if isinstance(item, Mapping) else None
    return item


def _usual_keys(item: Mapping[Any, Any], values: Sequence[str]) -> Keys:
    """Guess what the parts of a row are called; one that is not there is called nothing."""
    start, end, price = (
        next((name for name in names if _inside(item, name) is not None), "")
        for names in (USUAL_STARTS, USUAL_ENDS, values)
    )
    return Keys(start=start, end=end, price=price)


def _made(start: Any, end: Any, price: Any, zone: tzinfo, factor: float) -> _Row | None:
    told, paid = _read(start), _price(price, factor)
    begins, ends = _moment(told, zone), _moment(end, zone)
    if told is None or begins is None or paid is None:
        return None
    return _Row(
        start=begins,
        end=ends if ends is not None and ends > begins else None,
        price=paid,
        naive=told.tzinfo is None,
    )


def _moment(value: Any, zone: tzinfo) -> datetime | None:
    told = _read(value)
    if told is None or told.year not in _YEARS:
        return None
    return (told if told.tzinfo is not None else told.replace(tzinfo=zone)).astimezone(UTC)


def _read(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    try:
        return dt_util.parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _price(value: Any, factor: float) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        price = float(value) * factor
    except TypeError, ValueError, OverflowError:
        return None
    return price if math.isfinite(price) and abs(price) <= MOST_PER_KWH else None


def _told_apart(rows: list[_Row], zone: tzinfo) -> list[_Row]:
    """Take the second of two rows that begin at the same time for the hour that comes twice, where there is one then."""
    seen: set[datetime] = set()
    found: list[_Row] = []
    for row in rows:
        again = row.start.astimezone(zone).replace(fold=1).astimezone(UTC)
        if row.naive and row.start in seen and again > row.start:
            found.append(replace(row, start=again, end=None))
        else:
            found.append(row)
        seen.add(row.start)
    return found


def _slots(rows: Iterable[_Row], step: timedelta) -> tuple[PriceSlot, ...]:
    ordered = [row for _, row in sorted({row.start: row for row in rows}.items())]
    usual = _usual_step(ordered, step)
    return tuple(
        PriceSlot(start=row.start, end=_end(row, following, usual), price_per_kwh=row.price)
        for row, following in zip_longest(ordered, ordered[1:])
    )


def _end(row: _Row, following: _Row | None, usual: timedelta) -> datetime:
    """Tell when a row ends: one that does not say so lasts no longer than others do, so that what is missing stays so."""
    end = row.start + usual if row.end is None else row.end
    return end if following is None else min(end, following.start)


def _usual_step(rows: list[_Row], step: timedelta) -> timedelta:
    steps = Counter(following.start - row.start for row, following in pairwise(rows))
    return min(_LONGEST, steps.most_common(1)[0][0]) if steps else step
