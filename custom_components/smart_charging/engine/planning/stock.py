"""A home battery beside the cars: how it is best steered, given what they take.

In each span it can do a few things: be by itself, be held, be charged with all or half of what it takes. Which is best depends
on what it holds, and nothing else of what was before; so the best way through all spans is found from the end, for a hundred
contents (dynamic programming). What comes between two of these is taken to lie on the line between them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from ..model.battery_order import BatteryWay
from ..model.home_battery import EFFICIENCY

LEVELS: Final = 100
LEAST_KW: Final = 0.5
"""It is not charged from the grid with less: that would stay in the inverter."""
EXCESS_KW: Final = 0.3
"""Cars that take so much more than the sun gives have it held, as they do at the moment when they do."""
_AWAY: Final = 0.001
"""An hour in which it is told something counts for as much as so many kWh: of two that are equally good it is left to itself."""
_SOONER: Final = 0.001
"""A kWh that is bought an hour later counts as so much dearer: who buys at once buys in one go."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What it does in a span: it takes `in_kw` or gives `out_kw`, as far as what it holds allows. One of the two is 0."""

    way: BatteryWay
    in_kw: float
    out_kw: float


@dataclass(frozen=True, slots=True)
class Moment:
    """A span: `net_kw` is what the sun gives beyond the house, negative where the house takes more; `cars_kw` what cars take.

    `room_kw` is what the battery may take in all where it is charged from the grid.
    """

    hours: float
    price_per_kwh: float
    feed_in_per_kwh: float
    net_kw: float
    cars_kw: float
    room_kw: float
    later_h: float = 0.0
    """How much later than now it begins."""


@dataclass(frozen=True, slots=True)
class Step:
    """What came of a deed: with how much on average (negative: it gave), and what it held at the end."""

    deed: Deed
    mean_kw: float
    held_kwh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stocked:
    """The best that was found.

    `cost` is what the site pays, less what is left in the battery at its worth, and a trifle for what it is told. `values` is what one more kWh in it would be worth, by span, at its end.
    """

    steps: Sequence[Step]
    cost: float
    values: Sequence[float]


