from dataclasses import replace

from demo.circuit import CircuitState
from demo.parts import ApplianceFigures, CarFigures, CircuitFigures, PartsScore
from demo.scenario import make_scenario

from .conftest import Clock
from .test_score import state


def circuit(name: str, limit_a: float, *load_a: float, tripped: bool = False) -> CircuitState:
    return CircuitState(name=name, limit_a=limit_a, load_a=load_a, tripped=tripped, powered=True)


def test_each_part_is_summed_up_by_itself(clock: Clock) -> None:
    score = PartsScore(make_scenario("flat-with-three-chargers"))
    over, under = circuit("Garage", 20.0, 19.0, 21.0, 5.0), circuit("Garage", 20.0, 19.0, 20.0, 5.0)
    yard = circuit("Yard", 16.0, 0.0, 0.0, 16.1, tripped=True)
    for garage, boiler_on in [(over, True), (over, False), (under, False), (over, True), (under, False)]:
        seen = replace(
            state(clock.advance(1), 0.0, 0.0),
            outlet_w=(3600.0, 0.0, 7200.0),
            circuits=(garage, yard),
            appliances_on=(boiler_on,),
        )
        score.step(seen)
    figures = score.figures
    assert figures.cars == {
        "Garage left": CarFigures(energy_kwh=0.005),
        "Garage right": CarFigures(energy_kwh=0.0),
        "Yard": CarFigures(energy_kwh=0.01),
    }
    assert figures.circuits == {
        "Garage": CircuitFigures(trips=0, longest_overload_s=2),
        "Yard": CircuitFigures(trips=5, longest_overload_s=5),
    }
    assert figures.appliances == {"Boiler": ApplianceFigures(off_s=3, switched_off=2)}
