"""Peak guard: where power has a price, cars do not raise the month's peak though the house does what no plan foresaw.

While a window of measured power runs, what is left of it, spread evenly over the time that is left, may flow in on average.
What the house and other chargers are expected to take of that is not there for the cars that charge by a plan. At the
beginning that is generous, and towards the end it is exact, for then there is no time left to make up for anything.

It is a wish and no limit: it only ever lowers chargers, switches no appliance off for that, and holds nobody back who
would be late for it. Who charges fast needs the car now, and who follows the sun takes little from the grid anyway.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ..model.limit import Limit, LimitSource
from ..model.mode import Mode
from ..model.peak_watch import PeakWatch
from ..model.plan import Plan
from ..model.reason import ReasonCode
from ..model.site import Site
from ..model.snapshot import SiteSnapshot
from ..model.state import ControlState
from .base import Base
from .constraint import Constraint, bounds_by_evse
from .demand import Demand, lowest_a
from .draw import Draw
from .headroom import Capacity
from .phases import likely_phases
from .urgency import laxity_s
from .view import EvseView

PEAK: Final = "month_peak"
"""Stands for a circuit in the constraint, which is none of a circuit's."""
CAUTION: Final = 0.03
"""A rise has to fit below the target by so much of it: what is given is not taken back for each kettle."""
SMOOTH: Final = 1 / 15
"""The house is taken for what it was on average over so much of a window: a minute of a quarter of an hour."""
NEAR: Final = 3.0
"""With so many times that left, what it takes at the moment counts if it is more: it may not go away in time."""
RESERVE_S: Final = 900.0
"""Whoever has less time to spare is in a hurry, as whoever had to start before his plan."""
IN_TIME: Final = 0.8
"""Whoever is in a hurry keeps what makes him ready in so much of the time that he has."""
LAST_S: Final = 30.0
"""In the last seconds nobody is paused: what that saves is not worth a contactor."""
HELD_A: Final = 0.15
"""A lack of less than this is not worth a command."""

_PLANNED: Final = frozenset({ReasonCode.PLANNED, ReasonCode.CHARGING_OPERATOR})
_HOUR: Final = timedelta(hours=1)
_SECOND: Final = timedelta(seconds=1)


@dataclass(slots=True, kw_only=True, eq=False)
class PeakGuard:
    """What the guard means for this tick, as constraints in W: the same ones, with what may be had, and with what may be held."""

    for_rises: tuple[Constraint, ...] = ()
    for_holds: tuple[Constraint, ...] = ()
    house_w: float | None = None
    """What the house takes, smoothed, to be remembered."""

    @property
    def wishes(self) -> int:
        """How many constraints it adds."""
        return len(self.for_rises)

    def beside(self, capacity: Capacity) -> Capacity:
        """Add what it leaves to what bounds the chargers, as the last constraints."""
        if not self.for_rises:
            return capacity
        for_rises, for_holds = (*capacity.for_rises, *self.for_rises), (*capacity.for_holds, *self.for_holds)
        return Capacity(for_rises=for_rises, for_holds=for_holds, bounds=bounds_by_evse(for_rises))


@dataclass(frozen=True, slots=True, kw_only=True)
class GivesWay:
    """A charger that gives way. It keeps `kept_a` in any case, A on each of so many phases."""

    kept_a: float
    phases: int


def guard_peak(
    site: Site,
    snapshot: SiteSnapshot,
    state: ControlState,
    *,
    giving_way: Mapping[str, GivesWay],
    views: Mapping[str, EvseView],
    draws: Mapping[str, Draw],
    bases: Mapping[str, Base],
) -> PeakGuard:
    """Tell what the window that runs leaves to the chargers that may give way, which keep so many A at the least.

    Those that keep something come first, each for itself; the others share what is then left. While the site's meter is
    silent nothing is guarded.
    """
    root = next(circuit for circuit in site.circuits if circuit.parent_id is None)
    watch, base = snapshot.peak, bases.get(root.circuit_id)
    if watch is None or base is None or not root.metered or not watch.starts <= snapshot.at < watch.ends:
        return PeakGuard()
    house_w, expected_w = _house_w(base, watch, snapshot, state)
    weights = {name: site.voltage_v * one.phases for name, one in giving_way.items()}
    drawn_w = {name: site.voltage_v * _likely_a(draw) for name, draw in draws.items()}
    beside_w = expected_w + math.fsum(power_w for name, power_w in drawn_w.items() if name not in giving_way)
    patient = {name: weight for name, weight in weights.items() if not giving_way[name].kept_a}
    urgent_w = math.fsum(drawn_w[name] for name in weights if name not in patient)
    rows = [({name: weights[name]}, 0.0, weights[name] * one.kept_a) for name, one in giving_way.items() if one.kept_a]
    if patient:
        rows.append((patient, urgent_w, _least_w(watch, snapshot, views, patient)))

    def constraints(share: float, spare_a: float) -> tuple[Constraint, ...]:
        left_w = _allowed_w(watch, snapshot, share) - beside_w
        return tuple(
            _constraint(watch, of, max(0.0, least_w, left_w - before_w) + spare_a * max(of.values()))
            for of, before_w, least_w in rows
        )

    return PeakGuard(for_rises=constraints(1 - CAUTION, 0.0), for_holds=constraints(1.0, HELD_A), house_w=house_w)


