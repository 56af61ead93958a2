"""Dividing what there is: each row is a site in one line."""

import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.smart_charging.engine.control.allocate import allocate
from custom_components.smart_charging.engine.control.constraint import NEARLY, Constraint
from custom_components.smart_charging.engine.control.demand import Demand
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from custom_components.smart_charging.engine.model.strategy import Strategy
from tests.engine.builders import NOW, later, leaves, wants


@pytest.mark.parametrize(
    ("constraints", "demands", "expected"),
    [
        pytest.param([leaves(40, "a")], [wants("a")], {"a": 32}, id="one car, room for all it wants"),
        pytest.param([leaves(20, "a")], [wants("a")], {"a": 20}, id="one car, 20 A left"),
        pytest.param([leaves(5.9, "a")], [wants("a")], {"a": 0}, id="one car, less than its minimum left"),
        pytest.param([leaves(6, "a")], [wants("a")], {"a": 6}, id="one car, just its minimum left"),
        pytest.param([leaves(-8, "a")], [wants("a")], {"a": 0}, id="overloaded without the car"),
        pytest.param([leaves(3, "a")], [wants("a", can_pause=False)], {"a": 6}, id="a charger that cannot pause"),
        pytest.param([leaves(20, "ab")], [wants("a"), wants("b")], {"a": 10, "b": 10}, id="two cars share equally"),
        pytest.param([leaves(20, "ab")], [wants("a", 7), wants("b")], {"a": 7, "b": 13}, id="what one cannot take the other has"),
        pytest.param([leaves(20, "ab")], [wants("a", minimum_a=13), wants("b")], {"a": 13, "b": 7}, id="a high minimum comes first"),
        pytest.param([leaves(11, "ab")], [wants("b"), wants("a")], {"a": 11, "b": 0}, id="two minimums do not fit: by id"),
        pytest.param([leaves(11, "ab")], [wants("a"), wants("b", priority=1)], {"a": 0, "b": 11}, id="or by priority"),
        pytest.param([leaves(20, "a"), leaves(9, "b", phase=Phase.L2)], [wants("a"), wants("b")], {"a": 20, "b": 9}, id="different phases do not count against each other"),
        pytest.param([leaves(30, "abc"), leaves(14, "ab")], [wants("a"), wants("b"), wants("c")], {"a": 7, "b": 7, "c": 16}, id="a narrow branch frees room for the rest"),
        pytest.param([leaves(32, "abc"), leaves(20, "ab"), leaves(7, "a")], [wants("a"), wants("b"), wants("c")], {"a": 7, "b": 12.5, "c": 12.5}, id="three levels"),
        pytest.param([leaves(4200, "a", phase=None, weight=690)], [wants("a")], {"a": 4200 / 690}, id="4.2 kW in total on three phases"),
        pytest.param([leaves(20, "ab")], [wants("a", 16, pinned=True), wants("b")], {"a": 16, "b": 0}, id="one that does not listen is reckoned with"),
        pytest.param([leaves(26, "ab")], [wants("a", 16, pinned=True), wants("b")], {"a": 16, "b": 10}, id="and the other has the rest"),
        pytest.param([leaves(20, "ab")], [wants("a", 0), wants("b")], {"a": 0, "b": 20}, id="one that wants nothing"),
        pytest.param([leaves(20, "ab")], [wants("a", -10), wants("b")], {"a": -10, "b": 20}, id="discharging is not room for others"),
        pytest.param([], [wants("a")], {"a": 32}, id="no limit at all"),
    ],
)  # fmt: skip
def test_allocate(constraints: list[Constraint], demands: list[Demand], expected: dict[str, float]):
    given = allocate(constraints, demands)
    assert {evse_id: allocation.current_a for evse_id, allocation in given.items()} == pytest.approx(expected)


def test_each_share_names_what_bound_it():
    garage, mains = leaves(14, "ab"), leaves(30, "abc")
    given = allocate([mains, garage], [wants("a"), wants("b"), wants("c", 10)])
    assert given["a"].bound_by is garage
    assert given["b"].bound_by is garage
    assert given["c"].bound_by is None


def test_the_minimum_that_does_not_fit_names_the_tightest_limit():
    loose, tight = leaves(5, "a"), leaves(2, "a", phase=Phase.L2)
    assert allocate([loose, tight], [wants("a")])["a"].bound_by is tight


