"""The contract in driver.py, over every driver, each against a real peer."""

from collections.abc import AsyncIterator

import pytest

from custom_components.smart_charging.chargers.errors import ChargerRefusedError, ChargerUnreachableError
from custom_components.smart_charging.engine.model.evse import EvState, Means, WatchdogKind
from custom_components.smart_charging.engine.model.shortcoming import Shortcoming

from .bench import Bench
from .benches import BENCHES

EVERY = [
    pytest.param(make, id=f"{driver}-{kind}".rstrip("-"))
    for driver in BENCHES
    for kind, make in BENCHES[driver].items()
]


@pytest.fixture(params=EVERY)
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    """Every driver against each kind of charger that it is for."""
    async with request.param() as bench:
        yield bench


@pytest.fixture
async def charging(bench: Bench) -> Bench:
    """A car charges, with what the charger gives by itself."""
    await bench.driver.start(bench.woken)
    await bench.connect()
    await bench.charge()
    return bench


async def test_what_it_can_do_is_known_without_the_charger(bench: Bench) -> None:
    can, evse = bench.driver.capabilities, bench.evse
    assert (can.phases, can.minimum_a, can.maximum_a) == (len(evse.phases), evse.minimum_a, evse.maximum_a)
    assert can.step_a > 0


async def test_starting_does_not_wait_for_a_charger_that_is_not_there(bench: Bench) -> None:
    await bench.driver.start(bench.woken)
    status = bench.driver.status
    assert not status.reachable
    assert status.reachable_since == bench.clock.at
    assert status.state is None
    assert status.offered_a is None


async def test_a_charger_that_is_not_there_cannot_be_told(bench: Bench) -> None:
    await bench.driver.start(bench.woken)
    with pytest.raises(ChargerUnreachableError):
        await bench.driver.apply(10)


async def test_starting_and_connecting_commands_no_setpoint(bench: Bench) -> None:
    await bench.driver.start(bench.woken)
    await bench.connect()
    assert bench.commands() == []
    assert bench.driver.status.reachable
    assert bench.driver.status.state is EvState.A
    assert (bench.driver.status.offered_a or 0) <= bench.evse.failsafe_a


async def test_an_acknowledged_setpoint_shows_in_the_status(charging: Bench) -> None:
    least_a = charging.evse.minimum_a
    for setpoint_a in (10.0, 16.0, least_a, 0.0):
        charging.clock.advance(1)
        await charging.driver.apply(setpoint_a)
        assert charging.driver.status.offered_a == setpoint_a
        assert charging.driver.status.offered_at == charging.clock.at
    assert charging.commands() == [10.0, 16.0, least_a, 0.0]


async def test_a_renewal_is_sent_and_does_not_move_the_time_of_the_offer(charging: Bench) -> None:
    await charging.driver.apply(10)
    offered_at = charging.driver.status.offered_at
    charging.clock.advance(45)
    await charging.driver.apply(10)
    assert charging.commands() == [10.0, 10.0]
    assert charging.driver.status.offered_at == offered_at


async def test_a_refusal_is_an_error_and_what_held_holds(charging: Bench) -> None:
    await charging.driver.apply(10)
    charging.refuse()
    with pytest.raises(ChargerRefusedError):
        await charging.driver.apply(16)
    assert charging.driver.status.offered_a == 10


def beyond_a_pause(bench: Bench) -> list[Means]:
    return [means for means in bench.driver.capabilities.means if means not in {Means.OFFER, Means.PAUSE}]


async def test_the_means_are_told_from_the_gentlest_to_the_last(bench: Bench) -> None:
    means = bench.driver.capabilities.means
    assert means[0] is Means.OFFER
    assert [*means] == [each for each in Means if each in means]
    assert (Means.PAUSE in means) is bench.driver.capabilities.can_pause


async def test_each_means_reaches_the_charger_and_is_taken_back(charging: Bench) -> None:
    for means in beyond_a_pause(charging):
        await charging.driver.interrupt(means)
        assert charging.interruptions()[-1] is means
        await charging.driver.release()
        assert charging.interruptions()[-1] is None
    assert charging.commands() == []


