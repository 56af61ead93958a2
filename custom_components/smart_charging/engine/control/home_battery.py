"""What a home battery is told, where its owner lets it be steered: by itself, held, or charged from the grid.

It is told something else than *by itself* only while all is known that has to be. A hold is not worth a trip: it ends where
the supply is overloaded and no car is left that could give way.
"""

import math
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from ..model.battery_order import BatteryCause, BatteryOrder, BatteryWay
from ..model.battery_plan import BatteryPlan, BatterySlot
from ..model.battery_steering import BatterySteering
from ..model.decision import Decision
from ..model.site import Site
from ..model.snapshot import SiteSnapshot
from .battery_sight import Sight

EXCESS_W: Final = 300.0
"""So much beyond the sun is worth a hold; less is a car that follows the sun, and lags."""
CALM_W: Final = 100.0
"""Below this nothing is taken beyond the sun any more."""
EXCESS_S: Final = 15.0
"""A car that follows the sun has followed a cloud by then."""
CALM_S: Final = 60.0
"""A car that goes down for a moment is no reason to let the battery go."""
LEAST_S: Final = 300.0
"""So long it stays held, and so long it waits after a hold or a charge that ended early: relays wear, and memory does."""
SHORT_S: Final = 600.0
"""After the site was short of room it is not charged from the grid for so long."""
SPARE_W: Final = 200.0
"""To begin to charge there has to be so much more room than it needs."""
STEP_W: Final = 100.0
"""The power that it charges with is told in these steps."""
RISE_S: Final = 60.0
"""It is told more at the most this often; less at once."""
LEAST_CHARGE_W: Final = 500.0
"""To charge with less would leave most of it in the inverter."""
GIVES_S: Final = 180.0
"""What is told to give nothing has stopped by then: clouds of makers are asked once a minute."""
FULL_SOC: Final = 0.99
"""Some never say more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryMemory:
    """What is told, and what is remembered from tick to tick. Times are UTC; None: not so."""

    order: BatteryOrder = field(default_factory=BatteryOrder)
    since: datetime | None = None
    """Since when it is told this way."""
    told_at: datetime | None = None
    """When it was last told a power."""
    excess_since: datetime | None = None
    """Since when cars take more than the sun gives."""
    calm_since: datetime | None = None
    """Since when they do not."""
    gives_since: datetime | None = None
    """Since when it gives though it is told not to."""
    free_until: datetime | None = None
    """Until then it is left to itself, whatever is wanted."""
    no_charge_until: datetime | None = None
    """Until then it is not charged from the grid."""


def steer(
    site: Site,
    snapshot: SiteSnapshot,
    decision: Decision,
    *,
    steering: BatterySteering,
    plan: BatteryPlan | None,
    memory: BatteryMemory,
) -> BatteryMemory:
    """Decide what the battery is told: `order` of what is given back. The same arguments give the same order."""
    now, sight = snapshot.at, Sight(site=site, snapshot=snapshot, decision=decision)
    memory = _noted(_as_of(memory, now), sight, now)
    order = _Round(sight=sight, steering=steering, plan=plan, memory=memory, now=now).order()
    before = memory.order
    if order.way is not before.way:
        memory = replace(memory, since=now)
        if before.way is BatteryWay.CHARGE:
            memory = replace(memory, no_charge_until=_later(memory.no_charge_until, now, LEAST_S))
        if before.way is not BatteryWay.BY_ITSELF and order.cause in _TROUBLES:
            memory = replace(memory, free_until=now + _s(LEAST_S))
    if memory.gives_since is not None and now - memory.gives_since >= _s(GIVES_S):
        order = replace(order, gives=order.way is not BatteryWay.BY_ITSELF)
    if order.power_w != before.power_w:
        memory = replace(memory, told_at=now)
    return replace(memory, order=order)


_TROUBLES: Final = frozenset({BatteryCause.METER_SILENT, BatteryCause.BATTERY_SILENT, BatteryCause.NO_ROOM})


def _noted(memory: BatteryMemory, sight: Sight, now: datetime) -> BatteryMemory:
    """Note since when cars take more than the sun gives, and that the site is short of room."""
    excess_w = sight.excess_w
    gives = memory.order.way is not BatteryWay.BY_ITSELF and sight.battery_w <= -EXCESS_W
    return replace(
        memory,
        excess_since=(memory.excess_since or now) if excess_w >= EXCESS_W else None,
        calm_since=(memory.calm_since or now) if excess_w < CALM_W else None,
        gives_since=(memory.gives_since or now) if gives else None,
        no_charge_until=_later(memory.no_charge_until, now, SHORT_S) if sight.is_short else memory.no_charge_until,
    )


def _as_of(memory: BatteryMemory, now: datetime) -> BatteryMemory:
    """Forget what is over. Where the clock went back nothing lasts for longer by that."""
    return replace(
        memory,
        since=_past(memory.since, now),
        told_at=_past(memory.told_at, now),
        excess_since=_past(memory.excess_since, now),
        calm_since=_past(memory.calm_since, now),
        gives_since=_past(memory.gives_since, now),
        free_until=_due(memory.free_until, now, LEAST_S),
        no_charge_until=_due(memory.no_charge_until, now, SHORT_S),
    )


def _past(at: datetime | None, now: datetime) -> datetime | None:
    return None if at is None else min(at, now)


def _due(at: datetime | None, now: datetime, longest_s: float) -> datetime | None:
    return None if at is None or at <= now else min(at, now + _s(longest_s))


def _later(at: datetime | None, now: datetime, seconds: float) -> datetime:
    return max(at or now, now + _s(seconds))


def _s(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """One decision: who comes first is asked first."""

    sight: Sight
    steering: BatterySteering
    plan: BatteryPlan | None
    memory: BatteryMemory
    now: datetime

    def order(self) -> BatteryOrder:
        trouble = self._trouble()
        if trouble is not None:
            return BatteryOrder(cause=trouble)
        if self.memory.free_until is not None:
            return BatteryOrder(cause=BatteryCause.REST, until=self.memory.free_until)
        return self._charge() or self._hold() or self._nothing()

    def _trouble(self) -> BatteryCause | None:
        """Tell what it has to be left to itself for at once."""
        battery = self.sight.battery
        if not self.sight.knows_meter:
            return BatteryCause.METER_SILENT
        if battery is None or (self.steering.tells_soc and battery.soc is None):
            return BatteryCause.BATTERY_SILENT
        return BatteryCause.NO_ROOM if self.sight.is_helpless else None

    def _charge(self) -> BatteryOrder | None:
        slot = self._slot(BatteryWay.CHARGE)
        if slot is None or self._is_filled(slot) or self.memory.no_charge_until is not None:
            return None
        power_w = self._power_w(slot)
        if power_w is None:
            return None
        return BatteryOrder(way=BatteryWay.CHARGE, cause=BatteryCause.CHEAP, power_w=power_w, until=self._until())

    def _power_w(self, slot: BatterySlot) -> float | None:
        """Tell with how much it may charge from the grid; None: not now."""
        most_w, charges = self.steering.charge_w, self.memory.order.way is BatteryWay.CHARGE
        if most_w is None:
            return None
        room_w = self.sight.room_w(most_w) - (0.0 if charges else SPARE_W)
        if not self.steering.adjustable:
            return most_w if most_w <= room_w else None
        power_w = math.floor(min(most_w, 1000 * slot.power_kw, room_w) / STEP_W) * STEP_W
        before_w, told_at = self.memory.order.power_w, self.memory.told_at
        if charges and before_w is not None and told_at is not None and self.now - told_at < _s(RISE_S):
            power_w = min(power_w, before_w)
        return power_w if power_w >= LEAST_CHARGE_W else None

    def _hold(self) -> BatteryOrder | None:
        if not self.steering.fills_cars and self._is_for_car():
            return BatteryOrder(way=BatteryWay.HOLD, cause=BatteryCause.CAR)
        filled = self._slot(BatteryWay.CHARGE)
        if self._slot(BatteryWay.HOLD) is not None or (filled is not None and self._is_filled(filled)):
            return BatteryOrder(way=BatteryWay.HOLD, cause=BatteryCause.KEPT, until=self._until())
        since = self.memory.since
        if self.memory.order.way is BatteryWay.HOLD and since is not None and self.now - since < _s(LEAST_S):
            return BatteryOrder(way=BatteryWay.HOLD, cause=BatteryCause.REST, until=since + _s(LEAST_S))
        return None

    def _nothing(self) -> BatteryOrder:
        if self._slot(BatteryWay.CHARGE) is not None:
            return BatteryOrder(cause=BatteryCause.NO_ROOM, until=self.memory.no_charge_until)
        return BatteryOrder()

    def _is_for_car(self) -> bool:
        """Tell whether a car takes more than the sun gives: for a while now, or until a while ago."""
        order, calm_since, excess_since = self.memory.order, self.memory.calm_since, self.memory.excess_since
        if order.way is BatteryWay.HOLD and order.cause is BatteryCause.CAR:
            return calm_since is None or self.now - calm_since < _s(CALM_S)
        return excess_since is not None and self.now - excess_since >= _s(EXCESS_S)

    def _is_filled(self, slot: BatterySlot) -> bool:
        """Tell whether it has what a slot is to bring it; who does not say is taken to have it."""
        soc = None if self.sight.battery is None else self.sight.battery.soc
        return soc is None or soc >= min(FULL_SOC, slot.soc)

    def _slot(self, way: BatteryWay) -> BatterySlot | None:
        slot = None if self.plan is None else self.plan.at(self.now)
        return slot if slot is not None and slot.way is way else None

    def _until(self) -> datetime | None:
        return None if self.plan is None else self.plan.until(self.now)
