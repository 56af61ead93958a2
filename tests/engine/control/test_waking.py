"""Cars that take nothing: done, or asleep."""

from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.smart_charging.engine.control.demand import Demand, demand, note_untaken
from custom_components.smart_charging.engine.control.view import EvseView
from custom_components.smart_charging.engine.control.waking import (
    MOST_WAKES,
    WAKE_AGAIN_S,
    note_appetite,
    wake,
)
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus, EvState
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.reason import ReasonCode
from custom_components.smart_charging.engine.model.state import Appetite, EvseMemory
from tests.engine.builders import LONG_AGO, NOW, PLAIN, charger, later, site, status
from tests.engine.cars import SimCar, SimCharger, World

FRESH = Appetite()
DREW = Appetite(drew=True)
DONE = Appetite(done_at=later(-600))
FULL = Appetite(done_at=later(-600), done_soc=0.99)
HALF = Appetite(done_at=later(-600), done_soc=0.8)
PAUSED = Appetite(drew=True, unoffered_since=later(-60))
PAUSED_LONG = Appetite(drew=True, unoffered_since=later(-130))
SLEEPS = Appetite(unoffered_since=later(-130), paused_since=later(-130))
RESUMED = Appetite(drew=True, resumed=True)


def slept(seconds: float, **changes: Any) -> Appetite:
    """It drew, and was paused so long ago."""
    return Appetite(paused_since=later(-seconds), **changes)


def view(
    of: EvseStatus, appetite: Appetite = FRESH, *, evse: Evse | None = None, memory: EvseMemory | None = None
) -> EvseView:
    """A car that has been offered this for as long as its status says."""
    memory = replace(memory or EvseMemory(), appetite=appetite)
    seen = EvseView(evse=evse or charger(), status=of, memory=memory, now=NOW, policy=PLAIN)
    seen.memory = note_untaken(seen)
    return seen


def idle(**changes: Any) -> EvseStatus:
    """A car that has kept its contactor open for an hour, though it was offered 16 A."""
    return replace(status(EvState.B), **changes)


@pytest.mark.parametrize(
    ("of", "before", "after"),
    [
        pytest.param(status(draws=[8]), FRESH, DREW, id="it draws"),
        pytest.param(status(draws=[8]), replace(FRESH, wakes=2, woken_at=later(-60)), DREW, id="it woke"),
        pytest.param(status(draws=[8]), DONE, DREW, id="it began again by itself"),
        pytest.param(status(draws=[0.7]), DREW, DREW, id="its last watts count"),
        pytest.param(status(draws=[0.7]), FRESH, FRESH, id="a first trickle does not"),
        pytest.param(status(current_a=None, measured_at=None), FRESH, DREW, id="its contactor is closed, and nobody measures"),
        pytest.param(status(EvState.B, draws=[8]), FRESH, DREW, id="its charger lies"),
        pytest.param(status(EvState.A), FULL, FRESH, id="it left"),
        pytest.param(status(EvState.E), FULL, FULL, id="the power is gone"),
        pytest.param(status(None), DREW, DREW, id="nothing is known"),
        pytest.param(status(draws=[8], reachable=False), FRESH, FRESH, id="the charger cannot be heard"),
        pytest.param(idle(), FRESH, FRESH, id="it never drew"),
        pytest.param(idle(), DREW, Appetite(done_at=NOW), id="it drew, and stopped by itself"),
        pytest.param(idle(soc=0.9), DREW, Appetite(done_at=NOW, done_soc=0.9), id="and told how full it is"),
        pytest.param(status(EvState.B, since=later(-60)), DREW, DREW, id="it stopped a moment ago"),
        pytest.param(idle(offered_a=None), DREW, DREW, id="nobody knows what it is offered"),
        pytest.param(idle(offered_a=0.0), DREW, Appetite(drew=True, unoffered_since=NOW), id="it is paused"),
        pytest.param(idle(offered_a=0.0), PAUSED, PAUSED, id="a short pause"),
        pytest.param(idle(offered_a=0.0), PAUSED_LONG, SLEEPS, id="a pause so long that it may sleep"),
        pytest.param(idle(offered_a=0.0), SLEEPS, SLEEPS, id="it goes on sleeping"),
        pytest.param(status(EvState.B, since=later(-9)), SLEEPS, replace(SLEEPS, unoffered_since=None), id="it may wake up"),
        pytest.param(status(draws=[8]), slept(899), DREW, id="it goes on after a pause"),
        pytest.param(status(draws=[8]), slept(900), RESUMED, id="even after a long one"),
        pytest.param(status(draws=[8]), RESUMED, RESUMED, id="and further on"),
        pytest.param(status(draws=[8]), slept(900, wakes=1), DREW, id="but was woken"),
        pytest.param(status(draws=[8]), slept(900, calls=1), DREW, id="or called"),
        pytest.param(status(EvState.B, since=later(-9)), PAUSED, DREW, id="it is offered something again"),
        pytest.param(idle(offered_a=0.0), DONE, DONE, id="done, and paused"),
        pytest.param(idle(soc=0.98), FULL, FULL, id="full, and lost one hundredth"),
        pytest.param(idle(soc=0.97), FULL, FRESH, id="full, and lost two"),
        pytest.param(idle(soc=1.0), FULL, replace(FULL, done_soc=1.0), id="its state of charge is told late"),
        pytest.param(idle(soc=0.8), DONE, replace(DONE, done_soc=0.8), id="or later still"),
        pytest.param(idle(soc=None), FULL, FULL, id="or no more"),
    ],
)  # fmt: skip
def test_note_appetite(of: EvseStatus, before: Appetite, after: Appetite):
    assert note_appetite(view(of, before)).appetite == after


