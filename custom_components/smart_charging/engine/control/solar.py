"""Solar: the chargers that follow the sun, all together.

They share one surplus (`surplus.py`): it is one more constraint over their currents, and never loosens another one. Which
of them may run, and on how many phases, is decided one after another (`sunny.py`); one that runs is held at its minimum
while a cloud passes. What follows the sun goes down with it within a second or two: only what cannot be taken back at
once, a start or a switch of phases, waits.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from ..model.limit import Limit, LimitSource
from ..model.mode import Mode
from ..model.reason import Reason, ReasonCode, ReasonParam
from ..model.site import Site
from ..model.snapshot import SiteSnapshot
from ..model.state import ControlState, EvseMemory
from .constraint import Constraint, bounds_by_evse
from .demand import Demand, lowest_a
from .draw import Draw
from .freshness import MeterView
from .headroom import Capacity
from .phases import likely_phases, note_car_phases
from .sunny import Follower, Light
from .surplus import Surplus, measure_surplus, unit_w, with_grid_w
from .switching import carry_out, is_pausing, phases_next, phases_told
from .view import EvseView, updated

SUNNY: Final = frozenset({Mode.SOLAR, Mode.SOLAR_MIN})

SURPLUS: Final = "surplus"
"""Stands for a circuit in the constraint, which is none of a circuit's."""
LONGEST_S: Final = 60.0
"""Time that passed between two ticks counts up to this: what happened in a longer gap is not known."""
HELD_A: Final = 0.15
"""A lack of less than this is not worth a command."""


@dataclass(slots=True, kw_only=True, eq=False)
class Sunlight:
    """What the sun means for this tick; `followers` are the chargers that share the surplus."""

    surplus: Surplus | None = None
    followers: list[str] = field(default_factory=list[str])

    @property
    def average_w(self) -> float | None:
        """The surplus, smoothed, to be remembered."""
        return None if self.surplus is None else self.surplus.average_w

    def beside(self, capacity: Capacity, site: Site, views: Mapping[str, EvseView]) -> Capacity:
        """Add the surplus to what bounds the chargers; no minimum of a charger that may run is denied by it."""
        if not self.followers:
            return capacity
        weights = {name: unit_w(views[name], len(likely_phases(views[name])), site) for name in self.followers}
        minimum_w = math.fsum(weight * lowest_a(views[name].evse) for name, weight in weights.items())
        least_w = most_w = 0.0
        if self.surplus is not None:
            least_w = with_grid_w(self.surplus.least_w, site.policy.solar)
            most_w = with_grid_w(self.surplus.most_w, site.policy.solar) + HELD_A * max(weights.values())
        for_rises = (*capacity.for_rises, _constraint(max(minimum_w, least_w), weights))
        for_holds = (*capacity.for_holds, _constraint(max(minimum_w, most_w), weights))
        return Capacity(for_rises=for_rises, for_holds=for_holds, bounds=bounds_by_evse(for_rises))


def follow_sun(
    site: Site,
    snapshot: SiteSnapshot,
    meters: Mapping[str, MeterView],
    state: ControlState,
    *,
    views: Mapping[str, EvseView],
    draws: Mapping[str, Draw],
    demands: dict[str, Demand],
) -> Sunlight:
    """Decide which chargers in a solar mode may run, and switch phases; their demands and memories are replaced."""
    passed_s = _passed_s(snapshot.at, state.at)
    sunny = [name for name, demand in demands.items() if _follows(snapshot, name, demand)]
    for name in {*sunny, *(name for name, view in views.items() if view.evse.can_switch_phases)}:
        views[name].memory = updated(views[name].memory, phases=note_car_phases(views[name]))
    cars = [(views[name], draws[name]) for name in sunny]
    surplus = measure_surplus(site, snapshot, meters, cars, (state.surplus_w, passed_s)) if sunny else None
    round_ = _Round(site=site, surplus=surplus)
    for name in sorted(sunny, key=lambda name: _rank(views[name], demands[name])):
        follower = Follower(
            view=views[name],
            site=site,
            passed_s=passed_s,
            always=snapshot.modes[name] is Mode.SOLAR_MIN or not views[name].evse.can_pause,
            car_objects=name in snapshot.keep_phases,
        )
        demands[name] = round_.serve(follower, demands[name])
    _rest(views, set(views) - set(sunny))
    _switch(views, demands)
    return Sunlight(surplus=surplus, followers=[name for name in round_.followers if not demands[name].is_fixed])


def is_fast(demand: Demand) -> bool:
    """Tell whether a charger wants to charge, and not by the sun."""
    return not demand.is_fixed and demand.at_surplus is None


