"""What a circuit carries without the chargers below it: as measured, or as far as it is known."""

from collections.abc import Mapping, Sequence

import pytest

from custom_components.smart_charging.engine.control.base import Base, bound_bases, load_a, load_w, running_a
from custom_components.smart_charging.engine.control.draw import Draw
from custom_components.smart_charging.engine.control.freshness import MeterView
from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.load import LoadStatus, SheddableLoad
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from custom_components.smart_charging.engine.model.site import Site
from tests.engine.builders import amps, appliance, charger, contract, mains, rating, reading, site, switched


def draw(least_a: float, most_a: float | None = None, *, on: Sequence[Phase] = (Phase.L1,)) -> Draw:
    return Draw(least_a=dict.fromkeys(on, least_a), most_a=dict.fromkeys(on, least_a if most_a is None else most_a))


def bases(
    place: Site,
    meters: Mapping[str, MeterReading | None],
    draws: Mapping[str, Draw],
    loads: Mapping[str, LoadStatus] | None = None,
    *,
    silent: Sequence[str] = (),
) -> dict[str, Base]:
    """The bases with these readings; those of `silent` circuits are old."""
    views = {
        circuit_id: MeterView(reading=meter, known=meter is not None and circuit_id not in silent, silent_s=0)
        for circuit_id, meter in meters.items()
    }
    return bound_bases(place, views, draws, loads or {})


def sub(
    circuit_id: str, *, parent: str = "site", metered: bool = False, limit_a: float = 20, phases: int = 1
) -> Circuit:
    return mains(rating(limit_a), circuit_id=circuit_id, parent_id=parent, metered=metered, phases=phases)


class TestMeasured:
    def test_the_less_the_chargers_may_draw_the_more_the_house_does(self):
        (base,) = bases(site(charger()), {"site": reading(30)}, {"a": draw(10, 16)}).values()
        assert (base.least_a, base.most_a) == (amps(14), amps(20))
        assert (base.least_w, base.most_w) == (14 * 230, 20 * 230)

    def test_a_house_that_exports(self):
        (base,) = bases(site(charger()), {"site": reading(-4)}, {"a": draw(10)}).values()
        assert (base.least_a, base.least_w) == (amps(-14), -14 * 230)

    def test_chargers_count_on_the_phases_that_they_draw_on(self):
        place = site(charger(phases=(Phase.L3, Phase.L1, Phase.L2)), circuits=[mains(rating(25), phases=3)])
        drawn = Draw(least_a=amps(0, 0, 10), most_a=amps(0, 0, 10))
        (base,) = bases(place, {"site": reading(5, 6, 17)}, {"a": drawn}).values()
        assert base.least_a == amps(5, 6, 7)

    def test_a_total_on_three_phases_may_all_be_on_any_one(self):
        place = site(charger(phases=ALL_PHASES), circuits=[mains(rating(25), phases=3)])
        meter = reading(power_w=10 * 690 + 2300)
        (base,) = bases(place, {"site": meter}, {"a": draw(10, on=ALL_PHASES)}).values()
        assert base.assumed
        assert base.most_a == pytest.approx(amps(10, 10, 10))
        assert base.most_w == pytest.approx(2300)

    def test_on_one_phase_the_total_is_the_phase(self):
        (base,) = bases(site(charger()), {"site": reading(power_w=-2300)}, {"a": draw(0)}).values()
        assert (base.least_a, base.assumed) == (amps(-10), False)

    def test_power_that_is_told_beside_the_phases_is_the_total(self):
        (base,) = bases(site(charger()), {"site": reading(30, power_w=6500)}, {"a": draw(10)}).values()
        assert (base.least_a, base.least_w) == (amps(20), 6500 - 2300)

    def test_a_silent_meter_tells_nothing(self):
        assert bases(site(charger()), {"site": reading(30)}, {"a": draw(10)}, silent=["site"]) == {}
        assert bases(site(charger()), {"site": None}, {"a": draw(10)}) == {}


