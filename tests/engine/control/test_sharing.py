"""Who comes first, and how what is beyond the minimums is divided."""

import pytest

from custom_components.smart_charging.engine.control.demand import Demand
from custom_components.smart_charging.engine.control.sharing import (
    LAXITY_SCALE_S,
    STRATEGIES,
    Tier,
    by_priority,
    equal,
    first_come,
    least_laxity,
    proportional,
    queue,
)
from custom_components.smart_charging.engine.model.strategy import Strategy
from tests.engine.builders import NOW, later, wants


def names(tiers: list[Tier]) -> list[str]:
    """Who is served with whom, tier by tier."""
    return ["".join(share.demand.evse_id for share in tier) for tier in tiers]


def test_every_strategy_that_can_be_chosen_is_there():
    assert set(STRATEGIES) == set(Strategy)


@pytest.mark.parametrize(
    ("tiers", "expected"),
    [
        pytest.param(equal([wants("a"), wants("b", priority=1)]), ["ab"], id="equal"),
        pytest.param(proportional([wants("a", 32), wants("b", 16)]), ["ab"], id="proportional"),
        pytest.param(by_priority([wants("a"), wants("b", priority=2), wants("c"), wants("d", priority=1)]), ["b", "d", "ac"], id="priority"),
        pytest.param(first_come([wants("a", arrived_at=later(9)), wants("b", arrived_at=later(3)), wants("c", arrived_at=later(9)), wants("d")]), ["b", "ac", "d"], id="first come"),
        pytest.param(least_laxity([wants("a"), wants("b", laxity_s=60), wants("c"), wants("d", laxity_s=-60)]), ["bd", "ac"], id="laxity"),
        pytest.param(least_laxity([wants("a"), wants("b")]), ["ab"], id="laxity without a departure"),
        pytest.param(least_laxity([wants("a", laxity_s=5)]), ["a"], id="laxity with departures alone"),
    ],
)  # fmt: skip
def test_tiers(tiers: list[Tier], expected: list[str]):
    assert names(tiers) == expected


def test_what_each_has_as_the_level_rises():
    (tier,) = proportional([wants("a", 32), wants("b", 16)])
    assert [(share.offset_a, share.per_level_a) for share in tier] == [(0, 32), (0, 16)]
    (tier,) = least_laxity([wants("a", 32, laxity_s=0), wants("b", 16, laxity_s=LAXITY_SCALE_S)])
    assert [(share.offset_a, share.per_level_a) for share in tier] == [(0, 32), (-16, 16)], "b begins when a has all"


@pytest.mark.parametrize(
    ("demands", "expected"),
    [
        pytest.param([wants("b"), wants("a")], "ab", id="nothing known: by id"),
        pytest.param([wants("a"), wants("b", priority=1)], "ba", id="priority"),
        pytest.param([wants("a", laxity_s=600), wants("b", laxity_s=-600), wants("c")], "bac", id="the least time to spare"),
        pytest.param([wants("a", waiting_since=later(-600)), wants("b", served_since=later(-599))], "ba", id="a turn that is not over"),
        pytest.param([wants("a", waiting_since=later(-600)), wants("b", served_since=later(-600))], "ab", id="a turn that is over"),
        pytest.param([wants("a", waiting_since=later(-10)), wants("b", waiting_since=later(-20))], "ba", id="the longest wait"),
        pytest.param([wants("a", served_since=later(-700)), wants("b", served_since=later(-800))], "ba", id="turns that are over: who began first"),
        pytest.param([wants("a", served_since=later(-20)), wants("b", served_since=later(-30)), wants("c", waiting_since=later(-5000))], "bac", id="two turns under way: none of them ends for one that waits"),
    ],
)  # fmt: skip
def test_queue(demands: list[Demand], expected: str):
    assert "".join(item.evse_id for item in queue(demands, NOW, turn_s=600)) == expected


def test_urgency_ends_no_turn_for_a_second():
    """A car that waits has a little less to spare each second: that alone is no reason to begin another turn."""
    charges, waits = wants("a", laxity_s=600, served_since=later(-60)), wants("b", laxity_s=599)
    assert queue([charges, waits], NOW, turn_s=600)[0] is charges
