"""What every charger that has to be asked stands, each against an emulator on a real socket: faults, restarts, rivals."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from custom_components.smart_charging.chargers.errors import ChargerError, ChargerUnreachableError
from custom_components.smart_charging.chargers.offers import FIGHTS, SETTLES
from custom_components.smart_charging.chargers.polled import PREPARE_EVERY, STEERED
from custom_components.smart_charging.engine.model.evse import EvState, WatchdogKind
from custom_components.smart_charging.engine.model.shortcoming import Shortcoming

from ..csms.conftest import until
from .device_bench import DeviceBench
from .modbus_benches import MODBUS_BENCHES
from .web_benches import WEB_BENCHES


@pytest.fixture(params=[pytest.param(make, id=driver) for driver, make in {**WEB_BENCHES, **MODBUS_BENCHES}.items()])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[DeviceBench]:
    async with request.param() as bench:
        await bench.driver.start(bench.woken)
        yield bench


@pytest.fixture
async def charging(bench: DeviceBench) -> DeviceBench:
    """A car charges, with what the charger gives by itself."""
    await bench.connect()
    await bench.charge()
    return bench


async def reads(bench: DeviceBench, number: int = 3) -> None:
    """Let it be asked some times more."""
    asked = bench.emulator.requests
    await until(lambda: bench.emulator.requests >= asked + number)


async def test_what_it_says_it_is_is_told(charging: DeviceBench) -> None:
    info = charging.driver.status.info
    assert info is None or info.manufacturer


async def test_unplugging_ends_a_session_and_the_next_car_begins_another(charging: DeviceBench) -> None:
    began = charging.driver.status.session_started_at
    charging.clock.advance(60)
    charging.emulator.state = EvState.A
    await charging.woken.until(lambda: charging.driver.status.state is EvState.A)
    assert charging.driver.status.session_started_at is None
    assert charging.driver.status.state_at == charging.clock.at
    charging.clock.advance(60)
    await charging.charge()
    assert charging.driver.status.session_started_at == charging.clock.at != began


async def test_a_session_begins_where_the_register_was(charging: DeviceBench) -> None:
    start_kwh = charging.driver.status.session_start_kwh
    assert start_kwh is None or start_kwh == pytest.approx(charging.emulator.plugged_at_kwh, abs=0.2)


async def test_a_car_that_waits_is_connected_and_takes_nothing(charging: DeviceBench) -> None:
    charging.emulator.state, charging.emulator.current_a = EvState.B, 0.0
    await charging.woken.until(lambda: charging.driver.status.state is EvState.B)


async def test_a_pause_holds_and_ends(charging: DeviceBench) -> None:
    if not charging.driver.capabilities.can_pause:
        return
    await charging.driver.apply(0)
    await reads(charging)
    assert charging.driver.status.offered_a == 0
    await charging.driver.apply(10)
    await reads(charging)
    assert charging.driver.status.offered_a == 10
    assert charging.commands() == [0, 10]


async def test_silence_is_an_error_in_time_and_the_charger_is_lost(charging: DeviceBench) -> None:
    await charging.driver.apply(10)
    charging.emulator.silent = True
    with pytest.raises(ChargerUnreachableError):
        await charging.driver.apply(6)
    # It may have heard it: nobody relies on it, and it may have as much as before.
    assert charging.driver.status.offered_a == 10
    await charging.woken.until(lambda: not charging.driver.status.reachable)
    charging.emulator.silent = False
    charging.emulator.ending.set()
    await charging.woken.until(lambda: charging.driver.status.reachable)


@pytest.mark.parametrize("garbage", [b"", b"\xff\x00\xfe" * 20, b"[" * 2000, b"null", b"{}", b"-" * 300_000])
async def test_garbage_is_no_reading(charging: DeviceBench, garbage: bytes) -> None:
    await charging.driver.apply(10)
    before = charging.driver.status
    charging.emulator.garbage = garbage
    with pytest.raises(ChargerError):
        await charging.driver.apply(16)
    await charging.woken.until(lambda: not charging.driver.status.reachable)
    assert charging.driver.status.state is before.state
    assert charging.driver.status.offered_a in {10, 16}
    charging.emulator.garbage = None
    await charging.woken.until(lambda: charging.driver.status.reachable)


async def test_a_charger_that_restarts_is_found_with_what_it_offers_then(charging: DeviceBench) -> None:
    await charging.driver.apply(16)
    charging.clock.advance(60)
    await charging.disconnect()
    charging.emulator.restart()
    await charging.connect()
    await reads(charging)
    offered_a = charging.driver.status.offered_a
    # One that does not tell what it offers keeps what it was told, which is the higher of the two.
    assert offered_a in {charging.evse.minimum_a, 16}
    await charging.driver.apply(10)
    assert charging.driver.status.offered_a == 10
    assert charging.emulator.limit_a == 10


async def tells_its_limit(bench: DeviceBench) -> bool:
    return bench.driver._seen.reading.limit_a is not None


async def test_a_limit_that_somebody_else_sets_is_seen(charging: DeviceBench) -> None:
    if not await tells_its_limit(charging):
        return
    for tries in range(FIGHTS):
        await charging.driver.apply(10)
        charging.clock.advance(SETTLES.total_seconds() + 1)
        await charging.emulator.set_by_somebody(16)
        await charging.woken.until(lambda: charging.driver.status.offered_a == 16)
        assert charging.driver.status.offered_at == charging.clock.at
        fought = Shortcoming.LIMIT_FOUGHT_OVER in charging.driver.shortcomings
        assert fought is (tries == FIGHTS - 1)
    charging.clock.advance(601)
    assert Shortcoming.LIMIT_FOUGHT_OVER not in charging.driver.shortcomings


async def test_what_was_just_told_may_be_read_back_late(charging: DeviceBench) -> None:
    if not await tells_its_limit(charging):
        return
    await charging.driver.apply(10)
    await charging.emulator.set_by_somebody(16)
    await reads(charging)
    assert charging.driver.status.offered_a == 10


async def test_no_two_requests_are_open_at_once(charging: DeviceBench) -> None:
    await asyncio.gather(*(charging.driver.apply(current_a) for current_a in (10, 8, 12, 6)))
    await reads(charging)
    assert charging.emulator.most_open_requests == 1


async def test_half_open_connections_are_found_out(charging: DeviceBench) -> None:
    await charging.driver.apply(10)
    await charging.emulator.stop()
    with pytest.raises(ChargerError):
        await charging.driver.apply(6)
    await charging.emulator.start()
    await charging.woken.until(lambda: charging.driver.status.reachable)
    await charging.driver.apply(8)
    assert charging.emulator.limit_a == 8


async def test_it_is_prepared_anew_now_and_then(charging: DeviceBench) -> None:
    prepared_at = charging.driver._prepared_at
    charging.clock.advance(PREPARE_EVERY.total_seconds() + 1)
    await until(lambda: charging.driver._prepared_at not in {None, prepared_at})
    assert charging.commands() == []


async def test_nothing_is_left_behind(charging: DeviceBench) -> None:
    await charging.driver.apply(10)
    await charging.driver.stop()
    names = [task.get_coro().__qualname__ for task in asyncio.all_tasks()]  # type: ignore[union-attr]
    assert not [name for name in names if name.startswith("PolledDriver")]
    asked = charging.emulator.requests
    await asyncio.sleep(0.05)
    assert charging.emulator.requests == asked


async def test_who_notices_falls_back_when_decisions_cease(charging: DeviceBench) -> None:
    """By the charger itself: its emulator counts the time without signs of life."""
    kind = charging.driver.capabilities.watchdog.kind
    await charging.driver.apply(16)
    if kind is WatchdogKind.NONE:
        return
    assert charging.driver.capabilities.watchdog.renew_after_s is not None
    charging.clock.advance(STEERED.total_seconds() + 1)
    await charging.emulator.fallen_back()
    assert charging.emulator.limit_a <= charging.evse.failsafe_a
    # Somebody decides again.
    await charging.driver.apply(10)
    assert charging.emulator.limit_a == 10


async def test_finding_a_charger_that_has_fallen_back_wakes_no_old_limit(bench: DeviceBench) -> None:
    """No sign of life before there is a command: with it the charger would go on with what it was told last."""
    if bench.driver.capabilities.watchdog.kind is not WatchdogKind.HEARTBEAT:
        return
    given: list[None] = []
    keep_alive = bench.device.keep_alive

    async def counted() -> None:
        given.append(None)
        await keep_alive()

    bench.device.keep_alive = counted  # type: ignore[method-assign]
    await bench.connect()
    await bench.charge()
    await asyncio.sleep(2 * bench.emulator.watchdog_s)
    assert given == []
    await bench.driver.apply(10)
    await until(lambda: given)


async def test_who_is_steered_does_not_fall_back(charging: DeviceBench) -> None:
    if charging.driver.capabilities.watchdog.kind not in {WatchdogKind.TRAFFIC, WatchdogKind.HEARTBEAT}:
        return
    await charging.driver.apply(16)
    await asyncio.sleep(3 * charging.emulator.watchdog_s)
    assert charging.emulator.limit_a == 16


async def test_the_watchdog_s_time_bounds_what_a_lost_charger_offers(charging: DeviceBench) -> None:
    timeout_s = charging.driver.capabilities.watchdog.certain_after_s
    await charging.driver.apply(16)
    await charging.disconnect()
    assert charging.driver.status.offered_a == 16
    charging.clock.advance(timedelta(hours=1).total_seconds())
    assert charging.driver.status.offered_a == (16 if timeout_s is None else charging.evse.failsafe_a)


async def test_stepping_down_adds_no_phases(charging: DeviceBench) -> None:
    """More phases would be a rise, when nobody looks any more."""
    if not charging.driver.capabilities.can_switch_phases or charging.driver.capabilities.watchdog.certain_after_s:
        return
    await charging.driver.apply(16, 1)
    told: list[int | None] = []
    write = charging.device.write

    async def noted(current_a: float, phases: int | None) -> None:
        told.append(phases)
        await write(current_a, phases)

    charging.device.write = noted  # type: ignore[method-assign]
    await charging.driver.stop()
    assert told == [1]
