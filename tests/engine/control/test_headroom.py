"""What a circuit carries, and what is left of it for the chargers."""

from collections.abc import Mapping
from typing import Any

import pytest

from custom_components.smart_charging.engine.control.base import bound_bases
from custom_components.smart_charging.engine.control.constraint import Constraint
from custom_components.smart_charging.engine.control.draw import Draw
from custom_components.smart_charging.engine.control.freshness import MeterView
from custom_components.smart_charging.engine.control.headroom import Capacity, constrain, measure_headroom
from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.protection import Protection, ProtectionKind
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.state import CircuitMemory
from tests.engine.builders import amps, charger, contract, mains, rating, reading, site

THREE = charger(phases=ALL_PHASES)


def known(meter_reading: MeterReading) -> MeterView:
    return MeterView(reading=meter_reading, known=True, silent_s=0)


UNKNOWN = MeterView(reading=reading(10), known=False, silent_s=60)


def draws(least: float, most: float | None = None, *, on: tuple[Phase, ...] = (Phase.L1,)) -> Draw:
    most = least if most is None else most
    return Draw(least_a=dict.fromkeys(on, least), most_a=dict.fromkeys(on, most))


def capacity_of(
    place: Site,
    meter: MeterView,
    charger_draws: Mapping[str, Draw] | None = None,
    phases: Mapping[str, tuple[Phase, ...]] | None = None,
    memory: CircuitMemory | None = None,
) -> Capacity:
    """The site's capacity with this one meter; chargers draw nothing on the phases they are wired to if not said."""
    drawn = charger_draws or {evse.evse_id: draws(0, on=evse.phases) for evse in place.evses}
    used = {evse.evse_id: evse.phases for evse in place.evses} | dict(phases or {})
    bases = bound_bases(place, {"site": meter}, drawn, {})
    return constrain(place, bases, drawn, used, {} if memory is None else {"site": memory})


@pytest.mark.parametrize(
    ("circuit", "meter", "headroom_a", "headroom_w"),
    [
        pytest.param(mains(rating(40)), reading(28), amps(12), None, id="40 A, of which 28 flow"),
        pytest.param(mains(rating(40)), reading(-12), amps(52), None, id="with export"),
        pytest.param(mains(rating(40)), reading(46), amps(-6), None, id="overloaded"),
        pytest.param(mains(rating(25), phases=3), reading(20, 5, -3), amps(5, 20, 28), None, id="three phases, each for itself"),
        pytest.param(mains(contract(9000)), reading(10), {}, 6700, id="a limit in total, a meter in A"),
        pytest.param(mains(contract(9000)), reading(power_w=2000), {}, 7000, id="a limit in total, a meter in W"),
        pytest.param(mains(contract(9000), rating(25), phases=3), reading(10, 10, 10, power_w=6800), amps(15, 15, 15), 2200, id="both"),
        pytest.param(mains(rating(40), rating(32)), reading(28), amps(4), None, id="the lower of two limits"),
    ],
)  # fmt: skip
def test_headroom(circuit: Circuit, meter: MeterReading, headroom_a: dict[Phase, float], headroom_w: float | None):
    headroom = measure_headroom(site(circuits=[circuit]), {"site": known(meter)})["site"]
    assert headroom.known
    assert headroom.headroom_a == headroom_a
    assert headroom.headroom_w == headroom_w


def test_a_silent_meter_leaves_the_figures_empty_and_the_limits_said():
    headroom = measure_headroom(site(limit_a=40), {"site": UNKNOWN})["site"]
    assert not headroom.known
    assert (headroom.load_a, headroom.load_w, headroom.headroom_a, headroom.headroom_w) == ({}, None, {}, None)
    assert headroom.limits == (rating(40),)


