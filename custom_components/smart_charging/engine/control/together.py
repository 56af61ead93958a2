"""Together: all the chargers that listen, decided in one go: allocate, damp, explain."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from ..model.decision import Setpoint
from ..model.reason import ReasonCode
from ..model.site import Site
from ..model.state import EvseMemory
from .allocate import Allocation, allocate
from .apart import Decided
from .constraint import Bounds, Constraint, Ledger
from .damping import Candidate, claims, damp, standing_a
from .demand import Demand
from .draw import Draw
from .explain import explain
from .headroom import Capacity
from .shed import Look
from .starting import may_be_starting
from .switching import after_car
from .view import EvseView


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was decided for all chargers, and what the loads are to reckon with."""

    decided: Mapping[str, Decided]
    wanted: Mapping[str, Demand]
    drawing_a: Mapping[str, float]
    started_at: datetime | None
    wished_a: Callable[[Sequence[Look]], Mapping[str, float]]
    """What the chargers would take if the limits did not exist under which these loads count, A per phase, by their id."""


@dataclass(slots=True, kw_only=True, eq=False)
class Together:
    """Decides for all chargers together: allocate for what may be held and for what may be had, damp, explain."""

    site: Site
    now: datetime
    capacity: Capacity
    views: Mapping[str, EvseView]
    demands: Mapping[str, Demand]
    draws: Mapping[str, Draw]
    apart: Mapping[str, Decided]
    if_started: Capacity | None = None
    """What there is if those whose cars may be starting have started; None where none may be."""
    wishes: int = 0
    """So many of the last constraints are wishes: they lower, and nobody is given more because of them."""

    def decide(self, started_at: datetime | None) -> Outcome:
        """Decide for all of them; `started_at` is when a charger or a load was last started, UTC."""
        for evse_id, item in self.demands.items():
            item.standing_a = standing_a(self.views[evse_id])
        wanted = {
            evse_id: replace(item, maximum_a=self.apart[evse_id].reserved_a, pinned=True)
            if evse_id in self.apart
            else item
            for evse_id, item in self.demands.items()
        }
        rises = self._allocate(self.capacity.for_rises, wanted)
        # A charger that may not start yet keeps nobody waiting: the others go on as if it were not there.
        idle = [evse_id for evse_id, view in self.views.items() if not wanted[evse_id].is_fixed and not claims(view)]
        holding, firm_a = wanted, dict[str, float]()
        if idle:
            firm_a = self._firm_a(idle, rises, wanted)
            holding = wanted | {evse_id: replace(wanted[evse_id], maximum_a=0.0) for evse_id in idle}
            rises = self._allocate(self.capacity.for_rises, holding) | {evse_id: rises[evse_id] for evse_id in idle}
        holds = self._allocate(self.capacity.for_holds, holding)
        if self.if_started is not None:
            spared = self._allocate(self.if_started.for_holds, holding, self.if_started.bounds)
            holds |= {evse_id: spared[evse_id] for evse_id, view in self.views.items() if may_be_starting(view)}
        for evse_id in holds.keys() - idle:
            # What could not be held is not given: it would be taken back in the next tick.
            if holds[evse_id].current_a < rises[evse_id].current_a:
                rises[evse_id] = holds[evse_id]
        drawing_a = {evse_id: max(0.0, *draw.most_a.values()) for evse_id, draw in self.draws.items()}
        candidates = [
            Candidate(
                view=view,
                demand=self.demands[evse_id],
                standing_a=self.demands[evse_id].standing_a,
                drawing_a=drawing_a[evse_id],
                hold=holds[evse_id],
                rise=rises[evse_id],
                firm_a=firm_a.get(evse_id, 0.0),
            )
            for evse_id, view in self.views.items()
            if evse_id not in self.apart
        ]
        reserved = {evse_id: decided.reserved_a for evse_id, decided in self.apart.items()}
        ledger = Ledger(self.capacity.for_rises, reserved, self.capacity.bounds)
        damped = damp(candidates, ledger, started_at)
        together = {item.demand.evse_id: _decided(item, damped.memories[item.demand.evse_id]) for item in candidates}
        return Outcome(
            decided={**self.apart, **together},
            wanted=wanted,
            wished_a=lambda looks: self._wished_a(looks, wanted),
            drawing_a=drawing_a | reserved,
            started_at=damped.started_at,
        )

    def _firm_a(
        self, idle: Sequence[str], shares: Mapping[str, Allocation], wanted: Mapping[str, Demand]
    ) -> dict[str, float]:
        """Tell what room each of these has when all the others who are to be served have no more than their minimums."""
        least = {
            evse_id: share.current_a if wanted[evse_id].is_fixed else min(share.current_a, wanted[evse_id].minimum_a)
            for evse_id, share in shares.items()
        }
        ledger = Ledger(self.capacity.for_rises, least, self.capacity.bounds)
        return {evse_id: ledger.room(evse_id)[0] for evse_id in idle if not wanted[evse_id].done}

    def _wished_a(self, looks: Sequence[Look], wanted: Mapping[str, Demand]) -> dict[str, float]:
        if not looks:
            return {}
        counted = {index for look in looks for index in look.rows}
        boundless = tuple(
            replace(item, capacity=math.inf) if index in counted else item
            for index, item in enumerate(self.capacity.for_rises)
        )
        given = self._allocate(boundless, wanted)
        return {evse_id: min(item.current_a, wanted[evse_id].taken_a) for evse_id, item in given.items()}

    def _allocate(
        self,
        constraints: tuple[Constraint, ...],
        wanted: Mapping[str, Demand],
        bounds: Mapping[str, Bounds] | None = None,
    ) -> dict[str, Allocation]:
        divide = partial(
            allocate,
            demands=wanted.values(),
            strategy=self.site.policy.strategy,
            now=self.now,
            turn_s=self.site.policy.turn_s,
        )
        given = divide(constraints, bounds=self.capacity.bounds if bounds is None else bounds)
        if not self.wishes:
            return given
        # What a wish takes from one is nobody else's.
        limits_alone = divide(constraints[: -self.wishes])
        return {
            evse_id: item if item.current_a < limits_alone[evse_id].current_a else limits_alone[evse_id]
            for evse_id, item in given.items()
        }


def _decided(item: Candidate, memory: EvseMemory) -> Decided:
    reason = explain(item, memory)
    setpoint = Setpoint(evse_id=item.demand.evse_id, current_a=memory.setpoint_a, reason=reason)
    if reason.code is ReasonCode.NO_CAR:
        # The next car starts afresh: it may have at once what the charger offers by itself, if that fits.
        memory = EvseMemory(
            target_a=memory.target_a,
            target_since=memory.target_since,
            past_targets=memory.past_targets,
            phases=after_car(memory.phases),
        )
    return Decided(setpoint=setpoint, memory=memory)
