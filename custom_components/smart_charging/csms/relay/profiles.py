"""An operator's charging profile, read out of the words of OCPP 1.6, 2.0.1 and 2.1. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from ..fields import Fields
from ..frames import Payload
from ..records import RateUnit

_MOST_PERIODS: Final = 1024
_DAY: Final = timedelta(days=1)
_EVERY: Final = {"Daily": _DAY, "Weekly": 7 * _DAY}
# OCPP 2.1 says nothing where it means this.
_PLAIN_MODES: Final = frozenset({"", "ChargingOnly"})


class Purpose(StrEnum):
    """What a profile is for, in one word for all versions."""

    MAXIMUM = "maximum"
    """What the whole station must not exceed."""
    DEFAULT = "default"
    """What holds for any transaction."""
    TRANSACTION = "transaction"
    """What holds for one transaction, in place of the default."""


PURPOSES: Final = {
    "ChargePointMaxProfile": Purpose.MAXIMUM,
    "ChargingStationMaxProfile": Purpose.MAXIMUM,
    "ChargingStationExternalConstraints": Purpose.MAXIMUM,
    "TxDefaultProfile": Purpose.DEFAULT,
    "TxProfile": Purpose.TRANSACTION,
}


class NotUnderstood(Exception):  # noqa: N818 -- what it means is that the profile is rejected
    """A profile that cannot be obeyed as it is meant. The text tells why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `start_s` after the schedule's start: a limit in A per phase or W in total, meant for so many phases."""

    start_s: int
    limit: float
    phases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorProfile:
    """One profile. `start` None: it counts from the transaction's start, where there is none, from now."""

    profile_id: int
    connector_id: int
    purpose: Purpose
    stack_level: int
    unit: RateUnit
    periods: tuple[Period, ...]
    start: datetime | None
    duration_s: int | None
    every: timedelta | None
    valid_from: datetime | None
    valid_to: datetime | None
    transaction_id: str | None

    def period_at(self, at: datetime, started_at: datetime | None) -> Period | None:
        """The period that holds then, for a transaction that began at `started_at`; None where none does."""
        if (self.valid_from and at < self.valid_from) or (self.valid_to and at >= self.valid_to):
            return None
        start = self._start(at, started_at)
        elapsed_s = (at - start).total_seconds()
        if elapsed_s < 0 or (self.duration_s is not None and elapsed_s >= self.duration_s):
            return None
        return next((period for period in reversed(self.periods) if period.start_s <= elapsed_s), None)

    def changes(self, at: datetime, started_at: datetime | None) -> list[datetime]:
        """When something may change in it after `at`, in no order; a recurrence is looked ahead once."""
        starts = [self._start(at, started_at)]
        if self.every is not None:
            starts.append(starts[0] + self.every)
        offsets_s = [period.start_s for period in self.periods]
        if self.duration_s is not None:
            offsets_s.append(self.duration_s)
        moments = [start + timedelta(seconds=offset_s) for start in starts for offset_s in offsets_s]
        return [moment for moment in (*moments, self.valid_from, self.valid_to) if moment is not None and moment > at]

    def _start(self, at: datetime, started_at: datetime | None) -> datetime:
        if self.start is None:
            return started_at or at
        if self.every is None or at < self.start:
            return self.start
        return self.start + (at - self.start) // self.every * self.every


def read_profile(connector_id: int, payload: Payload) -> OperatorProfile:
    """Read a `csChargingProfiles` or `chargingProfile`. Raises `NotUnderstood`."""
    fields = Fields(payload)
    purpose = PURPOSES.get(fields.text("chargingProfilePurpose"))
    profile_id = fields.optional_integer("chargingProfileId")
    if profile_id is None:
        profile_id = fields.optional_integer("id")
    stack_level = fields.optional_integer("stackLevel")
    if purpose is None or profile_id is None or stack_level is None:
        raise NotUnderstood("a purpose that is not known, or no id, or no stack level")
    if (purpose is Purpose.MAXIMUM) != (connector_id == 0) and purpose is not Purpose.DEFAULT:
        raise NotUnderstood("this purpose is not for this connector")
    schedule = _schedule(fields)
    periods = _periods(schedule)
    kind = fields.text("chargingProfileKind")
    start = schedule.moment("startSchedule")
    every = _EVERY.get(fields.text("recurrencyKind")) if kind == "Recurring" else None
    if kind not in {"Absolute", "Recurring", "Relative"} or (kind == "Recurring" and (every is None or start is None)):
        raise NotUnderstood("a kind that is not known")
    duration_s = schedule.optional_integer("duration")
    if every is not None:
        longest_s = int(every.total_seconds())
        duration_s = longest_s if duration_s is None else min(duration_s, longest_s)
    _expect_possible(start, [period.start_s for period in periods], duration_s)
    return OperatorProfile(
        profile_id=profile_id,
        connector_id=connector_id,
        purpose=purpose,
        stack_level=stack_level,
        unit=_unit(schedule),
        periods=periods,
        start=None if kind == "Relative" else start,
        duration_s=duration_s,
        every=every,
        valid_from=fields.moment("validFrom"),
        valid_to=fields.moment("validTo"),
        transaction_id=fields.text("transactionId") or None,
    )


def _schedule(fields: Fields) -> Fields:
    """The only schedule: an object in OCPP 1.6, a list later, where a car may choose among up to three."""
    schedules = fields.sections("chargingSchedule")
    if not schedules:
        schedules = [fields.section("chargingSchedule")]
    if len(schedules) != 1:
        raise NotUnderstood("more than one schedule")
    return schedules[0]


def _unit(schedule: Fields) -> RateUnit:
    try:
        return RateUnit(schedule.text("chargingRateUnit"))
    except ValueError:
        raise NotUnderstood("no unit") from None


def _periods(schedule: Fields) -> tuple[Period, ...]:
    periods = []
    for fields in schedule.sections("chargingSchedulePeriod"):
        start_s, limit = fields.optional_integer("startPeriod"), fields.number("limit")
        phases = fields.optional_integer("numberPhases")
        if start_s is None or limit is None or start_s < 0 or limit < 0 or phases not in {None, 1, 2, 3}:
            raise NotUnderstood("a period without a limit that can be kept")
        if fields.text("operationMode") not in _PLAIN_MODES:
            raise NotUnderstood("an operation mode beyond charging")
        # Three, where it is not said (OCPP 1.6, 7.14).
        periods.append(Period(start_s=start_s, limit=limit, phases=phases or 3))
    ordered = all(one.start_s < other.start_s for one, other in pairwise(periods))
    if not periods or len(periods) > _MOST_PERIODS or periods[0].start_s != 0 or not ordered:
        raise NotUnderstood("periods that do not begin at 0, or not in order")
    return tuple(periods)


def _expect_possible(start: datetime | None, starts_s: list[int], duration_s: int | None) -> None:
    """A schedule that ends beyond the year 9999 would fail later, in the middle of control."""
    longest_s = max(*starts_s, duration_s or 0, 0)
    if longest_s > 100 * 366 * 86_400 or (start is not None and not 1970 <= start.year <= 2200):  # noqa: PLR2004
        raise NotUnderstood("times that nobody lives to see")
