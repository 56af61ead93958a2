"""What a circuit carries, and what is left of it for the chargers."""

import pytest

from custom_components.smart_charging.engine.control.draw import Draw
from custom_components.smart_charging.engine.control.freshness import MeterView
from custom_components.smart_charging.engine.control.headroom import constrain, measure_headroom
from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from tests.engine.builders import amps, charger, contract, mains, rating, reading, site

THREE = charger(phases=ALL_PHASES)


def known(meter_reading: MeterReading) -> MeterView:
    return MeterView(reading=meter_reading, known=True, silent_s=0)


UNKNOWN = MeterView(reading=reading(10), known=False, silent_s=60)


def draws(least: float, most: float | None = None, phases: int = 1) -> Draw:
    most = least if most is None else most
    return Draw(least_a=amps(*[least] * phases), most_a=amps(*[most] * phases))


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


def test_the_base_load_is_what_is_left_without_the_chargers():
    capacity = constrain(
        site(charger(), limit_a=40), {"site": known(reading(28))}, {"a": draws(10, 16)}, {"a": (Phase.L1,)}
    )
    assert [constraint.capacity for constraint in capacity.for_rises] == [22]
    assert [constraint.capacity for constraint in capacity.for_holds] == [28]


def test_the_margin_is_kept_free_under_each_limit():
    both = site(charger(), circuits=[mains(rating(40), contract(9200))], margin_a=1.0)
    capacity = constrain(both, {"site": known(reading(10))}, {"a": draws(0)}, {"a": (Phase.L1,)})
    assert [constraint.capacity for constraint in capacity.for_rises] == [29, 9200 - 230 - 2300]


def test_a_total_alone_may_all_be_on_any_one_phase():
    capacity = constrain(
        site(THREE, circuits=[mains(rating(25), phases=3)]),
        {"site": known(reading(power_w=6 * 230 * 3 + 2300))},
        {"a": draws(6, phases=3)},
        {"a": ALL_PHASES},
    )
    assert [constraint.capacity for constraint in capacity.for_rises] == pytest.approx([15, 15, 15])


def test_export_in_total_is_not_counted_on_for_a_phase():
    capacity = constrain(
        site(THREE, circuits=[mains(rating(25), phases=3)]),
        {"site": known(reading(power_w=-5000))},
        {"a": draws(0, phases=3)},
        {"a": ALL_PHASES},
    )
    assert [constraint.capacity for constraint in capacity.for_rises] == [25, 25, 25]


def test_a_circuit_with_a_silent_meter_is_not_judged():
    capacity = constrain(site(charger()), {"site": UNKNOWN}, {"a": draws(0)}, {"a": (Phase.L1,)})
    assert capacity.for_rises == capacity.for_holds == ()


def test_a_circuit_without_a_meter_carries_what_is_known_below_it():
    garage = mains(rating(20), circuit_id="garage", parent_id="site", metered=False)
    tree = site(charger(circuit_id="garage"), circuits=[mains(rating(40)), garage])
    capacity = constrain(tree, {"site": known(reading(30))}, {"a": draws(16)}, {"a": (Phase.L1,)})
    assert [(item.circuit_id, item.capacity) for item in capacity.for_rises] == [("site", 26), ("garage", 20)]


def test_a_limit_in_total_weighs_the_phases_in_use():
    tree = site(THREE, charger("b", phases=ALL_PHASES), circuits=[mains(contract(11000), phases=3)])
    capacity = constrain(
        tree,
        {"site": known(reading(0, 0, 0))},
        {"a": draws(0, phases=3), "b": draws(0, phases=3)},
        {"a": ALL_PHASES, "b": (Phase.L2,)},
    )
    assert capacity.for_rises[0].weights == {"a": 690, "b": 230}
    assert capacity.for_rises[0].phase is None
