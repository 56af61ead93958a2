"""The cars of a night come and leave, and what each was given, when and for how much is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from .car import Car
from .electrical import CAR_MINIMUM_A, VOLTAGE_V
from .home import HomeState
from .night import ZONE, Tariff, Visit, moment
from .peers import Bay
from .supply import Supply

SHORT_KWH: Final = 0.3
"""Less than this is not missed: a car tells its charge in whole percents, and what is lost on the way is only estimated."""
J_PER_KWH: Final = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFigures:
    """One car's night."""

    arrived: str
    """Local, HH:MM, as all times here."""
    leaves: str
    wanted_kwh: float
    """In the battery."""
    got_kwh: float
    ready: str | None
    """When it had what was wanted; None: never."""
    soc: float
    """When it left, or at the end; 0 to 1."""
    energy_kwh: float
    """At the charger."""
    cost: float
    """EUR, of that energy; so is the saving."""
    saving: float
    """Against charging at once, whoever comes first, as much as fits beside the house."""
    missed: bool
    """It left with less than was wanted."""


@dataclass(slots=True, kw_only=True)
class HalfHour:
    """Means of half an hour; kW."""

    begins: datetime
    price: float
    seconds: int = 0
    house_kws: float = 0.0
    """kW times seconds, and the cars' likewise."""
    cars_kws: list[float]

    @property
    def house_kw(self) -> float:
        """The mean."""
        return self.house_kws / self.seconds

    @property
    def cars_kw(self) -> list[float]:
        """The means, a car each."""
        return [kws / self.seconds for kws in self.cars_kws]


class _Stay:
    """One visit, under way."""

    def __init__(self, bay: Bay, visit: Visit, begins: datetime) -> None:
        self.bay, self.visit, self.car = bay, visit, bay.car
        self.arrives, self.leaves = moment(begins, visit.arrives), moment(begins, visit.leaves)
        self.began_kwh = bay.car.energy_kwh
        self.wanted_kwh = visit.battery_kwh(bay.spec.car, bay.car.state_of_charge)
        self.here = self.left = False
        self.ready: datetime | None = None
        self.energy_kwh = self.cost = 0.0
        self.at_once_kwh = self.at_once_cost = 0.0

    @property
    def got_kwh(self) -> float:
        return self.car.energy_kwh - self.began_kwh

    def figures(self) -> VisitFigures:
        usual = self.at_once_cost / self.at_once_kwh if self.at_once_kwh else 0.0
        return VisitFigures(
            arrived=_clock(self.arrives),
            leaves=_clock(self.leaves),
            wanted_kwh=round(self.wanted_kwh, 2),
            got_kwh=round(self.got_kwh, 2),
            ready=None if self.ready is None else _clock(self.ready),
            soc=round(self.car.state_of_charge, 3),
            energy_kwh=round(self.energy_kwh, 2),
            cost=round(self.cost, 2),
            # Plus nothing, so that it is not "-0.00".
            saving=round(usual * self.energy_kwh - self.cost, 2) + 0.0 if self.at_once_kwh else 0.0,
            missed=self.left and self.ready is None,
        )


class Visits:
    """All of one night. A second at a time, as the home moves."""

    def __init__(self, bays: Sequence[Bay], *, supply: Supply, tariff: Tariff, begins: datetime) -> None:
        """`begins` is aware, and local."""
        self._supply, self._tariff = supply, tariff
        self._stays = [_Stay(bay, bay.spec.visit, begins) for bay in bays if bay.spec.visit is not None]
        self.half_hours: list[HalfHour] = []

    @property
    def figures(self) -> dict[str, VisitFigures]:
        """So far, by the cars' names."""
        return {stay.visit.car: stay.figures() for stay in self._stays}

    def step(self, state: HomeState) -> list[tuple[Bay, bool]]:
        """One second: who comes (True) or leaves (False) now, and is plugged in or unplugged already."""
        local = state.at.astimezone(ZONE)
        moved: list[tuple[Bay, bool]] = []
        for stay in self._stays:
            if not stay.here and not stay.left and local >= stay.arrives:
                stay.here = True
                stay.bay.outlet.plug(stay.car, state.at)
                moved.append((stay.bay, True))
            if stay.here and local >= stay.leaves:
                stay.here, stay.left = False, True
                stay.bay.outlet.unplug()
                moved.append((stay.bay, False))
        price = self._tariff.price(local)
        self._count(state, local, price)
        self._charge_at_once(state, local, price)
        return moved

    def _count(self, state: HomeState, local: datetime, price: float) -> None:
        row = self._half_hour(local, price, len(state.outlet_w))
        row.seconds += 1
        row.house_kws += state.house_w / 1000
        for place, power_w in enumerate(state.outlet_w):
            row.cars_kws[place] += power_w / 1000
        for stay in self._stays:
            energy_kwh = stay.bay.outlet.power_w / J_PER_KWH
            stay.energy_kwh += energy_kwh
            stay.cost += energy_kwh * price
            if stay.ready is None and stay.here and stay.got_kwh >= stay.wanted_kwh - SHORT_KWH:
                stay.ready = local

    def _charge_at_once(self, state: HomeState, local: datetime, price: float) -> None:
        """What the same second would have been with everybody charging from arrival on."""
        used_a = list(state.house_a)
        for stay in sorted(self._stays, key=lambda stay: stay.arrives):
            model = stay.bay.spec.car
            if not stay.arrives <= local < stay.leaves or stay.at_once_kwh >= stay.wanted_kwh / model.efficiency:
                continue
            most_a = min(model.maximum_a, stay.bay.spec.hardware_maximum_a)
            current_a = min(most_a, self._supply.room_a(tuple(used_a), model.phases))
            if current_a < CAR_MINIMUM_A:
                continue
            for phase in range(model.phases):
                used_a[phase] += current_a
            energy_kwh = current_a * VOLTAGE_V * model.phases / J_PER_KWH
            stay.at_once_kwh += energy_kwh
            stay.at_once_cost += energy_kwh * price

    def _half_hour(self, local: datetime, price: float, cars: int) -> HalfHour:
        begins = local.replace(minute=local.minute // 30 * 30, second=0, microsecond=0)
        if not self.half_hours or self.half_hours[-1].begins != begins:
            self.half_hours.append(HalfHour(begins=begins, price=price, cars_kws=[0.0] * cars))
        return self.half_hours[-1]


def told_percent(car: Car) -> int:
    """Its state of charge as a car tells it: in whole percent, never more than it has."""
    return int(car.state_of_charge * 100 + 1e-9)


def _clock(local: datetime) -> str:
    return f"{local:%H:%M}"
