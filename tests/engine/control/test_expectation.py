"""What a car is expected to take of its offer."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.smart_charging.engine.control.demand import demand
from custom_components.smart_charging.engine.control.expectation import expected_a, note_shortfall
from custom_components.smart_charging.engine.control.view import EvseView
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus, EvState
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES
from custom_components.smart_charging.engine.model.state import EvseMemory, PastTarget, Shortfall
from tests.engine.builders import LONG_AGO, NOW, PLAIN, charger, later, mains, rating, site, status
from tests.engine.cars import SimCar, SimCharger, World

STEADY = Shortfall(since=later(-70), until=later(-5), drawn_a=16.0, offered_a=32.0)
"""Measured at 16 A for more than a minute, the last time 5 s ago."""


def view(of: EvseStatus, short: Shortfall | None, *, target_a: float = 32.0, evse: Evse | None = None) -> EvseView:
    memory = EvseMemory(target_a=target_a, target_since=LONG_AGO, shortfall=short)
    return EvseView(evse=evse or charger(), status=of, memory=memory, now=NOW, policy=PLAIN)


def of_32(drew: float, state: EvState | None = EvState.C) -> EvseStatus:
    return status(state, offered_a=32, draws=[drew])


BEGUN = Shortfall(since=later(-20), until=later(-5), drawn_a=16.0, offered_a=32.0)


@pytest.mark.parametrize(
    ("of", "before", "after"),
    [
        pytest.param(of_32(16), None, Shortfall(since=NOW, until=NOW, drawn_a=16, offered_a=32), id="half of its offer: it begins"),
        pytest.param(of_32(16), BEGUN, Shortfall(since=later(-20), until=NOW, drawn_a=16, offered_a=32), id="it goes on"),
        pytest.param(of_32(14), BEGUN, Shortfall(since=later(-20), until=NOW, drawn_a=14, offered_a=32), id="it goes on for a car that tapers"),
        pytest.param(of_32(18), BEGUN, Shortfall(since=NOW, until=NOW, drawn_a=18, offered_a=32), id="still coming up: it begins anew"),
        pytest.param(of_32(18), STEADY, Shortfall(since=later(-70), until=NOW, drawn_a=18, offered_a=32), id="once it is steady, a little more or less is no news"),
        pytest.param(of_32(30.4), None, None, id="95 % of its offer is all of it"),
        pytest.param(of_32(30.4), STEADY, None, id="back to all of it at once"),
        pytest.param(of_32(31.6), STEADY, None, id="0.5 A below its offer is all of it"),
        pytest.param(of_32(29.5), None, None, id="92 %: not short enough to begin"),
        pytest.param(of_32(29.5), STEADY, STEADY, id="nor enough to end"),
        pytest.param(of_32(16, EvState.B), STEADY, Shortfall(since=later(-70), until=NOW, drawn_a=16, offered_a=32), id="a charger that lies is measured all the same"),
        pytest.param(of_32(0, EvState.B), STEADY, None, id="its contactor is open"),
        pytest.param(status(offered_a=0, draws=[16]), STEADY, None, id="it is paused"),
        pytest.param(status(offered_a=None, draws=[16]), STEADY, None, id="nobody knows what it is offered"),
        pytest.param(status(offered_a=32, draws=[16], measured_at=later(-95)), STEADY, None, id="nobody knows what it draws"),
        pytest.param(status(offered_a=32, draws=[16], reachable=False), STEADY, STEADY, id="it cannot be heard"),
        pytest.param(status(offered_a=32, draws=[32], measured_at=later(-5)), STEADY, STEADY, id="the same measurement again"),
    ],
)  # fmt: skip
def test_note_shortfall(of: EvseStatus, before: Shortfall | None, after: Shortfall | None):
    assert note_shortfall(view(of, before)).shortfall == after


@pytest.mark.parametrize(
    ("left_a", "ended_s", "target_a", "drew", "short"),
    [
        pytest.param(6, -3, 32, 6, False, id="risen 3 s ago: it may not have followed yet"),
        pytest.param(6, -7, 32, 6, True, id="risen 7 s ago: it should have"),
        pytest.param(32, -3, 16, 14, False, id="cut 3 s ago: it may be below the one on its way to the other"),
        pytest.param(32, -3, 16, 24, False, id="cut 3 s ago, on its way down"),
    ],
)
def test_a_car_that_follows_is_given_time(left_a: float, ended_s: float, target_a: float, drew: float, short: bool):
    seen = view(status(offered_a=target_a, draws=[drew]), None, target_a=target_a)
    left = (PastTarget(current_a=left_a, ended=later(ended_s)),)
    seen.memory = replace(seen.memory, past_targets=left, target_since=later(ended_s))
    assert (note_shortfall(seen).shortfall is not None) is short


@pytest.mark.parametrize(
    ("drawn_a", "for_s", "evse", "expected"),
    [
        pytest.param(16.0, 60, charger(step_a=0.1), 17.8, id="16 A of 32 A: a tenth more"),
        pytest.param(16.0, 59, charger(step_a=0.1), None, id="not for long enough yet"),
        pytest.param(16.0, 60, charger(), 18, id="on the charger's step"),
        pytest.param(7.2, 60, charger(step_a=0.1), 8.2, id="a small draw: 1 A more"),
        pytest.param(6.5, 60, charger(), 8, id="never so near that it looks as if it took all"),
        pytest.param(2.0, 60, charger(), 6, id="nearly full: the minimum"),
        pytest.param(2.0, 60, charger(minimum_a=6.5, step_a=0.5), 6.5, id="the minimum of its own"),
        pytest.param(15.2, 60, charger(maximum_a=16.0), None, id="no less than it can be given"),
    ],
)
def test_expected_a(drawn_a: float, for_s: float, evse: Evse, expected: float | None):
    short = Shortfall(since=later(-for_s), until=NOW, drawn_a=drawn_a, offered_a=32.0)
    seen = view(status(), short, evse=evse)
    found = expected_a(seen, evse.minimum_a, evse.maximum_a)
    assert found == (None if expected is None else pytest.approx(expected))
    assert demand(seen, Mode.FAST, None).expected_a == found


def test_without_a_shortfall_all_of_it_is_expected():
    assert expected_a(view(status(), None), 6, 32) is None


@given(drawn_a=st.floats(6, 27), step_a=st.sampled_from([0.1, 0.5, 1.0]))
def test_a_car_that_draws_what_it_did_is_never_taken_to_want_more(drawn_a: float, step_a: float):
    """Held to what is expected of it, it draws less than all of that: so it does not swing."""
    evse = charger(step_a=step_a)
    short = Shortfall(since=later(-70), until=later(-5), drawn_a=drawn_a, offered_a=32.0)
    offered_a = expected_a(view(of_32(drawn_a), short, evse=evse), 6, 32)
    assert offered_a is not None
    held = view(status(offered_a=offered_a, draws=[drawn_a]), short, target_a=offered_a, evse=evse)
    assert note_shortfall(held).shortfall is not None


@pytest.mark.parametrize(
    ("offered_a", "drew", "takes"),
    [
        pytest.param(24, 12, 0.5, id="half of 32 A, and half of 24 A"),
        pytest.param(24, 16, 1.0, id="16 A of both"),
        pytest.param(24, 8, 1.0, id="less than it should of the second: it tapers"),
        pytest.param(30, 15, 1.0, id="two offers so near tell nothing"),
    ],
)
def test_a_car_that_takes_a_part_of_any_offer_takes_all_that_it_can(offered_a: float, drew: float, takes: float):
    seen = view(status(offered_a=offered_a, draws=[drew]), STEADY, target_a=offered_a)
    memory = note_shortfall(seen)
    assert memory.takes == takes
    assert (memory.shortfall is None) is (takes < 1)


def test_a_part_that_turns_out_to_be_more_is_forgotten():
    seen = view(of_32(20), None)
    seen.memory = replace(seen.memory, takes=0.5)
    assert note_shortfall(seen).takes == 1.0


def test_a_car_that_takes_a_part_is_left_so_much_more():
    seen = view(status(), Shortfall(since=later(-70), until=NOW, drawn_a=9.0, offered_a=32.0), evse=charger(step_a=0.1))
    seen.memory = replace(seen.memory, takes=0.8)
    assert expected_a(seen, 6, 32) == pytest.approx(12.5)


def pair(*cars: SimCar, limit_a: float = 45.0, phases: int = 1, measures_s: int = 5) -> World:
    """Some cars behind a mains; the house takes 5 A."""
    evses = [charger(name, phases=ALL_PHASES[:phases], step_a=0.1) for name in "abc"[: len(cars)]]
    outlets = [SimCharger(evse, car, measures_s=measures_s) for evse, car in zip(evses, cars, strict=True)]
    return World(site(*evses, circuits=[mains(rating(limit_a), phases=phases)]), outlets)


@pytest.mark.parametrize(
    ("frugal", "drawn_a", "other_a"),
    [
        pytest.param(SimCar(maximum_a=16.0), 16.0, 22.2, id="a car of 16 A on a charger of 32 A"),
        pytest.param(SimCar(maximum_a=8.0), 8.0, 31.0, id="one that takes 8 A"),
        pytest.param(SimCar(share=0.7), 14.0, 20.0, id="one that takes 70 % of any offer: that is all it can"),
        pytest.param(SimCar(share=0.95), 19.0, 20.0, id="95 % is all of it: no difference"),
    ],
)
def test_what_one_car_leaves_goes_to_the_other(frugal: SimCar, drawn_a: float, other_a: float):
    world = pair(frugal, SimCar()).run(400)
    assert world.overload_s(45) == 0
    assert world.chargers[0].car.drawn_a <= drawn_a + 0.1
    assert world.chargers[1].offered_a == pytest.approx(other_a, abs=0.5)


def test_nothing_is_lost_when_nobody_else_wants_it():
    world = pair(SimCar(maximum_a=16.0), limit_a=45).run(300)
    assert world.chargers[0].offered_a == 32


def test_a_car_that_asks_again_has_its_share_back():
    world = pair(SimCar(maximum_a=8.0), SimCar(), measures_s=5).run(200)
    assert world.chargers[1].offered_a > 30
    world.chargers[0].car.maximum_a = 32.0
    world.run(30)
    assert [outlet.offered_a for outlet in world.chargers] == [pytest.approx(20, abs=0.2)] * 2
    assert world.overload_s(45) == 0


def test_a_car_on_one_phase_of_three_is_judged_by_that_phase():
    world = pair(SimCar(maximum_a=16.0, phases=1), SimCar(phases=3), phases=3).run(300)
    assert world.chargers[1].offered_a == pytest.approx(22.2, abs=0.5)
    assert world.overload_s(45) == 0


@given(
    caps=st.lists(st.floats(6, 32), min_size=2, max_size=3),
    shares=st.lists(st.sampled_from([1.0, 0.95, 0.93, 0.8]), min_size=3, max_size=3),
    measures_s=st.sampled_from([1, 5, 20]),
)
@settings(max_examples=25, deadline=None)
def test_cars_that_take_what_they_like_never_exceed_the_limit_and_come_to_rest(
    caps: list[float], shares: list[float], measures_s: int
):
    cars = [SimCar(maximum_a=cap, share=share) for cap, share in zip(caps, shares, strict=False)]
    world = pair(*cars, measures_s=measures_s).run(500)
    assert world.overload_s(45) == 0
    told = [len(outlet.told) for outlet in world.chargers]
    world.run(200)
    assert sum(len(outlet.told) for outlet in world.chargers) - sum(told) <= 9, "about one command in a minute each"
