"""What a car can be charged with: what both it and its charger can do."""

from ..model.evse import Evse
from ..model.order import Order
from ..model.site import Site


def evse_of(order: Order, site: Site) -> Evse:
    """Find the charger of an order; KeyError where the site has none of that id."""
    for evse in site.evses:
        if evse.evse_id == order.evse_id:
            return evse
    raise KeyError(order.evse_id)


def phases_of(order: Order, evse: Evse) -> int:
    """Tell on how many phases it charges."""
    return max(1, min(order.phases, len(evse.phases)))


def range_kw(order: Order, site: Site) -> tuple[float, float]:
    """Tell with how much it charges at least and at most."""
    evse = evse_of(order, site)
    per_a = phases_of(order, evse) * site.voltage_v / 1000
    takes_a = order.maximum_a if order.takes_a is None else order.takes_a
    return max(order.minimum_a, evse.minimum_a) * per_a, min(order.maximum_a, takes_a, evse.maximum_a) * per_a


def stored_kw(order: Order, power_kw: float) -> float:
    """Tell what reaches the battery of so much."""
    return max(0.0, order.efficiency * (power_kw - order.standby_w / 1000))
