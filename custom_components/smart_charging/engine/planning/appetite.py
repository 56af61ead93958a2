"""With how much a car was seen to charge: some take less than they are offered, and a plan has to know."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from ..model.evse import EvseStatus
from ..model.order import Order

SETTLED: Final = timedelta(minutes=3)
"""So long a car has charged at one offer before what it takes tells anything: some begin slowly."""
FOLLOWS: Final = 0.92
"""A car that takes this share of what it is offered takes what it is offered."""


@dataclass(frozen=True, slots=True)
class Appetite:
    """A per phase. `most_a`: no more than this is taken, however much is offered; None: as much as is offered.

    `followed_a` is the highest offer of which all was taken: of more than that nothing is known.
    """

    most_a: float | None = None
    followed_a: float = 0.0


def seen(before: Mapping[str, Appetite], statuses: Mapping[str, EvseStatus], at: datetime) -> dict[str, Appetite]:
    """Look at the cars at `at`, UTC; what was seen of one holds until it is unplugged. By charger id."""
    found: dict[str, Appetite] = {}
    for evse_id, status in statuses.items():
        known = before.get(evse_id)
        if status.reachable and status.state is not None and not status.state.vehicle_connected:
            continue
        new = _look(status, at, known)
        if new is not None:
            found[evse_id] = new
    return found


def _look(status: EvseStatus, at: datetime, known: Appetite | None) -> Appetite | None:
    charges = status.reachable and status.state is not None and status.state.power_flows
    if not charges or not status.offered_a or not status.current_a or status.measured_at is None:
        return known
    since = max(filter(None, (status.state_at, status.offered_at)), default=None)
    if since is None or status.measured_at - since < SETTLED or at < since:
        return known
    taken_a = max(status.current_a)
    if taken_a < FOLLOWS * status.offered_a:
        return Appetite(taken_a)
    if known is not None and known.most_a is not None and known.most_a >= FOLLOWS * status.offered_a:
        # It was not offered more than it was seen to take: that it takes this tells nothing of more.
        return known
    return Appetite(followed_a=max(status.offered_a, 0.0 if known is None else known.followed_a))


def as_seen(order: Order, appetite: Appetite | None) -> Order:
    """Give the order as it is with what the car was seen to take."""
    if appetite is None or appetite.most_a is None:
        return order
    return replace(order, takes_a=max(order.minimum_a, min(order.maximum_a, appetite.most_a)))


def is_known(order: Order, appetite: Appetite | None) -> bool:
    """Tell whether the car was seen to take as much as its order goes by: who follows a low offer may be slow at a high one."""
    if appetite is None:
        return False
    return appetite.most_a is not None or appetite.followed_a >= FOLLOWS * order.maximum_a
