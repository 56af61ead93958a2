"""Times as stations write them, and how far their clocks are from ours."""

from collections import deque
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from typing import Final

_LONGEST: Final = 40
_UNSET: Final = frozenset({MINYEAR, MAXYEAR})

# Below this a difference is the message's way and the station's rounding to seconds, not its clock.
CLOCK_TOLERANCE: Final = timedelta(seconds=5)


def parse_timestamp(value: object) -> datetime | None:
    """Read an ISO 8601 time as an aware one in UTC; without a zone it is taken as UTC. None when it is not a time.

    The first and the last year that can be written mean "not set" where they are seen (.NET's default is 0001-01-01), and
    leave no room to reckon from them.
    """
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except ValueError, OverflowError:
        return None
    return None if moment.year in _UNSET else moment


def format_timestamp(moment: datetime) -> str:
    """Write a time as stations expect it: UTC, milliseconds, `Z` (OCPP 1.6, 3.14, and what older parsers can read)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class StationClock:
    """How far a station's clock is from ours, judged by the times in its messages.

    A message may be old (kept while the station was offline), never from the future: so the largest of the last few
    differences is the best. `forget` when the clock may just have been set, as after a boot.
    """

    def __init__(self) -> None:
        self._differences: deque[timedelta] = deque(maxlen=5)

    def observe(self, station_at: datetime | None, at: datetime) -> None:
        """Take in that a message written at `station_at` by the station's clock arrived `at` by ours."""
        if station_at is not None:
            self._differences.append(station_at - at)

    def forget(self) -> None:
        """Start over."""
        self._differences.clear()

    @property
    def offset(self) -> timedelta:
        """Station's clock minus ours; zero while nothing is known, or when the difference is no more than the way."""
        best = max(self._differences, default=timedelta())
        return best if abs(best) > CLOCK_TOLERANCE else timedelta()

    def read(self, at: datetime) -> datetime:
        """What the station's clock shows when ours shows `at`."""
        try:
            return at + self.offset
        except OverflowError:  # a station in the year 9999
            return at