def test_a_meter_of_the_total_says_that_the_phases_are_assumed():
    three = mains(rating(25), phases=3)
    assert measure_headroom(site(circuits=[three]), {"site": known(reading(power_w=2000))})["site"].phases_assumed
    assert not measure_headroom(site(circuits=[three]), {"site": known(reading(1, 2, 3))})["site"].phases_assumed
    one = mains(rating(25))
    assert not measure_headroom(site(circuits=[one]), {"site": known(reading(power_w=2000))})["site"].phases_assumed


def test_headroom_says_how_near_the_protection_is_to_a_trip_also_while_its_meter_is_silent():
    warm = {"site": CircuitMemory(heat={"l1": (1 + 1.13**2) / 2})}
    for view in (known(reading(40)), UNKNOWN):
        assert measure_headroom(site(limit_a=40), {"site": view}, warm)["site"].nearness == pytest.approx(0.5)


def capacities(constraints: tuple[Constraint, ...]) -> list[float]:
    return [constraint.capacity for constraint in constraints]


def test_the_base_load_is_what_is_left_without_the_chargers():
    capacity = capacity_of(site(charger(), limit_a=40), known(reading(28)), {"a": draws(10, 16)})
    assert capacities(capacity.for_rises) == [22]
    assert capacities(capacity.for_holds) == [28]


def test_the_margin_is_kept_free_under_each_limit():
    both = site(charger(), circuits=[mains(rating(40), contract(9200))], margin_a=1.0)
    assert capacities(capacity_of(both, known(reading(10))).for_rises) == [29, 9200 - 230 - 2300]


def test_a_total_alone_may_all_be_on_any_one_phase():
    capacity = capacity_of(
        site(THREE, circuits=[mains(rating(25), phases=3)]),
        known(reading(power_w=6 * 230 * 3 + 2300)),
        {"a": draws(6, on=ALL_PHASES)},
    )
    assert capacities(capacity.for_rises) == pytest.approx([15, 15, 15])


def test_export_in_total_is_not_counted_on_for_a_phase():
    capacity = capacity_of(site(THREE, circuits=[mains(rating(25), phases=3)]), known(reading(power_w=-5000)))
    assert capacities(capacity.for_rises) == [25, 25, 25]


def test_a_circuit_with_a_silent_meter_is_not_judged():
    capacity = capacity_of(site(charger()), UNKNOWN)
    assert capacity.for_rises == capacity.for_holds == ()


def test_a_circuit_without_a_meter_carries_what_is_known_below_it():
    garage = mains(rating(20), circuit_id="garage", parent_id="site", metered=False)
    tree = site(charger(circuit_id="garage"), circuits=[mains(rating(40)), garage])
    capacity = capacity_of(tree, known(reading(30)), {"a": draws(16)})
    assert [(item.circuit_id, item.capacity) for item in capacity.for_rises] == [("site", 26), ("garage", 20)]


def test_a_limit_in_total_weighs_the_phases_in_use():
    tree = site(THREE, charger("b", phases=ALL_PHASES), circuits=[mains(contract(11000), phases=3)])
    capacity = capacity_of(tree, known(reading(0, 0, 0)), phases={"b": (Phase.L2,)})
    assert capacity.for_rises[0].weights == {"a": 690, "b": 230}
    assert capacity.for_rises[0].phase is None


