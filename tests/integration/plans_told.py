"""Plans as a test tells them, of the car in the garage: a Zoe that leaves in the morning."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from custom_components.smart_charging.coordinator import TickResult
from custom_components.smart_charging.engine.accounting.session import SessionEnergy
from custom_components.smart_charging.engine.model.aim import Aim, Caveat
from custom_components.smart_charging.engine.model.goal import Goal
from custom_components.smart_charging.engine.model.order import Order, Stage
from custom_components.smart_charging.engine.model.plan import Plan, PlanSlot
from custom_components.smart_charging.foresight.foresight import Ahead

from .entities import GARAGE, NOW, tick

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LEAVES = NOW + 10 * HOUR
SESSION = SessionEnergy(started_at=NOW - HOUR, energy_kwh=0.0, running=True)
"""Of the Zoe, whose usual charger is the garage's: 50 kWh."""


def slot(
    start: datetime, length: timedelta, *, price: float = 0.1, stored_kwh: float = 0.0, power_kw: float = 11.0
) -> PlanSlot:
    """Charge so long."""
    return PlanSlot(
        start=start,
        end=start + length,
        current_a=16.0,
        power_kw=power_kw,
        price_per_kwh=price,
        cost=power_kw * price * (length / HOUR),
        stored_kwh=stored_kwh,
    )


def plan(*slots: PlanSlot, saving: float | None = 3.1, departure: datetime | None = LEAVES, **changes: object) -> Plan:
    """Plan so; it costs what its slots do."""
    made = Plan(slots=slots, departure=departure, cost=sum(it.cost for it in slots), saving=saving)
    return replace(made, **changes)  # type: ignore[arg-type]


def aim(
    *caveats: Caveat, stage: Stage | None = None, soc: float | None = 0.4, departure: datetime | None = LEAVES
) -> Aim:
    """Want this by the departure."""
    wanted = Stage(energy_kwh=20.0, departure=departure) if stage is None else stage
    order = Order(evse_id=GARAGE, stages=(wanted,), room_kwh=30.0)
    return Aim(order=order, goal=Goal(departure=departure), departure=departure, soc=soc, caveats=frozenset(caveats))


NOBODY: Mapping[str, Plan] = MappingProxyType({})


def planned(
    made: Plan | None = None,
    wanted: Aim | None = None,
    *,
    at: datetime = NOW,
    session: SessionEnergy | None = SESSION,
) -> TickResult:
    """Tell a tick with this plan for what is wanted; None: something is wanted, and nothing planned."""
    ahead = Ahead(aims={GARAGE: aim() if wanted is None else wanted}, plans=NOBODY if made is None else {GARAGE: made})
    return replace(tick(at=at, session=session), ahead=ahead)
