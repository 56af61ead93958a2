"""Builds the charging profiles of OCPP 1.6. Pure: numbers in, the request's payload out."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from ..frames import Payload
from ..records import Features, ProfileStyle, RateUnit, Transaction
from ..timestamps import CLOCK_TOLERANCE, StationClock, format_timestamp

# One profile of each purpose per connector, always under the same id: the next one replaces it (OCPP 1.6, 5.16.2).
# Apart from small numbers, which other systems use.
TRANSACTION_PROFILE: Final = 16_100
DEFAULT_PROFILE: Final = 16_200
MAXIMUM_PROFILE: Final = 16_300

# A schedule begins a little before now: a station's clock is only known to within a few seconds, and one that thinks
# that the schedule is still to come would not obey it until then.
_BACKDATED: Final = 2 * CLOCK_TOLERANCE

# No car is below this; a voltage under it is a fault of the measurement, and must not shrink the watts to nothing.
_LOWEST_VOLTAGE: Final = 90.0

# A profile without numberPhases is for three (OCPP 1.6, 7.14).
_ASSUMED_PHASES: Final = 3


def round_down(limit: float) -> float:
    """Round down to steps of 0.1, which is what OCPP 1.6 can say; a binary fraction's last digit is forgiven."""
    return math.floor(limit * 10 + 1e-6) / 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A limit as a station is told it."""

    limit_a: float
    phases: int | None
    unit: RateUnit
    volts: float

    @property
    def period(self) -> dict[str, Any]:
        """The only period of a schedule."""
        limit = round_down(self.limit_a)
        if self.unit is RateUnit.W:
            # Whole watts: several stations read an integer. In total over all phases (OCPP 1.6, 7.12).
            limit = float(math.floor(limit * self.volts * (self.phases or _ASSUMED_PHASES)))
        period: dict[str, Any] = {"startPeriod": 0, "limit": limit}
        if self.phases is not None:
            period["numberPhases"] = self.phases
        return period

    @property
    def schedule(self) -> dict[str, Any]:
        """A schedule of that one period, without an end."""
        return {"chargingRateUnit": self.unit.value, "chargingSchedulePeriod": [self.period]}


def choose_unit(style: ProfileStyle, units: Collection[RateUnit]) -> RateUnit:
    """Amperes, unless the station takes only watts, or the style says so."""
    if style.unit is not None:
        return style.unit
    return RateUnit.W if RateUnit.W in units and RateUnit.A not in units else RateUnit.A


def choose_volts(style: ProfileStyle, measured_v: float | None) -> float:
    """Volts to turn amperes into watts: the lower of nominal and measured, since at less voltage watts are more amperes."""
    if measured_v is None or measured_v < _LOWEST_VOLTAGE:
        return style.nominal_v
    return min(style.nominal_v, measured_v)


def choose_stack_level(style: ProfileStyle, features: Features | None) -> int:
    """The highest level the station says it has, so that nobody else's profile outranks ours; 0 if it does not say."""
    if style.stack_level is not None:
        return style.stack_level
    return (features.max_stack_level if features else None) or 0


def transaction_profile(
    *,
    transaction: Transaction,
    stack_level: int,
    rate: Rate,
    relative: bool,
    valid_s: int,
    now: datetime,
    clock: StationClock,
) -> Payload:
    """A TxProfile that holds for `valid_s` seconds from `now` (our clock).

    Absolute, in the station's own time, so that it can be renewed in mid-transaction; or, for stations that refuse
    that, `relative`: counted from the transaction's start. Where that is not known for certain, from when it was heard of:
    such a profile may run out early, never late.
    """
    profile: dict[str, Any] = {
        "chargingProfileId": TRANSACTION_PROFILE + transaction.connector_id,
        "transactionId": int(transaction.name),
        "stackLevel": stack_level,
        "chargingProfilePurpose": "TxProfile",
    }
    schedule = rate.schedule
    if relative:
        elapsed = max(now - transaction.known_at, timedelta())
        schedule["duration"] = math.ceil(elapsed.total_seconds()) + valid_s
        profile |= {"chargingProfileKind": "Relative"}
    else:
        start = clock.read(now) - _BACKDATED
        end = clock.read(now) + timedelta(seconds=valid_s)
        schedule["startSchedule"] = format_timestamp(start)
        schedule["duration"] = math.ceil((end - start).total_seconds())
        profile |= {"chargingProfileKind": "Absolute", "validTo": format_timestamp(end)}
    return {"connectorId": transaction.connector_id, "csChargingProfiles": profile | {"chargingSchedule": schedule}}


def default_profile(*, connector_id: int, stack_level: int, rate: Rate) -> Payload:
    """A TxDefaultProfile without an end. Relative, hence without a time that a wrong clock could misread."""
    return {
        "connectorId": connector_id,
        "csChargingProfiles": {
            "chargingProfileId": DEFAULT_PROFILE + connector_id,
            "stackLevel": stack_level,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Relative",
            "chargingSchedule": rate.schedule,
        },
    }


def maximum_profile(*, stack_level: int, rate: Rate, now: datetime, clock: StationClock) -> Payload:
    """A ChargePointMaxProfile without an end, in force since yesterday. It must not be Relative: to what would it be?"""
    schedule = rate.schedule
    schedule["startSchedule"] = format_timestamp(clock.read(now) - timedelta(days=1))
    return {
        "connectorId": 0,
        "csChargingProfiles": {
            "chargingProfileId": MAXIMUM_PROFILE,
            "stackLevel": stack_level,
            "chargingProfilePurpose": "ChargePointMaxProfile",
            "chargingProfileKind": "Absolute",
            "chargingSchedule": schedule,
        },
    }
