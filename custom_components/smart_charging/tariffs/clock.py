"""The local clock, which jumps twice a year: the moments at which a tariff may change."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from itertools import pairwise
from typing import Final

_DAY: Final = timedelta(days=1)
_LOOK: Final = timedelta(minutes=30)
"""Clocks jump at a full hour UTC, on Lord Howe Island at a half one (IANA time zone database)."""


def pieces(start: datetime, end: datetime, zone: tzinfo, times: Iterable[time]) -> Iterator[tuple[datetime, datetime]]:
    """Cut `start` to `end`, UTC, wherever the clock in `zone` shows one of `times`, or jumps.

    Within a piece the clock runs evenly from what it shows at its start.
    """
    moments = {start, end, *_shown(start, end, zone, set(times)), *_jumps(start, end, zone)}
    yield from pairwise(sorted(moment for moment in moments if start <= moment <= end))


def wall(moment: datetime, zone: tzinfo) -> datetime:
    """Tell what the clock in `zone` shows, without a zone: hours can be counted on it as people do."""
    return moment.astimezone(zone).replace(tzinfo=None)


def without_summer_time(zone: tzinfo, year: int) -> tzinfo:
    """Make the clock that a meter without summer time has: it never jumps."""
    offsets = (datetime(year, month, 1, tzinfo=zone).utcoffset() for month in (1, 7))
    return timezone(min(offset for offset in offsets if offset is not None))


def midnight(day: date, zone: tzinfo) -> datetime:
    """Tell when a local day begins, UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _shown(start: datetime, end: datetime, zone: tzinfo, times: set[time]) -> Iterator[datetime]:
    """List when a time is shown: twice in the hour that comes twice. One that is skipped gives a moment that does no harm."""
    day = wall(start, zone).date() - _DAY
    last = wall(end, zone).date() + _DAY
    while day <= last:
        for shown in times:
            for fold in (0, 1):
                yield datetime.combine(day, shown, zone).replace(fold=fold).astimezone(UTC)
        day += _DAY


def _jumps(start: datetime, end: datetime, zone: tzinfo) -> Iterator[datetime]:
    moment = datetime.fromtimestamp(start.timestamp() // _LOOK.total_seconds() * _LOOK.total_seconds(), UTC)
    while moment < end:
        following = moment + _LOOK
        if moment.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            yield following
        moment = following
