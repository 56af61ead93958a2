"""Vehicles: what a valid one is, and what is made of it."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.smart_charging.configuration.extras import LeftOut
from custom_components.smart_charging.configuration.rules.vehicle import validate_vehicle
from custom_components.smart_charging.configuration.setup import read_setup
from custom_components.smart_charging.configuration.vehicles import VehicleConfig
from custom_components.smart_charging.engine.model.vehicle import Vehicle
from custom_components.smart_charging.sources.vehicle_catalogue import VehicleRole

from .parts import charger, part, vehicle
from .test_config_circuits import entry
from .test_config_rules import TEXTS


@pytest.mark.parametrize(
    "data",
    [
        vehicle(),
        vehicle(capacity_kwh=None, limit_pct=None, least_pct=None, max_age_h=None, entities=None, continuous=None),
        vehicle(phases=1, maximum_a=32, minimum_a=8),
        vehicle(phases=2),
        vehicle(limit_pct=10, least_pct=10),
        vehicle(consumption=6, consumption_unit="km_per_kwh"),
        vehicle(entities={"soc": "sensor.soc", "plugged": "binary_sensor.plug", "location": "device_tracker.car"}),
        # Ids of the registry tell nothing of their kind.
        vehicle(entities={"soc": "0123456789abcdef0123456789abcdef"}),
        vehicle(entities={"wake": "script.wake_the_car"}),
        vehicle(cards=["anna"], usual_charger="gone", calendar="calendar.work"),
    ],
)
def test_a_valid_vehicle(data: dict[str, Any]) -> None:
    assert validate_vehicle([vehicle(cards=["ben"])], data) == {}


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        (vehicle(capacity_kwh=0), {"capacity_kwh": "capacity_out_of_range"}),
        (vehicle(capacity_kwh=501), {"capacity_kwh": "capacity_out_of_range"}),
        (vehicle(phases=None), {"phases": "vehicle_phases_unknown"}),
        (vehicle(phases=4), {"phases": "vehicle_phases_unknown"}),
        (vehicle(minimum_a=5), {"minimum_a": "minimum_too_low"}),
        (vehicle(minimum_a=None), {"minimum_a": "minimum_too_low"}),
        (vehicle(maximum_a=0), {"maximum_a": "maximum_not_positive"}),
        (vehicle(maximum_a=None), {"maximum_a": "maximum_not_positive"}),
        (vehicle(minimum_a=17), {"minimum_a": "minimum_above_maximum"}),
        (vehicle(limit_pct=9), {"limit_pct": "limit_pct_out_of_range"}),
        (vehicle(limit_pct=101), {"limit_pct": "limit_pct_out_of_range"}),
        (vehicle(least_pct=-1), {"least_pct": "percent_out_of_range"}),
        (vehicle(least_pct=91), {"least_pct": "least_above_limit"}),
        (vehicle(consumption_unit="mpg"), {"consumption_unit": "consumption_unit_unknown"}),
        (vehicle(consumption=0), {"consumption": "consumption_impossible"}),
        # 17 kWh/100 km, and the wrong unit.
        (vehicle(consumption=17, consumption_unit="km_per_kwh"), {"consumption": "consumption_impossible"}),
        (vehicle(consumption=6), {"consumption": "consumption_impossible"}),
        (vehicle(continuous="yes"), {"continuous": "continuous_unknown"}),
        (vehicle(max_age_h=0), {"max_age_h": "age_out_of_range"}),
        (vehicle(max_age_h=169), {"max_age_h": "age_out_of_range"}),
        (vehicle(cards=["anna", "ben"]), {"cards": "card_names_another"}),
        (
            vehicle(entities={"soc": "light.hall", "plugged": "sensor.plug", "as_of": "calendar.car"}),
            {"soc": "vehicle_entity_unknown", "as_of": "vehicle_entity_unknown"},
        ),
        (vehicle(calendar="sensor.next"), {"calendar": "not_a_calendar"}),
    ],
)
def test_an_impossible_vehicle(data: dict[str, Any], errors: dict[str, str]) -> None:
    assert validate_vehicle([vehicle(cards=["ben"])], data) == errors
    for key in errors.values():
        assert key in TEXTS["exceptions"]
        assert key in TEXTS["config_subentries"]["vehicle"]["error"]


def test_what_is_made_of_it() -> None:
    data = vehicle(
        continuous=True,
        entities={"soc": "sensor.soc", "unheard_of": "sensor.other"},
        max_age_h=3,
        cards=["anna"],
        usual_charger="garage",
        calendar="calendar.work",
    )
    setup = read_setup(entry(part("charger", "garage", charger()), part("vehicle", "zoe", data, "Zoe")))
    assert setup.vehicles == {
        "zoe": VehicleConfig(
            name="Zoe",
            vehicle=Vehicle(
                vehicle_id="zoe",
                capacity_kwh=50.0,
                phases=3,
                minimum_a=6.0,
                maximum_a=16.0,
                limit_soc=0.9,
                least_soc=0.2,
                km_per_kwh=5.0,
                continuous=True,
            ),
            entities={VehicleRole.SOC: "sensor.soc"},
            max_age=timedelta(hours=3),
            cards=frozenset({"anna"}),
            usual_charger="garage",
            calendar="calendar.work",
        )
    }
    assert setup.vehicles["zoe"].is_linked


def test_what_nobody_knows_and_a_charger_that_is_gone() -> None:
    bare = vehicle(capacity_kwh=None, limit_pct=None, least_pct=None, entities=None, usual_charger="gone")
    read = read_setup(entry(part("vehicle", "zoe", bare))).vehicles["zoe"]
    assert (read.vehicle.capacity_kwh, read.vehicle.limit_soc, read.vehicle.least_soc) == (None, 1.0, 0.0)
    assert (read.usual_charger, read.is_linked) == (None, False)


def test_the_site_goes_on_without_a_broken_one() -> None:
    setup = read_setup(entry(part("vehicle", "zoe", vehicle()), part("vehicle", "leaf", vehicle(phases=7), "Leaf")))
    assert list(setup.vehicles) == ["zoe"]
    assert setup.left_out == (LeftOut(kind="vehicle", name="Leaf", field="phases", key="vehicle_phases_unknown"),)


def test_of_two_that_share_a_card_the_first_one_stays() -> None:
    parts = [part("vehicle", name, vehicle(cards=["anna"]), name.title()) for name in ("zoe", "leaf")]
    setup = read_setup(entry(*parts))
    assert list(setup.vehicles) == ["zoe"]
    assert setup.left_out == (LeftOut(kind="vehicle", name="Leaf", field="cards", key="card_names_another"),)


@pytest.mark.parametrize("wrong", [{"entities": "sensor.soc"}, {"cards": 7}, {"max_age_h": 1e300}])
def test_whatever_somebody_wrote_into_it(wrong: dict[str, Any]) -> None:
    setup = read_setup(entry(part("vehicle", "leaf", {**vehicle(), **wrong}, "Leaf")))
    assert setup.vehicles == {}
    (left_out,) = setup.left_out
    assert left_out.name == "Leaf"
    assert left_out.key in TEXTS["exceptions"]