def test_four_cars_share_as_water_finds_its_level():
    given = allocate([leaves(60, "abcd")], [wants("a", 6), wants("b", 10), wants("c", 32), wants("d", 32)])
    assert [given[evse_id].current_a for evse_id in "abcd"] == pytest.approx([6, 10, 22, 22])


@pytest.mark.parametrize(
    ("strategy", "left_a", "demands", "expected"),
    [
        pytest.param(Strategy.EQUAL, 30, [wants("a"), wants("b"), wants("c")], [10, 10, 10], id="equal: the same for all"),
        pytest.param(Strategy.EQUAL, 30, [wants("a", 32), wants("b", 16), wants("c", 7)], [11.5, 11.5, 7], id="equal: whatever they want"),
        pytest.param(Strategy.PROPORTIONAL, 32, [wants("a", 32), wants("b", 16), wants("c", 16)], [16, 8, 8], id="proportional: half of what each wants"),
        pytest.param(Strategy.PROPORTIONAL, 20, [wants("a", 32), wants("b", 16), wants("c", 16)], [8, 6, 6], id="proportional: minimums first"),
        pytest.param(Strategy.PRIORITY, 30, [wants("a"), wants("b", 16, priority=1), wants("c")], [7, 16, 7], id="priority: all it wants, the rest shares"),
        pytest.param(Strategy.PRIORITY, 50, [wants("a", priority=2), wants("b", priority=1), wants("c")], [32, 12, 6], id="priority: one after another"),
        pytest.param(Strategy.EQUAL, 30, [wants("a"), wants("b", priority=1), wants("c")], [10, 10, 10], id="priority says only whose minimum is first, if it is not the strategy"),
        pytest.param(Strategy.FIRST_COME, 30, [wants("a", arrived_at=later(20)), wants("b", 16, arrived_at=later(0)), wants("c", arrived_at=later(10))], [6, 16, 8], id="first come: in the order of arrival"),
        pytest.param(Strategy.FIRST_COME, 30, [wants("a"), wants("b", 16, arrived_at=later(0)), wants("c")], [7, 16, 7], id="first come: those of whom nobody knows come last"),
        pytest.param(Strategy.LAXITY, 32, [wants("a", laxity_s=0), wants("b", laxity_s=900)], [24, 8], id="laxity: a quarter of an hour less to spare is half the maximum more"),
        pytest.param(Strategy.LAXITY, 36, [wants("a", laxity_s=1700), wants("b", laxity_s=0)], [6, 30], id="laxity: minimums first"),
        pytest.param(Strategy.LAXITY, 32, [wants("a", laxity_s=3600), wants("b", laxity_s=0)], [0, 32], id="laxity: but who has all the time waits, if another one would have less for it"),
        pytest.param(Strategy.LAXITY, 40, [wants("a", laxity_s=3600), wants("b", laxity_s=0)], [8, 32], id="laxity: and has what is left"),
        pytest.param(Strategy.LAXITY, 36, [wants("a", laxity_s=3600, can_pause=False), wants("b", laxity_s=0)], [6, 30], id="laxity: where it can wait"),
        pytest.param(Strategy.LAXITY, 32, [wants("a", laxity_s=1200, served_since=later(-60)), wants("b", laxity_s=0)], [64 / 3, 32 / 3], id="laxity: one that charges is taken to have half an hour less"),
        pytest.param(Strategy.LAXITY, 32, [wants("a", laxity_s=-600), wants("b", laxity_s=-600)], [16, 16], id="laxity: both will be late"),
        pytest.param(Strategy.LAXITY, 40, [wants("a"), wants("b", 20, laxity_s=7200), wants("c")], [10, 20, 10], id="laxity: who has no departure can wait"),
    ],
)  # fmt: skip
def test_strategies(strategy: Strategy, left_a: float, demands: list[Demand], expected: list[float]):
    given = allocate([leaves(left_a, "abc")], demands, strategy)
    assert [given[item.evse_id].current_a for item in demands] == pytest.approx(expected)


