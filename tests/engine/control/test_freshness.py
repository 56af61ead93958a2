"""Which readings are believed."""

import math

import pytest

from custom_components.smart_charging.engine.control.freshness import is_sound, oldest_s, view_meters
from custom_components.smart_charging.engine.model.limit import Limit
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState
from tests.engine.builders import NOW, contract, later, mains, rating, reading, site

TREE = site(
    circuits=[mains(rating(40)), mains(rating(20), circuit_id="garage", parent_id="site", metered=False)],
    stale_after_s=10.0,
)


def look(snapshot_reading: MeterReading | None, remembered: MeterReading | None = None, *, at_s: float = 0):
    snapshot = SiteSnapshot(at=later(at_s), meters={} if snapshot_reading is None else {"site": snapshot_reading})
    state = ControlState(meters={} if remembered is None else {"site": remembered})
    believed, views = view_meters(TREE, snapshot, state)
    return believed.get("site"), views["site"]


def test_a_fresh_reading_is_known():
    believed, view = look(reading(12))
    assert believed == reading(12)
    assert (view.known, view.silent_s) == (True, 0)


def test_only_metered_circuits_have_a_view():
    assert list(view_meters(TREE, SiteSnapshot(at=NOW), ControlState())[1]) == ["site"]


@pytest.mark.parametrize(
    ("age_s", "known"),
    [(0, True), (10, True), (10.1, False), (300, False)],
    ids=["now", "at the bound", "past it", "long"],
)
def test_the_last_good_reading_serves_until_it_is_stale(age_s: float, known: bool):
    believed, view = look(None, reading(12), at_s=age_s)
    assert believed == reading(12)
    assert view.known is known
    assert view.silent_s == age_s


def test_a_meter_that_never_spoke_is_unknown():
    believed, view = look(None)
    assert believed is None
    assert (view.known, view.silent_s) == (False, None)


def test_an_old_reading_is_no_sign_that_the_meter_lives_after_a_start():
    assert look(reading(12), at_s=11)[0] is None


def test_a_reading_older_than_the_last_is_not_taken():
    newer, older = reading(12, at=later(5)), reading(30, at=later(2))
    assert look(older, newer, at_s=6)[0] == newer


def test_a_reading_from_the_future_comes_from_a_clock_that_jumped():
    assert look(reading(12, at=later(60)))[0] is None


def test_a_clock_that_fell_back_ends_belief_in_what_was_remembered():
    assert look(None, reading(12, at=later(60)))[0] is None


def test_garbage_does_not_take_the_place_of_a_good_reading():
    believed, view = look(reading(math.nan, at=later(2)), reading(12), at_s=3)
    assert believed == reading(12)
    assert view.silent_s == 3


@pytest.mark.parametrize(
    ("candidate", "sound"),
    [
        pytest.param(reading(0.0), True, id="nothing flows"),
        pytest.param(reading(150.0), True, id="a heavy overload is possible"),
        pytest.param(reading(-60.0), True, id="export"),
        pytest.param(reading(1300.0), False, id="more than a breaker lets through"),
        pytest.param(reading(-200.0), False, id="more export than the fuse lets through"),
        pytest.param(reading(math.nan), False, id="not a number"),
        pytest.param(reading(math.inf), False, id="infinite"),
        pytest.param(reading(), False, id="nothing said"),
        pytest.param(reading(power_w=4600.0), True, id="the total alone"),
        pytest.param(reading(power_w=math.nan), False, id="a total that is no number"),
        pytest.param(reading(power_w=-1e6), False, id="an absurd total"),
    ],
)
def test_what_a_reading_must_be(candidate: MeterReading, sound: bool):
    assert is_sound(candidate, mains(rating(40)), 230) is sound


@pytest.mark.parametrize(
    ("limits", "current_a", "sound"),
    [
        pytest.param([contract(9000)], 600.0, True, id="a small contract is measured against 63 A"),
        pytest.param([rating(200)], 1300.0, True, id="a large site may carry more"),
    ],
)
def test_absurd_is_relative_to_the_limit(limits: list[Limit], current_a: float, sound: bool):
    assert is_sound(reading(current_a), mains(*limits), 230) is sound


def test_three_phases_need_three_readings_or_the_total():
    three = mains(rating(25), phases=3)
    assert not is_sound(reading(5, 5), three, 230)
    assert is_sound(reading(5, 5, 5), three, 230)
    assert is_sound(reading(5, power_w=3000), three, 230)


@pytest.mark.parametrize(
    ("before", "after", "age_s", "taken"),
    [
        pytest.param(reading(30), reading(-90, at=later(1)), 1, True, id="a large plant comes out of a cloud"),
        pytest.param(reading(30), reading(-100, at=later(1)), 1, False, id="a fall by more than twice 63 A"),
        pytest.param(reading(30), reading(-100, at=later(9)), 9, False, id="even if it lasts for 9 s"),
        pytest.param(reading(30), reading(-100, at=later(11)), 11, True, id="what stays so is true"),
        pytest.param(reading(-20), reading(150, at=later(1)), 1, True, id="a rise is believed: it lowers"),
        pytest.param(reading(power_w=7000.0), reading(power_w=-20_000.0, at=later(1)), 1, True, id="a total that falls by 117 A"),
        pytest.param(reading(power_w=7000.0), reading(power_w=-23_000.0, at=later(1)), 1, False, id="a total that falls by 130 A"),
        pytest.param(reading(power_w=7000.0), reading(5, at=later(1)), 1, True, id="a meter that begins to tell its phases"),
    ],
)  # fmt: skip
def test_a_load_does_not_fall_by_more_than_a_fuse_carries_both_ways(
    before: MeterReading, after: MeterReading, age_s: float, taken: bool
):
    believed, view = look(after, before, at_s=age_s)
    assert believed == (after if taken else before)
    assert view.silent_s == (0 if taken else age_s)


def test_a_reading_may_be_as_old_as_the_slowest_meter_above_allows():
    slow = mains(rating(20), circuit_id="garage", parent_id="site", stale_after_s=190.0)
    row = mains(rating(16), circuit_id="row", parent_id="garage", metered=False)
    tree = site(circuits=[mains(rating(40)), slow, row], stale_after_s=10.0)
    assert [oldest_s(tree, name) for name in ("site", "garage", "row")] == [10, 190, 190]
    assert oldest_s(site(circuits=[mains(rating(40), metered=False)]), "site") == 0
