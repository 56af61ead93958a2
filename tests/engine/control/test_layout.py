"""Which charger counts in which limit, and how much there."""

from collections.abc import Mapping

import pytest

from custom_components.smart_charging.engine.control.layout import Layout, Row, lay_out
from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from tests.engine.builders import charger, contract, mains, rating, site

L1, L2, L3 = ALL_PHASES
TURNED = charger("turned", phases=(L2, L3, L1))
PLAIN = charger("plain", phases=ALL_PHASES)
SINGLE = charger("single", phases=(L3,))


def laid(circuit: Circuit, phases: Mapping[str, tuple[Phase, ...]] | None = None) -> Layout:
    """Three chargers below this circuit; `phases` are those in use, where they are not all of a charger's own."""
    place = site(TURNED, PLAIN, SINGLE, circuits=[circuit])
    used = {evse.evse_id: evse.phases for evse in place.evses} | dict(phases or {})
    return lay_out(place, ("site",), used)


def who(row: Row) -> set[str]:
    return set(row.weights)


def test_per_phase_each_counts_where_its_current_flows():
    rows = laid(mains(rating(25), phases=3)).rows
    assert [(row.phase, who(row)) for row in rows] == [
        (L1, {"turned", "plain"}),
        (L2, {"turned", "plain"}),
        (L3, {"turned", "plain", "single"}),
    ]
    assert {weight for row in rows for weight in row.weights.values()} == {1}


def test_a_one_phase_car_at_a_rotated_charger_is_on_the_phase_behind_its_first_wire():
    rows = laid(mains(rating(25), phases=3), {"turned": (L2,), "plain": (L1,)}).rows
    assert [who(row) for row in rows] == [{"plain"}, {"turned"}, {"single"}]


def test_in_total_an_ampere_weighs_the_power_of_all_phases_in_use():
    (row,) = laid(mains(contract(11000), phases=3), {"turned": (L2, L3)}).rows
    assert row.phase is None
    assert row.weights == {"turned": 460, "plain": 690, "single": 230}


def test_a_circuit_counts_the_phases_that_it_has():
    one = mains(rating(25), contract(4600), phases=1)
    rows = laid(one).rows
    assert [(row.phase, dict(row.weights)) for row in rows] == [
        (L1, {"turned": 1, "plain": 1}),
        (None, {"turned": 230, "plain": 230}),
    ]


def test_only_the_lowest_limit_of_each_kind_is_a_row():
    user = Limit(source=LimitSource.USER, current_a=16)
    rows = laid(mains(rating(25), user, contract(9000), contract(6000))).rows
    assert [row.limit for row in rows] == [user, contract(6000)]


def test_a_limit_of_the_chargers_alone_stands_beside_the_one_of_all_that_flows():
    dimmed = Limit(source=LimitSource.OPERATOR, power_w=4200, chargers_only=True)
    rows = laid(mains(contract(2000), dimmed, contract(9000))).rows
    assert [row.limit for row in rows] == [contract(2000), dimmed]


def test_unbalance_bounds_each_phase_by_each_other_one():
    rows = laid(mains(rating(63), phases=3, unbalance_a=20), {"plain": (L1,), "turned": (L2, L3)}).rows[3:]
    assert {(row.phase, row.than): who(row) for row in rows} == {
        (L1, L2): {"plain"},
        (L1, L3): {"plain"},
        (L2, L1): {"turned"},
        (L2, L3): set(),
        (L3, L1): {"turned", "single"},
        (L3, L2): {"single"},
    }
    assert {row.limit.source for row in rows} == {LimitSource.UNBALANCE}
    assert {row.limit.current_a for row in rows} == {20}


def test_a_charger_on_all_phases_unbalances_nothing():
    rows = laid(mains(rating(63), phases=3, unbalance_a=20)).rows[3:]
    assert all(who(row) <= {"single"} for row in rows)


def test_a_charger_finds_its_rows_in_every_circuit_above_it():
    garage = mains(rating(20), circuit_id="garage", parent_id="site", metered=False, phases=3)
    place = site(
        charger("in", circuit_id="garage", phases=(L2,)), charger("out"), circuits=[mains(rating(40), phases=3), garage]
    )
    used = {evse.evse_id: evse.phases for evse in place.evses}
    assert lay_out(place, ("site", "garage"), used).bounds == {"in": ((1, 1), (4, 1)), "out": ((0, 1),)}
    assert lay_out(place, ("garage",), used).bounds == {"in": ((1, 1),)}, "the mains' meter is silent"


def test_what_follows_from_the_wiring_alone_is_made_once():
    place = site(PLAIN, circuits=[mains(rating(25), phases=3)])
    first = lay_out(place, ("site",), {"plain": ALL_PHASES})
    assert lay_out(place, ("site",), {"plain": ALL_PHASES}) is first
    other = lay_out(place, ("site",), {"plain": (L1,)})
    assert [who(row) for row in other.rows] == [{"plain"}, set(), set()]


@pytest.mark.parametrize("cars", [9, 20])
def test_arrangements_that_come_and_go_do_not_pile_up(cars: int):
    names = [f"e{number}" for number in range(cars)]
    place = site(*(charger(name, phases=ALL_PHASES) for name in names), circuits=[mains(rating(25), phases=3)])
    for name in names:
        lay_out(place, ("site",), dict.fromkeys(names, ALL_PHASES) | {name: (L1,)})
    assert len(place._derived) <= 8
