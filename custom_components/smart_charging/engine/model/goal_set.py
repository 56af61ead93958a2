"""What is wanted of a vehicle: how much charge, by which departures, and on what terms. Times of day are local; all else is UTC."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final

EVERY_DAY: Final = frozenset(range(7))


class TargetKind(StrEnum):
    """What a target is counted in."""

    SOC = "soc"
    """From 0 to 1."""
    ENERGY = "energy_kwh"
    """kWh that reach the battery, since the car was plugged in."""
    RANGE = "range_km"
    """km that the battery is to be good for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """How much is wanted, in what `kind` counts in."""

    kind: TargetKind
    amount: float


class GoalStrategy(StrEnum):
    """How a target is reached."""

    CHEAPEST = "cheapest"
    """For the least money."""
    AT_ONCE = "at_once"
    """As soon as possible."""
    BELOW_PRICE = "below_price"
    """Only below a price, be it late."""
    CHEAPEST_HOURS = "cheapest_hours"
    """Only in the cheapest hours of each day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On what terms. Prices are per kWh, as the tariff tells them."""

    strategy: GoalStrategy = GoalStrategy.CHEAPEST
    price_limit: float | None = None
    """For `BELOW_PRICE`."""
    hours: float | None = None
    """For `CHEAPEST_HOURS`."""
    more: Target | None = None
    """So much is wanted too, but only below `more_below`."""
    more_below: float | None = None
    margin_min: float = 30.0
    """It is to be ready so long before departure."""
    last_stretch_min: float = 0.0
    """The last of it is charged so long before departure, so that the battery is warm then."""
    earliest: time | None = None
    """The last such time before a departure: charging does not start before that."""

    @property
    def stand_alone(self) -> bool:
        """Tell whether they mean something without a target and a departure, as to charge at once, or below a price."""
        return self.strategy is not GoalStrategy.CHEAPEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """One that comes each week, on `weekdays`, 0 is Monday. What is None is as for the vehicle."""

    weekdays: frozenset[int] = EVERY_DAY
    time: time
    target: Target | None = None
    terms: Terms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOff:
    """One that comes once, in place of those of that day."""

    at: datetime
    target: Target | None = None
    terms: Terms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalSet:
    """All that a person set for a vehicle, or for a guest's car until it is unplugged."""

    target: Target | None = None
    """Wanted for each departure that has none of its own, and without any as far as prices are known."""
    terms: Terms = Terms()
    ready_by: time | None = None
    """A departure of each day, where no others are set."""
    departures: tuple[Departure, ...] = ()
    once: OneOff | None = None
    paused: bool = False
    """What is repeated does not hold,"""
    paused_until: date | None = None
    """or not before this day."""

    @property
    def repeated(self) -> tuple[Departure, ...]:
        """The departures that come each week."""
        if self.departures or self.ready_by is None:
            return self.departures
        return (Departure(time=self.ready_by),)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestGoals:
    """What is wanted for whatever car is at a charger in the session that began at `started_at`; None: in the next one."""

    goals: GoalSet
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The next departure, UTC, and what holds for it."""

    at: datetime
    target: Target | None = None
    terms: Terms = Terms()
    not_before: datetime | None = None
