import pytest

from demo.perfect import Perfect, Taker, perfect_most, perfect_turns
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


ONE = Taker(phases=(0,))
ON_L2 = Taker(phases=(1,))
SMALL = Taker(phases=(0,), maximum_a=16.0)
THREE = Taker(phases=(0, 1, 2), maximum_a=16.0)


@pytest.mark.parametrize(
    ("room_a", "takers", "turns"),
    [
        # one car: all that there is, up to what it can take, on the step
        ((20.04,), (ONE,), [(20.0,)]),
        ((50.0,), (ONE,), [(32.0,)]),
        ((5.9,), (ONE,), [(0.0,)]),
        ((-3.0,), (ONE,), [(0.0,)]),
        # all of them the same
        ((30.0,), (ONE, ONE, ONE), [(10.0, 10.0, 10.0)]),
        # but for one that can take no more
        ((40.0,), (ONE, SMALL), [(24.0, 16.0)]),
        # too little for all: each is the first once, and as many as fit are served
        ((13.0,), (ONE, ONE, ONE), [(6.5, 6.5, 0.0), (0.0, 6.5, 6.5), (6.5, 0.0, 6.5)]),
        # phases do not stand in each other's way
        ((10.0, 20.0, 12.0), (ONE, ON_L2), [(10.0, 20.0)]),
        ((10.0, -2.0, 12.0), (ONE,), [(10.0,)]),
        ((20.0, 30.0, 12.0), (ONE, THREE, ON_L2), [(10.0, 10.0, 20.0)]),
        ((7.0, 30.0, 30.0), (ONE, THREE), [(7.0, 0.0), (0.0, 7.0)]),
    ],
)
def test_several_cars_share_what_is_left(
    room_a: tuple[float, ...], takers: tuple[Taker, ...], turns: list[tuple[float, ...]]
) -> None:
    shared = perfect_turns(room_a, takers, step_a=0.1)
    assert [pytest.approx(offers) for offers in shared] == turns


@pytest.mark.parametrize(
    ("room_a", "takers", "most"),
    [
        ((7.0, 30.0, 30.0), (ONE, THREE), (0.0, 7.0)),
        ((12.5, 12.5, 12.5), (ONE, THREE, ON_L2), (0.0, 12.5, 0.0)),
        ((30.0,), (ONE, ONE), (15.0, 15.0)),
        ((3.0,), (ONE, ONE), (0.0, 0.0)),
    ],
)
def test_the_most_goes_to_those_who_together_take_the_most(
    room_a: tuple[float, ...], takers: tuple[Taker, ...], most: tuple[float, ...]
) -> None:
    given = perfect_most(room_a, takers, step_a=0.1)
    assert sum(offer * len(taker.phases) for offer, taker in zip(given, takers, strict=True)) == pytest.approx(
        sum(offer * len(taker.phases) for offer, taker in zip(most, takers, strict=True))
    )