@pytest.mark.parametrize("strategy", Strategy)
def test_every_strategy_gives_all_the_others_can_take(strategy: Strategy):
    """What the first one of them cannot have, for its own fuse, flows on in the same tick."""
    demands = [
        wants("a", priority=2, arrived_at=later(0), laxity_s=0),
        wants("b", priority=1, arrived_at=later(1), laxity_s=900),
    ]
    given = allocate([leaves(40, "ab"), leaves(10, "a")], demands, strategy)
    assert (given["a"].current_a, given["b"].current_a) == pytest.approx((10, 30))


class TestLeftovers:
    """A car that takes less than it wants to: what it is expected to take comes first, and the rest is offered last."""

    def test_what_a_car_leaves_flows_to_the_other_in_the_same_tick(self):
        given = allocate([leaves(32, "ab")], [wants("a", expected_a=9.0), wants("b")])
        assert (given["a"].current_a, given["b"].current_a) == pytest.approx((9, 23))

    def test_nothing_is_kept_back_that_nobody_else_wants(self):
        given = allocate([leaves(32, "ab")], [wants("a", expected_a=9.0), wants("b", 10)])
        assert (given["a"].current_a, given["b"].current_a) == pytest.approx((22, 10))

    def test_it_is_bound_only_where_it_has_less_than_it_wants(self):
        given = allocate([leaves(64, "ab")], [wants("a", expected_a=9.0), wants("b")])
        assert (given["a"].bound_by, given["b"].bound_by) == (None, None)

    def test_two_that_leave_something_share_what_is_beyond(self):
        given = allocate([leaves(40, "ab")], [wants("a", expected_a=8.0), wants("b", expected_a=12.0)])
        assert (given["a"].current_a, given["b"].current_a) == pytest.approx((20, 20))


class TestTurns:
    """11 A for two cars of which each wants 6 at the least."""

    ROOM = (leaves(11, "ab"),)

    def run(self, *demands: Demand, turn_s: float = 1800) -> dict[str, float]:
        given = allocate(self.ROOM, demands, now=NOW, turn_s=turn_s)
        return {evse_id: item.current_a for evse_id, item in given.items()}

    def test_whoever_charges_goes_on(self):
        waits, charges = wants("a", waiting_since=later(-1000)), wants("b", served_since=later(-1000))
        assert self.run(waits, charges) == {"a": 0, "b": 11}

    def test_until_its_turn_is_over(self):
        waits, charges = wants("a", waiting_since=later(-1800)), wants("b", served_since=later(-1800))
        assert self.run(waits, charges) == {"a": 11, "b": 0}

    def test_the_one_that_has_waited_the_longest_is_next(self):
        assert self.run(wants("a", waiting_since=later(-10)), wants("b", waiting_since=later(-20))) == {"a": 0, "b": 11}

    def test_a_newcomer_of_which_nothing_is_known_yet_does_not_end_a_turn(self):
        assert self.run(wants("a"), wants("b", served_since=later(-60))) == {"a": 0, "b": 11}

    def test_urgency_goes_before_turns_and_priority_before_urgency(self):
        charges, hurries = wants("a", served_since=later(-60)), wants("b", laxity_s=600)
        assert self.run(charges, hurries) == {"a": 0, "b": 11}
        assert self.run(wants("a", priority=1), hurries) == {"a": 11, "b": 0}

    def test_one_that_cannot_pause_is_always_served(self):
        firm = wants("a", can_pause=False, waiting_since=later(-1))
        assert self.run(firm, wants("b", priority=1, served_since=later(-1))) == {"a": 11, "b": 0}

    def test_one_whose_minimum_would_fit_without_its_peers_is_told_that_it_waits_for_its_turn(self):
        given = allocate(self.ROOM, [wants("a"), wants("b")], now=NOW)
        assert (given["a"].passed_over, given["b"].passed_over) == (False, True)

    def test_one_that_stands_behind_a_higher_priority_waits_for_no_turn(self):
        given = allocate(self.ROOM, [wants("a", priority=1), wants("b")], now=NOW)
        assert not given["b"].passed_over

    def test_one_whose_minimum_would_not_fit_anyway_waits_for_no_turn(self):
        given = allocate([*self.ROOM, leaves(5, "b", phase=Phase.L2)], [wants("a"), wants("b")], now=NOW)
        assert not given["b"].passed_over
        assert given["b"].bound_by is not None
        assert given["b"].bound_by.phase is Phase.L1

    def test_a_small_one_may_use_what_a_larger_one_waits_for(self):
        given = allocate([leaves(20, "abc")], [wants("a", 13, 13), wants("b", 13, 13), wants("c", 32, 6)], now=NOW)
        assert [given[name].current_a for name in "abc"] == [13, 0, 7]


