"""A home with several chargers, circuits and an appliance, steered by the engine through the real dispatcher."""

import asyncio
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from custom_components.smart_charging.dispatch import Dispatcher
from custom_components.smart_charging.engine.control.allocate import allocate
from custom_components.smart_charging.engine.control.constraint import Constraint
from custom_components.smart_charging.engine.control.demand import Demand
from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.decision import Decision
from custom_components.smart_charging.engine.model.evse import Evse
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.load import LoadStatus, SheddableLoad
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.policy import ControlPolicy
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from custom_components.smart_charging.engine.model.reason import Reason, ReasonCode
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState
from demo.appliance import Appliance
from demo.car import Car
from demo.circuit import HomeCircuit
from demo.home import Home, HomeState
from demo.outlet import Outlet
from demo.scenario import Scenario
from demo.score import OverloadClock
from demo.trace import HouseLoad
from tests.simulation.driver import OutletDriver
from tests.simulation.world import FAILSAFE_A, START, WATCHDOG_S

TICKS_AT_LEAST_EVERY_S = 10
SWITCHES_AFTER_S = 1.0
"""A relay in the home is switched over the radio."""
WANTED = Reason(code=ReasonCode.AT_MAXIMUM)


@dataclass
class Figures:
    """What came of it."""

    trips: int = 0
    longest_overload_s: int = 0
    """The longest row of seconds in which cars kept a limit exceeded."""
    given_kwh: dict[str, float] = field(default_factory=dict[str, float])
    possible_kwh: float = 0.0
    """What all cars together could have been given by one who knows everything, and shares as we do."""
    commands: int = 0
    switched: int = 0
    """How often the appliances were switched off."""
    decisions: list[Decision] = field(default_factory=list[Decision])

    @property
    def share(self) -> float:
        """Of what could have been given."""
        return sum(self.given_kwh.values()) / self.possible_kwh


