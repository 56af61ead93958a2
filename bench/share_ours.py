"""Our own controller in the garage: the engine, unchanged, which hears of a car what an OCPP charger tells."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus, EvState
from custom_components.smart_charging.engine.model.goal import Goal
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.policy import ControlPolicy
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState
from custom_components.smart_charging.engine.model.strategy import Strategy

from .acn import MAXIMUM_A, MINIMUM_A, VOLTAGE_V, Day, Session
from .garage import Car

STEP_A: Final = 0.1
"""The chargers', as OCPP's smart charging has it."""
INTERVAL_S: Final = 300.0
"""It decides at least this often while cars are there. In the product it is each 10 s, which costs time and changes what is
delivered by less than 0.1 %."""
PRIORITIES: Final = 3
"""The spaces have different ones, in turn, for the strategy that heeds them alone."""
ACKNOWLEDGED_S: Final = 1.0
"""A command is acknowledged after this long, which is news."""
AGAIN_S: Final = 2.0
"""A rise that is due, but waits for another charger to give way, is tried again after this long."""
START: Final = datetime(2026, 1, 15, tzinfo=UTC)


def site_of(day: Day, limit_a: float, strategy: Strategy) -> Site:
    """A garage with a limit of its own per phase, and no meter: all that it carries are its chargers."""
    phases = {session.space: session.phase for session in day.sessions}
    garage = Circuit(
        circuit_id="garage", phases=ALL_PHASES, limits=(Limit(source=LimitSource.RATING, current_a=limit_a),)
    )
    evses = tuple(
        Evse(
            evse_id=space,
            circuit_id="garage",
            phases=(ALL_PHASES[phase],),
            minimum_a=MINIMUM_A,
            maximum_a=MAXIMUM_A,
            failsafe_a=0.0,
            step_a=STEP_A,
            priority=number % PRIORITIES if strategy is Strategy.PRIORITY else 0,
        )
        for number, (space, phase) in enumerate(sorted(phases.items()))
    )
    return Site(circuits=(garage,), evses=evses, voltage_v=VOLTAGE_V, policy=ControlPolicy(strategy=strategy))


class Ours:
    """Ticks when a car comes, goes or is full, after each command, when a rise is due, and else each `interval_s`."""

    def __init__(self, site: Site, *, interval_s: float = INTERVAL_S) -> None:
        """Begin with nothing known."""
        self._site, self._interval_s = site, interval_s
        self._state = ControlState()
        self._next_s = 0.0
        self._left_s: dict[str, float] = {}
        self._here: dict[str, Car] = {}
        self.ticks = 0

    def next_s(self, now_s: float) -> float:
        """When it wants to decide again."""
        return max(self._next_s, now_s)

    def decide(self, cars: Iterable[Car], now_s: float, *, news: bool) -> Mapping[Session, float]:
        """One tick."""
        del news
        here = {car.session.space: car for car in cars}
        self._left_s |= dict.fromkeys(self._here.keys() - here.keys(), now_s)
        self._here = here
        decision = step(self._site, self._snapshot(now_s), self._state, {})
        self._state = decision.next_state
        self.ticks += 1
        offers: dict[Session, float] = {}
        for space, car in here.items():
            told = decision.setpoints[space].current_a
            if told is not None and told != car.offered_a:
                offers[car.session] = told
        next_s = now_s + (ACKNOWLEDGED_S if offers else self._interval_s)
        if decision.next_at is not None:
            next_s = min(next_s, max((decision.next_at - START) / timedelta(seconds=1), now_s + AGAIN_S))
        self._next_s = next_s
        return offers

    def _snapshot(self, now_s: float) -> SiteSnapshot:
        at = _at(now_s)
        return SiteSnapshot(
            at=at,
            evses={evse.evse_id: self._status(evse.evse_id, at) for evse in self._site.evses},
            goals={
                space: Goal(departure=_at(car.session.leaves_s), energy_kwh=car.missing_kwh)
                for space, car in self._here.items()
            },
        )

    def _status(self, space: str, at: datetime) -> EvseStatus:
        car = self._here.get(space)
        if car is None:
            since = _at(self._left_s.get(space, 0.0))
            return EvseStatus(reachable=True, reachable_since=START, state=EvState.A, state_at=since, offered_a=0.0)
        return EvseStatus(
            reachable=True,
            reachable_since=START,
            state=EvState.C if car.drawn_a > 0 else EvState.B,
            state_at=_at(car.changed_s),
            offered_a=car.offered_a,
            offered_at=_at(car.offered_s),
            measured_at=at,
            current_a=(car.drawn_a,),
        )


def _at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)
