"""What is expected of a house, by tables of what it did, and by properties."""

from collections.abc import Callable
from datetime import date, timedelta
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.smart_charging.engine.accounting.base_load import KEPT_DAYS, BaseLoad, HouseHour, learn

TODAY = date(2026, 3, 2)
"""A Monday."""
SATURDAY, SUNDAY = TODAY + timedelta(days=5), TODAY + timedelta(days=6)


def lived(kw: Callable[[date, int], float], days: int = KEPT_DAYS, until: date = TODAY) -> list[HouseHour]:
    """Hours of as many days before `until`."""
    return [
        HouseHour(day=day, hour=hour, kw=kw(day, hour))
        for day in (until - timedelta(days=ago) for ago in range(1, days + 1))
        for hour in range(24)
    ]


def ago(day: date) -> int:
    return (TODAY - day).days


def is_weekend(day: date) -> bool:
    return day.weekday() >= 5


@pytest.mark.parametrize(
    ("kw", "day", "hour", "expected"),
    [
        pytest.param(lambda _day, _hour: 0.4, TODAY, 3, 0.4, id="a constant house gives itself"),
        pytest.param(lambda _day, hour: 2.0 if hour == 19 else 0.4, TODAY, 19, 2.0, id="dinner at seven"),
        pytest.param(lambda _day, hour: 2.0 if hour == 19 else 0.4, TODAY, 18, 0.4, id="... and not at six"),
        pytest.param(
            lambda day, hour: 1.2 if is_weekend(day) and hour == 10 else 0.4, SATURDAY, 10, 1.2, id="a late breakfast"
        ),
        pytest.param(
            lambda day, hour: 1.2 if is_weekend(day) and hour == 10 else 0.4, TODAY, 10, 0.4, id="... not on a workday"
        ),
        pytest.param(
            lambda day, hour: 3.0 if ago(day) % 3 == 0 and hour == 12 else 0.3,
            TODAY,
            12,
            1.2,
            id="an oven each third day: the mean, not the median",
        ),
        pytest.param(
            lambda day, _hour: 0.1 if ago(day) <= 14 else 0.5, TODAY, 12, 0.5, id="back from two weeks of holidays"
        ),
        pytest.param(lambda day, _hour: 0.1 if ago(day) == 9 else 0.5, TODAY, 12, 0.5, id="a day away"),
        pytest.param(
            lambda day, _hour: 1.0 if ago(day) <= 28 else 0.6,
            TODAY,
            12,
            0.87,
            id="a heat pump since four weeks: these weeks count more",
        ),
    ],
)
def test_what_is_expected(kw: Callable[[date, int], float], day: date, hour: int, expected: float) -> None:
    assert learn(lived(kw), TODAY).kw(day, hour) == pytest.approx(expected, abs=0.05)


def test_who_stays_away_is_believed_in_the_end() -> None:
    away = lived(lambda day, _hour: 0.1 if ago(day) <= 30 else 0.5)
    assert learn(away, TODAY).kw(TODAY, 12) == pytest.approx(0.2, abs=0.05)


def test_nothing_is_known_of_a_house_that_nobody_saw() -> None:
    assert learn([], TODAY) == BaseLoad()
    assert BaseLoad().kw(TODAY, 0) is None
    assert BaseLoad().margin_kw(0) is None


def test_one_day_tells_what_is_expected_and_not_how_wrong_that_is() -> None:
    base_load = learn(lived(lambda _day, hour: hour / 10, days=1), TODAY)
    assert base_load.kw(SATURDAY, 7) == pytest.approx(0.7)
    assert base_load.margin_kw(7) is None


def test_an_hour_that_nobody_saw_is_not_known() -> None:
    seen = [hour for hour in lived(lambda _day, _hour: 0.4) if hour.hour != 4]
    assert learn(seen, TODAY).kw(TODAY, 4) is None
    assert learn(seen, TODAY).kw(TODAY, 5) == pytest.approx(0.4)