def woken(tries: int, *, seconds_ago: float) -> Appetite:
    return Appetite(wakes=tries, woken_at=later(-seconds_ago))


def ask(seen: EvseView, mode: Mode = Mode.FAST, asked_at: datetime | None = None) -> Demand:
    return wake(seen, demand(seen, mode, None), asked_at)


CODE = ReasonCode


@pytest.mark.parametrize(
    ("of", "appetite", "maximum_a", "code", "tries"),
    [
        pytest.param(idle(), FRESH, 0, CODE.WAKING, 1, id="it never drew: the first try"),
        pytest.param(idle(offered_a=0.0), woken(1, seconds_ago=5), 0, CODE.WAKING, 1, id="nothing is offered for a moment"),
        pytest.param(idle(offered_a=0.0), woken(1, seconds_ago=11), 6, CODE.WAKING, 1, id="then the minimum"),
        pytest.param(status(EvState.B, since=later(-60)), woken(1, seconds_ago=80), 6, CODE.WAKING, 1, id="it may still wake up"),
        pytest.param(idle(), woken(1, seconds_ago=299), 6, CODE.WAKING, 1, id="not so soon again"),
        pytest.param(idle(), woken(1, seconds_ago=301), 0, CODE.WAKING, 2, id="the second try"),
        pytest.param(idle(), woken(2, seconds_ago=301), 0, CODE.WAKING, 3, id="the last"),
        pytest.param(idle(), woken(3, seconds_ago=9), 0, CODE.WAKING, 3, id="of which the answer is waited for"),
        pytest.param(idle(), woken(3, seconds_ago=301), 6, CODE.ASLEEP, 3, id="it could not be woken"),
        pytest.param(idle(), DREW, 6, CODE.NOT_TAKING, None, id="it drew: it is not woken"),
        pytest.param(idle(), DONE, 6, CODE.NOT_TAKING, None, id="done: its minimum is kept for it"),
        pytest.param(idle(offered_a=0.0), DONE, 6, CODE.NOT_TAKING, None, id="done, and paused since"),
        pytest.param(idle(), HALF, 6, CODE.NOT_TAKING, None, id="done at a limit of its own, which may be raised"),
        pytest.param(idle(), FULL, 0, CODE.NOT_TAKING, None, id="full: it is not started again"),
        pytest.param(status(draws=[8]), woken(1, seconds_ago=60), 32, CODE.AT_MAXIMUM, None, id="it draws"),
        pytest.param(status(EvState.A), FRESH, 0, CODE.NO_CAR, None, id="no car"),
        pytest.param(status(EvState.B, reachable=False), FRESH, 16, CODE.OFFLINE, None, id="the charger cannot be heard"),
        pytest.param(status(EvState.B, draws=[8]), DONE, 32, CODE.AT_MAXIMUM, None, id="the charger lies: it draws"),
        pytest.param(status(EvState.B, since=later(-60)), FRESH, 32, CODE.AT_MAXIMUM, None, id="just offered"),
    ],
)  # fmt: skip
def test_wake(of: EvseStatus, appetite: Appetite, maximum_a: float, code: ReasonCode, tries: float | None):
    wanted = ask(view(of, appetite))
    assert (wanted.maximum_a, wanted.reason.code, wanted.reason.params.get("tries")) == (maximum_a, code, tries)


