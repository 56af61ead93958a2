"""What a charger may have been drawing when the meter was read."""

from dataclasses import replace
from datetime import datetime
from typing import Any, override

import pytest

from custom_components.smart_charging.engine.control.draw import bound_draw, budget_a, follow_target, lies
from custom_components.smart_charging.engine.control.view import EvseView
from custom_components.smart_charging.engine.model.decision import Setpoint
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus, EvState
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.state import EvseMemory, PastTarget
from tests.engine.builders import LONG_AGO, NOW, PLAIN, amps, charger, later, mains, rating, site, status
from tests.engine.cars import SimCar, SimCharger, World

CALM = EvseMemory(target_a=16.0, target_since=LONG_AGO)
"""The car has been heading for 16 A for an hour."""


def view(
    of: EvseStatus | None, memory: EvseMemory = CALM, *, evse: Evse | None = None, now: datetime = NOW
) -> EvseView:
    return EvseView(evse=evse or charger(), status=of, memory=memory, now=now, policy=PLAIN)


def cut_to(current_a: float, *, seconds_ago: float) -> EvseMemory:
    """The car was heading for 16 A until so many seconds ago."""
    when = later(-seconds_ago)
    return EvseMemory(target_a=current_a, target_since=when, past_targets=(PastTarget(current_a=16.0, ended=when),))


@pytest.mark.parametrize(
    ("of", "memory", "least", "most"),
    [
        pytest.param(status(draws=[15.2]), CALM, 15.2, 15.2, id="settled and just measured: known exactly"),
        pytest.param(status(draws=[17.0]), CALM, 16, 16, id="more than offered: the excess counts as base load"),
        pytest.param(status(draws=[8.0], measured_at=later(-4)), CALM, 8, 12, id="measured 4 s ago below its offer: it may have come up by 4 A"),
        pytest.param(status(draws=[15.2], measured_at=later(-30)), CALM, 15.2, 16, id="but never above the offer"),
        pytest.param(status(draws=[15.2], measured_at=later(-100)), CALM, 0, 16, id="measured too long ago: anything up to the offer"),
        pytest.param(status(measured_at=None, current_a=None), CALM, 0, 16, id="never measured"),
        pytest.param(status(offered_a=9, draws=[15.2], measured_at=later(-5)), cut_to(9, seconds_ago=2), 9, 16, id="cut 2 s ago: between the old offer and the new"),
        pytest.param(status(offered_a=9, draws=[15.2], measured_at=later(-15)), cut_to(9, seconds_ago=7), 9, 9, id="cut 7 s ago, not measured since: it has followed"),
        pytest.param(status(offered_a=9, draws=[8.6]), cut_to(9, seconds_ago=7), 8.6, 8.6, id="cut 7 s ago and measured since"),
        pytest.param(status(EvState.B, offered_a=0, draws=[15.2], measured_at=later(-5)), cut_to(0, seconds_ago=3), 0, 16, id="the contactor opens"),
        pytest.param(status(EvState.B, offered_a=16, draws=[0.0]), EvseMemory(target_a=0.0, target_since=LONG_AGO), 0, 0, id="connected, not charging"),
        pytest.param(status(EvState.A, offered_a=16, draws=[0.0]), EvseMemory(target_a=0.0, target_since=LONG_AGO), 0, 0, id="no car"),
        pytest.param(status(None, offered_a=None, measured_at=None, current_a=None), EvseMemory(), 0, 32, id="nothing known: up to its maximum"),
        pytest.param(status(offered_a=-10, draws=[-9.0]), EvseMemory(target_a=-10.0, target_since=LONG_AGO), -9, -9, id="discharging, measured"),
        pytest.param(status(offered_a=-10, draws=[-9.0], measured_at=later(-200)), EvseMemory(target_a=-10.0, target_since=LONG_AGO), -10, 0, id="discharging, not measured"),
    ],
)  # fmt: skip
def test_bound_draw(of: EvseStatus, memory: EvseMemory, least: float, most: float):
    draw = bound_draw(view(of, memory), NOW)
    assert (draw.least_a, draw.most_a) == (amps(least), amps(most))


