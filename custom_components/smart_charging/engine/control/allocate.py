"""Allocate: divide what the constraints leave among the chargers that want it, all of them together.

Minimums first, in the order of the queue; then what the cars are expected to take, by the strategy; then what is left
beyond that, so that nothing stays unused that somebody may still come to want; last the minimums of cars that are done.
Ties are broken by charger id, never by the order in which chargers are listed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import heapify, heappop, heappush
from typing import Final

from ..model.quantities import round_down
from ..model.strategy import Strategy
from .constraint import NEARLY, Bounds, Constraint, Ledger
from .demand import Demand
from .sharing import STRATEGIES, Share, queue

COARSE_A: Final = 0.5
"""Chargers with steps from here on leave so much by rounding down that it is handed out: half a step each, on average."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Allocation:
    """What a charger is given, A per phase, and the constraint that kept it from more (None: it has what it wants)."""

    current_a: float
    bound_by: Constraint | None = None
    passed_over: bool = False
    """Its minimum would fit, if others of its priority did not have theirs: it waits for its turn."""


def allocate(
    constraints: Sequence[Constraint],
    demands: Iterable[Demand],
    strategy: Strategy = Strategy.EQUAL,
    *,
    now: datetime = _EPOCH,
    turn_s: float = 0.0,
    bounds: Mapping[str, Bounds] | None = None,
) -> dict[str, Allocation]:
    """Give every charger 0 or something between its minimum and its maximum, such that every constraint holds.

    Where that cannot be (overloaded without the chargers, or by chargers that cannot be told), all that can pause are
    given 0. Discharging is granted as asked, and not counted as room for others: the car may refuse.
    """
    ledger = Ledger(constraints, bounds=bounds)
    granted: dict[str, Allocation] = {}
    wanting: list[Demand] = []
    for item in demands:
        if item.is_fixed:
            granted[item.evse_id] = Allocation(current_a=item.maximum_a)
            ledger.enter(item.evse_id, max(0.0, item.maximum_a))
        else:
            wanting.append(item)
    # A car that is done would hold its minimum for nothing.
    put_off = [item for item in wanting if item.done and item.can_pause]
    if strategy is Strategy.LAXITY:
        put_off += _unhurried(ledger, wanting)
    later = {item.evse_id for item in put_off}
    ready = [item for item in wanting if item.evse_id not in later] if later else wanting
    sharing = _give_minimums(ledger, ready, granted, now, turn_s)
    bound_by = _share(ledger, sharing, strategy)
    _round(ledger, sharing)
    for item in sharing:
        current_a = ledger.taken[item.evse_id]
        bound = bound_by.get(item.evse_id) if current_a < item.maximum_a - NEARLY else None
        granted[item.evse_id] = Allocation(current_a=current_a, bound_by=bound)
    for item in _give_minimums(ledger, put_off, granted, now, turn_s):
        granted[item.evse_id] = Allocation(current_a=item.minimum_a, bound_by=ledger.room(item.evse_id)[1])
    return granted


def _unhurried(ledger: Ledger, wanting: Sequence[Demand]) -> list[Demand]:
    """Find those that have so much time to spare that, were there no minimums, they would be given nothing yet.

    A minimum for each of them would be taken from those who leave soon [measured: it costs 1 % of what can be delivered].
    """
    loose = Ledger(ledger.constraints, dict(ledger.taken), ledger.bounds)
    flexible = [item for item in wanting if item.can_pause and not item.done]
    for item in wanting:
        loose.enter(item.evse_id, 0.0 if item.can_pause else item.minimum_a)
    _share(loose, flexible, Strategy.LAXITY)
    return [item for item in flexible if loose.taken[item.evse_id] < NEARLY]


