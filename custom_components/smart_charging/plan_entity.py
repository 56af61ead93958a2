"""What the entities of a charger's plan share. There are some where somebody told what a kWh costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity import EntityDescription
from homeassistant.util import dt as dt_util

from .engine.model.aim import Aim
from .engine.model.plan import Plan
from .entity import ChargerEntity, ChargerPlace, async_charger_places
from .foresight.tariff_desk import Tariffs
from .foresight.vehicles import Vehicles
from .no_plan import NoPlan, why_none
from .plan_stretches import Beginning, Stretch, energy_kwh, is_awaited, stretches
from .plan_words import PlanTeller
from .runtime import SmartChargingConfigEntry
from .speech import async_speech


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """What a tick tells of one charger's plan at `at`, UTC. Without a plan `why_none` says why."""

    at: datetime
    aim: Aim | None
    plan: Plan | None
    why_none: NoPlan | None
    stretches: Sequence[Stretch]
    """What is not over."""
    capacity_kwh: float | None
    """What the car's battery holds, where that is known."""

    @property
    def expected_soc(self) -> float | None:
        """How full the car will be when it leaves, 0 to 1; None where nobody knows."""
        aim, plan = self.aim, self.plan
        if aim is None or plan is None or aim.soc is None or self.capacity_kwh is None:
            return None
        if is_awaited(plan, aim) or energy_kwh(plan.slots) is None:
            return None
        whole_kwh = plan.slots[-1].stored_kwh if plan.slots else 0.0
        return min(1.0, aim.soc + (whole_kwh - plan.stored_kwh(self.at)) / self.capacity_kwh)


class PlanEntity(ChargerEntity):
    """A view of one charger's plan."""

    def __init__(self, entry: SmartChargingConfigEntry, description: EntityDescription, place: ChargerPlace) -> None:
        super().__init__(entry, description, place)
        self._vehicles: Vehicles = entry.runtime_data.vehicles
        self._tariffs: Tariffs = entry.runtime_data.foresight.tariffs
        self._beginning = Beginning()
        self._stretches: Sequence[Stretch] = ()

    @property
    def planned(self) -> PlanView:
        """What the last tick tells of the plan."""
        evse_id, ahead = self._evse.evse_id, self.tick.ahead
        aim = ahead.aims.get(evse_id)
        plan = None if aim is None else ahead.plans.get(evse_id)
        config = self._vehicles.at_charger(evse_id)
        return PlanView(
            at=self.tick.snapshot.at,
            aim=aim,
            plan=plan,
            why_none=self._why_none(aim) if plan is None else None,
            stretches=self._stretches,
            capacity_kwh=None if config is None else config.vehicle.capacity_kwh,
        )

    @property
    def sentence(self) -> str:
        """What is planned, or why nothing is."""
        planned = self.planned
        teller = async_plan_teller(self.hass, planned.at)
        if planned.aim is not None and planned.plan is not None:
            return teller.sentence(planned.plan, planned.aim)
        return teller.why_none(planned.why_none or NoPlan.NO_GOAL)

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self._follow()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        self._follow()
        super()._handle_coordinator_update()

    def _follow(self) -> None:
        """Remember when the stretch that is on began."""
        at, plan = self.tick.snapshot.at, self.tick.ahead.plans.get(self._evse.evse_id)
        self._stretches = self._beginning.keep(() if plan is None else stretches(plan, at), at)

    def _why_none(self, aim: Aim | None) -> NoPlan:
        view, tariff = self.view, self._tariffs.tariff(self.view.at)
        return why_none(
            has_car=view.session is not None and view.session.running,
            is_wanted=aim is not None,
            mode=view.effective_mode,
            has_prices=tariff is not None and bool(tariff.counted),
        )


@callback
def async_plan_teller(hass: HomeAssistant, at: datetime) -> PlanTeller:
    """Tell of plans at `at`, UTC, in the words and the currency of this Home Assistant."""
    return PlanTeller(speech=async_speech(hass, {}), currency=hass.config.currency, at=at)


@callback
def async_plan_places(hass: HomeAssistant, entry: SmartChargingConfigEntry) -> list[ChargerPlace]:
    """List the chargers whose plans are shown: all, where somebody told a tariff."""
    return [] if entry.runtime_data.tariffs is None else async_charger_places(hass, entry)


def local(moment: datetime | None) -> str | None:
    """Write a time as the people of the home read it."""
    return None if moment is None else dt_util.as_local(moment).isoformat()
