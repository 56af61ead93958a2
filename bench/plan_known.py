"""How much of what a clairvoyant would have saved the planner's plans save, with prices that are known or forecast."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from custom_components.smart_charging.engine.model.plan import Plan, PlanSlot
from custom_components.smart_charging.engine.model.tariff import PriceSlot
from custom_components.smart_charging.engine.planning.planner import make_plans

from .acn import sample
from .plan_bound import hours_between, least_cost
from .plan_car import EFFICIENCY, HIGHEST_A, HIGHEST_KW, KW_PER_A, LOWEST_KW, ask, order_of, site_of, stored_kw
from .plan_prices import DAY, HOUR, Market, Night, Stay

ALONE_A: Final = HIGHEST_A
"""What one car can take, so that nothing binds it but itself."""
TWO_A: Final = 2 * HIGHEST_A
"""A circuit that can feed two cars at a time."""
_STEP: Final = timedelta(minutes=5)
_PUBLISHED_H: Final = 13
"""The next day's prices are published at this hour of the market's clock."""
_PLUGGED_H: Final = 10
_TRIFLE_KWH: Final = 0.02
_HAIR_KWH: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A night, in EUR: charged at once, by our plans, and at the least.

    `missed_kwh` is what our plans missed. They pay for it as if it were charged at the night's highest price: to miss is no saving.
    """

    market: str
    at_once: float
    ours: float
    least: float
    missed_kwh: float


def capture(nights: Sequence[Saved]) -> float:
    """Tell the share of the saving that was possible in all these nights together."""
    possible = sum(night.at_once - night.least for night in nights)
    return sum(night.at_once - night.ours for night in nights) / possible if possible else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All prices are known when the first car comes, and so is when the others come."""

    night: Night
    limit_a: float

    def run(self) -> Saved:
        """Plan once, and follow that."""
        night = self.night
        orders = [
            order_of(str(number), stay.need_kwh, stay.room_kwh, stay.leaves, not_before=stay.arrives)
            for number, stay in enumerate(night.stays)
        ]
        site = site_of([order.evse_id for order in orders], self.limit_a)
        plans = make_plans(ask(night.begins, site, orders, night.prices))
        slots = [plans[order.evse_id].slots for order in orders]
        missed = [stay.need_kwh - _stored_kwh(one) for stay, one in zip(night.stays, slots, strict=True)]
        return _saved(night, self.limit_a, sum(_paid(one, night.prices) for one in slots), missed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A car that is plugged in before tomorrow's prices are published, and leaves on the morning after tomorrow.

    `published` and `all_prices` are what is known before and after 13:00 of each day, by the time when that begins.
    """

    night: Night
    known: tuple[tuple[datetime, tuple[PriceSlot, ...]], ...]

    def run(self) -> Saved:
        """Plan each hour with what is published by then, and follow each plan for an hour."""
        [stay] = self.night.stays
        site, now, before, charging = site_of(["0"], ALONE_A), stay.arrives, dict[str, Plan](), False
        done: list[PlanSlot] = []
        while now < stay.leaves:
            prices = next(prices for since, prices in reversed(self.known) if since <= now)
            has_kwh = _stored_kwh(done)
            order = order_of(
                "0", max(0.0, stay.need_kwh - has_kwh), stay.room_kwh - has_kwh, stay.leaves, charging=charging
            )
            before = dict(make_plans(ask(now, site, [order], prices, before=before)))
            until = min(now + HOUR, stay.leaves)
            done += _cut(before["0"].slots, now, until)
            charging = bool(done) and done[-1].end == until
            now = until
        missed_kwh = stay.need_kwh - _stored_kwh(done)
        return _saved(self.night, ALONE_A, _paid(done, self.night.prices), [missed_kwh])


def forecasts_of(market: Market, count: int, seed: int) -> list[Forecast]:
    """Make so many stays, evenly over the market's days."""
    return [_forecast(market, day, random.Random(f"forecast {seed} {day}")) for day in sample(market.days(), count)]


def _forecast(market: Market, day: date, chance: random.Random) -> Forecast:
    need_kwh = chance.uniform(8, 45)
    begins, ends = market.local(day, _PLUGGED_H), market.local(day + 2 * DAY, 6 + chance.randrange(120) / 60)
    stay = Stay(arrives=begins, leaves=ends, need_kwh=need_kwh, room_kwh=need_kwh + 10)
    known = [
        (since, market.slots(begins, ends, published_until=market.local(day + days * DAY, 0)))
        for since, days in [
            (begins, 1),
            (market.local(day, _PUBLISHED_H), 2),
            (market.local(day + DAY, _PUBLISHED_H), 3),
        ]
    ]
    night = Night(market=market.name, stays=(stay,), prices=market.slots(begins, ends))
    return Forecast(night=night, known=tuple(known))


def _saved(night: Night, limit_a: float, ours: float, missed_kwh: Sequence[float]) -> Saved:
    limit_kw = limit_a * KW_PER_A
    dearest = max(slot.price_per_kwh for slot in night.prices)
    return Saved(
        market=night.market,
        at_once=cost_at_once(night, limit_kw),
        ours=ours + dearest / EFFICIENCY * sum(kwh for kwh in missed_kwh if kwh > 0),
        least=least_cost(night, limit_kw),
        missed_kwh=sum(kwh for kwh in missed_kwh if kwh > _TRIFLE_KWH),
    )


def cost_at_once(night: Night, limit_kw: float) -> float:
    """Tell what it costs if who came first has as much as it can take, and the next ones what is left."""
    needs_kwh = [stay.need_kwh for stay in night.stays]
    by_arrival = sorted(range(len(needs_kwh)), key=lambda number: night.stays[number].arrives)
    now, cost = night.begins, 0.0
    while now < night.ends and max(needs_kwh) > _HAIR_KWH:
        price, left_kw = _price_at(night.prices, now), limit_kw
        for number in by_arrival:
            stay, power_kw = night.stays[number], min(HIGHEST_KW, left_kw)
            if needs_kwh[number] <= _HAIR_KWH or power_kw < LOWEST_KW or not stay.arrives <= now < stay.leaves:
                continue
            left_kw -= power_kw
            hours = min(_STEP / HOUR, needs_kwh[number] / stored_kw(power_kw))
            needs_kwh[number] -= hours * stored_kw(power_kw)
            cost += hours * power_kw * price
        now += _STEP
    return cost


def _price_at(prices: Sequence[PriceSlot], when: datetime) -> float:
    return next(slot.price_per_kwh for slot in prices if slot.start <= when < slot.end)


def _paid(slots: Sequence[PlanSlot], prices: Sequence[PriceSlot]) -> float:
    """What the energy of the slots really costs."""
    return sum(
        slot.power_kw
        * price.price_per_kwh
        * max(0.0, hours_between(max(slot.start, price.start), min(slot.end, price.end)))
        for slot in slots
        for price in prices
    )


def _stored_kwh(slots: Sequence[PlanSlot]) -> float:
    return sum(stored_kw(slot.power_kw) * hours_between(slot.start, slot.end) for slot in slots)


def _cut(slots: Sequence[PlanSlot], start: datetime, end: datetime) -> Iterator[PlanSlot]:
    """The parts of the slots that lie between two times."""
    for slot in slots:
        begin, until = max(slot.start, start), min(slot.end, end)
        if begin < until:
            yield replace(slot, start=begin, end=until)
