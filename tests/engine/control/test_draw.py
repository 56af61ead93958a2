"""What a charger may have been drawing when the meter was read."""

from datetime import datetime
from typing import Any

import pytest

from custom_components.smart_charging.engine.control.draw import bound_draw, budget_a, follow_target
from custom_components.smart_charging.engine.control.view import EvseView
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus, EvState
from custom_components.smart_charging.engine.model.quantities import Phase
from custom_components.smart_charging.engine.model.state import EvseMemory, PastTarget
from tests.engine.builders import LONG_AGO, NOW, PLAIN, amps, charger, later, status

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
        memory = follow_target(view(status(offered_a=9), cut_to(9, seconds_ago=60)))
        assert memory.past_targets == ()

    def test_a_lost_charger_keeps_its_memory(self):
        assert follow_target(view(status(reachable=False))) == CALM