class Estate:
    """One of the demo's scenarios, as it is wired there."""

    def __init__(
        self, scenario: Scenario, house: HouseLoad, *, meter_s: int = 1, policy: ControlPolicy | None = None
    ) -> None:
        self.scenario = scenario
        self.outlets = [Outlet(wiring=bay.wiring, hardware_maximum_a=bay.hardware_maximum_a) for bay in scenario.bays]
        for number, (bay, outlet) in enumerate(zip(scenario.bays, self.outlets, strict=True)):
            outlet.plug(Car(bay.car, state_of_charge=bay.state_of_charge, seed=number), START)
        self.appliances = [
            Appliance(item.name, power_w=item.power_w, wiring=item.wiring) for item in scenario.appliances
        ]
        self.home = Home(
            house=house,
            supply=scenario.supply,
            outlets=self.outlets,
            appliances=self.appliances,
            circuits=[
                HomeCircuit(
                    spec.name,
                    limit_a=spec.limit_a,
                    phases=scenario.supply.phases,
                    outlets=[outlet for bay, outlet in self._bays if bay.circuit == spec.name],
                )
                for spec in scenario.circuits
            ],
        )
        self.second = 0
        self.drivers = {
            bay.station: OutletDriver(outlet, self.now, seed=number) for number, (bay, outlet) in enumerate(self._bays)
        }
        self.site = self._site(policy or ControlPolicy(), meter_s)
        self.state = ControlState()
        self.dispatcher = self._new_dispatcher()
        self.meter_s = meter_s
        self.meter_says: Callable[[tuple[float, ...]], tuple[float, ...] | None] = lambda flows: flows
        """What the meter makes of what flows; None while it is silent."""
        self.reading: MeterReading | None = None
        self.shed: frozenset[str] = frozenset()
        self.figures = Figures(given_kwh=dict.fromkeys(self.drivers, 0.0))
        self._overload = OverloadClock()

    @property
    def _bays(self) -> list[tuple]:  # type: ignore[type-arg]  # of BaySpec and Outlet
        return list(zip(self.scenario.bays, self.outlets, strict=True))

    def now(self) -> datetime:
        """The time in the home, UTC."""
        return START + timedelta(seconds=self.second)

    def _new_dispatcher(self) -> Dispatcher:
        return Dispatcher(self.drivers, self.now)

    def _site(self, policy: ControlPolicy, meter_s: int) -> Site:
        rating = LimitSource.RATING
        root = Circuit(
            circuit_id="site",
            phases=ALL_PHASES,
            limits=(Limit(source=rating, current_a=self.scenario.supply.limit_a),),
            metered=True,
            meter_period_s=meter_s,
            stale_after_s=3.0 * meter_s + 7,
        )
        below = [
            Circuit(
                circuit_id=spec.name,
                phases=ALL_PHASES,
                limits=(Limit(source=rating, current_a=spec.limit_a),),
                parent_id="site",
            )
            for spec in self.scenario.circuits
        ]
        return Site(
            circuits=(root, *below),
            evses=tuple(
                Evse(
                    evse_id=bay.station,
                    circuit_id=bay.circuit or "site",
                    phases=tuple(ALL_PHASES[index] for index in bay.wiring),
                    maximum_a=bay.hardware_maximum_a,
                    failsafe_a=FAILSAFE_A,
                    step_a=0.1,
                    watchdog_s=float(WATCHDOG_S),
                )
                for bay in self.scenario.bays
            ),
            loads=tuple(
                SheddableLoad(
                    load_id=item.name,
                    circuit_id="site",
                    phases=tuple(ALL_PHASES[index] for index in item.wiring),
                    power_w=item.power_w,
                )
                for item in self.scenario.appliances
            ),
            policy=policy,
        )

    async def live(self, seconds: int, happens: Mapping[int, Callable[[], None]] | None = None) -> Figures:
        """Live for so long; `happens` says what, at which second."""
        for _ in range(seconds):
            if (event := (happens or {}).get(self.second)) is not None:
                event()
            home = self.home.step(self.now())
            self._score(home)
            for driver in self.drivers.values():
                driver.observe(self.second)
            if self.second % self.meter_s == 0:
                self._read(home)
            if self.second % min(self.meter_s, TICKS_AT_LEAST_EVERY_S) == 0:
                self._tick()
            self.second += 1
            await asyncio.sleep(1)
        await self.dispatcher.stop()
        self.figures.trips = self.home.trips
        self.figures.longest_overload_s = self._overload.longest_s
        self.figures.commands = sum(len(driver.told) for driver in self.drivers.values())
        return self.figures

    def let_meter_say(self, current_a: float | None) -> None:
        """From now on the meter says this of each phase; None: nothing at all."""
        self.meter_says = lambda _: None if current_a is None else (current_a,) * len(ALL_PHASES)

    def mend_meter(self) -> None:
        """From now on it says what flows."""
        self.meter_says = lambda flows: flows

    def restart(self) -> None:
        """Home Assistant starts anew: what was remembered is gone, and what was under way is not waited for."""
        asyncio.get_running_loop().create_task(self.dispatcher.stop())
        self.state, self.dispatcher = ControlState(), self._new_dispatcher()

    def _read(self, home: HomeState) -> None:
        said = self.meter_says(home.total_a)
        if said is not None:
            self.reading = MeterReading(at=self.now(), current_a=dict(zip(ALL_PHASES, said, strict=True)))

    def _tick(self) -> None:
        snapshot = SiteSnapshot(
            at=self.now(),
            meters={} if self.reading is None else {"site": self.reading},
            evses={evse_id: driver.status for evse_id, driver in self.drivers.items()},
            loads={
                item.name: LoadStatus(reachable=True, on=item.on, shed=item.name in self.shed)
                for item in self.appliances
            },
        )
        decision = step(self.site, snapshot, self.state, {})
        self.state = decision.next_state
        self.figures.decisions.append(decision)
        self.dispatcher.dispatch(decision)
        for item in self.appliances:
            if (item.name in decision.shed_loads) is not (item.name in self.shed):
                self.figures.switched += item.name in decision.shed_loads
                self._switch(item, on=item.name not in decision.shed_loads)
        self.shed = decision.shed_loads

    @staticmethod
    def _switch(item: Appliance, *, on: bool) -> None:
        asyncio.get_running_loop().call_later(SWITCHES_AFTER_S, setattr, item, "on", on)

    def _score(self, home: HomeState) -> None:
        figures = self.figures
        for evse_id, power_w in zip(self.drivers, home.outlet_w, strict=True):
            figures.given_kwh[evse_id] += power_w / 3_600_000
        figures.trips += sum(circuit.tripped for circuit in home.circuits)
        ours = self.scenario.supply.calls_for_less(home.house_a, home.car_a, above_a=0.5)
        self._overload.step(exceeded=ours or any(circuit.exceeded for circuit in home.circuits))
        if self.second % 10 == 0:
            figures.possible_kwh += 10 * self._possible_w(home) / 3_600_000

    def _possible_w(self, home: HomeState) -> float:
        """What all cars could be given in this second by one who knows what the house takes."""
        uses = {
            bay.station: [ALL_PHASES[index] for index in bay.wiring[: outlet.car_phases]] for bay, outlet in self._bays
        }
        wants = {
            bay.station: outlet.car.capability_a(bay.hardware_maximum_a) / outlet.car.model.draws if outlet.car else 0.0
            for bay, outlet in self._bays
        }
        rooms = [
            (circuit, phase, math.inf if limit.current_a is None else limit.current_a)
            for circuit in self.site.circuits
            for limit in circuit.limits
            for phase in circuit.phases
        ]
        house = dict(zip(ALL_PHASES, home.house_a, strict=True))
        constraints = [
            self._room(circuit, phase, limit_a - (house[phase] if circuit.parent_id is None else 0.0), uses)
            for circuit, phase, limit_a in rooms
        ]
        demands = [
            Demand(evse_id=name, minimum_a=6.0, maximum_a=wanted_a, reason=WANTED) for name, wanted_a in wants.items()
        ]
        given = allocate(constraints, demands)
        draws = {bay.station: bay.car.draws for bay in self.scenario.bays}
        return sum(draws[name] * allocation.current_a * 230 * len(uses[name]) for name, allocation in given.items())

    def _room(self, circuit: Circuit, phase: Phase, left_a: float, uses: Mapping[str, list[Phase]]) -> Constraint:
        below = [evse.evse_id for evse in self.site.evses_below(circuit.circuit_id)]
        return Constraint(
            circuit_id=circuit.circuit_id,
            phase=phase,
            limit=circuit.limits[0],
            capacity=left_a,
            weights={name: 1.0 for name in below if phase in uses[name]},
        )
