import pytest

from demo.perfect import Perfect
from demo.supply import parse_supply

CAPABLE_A = 30.4


@pytest.mark.parametrize(
    ("house_a", "capability_a", "current_a"),
    [
        (0.0, CAPABLE_A, CAPABLE_A),
        (20.0, CAPABLE_A, 20.0),
        (34.0, CAPABLE_A, 6.0),
        (34.1, CAPABLE_A, 0.0),
        (50.0, CAPABLE_A, 0.0),
        (0.0, 4.0, 4.0),  # the car's own wish
        (0.0, 0.0, 0.0),
    ],
)
def test_perfect_gives_all_that_fits_or_nothing(house_a: float, capability_a: float, current_a: float) -> None:
    perfect = Perfect(parse_supply("40A", 1), car_phases=1)
    assert perfect.current_a((house_a,), capability_a) == pytest.approx(current_a)


def test_energy_counts_all_phases() -> None:
    perfect = Perfect(parse_supply("40A", 3), car_phases=3)
    for _ in range(3600):
        perfect.step((30.0, 10.0, 0.0), CAPABLE_A)
    assert perfect.energy_kwh == pytest.approx(10 * 3 * 0.230)