class TestProtection:
    """What a house that moves, and a meter that is slow, want to have kept free: 12 A is the step of this house."""

    BREAKER = Protection(kind=ProtectionKind.BREAKER_C)
    HOT = CircuitMemory(heat={"l1": 1.27, "total": 1.27}, unrest_a={"l1": 12, "total": 12})

    def run(self, *, memory: CircuitMemory = HOT, ride_out: bool = False, **circuit: Any) -> Capacity:
        limits = circuit.pop("limits", (rating(40),))
        place = site(charger(), circuits=[mains(*limits, **circuit)], ride_out=ride_out)
        return capacity_of(place, known(reading(10)), memory=memory)

    def test_a_hot_breaker_behind_a_meter_of_a_minute_keeps_the_step_free(self):
        capacity = self.run(meter_period_s=60, protection=self.BREAKER)
        assert capacities(capacity.for_rises) == [40 - 12 - 10]
        assert capacities(capacity.for_holds) == [40 - 12 - 10], "and what is in the way of that is given up"
        assert capacity.reserves == (12,)

    def test_one_that_is_cool_bears_the_step(self):
        cool = CircuitMemory(heat={"l1": 0.25}, unrest_a={"l1": 12})
        capacity = self.run(memory=cool, meter_period_s=1, protection=self.BREAKER)
        assert capacities(capacity.for_rises) == capacities(capacity.for_holds) == [30]

    def test_to_ride_out_is_to_hold_what_the_breaker_bears(self):
        cool = CircuitMemory(heat={"l1": 0.25}, unrest_a={"l1": 12})
        capacity = self.run(memory=cool, meter_period_s=1, protection=self.BREAKER, ride_out=True)
        assert capacities(capacity.for_rises) == [30], "nobody is given more than the limit"
        assert capacities(capacity.for_holds)[0] > 40, "but what there is stays"

    def test_nothing_is_ridden_out_where_nobody_said_what_trips(self):
        cool = CircuitMemory(heat={"l1": 0.25}, unrest_a={"l1": 12})
        capacity = self.run(memory=cool, meter_period_s=1, ride_out=True)
        assert capacities(capacity.for_holds) == [30]

    def test_a_limit_in_total_has_a_reserve_of_its_own(self):
        capacity = self.run(limits=(contract(9200),), meter_period_s=60, protection=self.BREAKER)
        assert capacities(capacity.for_rises) == pytest.approx([9200 - 12 * 230 - 2300])

    def test_a_limit_of_somebody_else_is_exact(self):
        operator = Limit(source=LimitSource.OPERATOR, current_a=30)
        capacity = self.run(limits=(rating(40), operator), meter_period_s=60, protection=self.BREAKER, ride_out=True)
        assert capacities(capacity.for_rises) == capacities(capacity.for_holds) == [20]


class TestUnbalance:
    """20 A between any two phases, as in Germany (4.6 kVA). One charger on L1, one on L2."""

    def run(self, *house_a: float, a: Draw | None = None, b: Draw | None = None) -> dict[tuple[Phase, Phase], float]:
        place = site(
            charger("a"), charger("b", phases=(Phase.L2,)), circuits=[mains(rating(63), phases=3, unbalance_a=20)]
        )
        drawn = {"a": a or draws(0), "b": b or draws(0, on=(Phase.L2,))}
        carried = list(house_a)
        carried[0] += drawn["a"].least_a[Phase.L1]
        carried[1] += drawn["b"].least_a[Phase.L2]
        capacity = capacity_of(place, known(reading(*carried)), drawn)
        pairs = [(one, two) for one in ALL_PHASES for two in ALL_PHASES if one is not two]
        rows = [item for item in capacity.for_rises if item.limit.source is LimitSource.UNBALANCE]
        return dict(zip(pairs, capacities(tuple(rows)), strict=True))

    def test_a_phase_may_carry_so_much_more_than_another_one(self):
        left = self.run(10, 5, 0)
        assert left[Phase.L1, Phase.L2] == 15
        assert left[Phase.L1, Phase.L3] == 10
        assert left[Phase.L3, Phase.L1] == 30

    def test_a_charger_on_the_other_phase_relieves_it_by_what_it_certainly_draws(self):
        left = self.run(10, 5, 0, b=draws(16, on=(Phase.L2,)))
        assert left[Phase.L1, Phase.L2] == 31
        assert left[Phase.L1, Phase.L3] == 10

    def test_a_total_may_all_be_on_one_phase(self):
        place = site(charger(), circuits=[mains(rating(63), phases=3, unbalance_a=20)])
        capacity = capacity_of(place, known(reading(power_w=2300)))
        rows = [item for item in capacity.for_rises if item.limit.source is LimitSource.UNBALANCE]
        assert capacities(tuple(rows)) == pytest.approx([10] * 6)
