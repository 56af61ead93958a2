"""A month's peaks by the samples of its meter: tables of quarters of an hour, and properties."""

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from math import inf, nan
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from custom_components.smart_charging.engine.accounting.peaks import (
    HELD,
    MOST_KW,
    DayPeak,
    PeaksSeen,
    Sample,
    follow,
    free_kw,
    highest,
    month_of,
    seen_enough,
)
from custom_components.smart_charging.engine.model.peak_month import PeakMonth
from custom_components.smart_charging.engine.model.tariff import PeakPrice

MINUTE, QUARTER = timedelta(minutes=1), timedelta(minutes=15)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEVER = timedelta()
MAY = datetime(2026, 4, 30, 22, tzinfo=UTC)
"""The first of May begins in Brussels."""
JUNE = MAY + 31 * DAY
DAYS = [MAY + number * DAY for number in range(35)]
NOON = MAY + 12 * HOUR
BEAT = timedelta(seconds=10)
"""How often the meter speaks."""

type Stretch = tuple[timedelta, float | None]
"""For so long, kW."""


def about(value: float) -> Any:
    """Stand for a number that is nearly this one, wherever a number is expected."""
    return pytest.approx(value)


def samples(*stretches: Stretch, since: datetime = NOON, beat: timedelta = BEAT) -> list[Sample]:
    """Let the meter tell such powers, one after another, and the last one once more; None for longer than a beat is silence."""
    told: list[Sample] = []
    at, kw = since, None
    for length, kw in stretches:
        told += [Sample(at=at + number * beat, kw=kw) for number in range(length // beat)]
        at += length
    return [*told, Sample(at=at, kw=kw)]


def watch(
    told: Iterable[Sample],
    seen: PeaksSeen | None = None,
    *,
    window: timedelta = QUARTER,
    days: Sequence[datetime] = DAYS,
) -> PeaksSeen:
    seen = seen or PeaksSeen()
    for sample in told:
        seen = follow(seen, sample, window=window, days=days)
    return seen


def peak_kw(seen: PeaksSeen, first: datetime = MAY) -> float | None:
    peak = highest(seen, first)
    return None if peak is None else peak.kw


def known(seen: PeaksSeen, at: datetime, window: timedelta = QUARTER) -> PeakMonth:
    return month_of(seen, at, window=window, days=DAYS, ends=JUNE)


@pytest.mark.parametrize(
    ("stretches", "expected"),
    [
        pytest.param([(QUARTER, 4.0)], 4.0, id="a quarter of an hour"),
        pytest.param([(5 * MINUTE, 6.0), (10 * MINUTE, 3.0)], 4.0, id="the mean counts, not the highest moment"),
        pytest.param([(QUARTER, 2.0), (QUARTER, 5.0), (QUARTER, 3.0)], 5.0, id="the highest of three"),
        pytest.param([(14 * MINUTE, 9.0)], None, id="it is not over"),
        pytest.param([(10 * MINUTE, 0.0), (10 * MINUTE, 6.0), (10 * MINUTE, 0.0)], 2.0, id="windows lie on the clock"),
        pytest.param([(QUARTER, -4.0)], 0.0, id="export is no import"),
        pytest.param([(5 * MINUTE, 6.0), (10 * MINUTE, -3.0)], 2.0, id="... and takes nothing off it"),
        pytest.param([(8 * MINUTE, 4.0), (7 * MINUTE, None)], 4.0, id="more than half was seen"),
        pytest.param([(7 * MINUTE, 4.0), (8 * MINUTE, None)], None, id="less than half was"),
        pytest.param([(4 * MINUTE, 8.0), (7 * MINUTE, None), (4 * MINUTE, 2.0)], 5.0, id="a gap counts as the rest"),
        pytest.param([(QUARTER, nan)], None, id="no number"),
        pytest.param([(QUARTER, inf)], None, id="no power that there is"),
        pytest.param([(14 * MINUTE, 3.0), (MINUTE, MOST_KW + 1)], 3.0, id="a garbled reading"),
    ],
)
def test_the_peak_of_quarters(stretches: list[Stretch], expected: float | None) -> None:
    assert peak_kw(watch(samples(*stretches))) == (None if expected is None else about(expected))


@pytest.mark.parametrize(
    ("beat", "expected"),
    [
        pytest.param(timedelta(seconds=1), 4.0, id="each second"),
        pytest.param(timedelta(seconds=7), 4.0, id="over the ends of windows"),
        pytest.param(2 * HELD, 4.0, id="just half is seen"),
        pytest.param(3 * HELD, None, id="a third is not enough"),
    ],
)
def test_a_sample_holds_for_a_while(beat: timedelta, expected: float | None) -> None:
    assert peak_kw(watch(samples((2 * HOUR, 4.0), beat=beat))) == (None if expected is None else about(expected))


def test_a_window_of_an_hour() -> None:
    seen = watch(samples((QUARTER, 8.0), (3 * QUARTER, 0.0)), window=HOUR)
    assert peak_kw(seen) == about(2.0)
    assert highest(seen, MAY) == seen.days[MAY]


def test_a_restart_in_the_middle_of_a_window() -> None:
    before = watch(samples((5 * MINUTE, 6.0)))
    kept = PeaksSeen(window=before.window, days=before.days)
    after = watch(samples((9 * MINUTE, 3.0), since=NOON + 6 * MINUTE), kept)
    assert peak_kw(after) == about((5 * 6.0 + 9 * 3.0) / 14)


def test_a_window_that_ended_while_nobody_looked() -> None:
    kept = PeaksSeen(window=watch(samples((10 * MINUTE, 6.0))).window)
    assert peak_kw(watch(samples((MINUTE, 0.0), since=NOON + HOUR), kept)) == about(6.0)


def test_time_that_goes_back_is_no_time() -> None:
    seen = watch(samples((10 * MINUTE, 6.0)))
    seen = watch(samples((10 * MINUTE, 6.0), since=NOON + 5 * MINUTE), seen)
    assert peak_kw(seen) == about(6.0)
    seen = watch(samples((QUARTER, 1.0), since=NOON - DAY + HOUR), seen)
    assert peak_kw(seen) == about(6.0)


def test_each_day_has_its_peak() -> None:
    seen = PeaksSeen()
    for day, kw in enumerate([3.0, 5.0, 4.0]):
        seen = watch(samples((QUARTER, kw), (QUARTER, kw - 1), (QUARTER, kw), since=NOON + day * DAY), seen)
    assert seen.days == {
        MAY + day * DAY: DayPeak(kw=about(kw), start=NOON + day * DAY) for day, kw in enumerate([3.0, 5.0, 4.0])
    }
    month = known(seen, NOON + 2 * DAY + HOUR)
    assert (month.days, month.ends) == (tuple(DAYS), JUNE)
    assert month.past_kw == (about(3.0), about(5.0))
    assert month.today_kw == about(4.0)


def test_a_day_ends_at_midnight_by_the_homes_clock() -> None:
    seen = watch(samples((QUARTER, 3.0), (QUARTER, 5.0), since=MAY + DAY - QUARTER))
    assert list(seen.days) == [MAY, MAY + DAY]


def test_a_month_begins_anew() -> None:
    june = [JUNE + number * DAY for number in range(34)]
    seen = watch(samples((QUARTER, 9.0), since=JUNE - DAY))
    seen = watch(samples((QUARTER, 9.0), since=JUNE - QUARTER)[:-1], seen)
    assert peak_kw(seen) == about(9.0)
    assert peak_kw(seen, JUNE) is None
    seen = watch(samples((10 * MINUTE, 4.0), since=JUNE), seen, days=june)
    assert seen.days == {}
    seen = watch(samples((5 * MINUTE, 4.0), since=JUNE + 10 * MINUTE), seen, days=june)
    assert seen.days == {JUNE: DayPeak(kw=about(4.0), start=JUNE)}


@pytest.mark.parametrize(
    ("stretches", "after", "expected"),
    [
        pytest.param([(10 * MINUTE, 6.0)], 10 * MINUTE, 1.0, id="what was imported so far"),
        pytest.param([(10 * MINUTE, -6.0)], 10 * MINUTE, 0.0, id="nothing was"),
        pytest.param([(5 * MINUTE, 6.0), (5 * MINUTE, None)], 10 * MINUTE, 1.0, id="a gap counts as the rest"),
        pytest.param([(QUARTER, 6.0)], QUARTER, 0.0, id="a window begins"),
        pytest.param([(10 * MINUTE, 6.0)], HOUR, 0.0, id="nothing came for long"),
        pytest.param([(NEVER, 6.0)], NEVER, 0.0, id="nothing was seen yet"),
    ],
)
def test_the_window_that_runs(stretches: list[Stretch], after: timedelta, expected: float) -> None:
    assert known(watch(samples(*stretches)), NOON + after).window_kwh == about(expected)


def test_nothing_is_known_of_a_month_that_nobody_saw() -> None:
    assert known(PeaksSeen(), NOON) == PeakMonth(days=tuple(DAYS), ends=JUNE)


MOMENTS = st.lists(
    st.tuples(
        st.integers(0, 4000).map(lambda seconds: NOON + timedelta(seconds=seconds)),
        st.none() | st.floats(-50, 50),
    ),
    min_size=1,
    max_size=60,
)


@given(MOMENTS)
def test_no_peak_is_above_the_highest_sample_or_below_nothing(moments: list[tuple[datetime, float | None]]) -> None:
    told = [Sample(at=at, kw=kw) for at, kw in moments]
    top = max((max(0.0, sample.kw) for sample in told if sample.kw is not None), default=0.0) + 1e-9
    seen = watch(told)
    month = known(seen, max(sample.at for sample in told))
    assert all(0 <= peak.kw <= top for peak in seen.days.values())
    assert 0 <= month.today_kw <= top
    assert 0 <= month.window_kwh <= top * (QUARTER / HOUR)


@given(MOMENTS, st.randoms(use_true_random=False))
def test_the_order_of_samples_at_one_time_is_irrelevant(
    moments: list[tuple[datetime, float | None]], chance: random.Random
) -> None:
    told = sorted((Sample(at=at.replace(second=0), kw=kw) for at, kw in moments), key=lambda sample: sample.at)
    mixed = sorted(chance.sample(told, len(told)), key=lambda sample: sample.at)
    assert watch(mixed) == watch(told)


@given(st.lists(st.floats(0, 50), min_size=90, max_size=90))
def test_whoever_sees_all_sees_what_the_register_says(kw: list[float]) -> None:
    told = [Sample(at=NOON + number * BEAT, kw=value) for number, value in enumerate([*kw, 0.0])]
    assert peak_kw(watch(told)) == about(sum(kw) / len(kw))


FLANDERS = PeakPrice(per_kw=4.0, least_kw=2.5)
SWEDEN = PeakPrice(per_kw=65.0, window=HOUR, days=3)
NORWAY = PeakPrice(per_kw=0.0, window=HOUR, days=3, steps=((0.0, 90.0), (2.0, 90.0), (5.0, 146.0)))


@pytest.mark.parametrize(
    ("price", "past_kw", "today_kw", "expected"),
    [
        pytest.param(FLANDERS, (), 0.0, 2.5, id="the least is billed anyway"),
        pytest.param(FLANDERS, (4.0, 6.0), 3.0, 6.0, id="the highest so far"),
        pytest.param(FLANDERS, (4.0,), 7.0, 7.0, id="that of today"),
        pytest.param(SWEDEN, (), 3.0, 3.0, id="on the first day that of today"),
        pytest.param(SWEDEN, (8.0,), 0.0, 0.0, id="on the second day each kW costs"),
        pytest.param(SWEDEN, (8.0, 6.0, 4.0), 2.0, 4.0, id="the third highest day"),
        pytest.param(SWEDEN, (8.0, 6.0, 4.0, 5.0), 2.0, 5.0, id="the third highest of four"),
        pytest.param(SWEDEN, (8.0, 6.0, 4.0), 9.0, 9.0, id="today is the highest"),
        pytest.param(NORWAY, (4.0, 4.0), 1.0, 7.0, id="up to a mean of 5 kW"),
        pytest.param(NORWAY, (8.0, 8.0), 1.0, inf, id="above the last step"),
    ],
)
def test_how_high_a_window_may_become_for_nothing(
    price: PeakPrice, past_kw: tuple[float, ...], today_kw: float, expected: float
):
    assert free_kw(PeakMonth(ends=JUNE, past_kw=past_kw, today_kw=today_kw), price) == pytest.approx(expected)


@given(
    st.lists(st.floats(0, 20), max_size=6),
    st.floats(0, 20),
    st.sampled_from([FLANDERS, SWEDEN, NORWAY]),
    st.floats(0.001, 5),
)
def test_up_to_there_nothing_more_is_billed_and_above_it_is(
    past_kw: list[float], today_kw: float, price: PeakPrice, more_kw: float
):
    free = free_kw(PeakMonth(ends=JUNE, past_kw=past_kw, today_kw=today_kw), price)
    assume(free < inf)
    before = billed_kw(price, [*past_kw, today_kw])
    assert billed_kw(price, [*past_kw, max(today_kw, free)]) == pytest.approx(before)
    if price.per_kw:
        assert billed_kw(price, [*past_kw, max(today_kw, free + more_kw)]) > before


def billed_kw(price: PeakPrice, days_kw: Sequence[float]) -> float:
    """Tell what a month is billed by: a mean, or the step that it is in."""
    mean_kw = max(price.least_kw, sum(sorted(days_kw, reverse=True)[: price.days]) / price.days)
    if price.per_kw:
        return mean_kw
    return sum(mean_kw > from_kw + 1e-9 for from_kw, _ in price.steps)


@pytest.mark.parametrize(
    ("stretches", "since", "enough"),
    [
        pytest.param([(5 * MINUTE, 2.0)], NOON, True, id="all of it"),
        pytest.param([(5 * MINUTE, 2.0), (4 * MINUTE, None)], NOON, True, id="five minutes of nine"),
        pytest.param([(5 * MINUTE, 2.0), (6 * MINUTE, None)], NOON, False, id="five minutes of eleven"),
        pytest.param([(MINUTE, 2.0)], NOON + 10 * MINUTE, False, id="the last minute of eleven"),
        pytest.param([(NEVER, 2.0)], NOON, True, id="it begins"),
    ],
)
def test_whether_most_of_a_window_was_seen(stretches: Sequence[Stretch], since: datetime, *, enough: bool):
    told = samples(*stretches, since=since)
    assert seen_enough(watch(told), told[-1].at, window=QUARTER) is enough


def test_of_a_window_that_nobody_looked_at_nothing_was_seen():
    assert seen_enough(PeaksSeen(), NOON + QUARTER / 2, window=QUARTER) is False
    assert seen_enough(watch(samples((QUARTER, 2.0))), NOON + 10 * QUARTER + MINUTE, window=QUARTER) is False


def test_a_window_counts_as_it_is_told():
    told = samples((QUARTER, 8.0), (QUARTER, 5.0), (QUARTER, 9.0), (QUARTER, 1.0))
    factors = {NOON: 0.5, NOON + QUARTER: 1.0, NOON + 2 * QUARTER: 0.0}
    seen = PeaksSeen()
    for sample in told:
        seen = follow(seen, sample, window=QUARTER, days=DAYS, factor=lambda start: factors.get(start, 1.0))
    assert highest(seen, MAY) == DayPeak(kw=about(5.0), start=NOON + QUARTER)
