import pytest

from demo.perfect_sharing import PerfectSharing
from demo.scenario import make_scenario

FLAT = "flat-with-three-chargers"
# Garage left and right on three phases below 20 A, Yard on L3 below 16 A; the supply has 35 A on each phase.


@pytest.mark.parametrize(
    ("house_a", "capabilities_a", "expected_a"),
    [
        # The garage's 20 A are shared, L3 of the supply bears the yard beside them.
        ((1.0, 1.0, 1.0), (15.2, 15.2, 15.2), (10.0, 10.0, 14.0)),
        # What a car that is nearly full leaves, the other one has.
        ((1.0, 1.0, 1.0), (15.2, 7.0, 13.0), (13.0, 7.0, 13.0)),
        # L1 is busy: the garage gives way, the yard does not.
        ((19.0, 1.0, 1.0), (15.2, 15.2, 15.2), (8.0, 8.0, 15.2)),
        # Not both of the garage fit on L1.
        ((25.0, 1.0, 1.0), (15.2, 15.2, 0.0), (10.0, 0.0, 0.0)),
        # Nobody does, and a car that is full takes nothing.
        ((30.0, 1.0, 1.0), (15.2, 15.2, 0.0), (0.0, 0.0, 0.0)),
        ((40.0, 40.0, 40.0), (15.2, 15.2, 15.2), (0.0, 0.0, 0.0)),
    ],
)
def test_cars_share_what_supply_and_circuits_leave(
    house_a: tuple[float, ...], capabilities_a: tuple[float, ...], expected_a: tuple[float, ...]
) -> None:
    perfect = PerfectSharing(make_scenario(FLAT))
    currents_a = perfect.currents_a(house_a, capabilities_a)
    assert sorted(currents_a[:2]) == pytest.approx(sorted(expected_a[:2]), abs=0.01)
    assert currents_a[2] == pytest.approx(expected_a[2], abs=0.01)


def test_the_energy_of_all_phases_counts() -> None:
    perfect = PerfectSharing(make_scenario(FLAT))
    for _ in range(3600):
        perfect.step((1.0, 1.0, 1.0), (10.0, 0.0, 10.0))
    assert perfect.energy_kwh == pytest.approx((3 * 10 + 10) * 0.23)


def test_on_one_supply_without_circuits_it_is_the_single_car_s_measure() -> None:
    perfect = PerfectSharing(make_scenario("home", "40A"))
    assert perfect.currents_a((20.0,), (30.4,)) == pytest.approx((20.0,))
    assert perfect.currents_a((35.0,), (30.4,)) == (0.0,)


def test_a_limit_in_total_has_no_measure() -> None:
    perfect = PerfectSharing(make_scenario(FLAT, "20kW"))
    perfect.step((1.0, 1.0, 1.0), (15.2, 15.2, 15.2))
    assert perfect.energy_kwh == 0.0
