"""Starts in time whatever a plan says: on the worst that can sensibly be assumed of a car that nobody has seen charge yet."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from ..model.order import Order
from ..model.plan import Plan, PlanSlot
from ..model.site import Site
from .powers import range_kw, stored_kw

WORST_SHARE: Final = 0.8
"""A car that was not seen to charge is taken to charge with so much of what it should: cold ones and those of a phase less do."""

LEFT_SHARE: Final = 0.95
"""And so much of that is left to it on the whole: now and then the house takes more than the supply has beside the car."""

RESERVE: Final = timedelta(minutes=30)
"""So much is kept for what nobody foresees: a charger that is out of reach, a limit that comes."""

GOES_ON: Final = timedelta(minutes=15)
"""Whoever charges and would be late if it paused for so long goes on: it would start again and again otherwise."""

PACED_RESERVE: Final = timedelta(minutes=10)
"""Where power has a price plans charge slowly up to the end: little is left by then, and to hurry for it makes the month's peak."""

SHORT: Final = timedelta(minutes=15)
"""They also pause within its windows: so short a pause is let be,"""

IN_TIME: Final = 0.8
"""and who is late all the same charges with what makes it ready in so much of its time."""

_TRIFLE_KWH: Final = 0.01
"""For less nobody is started."""


def guard(plan: Plan, order: Order, site: Site, at: datetime, *, seen: bool) -> Plan:
    """Give the plan, or one that charges from now until the plan does, where it would be late if it waited for that.

    `seen`: the car was seen to charge, and the order knows with how much. Who set a price limit, or chose hours, waits by will.
    One that bears no pause and charges already goes on.
    """
    share = LEFT_SHARE * (1.0 if seen else WORST_SHARE)
    if not _is_late(plan, order, site, at, share):
        return plan
    coming = plan.next_charge(at)
    departure = max(stage.departure for stage in order.stages if stage.departure is not None)
    current_a = _paced_a(order, site, at, share) if plan.paced else order.maximum_a
    now = PlanSlot(start=at, end=departure if coming is None else coming.start, current_a=current_a)
    later = (slot for slot in plan.slots if slot.start > at and slot.current_a != 0)
    return replace(plan, slots=(now, *later), urgent=True)


def _is_late(plan: Plan, order: Order, site: Site, at: datetime, share: float) -> bool:
    slot = plan.at(at)
    if (slot is not None and slot.current_a != 0) or order.price_limit is not None or order.cheapest is not None:
        return False
    if order.not_before is not None and at < order.not_before:
        return False
    coming = plan.next_charge(at)
    if plan.paced and coming is not None and coming.start - at <= SHORT and not order.continuous:
        return False
    goes_on = order.continuous and order.charging
    reserve = PACED_RESERVE if plan.paced else RESERVE
    spare = reserve + GOES_ON if order.charging and not plan.paced else reserve
    _, highest_kw = range_kw(order, site)
    per_hour_kwh = stored_kw(order, share * highest_kw)
    return any(
        goes_on or per_hour_kwh <= 0 or departure - at <= spare + timedelta(hours=energy_kwh / per_hour_kwh)
        for departure, energy_kwh in _musts(order)
    )


def _paced_a(order: Order, site: Site, at: datetime, share: float) -> float:
    """Tell what makes it ready in time, and some more, A per phase."""
    _, highest_kw = range_kw(order, site)
    needed_kw = max(
        energy_kwh / (IN_TIME * max(_HOUR / 60, departure - at) / _HOUR) for departure, energy_kwh in _musts(order)
    )
    power_kw = (needed_kw / order.efficiency + order.standby_w / 1000) / share
    return max(order.minimum_a, order.maximum_a * min(1.0, power_kw / highest_kw))


def _musts(order: Order) -> Iterator[tuple[datetime, float]]:
    """List what must be had, kWh, and by when."""
    for stage in order.stages:
        if stage.departure is not None and stage.most_per_kwh is None and stage.energy_kwh > _TRIFLE_KWH:
            yield stage.departure, stage.energy_kwh


_HOUR: Final = timedelta(hours=1)
