"""Sessions from what is wanted to what is there: a car that loses 250 W and 7 % ends where its goal says."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charging.engine.accounting.needs import Battery, ParkedCar, aim_for
from custom_components.smart_charging.engine.accounting.session import SessionEnergy, update
from custom_components.smart_charging.engine.accounting.soc import follow
from custom_components.smart_charging.engine.model.aim import Aim
from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus, EvState
from custom_components.smart_charging.engine.model.goal_set import Due, GoalSet, Target, TargetKind
from custom_components.smart_charging.engine.model.plan import Plan
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.soc import Count, KnownSoc, ToldSoc
from custom_components.smart_charging.engine.model.tariff import PriceSlot, Tariff
from custom_components.smart_charging.engine.model.vehicle import Vehicle
from custom_components.smart_charging.engine.planning.appetite import Appetite, as_seen
from custom_components.smart_charging.engine.planning.planner import make_plans
from custom_components.smart_charging.engine.planning.question import Question

EVENING = datetime(2026, 3, 2, 20, tzinfo=UTC)
MORNING = EVENING + timedelta(hours=12)
MINUTE = timedelta(minutes=1)
PLANNED_EACH_MIN = 15
FOUND = 0.2
"""How full it comes."""
EFFICIENCY, STANDBY_KW = 0.93, 0.25
TARIFF = Tariff(
    currency="EUR",
    prices=tuple(
        PriceSlot(
            start=EVENING + timedelta(hours=hour),
            end=EVENING + timedelta(hours=hour + 1),
            price_per_kwh=0.1 if hour % 3 else 0.3,
        )
        for hour in range(12)
    ),
)
"""Two cheap hours, a dear one, and so on: it pauses now and then."""


@dataclass
class Night:
    """A car of 50 kWh that told how full it is when it came, and nothing since; a charger that counts in steps of 0.01 kWh."""

    target: Target
    phases: int
    maximum_a: float
    takes_a: float
    """More it does not take, as was seen."""
    given_kwh: float = 0.0
    stored_kwh: float = 0.0
    session: SessionEnergy = field(default_factory=SessionEnergy)
    known: KnownSoc | None = None
    plan: Plan = field(default_factory=lambda: Plan(slots=()))

    def __post_init__(self) -> None:
        self.vehicle = Vehicle(vehicle_id="zoe", capacity_kwh=50.0, phases=self.phases, maximum_a=self.maximum_a)
        self.evse = Evse(evse_id="garage", circuit_id="site", phases=ALL_PHASES[: self.phases])
        self.site = Site(
            circuits=(Circuit(circuit_id="site", phases=ALL_PHASES[: self.phases], limits=()),), evses=(self.evse,)
        )

    def run(self) -> None:
        for minute in range(12 * 60):
            at = EVENING + minute * MINUTE
            slot = self.plan.at(at)
            current_a = 0.0 if slot is None else min(self.takes_a, slot.current_a)
            aim = self._look(at, charging=current_a > 0)
            if minute % PLANNED_EACH_MIN == 0:
                question = Question(
                    at=at,
                    site=self.site,
                    orders={"garage": as_seen(aim.order, Appetite(self.takes_a))},
                    tariff=TARIFF,
                    before={"garage": self.plan},
                )
                self.plan = make_plans(question)["garage"]
            if current_a > 0:
                power_kw = current_a * self.phases * 0.23
                self.given_kwh += power_kw / 60
                self.stored_kwh += EFFICIENCY * (power_kw - STANDBY_KW) / 60

    def _look(self, at: datetime, *, charging: bool) -> Aim:
        status = EvseStatus(
            reachable=True,
            state=EvState.C if charging else EvState.B,
            energy_kwh=1000 + round(self.given_kwh, 2),
            measured_at=at,
        )
        self.session = update(self.session, status, at)
        count = Count(
            evse_id="garage",
            started_at=self.session.started_at,
            energy_kwh=self.session.energy_kwh,
            charging_h=self.session.charging_h,
        )
        told = ToldSoc(value=FOUND, at=EVENING)
        self.known = follow(self.known, told, count, self.vehicle, at=at, max_age=timedelta(hours=2))
        assert self.known is not None
        car = ParkedCar(
            vehicle=self.vehicle,
            battery=Battery(soc=self.known.told.value + self.known.added),
            evse=self.evse,
            given_kwh=self.session.energy_kwh or 0.0,
            charging=charging,
        )
        aim = aim_for(GoalSet(), Due(at=MORNING, target=self.target), car, at)
        assert aim is not None
        return aim


CARS = [
    pytest.param(3, 16.0, 16.0, id="11 kW"),
    pytest.param(1, 16.0, 16.0, id="3.7 kW"),
    pytest.param(1, 32.0, 11.0, id="7.4 kW, of which it takes 2.5"),
]


@pytest.mark.parametrize(("phases", "maximum_a", "takes_a"), CARS)
def test_20_kwh_are_20_kwh_on_the_charger_s_display(phases: int, maximum_a: float, takes_a: float) -> None:
    night = Night(Target(kind=TargetKind.ENERGY, amount=20.0), phases, maximum_a, takes_a)
    night.run()
    assert night.given_kwh == pytest.approx(20.0, rel=0.01)


@pytest.mark.parametrize(("phases", "maximum_a", "takes_a"), CARS)
def test_60_percent_are_60_percent_of_the_battery(phases: int, maximum_a: float, takes_a: float) -> None:
    night = Night(Target(kind=TargetKind.SOC, amount=0.6), phases, maximum_a, takes_a)
    night.run()
    assert night.stored_kwh == pytest.approx((0.6 - FOUND) * 50.0, rel=0.01)