def _share(ledger: Ledger, sharing: Sequence[Demand], strategy: Strategy) -> dict[str, Constraint | None]:
    """Raise those who share above what they have: to what they are expected to take, then to what is left beyond that."""
    bound_by: dict[str, Constraint | None] = {}
    # Whom a limit stops below what he is expected to take, it stops below his maximum too.
    modest = [item for item in sharing if item.expected_a is not None and item.expected_a < item.maximum_a]
    for open_ones, cap in ((sharing, _expected_a), (modest, _maximum_a)):
        # By id, so that fractions add up the same in whatever order the chargers are listed.
        ranked = sorted(
            (
                item
                for item in open_ones
                if bound_by.get(item.evse_id) is None and cap(item) > ledger.taken[item.evse_id] + NEARLY
            ),
            key=_evse_id,
        )
        for tier in STRATEGIES[strategy](ranked) if ranked else ():
            bound_by |= _Sweep(ledger, tier, cap).run()
    return bound_by


def _round(ledger: Ledger, sharing: Sequence[Demand]) -> None:
    """Bring those with coarse steps onto them, downwards, and hand out what that leaves, a step each until none has room.

    Who has a step already keeps it, so that none wanders from car to car with each ampere of the house.
    """
    floors: dict[str, float] = {}
    coarse = [item for item in sharing if item.step_a >= COARSE_A]
    left = False
    for item in coarse:
        current_a = ledger.taken[item.evse_id]
        floors[item.evse_id] = max(item.minimum_a, round_down(current_a, item.step_a))
        if current_a > floors[item.evse_id] + NEARLY:
            left = True
            ledger.enter(item.evse_id, floors[item.evse_id])

    def place(item: Demand) -> tuple[float, bool, str]:
        return -item.priority, item.standing_a < floors[item.evse_id] + item.step_a - NEARLY, item.evse_id

    # Also those whose share was whole: what one leaves that is at its most may be another's.
    while left:
        left = False
        for item in sorted(coarse, key=place):
            more_a = floors[item.evse_id] + item.step_a
            if more_a <= item.maximum_a + NEARLY and ledger.room(item.evse_id)[0] >= more_a - NEARLY:
                ledger.enter(item.evse_id, more_a)
                floors[item.evse_id] = more_a
                left = True


def _give_minimums(
    ledger: Ledger, wanting: list[Demand], granted: dict[str, Allocation], now: datetime, turn_s: float
) -> list[Demand]:
    """Enter the minimums of those who can have them, by their turn, and give 0 to the others."""
    ledger.enter_all({item.evse_id: item.minimum_a for item in wanting})
    if ledger.fits:
        return wanting
    for item in wanting:
        ledger.enter(item.evse_id, 0.0)
    alone = {item.evse_id: ledger.room(item.evse_id)[0] for item in wanting}
    sharing: list[Demand] = []
    firm = sorted(queue(wanting, now, turn_s), key=lambda item: item.can_pause)
    for item in firm:
        room, tightest = ledger.room(item.evse_id)
        if room < item.minimum_a - NEARLY and item.can_pause:
            peers = any(other.priority == item.priority for other in sharing)
            passed_over = peers and alone[item.evse_id] >= item.minimum_a - NEARLY
            granted[item.evse_id] = Allocation(current_a=0.0, bound_by=tightest, passed_over=passed_over)
            continue
        ledger.enter(item.evse_id, item.minimum_a)
        sharing.append(item)
    return sharing


def _expected_a(item: Demand) -> float:
    return item.taken_a


def _maximum_a(item: Demand) -> float:
    return item.maximum_a


def _evse_id(item: Demand) -> str:
    return item.evse_id


_FULL: Final = 0
"""A charger of a sweep has all that it may have: it is looked at before the constraint that it fills to the brim."""
_BOUND: Final = 1
_START: Final = 2


