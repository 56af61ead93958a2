import math

import pytest

from demo.protection import (
    LINKY_THRESHOLD,
    LINKY_THRESHOLD_EARLY,
    Breaker,
    Curve,
    Device,
    Italian,
    Linky,
    Protection,
)

RATED_A = 40.0
HOUR_S = 3600


def trips_after_s(device: Device, load_a: float, *, within_s: int = 2 * HOUR_S) -> float:
    for second in range(1, within_s + 1):
        if device.step(load_a):
            return second
    return math.inf


@pytest.mark.parametrize(
    ("multiple", "late_s", "early_s"),
    [
        # from 0.5 P to … P     S = 1.3 P      Y = 1.3 P²
        (1.0, math.inf, math.inf),
        (1.2, math.inf, 266),
        (1.5, 158, 93),
        (2.0, 60, 41),
        (3.0, 22, 16),
    ],
)
def test_linky_takes_as_long_as_is_published(multiple: float, late_s: float, early_s: float) -> None:
    late = Linky(RATED_A, threshold=LINKY_THRESHOLD, initial=0.5)
    early = Linky(RATED_A, threshold=LINKY_THRESHOLD_EARLY, initial=0.5)
    assert trips_after_s(late, multiple * RATED_A) == pytest.approx(late_s, abs=1)
    assert trips_after_s(early, multiple * RATED_A) == pytest.approx(early_s, abs=1)


@pytest.mark.parametrize(
    ("curve", "multiple", "at_least_s", "at_most_s"),
    [
        # never at 1.13 In, within the conventional hour at 1.45 In, 1 to 60 s at 2.55 In (IEC 60898-1)
        ("B", 1.13, math.inf, math.inf),
        ("C", 1.13, math.inf, math.inf),
        ("C", 1.45, 60, HOUR_S),
        ("B", 2.55, 1, 60),
        ("C", 2.55, 1, 60),
        # at once from the low end of the magnetic band, and not by it just below
        ("B", 3.0, 1, 1),
        ("C", 4.9, 2, 10),
        ("C", 5.0, 1, 1),
        ("D", 9.9, 2, 5),
        ("D", 10.0, 1, 1),
    ],
)
def test_a_breaker_keeps_to_its_standard(curve: Curve, multiple: float, at_least_s: float, at_most_s: float) -> None:
    assert at_least_s <= trips_after_s(Breaker(RATED_A, curve), multiple * RATED_A) <= at_most_s


def test_a_warm_breaker_trips_sooner_and_stays_warm_when_it_is_closed() -> None:
    cold, warm = Breaker(RATED_A, "C"), Breaker(RATED_A, "C", initial=1.0)
    assert trips_after_s(warm, 2 * RATED_A) < trips_after_s(cold, 2 * RATED_A)
    warm.reset()
    assert trips_after_s(warm, 2 * RATED_A) == 1


@pytest.mark.parametrize(
    ("multiple", "expected_s"),
    [(1.10, math.inf), (1.2, 3 * HOUR_S + 1), (1.3, 3 * HOUR_S + 1), (1.4, 121)],
)
def test_an_italian_meter_waits_three_hours_or_two_minutes(multiple: float, expected_s: float) -> None:
    assert trips_after_s(Italian(RATED_A), multiple * RATED_A, within_s=4 * HOUR_S) == expected_s


def test_an_italian_meter_starts_again_after_a_pause() -> None:
    meter = Italian(RATED_A)
    assert trips_after_s(meter, 1.4 * RATED_A, within_s=100) == math.inf
    meter.step(RATED_A)
    assert trips_after_s(meter, 1.4 * RATED_A) == 121
    meter.reset()
    assert trips_after_s(meter, 1.4 * RATED_A) == 121


def test_one_phase_opens_the_whole_supply() -> None:
    protection = Protection([Breaker(RATED_A, "C") for _ in range(3)])
    assert not protection.step((RATED_A, RATED_A, RATED_A))
    assert protection.step((0.0, 5 * RATED_A, 0.0))


def test_closing_it_resets_every_device() -> None:
    protection = Protection([Linky(RATED_A, initial=3.0) for _ in range(2)])
    assert protection.step((RATED_A, RATED_A))
    protection.reset()
    assert not protection.step((RATED_A, RATED_A))


def test_a_limit_in_total_sees_the_sum_of_the_phases() -> None:
    protection = Protection([Breaker(RATED_A, "B")], in_total=True)
    assert not protection.step((RATED_A, 0.0, RATED_A))
    assert protection.step((RATED_A, RATED_A, RATED_A))
