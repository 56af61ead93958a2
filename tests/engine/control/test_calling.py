"""Cars that sleep, and have means of their own to be woken by."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from custom_components.smart_charging.engine.control.calling import ANSWER_S, CALL_AGAIN_S, MOST_CALLS, is_called
from custom_components.smart_charging.engine.control.demand import Demand, demand, note_untaken
from custom_components.smart_charging.engine.control.view import EvseView
from custom_components.smart_charging.engine.control.waking import note_appetite, wake
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus, EvState
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.plan import Plan
from custom_components.smart_charging.engine.model.reason import ReasonCode
from custom_components.smart_charging.engine.model.state import Appetite, EvseMemory
from tests.engine.builders import NOW, PLAIN, charger, later, site, status
from tests.engine.cars import SimCar, SimCharger, World

CODE = ReasonCode
FRESH = Appetite()


def view(of: EvseStatus, appetite: Appetite = FRESH, *, evse: Evse | None = None) -> EvseView:
    """A car that has been offered this for as long as its status says."""
    seen = EvseView(evse=evse or charger(), status=of, memory=EvseMemory(appetite=appetite), now=NOW, policy=PLAIN)
    seen.memory = note_untaken(seen)
    return seen


def idle(**changes: Any) -> EvseStatus:
    """A car that has kept its contactor open for an hour, though it was offered 16 A."""
    return replace(status(EvState.B), **changes)


def called(times: int, *, seconds_ago: float) -> Appetite:
    return Appetite(calls=times, called_at=later(-seconds_ago))


def ask(seen: EvseView, mode: Mode = Mode.FAST, plan: Plan | None = None, *, wakeable: bool = True) -> Demand:
    return wake(seen, demand(seen, mode, plan), wakeable=wakeable)


@pytest.mark.parametrize(
    ("of", "appetite", "code", "calls"),
    [
        pytest.param(idle(), FRESH, CODE.CALLING, 1, id="it never drew: the first call"),
        pytest.param(idle(), called(1, seconds_ago=119), CODE.CALLING, 1, id="it may still answer"),
        pytest.param(idle(), called(1, seconds_ago=121), CODE.WAKING, 1, id="then it is the charger's turn"),
        pytest.param(idle(), called(1, seconds_ago=301), CODE.CALLING, 2, id="the second call"),
        pytest.param(idle(), called(2, seconds_ago=599), CODE.WAKING, 2, id="a longer pause"),
        pytest.param(idle(), called(2, seconds_ago=601), CODE.CALLING, 3, id="the last call"),
        pytest.param(idle(), called(3, seconds_ago=9999), CODE.WAKING, 3, id="no more calls"),
        pytest.param(idle(), called(1, seconds_ago=-60), CODE.CALLING, 2, id="the clock was put back"),
        pytest.param(status(EvState.B, since=later(-60)), FRESH, CODE.AT_MAXIMUM, 0, id="it was offered it just now"),
        pytest.param(idle(), Appetite(drew=True), CODE.NOT_TAKING, 0, id="it drew, and stopped by itself"),
        pytest.param(idle(), Appetite(done_at=later(-600)), CODE.NOT_TAKING, 0, id="it is done"),
        pytest.param(status(draws=[8]), called(1, seconds_ago=30), CODE.AT_MAXIMUM, 1, id="it draws"),
        pytest.param(idle(authorized=False), FRESH, CODE.NOT_AUTHORIZED, 0, id="it may not charge"),
        pytest.param(status(EvState.A), FRESH, CODE.NO_CAR, 0, id="no car"),
        pytest.param(status(EvState.B, reachable=False), FRESH, CODE.OFFLINE, 0, id="the charger cannot be heard"),
    ],
)  # fmt: skip
def test_call(of: EvseStatus, appetite: Appetite, code: ReasonCode, calls: int):
    seen = view(of, appetite)
    assert (ask(seen).reason.code, seen.memory.appetite.calls) == (code, calls)


def test_one_that_cannot_be_called_is_woken_by_its_charger():
    seen = view(idle())
    assert ask(seen, wakeable=False).reason.code is CODE.WAKING
    assert seen.memory.appetite.calls == 0


def test_what_is_offered_stays_as_it_is_meanwhile():
    wanted = ask(view(idle()))
    assert (wanted.maximum_a, wanted.reason.params) == (6, {"tries": 1.0, "minimum_a": 6.0})


@pytest.mark.parametrize("evse", [charger(), charger(can_pause=False)], ids=["it can pause", "it cannot pause"])
@pytest.mark.parametrize(
    ("mode", "plan"), [(Mode.OFF, None), (Mode.SMART, Plan(slots=()))], ids=["off", "the plan waits"]
)
def test_nobody_is_called_who_is_not_to_charge(evse: Evse, mode: Mode, plan: Plan | None):
    seen = view(idle(), evse=evse)
    ask(seen, mode, plan)
    assert seen.memory.appetite.calls == 0


def test_a_charger_that_cannot_pause_can_have_its_car_called():
    assert ask(view(idle(), evse=charger(can_pause=False))).reason.code is CODE.CALLING


def test_calls_in_vain_outlast_a_pause():
    slept = replace(called(2, seconds_ago=400), unoffered_since=later(-200), paused_since=later(-300))
    assert note_appetite(view(idle(offered_a=0.0), slept)).appetite == slept
    drew = Appetite(drew=True, unoffered_since=later(-200), calls=1)
    assert note_appetite(view(idle(offered_a=0.0), drew)).appetite.calls == 1


@pytest.mark.parametrize("of", [status(draws=[8]), status(EvState.A)], ids=["it draws", "it left"])
def test_and_are_forgotten(of: EvseStatus):
    assert note_appetite(view(of, called(2, seconds_ago=400))).appetite.calls == 0


def test_a_call_is_decided_once():
    memory = EvseMemory(appetite=called(1, seconds_ago=0))
    assert is_called(None, memory)
    assert is_called(EvseMemory(), memory)
    assert not is_called(memory, memory)
    assert not is_called(memory, EvseMemory())


def alone(car: SimCar, **changes: Any) -> World:
    """One car behind a mains with room enough."""
    outlet = SimCharger(charger(step_a=0.1), car, offered_a=6.0)
    return World(site(charger(step_a=0.1), limit_a=40), [outlet], **changes)


def calls(world: World, seconds: int) -> list[int]:
    """The seconds at which it is called."""
    found: list[int] = []
    for _ in range(seconds):
        before = world.chargers[0].car.calls
        world.run(1)
        if world.chargers[0].car.calls > before:
            found.append(world.second)
    return found


class TestSleepers:
    """Through whole ticks."""

    def test_one_that_answers_has_all_that_there_is(self):
        world = alone(SimCar(asleep=True, answers_after=1), wakeable=frozenset("a"))
        assert len(calls(world, 400)) == 1
        assert world.setpoint().current_a == 32
        assert all(setpoint.current_a for _, setpoint in world.chargers[0].told)

    def test_one_that_never_answers_is_called_three_times_and_woken_by_its_charger_between(self):
        world = alone(SimCar(asleep=True), wakeable=frozenset("a"))
        told = calls(world, 3000)
        assert len(told) == MOST_CALLS
        assert [again - before >= CALL_AGAIN_S * 2**number for number, (before, again) in enumerate(pairwise(told))]
        pauses = [second for second, setpoint in world.chargers[0].told if setpoint.current_a == 0]
        assert pauses
        assert pauses[0] >= told[0] + ANSWER_S - 1
        assert world.setpoint().reason.code is CODE.ASLEEP

    def test_one_that_only_its_charger_can_wake(self):
        world = alone(SimCar(asleep=True, wakes_after=1), wakeable=frozenset("a")).run(900)
        assert world.setpoint().current_a == 32

    def test_one_that_has_no_means_is_never_called(self):
        assert calls(alone(SimCar(asleep=True, answers_after=1)), 900) == []