def risen_to(current_a: float, *, seconds_ago: float, from_a: float = 6.0) -> EvseMemory:
    """The car was heading for 6 A until so many seconds ago."""
    when = later(-seconds_ago)
    return EvseMemory(target_a=current_a, target_since=when, past_targets=(PastTarget(current_a=from_a, ended=when),))


@pytest.mark.parametrize(
    ("of", "memory", "meter_s", "least", "most"),
    [
        pytest.param(status(offered_a=22, draws=[6.0], measured_at=later(-4)), risen_to(22, seconds_ago=3), 0, 6, 22, id="measured before the rise: it has 6 A for certain"),
        pytest.param(status(offered_a=22, draws=[15.0], measured_at=later(-1)), risen_to(22, seconds_ago=3), 0, 15, 22, id="measured on its way up: it does not turn back"),
        pytest.param(status(offered_a=22, draws=[15.0]), risen_to(22, seconds_ago=3), -1, 6, 22, id="measured after the meter: that tells nothing of the time before"),
        pytest.param(status(offered_a=6, draws=[5.7]), risen_to(6, seconds_ago=3, from_a=0.0), 0, 5.7, 6, id="just plugged in, and seen to draw"),
        pytest.param(status(offered_a=6, draws=[0.0]), risen_to(6, seconds_ago=3, from_a=0.0), 0, 0, 6, id="just plugged in, and not seen to draw yet"),
        pytest.param(status(offered_a=9, draws=[15.2]), cut_to(9, seconds_ago=3), 0, 9, 16, id="cut, and measured on its way down"),
        pytest.param(status(offered_a=22, draws=[22.0]), risen_to(22, seconds_ago=8), -30, 6, 22, id="settled by now, but not when the meter was read"),
        pytest.param(status(offered_a=22, draws=[22.0]), risen_to(22, seconds_ago=8), -3, 6, 22, id="nor 5 s after the rise"),
        pytest.param(status(offered_a=22, draws=[22.0]), risen_to(22, seconds_ago=8), -1, 22, 22, id="the meter was read when it had followed"),
    ],
)  # fmt: skip
def test_a_car_that_was_given_more(of: EvseStatus, memory: EvseMemory, meter_s: float, least: float, most: float):
    draw = bound_draw(view(of, memory), later(meter_s))
    assert (draw.least_a, draw.most_a) == (amps(least), amps(most))


def test_a_car_that_was_paused_and_resumed_in_haste_may_still_pause():
    when = later(-3)
    paused = (PastTarget(current_a=16.0, ended=later(-4)), PastTarget(current_a=0.0, ended=when))
    memory = EvseMemory(target_a=20.0, target_since=when, past_targets=paused)
    assert bound_draw(view(status(offered_a=20, draws=[16.0]), memory), NOW).least_a == amps(0)


class TestLies:
    """A charger that says that no power flows, and measures a current."""

    @pytest.mark.parametrize(
        ("of", "lying"),
        [
            pytest.param(status(EvState.B, draws=[10.0]), True, id="connected, and draws"),
            pytest.param(status(EvState.A, draws=[10.0]), True, id="nobody there, and draws"),
            pytest.param(status(EvState.B, draws=[0.4]), False, id="its own standby"),
            pytest.param(status(EvState.B, draws=[10.0], since=later(-5)), False, id="the contactor has just opened"),
            pytest.param(
                status(EvState.B, draws=[10.0], state_at=None), False, id="nobody knows since when it says so"
            ),
            pytest.param(status(EvState.B, draws=[10.0], measured_at=later(-100)), False, id="measured too long ago"),
            pytest.param(status(EvState.C, draws=[10.0]), False, id="it says so itself"),
            pytest.param(status(None, draws=[10.0]), False, id="it says nothing"),
            pytest.param(status(EvState.B, draws=[10.0], reachable=False), False, id="it cannot be heard"),
        ],
    )
    def test_who_lies(self, of: EvseStatus, lying: bool):
        assert lies(view(of)) is lying

    def test_what_it_measures_counts(self):
        memory = EvseMemory(target_a=16.0, target_since=LONG_AGO)
        draw = bound_draw(view(status(EvState.B, draws=[10.0]), memory), NOW)
        assert (draw.least_a, draw.most_a) == (amps(10), amps(10))


