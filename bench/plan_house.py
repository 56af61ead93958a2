"""A house beside the car: what it really takes, and what the integration expects of it.

LoadProfileGenerator's household, a minute each of the year 2021. What is expected is learned by the integration's own
means from the hours of the eight weeks before; before the year's first day the year is taken to have been the same. How it lies on
the phases is taken to have been learned by then.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final

from custom_components.smart_charging.engine.accounting.base_load import KEPT_DAYS, HouseHour, learn
from custom_components.smart_charging.engine.model.outlook import Outlook, OutlookStep
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES
from demo.trace import PHASE_SHARES

from .data import DataDir
from .plan_prices import DUTCH, HOUR
from .result import BenchError

_MINUTE: Final = timedelta(minutes=1)
STEP: Final = timedelta(seconds=15)
"""A charger that is switched a minute late makes a quarter of an hour's peak higher by 0.7 kW."""
STEP_H: Final = STEP / HOUR
QUARTER: Final = timedelta(minutes=15)
"""A capacity tariff bills the mean power of one."""
YEAR: Final = 2021
_BEGINS: Final = datetime(YEAR - 1, 12, 31, 23, tzinfo=UTC)
"""The file's first minute: it is in CET all year."""
_MINUTES: Final = 365 * 1440


@dataclass(frozen=True, slots=True, eq=False)
class House:
    """What it takes, kW, in each minute of the year."""

    minutes_kw: tuple[float, ...]

    def kw(self, at: datetime) -> float:
        """Tell what it takes in that minute; the year comes again and again."""
        return self.minutes_kw[(at - _BEGINS) // _MINUTE % len(self.minutes_kw)]

    def mean_kw(self, start: datetime, length: timedelta) -> float:
        """Tell what it takes on average from then on for a while of whole minutes."""
        minutes = length // _MINUTE
        return sum(self.kw(start + number * _MINUTE) for number in range(minutes)) / minutes

    def quarters_kw(self, start: datetime, end: datetime) -> dict[datetime, float]:
        """Tell the mean of each quarter of an hour between two times, by its beginning."""
        begins = [start + number * QUARTER for number in range((end - start) // QUARTER)]
        return {begin: self.mean_kw(begin, QUARTER) for begin in begins}

    def expected(self, day: date, hours: int = 36) -> Outlook:
        """Tell what is expected for so many hours from noon of a day on."""
        return _expected(self, day, hours)


@cache
def _expected(house: House, day: date, hours: int) -> Outlook:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=DUTCH).astimezone(UTC)
    before = (noon - number * HOUR for number in range(1, 24 * KEPT_DAYS))
    load = learn([_hour(house, start) for start in before], day)
    steps: list[OutlookStep] = []
    for number in range(hours):
        start = noon + number * HOUR
        local = start.astimezone(DUTCH)
        kw, margin_kw = load.kw(local.date(), local.hour), load.margin_kw(local.hour)
        steps.append(OutlookStep(start=start, end=start + HOUR, base_kw=kw, margin_kw=margin_kw))
    return Outlook(steps=tuple(steps), shares=dict(zip(ALL_PHASES, PHASE_SHARES, strict=True)))


def _hour(house: House, start: datetime) -> HouseHour:
    local = start.astimezone(DUTCH)
    return HouseHour(day=local.date(), hour=local.hour, kw=house.mean_kw(start, HOUR))


def read_house(data: DataDir) -> House:
    """Read the household."""
    minutes_w = [float(row["watt"]) for row in data.rows(data.files("load_lpg_*.csv.gz")[0])]
    if len(minutes_w) != _MINUTES:
        raise BenchError(f"load_lpg has {len(minutes_w)} minutes, and not those of a year")
    return House(tuple(watts / 1000 for watts in minutes_w))
