"""Actions that say what is wanted of a car: how much charge, by which departures, and on what terms."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from typing import Any, Final

import voluptuous as vol
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import WEEKDAYS
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv

from .actions import async_find_parts, next_moment
from .config_vehicles import VehicleConfig
from .const import DOMAIN
from .engine.model.goal_set import Departure, GoalSet, GoalStrategy, OneOff, Target, TargetKind, Terms
from .runtime import RuntimeData, SmartChargingConfigEntry

ACTION_SET_GOAL: Final = "set_goal"
ACTION_CLEAR_GOAL: Final = "clear_goal"
ACTION_SET_DEPARTURES: Final = "set_departures"

_MOST_KWH: Final = 500.0
_MOST_KM: Final = 2000.0
_MOST_PRICE: Final = 1000.0
"""Of a kWh, in whatever currency: a forint is the smallest that is common."""
_LONGEST_MARGIN_MIN: Final = 12 * 60.0
_LONGEST_STRETCH_MIN: Final = 4 * 60.0


def _number(least: float, most: float, *, above: bool = False) -> vol.All:
    return vol.All(vol.Coerce(float), vol.Range(min=least, max=most, min_included=not above))


_TARGET: Final[Mapping[Any, Any]] = {
    vol.Exclusive("soc", "target"): _number(0, 100, above=True),
    vol.Exclusive("energy_kwh", "target"): _number(0, _MOST_KWH, above=True),
    vol.Exclusive("range_km", "target"): _number(0, _MOST_KM, above=True),
}
_TERMS: Final[Mapping[Any, Any]] = {
    vol.Optional("strategy"): vol.In([strategy.value for strategy in GoalStrategy]),
    vol.Optional("price_limit"): _number(-_MOST_PRICE, _MOST_PRICE),
    vol.Optional("cheapest_hours"): _number(0, 24, above=True),
    vol.Inclusive("more_soc", "more"): _number(0, 100, above=True),
    vol.Inclusive("more_below", "more"): _number(-_MOST_PRICE, _MOST_PRICE),
    vol.Optional("margin_min"): _number(0, _LONGEST_MARGIN_MIN),
    vol.Optional("last_stretch_min"): _number(0, _LONGEST_STRETCH_MIN),
    vol.Optional("earliest"): cv.time,
}

SET_GOAL_SCHEMA: Final = cv.make_entity_service_schema(
    {**_TARGET, **_TERMS, vol.Optional("departure"): vol.Any(cv.time, cv.datetime)}
)
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
                        **_TARGET,
                        **_TERMS,
                    }
                )
            ],
        ),
        vol.Optional("paused_until"): cv.date,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owner:
    """Whose goals are meant: a vehicle's, or those of the car at a charger, whosever it is."""

    runtime: RuntimeData
    name: str
    vehicle_id: str | None = None
    evse_id: str | None = None

    @property
    def vehicle(self) -> VehicleConfig | None:
        """The vehicle, as far as it is known."""
        vehicles = self.runtime.vehicles
        return vehicles.at_charger(self.evse_id) if self.evse_id else vehicles.configs.get(self.vehicle_id or "")

    @property
    def goals(self) -> GoalSet:
        """What is wanted so far."""
        if self.evse_id is not None:
            return self.runtime.goals.of_guest(self.evse_id) or GoalSet()
        return self.runtime.goals.of(self.vehicle_id or "")

    def want(self, goals: GoalSet | None) -> None:
        """Want this from now on; None: nothing."""
        if self.evse_id is not None:
            self.runtime.goals.set_guest(self.evse_id, goals)
        elif self.vehicle_id is not None:
            self.runtime.goals.set(self.vehicle_id, goals or GoalSet())
        self.runtime.coordinator.async_update_listeners()
        self.runtime.coordinator.wake()


@callback
def async_register_goal_actions(hass: HomeAssistant) -> None:
    """Offer the actions, whether a site is set up or not."""
    hass.services.async_register(DOMAIN, ACTION_SET_GOAL, _set_goal, schema=SET_GOAL_SCHEMA)
    hass.services.async_register(DOMAIN, ACTION_CLEAR_GOAL, _clear_goal, schema=CLEAR_GOAL_SCHEMA)
    hass.services.async_register(DOMAIN, ACTION_SET_DEPARTURES, _set_departures, schema=SET_DEPARTURES_SCHEMA)


async def _set_goal(call: ServiceCall) -> None:
    departure = next_moment(call.data.get("departure"))
    if not call.data.keys() & {str(key) for key in (*_TARGET, *_TERMS, "departure")}:
        raise _refuse("goal_empty")
    wanted: list[tuple[_Owner, GoalSet]] = []
    for owner in _owners(call):
        goals, target = owner.goals, _target(owner, call.data)
        terms = _terms(owner, goals.terms, call.data)
        if departure is not None:
            goals = replace(goals, once=OneOff(at=departure, target=target, terms=terms))
        else:
            goals = replace(goals, target=target or goals.target, terms=terms or goals.terms)
        wanted.append((owner, goals))
    # All of them, or none: what is refused of one is not half done.
    for owner, goals in wanted:
        owner.want(goals)


