"""Actions that say what is wanted of a car: how much charge, by which departures, and on what terms."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from typing import Any, Final

import voluptuous as vol
from homeassistant.const import WEEKDAYS
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.helpers import config_validation as cv

from .const import DOMAIN
from .engine.model.goal_set import Departure, GoalSet, Terms
from .goal_fields import GOAL_FIELDS, TARGET_FIELDS, TERMS_FIELDS, goals_of, target_of, terms_of
from .goal_owners import Owner, find_owners, refuse

ACTION_SET_GOAL: Final = "set_goal"
ACTION_CLEAR_GOAL: Final = "clear_goal"
ACTION_SET_DEPARTURES: Final = "set_departures"

SET_GOAL_SCHEMA: Final = cv.make_entity_service_schema(dict(GOAL_FIELDS))
CLEAR_GOAL_SCHEMA: Final = cv.make_entity_service_schema(
    {vol.Optional("what", default="goal"): vol.In(["once", "goal", "everything"])}
)
SET_DEPARTURES_SCHEMA: Final = cv.make_entity_service_schema(
    {
        vol.Required("departures"): vol.All(
            cv.ensure_list,
            [
                vol.Schema(
                    {
                        vol.Required("time"): cv.time,
                        vol.Optional("weekdays", default=list(WEEKDAYS)): cv.weekdays,
                        **TARGET_FIELDS,
                        **TERMS_FIELDS,
                    }
                )
            ],
        ),
        vol.Optional("paused_until"): cv.date,
    }
)


@callback
def async_register_goal_actions(hass: HomeAssistant) -> None:
    """Offer the actions, whether a site is set up or not."""
    hass.services.async_register(DOMAIN, ACTION_SET_GOAL, _set_goal, schema=SET_GOAL_SCHEMA)
    hass.services.async_register(DOMAIN, ACTION_CLEAR_GOAL, _clear_goal, schema=CLEAR_GOAL_SCHEMA)
    hass.services.async_register(DOMAIN, ACTION_SET_DEPARTURES, _set_departures, schema=SET_DEPARTURES_SCHEMA)


async def _set_goal(call: ServiceCall) -> None:
    if not call.data.keys() & {str(key) for key in GOAL_FIELDS}:
        raise refuse("goal_empty")
    wanted = [(owner, goals_of(owner, call.data)) for owner in find_owners(call)]
    # All of them, or none: what is refused of one is not half done.
    for owner, goals in wanted:
        owner.want(goals)


async def _clear_goal(call: ServiceCall) -> None:
    for owner in find_owners(call):
        match call.data["what"]:
            case "once":
                owner.want(replace(owner.goals, once=None))
            case "goal" if owner.evse_id is None:
                kept = owner.goals
                owner.want(GoalSet(departures=kept.departures, paused=kept.paused, paused_until=kept.paused_until))
            case _:
                owner.want(None)


async def _set_departures(call: ServiceCall) -> None:
    until = call.data.get("paused_until")
    wanted: list[tuple[Owner, GoalSet]] = []
    for owner in find_owners(call):
        if owner.evse_id is not None:
            raise refuse("departures_of_vehicles", name=owner.name)
        goals = owner.goals
        departures = tuple(_departure(owner, goals.terms, data) for data in call.data["departures"])
        _expect_no_twins(departures)
        goals = replace(goals, departures=departures, ready_by=None)
        wanted.append((owner, goals if until is None else replace(goals, paused=True, paused_until=until)))
    for owner, goals in wanted:
        owner.want(goals)


def _departure(owner: Owner, standing: Terms, data: Mapping[str, Any]) -> Departure:
    return Departure(
        weekdays=frozenset(WEEKDAYS.index(day) for day in data["weekdays"]),
        time=data["time"],
        target=target_of(owner, data),
        terms=terms_of(owner, standing, data),
    )


def _expect_no_twins(departures: tuple[Departure, ...]) -> None:
    seen: set[tuple[int, time]] = set()
    for departure in departures:
        for weekday in departure.weekdays:
            if (weekday, departure.time) in seen:
                raise refuse("departure_twice", time=departure.time.strftime("%H:%M"))
            seen.add((weekday, departure.time))
