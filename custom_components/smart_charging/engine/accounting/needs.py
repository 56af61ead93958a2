"""What a battery still needs: goals, turned into what one charger is to give to the car at it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..model.aim import Aim, Caveat
from ..model.evse import Evse
from ..model.goal import Goal
from ..model.goal_set import Due, GoalSet, GoalStrategy, Target, TargetKind, Terms
from ..model.order import Order, Stage
from ..model.vehicle import Vehicle

MOST_KWH: Final = 100.0
"""What is taken for the room in a battery of which nobody knows what it holds: few cars' are larger."""
_MOST_LOST: Final = 0.5
"""Standby is never taken for more of what a charger gives, however little that is."""
_HAIR_KWH: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """How a battery stands. Shares are from 0 to 1."""

    soc: float | None = None
    """None where nobody knows what it holds, so that a share of it would tell nothing."""
    assumed: bool = False
    """Nobody knows `soc`: it is taken to be rather too empty."""
    charged_kwh: float = 0.0
    """What reached it since the car was plugged in."""
    charge_limit: float | None = None
    """Up to which state of charge the car charges by itself; None where it does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedCar:
    """A car at a charger. `charging`: it does so now. `stay`: see `Order`."""

    vehicle: Vehicle
    battery: Battery
    evse: Evse
    given_kwh: float = 0.0
    """What the charger gave since the car was plugged in."""
    voltage_v: float = 230.0
    charging: bool = False
    stay: str = ""

    @property
    def phases(self) -> int:
        """On how many it charges."""
        return min(self.vehicle.phases, len(self.evse.phases))

    @property
    def maximum_a(self) -> float:
        """What both can do."""
        return min(self.vehicle.maximum_a, self.evse.maximum_a)

    @property
    def stored_share(self) -> float:
        """Which share of what the charger gives reaches the battery at that current; at a lower one it is less."""
        power_w = max(1, self.phases) * self.maximum_a * self.voltage_v
        return self.vehicle.efficiency * (1 - min(_MOST_LOST, self.vehicle.standby_w / power_w))


def aim_for(goals: GoalSet, due: Due | None, car: ParkedCar, now: datetime) -> Aim | None:
    """Turn what is wanted into an aim; None where nothing is. What is reached already leaves an aim that needs nothing.

    `due` is the next departure after `now`, UTC.
    """
    terms = goals.terms if due is None else due.terms
    target = goals.target if due is None or due.target is None else due.target
    departure = _ready_at(due, now)
    wanted = due is not None or target is not None or terms.stand_alone
    stages = tuple(_stages(target, terms, departure, car)) if wanted else ()
    at_once_kwh = _at_once_kwh(car)
    must_kwh = max((stage.energy_kwh for stage in stages if stage.most_per_kwh is None), default=0.0)
    if terms.strategy is GoalStrategy.AT_ONCE:
        at_once_kwh = max(at_once_kwh, must_kwh)
    if not wanted and at_once_kwh <= _HAIR_KWH:
        return None
    return Aim(
        order=_order(stages, at_once_kwh, terms, due, car),
        goal=Goal(departure=departure, energy_kwh=max(must_kwh, at_once_kwh) / car.stored_share),
        departure=None if due is None else due.at,
        soc=car.battery.soc,
        caveats=frozenset(_caveats(target, car)),
    )


def room_kwh(car: ParkedCar) -> float:
    """Tell what the battery may take, up to the limits that its owner and the car itself set."""
    capacity_kwh, soc = car.vehicle.capacity_kwh, car.battery.soc
    if capacity_kwh is None or soc is None:
        return max(0.0, MOST_KWH - car.battery.charged_kwh)
    return max(0.0, _limit_soc(car) - soc) * capacity_kwh


def _limit_soc(car: ParkedCar) -> float:
    own = car.battery.charge_limit
    return car.vehicle.limit_soc if own is None else min(own, car.vehicle.limit_soc)


def _ready_at(due: Due | None, now: datetime) -> datetime | None:
    """Tell when it is to be ready; whoever is within the margin and is not yet has until the departure itself."""
    if due is None:
        return None
    ready_at = due.at - timedelta(minutes=due.terms.margin_min)
    return ready_at if ready_at > now else due.at


def _stages(target: Target | None, terms: Terms, departure: datetime | None, car: ParkedCar) -> Iterator[Stage]:
    """List what must be had, and what is wanted only where it is cheap. Without a target that is all that there is room for."""
    price_in_battery = 1 / car.vehicle.efficiency
    energy_kwh = _needed_kwh(target, car)
    at_most = None
    if departure is None and terms.strategy is GoalStrategy.BELOW_PRICE and terms.price_limit is not None:
        # Nothing is missed by waiting for such a price.
        at_most = terms.price_limit * price_in_battery
    yield Stage(energy_kwh=energy_kwh, departure=departure, most_per_kwh=at_most)
    if terms.more is not None and terms.more_below is not None:
        more_kwh = _needed_kwh(terms.more, car)
        if more_kwh > energy_kwh:
            yield Stage(energy_kwh=more_kwh, departure=departure, most_per_kwh=terms.more_below * price_in_battery)


def _needed_kwh(target: Target | None, car: ParkedCar) -> float:
    """Tell what is still to reach the battery, and has room in it."""
    room = room_kwh(car)
    return room if target is None else min(room, max(0.0, _lacking_kwh(target, car)))


def _lacking_kwh(target: Target, car: ParkedCar) -> float:
    capacity_kwh, soc, charged_kwh = car.vehicle.capacity_kwh, car.battery.soc, car.battery.charged_kwh
    match target.kind:
        case TargetKind.ENERGY:
            # It is counted where people read it, at the charger. What a lower current loses more, the next plan knows.
            return (target.amount - car.given_kwh) * car.stored_share
        case TargetKind.RANGE:
            has_kwh = capacity_kwh * soc if capacity_kwh is not None and soc is not None else charged_kwh
            return target.amount / car.vehicle.km_per_kwh - has_kwh
        case TargetKind.SOC if capacity_kwh is not None and soc is not None:
            return (target.amount - soc) * capacity_kwh
    # A share of nobody knows how much: it is charged until the car itself ends.
    return MOST_KWH


def _at_once_kwh(car: ParkedCar) -> float:
    capacity_kwh, soc = car.vehicle.capacity_kwh, car.battery.soc
    if capacity_kwh is None or soc is None:
        return 0.0
    return max(0.0, min(car.vehicle.least_soc, _limit_soc(car)) - soc) * capacity_kwh


def _order(stages: tuple[Stage, ...], at_once_kwh: float, terms: Terms, due: Due | None, car: ParkedCar) -> Order:
    vehicle, evse = car.vehicle, car.evse
    below_price = due is not None and terms.strategy is GoalStrategy.BELOW_PRICE
    hours = terms.hours if terms.strategy is GoalStrategy.CHEAPEST_HOURS else None
    return Order(
        evse_id=evse.evse_id,
        stages=stages,
        room_kwh=room_kwh(car),
        phases=car.phases,
        minimum_a=min(max(vehicle.minimum_a, evse.minimum_a), car.maximum_a),
        maximum_a=car.maximum_a,
        efficiency=vehicle.efficiency,
        standby_w=vehicle.standby_w,
        at_once_kwh=at_once_kwh,
        not_before=None if due is None else due.not_before,
        price_limit=terms.price_limit if below_price else None,
        cheapest=None if hours is None else timedelta(hours=hours),
        last_stretch=timedelta(minutes=terms.last_stretch_min),
        continuous=vehicle.continuous,
        charging=car.charging,
        priority=evse.priority,
        stay=car.stay,
    )


def _caveats(target: Target | None, car: ParkedCar) -> Iterator[Caveat]:
    if car.battery.assumed and (target is None or target.kind is not TargetKind.ENERGY):
        yield Caveat.SOC_ASSUMED
    if target is not None and _lacking_kwh(target, car) > room_kwh(car) + _HAIR_KWH:
        yield Caveat.ABOVE_LIMIT