async def _clear_goal(call: ServiceCall) -> None:
    for owner in _owners(call):
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
    wanted: list[tuple[_Owner, GoalSet]] = []
    for owner in _owners(call):
        if owner.evse_id is not None:
            raise _refuse("departures_of_vehicles", name=owner.name)
        goals = owner.goals
        departures = tuple(_departure(owner, goals.terms, data) for data in call.data["departures"])
        _expect_no_twins(departures)
        goals = replace(goals, departures=departures, ready_by=None)
        wanted.append((owner, goals if until is None else replace(goals, paused=True, paused_until=until)))
    for owner, goals in wanted:
        owner.want(goals)


def _departure(owner: _Owner, standing: Terms, data: Mapping[str, Any]) -> Departure:
    return Departure(
        weekdays=frozenset(WEEKDAYS.index(day) for day in data["weekdays"]),
        time=data["time"],
        target=_target(owner, data),
        terms=_terms(owner, standing, data),
    )


def _expect_no_twins(departures: tuple[Departure, ...]) -> None:
    seen: set[tuple[int, time]] = set()
    for departure in departures:
        for weekday in departure.weekdays:
            if (weekday, departure.time) in seen:
                raise _refuse("departure_twice", time=departure.time.strftime("%H:%M"))
            seen.add((weekday, departure.time))


def _target(owner: _Owner, data: Mapping[str, Any]) -> Target | None:
    if "energy_kwh" in data:
        return Target(kind=TargetKind.ENERGY, amount=data["energy_kwh"])
    if "range_km" in data:
        return Target(kind=TargetKind.RANGE, amount=data["range_km"])
    return None if "soc" not in data else _share(owner, data["soc"])


def _share(owner: _Owner, percent: float) -> Target:
    """Take a share of a battery, of a vehicle that charges so far, and of which it is known what it holds."""
    config = owner.vehicle
    if config is None:
        raise _refuse("share_of_guest", name=owner.name)
    if config.vehicle.capacity_kwh is None:
        raise _refuse("share_of_unknown", name=config.name)
    if percent / 100 > config.vehicle.limit_soc:
        raise _refuse("share_above_limit", name=config.name, limit=f"{config.vehicle.limit_soc:.0%}")
    return Target(kind=TargetKind.SOC, amount=percent / 100)


def _terms(owner: _Owner, standing: Terms, data: Mapping[str, Any]) -> Terms | None:
    """Change the standing terms by what is said; None where nothing is."""
    names = {"cheapest_hours": "hours", **{key: key for key in ("price_limit", "more_below")}}
    names |= {key: key for key in ("margin_min", "last_stretch_min", "earliest")}
    said: dict[str, Any] = {names[key]: value for key, value in data.items() if key in names}
    if "more_soc" in data:
        said["more"] = _share(owner, data["more_soc"])
    strategy = _strategy(data)
    if strategy is not None:
        said["strategy"] = strategy
    if not said:
        return None
    terms = replace(standing, **said)
    if terms.strategy is GoalStrategy.BELOW_PRICE and terms.price_limit is None:
        raise _refuse("price_limit_missing")
    if terms.strategy is GoalStrategy.CHEAPEST_HOURS and terms.hours is None:
        raise _refuse("hours_missing")
    return terms


def _strategy(data: Mapping[str, Any]) -> GoalStrategy | None:
    """Read the strategy; whoever gives the figure of one means that one."""
    if "strategy" in data:
        return GoalStrategy(data["strategy"])
    if "price_limit" in data and "cheapest_hours" in data:
        raise _refuse("strategy_unclear")
    if "price_limit" in data:
        return GoalStrategy.BELOW_PRICE
    return GoalStrategy.CHEAPEST_HOURS if "cheapest_hours" in data else None


def _owners(call: ServiceCall) -> list[_Owner]:
    """Find whose goals are meant. Raises `ServiceValidationError` where there is nobody."""
    entries: list[SmartChargingConfigEntry] = call.hass.config_entries.async_entries(DOMAIN)
    loaded = [entry for entry in entries if entry.state is ConfigEntryState.LOADED]
    found = [
        owner
        for part_id in sorted(async_find_parts(call.hass, call.data))
        for entry in loaded
        if (owner := _owner(entry, part_id)) is not None
    ]
    if not found:
        raise _refuse("no_vehicle")
    return found


def _owner(entry: SmartChargingConfigEntry, part_id: str) -> _Owner | None:
    runtime = entry.runtime_data
    if part_id in runtime.setup.vehicles:
        return _Owner(runtime=runtime, name=entry.subentries[part_id].title, vehicle_id=part_id)
    if any(evse.evse_id == part_id for evse in runtime.setup.site.evses):
        return _Owner(runtime=runtime, name=entry.subentries[part_id].title, evse_id=part_id)
    return None


def _refuse(key: str, **placeholders: str) -> ServiceValidationError:
    return ServiceValidationError(translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders)
