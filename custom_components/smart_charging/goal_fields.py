"""What an action says that is wanted: how much charge, by when, and on what terms."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import voluptuous as vol
from homeassistant.helpers import config_validation as cv

from .actions import next_moment
from .engine.model.goal_set import GoalSet, GoalStrategy, OneOff, Target, TargetKind, Terms
from .goal_owners import Owner, refuse

_MOST_KWH: Final = 500.0
_MOST_KM: Final = 2000.0
_MOST_PRICE: Final = 1000.0
"""Of a kWh, in whatever currency: a forint is the smallest that is common."""
_LONGEST_MARGIN_MIN: Final = 12 * 60.0
_LONGEST_STRETCH_MIN: Final = 4 * 60.0


def _number(least: float, most: float, *, above: bool = False) -> vol.All:
    return vol.All(vol.Coerce(float), vol.Range(min=least, max=most, min_included=not above))


TARGET_FIELDS: Final[Mapping[Any, Any]] = {
    vol.Exclusive("soc", "target"): _number(0, 100, above=True),
    vol.Exclusive("energy_kwh", "target"): _number(0, _MOST_KWH, above=True),
    vol.Exclusive("range_km", "target"): _number(0, _MOST_KM, above=True),
}
TERMS_FIELDS: Final[Mapping[Any, Any]] = {
    vol.Optional("strategy"): vol.In([strategy.value for strategy in GoalStrategy]),
    vol.Optional("price_limit"): _number(-_MOST_PRICE, _MOST_PRICE),
    vol.Optional("cheapest_hours"): _number(0, 24, above=True),
    vol.Inclusive("more_soc", "more"): _number(0, 100, above=True),
    vol.Inclusive("more_below", "more"): _number(-_MOST_PRICE, _MOST_PRICE),
    vol.Optional("margin_min"): _number(0, _LONGEST_MARGIN_MIN),
    vol.Optional("last_stretch_min"): _number(0, _LONGEST_STRETCH_MIN),
    vol.Optional("earliest"): cv.time,
}
GOAL_FIELDS: Final[Mapping[Any, Any]] = {
    **TARGET_FIELDS,
    **TERMS_FIELDS,
    vol.Optional("departure"): vol.Any(cv.time, cv.datetime),
}


def goals_of(owner: Owner, data: Mapping[str, Any]) -> GoalSet:
    """Change what is wanted so far by what is said. With a departure it holds just this once.

    Raises:
        ServiceValidationError: it cannot be.

    """
    departure = next_moment(data.get("departure"))
    goals, target = owner.goals, target_of(owner, data)
    terms = terms_of(owner, goals.terms, data)
    if departure is not None:
        return replace(goals, once=OneOff(at=departure, target=target, terms=terms))
    return replace(goals, target=target or goals.target, terms=terms or goals.terms)


def target_of(owner: Owner, data: Mapping[str, Any]) -> Target | None:
    """Read how much is wanted; None where nothing is said."""
    if "energy_kwh" in data:
        return Target(kind=TargetKind.ENERGY, amount=data["energy_kwh"])
    if "range_km" in data:
        return Target(kind=TargetKind.RANGE, amount=data["range_km"])
    return None if "soc" not in data else _share(owner, data["soc"])


def _share(owner: Owner, percent: float) -> Target:
    """Take a share of a battery, of a vehicle that charges so far, and of which it is known what it holds."""
    config = owner.vehicle
    if config is None:
        raise refuse("share_of_guest", name=owner.name)
    if config.vehicle.capacity_kwh is None:
        raise refuse("share_of_unknown", name=config.name)
    if percent / 100 > config.vehicle.limit_soc:
        raise refuse("share_above_limit", name=config.name, limit=f"{config.vehicle.limit_soc:.0%}")
    return Target(kind=TargetKind.SOC, amount=percent / 100)


def terms_of(owner: Owner, standing: Terms, data: Mapping[str, Any]) -> Terms | None:
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
        raise refuse("price_limit_missing")
    if terms.strategy is GoalStrategy.CHEAPEST_HOURS and terms.hours is None:
        raise refuse("hours_missing")
    return terms


def _strategy(data: Mapping[str, Any]) -> GoalStrategy | None:
    """Read the strategy; whoever gives the figure of one means that one."""
    if "strategy" in data:
        return GoalStrategy(data["strategy"])
    if "price_limit" in data and "cheapest_hours" in data:
        raise refuse("strategy_unclear")
    if "price_limit" in data:
        return GoalStrategy.BELOW_PRICE
    return GoalStrategy.CHEAPEST_HOURS if "cheapest_hours" in data else None
