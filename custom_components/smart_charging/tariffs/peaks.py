"""What the highest power of a month costs, as it is done in some countries: the household brings the price."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ..engine.model.tariff import PeakPrice

_MONTHS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakRule:
    """How a month's peak is counted. `yearly`: the price is told for a year; `stepped`: not for each kW, but in steps."""

    window: timedelta
    days: int
    least_kw: float = 0.0
    yearly: bool = False
    stepped: bool = False


PEAK_RULES: Final = {
    # VREG, capaciteitstarief: the highest quarter of an hour of the month, at least 2.5 kW; a twelfth of the year's price.
    "flanders": PeakRule(window=timedelta(minutes=15), days=1, least_kw=2.5, yearly=True),
    # NVE-RME, kapasitetsledd: the mean of the highest hours of three days, in steps.
    "norway": PeakRule(window=timedelta(hours=1), days=3, stepped=True),
    # Effektavgift, as with Ellevio and most others: the mean of the highest hours of three days, for each kW. Some count
    # the night half, and some only winter days: neither is told apart here.
    "sweden": PeakRule(window=timedelta(hours=1), days=3),
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
