"""What is answered to who asks for a plan: times by the home's clocks, and money in its currency."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeassistant.util import dt as dt_util

from .engine.accounting.session import SessionEnergy
from .engine.model.aim import Aim
from .engine.model.mode import Mode
from .engine.model.plan import Plan, PlanSlot
from .runtime import RuntimeData


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A charger, and the site that it is of."""

    runtime: RuntimeData
    evse_id: str

    @property
    def name(self) -> str:
        """The charger's."""
        return self.runtime.coordinator.name_of(self.evse_id)

    @property
    def vehicle(self) -> str | None:
        """The name of the vehicle that is there; None where none is, or a guest's."""
        config = self.runtime.vehicles.at_charger(self.evse_id)
        return None if config is None else config.name

    @property
    def mode(self) -> Mode:
        """How it charges now: what is wanted just this once goes before what was chosen."""
        coordinator = self.runtime.coordinator
        return coordinator.data.snapshot.modes.get(self.evse_id, coordinator.mode(self.evse_id))

    @property
    def has_car(self) -> bool:
        """Whether one is plugged in."""
        return self.runtime.coordinator.data.sessions.get(self.evse_id, SessionEnergy()).running

    @property
    def has_prices(self) -> bool:
        """Whether anybody knows what a kWh costs, or what plans go by instead."""
        tariff = self.runtime.foresight.tariffs.tariff(dt_util.utcnow())
        return tariff is not None and bool(tariff.counted)


def told(place: Place, aim: Aim | None, plan: Plan | None) -> dict[str, Any]:
    """Say what is wanted of the car at a charger, and what is planned, as far as there is either."""
    answer: dict[str, Any] = {"charger": place.name, "vehicle": place.vehicle, "mode": place.mode.value}
    if aim is not None:
        answer |= {
            "departure": local(aim.departure),
            "ready_by": local(aim.goal.departure),
            "goal_kwh": _rounded(aim.goal.energy_kwh, 2),
            "soc": None if aim.soc is None else round(100 * aim.soc, 1),
            "caveats": sorted(caveat.value for caveat in aim.caveats),
        }
    if plan is not None:
        answer |= {
            "start": local(plan.starts_at),
            "end": local(plan.ready_at),
            "cost": _rounded(plan.cost, 3),
            "saving": _rounded(plan.saving, 3),
            "missed_kwh": _rounded(plan.missed_kwh, 2),
            "missed_for": None if plan.missed_for is None else plan.missed_for.value,
            "estimated": plan.estimated,
            "slots": [_slot(slot) for slot in plan.slots if slot.current_a != 0],
        }
    if plan is not None and plan.carbon_kg is not None:
        answer |= {
            "carbon_kg": _rounded(plan.carbon_kg, 3),
            "carbon_saving_kg": _rounded(plan.carbon_saving_kg, 3),
        }
    return answer


def _slot(slot: PlanSlot) -> dict[str, Any]:
    row = {
        "start": local(slot.start),
        "end": local(slot.end),
        "current_a": _rounded(slot.current_a, 2),
        # Who has to start now, whatever was planned, does so before anybody knows with what power.
        "power_kw": _rounded(slot.power_kw or None, 3),
        "price_per_kwh": _rounded(slot.price_per_kwh, 5),
        "cost": None if slot.price_per_kwh is None else _rounded(slot.cost, 3),
        "stored_kwh": _rounded(slot.stored_kwh, 2),
    }
    if slot.carbon_kg_per_kwh is None:
        return row
    return row | {"g_per_kwh": round(1000 * slot.carbon_kg_per_kwh), "carbon_kg": _rounded(slot.carbon_kg, 3)}


def other(place: Place, before: Plan | None, after: Plan) -> dict[str, Any]:
    """Say how the plan of another car changes."""
    return {
        "charger": place.name,
        "vehicle": place.vehicle,
        "start": local(after.starts_at),
        "end": local(after.ready_at),
        "cost": _rounded(after.cost, 3),
        "cost_difference": difference(before, after),
        "missed_kwh": _rounded(after.missed_kwh, 2),
    }


def difference(before: Plan | None, after: Plan) -> float | None:
    """Tell how much more it costs than what is planned now; None where nothing is, or nobody knows."""
    if before is None or before.cost is None or after.cost is None:
        return None
    return _rounded(after.cost - before.cost, 3)


def _rounded(value: float | None, digits: int) -> float | None:
    # What would be a negative zero is one.
    return None if value is None else round(value, digits) + 0.0


def local(moment: datetime | None) -> str | None:
    """Tell a moment by the home's clocks, in ISO 8601."""
    return None if moment is None else dt_util.as_local(moment).isoformat()
