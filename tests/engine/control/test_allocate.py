"""Dividing what there is: each row is a site in one line."""

import pytest

from custom_components.smart_charging.engine.control.allocate import allocate
from custom_components.smart_charging.engine.control.constraint import Constraint
from custom_components.smart_charging.engine.control.demand import Demand
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.quantities import Phase
from custom_components.smart_charging.engine.model.reason import Reason, ReasonCode

LIMIT = Limit(source=LimitSource.RATING, current_a=32)


def wants(evse_id: str, maximum_a: float = 32.0, minimum_a: float = 6.0, **changes: float | bool) -> Demand:
    values = {"priority": 0, "pinned": False, "can_pause": True} | changes
    return Demand(
        evse_id=evse_id,
        minimum_a=minimum_a,
        maximum_a=maximum_a,
        reason=Reason(code=ReasonCode.AT_MAXIMUM),
        priority=int(values["priority"]),
        pinned=bool(values["pinned"]),
        can_pause=bool(values["can_pause"]),
    )


def leaves(capacity: float, who: str, *, phase: Phase | None = Phase.L1, weight: float = 1.0) -> Constraint:
    return Constraint(
        circuit_id="site", phase=phase, limit=LIMIT, capacity=capacity, weights=dict.fromkeys(who, weight)
    )


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
