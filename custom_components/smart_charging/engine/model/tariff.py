"""A tariff: what a kWh costs, slot by slot, and what the highest power of a month costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSlot:
    """From `start` (included) to `end` (excluded), UTC, a kWh costs `price_per_kwh`, all taxes and fees in it; it may be negative."""

    start: datetime
    end: datetime
    price_per_kwh: float
    estimated: bool = False
    """Nobody has published it: it is what it was at such times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakPrice:
    """The price of power: a month is billed by the mean of its highest peaks.

    Import is averaged over each `window`, which begins on the full hour or a whole part of it, and counts as `weights` say. The
    highest window of a day is the day's peak, and the mean of the `days` highest is billed, at least `least_kw`.
    """

    per_kw: float
@dataclass(frozen=True, slots=True, kw_only=True)
class PeakWeight:
    """A window that begins from `start` (included) to `end` (excluded), UTC, counts `factor` times; 0: not at all."""

    start: datetime
    end: datetime
    factor: float


    """For the whole month, in the tariff's currency."""
    window: timedelta = timedelta(minutes=15)
    days: int = 1
    least_kw: float = 0.0
    steps: tuple[tuple[float, float], ...] = ()
    """(from kW, what it costs more from there on in a month): where the price has steps."""



@dataclass(frozen=True, kw_only=True)
class Tariff:
    """Slots in order, without overlap; what lies between two of them, or after the last, is not known."""

    currency: str
    prices: Sequence[PriceSlot]
    feed_in: Sequence[PriceSlot] = ()
    weights: Sequence[PeakWeight] = ()
    """In order; where none says, a window counts in full."""
    """What a kWh earns that goes to the grid; nothing where no slot says."""
    def factor_at(self, start: datetime) -> float:
        """Tell how much a window counts that begins at `start`, UTC."""
        return next((weight.factor for weight in self.weights if weight.start <= start < weight.end), 1.0)
    peak: PeakPrice | None = None

    def price_at(self, when: datetime) -> PriceSlot | None:
        """Tell the price that holds at a time, UTC; None where nobody knows."""
        return _at(self.prices, when)

    def feed_in_at(self, when: datetime) -> float:
        """Tell what a kWh earns then that goes to the grid."""
        slot = _at(self.feed_in, when)
        return 0.0 if slot is None else slot.price_per_kwh

    @property
    def known_until(self) -> datetime | None:
        """Up to when each price is published, without a break from the first on; None where none is."""
        until: datetime | None = None
        for slot in self.prices:
            if slot.estimated or (until is not None and slot.start > until):
                break
            until = slot.end
        return until


def _at(slots: Sequence[PriceSlot], when: datetime) -> PriceSlot | None:
    return next((slot for slot in slots if slot.start <= when < slot.end), None)