PHASES = st.sampled_from([*((phase,) for phase in ALL_PHASES), ALL_PHASES])
CURRENTS = st.integers(0, 320).map(lambda tenths: tenths / 10)


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[Constraint], list[Demand]]:
    """Up to seven chargers below up to five limits, each of which some of them count in."""
    names = "abcdefg"[: draw(st.integers(1, 7))]
    constraints = [
        leaves(
            draw(st.floats(-20, 120)),
            draw(st.lists(st.sampled_from(names), min_size=1, unique=True)),
            phase=draw(st.sampled_from([*ALL_PHASES, None])),
            weight=draw(st.sampled_from([1.0, 230.0, 690.0])),
        )
        for _ in range(draw(st.integers(0, 5)))
    ]
    demands: list[Demand] = []
    for name in names:
        wanted_a = draw(st.sampled_from([0.0, -10.0, 6.0, 10.0, 13.0, 16.0, 32.0]))
        moment = st.one_of(st.none(), st.integers(-4000, 0).map(later))
        demands.append(
            wants(
                name,
                wanted_a,
                draw(st.sampled_from([6.0, 6.5, 8.0])),
                priority=draw(st.integers(0, 2)),
                can_pause=draw(st.booleans()),
                pinned=draw(st.booleans()) and draw(st.booleans()),
                laxity_s=draw(st.one_of(st.none(), st.floats(-7200, 7200))),
                arrived_at=draw(moment),
                served_since=draw(moment),
                waiting_since=draw(moment),
                expected_a=draw(st.one_of(st.none(), st.just(max(8.0, wanted_a / 2)))) if wanted_a > 16 else None,
            )
        )
    return constraints, demands


def room_without(constraints: Sequence[Constraint], name: str, currents: dict[str, float]) -> float:
    """What this charger could have beside the others, A."""
    others = {evse_id: max(0.0, value) for evse_id, value in currents.items() if evse_id != name}
    return min(
        ((item.capacity - item.used(others)) / item.weights[name] for item in constraints if name in item.weights),
        default=math.inf,
    )


@given(problem=problems(), strategy=st.sampled_from(Strategy), turn_s=st.sampled_from([0.0, 1800.0]))
def test_whatever_is_asked(problem: tuple[list[Constraint], list[Demand]], strategy: Strategy, turn_s: float):
    """It fits, or all that can pause are at 0 there; nobody is given a part of a minimum, and nothing lies idle."""
    constraints, demands = problem
    shares = allocate(constraints, demands, strategy, now=NOW, turn_s=turn_s)
    currents = {evse_id: share.current_a for evse_id, share in shares.items()}
    for constraint in constraints:
        used = constraint.used({evse_id: max(0.0, current_a) for evse_id, current_a in currents.items()})
        firm = all(
            item.is_fixed or not item.can_pause or currents[item.evse_id] == 0
            for item in demands
            if item.evse_id in constraint.weights
        )
        assert used <= constraint.capacity + 1e-6 or firm
    for item in demands:
        share = shares[item.evse_id]
        if item.is_fixed:
            assert share.current_a == item.maximum_a
            continue
        assert share.current_a == 0 or item.minimum_a - NEARLY <= share.current_a <= item.maximum_a + NEARLY
        room_a = room_without(constraints, item.evse_id, currents)
        if share.current_a == 0:
            assert room_a < item.minimum_a + NEARLY
            assert share.bound_by is not None
        elif share.current_a < item.maximum_a - 1e-6:
            assert share.bound_by is not None
            assert room_a <= max(share.current_a, item.minimum_a) + 1e-6


@given(problem=problems(), strategy=st.sampled_from(Strategy), data=st.data())
def test_the_order_of_the_demands_changes_nothing(
    problem: tuple[list[Constraint], list[Demand]], strategy: Strategy, data: st.DataObject
):
    constraints, demands = problem
    shuffled = data.draw(st.permutations(demands))
    one = allocate(constraints, demands, strategy, now=NOW, turn_s=600)
    assert allocate(constraints, shuffled, strategy, now=NOW, turn_s=600) == one


