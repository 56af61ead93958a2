"""Appliances that give way: what a valid one is, and what is made of it."""

from typing import Any

import pytest

from custom_components.smart_charging.configuration.rules.load import validate_load
from custom_components.smart_charging.configuration.setup import ConfigError, read_setup
from custom_components.smart_charging.engine.model.load import SheddableLoad
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase

from .parts import SITE, THREE, circuit, load, part
from .test_config_circuits import entry
from .test_config_rules import TEXTS

CIRCUITS = {"garage": circuit(wiring=["l2"])}


@pytest.mark.parametrize(
    "data",
    [
        load(),
        load(wiring=THREE, priority="10"),
        load(circuit="garage", wiring=["l2"]),
        load(circuit="gone"),
        load(power_w=None, minimum_on_min=None, minimum_off_min=None, priority=None),
        load(power_entity_id="sensor.boiler"),
        load(minimum_on_min=0, minimum_off_min=0, maximum_off_min=1),
        load(minimum_off_min=5, maximum_off_min=5),
        load(entity_id="input_boolean.a"),
        load(entity_id="climate.a"),
        load(entity_id="water_heater.a"),
        load(entity_id="number.rod", shed_value=0),
        load(entity_id="number.rod", shed_value=-5.5),
    ],
)
def test_a_valid_load(data: dict[str, Any]) -> None:
    assert validate_load(SITE, CIRCUITS, [load(entity_id="switch.other")], data) == {}


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        (load(entity_id=None), {"entity_id": "load_entity_unknown"}),
        (load(entity_id="switch"), {"entity_id": "load_entity_unknown"}),
        (load(entity_id="light.hall"), {"entity_id": "load_entity_unknown"}),
        (load(entity_id="switch.other"), {"entity_id": "load_taken"}),
        (load(entity_id="number.rod"), {"shed_value": "shed_value_missing"}),
        (load(entity_id="number.rod", shed_value="low"), {"shed_value": "shed_value_missing"}),
        (load(wiring=[]), {"wiring": "no_phases"}),
        (load(wiring=["l1", "l1"]), {"wiring": "phase_twice"}),
        (load(wiring=["l4"]), {"wiring": "phase_not_on_site"}),
        (load(circuit="garage"), {"wiring": "phase_not_on_circuit"}),
        (load(power_w=0), {"power_w": "power_not_positive"}),
        (load(power_w="much"), {"power_w": "power_not_positive"}),
        (load(power_entity_id="switch.boiler"), {"power_entity_id": "not_a_sensor"}),
        (load(priority=11), {"priority": "priority_out_of_range"}),
        (load(priority=-1), {"priority": "priority_out_of_range"}),
        (
            load(minimum_on_min=-1, minimum_off_min=1441, maximum_off_min="long"),
            {
                "minimum_on_min": "time_out_of_range",
                "minimum_off_min": "time_out_of_range",
                "maximum_off_min": "time_out_of_range",
            },
        ),
        (load(minimum_off_min=10, maximum_off_min=9), {"maximum_off_min": "maximum_off_too_short"}),
        (load(minimum_off_min=0, maximum_off_min=0.5), {"maximum_off_min": "maximum_off_too_short"}),
    ],
)
def test_a_load_that_is_not_valid(data: dict[str, Any], errors: dict[str, str]) -> None:
    assert validate_load(SITE, CIRCUITS, [load(entity_id="switch.other")], data) == errors
    assert set(errors.values()) <= set(TEXTS["exceptions"])


def test_nothing_at_all_is_an_error_where_something_is_needed() -> None:
    assert set(validate_load(SITE, {}, [], {})) == {"entity_id", "wiring"}


def test_a_load_as_the_engine_knows_it() -> None:
    data = load(
        circuit="garage",
        wiring=["l2"],
        priority=3,
        minimum_on_min=10,
        minimum_off_min=2.5,
        maximum_off_min=60,
        power_entity_id="sensor.boiler",
    )
    setup = read_setup(entry(part("circuit", "garage", CIRCUITS["garage"]), part("load", "boiler", data, "Boiler")))
    known = setup.loads["boiler"]
    assert (known.name, known.entity_id, known.power_entity_id) == ("Boiler", "switch.boiler", "sensor.boiler")
    assert known.shed_value is None
    assert setup.site.loads == (known.load,)
    assert known.load == SheddableLoad(
        load_id="boiler",
        circuit_id="garage",
        phases=(Phase.L2,),
        power_w=2000.0,
        priority=3,
        minimum_on_s=600.0,
        minimum_off_s=150.0,
        maximum_off_s=3600.0,
    )


def test_a_load_of_which_little_is_said() -> None:
    data = {"entity_id": "number.rod", "wiring": THREE, "shed_value": 500}
    known = read_setup(entry(part("load", "rod", data))).loads["rod"]
    assert (known.power_entity_id, known.shed_value) == (None, 500.0)
    assert known.load == SheddableLoad(load_id="rod", circuit_id="site", phases=ALL_PHASES)


def test_a_value_that_is_no_number_s_is_not_used() -> None:
    known = read_setup(entry(part("load", "boiler", load(shed_value=5.0)))).loads["boiler"]
    assert known.shed_value is None


def test_the_same_appliance_twice_is_told_with_its_name() -> None:
    with pytest.raises(ConfigError, match="First: entity_id: load_taken"):
        read_setup(entry(part("load", "a", load(), "First"), part("load", "b", load(), "Second")))
