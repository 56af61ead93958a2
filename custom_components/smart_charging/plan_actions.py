"""Actions that tell plans: those that hold, and those that would hold if something else were wanted of a car."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .engine.model.aim import Aim
from .engine.model.goal_set import GoalSet
from .engine.model.mode import Mode
from .engine.model.plan import Plan
from .goal_fields import GOAL_FIELDS, goals_of
from .goal_owners import Owner, find_owners, refuse
from .no_plan import why_none
from .plan_answers import Place, difference, local, other, told
from .plan_entity import async_plan_teller
from .plan_stretches import is_awaited
from .plan_words import PlanTeller

ACTION_GET_PLAN: Final = "get_plan"
ACTION_PREVIEW_PLAN: Final = "preview_plan"

GET_PLAN_SCHEMA: Final = cv.make_entity_service_schema({})
PREVIEW_PLAN_SCHEMA: Final = cv.make_entity_service_schema(dict(GOAL_FIELDS))


@dataclass(frozen=True, slots=True, kw_only=True)
class _WhatIf:
    """The aims and plans by charger as they would be `at`, UTC; `before`: as they are made now, for the same moment."""

    at: datetime
    aims: Mapping[str, Aim]
    plans: Mapping[str, Plan]
    before: Mapping[str, Plan]


@callback
def async_register_plan_actions(hass: HomeAssistant) -> None:
    """Offer the actions, whether a site is set up or not."""
    only = SupportsResponse.ONLY
    hass.services.async_register(DOMAIN, ACTION_GET_PLAN, _get_plan, schema=GET_PLAN_SCHEMA, supports_response=only)
    hass.services.async_register(
        DOMAIN, ACTION_PREVIEW_PLAN, _preview_plan, schema=PREVIEW_PLAN_SCHEMA, supports_response=only
    )


async def _get_plan(call: ServiceCall) -> ServiceResponse:
    owners = find_owners(call)
    # A car and the charger that it is at are told once.
    places = {place.evse_id: place for owner in owners if (place := _place(owner)) is not None}
    if not places:
        raise refuse("car_elsewhere", name=", ".join(owner.name for owner in owners))
    return {"currency": call.hass.config.currency, "plans": [_present(call.hass, place) for place in places.values()]}


async def _preview_plan(call: ServiceCall) -> ServiceResponse:
    owners = find_owners(call)
    if len(owners) > 1:
        raise refuse("one_car")
    owner = owners[0]
    place = _place(owner)
    if place is None:
        raise refuse("car_elsewhere", name=owner.name)
    if not place.has_car:
        raise refuse("no_car", charger=place.name)
    what_if = await _what_if(owner, place, goals_of(owner, call.data))
    aim, plan = what_if.aims.get(place.evse_id), what_if.plans.get(place.evse_id)
    teller = async_plan_teller(call.hass, what_if.at)
    currency = {"currency": call.hass.config.currency}
    if aim is None or plan is None:
        # Asked is what the mode `smart` would do, whatever the mode is.
        return _told_none(place, aim, teller, Mode.SMART) | currency
    return (
        _told(place, aim, plan, teller)
        | currency
        | {
            "cost_difference": difference(what_if.before.get(place.evse_id), plan),
            "others": [
                other(Place(runtime=place.runtime, evse_id=evse_id), what_if.before.get(evse_id), theirs)
                for evse_id, theirs in what_if.plans.items()
                if evse_id != place.evse_id and theirs != what_if.before.get(evse_id)
            ],
        }
    )


def _place(owner: Owner) -> Place | None:
    """Tell where the car is; None: at no charger."""
    evse_id = owner.at_charger
    return None if evse_id is None else Place(runtime=owner.runtime, evse_id=evse_id)


async def _what_if(owner: Owner, place: Place, goals: GoalSet) -> _WhatIf:
    """Plan for what is asked, whatever the charger's mode is, beside all cars that charge by a plan; nothing is set."""
    runtime, now = place.runtime, dt_util.utcnow()
    coordinator, plans = runtime.coordinator, runtime.foresight.plans
    tick = coordinator.data
    smart = {evse_id for evse_id, mode in tick.snapshot.modes.items() if mode is Mode.SMART}
    seen = now, coordinator.site, tick.snapshot.evses, tick.sessions
    present = {key: aim for key, aim in runtime.goals.aims(*seen).items() if key in smart}
    asked = runtime.goals.if_wanted(owner.own_id, goals).aims(*seen)
    asked = {key: aim for key, aim in asked.items() if key in smart or key == place.evse_id}
    # Both are planned for the same moment, so that what differs comes of what is asked alone.
    before = await plans.async_preview(now, coordinator.site, present)
    after = await plans.async_preview(now, coordinator.site, asked)
    return _WhatIf(at=now, aims=asked, plans=after or {}, before=before or {})


def _present(hass: HomeAssistant, place: Place) -> dict[str, Any]:
    tick = place.runtime.coordinator.data
    teller = async_plan_teller(hass, tick.snapshot.at)
    aim, plan = tick.ahead.aims.get(place.evse_id), tick.ahead.plans.get(place.evse_id)
    # While a plan is awaited, one without slots stands for it.
    if aim is None or plan is None or is_awaited(plan, aim):
        return _told_none(place, aim, teller, place.mode)
    return _told(place, aim, plan, teller) | {"made_at": local(place.runtime.foresight.plans.made_at)}


def _told(place: Place, aim: Aim, plan: Plan, teller: PlanTeller) -> dict[str, Any]:
    return told(place, aim, plan) | {"sentence": teller.sentence(plan, aim)}


def _told_none(place: Place, aim: Aim | None, teller: PlanTeller, mode: Mode) -> dict[str, Any]:
    why = why_none(has_car=place.has_car, is_wanted=aim is not None, mode=mode, has_prices=place.has_prices)
    return told(place, aim, None) | {"reason": why.value, "sentence": teller.why_none(why)}
