"""A vehicle's state of charge: as told, or carried on from what was told last by what was charged since."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from ..model.soc import Count, KnownSoc, Soc, ToldSoc
from ..model.vehicle import Vehicle

POINT: Final = 0.01
"""What is told is whole percents: what was charged within one does not make it an estimate."""
LEAST_SENSIBLE: Final = 0.1
"""Of a vehicle that never told: hardly anybody arrives with less."""


def follow(
    known: KnownSoc | None,
    told: ToldSoc | None,
    count: Count | None,
    vehicle: Vehicle,
    *,
    at: datetime,
    max_age: timedelta,
) -> KnownSoc | None:
    """Take into account what is told at `at`, UTC, and what the charger that the vehicle is at has counted.

    A value that is told again and again is no news, for many integrations repeat what a sleeping car told long ago: what
    was charged since it was told first is added all the same.
    """
    if known is not None:
        known = _carry_on(known, count, vehicle, at, max_age)
    if told is None or at - told.at > max_age:
        return known
    if known is None or told.value != known.told.value:
        return say(known, told, count)
    return replace(known, told=replace(told, at=max(told.at, known.told.at)), at=max(known.at, told.at))


def say(known: KnownSoc | None, told: ToldSoc, count: Count | None) -> KnownSoc:
    """Begin anew with what was told."""
    lowest = told.value if known is None else min(known.lowest, told.value)
    return KnownSoc(told=told, at=told.at, count=count, lowest=lowest)


def soc_at(known: KnownSoc | None, at: datetime, max_age: timedelta) -> Soc | None:
    """Tell the state of charge at `at`, UTC; None where nobody knows, as of a vehicle that was away for longer than `max_age`."""
    if known is None or (known.count is None and at - known.at > max_age):
        return None
    estimated = abs(known.added) >= POINT or at - known.told.at > max_age
    return Soc(value=_share(known.told.value + known.added), estimated=estimated)


def assumed_soc(known: KnownSoc | None, count: Count | None, vehicle: Vehicle) -> float:
    """Give what is assumed where nobody knows: it came as empty as it ever did, and took what was charged since."""
    lowest = LEAST_SENSIBLE if known is None else known.lowest
    return _share(lowest if count is None else lowest + _charged(count, vehicle))


def _carry_on(known: KnownSoc, count: Count | None, vehicle: Vehicle, at: datetime, max_age: timedelta) -> KnownSoc:
    if count is None:
        return replace(known, count=None)
    if known.count is None or not known.count.same_session(count):
        return _arrive(known, count, vehicle, at, max_age)
    if count.energy_kwh is None:
        # A charger that does not tell its register just now goes on from where it was.
        return replace(known, at=at)
    before = count if known.count.energy_kwh is None else known.count
    charged = _charged(count, vehicle) - _charged(before, vehicle)
    return replace(known, at=at, count=count, added=known.added + charged)


def _arrive(known: KnownSoc, count: Count, vehicle: Vehicle, at: datetime, max_age: timedelta) -> KnownSoc:
    """Go on from what was known shortly before it was plugged in; else it may have been driven anywhere since."""
    started_at = count.started_at or at
    if started_at - known.at > max_age:
        return replace(known, count=None)
    charged = _charged(count, vehicle) if known.at <= started_at else 0.0
    return replace(known, at=at, count=count, added=known.added + charged)


def _charged(count: Count, vehicle: Vehicle) -> float:
    """Tell which share of the battery was charged in a session; 0 where nobody knows what it holds."""
    if not vehicle.capacity_kwh:
        return 0.0
    return vehicle.stored_kwh(count.energy_kwh or 0.0, count.charging_h) / vehicle.capacity_kwh


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))