async def test_what_an_earlier_driver_did_can_be_taken_back(charging: Bench) -> None:
    if beyond_a_pause(charging):
        await charging.driver.release()
        assert charging.interruptions() == [None]


async def test_a_means_that_is_refused_is_an_error(charging: Bench) -> None:
    charging.refuse()
    for means in beyond_a_pause(charging):
        with pytest.raises(ChargerRefusedError):
            await charging.driver.interrupt(means)
        with pytest.raises(ChargerRefusedError):
            await charging.driver.release()


async def test_a_charger_that_is_not_there_cannot_be_interrupted_nor_released(bench: Bench) -> None:
    await bench.driver.start(bench.woken)
    for means in beyond_a_pause(bench):
        with pytest.raises(ChargerUnreachableError):
            await bench.driver.interrupt(means)
        with pytest.raises(ChargerUnreachableError):
            await bench.driver.release()


async def test_all_of_its_phases_are_no_number_of_phases(charging: Bench) -> None:
    for phases in (None, len(charging.evse.phases)):
        await charging.driver.apply(10, phases)
        assert charging.driver.status.offered_phases is None


async def test_fewer_phases_show_in_the_status(charging: Bench) -> None:
    """Also where nobody would tell it so by itself: then it is at least told the truth about."""
    if len(charging.evse.phases) == 1:
        return
    await charging.driver.apply(10, 1)
    assert charging.driver.status.offered_phases == 1
    await charging.driver.apply(10)
    assert charging.driver.status.offered_phases is None


async def test_a_charger_is_taken_to_keep_its_failsafe_current(bench: Bench) -> None:
    await bench.driver.start(bench.woken)
    watchdog = bench.driver.capabilities.watchdog
    known: frozenset[Shortcoming] = frozenset()
    if watchdog.kind is WatchdogKind.NONE:
        known = frozenset({Shortcoming.NO_WATCHDOG})
    elif not watchdog.takes_failsafe:
        known = frozenset({Shortcoming.FAILSAFE_ELSEWHERE})
    assert bench.driver.shortcomings == known
    await bench.connect()
    assert bench.driver.shortcomings == known


async def test_measurements_are_those_of_the_charger_s_own_phases(charging: Bench) -> None:
    charging.clock.advance(5)
    await charging.measure(9.5, 1002.5)
    await charging.woken.until(lambda: charging.driver.status.power_w == pytest.approx(charging.watts(9.5)))
    status = charging.driver.status
    # Where it tells its power alone, that is more than it is offered, and each phase has to carry a third of it.
    assert status.current_a == pytest.approx((9.5,) * len(charging.evse.phases))
    # What it does not measure is unknown, and not zero.
    assert status.energy_kwh == (pytest.approx(1002.5) if charging.tells_register else None)
    assert status.measured_at == charging.clock.at


async def test_a_charging_car_has_a_session(charging: Bench) -> None:
    status = charging.driver.status
    assert status.state is EvState.C
    assert status.session_started_at == charging.clock.at


async def test_every_change_is_told(charging: Bench) -> None:
    before = charging.woken.count
    await charging.driver.apply(10)
    assert charging.woken.count > before


async def test_a_charger_that_vanished_is_not_reachable_and_keeps_its_offer_for_a_while(charging: Bench) -> None:
    await charging.driver.apply(16)
    charging.clock.advance(20)
    await charging.disconnect()
    assert charging.driver.status.reachable_since == charging.clock.at
    assert charging.driver.status.offered_a == 16
    timeout_s = charging.driver.capabilities.watchdog.certain_after_s
    if timeout_s is not None:
        charging.clock.advance(timeout_s)
        assert charging.driver.status.offered_a == charging.evse.failsafe_a


async def test_stopping_raises_nothing_and_tells_nothing_any_more(charging: Bench) -> None:
    await charging.driver.apply(10)
    await charging.driver.stop()
    woken = charging.woken.count
    await charging.measure(9.5, 1002.5)
    assert charging.woken.count == woken
    # Who would not notice that nobody steers is brought down at last.
    notices = charging.driver.capabilities.watchdog.certain_after_s is not None
    assert charging.commands() == ([10.0] if notices else [10.0, charging.evse.failsafe_a])
    await charging.driver.stop()
