"""When a check of the failsafe current can be made, and what it shows."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.smart_charging.dispatch import Dispatcher
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus
from custom_components.smart_charging.engine.model.operation import Connection
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES
from custom_components.smart_charging.failsafe_check import (
    CheckImpossibleError,
    FailsafeCheck,
    FailsafeChecks,
    Outcome,
    tells,
)

from .fakes import Clock, FakeDriver

EVSE = Evse(evse_id="a", circuit_id="site", phases=ALL_PHASES, failsafe_a=6)


def status(clock: Clock, *currents_a: float) -> EvseStatus:
    return EvseStatus(reachable=True, measured_at=clock.at, current_a=currents_a or None)


@pytest.mark.parametrize(
    ("currents_a", "reachable", "tell"),
    [
        ((16.0, 16.0, 16.0), True, True),
        ((8.0, 0.0, 0.0), True, True),
        ((7.9,), True, False),
        ((), True, False),
        ((16.0,), False, False),
    ],
)
def test_a_check_shows_something_where_the_car_takes_clearly_more(
    currents_a: tuple[float, ...], reachable: bool, tell: bool
) -> None:
    assert tells(replace(status(Clock(), *currents_a), reachable=reachable), 6) is tell


@pytest.mark.parametrize(
    ("after_a", "outcome"),
    [
        ([6.0, 6.9, 6.2], Outcome.KEPT),
        ([6.0, 7.1, 6.2], Outcome.NOT_KEPT),
        ([16.0, 6.0, 6.0], Outcome.NOT_KEPT),
        ([0.0, 0.4, 0.0], Outcome.NOTHING_SEEN),
        ([], Outcome.NOTHING_SEEN),
    ],
)
def test_what_counts_is_the_most_that_it_took_once_its_setpoint_had_run_out(
    after_a: list[float], outcome: Outcome
) -> None:
    clock = Clock()
    check = FailsafeCheck(status(clock, 16.0), 6, 60, clock.at)
    assert check.ends_at == clock.at + timedelta(seconds=120)
    for _ in range(14):
        # Within the setpoint's own life, and a while after, it may take what it took.
        assert check.look(status(clock, 16.0), clock.at, broken=False) is None
        clock.advance(5)
    clock.advance(10)
    for current_a in after_a:
        assert check.look(status(clock, current_a), clock.at, broken=False) is None
        clock.advance(5)
    clock.advance(40)
    result = check.look(EvseStatus(reachable=False), clock.at, broken=False)
    assert result
    assert (result.outcome, result.before_a, result.after_a) == (outcome, 16.0, max(after_a, default=None))


def test_a_slow_watchdog_is_waited_for() -> None:
    clock = Clock()
    assert FailsafeCheck(status(clock, 16.0), 6, 300, clock.at).ends_at == clock.at + timedelta(seconds=330)


async def test_a_charger_without_a_watchdog_has_nothing_to_check() -> None:
    clock = Clock()
    drivers = {"a": FakeDriver(clock)}
    checks = FailsafeChecks(drivers, Dispatcher(drivers, clock), clock)
    with pytest.raises(CheckImpossibleError) as error:
        await checks.run(EVSE)
    assert error.value.reason == "check_no_watchdog"
    assert checks.ends_at("a") is None


def test_a_driver_that_says_nothing_has_nothing_to_say() -> None:
    driver = FakeDriver(Clock())
    assert driver.shortcomings == frozenset()
    assert driver.details == {}
    assert driver.operations is None
    assert driver.connection == Connection()
    driver.begin()
