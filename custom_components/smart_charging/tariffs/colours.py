"""A tariff by day colours: what hours cost depends on the colour of the day, which is told one day ahead.

Such a day begins at a time of its own: in France at 06:00, so that the night before a red day is still that of the day before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from ..engine.model.tariff import PriceSlot
from .clock import pieces, wall
from .hours import EVERY_DAY, Hours, Season
from .slots import joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """The days that may have a colour other than the usual one."""

    days: frozenset[int] = EVERY_DAY
    season: Season | None = None

    def __contains__(self, day: date) -> bool:
        return day.weekday() in self.days and (self.season is None or day in self.season)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayColours:
    """The colours of a tariff, its usual one first; all other days are sure to be of the usual one."""

    colours: tuple[str, ...]
    begins: time
    chances: tuple[Chance, ...]

    @property
    def usual(self) -> str:
        """The colour that most days have."""
        return self.colours[0]

    def day_of(self, clock: datetime) -> date:
        """Tell which of its days it is when the clock shows `clock`."""
        return (clock - timedelta(hours=self.begins.hour, minutes=self.begins.minute)).date()

    def on(self, day: date, told: Mapping[date, str]) -> tuple[str, bool]:
        """Tell a day's colour, and whether that is sure; one that nobody told is taken for the usual one."""
        colour = told.get(day)
        if colour in self.colours:
            return colour, True
        return self.usual, all(day not in chance for chance in self.chances)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColouredHours:
    """Hours with a price for each colour and period, per kWh; the keys of `prices` are `colour_period`."""

    hours: Hours
    days: DayColours
    prices: Mapping[str, float]

    def slots(self, start: datetime, end: datetime, zone: tzinfo, told: Mapping[date, str]) -> tuple[PriceSlot, ...]:
        """List what a kWh costs from `start` to `end`, UTC; estimated where a day's colour is not among those `told`."""
        times = self.hours.times | {self.days.begins}
        return joined(self._slot(first, last, zone, told) for first, last in pieces(start, end, zone, times))

    def _slot(self, start: datetime, end: datetime, zone: tzinfo, told: Mapping[date, str]) -> PriceSlot:
        clock = wall(start, zone)
        colour, sure = self.days.on(self.days.day_of(clock), told)
        price = self.prices[price_key(colour, self.hours.period_at(clock))]
        return PriceSlot(start=start, end=end, price_per_kwh=price, estimated=not sure)


def price_key(colour: str, period: str) -> str:
    """Name the price of a period on days of a colour."""
    return f"{colour}_{period}"
