"""What decides when a car charges: our planner, and the ways of others, each as simple as it is mostly done."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from custom_components.smart_charging.engine.model.plan import Plan
from custom_components.smart_charging.engine.model.tariff import PriceSlot, Tariff
from custom_components.smart_charging.engine.planning.guard import guard
from custom_components.smart_charging.engine.planning.planner import make_plans

from .plan_bound import hours_between
from .plan_car import HIGHEST_A, HIGHEST_KW, ask, order_of, site_of, stored_kw
from .plan_house import QUARTER
from .plan_prices import DUTCH, HOUR
from .plan_world import Policy, Seen

OURS: Final = "ours"
_EVENING_H: Final = 23
_HAIR_KWH: Final = 1e-6


class Ours:
    """The planner with its guard, asked again at each hour or quarter of one with what is known by then."""

    def __init__(self, each: timedelta = HOUR) -> None:
        """A night begins."""
        self._each = each
        self._before: dict[str, Plan] = {}
        self._next: datetime | None = None

    def current_a(self, seen: Seen) -> float:
        """Follow the plan."""
        if self._next is None or seen.now >= self._next:
            self._replan(seen)
            midnight = seen.now.replace(hour=0, minute=0)
            self._next = seen.now - (seen.now - midnight) % self._each + self._each
        slot = self._before["0"].at(seen.now)
        return 0.0 if slot is None else slot.current_a

    def _replan(self, seen: Seen) -> None:
        scene = seen.scene
        most_a = HIGHEST_A if seen.most_a is None else min(HIGHEST_A, seen.most_a)
        order = order_of("0", seen.need_kwh, seen.room_kwh, seen.ready, maximum_a=most_a, charging=seen.charging)
        site = site_of(["0"], scene.limit_a)
        question = ask(
            seen.now,
            site,
            [order],
            (),
            tariff=Tariff(currency="EUR", prices=scene.prices, peak=seen.peak),
            outlook=scene.outlook,
            before=self._before,
            month=None if seen.month is None else seen.month(),
        )
        plan = make_plans(question)["0"]
        self._before = {"0": guard(plan, order, site, seen.now, seen=seen.most_a is not None)}


class AtOnce:
    """As much as there is, from the moment when it is plugged in."""

    def current_a(self, seen: Seen) -> float:
        """Charge."""
        del seen
        return HIGHEST_A


class FromEleven:
    """From 23:00 on, as a timer has it."""

    def current_a(self, seen: Seen) -> float:
        """Charge from then on."""
        local = seen.scene.stay.arrives.astimezone(DUTCH)
        return HIGHEST_A if seen.now >= local.replace(hour=_EVENING_H, minute=0) else 0.0


class CheapestHours:
    """The cheapest hours that are left, as many as what is missing takes at full power; counted anew all the time."""

    def current_a(self, seen: Seen) -> float:
        """Charge if this hour is one of them."""
        left_h = seen.need_kwh / stored_kw(HIGHEST_KW)
        for slot in sorted(_ahead(seen), key=lambda slot: (slot.price_per_kwh, slot.start)):
            if left_h <= _HAIR_KWH:
                break
            if slot.start <= seen.now < slot.end:
                return HIGHEST_A
            left_h -= hours_between(slot.start, min(slot.end, seen.ready))
        return 0.0


class CheapestBlock:
    """The cheapest time that is long enough at full power, without a break; once it has begun it goes on until the car is full."""

    def __init__(self) -> None:
        """A night begins."""
        self._starts: datetime | None = None

    def current_a(self, seen: Seen) -> float:
        """Charge from then on."""
        if self._starts is None:
            self._starts = _cheapest_start(seen)
        return HIGHEST_A if seen.now >= self._starts else 0.0


POLICIES: Final[Mapping[str, Callable[[], Policy]]] = {
    OURS: Ours,
    "at once": AtOnce,
    "from 23:00": FromEleven,
    "cheapest hours": CheapestHours,
    "cheapest block": CheapestBlock,
}


def _ahead(seen: Seen) -> list[PriceSlot]:
    return [slot for slot in seen.scene.prices if slot.end > seen.now and slot.start < seen.ready]


def _cheapest_start(seen: Seen) -> datetime:
    length = seen.need_kwh / stored_kw(HIGHEST_KW) * HOUR
    last = max(seen.now, seen.ready - length)
    starts = [seen.now + number * QUARTER for number in range((last - seen.now) // QUARTER + 1)]

    def price(start: datetime) -> float:
        return sum(
            slot.price_per_kwh * max(0.0, hours_between(max(slot.start, start), min(slot.end, start + length)))
            for slot in seen.scene.prices
        )

    return min([*starts, last], key=price)
