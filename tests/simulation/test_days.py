"""Whole evenings and days on a virtual clock: the engine, unchanged, against the simulated home."""

from custom_components.smart_charging.engine.model.reason import ReasonCode
from demo.car import Car, CarModel
from demo.outlet import Outlet
from demo.supply import parse_supply
from demo.trace import HOUSE_EVENING, HouseLoad, read_trace
from tests.simulation.houses import busy_day
from tests.simulation.world import FAILSAFE_A, START, WATCHDOG_S, Run, simulate

HOUR = 3600
NINE_KVA = parse_supply("9kVA", 1)
ENDLESS = CarModel(capacity_kwh=10_000, tapers_above=None)
"""A car that wants 32 A for ever."""


def plugged(model: CarModel = ENDLESS, *, phases: int = 1, seed: int = 0) -> Outlet:
    outlet = Outlet(phases=phases)
    outlet.plug(Car(model, seed=seed), START)
    return outlet


def evening() -> HouseLoad:
    trace = read_trace(HOUSE_EVENING)
    return HouseLoad(trace, start=trace.evening_peak(), phases=1)


def run_evening(**changes: object) -> Run:
    return simulate(house=evening(), supply=NINE_KVA, outlets=[plugged()], seconds=HOUR, **changes)  # type: ignore[arg-type]


def test_an_evening_without_control_trips():
    assert run_evening(control=False).trips >= 1


def test_the_same_evening_under_control_does_not_and_gives_nearly_all_that_there_is():
    run = run_evening()
    assert run.trips == 0
    assert run.longest_overload_s <= 15
    assert run.share_of_possible is not None
    assert run.share_of_possible >= 0.9


def test_eight_hours_of_a_busy_house():
    run = simulate(house=busy_day(1), supply=NINE_KVA, outlets=[plugged()], seconds=8 * HOUR)
    assert run.trips == 0
    assert run.longest_overload_s <= 15
    assert (run.share_of_possible or 0) >= 0.9
    assert run.commands <= 60 * 8, "less than a command a minute"


def test_three_cars_on_three_phases_for_three_hours():
    outlets = [
        plugged(phases=3, seed=1),
        plugged(CarModel(capacity_kwh=10_000, phases=3, maximum_a=16, tapers_above=None), phases=3, seed=2),
        plugged(phases=3, seed=3),
    ]
    supply = parse_supply("40A", 3)
    run = simulate(house=busy_day(3, phases=3), supply=supply, outlets=outlets, seconds=3 * HOUR)
    assert run.trips == 0
    assert run.longest_overload_s <= 15
    given = [outlet.energy_wh for outlet in outlets]
    assert min(given) > 2_500, "nobody is left out"


def test_a_car_that_fills_up_is_left_alone():
    outlet = plugged(CarModel(capacity_kwh=12))
    run = simulate(house=evening(), supply=NINE_KVA, outlets=[outlet], seconds=3 * HOUR)
    assert outlet.car is not None
    assert outlet.car.full
    assert run.decisions[-1].setpoints["evse0"].reason.code is ReasonCode.NOT_TAKING


class TestFaults:
    def test_a_meter_that_falls_silent_brings_the_failsafe_current_within_30_s(self):
        run = run_evening(meter_speaks=lambda second: not 600 <= second < 1200)
        assert run.trips == 0
        assert all(max(state.car_a) <= FAILSAFE_A for state in run.states[630:1200])
        code = run.decisions[700].setpoints["evse0"].reason.code
        assert code is ReasonCode.METER_SILENT
        assert max(max(state.car_a) for state in run.states[1200:1400]) > FAILSAFE_A, "and it recovers"

    def test_without_us_the_station_falls_to_its_safe_current_by_itself(self):
        run = run_evening(steered=lambda second: not 600 <= second < 1200)
        assert run.trips == 0
        assert max(max(state.car_a) for state in run.states[560:600]) > FAILSAFE_A
        assert all(max(state.car_a) <= FAILSAFE_A for state in run.states[600 + WATCHDOG_S + 6 : 1200])

    def test_after_a_restart_nothing_rises_before_a_fresh_reading(self):
        back = 1200
        run = run_evening(
            steered=lambda second: not 600 <= second < back, meter_speaks=lambda second: not 590 <= second < back + 60
        )
        assert all(max(state.car_a) <= FAILSAFE_A for state in run.states[back : back + 60])
        assert run.trips == 0

    def test_meter_values_each_minute_are_enough(self):
        run = run_evening(meter_values_s=60)
        assert run.trips == 0
        assert run.longest_overload_s <= 15
        assert (run.share_of_possible or 0) >= 0.75