@dataclass(frozen=True, kw_only=True)
class Stock:
    """The battery's problem. Powers in kW, at the grid's side of it; `worth_per_kwh` is of what is left in it at the end."""

    capacity_kwh: float
    held_kwh: float
    moments: Sequence[Moment]
    worth_per_kwh: float
    in_kw: float = float("inf")
    out_kw: float = float("inf")
    charges: bool = False
    """Whether it may be charged from the grid."""
    adjustable: bool = True
    """Whether it can then be told to take less than all it can."""
    fills_cars: bool = False

    def by_itself(self) -> Stocked:
        """Tell what comes of it where nobody steers it, but for what cars make it do."""
        return self._follow([deeds[0] for deeds in self._deeds])

    def best(self) -> Stocked:
        """Find how it is best steered: never worse than by itself."""
        futures = self._futures()
        held_kwh, chosen = self.held_kwh, list[Deed]()
        for deeds, moment, future in zip(self._deeds, self.moments, futures[1:], strict=True):
            deed = min(deeds, key=lambda deed: self._total(deed, moment, held_kwh, future))
            chosen.append(deed)
            held_kwh += self._flow(deed, moment.hours, held_kwh)[1]
        found, alone = self._follow(chosen), self.by_itself()
        better = found if found.cost < alone.cost - 1e-9 else alone
        return Stocked(steps=better.steps, cost=better.cost, values=list(self._values(better, futures[1:])))

    @cached_property
    def _deeds(self) -> Sequence[Sequence[Deed]]:
        """By span, the first of them by itself; those that come to the same are left out."""
        return [list(self._possible(moment)) for moment in self.moments]

    def _possible(self, moment: Moment) -> Iterator[Deed]:
        over_kw = moment.net_kw - moment.cars_kw
        in_kw = min(self.in_kw, max(0.0, over_kw))
        fed = not self.fills_cars and moment.cars_kw - max(0.0, moment.net_kw) >= EXCESS_KW
        lacking_kw = -over_kw if self.fills_cars else -moment.net_kw
        out_kw = 0.0 if fed else min(self.out_kw, max(0.0, lacking_kw))
        yield Deed(BatteryWay.BY_ITSELF, in_kw, out_kw)
        if out_kw > 0:
            yield Deed(BatteryWay.HOLD, in_kw, 0.0)
        charge_kw = min(self.in_kw, moment.room_kw)
        may = self.charges and (self.adjustable or charge_kw == self.in_kw)
        if may and charge_kw >= LEAST_KW and charge_kw > in_kw:
            yield Deed(BatteryWay.CHARGE, charge_kw, 0.0)
            if charge_kw / 2 >= LEAST_KW and charge_kw / 2 > in_kw:
                yield Deed(BatteryWay.CHARGE, charge_kw / 2, 0.0)

    def _flow(self, deed: Deed, hours: float, held_kwh: float) -> tuple[float, float]:
        """Tell with how much it does so on average, and what it then holds more."""
        if deed.out_kw > 0:
            out_kw = min(deed.out_kw, held_kwh * EFFICIENCY / hours)
            return -out_kw, -out_kw * hours / EFFICIENCY
        in_kw = min(deed.in_kw, (self.capacity_kwh - held_kwh) / EFFICIENCY / hours)
        return in_kw, in_kw * hours * EFFICIENCY

    def _paid(self, deed: Deed, moment: Moment, mean_kw: float) -> float:
        grid_kw = moment.cars_kw - moment.net_kw + mean_kw
        price = moment.price_per_kwh if grid_kw > 0 else moment.feed_in_per_kwh
        away_kw = 0.0 if deed.way is BatteryWay.BY_ITSELF else _AWAY
        if deed.way is BatteryWay.CHARGE:
            away_kw += _SOONER * moment.later_h * mean_kw
        return (price * grid_kw + away_kw * abs(self.worth_per_kwh)) * moment.hours

    def _total(self, deed: Deed, moment: Moment, held_kwh: float, future: Sequence[float]) -> float:
        mean_kw, more_kwh = self._flow(deed, moment.hours, held_kwh)
        return self._paid(deed, moment, mean_kw) + self._between(future, held_kwh + more_kwh)

    def _futures(self) -> list[list[float]]:
        """Tell what all that follows costs, by span and by what it holds at its beginning; the last one is the end."""
        step_kwh = self.capacity_kwh / LEVELS
        future = [-self.worth_per_kwh * level * step_kwh for level in range(LEVELS + 1)]
        futures = [future]
        for deeds, moment in zip(reversed(self._deeds), reversed(self.moments), strict=True):
            costs = [self._by_level(deed, moment, future, step_kwh) for deed in deeds]
            future = [min(each) for each in zip(*costs, strict=True)]
            futures.append(future)
        return futures[::-1]

    def _by_level(self, deed: Deed, moment: Moment, future: list[float], step_kwh: float) -> list[float]:
        """Tell what a deed and all that follows costs, by what it holds before. Written for speed: it is run most of all."""
        hours, total = moment.hours, self._total
        full_kw = -deed.out_kw if deed.out_kw > 0 else deed.in_kw
        more_kwh = full_kw * hours / EFFICIENCY if full_kw < 0 else full_kw * hours * EFFICIENCY
        steps = more_kwh / step_kwh if more_kwh else 0.0
        if abs(steps) >= LEVELS:
            return [total(deed, moment, level * step_kwh, future) for level in range(LEVELS + 1)]
        paid = self._paid(deed, moment, full_kw)
        whole, part = divmod(steps, 1.0)
        shift = int(whole)
        # Where it is neither emptied nor filled, all levels move by the same.
        first, last = max(0, -shift), min(LEVELS, LEVELS - shift - 1)
        inner = [
            paid + (1 - part) * future[level + shift] + part * future[level + shift + 1]
            for level in range(first, last + 1)
        ]
        below = [total(deed, moment, level * step_kwh, future) for level in range(first)]
        above = [total(deed, moment, level * step_kwh, future) for level in range(max(first, last + 1), LEVELS + 1)]
        return [*below, *inner, *above]

    def _between(self, values: Sequence[float], held_kwh: float) -> float:
        """Read off the line between two contents."""
        place = min(max(held_kwh / self.capacity_kwh * LEVELS, 0.0), float(LEVELS))
        level = min(int(place), LEVELS - 1)
        part = place - level
        return (1 - part) * values[level] + part * values[level + 1]

    def _follow(self, deeds: Sequence[Deed]) -> Stocked:
        held_kwh, cost, steps = self.held_kwh, 0.0, list[Step]()
        for deed, moment in zip(deeds, self.moments, strict=True):
            mean_kw, more_kwh = self._flow(deed, moment.hours, held_kwh)
            held_kwh = min(self.capacity_kwh, max(0.0, held_kwh + more_kwh))
            cost += self._paid(deed, moment, mean_kw)
            steps.append(Step(deed, mean_kw, held_kwh))
        return Stocked(steps=steps, cost=cost - self.worth_per_kwh * held_kwh, values=())

    def _values(self, stocked: Stocked, futures: Sequence[Sequence[float]]) -> Iterator[float]:
        each_kwh = self.capacity_kwh / LEVELS
        for step, future in zip(stocked.steps, futures, strict=True):
            low, high = max(0.0, step.held_kwh - each_kwh), min(self.capacity_kwh, step.held_kwh + each_kwh)
            yield (self._between(future, low) - self._between(future, high)) / (high - low)
