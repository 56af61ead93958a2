"""A car that begins to draw is in the meter before its charger says so: each test is such a second or two."""

import pytest

from custom_components.smart_charging.engine.control.starting import jumps
from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.evse import EvState
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState
from tests.engine.builders import amps, charger, later, mains, rating, reading, site, status

PLACE = site(charger(), limit_a=32)


def told(loads_a: list[float], state: EvState = EvState.B, offered_a: float = 16.0) -> list[float | None]:
    """Give the setpoint of each second, for a charger that goes on to say the same."""
    memory, setpoints = ControlState(), list[float | None]()
    for second, load_a in enumerate(loads_a):
        at = later(second)
        seen = status(state, offered_a=offered_a, draws=[0], measured_at=later(-30), since=later(-10))
        snapshot = SiteSnapshot(at=at, meters={"site": reading(load_a, at=at)}, evses={"a": seen})
        decision = step(PLACE, snapshot, memory, {})
        memory = decision.next_state
        setpoints.append(decision.setpoints["a"].current_a)
    return setpoints


def test_a_car_that_has_just_started_is_not_taken_for_the_house():
    assert told([15, 15, 30, 30, 30]) == [16] * 5


def test_but_only_until_its_charger_should_have_said_so():
    assert told([15, 15, 30, 30, 30, 30])[-1] == 16
    assert told([15, 15, 30, 30, 30, 30, 30])[-1] == 0


def test_what_exceeds_the_limit_is_given_up_at_once_even_then():
    assert told([15, 15, 36])[-1] == 9


def test_a_house_that_creeps_up_is_the_house():
    assert told([15, 18, 21, 24, 27])[-1] == 0


def test_a_charger_that_offers_nothing_has_no_car_that_starts():
    assert told([0, 0, 30, 30], offered_a=0.0) == [0] * 4


@pytest.mark.parametrize("second", [1, 2])
def test_a_jump_is_the_difference_of_two_readings(second: int):
    garage = mains(rating(16), circuit_id="garage", parent_id="site", metered=False)
    tree = site(charger(), circuits=[mains(rating(32), phases=3), garage])
    before = {"site": reading(10, 5, 0)}
    now = {"site": reading(20, 5, -3, at=later(second))}
    assert jumps(tree, now, before) == {"site": amps(10, 0, -3), "garage": amps(10, 0, -3)}


def test_a_total_may_have_gone_up_on_any_phase():
    tree = site(charger(), circuits=[mains(rating(32), phases=3)])
    before = {"site": reading(power_w=1000)}
    assert jumps(tree, {"site": reading(power_w=2380, at=later(1))}, before) == {"site": dict.fromkeys(ALL_PHASES, 6)}


def test_the_same_reading_is_no_jump():
    assert jumps(PLACE, {"site": reading(10)}, {"site": reading(10)}) == {}
    assert jumps(PLACE, {}, {"site": reading(10)}) == {}
    assert Phase.L1 in jumps(PLACE, {"site": reading(11, at=later(1))}, {"site": reading(10)})["site"]


def test_if_it_was_the_house_the_others_have_given_way_already():
    place = site(charger("a"), charger("b"), limit_a=48)
    memory, setpoints = ControlState(), dict[str, float | None]()
    for second, house_a in enumerate([15, 15, 31]):
        at = later(second)
        seen = {
            "a": status(EvState.B, offered_a=16, draws=[0], measured_at=at, since=later(-10)),
            "b": status(EvState.C, offered_a=16, draws=[16], measured_at=at),
        }
        snapshot = SiteSnapshot(at=at, meters={"site": reading(house_a + 16, at=at)}, evses=seen)
        decision = step(place, snapshot, memory, {})
        memory = decision.next_state
        setpoints = {name: item.current_a for name, item in decision.setpoints.items()}
    assert setpoints["a"] == 16, "it may have been this one"
    assert (setpoints["b"] or 0) < 16
