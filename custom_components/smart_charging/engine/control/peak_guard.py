"""Peak guard: where power has a price, the month's peak stays what it is though the house does what no plan foresaw.

While a window of measured power runs, what is left of it, spread evenly over the time that is left, may flow in on average.
What the house and other chargers are expected to take of that is not there for the cars that charge by a plan. At the
beginning that is generous, and towards the end it is exact, for then there is no time left to make up for anything.

It is a wish and no limit: it only ever lowers chargers, switches no appliance off for that, and holds nobody back who
would be late for it. Who charges fast needs the car now, and who follows the sun takes little from the grid anyway.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
"""Whoever has less time to spare is not held back."""
LAST_S: Final = 30.0
"""In the last seconds nobody is paused: what that saves is not worth a contactor."""
HELD_A: Final = 0.15
"""A lack of less than this is not worth a command."""

_PLANNED: Final = frozenset({ReasonCode.PLANNED, ReasonCode.CHARGING_OPERATOR})
_HOUR: Final = timedelta(hours=1)
_SECOND: Final = timedelta(seconds=1)


@dataclass(slots=True, kw_only=True, eq=False)
class PeakGuard:
    """What the guard means for this tick: what it leaves to those who charge by a plan, all together, W."""

    target_w: float = 0.0
    for_rises_w: float = 0.0
    for_holds_w: float = 0.0
    weights: Mapping[str, float] = field(default_factory=dict[str, float])
    """By charger id, W for each ampere; empty: nobody is held back."""
    house_w: float | None = None
    """What the house takes, smoothed, to be remembered."""

    @property
    def wishes(self) -> int:
        """How many constraints it adds."""
        return 1 if self.weights else 0

    def beside(self, capacity: Capacity) -> Capacity:
        """Add what it leaves to what bounds the chargers, as the last constraint."""
        if not self.weights:
            return capacity
        for_rises = (*capacity.for_rises, self._constraint(self.for_rises_w))
        for_holds = (*capacity.for_holds, self._constraint(self.for_holds_w))
        return Capacity(for_rises=for_rises, for_holds=for_holds, bounds=bounds_by_evse(for_rises))

    def _constraint(self, capacity_w: float) -> Constraint:
        limit = Limit(source=LimitSource.USER, power_w=self.target_w)
        return Constraint(circuit_id=PEAK, phase=None, limit=limit, capacity=capacity_w, weights=self.weights)


def guard_peak(
    site: Site,
    snapshot: SiteSnapshot,
    state: ControlState,
    *,
    giving_way: Iterable[str],
    views: Mapping[str, EvseView],
    draws: Mapping[str, Draw],
    bases: Mapping[str, Base],
) -> PeakGuard:
    """Tell what the window that runs leaves to those chargers that may give way; while the site's meter is silent, all."""
    root = next(circuit for circuit in site.circuits if circuit.parent_id is None)
    watch, base = snapshot.peak, bases.get(root.circuit_id)
    if watch is None or base is None or not root.metered or not watch.starts <= snapshot.at < watch.ends:
        return PeakGuard()
    house_w, expected_w = _house_w(base, watch, snapshot, state)
    weights = {name: site.voltage_v * len(likely_phases(views[name])) for name in giving_way}
    others_w = site.voltage_v * math.fsum(_likely_a(draw) for name, draw in draws.items() if name not in weights)
    for_rises_w = _allowed_w(watch, snapshot, 1 - CAUTION) - expected_w - others_w
    for_holds_w = max(
        _least_w(watch, snapshot, views, weights), _allowed_w(watch, snapshot, 1.0) - expected_w - others_w
    )
    return PeakGuard(
        target_w=1000 * watch.target_kw,
        for_rises_w=max(0.0, for_rises_w),
        for_holds_w=for_holds_w + HELD_A * max(weights.values(), default=0.0),
        weights=weights,
        house_w=house_w,
    )


def who_gives_way(
    site: Site,
    snapshot: SiteSnapshot,
    plans: Mapping[str, Plan],
    views: Mapping[str, EvseView],
    demands: Mapping[str, Demand],
) -> list[str]:
    """List the chargers that charge by a plan and have the time to give way."""
    return [
        name
        for name, plan in plans.items()
        if name in views and _gives_way(views[name], demands[name], plan, site, snapshot)
    ]


def _gives_way(view: EvseView, demand: Demand, plan: Plan, site: Site, snapshot: SiteSnapshot) -> bool:
    evse = view.evse
    if snapshot.modes.get(evse.evse_id) is not Mode.SMART or plan.urgent or plan.missed_kwh > 0:
        return False
    if demand.is_fixed or demand.reason.code not in _PLANNED:
        return False
    goal = snapshot.goals.get(evse.evse_id)
    if goal is None:
        return True
    spare_s = laxity_s(goal, view.memory.takes * evse.maximum_a, len(likely_phases(view)), site, snapshot.at)
    return spare_s is None or spare_s > RESERVE_S


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
