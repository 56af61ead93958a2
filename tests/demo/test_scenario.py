from dataclasses import replace

import pytest

from demo.errors import DemoError
from demo.scenario import SCENARIOS, Kind, make_scenario
from demo.versions import Version


@pytest.mark.parametrize(
    ("supply", "phases", "text", "wiring", "maximum_a"),
    [
        (None, None, "9 kVA, 1 phase", (0,), 32.0),
        ("12kW", 3, "12 kW, 3 phases", (0, 1, 2), 16.0),
        ("40A", 1, "40 A, 1 phase", (0,), 32.0),
    ],
)
def test_at_home_one_car_fits_the_supply(
    supply: str | None, phases: int | None, text: str, wiring: tuple[int, ...], maximum_a: float
) -> None:
    home = make_scenario("home", supply, phases)
    assert home.supply.text == text
    assert [(bay.wiring, bay.car.phases, bay.car.maximum_a) for bay in home.bays] == [(wiring, len(wiring), maximum_a)]
    assert not home.has_parts


def test_the_flat_has_three_stations_two_circuits_and_a_boiler() -> None:
    flat = make_scenario("flat-with-three-chargers")
    assert flat.has_parts
    assert [(bay.name, bay.wiring, bay.circuit) for bay in flat.bays] == [
        ("Garage left", (0, 1, 2), "Garage"),
        ("Garage right", (1, 2, 0), "Garage"),
        ("Yard", (2,), "Yard"),
    ]
    assert [(circuit.name, circuit.limit_a) for circuit in flat.circuits] == [("Garage", 20.0), ("Yard", 16.0)]
    assert [appliance.entity_id for appliance in flat.appliances] == ["input_boolean.boiler"]


@pytest.mark.parametrize(
    ("name", "version"), [("home", Version.V16), ("ocpp-201", Version.V201), ("ocpp-21", Version.V21)]
)
def test_the_same_home_is_there_by_each_version(name: str, version: Version) -> None:
    scenario, home = make_scenario(name), make_scenario("home")
    assert (scenario.name, scenario.supply.text) == (name, home.supply.text)
    assert [bay.version for bay in scenario.bays] == [version]
    assert [replace(bay, version=Version.V16) for bay in scenario.bays] == list(home.bays)


def test_four_kinds_of_chargers_hang_on_one_supply() -> None:
    mixed = make_scenario("mixed-chargers")
    assert {bay.kind for bay in mixed.bays} == set(Kind)
    assert len(mixed.bays) == len(Kind)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_is_one_of_a_piece(name: str) -> None:
    scenario = make_scenario(name)
    circuits = {circuit.name for circuit in scenario.circuits}
    stations = [bay.station for bay in scenario.bays]
    assert {bay.circuit for bay in scenario.bays} - {None} == circuits
    assert len(set(stations)) == len(stations)
    wirings = [*(bay.wiring for bay in scenario.bays), *(appliance.wiring for appliance in scenario.appliances)]
    assert set().union(*wirings) <= set(range(scenario.supply.phases))
    for bay in scenario.bays:
        assert len(bay.wiring) >= bay.car.phases, "a car's energy is counted on all of its phases"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (
            ("castle",),
            "--scenario castle: no such scenario; there are home, flat-with-three-chargers, mixed-chargers, off-peak-night, ocpp-201, ocpp-21",
        ),
        (("flat-with-three-chargers", None, 1), "--phases 1: flat-with-three-chargers needs 3"),
        (("home", "much"), "--supply much"),
    ],
)
def test_what_cannot_be_is_said(words: tuple[str], complaint: str) -> None:
    with pytest.raises(DemoError, match=complaint):
        make_scenario(*words)