ASKED = replace(DONE, wakes=1)
SOON = EvseMemory(served_since=later(-1))


@pytest.mark.parametrize(
    ("of", "appetite", "memory", "asked"),
    [
        pytest.param(
            idle(offered_a=0.0), DONE, EvseMemory(waiting_since=later(-3599)), False, id="the others take all"
        ),
        pytest.param(idle(offered_a=0.0), DONE, EvseMemory(waiting_since=later(-3600)), True, id="for an hour"),
        pytest.param(idle(offered_a=0.0), DONE, SOON, False, id="it has what is left over"),
        pytest.param(idle(offered_a=0.0), ASKED, SOON, True, id="it has its turn"),
        pytest.param(idle(offered_at=later(-119), state_at=later(-900)), ASKED, SOON, True, id="it may take a moment"),
        pytest.param(idle(offered_at=later(-120), state_at=later(-900)), ASKED, SOON, False, id="it wants nothing"),
    ],
)
def test_one_that_is_done_is_asked_again_after_an_hour_without_an_offer(
    of: EvseStatus, appetite: Appetite, memory: EvseMemory, asked: bool
):
    seen = view(of, appetite, memory=memory)
    wanted = ask(seen)
    assert (wanted.reason.code, wanted.done) == (CODE.WAKING if asked else CODE.NOT_TAKING, not asked)
    assert wanted.maximum_a == 6
    assert seen.memory.appetite.wakes == int(asked)


def test_one_that_is_known_to_be_full_is_not():
    wanted = ask(view(idle(offered_a=0.0), FULL, memory=EvseMemory(waiting_since=later(-3600))))
    assert (wanted.reason.code, wanted.done, wanted.maximum_a) == (CODE.NOT_TAKING, True, 0)


def test_a_try_is_remembered():
    seen = view(idle())
    ask(seen)
    assert seen.memory.appetite == Appetite(wakes=1, woken_at=NOW)


def test_a_clock_that_fell_back_does_not_keep_a_car_without_an_offer():
    assert ask(view(idle(), woken(1, seconds_ago=-3600))).reason.params["tries"] == 2
    assert ask(view(idle(offered_a=0.0), woken(1, seconds_ago=-3600))).maximum_a == 6


def test_a_charger_that_cannot_pause_has_no_means_to_wake_a_car():
    wanted = ask(view(idle(), evse=charger(can_pause=False)))
    assert (wanted.maximum_a, wanted.reason.code) == (6, CODE.NOT_TAKING)
    assert ask(view(idle(), FULL, evse=charger(can_pause=False))).maximum_a == 6


def test_who_is_switched_off_is_not_woken_and_begins_anew_when_switched_on():
    seen = view(idle(), FULL)
    assert ask(seen, Mode.OFF).reason.code is CODE.OFF
    assert seen.memory.appetite == FRESH
    asleep = view(idle(), woken(1, seconds_ago=400))
    assert ask(asleep, Mode.OFF).reason.code is CODE.OFF
    assert asleep.memory.appetite.wakes == 1


@pytest.mark.parametrize(("asked_s", "starts"), [(-601, False), (-1, True)], ids=["before it was full", "since"])
def test_a_full_car_starts_again_when_a_person_asks_for_it(asked_s: float, starts: bool):
    seen = view(idle(offered_a=0.0), FULL)
    assert ask(seen, asked_at=later(asked_s)).maximum_a == (32 if starts else 0)


