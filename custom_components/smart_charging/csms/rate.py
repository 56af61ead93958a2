"""A limit as a station is told it: in amperes per phase, or in watts in total."""

import math
from dataclasses import dataclass
from typing import Any, Final

from .records import Features, ProfileStyle, RateUnit

# No car is below this; a voltage under it is a fault of the measurement, and must not shrink the watts to nothing.
_LOWEST_VOLTAGE: Final = 90.0

# A profile without numberPhases is for three (OCPP 1.6, 7.14; 2.0.1, ChargingSchedulePeriodType).
_ASSUMED_PHASES: Final = 3


def round_down(limit: float) -> float:
    """Round down to steps of 0.1, which is what OCPP can say; a binary fraction's last digit is forgiven."""
    return math.floor(limit * 10 + 1e-6) / 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A limit, A per phase, and how it is put. `phases` None: not said, which means three where watts are told."""

    limit_a: float
    phases: int | None
    unit: RateUnit
    volts: float
    names_phases: bool = True

    @property
    def period(self) -> dict[str, Any]:
        """The only period of a schedule."""
        limit = round_down(self.limit_a)
        if self.unit is RateUnit.W:
            # Whole watts: several stations read an integer. In total over all phases (OCPP 1.6, 7.12).
            limit = float(math.floor(limit * self.volts * (self.phases or _ASSUMED_PHASES)))
        period: dict[str, Any] = {"startPeriod": 0, "limit": limit}
        if self.phases is not None and self.names_phases:
            period["numberPhases"] = self.phases
        return period

    @property
    def schedule(self) -> dict[str, Any]:
        """A schedule of that one period, without an end."""
        return {"chargingRateUnit": self.unit.value, "chargingSchedulePeriod": [self.period]}


def choose_unit(style: ProfileStyle, features: Features | None) -> RateUnit:
    """Amperes, unless the station takes only watts, or the style says so."""
    if style.unit is not None:
        return style.unit
    units = features.rate_units if features else frozenset()
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
