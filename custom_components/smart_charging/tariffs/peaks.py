"""What the highest power of a month costs, as it is done in some countries: the household brings the price."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Final

from ..engine.model.tariff import PeakPrice, PeakWeight
from .clock import pieces, wall
from .holidays import Holidays
from .hours import REST, WORKING_DAYS, Hours, Rule, Season
from .written import read_spans

_MONTHS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakHours:
    """When power counts how much: a factor for each period of the hours; 0: then it costs nothing."""

    hours: Hours
    factors: Mapping[str, float]

    def factor_at(self, at: datetime, zone: tzinfo) -> float:
        """Tell the factor of a window that begins at `at`, UTC, in a home in `zone`."""
        return self.factors[self.hours.period_at(wall(at, zone))]

    def weights(self, start: datetime, end: datetime, zone: tzinfo) -> tuple[PeakWeight, ...]:
        """List the factors from `start` to `end`, UTC."""
        return tuple(
            PeakWeight(start=first, end=last, factor=self.factor_at(first, zone))
            for first, last in pieces(start, end, zone, self.hours.times)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakRule:
    """How a month's peak is counted. `yearly`: the price is told for a year; `stepped`: not for each kW, but in steps."""

    window: timedelta
    days: int
    least_kw: float = 0.0
    yearly: bool = False
    stepped: bool = False
    hours: PeakHours | None = None
    """None: power counts the same at any time."""
    own: bool = False
    """The household tells how it is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakTariff:
    """A rule with the household's price. `key` tells what the peaks are counted by: those of another one tell nothing."""

    price: PeakPrice
    key: str = ""
    hours: PeakHours | None = None
    guarded: bool = True
    """Whether the month's peak is guarded while a window runs, see `engine/control/peak_guard.py`."""

    def between(self, start: datetime, end: datetime, zone: tzinfo) -> PeakPrice:
        """Tell the price with the factors that hold from `start` to `end`, UTC, in a home in `zone`."""
        return self.price if self.hours is None else replace(self.price, weights=self.hours.weights(start, end, zone))

    def factor_at(self, at: datetime, zone: tzinfo) -> float:
        """Tell how much a window counts that begins at `at`, UTC."""
        return 1.0 if self.hours is None else self.hours.factor_at(at, zone)


_HOUR: Final = timedelta(hours=1)
_WINTER: Final = Season(first=(11, 1), last=(3, 31))
_SUMMER: Final = Season(first=(4, 1), last=(10, 31))

# Days on which Swedish grid companies count no power, as Mölndal Energi lists them (2025): the public holidays, Christmas Eve
# and New Year's Eve. Midsummer's Eve, which some add, has no fixed date and is not in winter.
SWEDISH_HOLIDAYS: Final = Holidays(
    fixed=frozenset({(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)}),
    easter=frozenset({-2, 1, 39}),
)


def _working_days(hours: str, season: Season | None) -> PeakHours:
    """Count these hours of working days alone."""
    rule = Rule(period="counts", spans=read_spans(hours), days=WORKING_DAYS, season=season)
    return PeakHours(hours=Hours(rules=(rule,), holidays=SWEDISH_HOLIDAYS), factors={"counts": 1.0, REST: 0.0})


def _sweden(hours: PeakHours | None = None) -> PeakRule:
    """Count as most in Sweden do: the mean of the highest hours of three days, for each kW and month."""
    return PeakRule(window=_HOUR, days=3, hours=hours)


PEAK_RULES: Final = {
    # VREG, capaciteitstarief: the highest quarter of an hour of the month, at least 2.5 kW; a twelfth of the year's price.
    "flanders": PeakRule(window=timedelta(minutes=15), days=1, least_kw=2.5, yearly=True),
    # NVE-RME, kapasitetsledd: the mean of the highest hours of three days, in steps.
    "norway": PeakRule(window=_HOUR, days=3, stepped=True),
    # Effektavgift at all hours, as with Varberg Energi from September 2025 on, and Göteborg Energi until 2025 (their price lists).
    "sweden": _sweden(),
    # Ellevio, price list of 2025: at night, from 22:00 to 06:00, half counts. Ellevio bills no power since 1 June 2026 (its press
    # release of 20 April 2026); who counts so today is not known.
    "se_night_half": _sweden(
        PeakHours(
            hours=Hours(rules=(Rule(period="night", spans=read_spans("22-06")),)), factors={"night": 0.5, REST: 1.0}
        )
    ),
    # Göteborg Energi, time-differentiated tariff of 2026: as several integrations for it tell; its own price list was not seen.
    "se_winter_07_20": _sweden(_working_days("07-20", _WINTER)),
    # Falu Elnät, price list from November 2025 on; Mölndal Energi, price list from September 2025 on.
    "se_winter_07_19": _sweden(_working_days("07-19", _WINTER)),
    # Falkenberg Energi, what it announced in 2026 for the second half of the year.
    "se_winter_06_20": _sweden(_working_days("06-20", _WINTER)),
    # Sollentuna Energi & Miljö, "Så funkar effektavgiften": working days from 07:00 to 19:00, of at most one hour a day; from
    # April to October a kW costs half of what it costs in winter, which is the price to enter (135 and 67.50 kr in 2025, 145
    # and 72.50 kr in 2026).
    "se_sollentuna": _sweden(
        PeakHours(
            hours=Hours(
                rules=(
                    Rule(period="summer", spans=read_spans("07-19"), days=WORKING_DAYS, season=_SUMMER),
                    Rule(period="winter", spans=read_spans("07-19"), days=WORKING_DAYS),
                ),
                holidays=SWEDISH_HOLIDAYS,
            ),
            factors={"summer": 0.5, "winter": 1.0, REST: 0.0},
        )
    ),
    "own": PeakRule(window=_HOUR, days=1, own=True),
}


def peak_price(rule: PeakRule, price_per_kw: float = 0.0, steps: tuple[tuple[float, float], ...] = ()) -> PeakPrice:
    """Put a peak's price together; `price_per_kw` is for a month, or for a year where the rule says so."""
    return PeakPrice(
        per_kw=price_per_kw / _MONTHS if rule.yearly else price_per_kw,
        window=rule.window,
        days=rule.days,
        least_kw=rule.least_kw,
        steps=steps,
    )
