"""How a house behaves, how hot its protection is, and what must be kept free for that."""

import math
from datetime import datetime

import pytest

from custom_components.smart_charging.engine.control.base import bound_bases
from custom_components.smart_charging.engine.control.draw import Draw
from custom_components.smart_charging.engine.control.freshness import MeterView
from custom_components.smart_charging.engine.control.protection import bearable, model_of
from custom_components.smart_charging.engine.control.unrest import (
    FIRST_STEP_A,
    FORGET_S,
    Slack,
    remember,
    slack,
)
from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.protection import Protection, ProtectionKind
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.state import CircuitMemory, ControlState
from tests.engine.builders import PLAIN, charger, contract, later, mains, rating, reading, site

HOME = site(charger(), limit_a=40)


class House:
    """A circuit that is looked at again and again."""

    def __init__(self, place: Site = HOME) -> None:
        self.site = place
        self.state = ControlState()

    def look(
        self, meter: MeterReading | None, now: datetime, *, known: bool = True, draw: Draw | None = None
    ) -> CircuitMemory:
        """Take this reading in, with a charger that draws nothing if not said."""
        phases = self.site.evses[0].phases
        draws = {"a": draw or Draw(least_a=dict.fromkeys(phases, 0.0), most_a=dict.fromkeys(phases, 0.0))}
        views = {"site": MeterView(reading=meter, known=known and meter is not None, silent_s=0)}
        bases = bound_bases(self.site, views, draws, {})
        circuits = remember(self.site, views, bases, self.state, now)
        self.state = ControlState(meters={"site": meter} if meter else {}, circuits=circuits, at=now)
        return circuits["site"]


class TestHeat:
    def test_at_first_it_is_taken_to_have_carried_this_for_ever(self):
        assert House().look(reading(20), later(0)).heat == {"l1": 0.25}

    def test_but_no_more_than_its_limit(self):
        assert House().look(reading(60), later(0)).heat == {"l1": 1}

    def test_it_warms_and_cools_with_the_square_of_the_load(self):
        house = House()
        house.look(reading(20), later(0))
        warm = house.look(reading(60, at=later(137)), later(137))
        assert warm.heat["l1"] == pytest.approx(2.25 - 2 * math.exp(-1)), "a breaker's time constant"
        cool = house.look(reading(0, at=later(274)), later(274))
        assert cool.heat["l1"] == pytest.approx(warm.heat["l1"] * math.exp(-1))

    def test_it_goes_on_between_two_readings(self):
        house = House()
        house.look(reading(60), later(0))
        heats = [house.look(reading(60), later(second)).heat["l1"] for second in range(1, 4)]
        assert heats == sorted(set(heats))

    def test_a_meter_that_is_silent_leaves_it_as_it_is(self):
        house = House()
        known = house.look(reading(60), later(0))
        assert house.look(reading(60), later(60), known=False) == known
        assert house.look(None, later(70)) == known

    def test_time_that_runs_backwards_cools_nothing(self):
        house = House()
        known = house.look(reading(30), later(0))
        assert house.look(reading(0), later(-3600)).heat == known.heat

    @pytest.mark.parametrize(
        ("circuit", "meter", "expected"),
        [
            pytest.param(mains(rating(20), phases=3), reading(10, 20, 0), {"l1": 0.25, "l2": 1, "l3": 0}, id="each phase for itself"),
            pytest.param(mains(contract(9200)), reading(20), {"total": 0.25}, id="in total"),
            pytest.param(mains(contract(9200), rating(20)), reading(10), {"l1": 0.25, "total": 0.0625}, id="both"),
            pytest.param(mains(rating(20), phases=3), reading(power_w=6900), {"l1": 0.25, "l2": 0.25, "l3": 0.25}, id="a total: evenly"),
            pytest.param(mains(rating(20)), reading(-10), {"l1": 0.25}, id="export heats a wire as well"),
            pytest.param(mains(phases=1), reading(10), {}, id="no limit"),
        ],
    )  # fmt: skip
    def test_which_limits_have_one(self, circuit: Circuit, meter: MeterReading, expected: dict[str, float]):
        place = site(charger(phases=circuit.phases), circuits=[circuit])
        assert House(place).look(meter, later(0)).heat == pytest.approx(expected)

    def test_a_circuit_without_a_meter_has_none(self):
        place = Site(circuits=(mains(rating(40), metered=False),))
        assert remember(place, {}, {}, ControlState(), later(0)) == {}


