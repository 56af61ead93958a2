"""What the circuits leave to the cars: rows of who counts how much, and of how many kW there are."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.evse import Evse
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource, LimitSpan
from custom_components.smart_charging.engine.model.outlook import Outlook, OutlookStep
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from custom_components.smart_charging.engine.planning.circuits import bounds_of
from custom_components.smart_charging.engine.planning.planner import make_plans

from ..builders import NOW, contract, mains, rating, site
from .builders import HOUR, NOTHING, drawn, flat, held, order, question, spans, tariff, wallbox

L1, L2, L3 = ALL_PHASES
type Rows = Mapping[tuple[tuple[int, float], ...], tuple[float, ...]]


def supply(*limits: Limit, **changes: Any) -> Circuit:
    return mains(*limits, phases=3, **changes)


def garage(*limits: Limit) -> Circuit:
    return supply(*limits, circuit_id="garage", parent_id="site", metered=False)


def house(*base_kw: float, margin_kw: float | None = 0.0, shares: Sequence[float] = ()) -> Outlook:
    """What it takes hour by hour, and by how much more at most; and which part of that is on each phase."""
    return Outlook(
        shares=dict(zip(ALL_PHASES, shares, strict=False)),
        steps=[
            OutlookStep(start=NOW + index * HOUR, end=NOW + (index + 1) * HOUR, base_kw=kw, margin_kw=margin_kw)
            for index, kw in enumerate(base_kw)
        ],
    )


def rows(
    circuits: Sequence[Circuit],
    *cars: tuple[Evse, int],
    outlook: Outlook = NOTHING,
    limits: Mapping[str, Sequence[LimitSpan]] | None = None,
    hours: int = 1,
    **policy: Any,
) -> Rows:
    """The rows for cars at chargers, each with the number of phases that it charges on."""
    evses = [evse for evse, _ in cars]
    home = site(*evses, circuits=circuits, **policy)
    asked = question([], flat(0.3, hours), site=home, outlook=outlook, limits=limits or {})
    found = bounds_of(asked, [count for _, count in cars], evses, spans(hours))
    return {
        tuple((number, round(factor, 3)) for number, factor in sorted(bound.factors.items())): tuple(
            round(kw, 3) for kw in bound.capacity
        )
        for bound in found
    }


@pytest.mark.parametrize(
    ("circuits", "cars", "expected"),
    [
        # 25 A x 230 V are 5.75 kW on each phase; of a three-phase car a third of its power is on each.
        pytest.param(
            [supply(rating(25))], [(wallbox(), 3)], {((0, 0.333),): (5.75,)}, id="25 A, one car on three phases"
        ),
        pytest.param(
            [supply(rating(25))],
            [(wallbox(), 1)],
            {((0, 1.0),): (5.75,)},
            id="25 A, a single-phase car at a three-phase charger: on the charger's first",
        ),
        pytest.param(
            [supply(rating(25))],
            [(wallbox("a"), 3), (wallbox("b", phases=(L2,)), 1)],
            {((0, 0.333),): (5.75,), ((0, 0.333), (1, 1.0)): (5.75,)},
            id="25 A, and a single-phase one on L2: it counts there alone",
        ),
        pytest.param(
            [supply(rating(25))],
            [(wallbox("a", phases=(L1,)), 1), (wallbox("b", phases=(L2,)), 1)],
            {((0, 1.0),): (5.75,), ((1, 1.0),): (5.75,)},
            id="25 A, one on L1 and one on L2 do not meet; nobody is on L3",
        ),
        pytest.param(
            [supply(rating(25))],
            [(wallbox("a", phases=(L2, L3, L1)), 1), (wallbox("b", phases=(L2,)), 1)],
            {((0, 1.0), (1, 1.0)): (5.75,)},
            id="25 A, a rotated charger: its first is the site's L2",
        ),
        pytest.param(
            [supply(contract(9000))],
            [(wallbox("a"), 3), (wallbox("b", phases=(L2,)), 1)],
            {((0, 1.0), (1, 1.0)): (9.0,)},
            id="9 kW: all count in full, wherever they are",
        ),
        pytest.param(
            [supply(Limit(source=LimitSource.SUBSCRIBED, current_a=25, power_w=9000))],
            [(wallbox(), 3)],
            {((0, 0.333),): (5.75,), ((0, 1.0),): (9.0,)},
            id="25 A and 9 kW in one",
        ),
        pytest.param(
            [supply(rating(25), rating(20))], [(wallbox(), 3)], {((0, 0.333),): (4.6,)}, id="of 25 A and 20 A the lower"
        ),
        pytest.param(
            [supply(rating(63)), garage(rating(20))],
            [(wallbox("a", circuit_id="garage"), 3), (wallbox("b"), 3)],
            {((0, 0.333), (1, 0.333)): (14.49,), ((0, 0.333),): (4.6,)},
            id="63 A, and 20 A in the garage for the one that is there",
        ),
        pytest.param(
            [supply(rating(25)), garage(rating(16), contract(5000))],
            [(wallbox(), 3)],
            {((0, 0.333),): (5.75,)},
            id="a garage where nobody charges bounds nobody",
        ),
    ],
)
def test_a_limit_in_rows(circuits: Sequence[Circuit], cars: Sequence[tuple[Evse, int]], expected: Rows):
    assert rows(circuits, *cars) == expected


@pytest.mark.parametrize(
    ("limit", "outlook", "expected"),
    [
        pytest.param(contract(9000), house(2.0, margin_kw=1.5), 5.5, id="9 kW, the house 2, hardly ever above 3.5"),
        pytest.param(contract(9000), Outlook(), 6.0, id="9 kW, nobody knows the house: 3 kW"),
        pytest.param(contract(9000), house(12.0), 0.0, id="9 kW, the house 12: nothing, and no less than that"),
        pytest.param(rating(25), house(6.0), 3.75, id="25 A, the house 6 kW: 2 on each phase"),
        pytest.param(rating(25), house(21.0), 0.0, id="25 A, the house 21 kW: nothing"),
        pytest.param(
            Limit(source=LimitSource.OPERATOR, power_w=4200, chargers_only=True),
            house(6.0),
            4.2,
            id="an operator dims the chargers to 4.2 kW, whatever the house does",
        ),
        pytest.param(
            Limit(source=LimitSource.OPERATOR, current_a=10, chargers_only=True),
            house(6.0),
            2.3,
            id="... or to 10 A",
        ),
    ],
)
def test_what_the_house_leaves(limit: Limit, outlook: Outlook, expected: float):
    ((_, (capacity,)),) = rows([supply(limit)], (wallbox(), 3), outlook=outlook).items()
    assert capacity == expected


LOPSIDED = (0.8, 0.1, 0.1)


@pytest.mark.parametrize(
    ("outlook", "expected"),
    [
        pytest.param(house(3.0), (4.75, 4.75, 4.75), id="nobody knows where its 3 kW are: 1 on each"),
        pytest.param(house(3.0, shares=LOPSIDED), (3.35, 5.45, 5.45), id="80 % are on L1"),
        pytest.param(
            house(3.0, margin_kw=1.0, shares=LOPSIDED), (2.35, 4.45, 4.45), id="a kettle may come on any of them"
        ),
        pytest.param(
            house(3.0, margin_kw=None, shares=LOPSIDED),
            (0.95, 5.15, 5.15),
            id="a margin that is guessed lies as the rest",
        ),
        pytest.param(Outlook(), (4.75, 4.75, 4.75), id="nobody knows anything: 1 kW on each"),
        pytest.param(house(3.0, shares=(1.0,)), (4.75, 4.75, 4.75), id="known of one phase only: not known"),
    ],
)
def test_what_the_house_leaves_on_each_phase(outlook: Outlook, expected: Sequence[float]):
    """25 A are 5.75 kW on each; a car is on each of them alone."""
    cars = [(wallbox(phase, phases=(phase,)), 1) for phase in ALL_PHASES]
    found = rows([supply(rating(25))], *cars, outlook=outlook)
    assert [found[(number, 1.0),] for number in range(3)] == [(kw,) for kw in expected]


@pytest.mark.parametrize(
    ("phase", "shares", "plan"),
    [
        # 25 A are 5.75 kW; of 6 kW of cooking 4.8 are on L1, and 6 A, which are 1.38 kW, find 0.95.
        pytest.param(L1, LOPSIDED, "··██", id="on L1, which cooks: after dinner"),
        pytest.param(L2, LOPSIDED, "██··", id="on L2, which does not: at once"),
        pytest.param(L1, (), "██··", id="on L1, as if dinner were on all three"),
    ],
)
def test_a_single_phase_car_where_the_house_cooks(phase: Phase, shares: Sequence[float], plan: str):
    home = site(wallbox(phases=(phase,)), circuits=[supply(rating(25))])
    evening = house(6.0, 6.0, 0.5, 0.5, shares=shares)
    asked = question(order(7.36, 4, phases=1), flat(0.3, 4), site=home, outlook=evening)
    found = make_plans(asked)["a"]
    assert drawn(found, 4, each_h=1) == plan
    assert found.missed_kwh == 0


def test_the_house_is_above_its_circuits_and_not_in_them():
    found = rows(
        [supply(contract(9000)), garage(contract(5000))],
        (wallbox("a", circuit_id="garage"), 3),
        outlook=house(3.0, 5.0),
        hours=2,
    )
    assert found == {((0, 1.0),): (5.0, 4.0)}


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        pytest.param(
            {"site": [held(contract(4600), 1, 3)]},
            {((0, 1.0),): (9.2, 4.6, 4.6, 9.2)},
            id="of two powers the lower one, from the second hour to the third",
        ),
        pytest.param(
            {"site": [held(contract(15_000), 1, 3)]}, {((0, 1.0),): (9.2,) * 4}, id="one that is higher changes nothing"
        ),
        pytest.param(
            {"site": [held(contract(4600), 0, 2), held(contract(3000), 1, 3)]},
            {((0, 1.0),): (4.6, 3.0, 3.0, 9.2)},
            id="of two at once the lower one",
        ),
        pytest.param(
            # Where it does not hold it leaves all that a car can take of 16 A.
            {"site": [held(rating(10), 2, 4)]},
            {((0, 1.0),): (9.2,) * 4, ((0, 0.333),): (3.68, 3.68, 2.3, 2.3)},
            id="amperes where there are none else",
        ),
        pytest.param(
            {"garage": [held(contract(5000), 0, 1)], "gone": [held(contract(0), 0, 4)]},
            {((0, 1.0),): (5.0, 9.2, 9.2, 9.2)},
            id="one of a circuit; of one that is gone nothing",
        ),
        pytest.param(
            {"site": [held(contract(4600), -3, 1), held(contract(4600), 3, 40)]},
            {((0, 1.0),): (4.6, 9.2, 9.2, 4.6)},
            id="one that began before, one that goes on, and the night between them",
        ),
    ],
)
def test_a_limit_of_some_hours(limits: Mapping[str, Sequence[LimitSpan]], expected: Rows):
    car = wallbox(circuit_id="garage"), 3
    assert rows([supply(contract(9200)), garage()], car, limits=limits, hours=4) == expected


def test_the_night_is_free_after_a_limit_that_holds_now_and_before_one_that_comes():
    """Nine hours: 4 kW feed no car on three phases, and hold for two hours, and for three from the sixth on."""
    limits = {"site": [held(contract(4000), 0, 2), held(contract(4000), 6, 9)]}
    plan = make_plans(question(order(100, 9), flat(0.3, 9), limits=limits))["a"]
    assert drawn(plan, 9, each_h=1) == "··████···"


def test_less_power_is_dearer_than_a_dearer_hour():
    """The cheap hours are those of the lower power: what does not fit into them is charged before."""
    limits = {"site": [held(contract(4600), 2, 4)]}
    plan = make_plans(question(order(18, 4), tariff(0.3, 0.2, 0.1, 0.1), limits=limits))["a"]
    assert [round(slot.power_kw, 2) for slot in plan.slots] == [11.04, 4.6, 4.6]
    assert plan.missed_kwh == 0


def test_the_margin_is_kept_free_of_amperes_and_of_watts():
    # 1 A is 230 W on each phase.
    assert rows([supply(rating(25))], (wallbox(), 3), margin_a=1) == {((0, 0.333),): (5.52,)}
    assert rows([supply(contract(9000))], (wallbox(), 3), margin_a=1) == {((0, 1.0),): (8.31,)}


@pytest.mark.parametrize(
    ("others_phases", "missed_kwh"),
    [
        pytest.param((L2,), 0, id="on L2, beside one on L1: both get their 16 A"),
        pytest.param((L1,), 1.61, id="both on L1, which has 25 A: 7 A are missing for an hour"),
    ],
)
def test_single_phase_cars_share_a_phase_or_do_not(others_phases: tuple[Phase, ...], missed_kwh: float):
    cars = [order(3.68, 1, evse_id="a", phases=1), order(3.68, 1, evse_id="b", phases=1)]
    home = site(wallbox("a", phases=(L1,)), wallbox("b", phases=others_phases), circuits=[supply(rating(25))])
    plans = make_plans(question(cars, flat(0.3, 1), site=home))
    assert sum(plan.missed_kwh for plan in plans.values()) == pytest.approx(missed_kwh)


def test_an_evening_of_cooking_is_waited_for():
    """9 kW, and the house takes 6 of them for two hours: not enough for three phases at 6 A."""
    plans = make_plans(
        question(
            order(8, 4),
            flat(0.3, 4),
            site=site(wallbox(), circuits=[supply(contract(9000))]),
            outlook=house(6.0, 6.0, 0.5, 0.5),
        )
    )
    assert plans["a"].starts_at == NOW + 2 * HOUR
    assert plans["a"].slots[0].power_kw == pytest.approx(8.5)
