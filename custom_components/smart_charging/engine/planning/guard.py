"""Starts in time whatever a plan says: on the worst that can sensibly be assumed of a car that nobody has seen charge yet."""

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

_TRIFLE_KWH: Final = 0.01
"""For less nobody is started."""


def guard(plan: Plan, order: Order, site: Site, at: datetime, *, seen: bool) -> Plan:
    """Give the plan, or one that charges from now until the plan does, where it would be late if it waited for that.

    `seen`: the car was seen to charge, and the order knows with how much. Who set a price limit, or chose hours, waits by will.
    One that bears no pause and charges already goes on.
    """
    if not _is_late(plan, order, site, at, LEFT_SHARE * (1.0 if seen else WORST_SHARE)):
        return plan
    coming = plan.next_charge(at)
    departure = max(stage.departure for stage in order.stages if stage.departure is not None)
    now = PlanSlot(start=at, end=departure if coming is None else coming.start, current_a=order.maximum_a)
    later = (slot for slot in plan.slots if slot.start > at and slot.current_a != 0)
    return replace(plan, slots=(now, *later), urgent=True)


def _is_late(plan: Plan, order: Order, site: Site, at: datetime, share: float) -> bool:
    slot = plan.at(at)
    if (slot is not None and slot.current_a != 0) or order.price_limit is not None or order.cheapest is not None:
        return False
    if order.not_before is not None and at < order.not_before:
        return False
    goes_on = order.continuous and order.charging
    spare = RESERVE + GOES_ON if order.charging else RESERVE
    _, highest_kw = range_kw(order, site)
    per_hour_kwh = stored_kw(order, share * highest_kw)
    return any(
        stage.departure is not None
        and stage.most_per_kwh is None
        and stage.energy_kwh > _TRIFLE_KWH
        and (
            goes_on
            or per_hour_kwh <= 0
            or stage.departure - at <= spare + timedelta(hours=stage.energy_kwh / per_hour_kwh)
        )
        for stage in order.stages
    )
