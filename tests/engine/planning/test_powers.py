"""What a car can be charged with: the narrower of its own range and its charger's."""

from typing import Any

import pytest

from custom_components.smart_charging.engine.planning.powers import evse_of, phases_of, range_kw, stored_kw

from ..builders import site
from .builders import order, wallbox


@pytest.mark.parametrize(
    ("car", "charger", "expected"),
    [
        pytest.param({}, {}, (4.14, 11.04), id="6 to 16 A on three phases"),
        pytest.param({"phases": 1}, {}, (1.38, 3.68), id="a single-phase car"),
        pytest.param({}, {"phases": ("l2",)}, (1.38, 3.68), id="a single-phase charger"),
        pytest.param({"phases": 2}, {}, (2.76, 7.36), id="a car with two chargers inside"),
        pytest.param({"maximum_a": 32.0}, {}, (4.14, 11.04), id="the charger gives 16 A at the most"),
        pytest.param({"minimum_a": 8.0}, {"maximum_a": 32.0}, (5.52, 11.04), id="the car takes none below 8 A"),
        pytest.param({}, {"minimum_a": 10.0}, (6.9, 11.04), id="nor the charger below 10 A"),
    ],
)
def test_a_range(car: dict[str, Any], charger: dict[str, Any], expected: tuple[float, float]):
    assert range_kw(order(1, **car), site(wallbox(**charger))) == pytest.approx(expected)


def test_charger_of_an_order():
    wanted = order(1, evse_id="b")
    assert evse_of(wanted, site(wallbox("a"), wallbox("b"))).evse_id == "b"
    with pytest.raises(KeyError, match="b"):
        evse_of(wanted, site(wallbox("a")))


def test_a_car_charges_on_one_phase_at_least():
    assert phases_of(order(1, phases=0), wallbox()) == 1


@pytest.mark.parametrize(("power_kw", "expected"), [(11.25, 9.9), (4.25, 3.6), (0.2, 0.0)])
def test_a_low_current_loses_more(power_kw: float, expected: float):
    """250 W for the car's own needs, and 10 % of the rest."""
    assert stored_kw(order(1, efficiency=0.9, standby_w=250.0), power_kw) == pytest.approx(expected)
