"""When a charger is switched between one phase and all of its own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from custom_components.smart_charging.engine.control.constraint import Constraint
from custom_components.smart_charging.engine.control.headroom import Capacity
from custom_components.smart_charging.engine.control.switching import (
    after_car,
    carry_out,
    is_at_rest,
    is_pausing,
    is_switchable,
    may_switch,
    mind_limits,
    phases_next,
    phases_told,
    tell,
    want,
)
from custom_components.smart_charging.engine.control.view import EvseView
from custom_components.smart_charging.engine.model.decision import Setpoint
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus, EvState
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from custom_components.smart_charging.engine.model.reason import Reason, ReasonCode
from custom_components.smart_charging.engine.model.state import EvseMemory, PhaseMemory
from tests.engine.builders import LONG_AGO, NOW, PLAIN, charger, later, site, status

SWITCHER = charger(phases=ALL_PHASES, can_switch_phases=True)
BOLD = replace(SWITCHER, can_switch_under_load=True)

PAUSED = status(EvState.B, offered_a=0.0, draws=[0, 0, 0])
CHARGING = status(draws=[16, 16, 16], offered_phases=3)


def view(
    of: EvseStatus | None = CHARGING, evse: Evse = SWITCHER, *, setpoint_a: float = 16.0, **phases: Any
) -> EvseView:
    target = 0.0 if of is None or of.state is EvState.B else of.offered_a
    memory = EvseMemory(setpoint_a=setpoint_a, target_a=target, target_since=LONG_AGO, phases=PhaseMemory(**phases))
    return EvseView(evse=evse, status=of, memory=memory, now=NOW, policy=PLAIN)


@pytest.mark.parametrize(
    ("told", "says", "expected"),
    [
        pytest.param(None, None, 3, id="nobody said anything: all"),
        pytest.param(None, 1, 1, id="it says one"),
        pytest.param(None, 3, 3, id="it says three"),
        pytest.param(1, 3, 1, id="it was told one"),
        pytest.param(3, 1, 3, id="it was told three"),
    ],
)  # fmt: skip
def test_on_how_many_phases_it_charges(told: int | None, says: int | None, expected: int):
    assert phases_told(view(replace(CHARGING, offered_phases=says), told=told)) == expected


@pytest.mark.parametrize(
    ("evse", "of", "car", "expected"),
    [
        pytest.param(SWITCHER, CHARGING, None, True, id="a charger that can"),
        pytest.param(SWITCHER, CHARGING, 3, True, id="with a three-phase car"),
        pytest.param(SWITCHER, CHARGING, 2, True, id="with a two-phase car"),
        pytest.param(SWITCHER, CHARGING, 1, False, id="a one-phase car gains nothing"),
        pytest.param(replace(SWITCHER, can_switch_phases=False), CHARGING, None, False, id="it cannot"),
        pytest.param(charger(can_switch_phases=True), CHARGING, None, False, id="it has but one phase"),
        pytest.param(SWITCHER, replace(CHARGING, reachable=False), None, False, id="it cannot be told"),
        pytest.param(replace(SWITCHER, can_pause=False), CHARGING, None, False, id="it cannot pause, and would have to"),
        pytest.param(replace(BOLD, can_pause=False), CHARGING, None, True, id="it cannot pause, and need not"),
    ],
)  # fmt: skip
def test_which_can_be_switched(evse: Evse, of: EvseStatus, car: int | None, expected: bool):
    assert is_switchable(view(of, evse, car=car)) is expected


def test_a_car_that_must_not_be_switched_never_is():
    assert not is_switchable(view(), car_objects=True)


def minutes_ago(*minutes: float) -> tuple[datetime, ...]:
    return tuple(later(-60 * item) for item in minutes)


@pytest.mark.parametrize(
    ("told", "switched", "up", "down"),
    [
        pytest.param(1, (), True, None, id="for the first time"),
        pytest.param(1, minutes_ago(9), False, None, id="up: not yet"),
        pytest.param(1, minutes_ago(10), True, None, id="up: after ten minutes"),
        pytest.param(3, minutes_ago(1), None, True, id="down: without delay"),
        pytest.param(1, minutes_ago(500, 400, 300, 200), True, None, id="up: the fifth, the way down is left"),
        pytest.param(1, minutes_ago(600, 500, 400, 300, 200), False, None, id="up: the sixth would have no way down"),
        pytest.param(3, minutes_ago(600, 500, 400, 300, 200), None, True, id="down: the sixth"),
        pytest.param(3, minutes_ago(700, 600, 500, 400, 300, 200), None, False, id="the seventh: never"),
        pytest.param(3, minutes_ago(1500, 600, 500, 400, 300, 200), None, True, id="one of them was yesterday"),
    ],
)  # fmt: skip
def test_how_often(told: int, switched: tuple[datetime, ...], up: bool | None, down: bool | None):
    seen = view(told=told, switched=switched)
    if up is not None:
        assert may_switch(seen, 3, for_sun=True) is up
    if down is not None:
        assert may_switch(seen, 1, for_sun=True) is down


def test_who_wants_to_charge_fast_does_not_wait_for_a_switch_that_the_sun_called_for():
    switched = minutes_ago(1)
    assert may_switch(view(told=1, switched=switched, for_sun=True), 3, for_sun=False)
    assert not may_switch(view(told=1, switched=switched, for_sun=False), 3, for_sun=False)


@pytest.mark.parametrize(
    ("of", "since", "expected"),
    [
        pytest.param(PAUSED, LONG_AGO, True, id="paused for long"),
        pytest.param(PAUSED, later(-5), False, id="the car may not have followed yet"),
        pytest.param(PAUSED, None, False, id="nobody knows since when"),
        pytest.param(replace(PAUSED, current_a=(6, 6, 6)), LONG_AGO, False, id="it says so, but a current flows"),
        pytest.param(replace(PAUSED, current_a=(6, 6, 6), measured_at=later(-20)), later(-10), True, id="measured before"),
        pytest.param(replace(PAUSED, current_a=None), LONG_AGO, True, id="it does not measure"),
        pytest.param(replace(PAUSED, state=None), LONG_AGO, False, id="its state is not known"),
        pytest.param(replace(PAUSED, reachable=False), LONG_AGO, False, id="lost"),
        pytest.param(CHARGING, LONG_AGO, False, id="it charges"),
    ],
)  # fmt: skip
def test_when_a_car_is_at_rest(of: EvseStatus, since: datetime | None, expected: bool):
    seen = view(of)
    seen.memory = replace(seen.memory, target_since=since)
    assert is_at_rest(seen) is expected


def test_a_switch_under_way_step_by_step():
    seen = view()
    seen.memory = replace(seen.memory, phases=want(seen, 1, for_sun=True))
    assert seen.memory.phases.wanted == 1
    seen.memory = replace(seen.memory, phases=carry_out(seen))
    assert (seen.memory.phases.told, seen.memory.phases.paused_at) == (None, NOW), "first it is paused"
    assert is_pausing(seen)
    assert phases_next(seen) == 1

    stopped = view(replace(PAUSED, offered_phases=3))
    stopped.memory = replace(stopped.memory, phases=carry_out(replace_phases(stopped, seen.memory.phases)))
    switched = stopped.memory.phases
    assert (switched.told, switched.wanted, switched.switched) == (1, None, (NOW,)), "then it is told"
    assert is_pausing(stopped), "until it says that it did"

    acknowledged = view(replace(PAUSED, offered_phases=1))
    acknowledged.memory = replace(acknowledged.memory, phases=switched)
    assert carry_out(acknowledged) == switched
    assert not is_pausing(acknowledged), "and then it may charge again"


def replace_phases(seen: EvseView, phases: PhaseMemory) -> EvseView:
    seen.memory = replace(seen.memory, phases=phases)
    return seen


def test_a_charger_that_may_switch_under_load_is_not_paused():
    seen = view(evse=BOLD, wanted=1)
    assert not is_pausing(seen)
    assert carry_out(seen).told == 1


def test_a_car_that_does_not_stop_is_left_as_it_is_and_it_counts():
    seen = view(wanted=1, paused_at=later(-121))
    given_up = carry_out(seen)
    assert (given_up.told, given_up.wanted, given_up.switched) == (None, None, (NOW,))
    assert carry_out(view(wanted=1, paused_at=later(-119))).wanted == 1


def test_a_charger_that_does_not_switch_is_taken_at_its_word():
    obstinate = replace(PAUSED, offered_phases=3)
    assert carry_out(view(obstinate, told=1, switched=(later(-59),))).told == 1
    assert carry_out(view(obstinate, told=1, switched=(later(-60),))).told == 3
    assert carry_out(view(obstinate, told=1)).told == 1, "nobody knows when it was told"


def test_a_charger_that_does_not_say_on_how_many_phases_it_is_keeps_nobody_waiting():
    assert not is_pausing(view(PAUSED, told=1))
    assert not is_pausing(view(replace(PAUSED, reachable=False, offered_phases=3), told=1))


def test_a_wish_that_is_fulfilled_is_none():
    assert want(view(told=1, wanted=3, paused_at=NOW), 1, for_sun=True) == PhaseMemory(told=1)


def test_old_switches_are_forgotten():
    seen = view(evse=BOLD, wanted=1, switched=minutes_ago(1441, 30))
    assert carry_out(seen).switched == (*minutes_ago(30), NOW)


def test_the_setpoint_tells_on_how_many_phases():
    setpoint = Setpoint(evse_id="a", current_a=6.0, reason=Reason(code=ReasonCode.SOLAR))
    assert tell(setpoint, PhaseMemory(told=1)) == replace(setpoint, phases=1)
    assert tell(setpoint, PhaseMemory()) is setpoint


def test_the_count_outlives_the_car():
    memory = PhaseMemory(told=1, switched=minutes_ago(5), car=1, wanted=3, gathered_wh=9, tight=True, tight_since=NOW)
    assert after_car(memory) == PhaseMemory(told=1, switched=minutes_ago(5))


# Limits: on one phase only where all of them do not get their minimum and one does.


def leaves(*per_phase: float, total_w: float | None = None, who: Sequence[str] = ("a",)) -> Capacity:
    """So many A on each phase, and so many W in total."""
    limit = Limit(source=LimitSource.RATING, current_a=32)
    rows = [
        Constraint(circuit_id="site", phase=phase, limit=limit, capacity=room, weights=dict.fromkeys(who, 1.0))
        for phase, room in zip(ALL_PHASES, per_phase, strict=False)
    ]
    if total_w is not None:
        weights = dict.fromkeys(who, 690.0)
        rows.append(Constraint(circuit_id="site", phase=None, limit=limit, capacity=total_w, weights=weights))
    return Capacity(for_rises=tuple(rows), for_holds=tuple(rows))


@pytest.mark.parametrize(
    ("capacity", "tight"),
    [
        pytest.param(leaves(20, 20, 20), False, id="room on all"),
        pytest.param(leaves(6, 6, 6), False, id="just so"),
        pytest.param(leaves(20, 5, 20), True, id="not on one of them"),
        pytest.param(leaves(20, 20, 20, total_w=4139), True, id="not in total"),
        pytest.param(leaves(20, 20, 20, total_w=4140), False, id="just so in total"),
        pytest.param(Capacity(for_rises=(), for_holds=()), False, id="no limit at all"),
    ],
)  # fmt: skip
def test_whether_all_phases_get_their_minimum(capacity: Capacity, tight: bool):
    views = {"a": view(told=3)}
    mind_limits(site(SWITCHER, phases=3), capacity, views, ())
    assert (views["a"].memory.phases.tight, views["a"].memory.phases.tight_since) == (tight, NOW)
    assert views["a"].memory.phases.wanted is None


def test_how_far_phases_differ_pauses_nobody():
    limit = Limit(source=LimitSource.UNBALANCE, current_a=20)
    row = Constraint(circuit_id="site", phase=Phase.L1, limit=limit, capacity=1.0, weights={"a": 1.0})
    views = {"a": view(told=3)}
    mind_limits(site(SWITCHER, phases=3), Capacity(for_rises=(row,), for_holds=(row,)), views, ())
    assert not views["a"].memory.phases.tight


@pytest.mark.parametrize(
    ("capacity", "told", "tight", "lasts_s", "wanted"),
    [
        pytest.param(leaves(20, 5, 20), 3, True, 60, 1, id="down after a minute"),
        pytest.param(leaves(20, 5, 20), 3, True, 59, None, id="not before"),
        pytest.param(leaves(20, 5, 20), 3, False, 600, None, id="it has only just begun"),
        pytest.param(leaves(5, 5, 20), 3, True, 60, None, id="not where one phase does not get it either"),
        pytest.param(leaves(20, 20, 20), 1, False, 60, 3, id="up where all fit again"),
        pytest.param(leaves(20, 5, 20), 1, True, 600, None, id="not where they do not"),
        pytest.param(leaves(20, 20, 20), 3, False, 600, None, id="all is well"),
    ],
)  # fmt: skip
def test_fast_by_the_limits(capacity: Capacity, told: int, tight: bool, lasts_s: float, wanted: int | None):
    views = {"a": view(told=told, tight=tight, tight_since=later(-lasts_s))}
    mind_limits(site(SWITCHER, phases=3), capacity, views, {"a"})
    assert views["a"].memory.phases.wanted == wanted


def test_the_others_need_their_minimums_too():
    views = {"a": view(told=3), "b": view(evse=replace(SWITCHER, evse_id="b"), told=3)}
    two = site(SWITCHER, replace(SWITCHER, evse_id="b"), phases=3)
    mind_limits(two, leaves(12, 12, 12, who=("a", "b")), views, ())
    assert not views["a"].memory.phases.tight
    mind_limits(two, leaves(11, 11, 11, who=("a", "b")), views, ())
    assert views["a"].memory.phases.tight


def test_who_charges_by_the_sun_is_switched_by_the_sun():
    views = {"a": view(told=1, tight_since=LONG_AGO)}
    mind_limits(site(SWITCHER, phases=3), leaves(20, 20, 20), views, ())
    assert views["a"].memory.phases.wanted is None


def test_where_none_can_be_switched_nothing_is_looked_at():
    fixed = replace(SWITCHER, can_switch_phases=False)
    views = {"a": view(evse=fixed)}
    mind_limits(site(fixed, phases=3), leaves(1, 1, 1), views, {"a"})
    assert views["a"].memory.phases == PhaseMemory()
