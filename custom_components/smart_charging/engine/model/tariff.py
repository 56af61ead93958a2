"""A tariff: what a kWh costs, slot by slot, and what the highest power of a month costs."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Final

from .carbon import Carbon, CarbonSlot

_TIE: Final = 0.01
"""Where plans go by CO₂ money weighs as little: of two hours that are equally green the cheaper one is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSlot:
    """From `start` (included) to `end` (excluded), UTC, a kWh costs `price_per_kwh`, all taxes and fees in it; it may be negative."""

    start: datetime
    end: datetime
    price_per_kwh: float
    estimated: bool = False
    """Nobody has published it: it is what it was at such times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakWeight:
    """A window that begins from `start` (included) to `end` (excluded), UTC, counts `factor` times; 0: not at all."""

    start: datetime
    end: datetime
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakPrice:
    """The price of power: a month is billed by the mean of its highest peaks.

    Import is averaged over each `window`, which begins on the full hour or a whole part of it, and counts as `weights` say. The
    highest window of a day is the day's peak, and the mean of the `days` highest is billed, at least `least_kw`.
    """

    per_kw: float
    """For the whole month, in the tariff's currency."""
    window: timedelta = timedelta(minutes=15)
    days: int = 1
    least_kw: float = 0.0
    steps: tuple[tuple[float, float], ...] = ()
    """(from kW, what it costs more from there on in a month): where the price has steps."""
    weights: Sequence[PeakWeight] = ()
    """In order; where none says, a window counts in full."""

    def factor_at(self, start: datetime) -> float:
        """Tell how much a window counts that begins at `start`, UTC."""
        return next((weight.factor for weight in self.weights if weight.start <= start < weight.end), 1.0)


@dataclass(frozen=True, kw_only=True)
class Tariff:
    """Slots in order, without overlap; what lies between two of them, or after the last, is not known.

    It has no slots of Python's, so that what plans go by is worked out once.
    """

    currency: str
    prices: Sequence[PriceSlot]
    feed_in: Sequence[PriceSlot] = ()
    """What a kWh earns that goes to the grid; nothing where no slot says."""
    peak: PeakPrice | None = None
    carbon: Carbon | None = None
    """None: CO₂ does not count."""

    def price_at(self, when: datetime) -> PriceSlot | None:
        """Tell the price that holds at a time, UTC; None where nobody knows."""
        return _at(self.prices, when)

    def carbon_at(self, when: datetime) -> CarbonSlot | None:
        """Tell what the grid emits at a time, UTC; None where nobody knows, or it does not count."""
        return None if self.carbon is None else _at(self.carbon.slots, when)

    def feed_in_at(self, when: datetime) -> float:
        """Tell what a kWh earns then that goes to the grid."""
        slot = _at(self.feed_in, when)
        return 0.0 if slot is None else slot.price_per_kwh

    @property
    def by_carbon(self) -> bool:
        """Whether plans go by CO₂ and not by money; by money where nobody knows anything of CO₂."""
        return self.carbon is not None and self.carbon.price_per_kg is None and bool(self.carbon.slots)

    @property
    def money_weight(self) -> float:
        """What a unit of money counts for in plans."""
        return _TIE if self.by_carbon else 1.0

    @cached_property
    def carbon_weight_per_kg(self) -> float:
        """What a kg of CO₂ counts for in plans, in the currency.

        Where it counts instead of the price, as much as makes the mean kWh count for what it costs: so it stays in proportion to
        what else costs money, the price of power above all. Where that cannot be told it is 1.
        """
        if self.carbon is None:
            return 0.0
        if self.carbon.price_per_kg is not None:
            return self.carbon.price_per_kg
        mean_kg = _mean(self.carbon.slots, lambda slot: slot.kg_per_kwh)
        mean_size = _mean(self.prices, lambda slot: abs(slot.price_per_kwh))
        return mean_size / mean_kg if mean_size > 0 and mean_kg > 0 else 1.0

    @cached_property
    def counted(self) -> Sequence[PriceSlot]:
        """What plans go by, as if it were a price: the price itself, with what CO₂ counts for."""
        return tuple(self.prices) if self.carbon is None else tuple(_counted(self))

    def counted_at(self, when: datetime) -> PriceSlot | None:
        """Tell what plans go by at a time, UTC; None where nobody knows."""
        return _at(self.counted, when)

    @property
    def known_until(self) -> datetime | None:
        """Up to when each price is published, without a break from the first on; None where none is."""
        until: datetime | None = None
        for slot in self.prices:
            if slot.estimated or (until is not None and slot.start > until):
                break
            until = slot.end
        return until


def _at[T: (PriceSlot, CarbonSlot)](slots: Sequence[T], when: datetime) -> T | None:
    place = bisect_right(slots, when, key=lambda slot: slot.start)
    return slots[place - 1] if place and when < slots[place - 1].end else None


def _edges[T: (PriceSlot, CarbonSlot)](slots: Sequence[T]) -> set[datetime]:
    return {edge for slot in slots for edge in (slot.start, slot.end)}


def _counted(tariff: Tariff) -> Iterator[PriceSlot]:
    """Weigh money and CO₂ wherever one of them changes; what is not known of one of them is taken for its mean."""
    emissions = () if tariff.carbon is None else tariff.carbon.slots
    mean_kg = _mean(emissions, lambda slot: slot.kg_per_kwh)
    mean_price = _mean(tariff.prices, lambda slot: slot.price_per_kwh)
    for start, end in pairwise(sorted(_edges(tariff.prices) | _edges(emissions))):
        price, emission = tariff.price_at(start), tariff.carbon_at(start)
        leading = emission if tariff.by_carbon else price
        if price is None and (emission is None or not tariff.by_carbon):
            continue
        kg = mean_kg if emission is None else emission.kg_per_kwh
        money = mean_price if price is None else price.price_per_kwh
        yield PriceSlot(
            start=start,
            end=end,
            price_per_kwh=tariff.money_weight * money + tariff.carbon_weight_per_kg * kg,
            estimated=leading is None or leading.estimated,
        )


def _mean[T: (PriceSlot, CarbonSlot)](slots: Sequence[T], of: Callable[[T], float]) -> float:
    """Tell the mean over time; of nothing it is 0."""
    length_s = sum((slot.end - slot.start).total_seconds() for slot in slots)
    return sum(of(slot) * (slot.end - slot.start).total_seconds() for slot in slots) / length_s if length_s else 0.0