class TestWithoutAMeter:
    """The mains have a meter in the first test only; the garage has none of its own."""

    def test_a_circuit_of_chargers_alone_carries_nothing_else(self):
        place = site(charger(circuit_id="garage"), circuits=[mains(rating(40)), sub("garage")])
        found = bases(place, {"site": reading(30)}, {"a": draw(10)})
        assert (found["site"].least_a, found["garage"].least_a) == (amps(20), amps(0))

    def test_appliances_that_run_are_known(self):
        place = Site(
            circuits=(mains(rating(40), metered=False), sub("garage")),
            loads=(appliance(circuit_id="garage"), appliance("pump", power_w=460.0), appliance("off")),
        )
        loads = {"boiler": switched(), "pump": switched(power_w=690), "off": switched(on=False)}
        found = bases(place, {}, {}, loads)
        assert found["garage"].most_a == amps(10)
        assert found["site"].most_a == amps(13), "as measured, not as it is rated"
        assert found["site"].most_w == pytest.approx(13 * 230)

    def test_the_house_behind_a_meter_below_is_known(self):
        """Nobody measures the mains: two flats behind meters of their own, one with a car."""
        place = Site(
            circuits=(mains(rating(63), metered=False), sub("one", metered=True), sub("two", metered=True)),
            evses=(charger(circuit_id="one"),),
            loads=(appliance(circuit_id="two"),),
        )
        meters = {"one": reading(18), "two": reading(15)}
        found = bases(place, meters, {"a": draw(8, 10)}, {"boiler": switched()})
        assert (found["site"].least_a, found["site"].most_a) == (amps(8 + 15), amps(10 + 15)), (
            "the boiler is in its meter"
        )

    def test_a_meter_below_another_one_is_not_counted_twice(self):
        place = Site(
            circuits=(
                mains(rating(63), metered=False),
                sub("flat", metered=True),
                sub("oven", parent="flat", metered=True),
            )
        )
        assert bases(place, {"flat": reading(18), "oven": reading(9)}, {})["site"].most_a == amps(18)

    def test_a_meter_below_that_is_silent_is_taken_by_its_last_reading(self):
        place = Site(circuits=(mains(rating(63), metered=False), sub("flat", metered=True)))
        assert bases(place, {"flat": reading(18)}, {}, silent=["flat"])["site"].most_a == amps(18)

    @pytest.mark.parametrize(
        ("flat", "expected_a"),
        [
            pytest.param(sub("flat", metered=True, limit_a=20), 20, id="its rating"),
            pytest.param(mains(rating(20), contract(2300), circuit_id="flat", parent_id="site"), 10, id="or its power, if that is less"),
        ],
    )  # fmt: skip
    def test_one_that_never_spoke_may_carry_all_that_it_is_allowed(self, flat: Circuit, expected_a: float):
        place = Site(circuits=(mains(rating(63), metered=False), flat))
        base = bases(place, {"flat": None}, {})["site"]
        assert (base.least_a, base.most_a) == (amps(expected_a), amps(expected_a))
        assert base.most_w == pytest.approx(expected_a * 230)

    def test_a_total_below_makes_what_is_above_it_assumed_too(self):
        place = Site(circuits=(mains(rating(63), metered=False, phases=3), sub("flat", metered=True, phases=3)))
        base = bases(place, {"flat": reading(power_w=2300)}, {})["site"]
        assert base.assumed
        assert base.most_a == pytest.approx(amps(10, 10, 10))
        assert base.most_w == pytest.approx(2300)


@pytest.mark.parametrize(
    ("load", "status", "expected"),
    [
        pytest.param(appliance(), switched(), amps(10), id="on: its nominal power"),
        pytest.param(appliance(), switched(power_w=460.0), amps(2), id="as measured"),
        pytest.param(appliance(phases=ALL_PHASES, power_w=6900), switched(), amps(10, 10, 10), id="spread over its phases"),
        pytest.param(appliance(), switched(on=False, power_w=460.0), {}, id="off"),
        pytest.param(appliance(), switched(on=None), {}, id="nobody knows"),
        pytest.param(appliance(), None, {}, id="never heard of"),
        pytest.param(appliance(power_w=None), switched(), {}, id="on, and nobody knows what it takes"),
    ],
)  # fmt: skip
def test_what_an_appliance_takes(load: SheddableLoad, status: LoadStatus | None, expected: dict[Phase, float]):
    assert running_a(load, status, 230) == expected


def test_what_flows():
    three = mains(rating(25), phases=3)
    assert load_a(three, reading(1, 2, 3, power_w=5000)) == amps(1, 2, 3)
    assert load_a(three, reading(power_w=5000)) == {}
    assert load_w(three, reading(1, 2, 3, power_w=5000), 230) == 5000
    assert load_w(three, reading(1, 2, 3), 230) == 1380