@pytest.mark.parametrize(
    ("of", "memory", "excess"),
    [
        pytest.param(status(draws=[15.2]), CALM, {}, id="none"),
        pytest.param(status(draws=[19.0]), CALM, amps(3), id="more than it is offered"),
        pytest.param(status(offered_a=9, draws=[15.2]), cut_to(9, seconds_ago=3), {}, id="it may not have followed yet"),
        pytest.param(status(offered_a=9, draws=[19.0]), cut_to(9, seconds_ago=3), amps(3), id="more than it ever was offered"),
        pytest.param(status(offered_a=-10, draws=[2.0]), EvseMemory(target_a=-10.0, target_since=LONG_AGO), amps(2), id="told to discharge"),
    ],
)  # fmt: skip
def test_what_it_draws_beyond_that_is_known(of: EvseStatus, memory: EvseMemory, excess: dict[Phase, float]):
    assert bound_draw(view(of, memory), NOW).excess_a == excess


def test_a_rotated_charger_is_counted_on_the_sites_phases():
    evse = charger(phases=(Phase.L2, Phase.L3, Phase.L1))
    draw = bound_draw(view(status(draws=[16, 8, 7]), evse=evse), NOW)
    assert draw.least_a == {Phase.L2: 16, Phase.L3: 8, Phase.L1: 7}


def test_a_charger_that_measures_one_phase_of_three_draws_nothing_on_the_others():
    evse = charger(phases=(Phase.L1, Phase.L2, Phase.L3))
    assert bound_draw(view(status(draws=[16]), evse=evse), NOW).most_a == amps(16, 0, 0)


@pytest.mark.parametrize(
    ("of", "evse", "budget"),
    [
        pytest.param(None, charger(), 32, id="its driver knows nothing"),
        pytest.param({"offered_a": 16}, charger(), 16, id="its last acknowledged setpoint"),
        pytest.param({"offered_a": 0}, charger(failsafe_a=8), 8, id="or its failsafe current, if that is higher"),
        pytest.param({"offered_a": None}, charger(), 32, id="its maximum, if nothing was ever acknowledged"),
        pytest.param(
            {"offered_a": 16, "gone_s": 119}, charger(watchdog_s=120), 16, id="until its watchdog has run out"
        ),
        pytest.param({"offered_a": 16, "gone_s": 121}, charger(watchdog_s=120), 6, id="then its failsafe current"),
        pytest.param({"offered_a": 16, "gone_s": 9999}, charger(), 16, id="without a watchdog it keeps what it has"),
    ],
)
def test_a_charger_that_cannot_be_reached_has_a_budget(of: dict[str, Any] | None, evse: Evse, budget: float):
    gone = None
    if of is not None:
        gone = status(offered_a=of["offered_a"], reachable=False, reachable_since=later(-of.get("gone_s", 1)))
    assert budget_a(view(gone, evse=evse)) == budget


def test_what_a_lost_charger_measured_last_is_counted_once():
    lost = status(draws=[15.2], measured_at=LONG_AGO, reachable=False)
    draw = bound_draw(view(lost), NOW)
    assert (draw.least_a, draw.most_a) == (amps(15.2), amps(15.2))


def test_a_lost_charger_that_never_measured_is_not_taken_off_the_meter():
    lost = status(current_a=None, measured_at=None, reachable=False)
    assert bound_draw(view(lost), NOW).most_a == amps(0)


class TestFollowTarget:
    def test_the_first_sight_begins_when_the_state_began(self):
        memory = follow_target(view(status(), EvseMemory()))
        assert (memory.target_a, memory.target_since) == (16, LONG_AGO)

    def test_a_new_offer_leaves_the_old_one_behind(self):
        memory = follow_target(view(status(offered_a=9)))
        assert (memory.target_a, memory.target_since) == (9, NOW)
        assert memory.past_targets == (PastTarget(current_a=16, ended=NOW),)

    def test_the_same_offer_changes_nothing(self):
        assert follow_target(view(status())) == CALM

    def test_what_was_left_long_ago_is_forgotten(self):
        memory = follow_target(view(status(offered_a=9), cut_to(9, seconds_ago=120)))
        assert memory.past_targets == ()

    def test_but_not_while_a_slow_meter_dates_from_then(self):
        left = cut_to(9, seconds_ago=120)
        assert follow_target(view(status(offered_a=9), left), meter_age_s=190).past_targets == left.past_targets

    def test_only_what_bounds_something_is_kept(self):
        past = tuple(
            PastTarget(current_a=value, ended=later(at)) for at, value in ((-9, 20), (-8, 10), (-7, 12), (-6, 8))
        )
        memory = EvseMemory(target_a=14.0, target_since=later(-6), past_targets=past)
        kept = follow_target(view(status(offered_a=9), memory)).past_targets
        assert [item.current_a for item in kept] == [20, 8, 14], "10 and 12 A lie between 8 and 14 A, which came later"

    def test_a_lost_charger_keeps_its_memory(self):
        assert follow_target(view(status(reachable=False))) == CALM


