"""Nights that are lived through: what is reached when things go wrong, and what each policy pays under which limits."""

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

from custom_components.smart_charging.engine.model.peak_month import PeakMonth
from custom_components.smart_charging.engine.model.tariff import PeakPrice

from .plan_bound import least_cost
from .plan_car import KW_PER_A
from .plan_house import QUARTER, STEP, YEAR, House
from .plan_policies import POLICIES, AtOnce
from .plan_prices import DAY, Market, Night, Stay
from .plan_world import BATTERY_KWH, LOST, Outcome, Scene, Trouble, live_through, steps_between

WIDE_A: Final = 40.0
"""A supply that binds nobody."""
TIGHT_A: Final = 20.0
"""A supply that the car could nearly fill by itself: what it gets varies with the house."""
FLANDERS: Final = PeakPrice(per_kw=4.4, least_kw=2.5)
"""EUR a month for each kW of the month's highest quarter of an hour, at least 2.5 kW: about the 50 to 55 EUR a year of Fluvius."""
MONTHS: Final = (1, 4, 7, 10)
EACH_DAYS: Final = 2
"""A car is charged each second night."""
_MOST_NIGHTS: Final = 14
"""So many of them end before any month does."""
_OFF: Final = 0.15
_SLOW: Final = 0.8
_SPARE_KWH: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """One night under one policy. `feasible`: whoever charges at once from the first minute reaches what is wanted."""

    group: str
    policy: str
    feasible: bool
    met: bool
    missed_kwh: float
    stored_kwh: float
    paid: float
    starts: int
    least: float | None = None