def _follows(snapshot: SiteSnapshot, name: str, demand: Demand) -> bool:
    return snapshot.modes.get(name) in SUNNY and not demand.is_fixed


def _rank(view: EvseView, demand: Demand) -> tuple[float, bool, str]:
    """Serve the highest priority first, then those who run already."""
    return -demand.priority, not view.memory.sun.runs, demand.evse_id


_NOTHING: Final = EvseMemory().sun


def _rest(views: Mapping[str, EvseView], others: set[str]) -> None:
    """Forget for those who do not follow the sun now that they did; how often they started counts on."""
    for name in others:
        view = views[name]
        if view.memory.sun is not _NOTHING:
            sun = updated(view.memory.sun, runs=False, enough_s=0.0, missing_s=0.0)
            view.memory = updated(view.memory, sun=sun)


def _switch(views: Mapping[str, EvseView], demands: dict[str, Demand]) -> None:
    """Carry out what switches of phases are wished for; who has to pause for it is given nothing meanwhile."""
    for name, view in views.items():
        if not view.evse.can_switch_phases:
            continue
        before = phases_told(view)
        view.memory = updated(view.memory, phases=carry_out(view))
        if phases_told(view) != before:
            view.memory = updated(view.memory, seen_phases=())
        if is_pausing(view) and not demands[name].is_fixed:
            reason = Reason(code=ReasonCode.SWITCHING_PHASES, params={"phases": float(phases_next(view))})
            demands[name] = replace(demands[name], maximum_a=0.0, expected_a=None, reason=reason)


@dataclass(slots=True, kw_only=True, eq=False)
class _Round:
    """Serves one after another; what those before take as their minimums is not there for those after them."""

    site: Site
    surplus: Surplus | None
    followers: list[str] = field(default_factory=list[str])
    _running_w: float = 0.0
    _starting_w: float = 0.0

    def serve(self, follower: Follower, demand: Demand) -> Demand:
        """Decide for one charger, and say what it is to be given."""
        light = self._light(follower)
        follower.decide(light)
        if not follower.runs:
            if follower.starts_in_s(light) is not None:
                self._starting_w += follower.start_needs()[1]
            return self._waiting(follower, demand, light)
        if demand.reason.code is not ReasonCode.NOT_TAKING:
            self._running_w += follower.minimum_w
            self.followers.append(demand.evse_id)
        return replace(demand, at_surplus=self._why(follower, light))

    def _light(self, follower: Follower) -> Light:
        if self.surplus is None:
            # Nobody knows whether there is any: that ends a charge as a cloud does.
            return Light(now_w=0.0, average_w=0.0)
        before_w = self._running_w + (0.0 if follower.runs else self._starting_w)
        policy = self.site.policy.solar
        return Light(
            now_w=with_grid_w(self.surplus.likely_w, policy) - before_w,
            average_w=with_grid_w(self.surplus.average_w, policy) - before_w,
        )

    def _waiting(self, follower: Follower, demand: Demand, light: Light) -> Demand:
        params = self._params() | {"needed_w": follower.start_needs()[1]}
        if (starts_in_s := follower.starts_in_s(light)) is not None:
            params["at"] = _later(follower.view, starts_in_s)
        reason = Reason(code=ReasonCode.SOLAR_WAITS, params=params)
        return replace(demand, maximum_a=0.0, expected_a=None, reason=reason, at_surplus=reason)

    def _why(self, follower: Follower, light: Light) -> Reason:
        """Say why it is given what the sun gives."""
        minimum_a = lowest_a(follower.view.evse)
        if light.now_w >= follower.minimum_w:
            return Reason(code=ReasonCode.SOLAR, params=self._params())
        if (ends_in_s := follower.ends_in_s(light)) is None:
            return Reason(code=ReasonCode.SOLAR_MINIMUM, params=self._params() | {"minimum_a": minimum_a})
        params: dict[str, ReasonParam] = {"minimum_a": minimum_a, "at": _later(follower.view, ends_in_s)}
        return Reason(code=ReasonCode.SOLAR_ENDS, params=params)

    def _params(self) -> dict[str, ReasonParam]:
        return {"surplus_w": 0.0 if self.surplus is None else max(0.0, self.surplus.average_w)}


def _constraint(capacity_w: float, weights: Mapping[str, float]) -> Constraint:
    limit = Limit(source=LimitSource.USER, power_w=capacity_w)
    return Constraint(circuit_id=SURPLUS, phase=None, limit=limit, capacity=capacity_w, weights=weights)


def _passed_s(now: datetime, before: datetime | None) -> float:
    return 0.0 if before is None else min(LONGEST_S, max(0.0, (now - before).total_seconds()))


def _later(view: EvseView, seconds: float) -> str:
    return (view.now + timedelta(seconds=round(seconds))).isoformat()