class TestSteps:
    def test_before_a_house_was_seen_a_kettle_is_expected(self):
        assert House().look(reading(5), later(0)).unrest_a["l1"] == FIRST_STEP_A

    def test_the_largest_step_up_is_remembered(self):
        house = House()
        for second, load_a in enumerate([5, 25, 8, 20]):
            house.look(reading(load_a, at=later(second)), later(second))
        assert house.state.circuits["site"].unrest_a["l1"] == pytest.approx(20, rel=1e-3)

    def test_and_forgotten_over_days(self):
        house = House()
        house.look(reading(5), later(0))
        for day in range(1, 4):
            house.look(reading(5, at=later(day * FORGET_S)), later(day * FORGET_S))
        assert house.state.circuits["site"].unrest_a["l1"] == pytest.approx(FIRST_STEP_A * math.exp(-3))

    def test_a_car_that_comes_up_is_no_step_of_the_house(self):
        house = House()
        house.look(reading(5), later(0))
        drawn = Draw(least_a={ALL_PHASES[0]: 0}, most_a={ALL_PHASES[0]: 32})
        memory = house.look(reading(37, at=later(1)), later(1), draw=drawn)
        assert memory.unrest_a["l1"] == pytest.approx(FIRST_STEP_A, rel=1e-3), "all of it may have been the car"

    def test_the_same_reading_again_teaches_nothing(self):
        house = House()
        known = house.look(reading(5), later(0))
        drawn = Draw(least_a={ALL_PHASES[0]: -20}, most_a={ALL_PHASES[0]: -20})
        assert house.look(reading(5), later(1), draw=drawn).unrest_a == known.unrest_a


class TestSlack:
    """40 A, and a house that has been seen to step by 30 A."""

    @pytest.fixture
    def memory(self) -> CircuitMemory:
        return CircuitMemory(heat={"l1": 0.25, "total": 0.25}, unrest_a={"l1": 30, "total": 30})

    def spare(self, memory: CircuitMemory, *limits: object, **circuit: object) -> Slack:
        return slack(mains(*(limits or (rating(40),)), **circuit), memory, PLAIN, 230)  # type: ignore[arg-type]

    def test_behind_a_meter_of_a_second_the_breaker_bears_the_step(self, memory: CircuitMemory):
        assert self.spare(memory).reserve_a == {"l1": 0}

    def test_the_slower_the_meter_the_more_is_kept_free(self, memory: CircuitMemory):
        reserves = [self.spare(memory, meter_period_s=period_s).reserve_a["l1"] for period_s in (1, 30, 60, 300)]
        assert reserves == sorted(reserves)
        assert reserves[-1] > 20

    def test_it_is_what_the_step_needs_beyond_what_the_breaker_bears_until_the_car_has_answered(
        self, memory: CircuitMemory
    ):
        spare = self.spare(memory, meter_period_s=60)
        multiple = bearable(0.25, 60 + 1 + PLAIN.follow_s, model_of(None))
        assert spare.multiple == {"l1": multiple}
        assert spare.reserve_a["l1"] == pytest.approx(30 - (multiple - 1) * 40)

    def test_a_hot_one_spares_nothing(self):
        hot = CircuitMemory(heat={"l1": 1.3}, unrest_a={"l1": 12})
        assert self.spare(hot) == Slack(reserve_a={"l1": 12}, multiple={"l1": 1})

    def test_no_step_is_larger_than_the_limit(self):
        wild = CircuitMemory(heat={"l1": 1.3}, unrest_a={"l1": 90})
        assert self.spare(wild).reserve_a == {"l1": 40}

    def test_nothing_known_is_a_device_at_its_limit_and_a_kettle(self):
        spare = self.spare(CircuitMemory(), meter_period_s=600)
        assert spare.multiple["l1"] == bearable(1.0, 607, model_of(None))
        assert 0 < spare.reserve_a["l1"] <= FIRST_STEP_A

    def test_in_total(self, memory: CircuitMemory):
        spare = self.spare(memory, contract(9200), meter_period_s=300)
        assert set(spare.reserve_a) == {"total"}

    def test_the_device_says_how_long_is_long(self, memory: CircuitMemory):
        fuse, linky, breaker = (
            self.spare(memory, meter_period_s=60, protection=Protection(kind=kind)).multiple["l1"]
            for kind in (ProtectionKind.FUSE_GG, ProtectionKind.LINKY, ProtectionKind.BREAKER_C)
        )
        assert fuse < linky
        assert fuse < breaker