TROUBLES: Final = ("none", "house", "late SoC", "lost", "slow", "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubled:
    """A night in which something goes wrong, under one policy."""

    name: str
    policy: str
    scene: Scene

    def run(self) -> list[Ended]:
        """Live through it, and see whether it could have been done at all."""
        outcome = live_through(self.scene, POLICIES[self.policy]())
        return [_ended(f"trouble: {self.name}", self.policy, self.scene, outcome, feasible=is_feasible(self.scene))]


def troubled(market: Market, house: House, count: int, seed: int) -> Iterator[Troubled]:
    """Make so many nights for each trouble and policy, evenly over the year, beside a house at a tight supply."""
    for name in TROUBLES:
        for number in range(count):
            chance = random.Random(f"{seed} {name} {number}")
            day = date(YEAR, 1, 2) + DAY * (360 * number // count)
            stay = _stay(market, day, chance, spare_kwh=_SPARE_KWH)
            scene = replace(_scene(market, house, day, stay, TIGHT_A), trouble=_trouble(name, stay, chance))
            for policy in POLICIES:
                yield Troubled(name=name, policy=policy, scene=scene)


def is_feasible(scene: Scene) -> bool:
    """Tell whether anybody could have it ready, even one who knew all that would go wrong.

    Charging at once takes in each moment all that car, charger and supply bear, until there is enough: at no time could
    anybody have more.
    """
    return live_through(scene, AtOnce()).is_met(scene.stay)


def _trouble(name: str, stay: Stay, chance: random.Random) -> Trouble:
    # At any time, and not only when it would be easy: the hour may be the last one.
    lost_at = stay.arrives + STEP * chance.randrange((stay.leaves - stay.arrives - LOST) // STEP)
    lacks_kwh = _OFF * BATTERY_KWH * chance.choice([-1, 1])
    parts = {
        "house": Trouble(house=1.5),
        "late SoC": Trouble(lacks_kwh=lacks_kwh),
        "lost": Trouble(lost_at=lost_at),
        "slow": Trouble(takes=_SLOW),
        "all": Trouble(house=1.5, lacks_kwh=lacks_kwh, lost_at=lost_at, takes=_SLOW),
    }
    return parts.get(name, Trouble())


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month under one policy, in which a car is charged each second night. `limits` says what holds."""

    policy: str
    limits: str
    scenes: tuple[Scene, ...]
    house_kw: dict[datetime, float]
    """The mean of each quarter of an hour of the house alone."""
    starts: tuple[datetime, ...]
    """When its days begin, and the first one of the next month."""

    def run(self) -> list[Ended]:
        """Live through its nights; what the month's peak costs more than that of the house is on the last one."""
        peak = FLANDERS if self.limits == PEAK else None
        bill = _Bill(house_kw=self.house_kw, starts=self.starts)
        ended: list[Ended] = []
        for scene in self.scenes:
            make = POLICIES[self.policy]
            outcome = live_through(scene, make(), peak, None if peak is None else bill.month_at)
            bill.car_kw |= outcome.car_kw
            least = least_cost(Night(market="NL", stays=(scene.stay,), prices=scene.prices), scene.limit_a * KW_PER_A)
            one = _ended(self.limits, self.policy, scene, outcome, feasible=is_feasible(scene))
            ended.append(replace(one, least=least if self.limits == FREE else None))
        if peak is not None:
            ended[-1] = replace(ended[-1], paid=ended[-1].paid + bill.cost(peak))
        return ended


FREE: Final = "nothing in the way"
HOUSE: Final = "a house"
PEAK: Final = "a house, price of power"


def months(market: Market, house: House, each: int, seed: int) -> Iterator[Month]:
    """Make four months, with at most `each` nights, for each policy under each limit; what takes long is first."""
    for limits in (PEAK, HOUSE, FREE):
        for policy in POLICIES:
            for month in MONTHS:
                first = date(YEAR, month, 1)
                days = [first + number * DAY for number in range(32)]
                starts = tuple(market.local(day, 0) for day in days if day.month == month or day.day == 1)
                house_kw = house.quarters_kw(starts[0], starts[-1]) if limits == PEAK else {}
                scenes: list[Scene] = []
                for number in range(min(each, _MOST_NIGHTS)):
                    day = first + (1 + EACH_DAYS * number) * DAY
                    stay = _stay(market, day, random.Random(f"month {seed} {day}"), spare_kwh=0.0)
                    scene = _scene(market, house, day, stay, WIDE_A if limits == FREE else TIGHT_A)
                    scenes.append(scene if limits != FREE else _alone(scene))
                yield Month(policy=policy, limits=limits, scenes=tuple(scenes), house_kw=house_kw, starts=starts)


@dataclass(slots=True, kw_only=True)
class _Bill:
    """The quarters of an hour of a month, kW by their beginning: what the house takes, and what the car does."""

    house_kw: dict[datetime, float]
    starts: Sequence[datetime]
    car_kw: dict[datetime, float] = field(default_factory=dict[datetime, float])

    def month_at(self, now: datetime, tonight: Outcome, window_kwh: float) -> PeakMonth:
        car_kw = self.car_kw | tonight.car_kw
        days = [0.0] * len(self.starts)
        for begin, house_kw in self.house_kw.items():
            if begin + QUARTER <= now:
                day = bisect_right(self.starts, begin) - 1
                days[day] = max(days[day], house_kw + car_kw.get(begin, 0.0))
        today = bisect_right(self.starts, now) - 1
        return PeakMonth(
            ends=self.starts[-1],
            days=tuple(self.starts),
            past_kw=tuple(days[:today]),
            today_kw=days[today],
            window_kwh=window_kwh,
        )

    def cost(self, price: PeakPrice) -> float:
        """What the car's peak costs beyond that of the house alone."""
        alone_kw = max(price.least_kw, *self.house_kw.values())
        together_kw = (self.house_kw[begin] + kw for begin, kw in self.car_kw.items())
        return price.per_kw * (max(alone_kw, *together_kw) - alone_kw)


def _stay(market: Market, day: date, chance: random.Random, *, spare_kwh: float) -> Stay:
    need_kwh = chance.uniform(8, 45)
    return Stay(
        arrives=market.local(day, 17 + chance.randrange(180) / 60),
        leaves=market.local(day + DAY, 6 + chance.randrange(120) / 60),
        need_kwh=need_kwh,
        room_kwh=need_kwh + spare_kwh,
    )


def _scene(market: Market, house: House, day: date, stay: Stay, limit_a: float) -> Scene:
    return Scene(
        stay=stay,
        prices=market.slots(stay.arrives, stay.leaves),
        limit_a=limit_a,
        house_kw=tuple(house.kw(at) for at in steps_between(stay.arrives, stay.leaves)),
        outlook=house.expected(day),
    )


def _alone(scene: Scene) -> Scene:
    """The same without a house, and everybody knows."""
    steps = tuple(replace(step, base_kw=0.0, margin_kw=0.0) for step in scene.outlook.steps)
    return replace(scene, house_kw=(0.0,) * len(scene.house_kw), outlook=replace(scene.outlook, steps=steps))


def _ended(group: str, policy: str, scene: Scene, outcome: Outcome, *, feasible: bool) -> Ended:
    met = outcome.is_met(scene.stay)
    return Ended(
        group=group,
        policy=policy,
        feasible=feasible,
        met=met,
        missed_kwh=0.0 if met else scene.stay.need_kwh - outcome.stored_kwh,
        stored_kwh=outcome.stored_kwh,
        paid=outcome.paid,
        starts=outcome.starts,
    )