def test_a_done_car_that_is_not_to_charge_is_let_be():
    done = view(idle(), DONE)
    fixed = replace(demand(done, Mode.FAST, None), maximum_a=0.0)
    assert wake(done, fixed) is fixed


def alone(car: SimCar, **changes: Any) -> World:
    """One car behind a mains with room enough."""
    outlet = replace(SimCharger(charger(step_a=0.1), car), **changes)
    return World(site(charger(step_a=0.1), limit_a=40), [outlet])


def pauses(world: World) -> list[int]:
    """The seconds at which the offer was taken away."""
    return [second for second, setpoint in world.chargers[0].told if setpoint.current_a == 0]


class TestSleepers:
    """Through whole ticks."""

    def test_one_that_never_wakes_is_woken_three_times_and_told(self):
        world = alone(SimCar(asleep=True), offered_a=6.0).run(1500)
        tried = pauses(world)
        assert len(tried) == MOST_WAKES
        assert all(later_ - earlier >= WAKE_AGAIN_S for earlier, later_ in pairwise(tried))
        setpoint = world.setpoint()
        assert (setpoint.current_a, setpoint.reason.code) == (6, CODE.ASLEEP)
        assert setpoint.reason.params["tries"] == MOST_WAKES

    @pytest.mark.parametrize("wakes_after", [1, 2, 3])
    def test_one_that_wakes_has_all_that_there_is(self, wakes_after: int):
        world = alone(SimCar(asleep=True, wakes_after=wakes_after), offered_a=6.0).run(1200)
        assert len(pauses(world)) == wakes_after
        assert world.setpoint().current_a == 32

    def test_one_that_fell_asleep_in_a_long_pause_is_woken(self):
        world = alone(SimCar())
        world.run(120).modes["a"] = Mode.OFF
        world.run(1200)
        car = world.chargers[0].car
        car.asleep, car.wakes_after = True, car.starts + 2
        world.modes["a"] = Mode.FAST
        world.run(400)
        assert world.setpoint().current_a == 32

    def test_one_that_is_full_is_left_alone(self):
        world = alone(SimCar(fills_at=300)).run(1200)
        assert pauses(world) == []
        assert (world.setpoint().current_a, world.setpoint().reason.code) == (6, CODE.NOT_TAKING)

    def test_one_that_is_known_to_be_full_is_started_again_when_it_has_lost_two_hundredths(self):
        world = alone(SimCar(fills_at=300), soc=1.0).run(900)
        assert (world.setpoint().current_a, world.setpoint().reason.code) == (0, CODE.NOT_TAKING)
        outlet = world.chargers[0]
        outlet.car.fills_at = float("inf")
        outlet.soc = 0.985
        assert world.run(900).setpoint().current_a == 0
        outlet.soc = 0.98
        assert world.run(60).setpoint().current_a == 32

    def test_below_a_silent_meter_nobody_is_woken(self):
        """What is taken away could not be given back."""
        world = alone(SimCar(asleep=True), offered_a=6.0)
        world.meter_s = 10_000
        world.run(300)
        assert world.setpoint().reason.code is CODE.METER_SILENT
        assert world.setpoint().current_a == 6


@given(
    wakes_after=st.sampled_from([None, 1, 3, 5]),
    breaks=st.lists(st.integers(200, 900), max_size=4),
    late_s=st.integers(0, 5),
)
@settings(max_examples=10, deadline=None)
def test_a_sleeping_car_is_woken_three_times_at_the_most_between_two_pauses(
    wakes_after: int | None, breaks: list[int], late_s: int
):
    world = alone(SimCar(asleep=True, wakes_after=wakes_after, late_s=late_s), offered_a=6.0)
    for length in breaks:
        began = world.second
        world.modes["a"] = Mode.FAST
        world.run(length)
        assert sum(began <= second for second in pauses(world)) <= MOST_WAKES
        assert world.memory().appetite.wakes <= MOST_WAKES
        world.modes["a"] = Mode.OFF
        world.run(200)
    assert world.overload_s(40) == 0


def test_since_when_it_takes_nothing_is_known_from_the_charger():
    assert view(idle()).memory.untaken_since == LONG_AGO
