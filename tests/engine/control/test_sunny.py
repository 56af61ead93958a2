"""One charger that follows the sun: when it starts, when it ends, and on how many phases it charges."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from custom_components.smart_charging.engine.control.sunny import Follower, Light
from custom_components.smart_charging.engine.control.view import EvseView
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus, EvState
from custom_components.smart_charging.engine.model.policy import ControlPolicy
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.solar import SolarPolicy
from custom_components.smart_charging.engine.model.state import EvseMemory, PhaseMemory, SunMemory
from tests.engine.builders import LONG_AGO, NOW, PLAIN, charger, later, mains, rating, status

ONE = charger(step_a=0.1)
SWITCHER = charger(phases=ALL_PHASES, can_switch_phases=True, step_a=0.1)
NEEDS_W = 6 * 230.0
NEEDS_ON_THREE_W = 3 * NEEDS_W
POLICY = SolarPolicy(start_delay_s=30, stop_delay_s=90, switch_up_wh=60)


def follower(
    evse: Evse = ONE,
    of: EvseStatus | None = None,
    *,
    always: bool = False,
    car_objects: bool = False,
    told: int | None = None,
    phases: PhaseMemory | None = None,
    policy: SolarPolicy = POLICY,
    **sun: Any,
) -> Follower:
    memory = EvseMemory(
        target_a=0.0,
        target_since=LONG_AGO,
        phases=phases or PhaseMemory(told=told),
        sun=SunMemory(**sun),
    )
    of = of or status(EvState.B, offered_a=0.0, draws=(0.0,) * len(evse.phases), offered_phases=told)
    site = Site(circuits=(mains(rating(40), phases=3),), evses=(evse,), policy=ControlPolicy(solar=policy))
    view = EvseView(evse=evse, status=of, memory=memory, now=NOW, policy=site.policy)
    return Follower(view=view, site=site, passed_s=1.0, always=always, car_objects=car_objects)


def let(one: Follower, power_w: float, seconds: int, *, average_w: float | None = None) -> int | None:
    """Let so much be there for so long; tell after how many seconds it began or ended."""
    before = one.runs
    for second in range(1, seconds + 1):
        one.decide(Light(now_w=power_w, average_w=power_w if average_w is None else average_w))
        if one.runs is not before:
            return second
    return None


def ago(*minutes: float) -> tuple[datetime, ...]:
    return tuple(later(-60 * item) for item in minutes)


@pytest.mark.parametrize(
    ("power_w", "expected"),
    [
        pytest.param(NEEDS_W * 2, 30, id="twice the minimum"),
        pytest.param(NEEDS_W * 3, 30, id="more than that is no sooner"),
        pytest.param(NEEDS_W * 1.5, 60, id="half as much beyond it: twice as long"),
        pytest.param(NEEDS_W, None, id="hardly enough: never"),
        pytest.param(NEEDS_W * 0.9, None, id="not enough"),
        pytest.param(-500.0, None, id="the home takes from the grid"),
    ],
)  # fmt: skip
def test_a_start_goes_by_what_there_is_beyond_the_minimum(power_w: float, expected: int | None):
    assert let(follower(), power_w, 120) == expected


def test_a_gap_takes_back_what_had_gathered():
    one = follower()
    assert let(one, NEEDS_W * 2, 29) is None
    assert let(one, 0.0, 20) is None
    assert let(one, NEEDS_W * 2, 20) is None
    assert let(one, NEEDS_W * 2, 1) == 1


@pytest.mark.parametrize(
    ("power_w", "expected"),
    [
        pytest.param(0.0, 90, id="nothing"),
        pytest.param(-1000.0, 90, id="what the home takes is not the car's"),
        pytest.param(NEEDS_W / 2, 180, id="half of the minimum: twice as long"),
        pytest.param(NEEDS_W, None, id="just the minimum"),
    ],
)  # fmt: skip
def test_an_end_goes_by_what_is_missing(power_w: float, expected: int | None):
    assert let(follower(runs=True), power_w, 400) == expected


def test_a_short_cloud_is_forgotten():
    one = follower(runs=True)
    assert let(one, 0.0, 89) is None
    assert let(one, NEEDS_W * 2, 89) is None
    assert let(one, 0.0, 89) is None


@pytest.mark.parametrize(
    ("starts", "begins_s", "ends_s"),
    [
        pytest.param((), 30, 90, id="the first"),
        pytest.param(ago(60), 30, 90, id="the second"),
        pytest.param(ago(120, 60), 45, 90, id="the third waits longer"),
        pytest.param(ago(180, 120, 60), 68, 135, id="the fourth, and it is held longer before"),
        pytest.param(ago(300, 240, 180, 120, 60), 152, 304, id="the sixth"),
        pytest.param(ago(360, 300, 240, 180, 120, 60), None, 456, id="there is no seventh"),
        pytest.param((*ago(961, 300, 240, 180), *ago(60)), 102, 203, id="one of them was yesterday"),
    ],
)  # fmt: skip
def test_an_unsteady_day_makes_it_patient(starts: tuple[datetime, ...], begins_s: int | None, ends_s: int):
    assert let(follower(starts=starts), NEEDS_W * 2, 2000) == begins_s
    assert let(follower(runs=True, starts=starts), 0.0, 2000) == ends_s


def test_without_delays_it_follows_the_moment():
    at_once = SolarPolicy(start_delay_s=0, stop_delay_s=0)
    assert let(follower(policy=at_once), NEEDS_W, 10) == 1
    assert let(follower(policy=at_once, runs=True), NEEDS_W, 10) is None
    assert let(follower(policy=at_once, runs=True), NEEDS_W - 1, 10) == 1


def test_a_start_is_remembered():
    one = follower(starts=ago(961))
    let(one, NEEDS_W * 2, 30)
    assert one.view.memory.sun == SunMemory(runs=True, starts=(NOW,))


def test_one_that_always_runs_never_ends():
    one = follower(always=True)
    assert let(one, 0.0, 1) == 1
    assert let(one, 0.0, 1000) is None
    assert one.ends_in_s(Light(now_w=0.0, average_w=0.0)) is None


@pytest.mark.parametrize(
    ("power_w", "enough_s", "expected"),
    [(NEEDS_W * 2, 0.0, 30.0), (NEEDS_W * 2, 20.0, 10.0), (NEEDS_W * 1.5, 20.0, 20.0), (NEEDS_W, 20.0, None)],
)  # fmt: skip
def test_when_it_starts(power_w: float, enough_s: float, expected: float | None):
    assert follower(enough_s=enough_s).starts_in_s(Light(now_w=power_w, average_w=0.0)) == expected


def test_it_does_not_tell_of_a_start_that_the_days_count_forbids():
    one = follower(starts=ago(6, 5, 4, 3, 2, 1))
    assert one.starts_in_s(Light(now_w=9999.0, average_w=9999.0)) is None


@pytest.mark.parametrize(
    ("power_w", "missing_s", "expected"), [(0.0, 0.0, 90.0), (0.0, 60.0, 30.0), (NEEDS_W / 2, 60.0, 60.0), (NEEDS_W, 60.0, None)]
)  # fmt: skip
def test_when_it_ends(power_w: float, missing_s: float, expected: float | None):
    assert follower(runs=True, missing_s=missing_s).ends_in_s(Light(now_w=power_w, average_w=0.0)) == expected


# What the car takes of its offer.


@pytest.mark.parametrize(
    ("offered_a", "draws_a", "known", "expected"),
    [
        pytest.param(10.0, 9.5, 1.0, 0.985, id="a little less"),
        pytest.param(10.0, 9.5, 0.95, 0.95, id="as it always does"),
        pytest.param(10.0, 10.2, 0.95, 0.965, id="more than all of it counts as that"),
        pytest.param(16.0, 10.0, 0.95, 0.95, id="it is held back by something else"),
        pytest.param(0.0, 0.0, 0.95, 0.95, id="it is offered nothing"),
    ],
)  # fmt: skip
def test_it_learns_what_the_car_takes(offered_a: float, draws_a: float, known: float, expected: float):
    one = follower(of=status(offered_a=offered_a, draws=[draws_a]), runs=True, takes=known)
    one.decide(Light(now_w=5000.0, average_w=5000.0))
    assert one.view.memory.sun.takes == pytest.approx(expected)


def test_it_learns_nothing_from_a_car_that_is_under_way():
    one = follower(of=status(offered_a=10.0, draws=[9.0]), runs=True)
    one.view.memory = replace(one.view.memory, target_since=later(-5))
    one.decide(Light(now_w=5000.0, average_w=5000.0))
    assert one.view.memory.sun.takes == 1.0


def test_a_car_that_takes_less_needs_less():
    assert follower(runs=True, takes=0.9).minimum_w == pytest.approx(0.9 * NEEDS_W)


# Phases.


@pytest.mark.parametrize(
    ("power_w", "average_w", "told", "wanted"),
    [
        pytest.param(2 * NEEDS_W, 2 * NEEDS_W, 3, 1, id="enough for one phase: it starts on one"),
        pytest.param(2 * NEEDS_ON_THREE_W, 2 * NEEDS_ON_THREE_W, 3, None, id="enough for three: it starts on three"),
        pytest.param(2 * NEEDS_ON_THREE_W, 2 * NEEDS_W, 3, 1, id="for a moment only: it starts on one"),
        pytest.param(2 * NEEDS_W, 2 * NEEDS_W, 1, None, id="it is on one already"),
    ],
)  # fmt: skip
def test_on_how_many_phases_it_starts(power_w: float, average_w: float, told: int, wanted: int | None):
    one = follower(SWITCHER, told=told)
    assert let(one, power_w, 60, average_w=average_w) == 30
    assert one.view.memory.phases.wanted == wanted


def test_where_it_cannot_be_switched_it_waits_for_three_phases():
    assert let(follower(SWITCHER, told=3, car_objects=True), NEEDS_ON_THREE_W * 0.9, 200) is None
    assert let(follower(SWITCHER, told=3, car_objects=True), NEEDS_ON_THREE_W * 2, 200) == 30


def test_two_phase_cars_need_less_on_all_phases():
    one = follower(SWITCHER, phases=PhaseMemory(told=3, car=2, switched=ago(9, 8, 7, 6, 5, 4)))
    assert one.start_needs() == (3, 2 * NEEDS_W)


def on_one(**phases: Any) -> Follower:
    return follower(SWITCHER, phases=PhaseMemory(told=1, **phases), runs=True)


def test_it_goes_up_when_enough_energy_has_gathered():
    one = on_one()
    # 1080 W beyond the minimum on three phases: 60 Wh take 200 s.
    second = 0
    while second < 300:
        second += 1
        one.decide(Light(now_w=NEEDS_ON_THREE_W + 1080, average_w=NEEDS_ON_THREE_W + 1080))
        if one.view.memory.phases.wanted is not None:
            break
    assert one.view.memory.phases.wanted == 3
    assert 199 <= second <= 201
    assert one.view.memory.phases.for_sun


@pytest.mark.parametrize(
    ("one", "average_w"),
    [
        pytest.param(on_one(gathered_wh=100), NEEDS_ON_THREE_W - 1, id="on average there is not enough"),
        pytest.param(on_one(gathered_wh=100, tight=True), 9000, id="the limits leave no room"),
        pytest.param(on_one(gathered_wh=100, switched=ago(9)), 9000, id="too soon after the last switch"),
        pytest.param(on_one(gathered_wh=100, car=1), 9000, id="a one-phase car"),
        pytest.param(follower(SWITCHER, phases=PhaseMemory(told=1, gathered_wh=100)), 9000, id="it does not run yet"),
    ],
)  # fmt: skip
def test_what_keeps_it_on_one_phase(one: Follower, average_w: float):
    one.decide(Light(now_w=9000, average_w=average_w))
    assert one.view.memory.phases.wanted is None


def test_a_cloud_takes_back_what_had_gathered():
    one = on_one(gathered_wh=50)
    for _ in range(60):
        one.decide(Light(now_w=NEEDS_ON_THREE_W - 3600, average_w=9000))
    assert one.view.memory.phases.gathered_wh == 0


def on_three(**phases: Any) -> Follower:
    return follower(SWITCHER, phases=PhaseMemory(told=3, **phases), runs=True, missing_s=44.5)


@pytest.mark.parametrize(
    ("one", "average_w", "runs", "wanted"),
    [
        pytest.param(on_three(), 2000, True, 1, id="one phase still has its minimum: down"),
        pytest.param(on_three(), 1000, False, None, id="one phase has not: it is paused"),
        pytest.param(on_three(switched=ago(6, 5, 4, 3, 2, 1)), 2000, False, None, id="no switch is left: it is paused"),
    ],
)  # fmt: skip
def test_what_comes_when_three_phases_have_too_little(one: Follower, average_w: float, runs: bool, wanted: int | None):
    one.decide(Light(now_w=0.0, average_w=average_w))
    assert (one.runs, one.view.memory.phases.wanted) == (runs, wanted)
    assert one.view.memory.sun.missing_s == 0


def test_one_that_always_runs_goes_down_to_one_phase_rather_than_take_three_from_the_grid():
    one = on_three()
    one.always = True
    one.decide(Light(now_w=0.0, average_w=0.0))
    assert (one.runs, one.view.memory.phases.wanted) == (True, 1)


def test_the_policy_of_a_plain_site_is_the_default():
    assert PLAIN.solar == SolarPolicy()


def test_on_all_phases_a_lack_is_judged_sooner_where_one_may_do():
    one = follower(SWITCHER, told=3, runs=True)
    assert one.ends_in_s(Light(now_w=0.0, average_w=0.0)) == 45
    assert follower(SWITCHER, told=3, runs=True, car_objects=True).ends_in_s(Light(now_w=0.0, average_w=0.0)) == 90