@pytest.mark.parametrize("kw", [pytest.param(kw, id=str(kw)) for kw in (nan, inf, -inf, 1e6)])
def test_what_no_house_takes_is_left_out(kw: float) -> None:
    wrong = HouseHour(day=TODAY - timedelta(days=1), hour=3, kw=kw)
    usual = lived(lambda _day, _hour: 0.4)
    assert learn([*usual, wrong], TODAY) == learn(usual, TODAY)


def test_a_roof_that_nobody_tells_of_makes_no_house_that_gives() -> None:
    assert learn(lived(lambda _day, _hour: -2.0), TODAY).kw(TODAY, 12) == 0


def test_what_is_too_old_or_not_yet_is_left_out() -> None:
    usual = lived(lambda _day, _hour: 0.4)
    others = [HouseHour(day=TODAY + timedelta(days=days), hour=3, kw=9.0) for days in (-KEPT_DAYS - 1, 1)]
    assert learn([*usual, *others], TODAY) == learn(usual, TODAY)


def test_an_hour_that_comes_twice_is_as_its_higher_one() -> None:
    night = [HouseHour(day=TODAY, hour=2, kw=kw) for kw in (0.3, 0.7, 0.5)]
    assert learn(night, TODAY).kw(TODAY, 2) == pytest.approx(0.7)


def cooks(day: date, hour: int) -> float:
    """Each other day, for an hour."""
    return 2.4 if hour == 19 and ago(day) % 2 == 0 else 0.4


def test_the_margin_follows_the_errors() -> None:
    base_load = learn(lived(cooks), TODAY)
    expected, margin = base_load.kw(TODAY, 19), base_load.margin_kw(19)
    assert expected is not None
    assert margin is not None
    assert expected + margin == pytest.approx(2.4, abs=0.2)
    assert base_load.margin_kw(12) == pytest.approx(0, abs=1e-9)


def test_what_happens_at_seven_may_happen_at_six_or_eight() -> None:
    base_load = learn(lived(cooks), TODAY)
    assert base_load.margin_kw(18) == base_load.margin_kw(20) == pytest.approx(1.0, abs=0.2)


def test_the_margin_decays() -> None:
    margins = [
        learn(
            lived(cooks, days=28 + quiet)[24 * quiet :] + lived(lambda _day, _hour: 0.4, days=quiet), TODAY
        ).margin_kw(19)
        for quiet in (1, 27, 40)
    ]
    first, later, last = (margin or 0.0 for margin in margins)
    assert first > 0.9
    assert first > later
    assert last == 0


HOURS = st.lists(
    st.builds(
        HouseHour,
        day=st.integers(-3, 60).map(lambda days: TODAY - timedelta(days=days)),
        hour=st.integers(0, 23),
        kw=st.floats(-200, 200) | st.just(nan),
    ),
    max_size=60,
)


@given(HOURS, st.randoms(use_true_random=False))
def test_the_order_of_hours_changes_nothing(hours: list[HouseHour], chance: object) -> None:
    shuffled = list(hours)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert learn(shuffled, TODAY) == learn(hours, TODAY)


@given(HOURS)
def test_nothing_is_ever_negative_or_beyond_what_was_seen(hours: list[HouseHour]) -> None:
    base_load = learn(hours, TODAY)
    most = max((hour.kw for hour in hours if abs(hour.kw) <= 100), default=0.0)
    assert all(0 <= kw <= max(0.0, most) + 1e-9 for kw in base_load.expected_kw.values())
    assert all(0 <= kw <= max(0.0, most) + 1e-9 for kw in base_load.margins_kw.values())


@given(st.floats(0, 50), st.integers(1, 60), st.sets(st.integers(0, 24 * 20)))
def test_a_constant_house_gives_itself_whatever_is_missing(kw: float, days: int, missing: set[int]) -> None:
    seen = [hour for number, hour in enumerate(lived(lambda _day, _hour: kw, days)) if number not in missing]
    base_load = learn(seen, TODAY)
    assert set(base_load.expected_kw.values()) <= {kw}
    assert set(base_load.margins_kw.values()) <= {0.0}