def _constraint(watch: PeakWatch, weights: Mapping[str, float], capacity_w: float) -> Constraint:
    limit = Limit(source=LimitSource.USER, power_w=1000 * watch.target_kw)
    return Constraint(circuit_id=PEAK, phase=None, limit=limit, capacity=capacity_w, weights=weights)


def who_gives_way(
    site: Site,
    snapshot: SiteSnapshot,
    plans: Mapping[str, Plan],
    views: Mapping[str, EvseView],
    demands: Mapping[str, Demand],
) -> dict[str, GivesWay]:
    """Tell which chargers charge by a plan and have the time to give way."""
    kept_a = {
        name: _kept_a(views[name], demands[name], plan, site, snapshot)
        for name, plan in plans.items()
        if name in views and _is_planned(views[name], demands[name], plan, snapshot)
    }
    return {
        name: GivesWay(kept_a=current_a, phases=_phases(views[name], plans[name]))
        for name, current_a in kept_a.items()
        if current_a is not None
    }


def _is_planned(view: EvseView, demand: Demand, plan: Plan, snapshot: SiteSnapshot) -> bool:
    """Tell whether a charger charges by a plan that will not be short."""
    is_smart = snapshot.modes.get(view.evse.evse_id) is Mode.SMART
    return is_smart and plan.missed_kwh <= 0 and not demand.is_fixed and demand.reason.code in _PLANNED


def _kept_a(view: EvseView, demand: Demand, plan: Plan, site: Site, snapshot: SiteSnapshot) -> float | None:
    """Tell what a charger keeps in any case, A per phase; None: all.

    One that is in a hurry keeps what makes it ready in time, and some more; one whose car bears no pause goes on.
    """
    evse, goal = view.evse, snapshot.goals.get(view.evse.evse_id)
    most_a, phases = view.memory.takes * evse.maximum_a, _phases(view, plan)
    spare_s = None if goal is None else laxity_s(goal, most_a, phases, site, snapshot.at)
    unpaused_a = demand.minimum_a if plan.in_one_go and (view.memory.setpoint_a or 0.0) > 0 else 0.0
    if goal is None or goal.departure is None or spare_s is None:
        return None if plan.urgent else unpaused_a
    if spare_s > RESERVE_S and not plan.urgent:
        return unpaused_a
    left_s = (goal.departure - snapshot.at).total_seconds()
    if left_s - spare_s >= IN_TIME * left_s:
        return None
    return max(demand.minimum_a, evse.maximum_a * (left_s - spare_s) / (IN_TIME * left_s))


def _phases(view: EvseView, plan: Plan) -> int:
    """Tell on how many phases a car charges: many chargers tell no current by phase, and nobody sees it then."""
    seen = len(likely_phases(view))
    return seen if plan.phases is None else min(seen, plan.phases)


def _allowed_w(watch: PeakWatch, snapshot: SiteSnapshot, share: float) -> float:
    """Tell what may flow in on average until the window ends, for its mean to be so much of the target."""
    left_kwh = share * watch.target_kw * ((watch.ends - watch.starts) / _HOUR) - watch.used_kwh
    return 1000 * left_kwh / (max(_SECOND, watch.ends - snapshot.at) / _HOUR)


def _house_w(base: Base, watch: PeakWatch, snapshot: SiteSnapshot, state: ControlState) -> tuple[float, float]:
    """Tell what the house takes, smoothed, and what it is expected to take until the window ends."""
    now_w = (base.least_w + base.most_w) / 2
    smooth_s = SMOOTH * (watch.ends - watch.starts).total_seconds()
    if state.house_w is None or state.at is None:
        return now_w, now_w
    passed_s = max(0.0, (snapshot.at - state.at).total_seconds())
    house_w = state.house_w + (now_w - state.house_w) * (1 - math.exp(-passed_s / smooth_s))
    near = (watch.ends - snapshot.at).total_seconds() < NEAR * smooth_s
    return house_w, max(house_w, now_w) if near else house_w


def _least_w(
    watch: PeakWatch, snapshot: SiteSnapshot, views: Mapping[str, EvseView], weights: Mapping[str, float]
) -> float:
    """Tell what is left to those who charge in any case."""
    if (watch.ends - snapshot.at).total_seconds() > LAST_S:
        return 0.0
    running = (name for name in weights if (views[name].memory.setpoint_a or 0.0) > 0)
    return math.fsum(weights[name] * lowest_a(views[name].evse) for name in running)


def _likely_a(draw: Draw) -> float:
    """Tell what a charger most likely draws, A over all phases."""
    return (math.fsum(draw.least_a.values()) + math.fsum(draw.most_a.values())) / 2
