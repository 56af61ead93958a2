"""Day-ahead prices as they were, and nights to charge in.

What is paid is the bare day-ahead price per kWh, as it is: a surcharge that is the same at all hours would make every plan
dearer by the same, and hide how much of the saving was found.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from custom_components.smart_charging.engine.model.tariff import PriceSlot

from .acn import sample
from .data import DataDir
from .result import BenchError

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
FURTHEST: Final = timedelta(hours=73)
"""No plan looks further ahead."""

DUTCH: Final = ZoneInfo("Europe/Amsterdam")
_CET: Final = timezone(HOUR)
"""The French file knows no daylight saving."""
_SPARE_KWH: Final = 10.0
"""A battery may take so much more than is wanted: where prices are negative it is worth it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Prices in EUR per kWh, by the start of the hour in UTC; `foreseen` is what was forecast of them, where the file tells."""

    name: str
    zone: tzinfo
    paid: Mapping[datetime, float]
    foreseen: Mapping[datetime, float]

    def local(self, day: date, hours: float) -> datetime:
        """Tell in UTC when it is so many hours after midnight on that day's clock."""
        clock = datetime.combine(day, time()) + hours * HOUR
        return clock.replace(tzinfo=self.zone).astimezone(UTC)

    def slots(self, start: datetime, end: datetime, published_until: datetime | None = None) -> tuple[PriceSlot, ...]:
        """List the hours from the one of `start` to the one of `end`; from `published_until` on they are estimated."""
        return tuple(
            PriceSlot(
                start=hour,
                end=hour + HOUR,
                price_per_kwh=(self.foreseen if estimated else self.paid)[hour],
                estimated=estimated,
            )
            for hour in _hours(start, end)
            for estimated in [published_until is not None and hour >= published_until]
        )

    def days(self) -> list[date]:
        """List the days of which, and of the two after which, every hour is known."""
        first, last = min(self.paid).astimezone(self.zone).date(), max(self.paid).astimezone(self.zone).date()
        days = [first + number * DAY for number in range(1, (last - first).days - 3)]
        return [day for day in days if self._is_whole(day)]

    def _is_whole(self, day: date) -> bool:
        return all(hour in self.paid for hour in _hours(self.local(day, 0), self.local(day, 72)))


def _hours(start: datetime, end: datetime) -> Iterator[datetime]:
    hour = start.replace(minute=0, second=0, microsecond=0)
    while hour < end:
        yield hour
        hour += HOUR


def read_dutch(data: DataDir) -> Market:
    """The Netherlands, 2020 to 2022."""
    rows = data.rows(data.files("prices_dayahead_hourly_NL_*.csv.gz")[0])
    paid = _read(rows, lambda row: (datetime.fromisoformat(row["utc_start"]), float(row["NL"])))
    return Market(name="NL", zone=DUTCH, paid=paid, foreseen={})


def read_french(data: DataDir) -> Market:
    """France, 2015 and 2016, and the mean of its two forecasts."""
    rows = list(data.rows(data.files("prices_with_forecasts_FR_*.csv.gz")[0]))

    def start(row: Mapping[str, str]) -> datetime:
        return datetime.fromisoformat(row["local_cet_naive"]).replace(tzinfo=_CET).astimezone(UTC)

    paid = _read(rows, lambda row: (start(row), float(row["real"])))
    foreseen = _read(rows, lambda row: (start(row), (float(row["dnn_forecast"]) + float(row["lear_forecast"])) / 2))
    return Market(name="FR", zone=_CET, paid=paid, foreseen=foreseen)


def _read[R: Mapping[str, str]](
    rows: Iterator[R] | Sequence[R], price: Callable[[R], tuple[datetime, float]]
) -> dict[datetime, float]:
    """Read EUR per MWh."""
    prices: dict[datetime, float] = {}
    for row in rows:
        try:
            start, per_mwh = price(row)
        except (KeyError, ValueError) as error:
            raise BenchError(f"a price cannot be understood ({error}): {row}") from error
        prices[start] = per_mwh / 1000
    return prices


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A car is there from `arrives` to `leaves`, UTC, wants `need_kwh` in its battery, and has room for `room_kwh`."""

    arrives: datetime
    leaves: datetime
    need_kwh: float
    room_kwh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """Some cars, and the prices that hold while any of them is there."""

    market: str
    stays: tuple[Stay, ...]
    prices: tuple[PriceSlot, ...]

    @property
    def begins(self) -> datetime:
        """When the first one comes."""
        return min(stay.arrives for stay in self.stays)

    @property
    def ends(self) -> datetime:
        """When the last one goes."""
        return max(stay.leaves for stay in self.stays)


def nights_of(market: Market, count: int, cars: int, seed: int) -> list[Night]:
    """Make so many nights, evenly over the market's days."""
    nights: list[Night] = []
    for day in sample(market.days(), count):
        chance = random.Random(f"{seed} {market.name} {day}")
        stays = tuple(_stay(market, day, chance) for _ in range(cars))
        begins, ends = min(stay.arrives for stay in stays), max(stay.leaves for stay in stays)
        nights.append(Night(market=market.name, stays=stays, prices=market.slots(begins, ends)))
    return nights


def _stay(market: Market, day: date, chance: random.Random) -> Stay:
    need_kwh = chance.uniform(8, 45)
    return Stay(
        arrives=market.local(day, 17 + chance.randrange(180) / 60),
        leaves=market.local(day + DAY, 6 + chance.randrange(120) / 60),
        need_kwh=need_kwh,
        room_kwh=need_kwh + _SPARE_KWH,
    )
