"""A night as a scenario has it: when the cars come and leave, what is wanted of them, and what a kWh costs."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from .car import CarModel
from .folder import TIME_ZONE

ZONE: Final = ZoneInfo(TIME_ZONE)
DAY: Final = timedelta(days=1)
NOON: Final = time(12)


class Knows(StrEnum):
    """Who tells Smart Charging how full the car is."""

    SENSOR = "sensor"
    """The car, by an entity, in whole percent."""
    PERSON = "person"
    """A person, once, when plugging it in."""
    NOBODY = "nobody"
    """It is a guest's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One car's stay overnight."""

    car: str
    """Its name."""
    arrives: time
    leaves: time
    """Wanted ready by then; next morning."""
    knows: Knows
    wanted_soc: float | None = None
    """State of charge wanted, 0 to 1; of a guest's car None."""
    wanted_kwh: float | None = None
    """Energy that the charger is to give; of a guest's car alone."""

    def battery_kwh(self, model: CarModel, state_of_charge: float) -> float:
        """What is to reach the battery of such a car, which arrives with `state_of_charge`, 0 to 1."""
        if self.wanted_kwh is not None:
            return self.wanted_kwh * model.efficiency
        return max(0.0, (self.wanted_soc or 0.0) - state_of_charge) * model.capacity_kwh


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """Heures pleines, heures creuses: prices per kWh, EUR."""

    peak: float
    off_peak: float
    begins: time
    """The off-peak hours, which end in the morning."""
    ends: time

    @property
    def hours(self) -> str:
        """As the form takes them."""
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"

    def price(self, local: datetime) -> float:
        """Of a kWh at this moment."""
        return self.off_peak if local.time() >= self.begins or local.time() < self.ends else self.peak


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """The clock begins to run fast soon after `begins`, once all is set up, and the night is over at `ends`."""

    begins: time
    ends: time
    tariff: Tariff
    speed: float
    """How many times as fast as the world's the clock goes."""

    @property
    def minutes(self) -> float:
        """How long it is, clock changes aside."""
        day = datetime(2026, 1, 15, tzinfo=ZONE).date()
        return (datetime.combine(day + DAY, self.ends) - datetime.combine(day, self.begins)) / timedelta(minutes=1)

    def begin(self, now: datetime) -> datetime:
        """The evening that it begins: yesterday's, so that a browser's last 24 hours show it. `now` is aware."""
        return datetime.combine(now.astimezone(ZONE).date() - DAY, self.begins, tzinfo=ZONE)


def moment(night_begins: datetime, clock: time) -> datetime:
    """When it is `clock` in the night that began at `night_begins`, aware: an hour before noon is next morning's."""
    day = night_begins.date() + (DAY if clock < NOON else timedelta())
    return datetime.combine(day, clock, tzinfo=night_begins.tzinfo)
