"""What decides when a car charges: Smart Charging, and the ways of others, each as simple as it is mostly done.

Those that look ahead keep the same margin before departure as ours, and nothing in reserve besides.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from custom_components.smart_charging.engine.model.tariff import PriceSlot

from .plan_bound import hours_between
from .plan_car import HIGHEST_A, HIGHEST_KW, stored_kw
from .plan_house import QUARTER
from .plan_ours import Ours
from .plan_prices import DUTCH, HOUR
from .plan_world import Policy, Seen

OURS: Final = "ours"
AT_ONCE: Final = "at once"
_EVENING_H: Final = 23
_HAIR_KWH: Final = 1e-6


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
    AT_ONCE: AtOnce,
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
