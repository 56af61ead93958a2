"""Builds charging profiles. Pure: numbers in, a request's payload out; each version of OCPP writes them in its own words.

One profile of each purpose per connector, always under the same id: the next one replaces it (OCPP 1.6, 5.16.2; 2.0.1,
K01.FR.06).
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from .frames import Payload
from .rate import Rate
from .records import Transaction
from .timestamps import CLOCK_TOLERANCE, StationClock, format_timestamp

# Apart from small numbers, which other systems use.
TRANSACTION_PROFILE: Final = 16_100
DEFAULT_PROFILE: Final = 16_200
MAXIMUM_PROFILE: Final = 16_300

# A schedule begins a little before now: a station's clock is only known to within a few seconds, and one that thinks
# that the schedule is still to come would not obey it until then.
_BACKDATED: Final = 2 * CLOCK_TOLERANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveLimit:
    """A limit for a running transaction that holds for `valid_s` seconds from `now` (our clock; `clock` is the station's).

    Absolute, in the station's own time, so that it can be renewed in mid-transaction; or, for stations that refuse
    that, `relative`: counted from the transaction's start. Where that is not known for certain, from when it was heard of:
    such a profile may run out early, never late. `by_default`: put as a default of a higher level than the failsafe's,
    for stations that take no profile for a transaction.
    """

    transaction: Transaction
    rate: Rate
    stack_level: int
    relative: bool
    by_default: bool
    valid_s: int
    now: datetime
    clock: StationClock
    names_offline: bool = False

    @property
    def profile_id(self) -> int:
        """The id it goes by, in every version."""
        return TRANSACTION_PROFILE + self.transaction.connector_id

    @property
    def kind(self) -> str:
        """OCPP's word for what the schedule's times count from."""
        return "Relative" if self.relative else "Absolute"

    @property
    def schedule(self) -> dict[str, Any]:
        """The schedule, with its end."""
        schedule = self.rate.schedule
        if self.relative:
            elapsed = max(self.now - self.transaction.known_at, timedelta())
            return schedule | {"duration": math.ceil(elapsed.total_seconds()) + self.valid_s}
        start = self.clock.read(self.now) - _BACKDATED
        duration_s = math.ceil((self._end - start).total_seconds())
        return schedule | {"startSchedule": format_timestamp(start), "duration": duration_s}

    @property
    def valid_to(self) -> str | None:
        """When the whole profile ends, in the station's time; None where its times count from the start."""
        return None if self.relative else format_timestamp(self._end)

    @property
    def _end(self) -> datetime:
        return self.clock.read(self.now) + timedelta(seconds=self.valid_s)


def maximum_schedule(rate: Rate, now: datetime, clock: StationClock) -> dict[str, Any]:
    """A schedule without an end, in force since yesterday: a maximum must not be Relative, for to what would it be?"""
    return rate.schedule | {"startSchedule": format_timestamp(clock.read(now) - timedelta(days=1))}


class Profiles(ABC):
    """Writes the payloads of SetChargingProfile and ClearChargingProfile."""

    @abstractmethod
    def live(self, limit: LiveLimit) -> Payload:
        """A limit for the running transaction."""

    @abstractmethod
    def default(self, connector_id: int, stack_level: int, rate: Rate) -> Payload:
        """A limit without an end, for every transaction. Relative, hence without a time that a wrong clock could misread."""

    @abstractmethod
    def maximum(self, stack_level: int, rate: Rate, now: datetime, clock: StationClock) -> Payload:
        """A limit without an end, for the whole station."""

    @abstractmethod
    def clearing(self, profile_id: int) -> Payload:
        """Drop one profile, and nobody else's."""