@given(problem=problems())
def test_equal_shares_are_fair(problem: tuple[list[Constraint], list[Demand]]):
    """Whoever has less than it wants meets a full limit under which nobody beyond its minimum has more than it."""
    constraints = problem[0]
    demands = [wants(item.evse_id, abs(item.maximum_a), item.minimum_a) for item in problem[1]]
    shares = allocate(constraints, demands)
    served = [item for item in demands if not item.is_fixed and shares[item.evse_id].current_a > 0]
    currents = {evse_id: share.current_a for evse_id, share in shares.items()}
    for item in served:
        bound = shares[item.evse_id].bound_by
        if bound is None:
            continue
        assert bound.used(currents) == pytest.approx(bound.capacity, abs=1e-6)
        for other in served:
            if other.evse_id in bound.weights and currents[other.evse_id] > other.minimum_a + 1e-6:
                assert currents[other.evse_id] <= currents[item.evse_id] + 1e-6


def coarse(evse_id: str, maximum_a: float = 32.0, *, standing_a: float = 0.0, **changes: Any) -> Demand:
    """A charger that knows whole amperes only."""
    return wants(evse_id, maximum_a, step_a=1.0, standing_a=standing_a, **changes)


class TestWholeAmperes:
    """What rounding down leaves is handed out, an ampere each."""

    @pytest.mark.parametrize(
        ("left_a", "demands", "expected"),
        [
            pytest.param(31, [coarse("a"), coarse("b")], (16, 15), id="the odd one"),
            pytest.param(31, [coarse("a"), coarse("b", standing_a=16)], (15, 16), id="stays with who has it"),
            pytest.param(31, [coarse("a"), coarse("b", priority=1)], (15, 16), id="or goes to who comes first"),
            pytest.param(32, [coarse("a"), coarse("b"), coarse("c")], (11, 11, 10), id="two of them"),
            pytest.param(31.9, [coarse("a"), coarse("b")], (16, 15), id="what is left of one stays"),
            pytest.param(31, [coarse("a", 15.5), coarse("b")], (15, 16), id="not above what it can take"),
            pytest.param(13, [coarse("a"), coarse("b")], (7, 6), id="at the minimum"),
            pytest.param(28.5, [coarse("a", 6.5), coarse("b", 32)], (6, 22), id="whole, and what another leaves"),
            pytest.param(
                27.75, [coarse("a", 6.75), coarse("b", 6.75), coarse("c", 32)], (6, 6, 15), id="more than one step"
            ),
            pytest.param(31, [wants("a", step_a=0.1), coarse("b")], (15.5, 15), id="one with fine steps has its share"),
        ],
    )
    def test_two_or_three_share(self, left_a: float, demands: list[Demand], expected: tuple[float, ...]):
        given = allocate([leaves(left_a, "abc"[: len(demands)])], demands)
        assert tuple(given[item.evse_id].current_a for item in demands) == pytest.approx(expected)

    @given(
        left_a=st.floats(0, 200),
        below_a=st.floats(0, 100),
        standing_a=st.lists(st.integers(0, 32), min_size=4, max_size=4),
        maxima_a=st.lists(st.floats(6, 32), min_size=4, max_size=4),
    )
    def test_nothing_that_one_of_them_could_take_is_left(
        self, left_a: float, below_a: float, standing_a: list[int], maxima_a: list[float]
    ):
        names = "abcd"
        demands = [
            coarse(name, maximum_a, standing_a=standing)
            for name, standing, maximum_a in zip(names, standing_a, maxima_a, strict=True)
        ]
        constraints = [leaves(left_a, names), leaves(below_a, "cd")]
        given = {name: allocation.current_a for name, allocation in allocate(constraints, demands).items()}
        for bound in constraints:
            assert bound.used(given) <= bound.capacity + 1e-6
        for item in demands:
            current_a = given[item.evse_id]
            if current_a and current_a + 1 <= item.maximum_a:
                more = given | {item.evse_id: current_a + 1}
                assert any(
                    bound.used(more) > bound.capacity - 1e-6 for bound in constraints if item.evse_id in bound.weights
                )