class _Sweep:
    """Raises the level of one tier until each of its chargers has enough, or meets a constraint.

    Chargers that are wired alike and want alike move as one group. The level only ever rises, from event to event: a
    group begins to have more, has enough, or a constraint is full; so it takes n log n, however deep the tree.
    """

    def __init__(self, ledger: Ledger, tier: Sequence[Share], cap: Callable[[Demand], float]) -> None:
        self._ledger = ledger
        self._level = 0.0
        self._slope = [0.0] * len(ledger.left)
        self._at = [0.0] * len(ledger.left)
        self._version = [0] * len(ledger.left)
        self._groups: list[tuple[Share, float, float, Bounds, list[str]]] = []
        self._rising: set[int] = set()
        self._members: dict[int, list[int]] = {}
        self._gather(tier, cap)
        self._bound_by: dict[str, Constraint | None] = {}

    def _gather(self, tier: Sequence[Share], cap: Callable[[Demand], float]) -> None:
        found: dict[object, list[str]] = {}
        taken, bounds = self._ledger.taken, self._ledger.bounds
        for share in tier:
            item = share.demand
            cap_a = cap(item)
            floor_a, own = taken[item.evse_id], bounds.get(item.evse_id, ())
            key = (id(own), share.offset_a, share.per_level_a, floor_a, cap_a)
            if (names := found.get(key)) is None:
                found[key] = names = []
                self._groups.append((share, floor_a, cap_a, own, names))
            names.append(item.evse_id)

    def run(self) -> dict[str, Constraint | None]:
        """Let the level rise; give by charger id what stopped it (None: it has what it wants). Currents are in the ledger."""
        events: list[tuple[float, int, int, int]] = []
        for index, (share, floor_a, _, own, _) in enumerate(self._groups):
            events.append(((floor_a - share.offset_a) / share.per_level_a, _START, index, 0))
            for row, _ in own:
                self._members.setdefault(row, []).append(index)
        heapify(events)
        self._level = events[0][0]
        self._at = [self._level] * len(self._at)
        while events:
            level, kind, index, version = heappop(events)
            if kind == _BOUND and version != self._version[index]:
                continue
            self._level = level
            if kind == _START:
                self._start(index, events)
            elif kind == _FULL:
                self._stop(index, None, events)
            else:
                bound = self._ledger.constraints[index]
                for group in self._members[index]:
                    self._stop(group, bound, events)
        return self._bound_by

    def _start(self, index: int, events: list[tuple[float, int, int, int]]) -> None:
        share, _, cap_a, own, names = self._groups[index]
        for row, _ in own:
            self._settle(row)
            if self._ledger.left[row] <= NEARLY:
                self._bound_by |= dict.fromkeys(names, self._ledger.constraints[row])
                return
        self._rising.add(index)
        heappush(events, ((cap_a - share.offset_a) / share.per_level_a, _FULL, index, 0))
        self._turn(own, share.per_level_a * len(names), events)

    def _stop(self, index: int, bound: Constraint | None, events: list[tuple[float, int, int, int]]) -> None:
        if index not in self._rising:
            return
        self._rising.remove(index)
        share, floor_a, cap_a, own, names = self._groups[index]
        current_a = min(max(share.offset_a + share.per_level_a * self._level, floor_a), cap_a)
        if bound is None:
            current_a = cap_a
        self._turn(own, -share.per_level_a * len(names), events)
        for name in names:
            self._ledger.taken[name] = current_a
            self._bound_by[name] = bound

    def _turn(self, own: Bounds, slope: float, events: list[tuple[float, int, int, int]]) -> None:
        """Let the use of these constraints rise faster from here, or slower, and note when they will be full."""
        for row, weight in own:
            self._settle(row)
            self._slope[row] += weight * slope
            self._version[row] += 1
            if self._slope[row] > NEARLY:
                full_at = self._level + max(0.0, self._ledger.left[row]) / self._slope[row]
                heappush(events, (full_at, _BOUND, row, self._version[row]))

    def _settle(self, row: int) -> None:
        """Bring what is left of a constraint to the present level."""
        self._ledger.left[row] -= self._slope[row] * (self._level - self._at[row])
        self._at[row] = self._level
