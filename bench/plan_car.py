"""The car and the charger of the planning benchmark, and how a planner is asked about them.

Three phases, 6 to 16 A at 230 V: 4.1 to 11 kW. While it charges 250 W heat the car and the charger, and 93 % of the rest
reach the battery; both are the defaults of an order.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.evse import Evse
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.order import Order, Stage
from custom_components.smart_charging.engine.model.outlook import Outlook, OutlookStep
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.tariff import PriceSlot, Tariff
from custom_components.smart_charging.engine.planning.question import Question

from .plan_prices import FURTHEST

LOWEST_A: Final = 6.0
HIGHEST_A: Final = 16.0
KW_PER_A: Final = 3 * 230 / 1000
EFFICIENCY: Final = 0.93
STANDBY_KW: Final = 0.25
LOWEST_KW: Final = LOWEST_A * KW_PER_A
HIGHEST_KW: Final = HIGHEST_A * KW_PER_A


def stored_kw(power_kw: float) -> float:
    """Tell what of a power reaches the battery."""
    return max(0.0, EFFICIENCY * (power_kw - STANDBY_KW))


def site_of(evse_ids: Sequence[str], limit_a: float) -> Site:
    """Hang these chargers at a supply of so many A on three phases."""
    limit = Limit(source=LimitSource.RATING, current_a=limit_a)
    mains = Circuit(circuit_id="site", phases=ALL_PHASES, limits=(limit,), metered=True)
    evses = [
        Evse(evse_id=evse_id, circuit_id="site", phases=ALL_PHASES, maximum_a=HIGHEST_A, minimum_a=LOWEST_A)
        for evse_id in evse_ids
    ]
    return Site(circuits=(mains,), evses=tuple(evses))


def order_of(evse_id: str, need_kwh: float, room_kwh: float, ready: datetime, **more: Any) -> Order:
    """What a car wants that is to be ready by then."""
    values: dict[str, Any] = {
        "evse_id": evse_id,
        "stages": (Stage(energy_kwh=need_kwh, departure=ready),),
        "room_kwh": room_kwh,
        "minimum_a": LOWEST_A,
        "maximum_a": HIGHEST_A,
        "efficiency": EFFICIENCY,
        "standby_w": STANDBY_KW * 1000,
    }
    return Order(**(values | more))


def ask(at: datetime, site: Site, orders: Sequence[Order], prices: Sequence[PriceSlot], **more: Any) -> Question:
    """Ask about these orders; without an outlook the house takes nothing, and everybody knows."""
    values: Mapping[str, Any] = {
        "at": at,
        "site": site,
        "orders": {order.evse_id: order for order in orders},
        "tariff": Tariff(currency="EUR", prices=tuple(prices)),
        "outlook": Outlook(steps=(OutlookStep(start=at, end=at + FURTHEST, base_kw=0.0, margin_kw=0.0),)),
    }
    return Question(**(dict(values) | more))
