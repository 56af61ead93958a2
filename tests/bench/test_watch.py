from collections.abc import Callable

import pytest

from bench.watch import BREAKER_C, LINKY_EARLY, LINKY_LATE, Device, Guard, Overloads, devices
from demo.protection import LINKY_THRESHOLD, LINKY_THRESHOLD_EARLY, Breaker, Linky
from demo.protection import Device as Judge
from demo.supply import parse_supply
from demo.switchgear import DARK_S

LIMIT_A = 20.0


@pytest.mark.parametrize("multiple", [1.2, 1.5, 2.0, 3.0, 6.0])
@pytest.mark.parametrize(
    ("device", "made"),
    [
        (LINKY_EARLY, lambda: Linky(LIMIT_A, threshold=LINKY_THRESHOLD_EARLY)),
        (LINKY_LATE, lambda: Linky(LIMIT_A, threshold=LINKY_THRESHOLD)),
        (BREAKER_C, lambda: Breaker(LIMIT_A, "C")),
    ],
    ids=["early", "late", "breaker"],
)
def test_it_trips_in_the_second_in_which_the_demo_s_device_does(
    device: Device, made: Callable[[], Judge], multiple: float
):
    guard, judge = Guard(device, LIMIT_A, 1), made()
    for _ in range(600):
        guard.step((multiple * LIMIT_A,))
        assert guard.trips == judge.step(multiple * LIMIT_A)
        if guard.trips:
            break


def test_after_a_trip_nothing_flows_for_a_minute_and_a_bimetal_stays_warm():
    linky, breaker = Guard(LINKY_EARLY, LIMIT_A, 1), Guard(BREAKER_C, LIMIT_A, 1)
    for guard in (linky, breaker):
        while not guard.trips:
            guard.step((2 * LIMIT_A,))
        for _ in range(DARK_S):
            guard.step((2 * LIMIT_A,))
        assert guard.trips == 1
    assert linky.nearness == 0
    seconds = 0
    while breaker.trips == 1:
        breaker.step((2 * LIMIT_A,))
        seconds += 1
    assert seconds < 60, "from cold it took longer than that"


def test_nearness_is_the_worst_phase_s_way_from_the_limit_to_a_trip():
    guard = Guard(LINKY_EARLY, LIMIT_A, 3)
    for _ in range(2000):
        guard.step((0.0, LIMIT_A * 1.15**0.5, LIMIT_A))
    assert guard.nearness == pytest.approx(0.5, abs=0.001)


def test_a_copy_has_the_heat_and_a_future_of_its_own():
    guard = Guard(LINKY_EARLY, LIMIT_A, 1)
    for _ in range(2000):
        guard.step((1.1 * LIMIT_A,))
    other = guard.copy()
    assert other.nearness == guard.nearness > 0
    other.step((0.0,))
    assert other.nearness < guard.nearness


@pytest.mark.parametrize(("supply", "phases", "expected"), [("9kVA", 1, 2), ("16A", 3, 1)])
def test_a_linky_is_read_in_two_ways_the_harsher_first(supply: str, phases: int, expected: int):
    known = devices(parse_supply(supply, phases))
    assert len(known) == expected
    assert known[0].threshold == min(device.threshold for device in known)


@pytest.mark.parametrize(
    ("seconds", "rows_s", "most_a"),
    [
        # house and total, A per phase, of each second
        ([((5.0,), (20.0,)), ((5.0,), (20.001,))], [], 0.0),
        ([((5.0,), (22.0,)), ((5.0,), (21.0,)), ((5.0,), (19.0,)), ((5.0,), (21.5,))], [2, 1], 2.0),
        # what the house alone exceeds is not ours
        ([((21.0,), (25.0,)), ((19.0,), (25.0,)), ((21.0,), (25.0,))], [1], 5.0),
        # each phase by itself
        ([((21.0, 3.0), (21.0, 10.0)), ((21.0, 3.0), (21.0, 20.5))], [1], 0.5),
    ],
)
def test_an_overload_is_ours_when_the_house_alone_would_not_have_it(
    seconds: list[tuple[tuple[float, ...], tuple[float, ...]]], rows_s: list[int], most_a: float
):
    overloads = Overloads(LIMIT_A)
    for house_a, total_a in seconds:
        overloads.step(house_a, total_a)
    overloads.end()
    assert overloads.rows_s == rows_s
    assert overloads.most_a == pytest.approx(most_a, abs=0.002)
