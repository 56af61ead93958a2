from datetime import datetime, timedelta

import pytest

from demo.appliance import Appliance
from demo.car import Car, CarModel
from demo.circuit import HomeCircuit
from demo.home import Home, HomeState
from demo.outlet import Outlet
from demo.supply import parse_supply
from demo.switchgear import DARK_S
from demo.trace import HouseLoad, Trace

from .conftest import Clock

START = datetime(2026, 1, 15, 18, 0)  # noqa: DTZ001 traces are in naive local time


def home(*watts: float, supply: str = "9kVA", phases: int = 1) -> Home:
    times = tuple(START + timedelta(minutes=minute) for minute in range(len(watts)))
    trace = Trace(name="load.csv", times=times, watts=watts, step=timedelta(minutes=1))
    house = HouseLoad(trace, start=START, phases=phases)
    return Home(house=house, supply=parse_supply(supply, phases), outlets=[Outlet(phases=phases)])


def run(home: Home, clock: Clock, seconds: int) -> list[HomeState]:
    return [home.step(clock.advance(1)) for _ in range(seconds)]


def test_the_meter_sees_the_house_and_the_car(clock: Clock) -> None:
    simulated = home(2300.0, 4600.0)
    simulated.outlets[0].plug(Car(), clock.now)
    state = run(simulated, clock, 70)[-1]
    assert state.house_a == (20.0,)
    assert state.car_a == pytest.approx((30.4,))
    assert state.total_a == pytest.approx((50.4,))
    assert state.total_w == pytest.approx(50.4 * 230)
    assert state.offered_a == (32.0,)
    assert state.at == clock.now


def test_an_uncontrolled_car_trips_the_supply_and_all_goes_dark_for_a_while(clock: Clock) -> None:
    simulated = home(7000.0)
    simulated.outlets[0].plug(Car(), clock.now)
    states = run(simulated, clock, 600)
    trip = next(second for second, state in enumerate(states) if state.tripped)
    assert 100 < trip < 300
    dark, light = states[trip + 1 : trip + 1 + DARK_S], states[trip + 1 + DARK_S]
    assert all(state.total_w == 0 and not state.powered for state in dark)
    assert light.powered
    assert light.house_w == pytest.approx(7000)
    assert simulated.trips == sum(state.tripped for state in states) >= 2


def test_while_it_does_not_play_the_trace_stands_still(clock: Clock) -> None:
    simulated = home(1000.0, 2000.0)
    simulated.playing = False
    assert run(simulated, clock, 100)[-1].house_w == pytest.approx(1000)
    simulated.playing = True
    assert run(simulated, clock, 61)[-1].house_w == pytest.approx(2000)


def test_three_phases_are_kept_apart(clock: Clock) -> None:
    simulated = home(6900.0, supply="25A", phases=3)
    state = run(simulated, clock, 1)[0]
    assert sorted(state.house_a) == pytest.approx([6.0, 9.0, 15.0])
    assert state.house_w == pytest.approx(6900)


def test_what_gives_way_is_a_part_of_the_house_while_it_is_on(clock: Clock) -> None:
    trace = Trace(name="load.csv", times=(START,), watts=(0.0,), step=timedelta(minutes=1))
    boiler = Appliance("Boiler", power_w=4600.0, wiring=(0, 2))
    house = HouseLoad(trace, start=START, phases=3)
    simulated = Home(house=house, supply=parse_supply("25A", 3), outlets=[], appliances=[boiler])
    states = run(simulated, clock, 1)
    boiler.on = False
    states += run(simulated, clock, 1)
    assert [state.house_a for state in states] == [(10.0, 0.0, 10.0), (0.0, 0.0, 0.0)]
    assert [state.appliances_on for state in states] == [(True,), (False,)]


def test_a_circuit_that_trips_darkens_what_it_feeds_and_nothing_else(clock: Clock) -> None:
    trace = Trace(name="load.csv", times=(START,), watts=(230.0,), step=timedelta(minutes=1))
    fed, other = Outlet(phases=1), Outlet(phases=1)
    for outlet in (fed, other):
        outlet.plug(Car(CarModel(phases=1), state_of_charge=0.1), clock.now)
    garage = HomeCircuit("Garage", limit_a=16.0, phases=1, outlets=[fed])
    house = HouseLoad(trace, start=START, phases=1)
    simulated = Home(house=house, supply=parse_supply("100A", 1), outlets=[fed, other], circuits=[garage])
    states = run(simulated, clock, 300)
    trip = next(second for second, state in enumerate(states) if state.circuits[0].tripped)
    dark = states[trip + 1 : trip + 1 + DARK_S]
    assert states[trip].circuits[0].exceeded
    assert all(state.powered and not state.circuits[0].powered for state in dark)
    assert all(state.circuits[0].load_a == (0.0,) for state in dark)
    assert all(state.outlet_w[1] > 6000 for state in dark)
    assert states[trip + 1 + DARK_S].circuits[0].powered
    assert simulated.trips == 0
