from dataclasses import replace
from datetime import datetime

import pytest

from demo.home import HomeState
from demo.perfect_sharing import PerfectSharing
from demo.scenario import make_scenario
from demo.score import FailsafeClock, Score, WireClock
from demo.supply import parse_supply

from .conftest import Clock


def state(at: datetime, house_a: float, car_a: float, *, tripped: bool = False, powered: bool = True) -> HomeState:
    return HomeState(at=at, house_a=(house_a,), car_a=(car_a,), offered_a=(car_a,), tripped=tripped, powered=powered)


def test_a_run_is_summed_up(clock: Clock) -> None:
    score = Score(parse_supply("40A", 1), car_phases=1)
    for house_a, car_a in [(20, 25), (20, 25), (20, 20), (20, 25), (20, 10)] * 720:
        score.step(state(clock.advance(1), house_a, car_a), 30.4)
    score.step(state(clock.advance(1), 50, 0, tripped=True), 30.4)
    score.step(state(clock.advance(1), 0, 0, powered=False), 30.4)
    assert score.seconds == 3602
    assert score.trips == 1
    assert score.longest_overload_s == 2
    assert score.energy_kwh == pytest.approx(21 * 0.23)
    assert score.possible_kwh == pytest.approx(20 * 0.23)
    assert score.share_of_possible == pytest.approx(21 / 20)


def test_where_nothing_was_possible_there_is_no_share() -> None:
    assert Score(parse_supply("40A", 1), car_phases=1).share_of_possible is None


def test_several_cars_are_measured_together(clock: Clock) -> None:
    scenario = make_scenario("flat-with-three-chargers")
    score = Score(scenario.supply, sharing=PerfectSharing(scenario))
    calm = replace(state(clock.now, 0, 0), house_a=(0.0, 0.0, 0.0), car_a=(10.0, 10.0, 5.0))
    for _ in range(3600):
        score.step(calm, 10.0, 0.0, 10.0)
    score.step(replace(calm, powered=False), 10.0, 0.0, 10.0)
    assert score.possible_kwh == pytest.approx(40 * 0.23)
    assert score.share_of_possible == pytest.approx(25 / 40, rel=1e-3)


def test_the_wire_clock_runs_from_the_first_telegram_that_calls_for_less() -> None:
    wire = WireClock()
    wire.telegram(1.0, calls_for_less=False)
    wire.telegram(2.0, calls_for_less=True)
    wire.telegram(3.0, calls_for_less=True)
    wire.command(3.1, reduces=True)
    assert wire.waits_ms == pytest.approx([1100.0])


def test_the_wire_clock_forgets_a_call_that_passed_by_itself() -> None:
    wire = WireClock()
    wire.telegram(1.0, calls_for_less=True)
    wire.telegram(2.0, calls_for_less=False)
    wire.telegram(3.0, calls_for_less=True)
    wire.command(3.05, reduces=True)
    assert wire.waits_ms == pytest.approx([50.0])


def test_a_reduction_that_nothing_called_for_counts_from_the_last_telegram() -> None:
    wire = WireClock()
    wire.command(0.5, reduces=True)
    wire.telegram(1.0, calls_for_less=False)
    wire.command(1.02, reduces=True)
    wire.command(1.5, reduces=False)
    assert wire.commands == 3
    assert wire.waits_ms == pytest.approx([20.0])


def test_what_is_commanded_while_the_meter_is_silent_is_no_answer_to_it() -> None:
    wire = WireClock()
    wire.telegram(1.0, calls_for_less=True)
    wire.command(11.0, reduces=True)
    wire.telegram(30.0, calls_for_less=True)
    wire.command(30.5, reduces=True)
    assert wire.commands == 2
    assert wire.waits_ms == pytest.approx([500.0])


def test_a_command_too_soon_for_its_telegram_answers_the_one_before() -> None:
    wire = WireClock()
    wire.telegram(1.0, calls_for_less=False)
    wire.telegram(2.0, calls_for_less=False)
    wire.command(2.001, reduces=True)
    assert wire.waits_ms == pytest.approx([1001.0])


def test_percentiles_are_ranks() -> None:
    wire = WireClock()
    assert wire.percentile_ms(0.5) is None
    wire.waits_ms = [float(wait) for wait in range(1, 101)]
    assert wire.percentile_ms(0.50) == 50.0
    assert wire.percentile_ms(0.99) == 99.0
    wire.waits_ms = [7.0]
    assert wire.percentile_ms(0.99) == 7.0


def follow(failsafe: FailsafeClock, clock: Clock, *drawn_a: float) -> None:
    for current_a in drawn_a:
        failsafe.step(clock.advance(1), current_a)


def test_the_failsafe_counts_until_the_car_is_safe_and_stays_so(clock: Clock) -> None:
    failsafe = FailsafeClock(6.0)
    follow(failsafe, clock, 20, 20)
    failsafe.begin(clock.now)
    follow(failsafe, clock, 20, 5, 20, 20, 5.7, 5.7, 0)
    failsafe.end()
    follow(failsafe, clock, 30)
    assert failsafe.slowest_s == 5.0
    assert not failsafe.failed


def test_the_slowest_of_several_faults_counts(clock: Clock) -> None:
    failsafe = FailsafeClock(6.0)
    for waits in ([20, 20, 0], [0], [20, 0]):
        failsafe.begin(clock.now)
        follow(failsafe, clock, *waits)
        failsafe.end()
    assert failsafe.slowest_s == 3.0


def test_a_car_that_stays_above_the_safe_current_has_failed(clock: Clock) -> None:
    FailsafeClock(6.0).end()
    failsafe = FailsafeClock(6.0)
    failsafe.begin(clock.now)
    follow(failsafe, clock, 0, 20)
    failsafe.end()
    assert failsafe.failed
    assert failsafe.slowest_s is None
