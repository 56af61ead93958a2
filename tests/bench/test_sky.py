"""The sky keeps what was measured, and is the same each time."""

import math

import pytest

from bench import sky
from bench.sky import DAY_S, QUARTER_S, QUARTERS, Profile

NOON = [max(0.0, math.sin(math.pi * (quarter - 24) / 48)) * 0.6 for quarter in range(QUARTERS)]


def year(*days: float) -> Profile:
    """Days that give so much of what the best one does, over and over."""
    return Profile(
        "P", [share * value for number in range(365) for value in NOON for share in [days[number % len(days)]]]
    )


@pytest.mark.parametrize("share", [1.0, 0.6, 0.2])
def test_each_quarter_has_its_measured_mean(share: float):
    profile = year(1.0, share)
    seconds = sky.seconds(profile, 101, broken=1.0)
    assert len(seconds) == DAY_S
    for quarter, mean in enumerate(profile.day(101)):
        got = math.fsum(seconds[quarter * QUARTER_S : (quarter + 1) * QUARTER_S]) / QUARTER_S
        assert got == pytest.approx(mean, abs=1e-4)


def test_the_same_day_has_the_same_sky_and_another_seed_has_another():
    profile = year(1.0, 0.6)
    assert sky.seconds(profile, 101) == sky.seconds(profile, 101)
    assert sky.seconds(profile, 101) != sky.seconds(profile, 101, seed=1)


def test_broken_clouds_swing_and_a_clear_sky_does_not():
    def swing(share: float) -> float:
        noon = sky.seconds(year(1.0, share), 101, broken=1.0)[DAY_S // 2 - 1800 : DAY_S // 2 + 1800]
        return max(noon) / min(noon)

    assert swing(0.6) > 2
    assert swing(1.0) < 1.5


def test_nothing_is_far_above_the_clear_sky():
    profile = year(1.0, 0.6)
    clear = profile.clear(101)
    for second, value in enumerate(sky.seconds(profile, 101, broken=1.0)):
        assert value <= sky.BRIM * clear[second // QUARTER_S] + 1e-6


def test_the_clear_sky_is_the_best_of_the_days_around():
    assert year(0.5, 1.0, 0.2).clear(50) == NOON


def test_a_year_begins_again():
    profile = year(1.0, 0.5)
    assert list(profile.day(365)) == list(profile.day(0))
