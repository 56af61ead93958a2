"""Tariffs that many households have, as a table: it brings the hours, the household its prices.

`prices` names what the household enters. No price is suggested: they change every few months.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from typing import Final

from .colours import Chance, DayColours, price_key
from .holidays import Holidays
from .hours import SATURDAY, SUNDAY, WEEKEND, WORKING_DAYS, Hours, Rule, Season, Span
from .peaks import SWEDISH_HOLIDAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyTariff:
    """One of them. `key` is stored, and so are the names of the prices.

    Where `own_hours`, each household has its own hours of the period that the first rule is about.
    """

    key: str
    country: str
    hours: Hours
    own_hours: bool = False
    days: DayColours | None = None
    shared: Mapping[str, str] = field(default_factory=dict[str, str])
    """Which price holds for a colour and period, where it has not one of its own."""
    dispatched: str | None = None
    """The period whose price also holds while the supplier lets the car charge."""

    @property
    def prices(self) -> tuple[str, ...]:
        """The prices that it wants."""
        return tuple(dict.fromkeys(self.shared.get(key, key) for key in self._keys))

    def priced(self, entered: Mapping[str, float]) -> dict[str, float]:
        """Sort what was entered by what `TimeOfUse` and `ColouredHours` look for."""
        return {key: entered[self.shared.get(key, key)] for key in self._keys}

    def with_spans(self, spans: tuple[Span, ...]) -> Hours:
        """Tell the hours of a household that has its own."""
        first, *others = self.hours.rules
        return replace(self.hours, rules=(replace(first, spans=spans), *others))

    @property
    def _keys(self) -> tuple[str, ...]:
        if self.days is None:
            return self.hours.periods
        return tuple(price_key(colour, period) for colour in self.days.colours for period in self.hours.periods)


def _from(*hours: str) -> tuple[Span, ...]:
    """Write spans as tariff sheets do: `22-06`, `00:30-07:30`."""
    edges = [text.split("-") for text in hours]
    return tuple(Span(start=_time(start), end=_time(end)) for start, end in edges)


def _time(text: str) -> time:
    hour, _, minute = text.partition(":")
    return time(int(hour) % 24, int(minute or 0))


_WINTER: Final = Season(first=(11, 1), last=(3, 31))
_SUMMER: Final = Season(first=(6, 1), last=(9, 30))

# EDF, option Heures Creuses: eight hours a day that Enedis allots to each household, and that stand on its bill. Since
# November 2025 some of them are in the afternoon, between 11:00 and 17:00 (CRE, deliberation on TURPE 7).
_FR_HP_HC: Final = ReadyTariff(
    key="fr_hp_hc",
    country="FR",
    hours=Hours(rules=(Rule(period="off_peak", spans=_from("22-06")),), rest="peak"),
    own_hours=True,
)

# EDF, option Tempo: a day goes from 06:00 to 06:00, its night begins at 22:00. 22 red days from November to March,
# none at a weekend or on a public holiday; 43 white ones, none on a Sunday; all others are blue (EDF; RTE).
_FR_TEMPO: Final = ReadyTariff(
    key="fr_tempo",
    country="FR",
    hours=Hours(rules=(Rule(period="off_peak", spans=_from("22-06")),), rest="peak"),
    days=DayColours(colours=("blue", "white", "red"), begins=time(6), chances=(Chance(days=WORKING_DAYS | SATURDAY),)),
)

# EDF, option EJP: 22 days from November to March, on which it is dear from 07:00 to 01:00 (EDF; CESML, which says that
# they are Tempo's red days since 2025).
_FR_EJP: Final = ReadyTariff(
    key="fr_ejp",
    country="FR",
    hours=Hours(rules=(Rule(period="night", spans=_from("01-07")),), rest="day"),
    days=DayColours(colours=("normal", "mobile_peak"), begins=time(7), chances=(Chance(season=_WINTER),)),
    shared={
        "normal_day": "normal",
        "normal_night": "normal",
        "mobile_peak_day": "mobile_peak",
        "mobile_peak_night": "normal",
    },
)

# CNMC, Circular 3/2020, article 7: working days have three periods; Saturdays, Sundays, 6 January and the national
# holidays are all valley, without those that regions may replace and those without a fixed date (Good Friday).
_SPANISH_HOLIDAYS: Final = Holidays(
    fixed=frozenset({(1, 1), (1, 6), (5, 1), (8, 15), (10, 12), (11, 1), (12, 6), (12, 8), (12, 25)})
)


def _es(key: str, *peak: str) -> ReadyTariff:
    rules = (
        Rule(period="valley", days=WEEKEND),
        Rule(period="valley", spans=_from("00-08")),
        Rule(period="peak", spans=_from(*peak)),
    )
    return ReadyTariff(key=key, country="ES", hours=Hours(rules=rules, rest="flat", holidays=_SPANISH_HOLIDAYS))


# Economy 7: seven hours at night, which differ by region and stand on the bill; the clock of many of its meters knows
# no summer time (Ofgem; Citizens Advice).
_GB_ECONOMY_7: Final = ReadyTariff(
    key="gb_economy_7",
    country="GB",
    hours=Hours(rules=(Rule(period="off_peak", spans=_from("00:30-07:30")),), rest="peak"),
    own_hours=True,
)

# Intelligent Octopus Go: six hours at night, and whenever else the supplier lets the car charge (Octopus Energy).
_GB_INTELLIGENT: Final = ReadyTariff(
    key="gb_intelligent",
    country="GB",
    hours=Hours(rules=(Rule(period="off_peak", spans=_from("23:30-05:30")),), rest="peak"),
    own_hours=True,
    dispatched="off_peak",
)

# ARERA, deliberation 181/06: the bands, and the holidays that are all F3.
_ITALIAN_HOLIDAYS: Final = Holidays(
    fixed=frozenset({(1, 1), (1, 6), (4, 25), (5, 1), (6, 2), (8, 15), (11, 1), (12, 8), (12, 25), (12, 26)}),
    easter=frozenset({1}),
)
_F3_ON_SUNDAYS: Final = Rule(period="f3", days=SUNDAY)
_F1: Final = Rule(period="f1", spans=_from("08-19"), days=WORKING_DAYS)
_IT_BANDS: Final = ReadyTariff(
    key="it_f1_f2_f3",
    country="IT",
    hours=Hours(
        rules=(_F3_ON_SUNDAYS, _F1, Rule(period="f2", spans=_from("07-23"))),
        rest="f3",
        holidays=_ITALIAN_HOLIDAYS,
    ),
)
_IT_TWO_BANDS: Final = ReadyTariff(
    key="it_f1_f23",
    country="IT",
    hours=Hours(rules=(_F1,), rest="f23", holidays=_ITALIAN_HOLIDAYS),
)

# PG&E, Electric Schedule EV2: the same hours every day, holidays too; summer is June to September.
_US_EV2_A: Final = ReadyTariff(
    key="us_pge_ev2a",
    country="US",
    hours=Hours(
        rules=(
            Rule(period="summer_peak", spans=_from("16-21"), season=_SUMMER),
            Rule(period="summer_partial_peak", spans=_from("15-16", "21-24"), season=_SUMMER),
            Rule(period="summer_off_peak", season=_SUMMER),
            Rule(period="winter_peak", spans=_from("16-21")),
            Rule(period="winter_partial_peak", spans=_from("15-16", "21-24")),
        ),
        rest="winter_off_peak",
    ),
)

# SCE, Schedule TOU-D, option PRIME: summer is June to September; holidays are as weekends, and what falls on a Sunday is
# kept on Monday. Of its holidays only these are in a season in which weekends differ.
_US_PRIME: Final = ReadyTariff(
    key="us_sce_prime",
    country="US",
    hours=Hours(
        rules=(
            Rule(period="summer_peak", spans=_from("16-21"), days=WORKING_DAYS, season=_SUMMER),
            Rule(period="summer_partial_peak", spans=_from("16-21"), season=_SUMMER),
            Rule(period="summer_off_peak", season=_SUMMER),
            Rule(period="winter_partial_peak", spans=_from("16-21")),
        ),
        rest="winter_off_peak",
        holidays=Holidays(fixed=frozenset({(7, 4)}), nth=frozenset({(9, 0, 1)}), observed=True),
    ),
)

READY_TARIFFS: Final[Mapping[str, ReadyTariff]] = {
    tariff.key: tariff
    for tariff in (
        _FR_HP_HC,
        _FR_TEMPO,
        _FR_EJP,
        _es("es_20td", "10-14", "18-22"),
        _es("es_20td_ceuta_melilla", "11-15", "19-23"),
        _GB_ECONOMY_7,
        _GB_INTELLIGENT,
        _IT_BANDS,
        _IT_TWO_BANDS,
        _US_EV2_A,
        _US_PRIME,
    )
}

HOLIDAYS: Final[Mapping[str, Holidays]] = {"es": _SPANISH_HOLIDAYS, "it": _ITALIAN_HOLIDAYS, "se": SWEDISH_HOLIDAYS}
"""Those of the countries whose hours know them, by country."""