RHYTHMS = [(1, 1), (1, 5), (1, 60), (10, 5), (30, 10), (60, 5), (60, 60)]
"""How often the meter speaks, and the charger, s."""


def place(meter_s: int) -> Site:
    """A mains of 40 A whose meter has this rhythm."""
    slow = mains(rating(40), meter_period_s=float(meter_s), stale_after_s=3.0 * meter_s + 10)
    return site(charger(step_a=0.1), circuits=[slow])


@pytest.mark.parametrize("late_s", [0, 2, 5])
@pytest.mark.parametrize(("meter_s", "measures_s"), RHYTHMS)
def test_what_a_car_takes_is_not_given_a_second_time(meter_s: int, measures_s: int, late_s: int):
    """However old the meter's reading is when the charger tells that the car has followed."""
    outlet = SimCharger(charger(step_a=0.1), SimCar(late_s=late_s, arrives_at=70), measures_s=measures_s)
    world = World(place(meter_s), [outlet], house_a=lambda second: 30.0 if second < 150 else 10.0, meter_s=meter_s)
    world.run(500)
    assert world.overload_s(40) == 0
    assert world.totals_a[-1] >= 35, "and little is left unused"


@pytest.mark.parametrize(("measures_s", "within_s"), [(1, 4), (5, 11), (10, 16)])
@pytest.mark.parametrize("arrives_at", range(60, 70))
@pytest.mark.parametrize("late_s", [0, 1])
def test_a_car_that_plugs_in_has_all_that_there_is_as_soon_as_it_was_seen_to_draw(
    measures_s: int, within_s: int, arrives_at: int, late_s: int
):
    """The station offers 6 A by itself, of which the meter shows the sum with the house only."""

    class Ocpp(SimCharger):
        @override
        def take(self, second: int, setpoint: Setpoint) -> None:
            if second >= arrives_at:
                super().take(second, setpoint)

    outlet = Ocpp(charger(step_a=0.1), SimCar(late_s=late_s, arrives_at=arrives_at), measures_s=measures_s)
    world = World(place(1), [outlet], house_a=lambda _: 13.0).run(arrives_at + within_s + late_s)
    assert outlet.told[-1][1].current_a == 27
    assert world.overload_s(40) == 0


def test_after_a_restart_a_reading_from_before_the_car_drew_is_not_taken_to_hold_its_draw():
    """It charges for 3 s, the meter spoke 6 s ago: what it measures now is no room in what the meter told then."""
    seen = status(draws=[6.2], since=later(-3), measured_at=later(-1))
    one = view(seen, EvseMemory())
    one.memory = follow_target(one)
    assert bound_draw(one, later(-6)).least_a == amps(0)
    settled = view(status(draws=[6.2]), EvseMemory())
    settled.memory = follow_target(settled)
    assert bound_draw(settled, NOW).least_a == amps(6.2), "one that has charged for an hour is known"


def test_on_a_phase_that_its_car_does_not_use_it_hides_no_load_of_the_house():
    three = charger(phases=ALL_PHASES)
    memory = EvseMemory(target_a=16.0, target_since=later(-2), seen_phases=(Phase.L1,))
    one = view(status(draws=[9, 0, 0.1], measured_at=later(-20)), memory, evse=three)
    assert bound_draw(one, NOW).most_a == amps(16, 0, 0.1)
    assert bound_draw(one, NOW).least_a[Phase.L2] == 0
    unknown = view(status(draws=[9, 0, 0.1], measured_at=later(-20)), replace(memory, seen_phases=()), evse=three)
    assert bound_draw(unknown, NOW).most_a == amps(16, 16, 16)
