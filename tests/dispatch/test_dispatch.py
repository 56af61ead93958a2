"""What reaches the chargers of a decision, and when."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.smart_charging.chargers.errors import ChargerRefusedError, ChargerUnreachableError
from custom_components.smart_charging.dispatch import Dispatcher
from custom_components.smart_charging.engine.model.evse import Means, Watchdog, WatchdogKind

from .fakes import Clock, FakeDriver, decide, decide_on, setpoint, settle

RENEWS = Watchdog(kind=WatchdogKind.EXPIRY, timeout_s=120, renew_after_s=45)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A charger that does not answer has used up its time at once."""
    monkeypatch.setattr("custom_components.smart_charging.lane.TIMEOUT_S", 0.0)


async def test_what_differs_is_sent_and_what_was_acknowledged_is_not_sent_again(clock: Clock) -> None:
    charger = FakeDriver(clock)
    dispatcher = Dispatcher({"a": charger}, clock)
    for setpoint_a in (10.0, 10.0, 12.0, 12.0):
        clock.advance(1)
        dispatcher.dispatch(decide(clock, a=setpoint_a))
        await settle()
    assert charger.told == [10.0, 12.0]


async def test_the_first_decision_is_sent_though_nothing_differs(clock: Clock) -> None:
    """A setpoint of an earlier life runs out some day: it has to be renewed."""
    charger = FakeDriver(clock, offered_a=10.0)
    Dispatcher({"a": charger}, clock).dispatch(decide(clock, a=10.0))
    await settle()
    assert charger.told == [10.0]


async def test_a_setpoint_that_runs_out_is_renewed_in_time(clock: Clock) -> None:
    charger = FakeDriver(clock, watchdog=RENEWS)
    dispatcher = Dispatcher({"a": charger}, clock)
    sent_at: list[int] = []
    for second in range(0, 120, 5):
        dispatcher.dispatch(decide(clock, a=10.0))
        await settle()
        sent_at += [second] * (len(charger.told) - len(sent_at))
        clock.advance(5)
    assert sent_at == [0, 45, 90]


async def test_a_clock_that_was_set_back_renews(clock: Clock) -> None:
    charger = FakeDriver(clock, watchdog=RENEWS)
    dispatcher = Dispatcher({"a": charger}, clock)
    dispatcher.dispatch(decide(clock, a=10.0))
    await settle()
    clock.advance(-3600)
    dispatcher.dispatch(decide(clock, a=10.0))
    await settle()
    assert charger.told == [10.0, 10.0]


async def test_nothing_is_commanded_and_nothing_renewed_while_the_setpoint_is_none(clock: Clock) -> None:
    charger = FakeDriver(clock, watchdog=RENEWS)
    dispatcher = Dispatcher({"a": charger}, clock)
    dispatcher.dispatch(decide(clock, a=10.0))
    await settle()
    clock.advance(100)
    dispatcher.dispatch(decide(clock, a=None))
    await settle()
    assert charger.told == [10.0]


async def test_none_takes_back_what_waits(clock: Clock) -> None:
    charger = FakeDriver(clock, offered_a=16.0)
    charger.holds = asyncio.Event()
    dispatcher = Dispatcher({"a": charger}, clock)
    for setpoint_a in (12.0, 8.0, None):
        dispatcher.dispatch(decide(clock, a=setpoint_a))
        await settle()
    charger.holds.set()
    await settle()
    assert charger.told == [12.0]


async def test_an_offer_that_moved_by_itself_is_set_right(clock: Clock) -> None:
    """As at the start of a transaction, which begins with the charger's own failsafe current."""
    charger = FakeDriver(clock)
    dispatcher = Dispatcher({"a": charger}, clock)
    dispatcher.dispatch(decide(clock, a=0.0))
    await settle()
    clock.advance(60)
    charger.offer(6.0)
    dispatcher.dispatch(decide(clock, a=0.0))
    await settle()
    assert charger.told == [0.0, 0.0]


async def test_a_charger_that_came_back_is_told_again(clock: Clock) -> None:
    charger = FakeDriver(clock)
    dispatcher = Dispatcher({"a": charger}, clock)
    dispatcher.dispatch(decide(clock, a=10.0))
    await settle()
    charger.now_status = replace(charger.now_status, reachable_since=clock.at + timedelta(seconds=30))
    dispatcher.dispatch(decide(clock, a=10.0))
    await settle()
    assert charger.told == [10.0, 10.0]


async def test_a_slow_charger_delays_no_reduction_of_another(clock: Clock) -> None:
    slow, quick = FakeDriver(clock, offered_a=16.0), FakeDriver(clock, offered_a=16.0)
    slow.holds = asyncio.Event()
    dispatcher = Dispatcher({"slow": slow, "quick": quick}, clock)
    dispatcher.dispatch(decide(clock, slow=6.0, quick=6.0))
    await settle()
    assert quick.status.offered_a == 6.0
    assert slow.status.offered_a == 16.0
    dispatcher.dispatch(decide(clock, slow=6.0, quick=0.0))
    await settle()
    assert quick.told == [6.0, 0.0]
    assert slow.told == [6.0]
    await dispatcher.stop()


async def test_an_increase_waits_for_the_reductions_it_relies_on(clock: Clock) -> None:
    down, up = FakeDriver(clock, offered_a=16.0), FakeDriver(clock, offered_a=6.0)
    down.holds = asyncio.Event()
    dispatcher = Dispatcher({"up": up, "down": down}, clock)
    dispatcher.dispatch(decide(clock, up=16.0, down=6.0))
    await settle()
    assert up.told == []
    # The next tick comes to the same; the one before is forgotten.
    dispatcher.dispatch(decide(clock, up=14.0, down=6.0))
    await settle()
    assert up.told == []
    down.holds.set()
    await settle()
    assert up.told == [14.0]


async def test_an_increase_is_dropped_when_a_reduction_it_relies_on_fails(clock: Clock) -> None:
    down, up = FakeDriver(clock, offered_a=16.0), FakeDriver(clock, offered_a=6.0)
    down.fails = ChargerRefusedError("no")
    dispatcher = Dispatcher({"up": up, "down": down}, clock)
    for _ in range(3):
        dispatcher.dispatch(decide(clock, up=16.0, down=6.0))
        await settle()
    assert up.told == []
    assert down.told == [6.0, 6.0, 6.0]
    assert dispatcher.failures == {"up": 0, "down": 3}
    down.fails = None
    dispatcher.dispatch(decide(clock, up=16.0, down=6.0))
    await settle()
    assert up.told == [16.0]
    assert dispatcher.failures == {"up": 0, "down": 0}


async def test_what_is_never_taken_is_tried_again_more_and_more_seldom(clock: Clock) -> None:
    """And holds the increases of others back between two tries too; another command is tried at once."""
    down, up = FakeDriver(clock, offered_a=16.0), FakeDriver(clock, offered_a=6.0)
    down.fails = ChargerRefusedError("no")
    dispatcher = Dispatcher({"up": up, "down": down}, clock)
    tried: list[int] = []
    for second in range(120):
        dispatcher.dispatch(decide(clock, up=16.0, down=6.0))
        await settle()
        tried += [second] * (len(down.told) - len(tried))
        clock.advance(1)
    assert tried == [0, 1, 2, 3, 4, 6, 10, 18, 34, 64, 94]
    assert up.told == []
    dispatcher.dispatch(decide(clock, up=16.0, down=0.0))
    await settle()
    assert down.told[-1] == 0.0
    down.fails = None
    down.now_status = replace(down.now_status, reachable_since=clock.at)
    dispatcher.dispatch(decide(clock, up=16.0, down=0.0))
    await settle()
    assert (down.told[-2:], up.told) == ([0.0, 0.0], [16.0]), "a new connection is tried at once"


async def test_it_may_be_refused_for_days(clock: Clock) -> None:
    """Each second another current, none of them taken: it goes on being told."""
    charger = FakeDriver(clock, offered_a=32.0)
    charger.fails = ChargerRefusedError("no")
    dispatcher = Dispatcher({"a": charger}, clock)
    for second in range(1200):
        dispatcher.dispatch(decide(clock, a=10.0 + second % 7))
        await settle()
        clock.advance(1)
    assert dispatcher.failures["a"] == 1200
    dispatcher.dispatch(decide(clock, a=charger.told[-1]))
    await settle()
    assert len(charger.told) == 1200, "and rests before it is told the same again"


async def test_a_renewal_that_fails_holds_nobody_up(clock: Clock) -> None:
    same, up = FakeDriver(clock, offered_a=6.0), FakeDriver(clock, offered_a=6.0)
    same.fails = ChargerRefusedError("no")
    Dispatcher({"up": up, "same": same}, clock).dispatch(decide(clock, up=16.0, same=6.0))
    await settle()
    assert up.told == [16.0]


async def test_what_is_not_known_is_treated_as_a_reduction(clock: Clock) -> None:
    unknown, up = FakeDriver(clock, offered_a=None), FakeDriver(clock, offered_a=6.0)
    unknown.holds = asyncio.Event()
    dispatcher = Dispatcher({"up": up, "unknown": unknown}, clock)
    dispatcher.dispatch(decide(clock, up=16.0, unknown=10.0))
    await settle()
    assert unknown.told == [10.0]
    assert up.told == []
    unknown.holds.set()
    await settle()
    assert up.told == [16.0]


async def test_one_command_at_a_time_and_the_latest_wins(clock: Clock) -> None:
    charger = FakeDriver(clock, offered_a=16.0)
    charger.holds = asyncio.Event()
    dispatcher = Dispatcher({"a": charger}, clock)
    for setpoint_a in (14.0, 12.0, 10.0, 8.0, 8.0):
        dispatcher.dispatch(decide(clock, a=setpoint_a))
        await settle()
    assert charger.told == [14.0]
    charger.holds.set()
    await settle()
    assert charger.told == [14.0, 8.0]


async def test_a_reduction_that_waits_is_taken_back_when_there_is_room_again(clock: Clock) -> None:
    charger = FakeDriver(clock, offered_a=16.0)
    charger.holds = asyncio.Event()
    dispatcher = Dispatcher({"a": charger}, clock)
    for setpoint_a in (14.0, 8.0, 18.0):
        dispatcher.dispatch(decide(clock, a=setpoint_a))
        await settle()
    charger.holds.set()
    await settle()
    assert charger.told == [14.0, 18.0]


async def test_only_increases_spare_a_charger_s_memory(clock: Clock) -> None:
    charger = FakeDriver(clock, offered_a=6.0, write_interval_s=30.0)
    dispatcher = Dispatcher({"a": charger}, clock)
    for setpoint_a in (10.0, 12.0, 8.0, 9.0):
        dispatcher.dispatch(decide(clock, a=setpoint_a))
        await settle()
        clock.advance(1)
    assert charger.told == [10.0, 8.0]
    clock.advance(30)
    dispatcher.dispatch(decide(clock, a=9.0))
    await settle()
    assert charger.told == [10.0, 8.0, 9.0]


@pytest.mark.usefixtures("no_patience")
async def test_a_charger_that_does_not_answer_is_given_up_and_told_again(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    charger = FakeDriver(clock, offered_a=16.0)
    charger.holds = asyncio.Event()
    dispatcher = Dispatcher({"a": charger}, clock, {"a": "Garage"})
    for _ in range(2):
        dispatcher.dispatch(decide(clock, a=6.0))
        await settle()
    assert charger.told == [6.0, 6.0]
    assert dispatcher.failures == {"a": 2}
    assert [record.getMessage() for record in caplog.records] == [
        "Charger Garage did not take its setpoint: no answer in time"
    ]


async def test_a_driver_s_own_fault_does_not_reach_the_others(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    broken, sound = FakeDriver(clock, offered_a=16.0), FakeDriver(clock, offered_a=16.0)
    broken.fails = ZeroDivisionError("oops")
    dispatcher = Dispatcher({"broken": broken, "sound": sound}, clock)
    dispatcher.dispatch(decide(clock, broken=6.0, sound=6.0))
    await settle()
    assert sound.status.offered_a == 6.0
    assert dispatcher.failures["broken"] == 1
    assert "ZeroDivisionError: oops" in caplog.text
    broken.fails = None
    dispatcher.dispatch(decide(clock, broken=6.0, sound=6.0))
    await settle()
    assert "takes setpoints again" in caplog.text


async def test_a_failed_command_is_no_acknowledgement(clock: Clock) -> None:
    charger = FakeDriver(clock, offered_a=6.0)
    dispatcher = Dispatcher({"a": charger}, clock)
    dispatcher.dispatch(decide(clock, a=10.0))
    await settle()
    charger.fails = ChargerUnreachableError("gone")
    dispatcher.dispatch(decide(clock, a=6.0))
    await settle()
    charger.fails = None
    dispatcher.dispatch(decide(clock, a=10.0))
    await settle()
    assert charger.told == [10.0, 6.0, 10.0]


async def test_a_charger_without_a_driver_is_left_out(clock: Clock) -> None:
    Dispatcher({}, clock).dispatch(decide(clock, gone=10.0))
    await settle()


async def test_after_the_end_nothing_is_sent_any_more(clock: Clock) -> None:
    down, up = FakeDriver(clock, offered_a=16.0), FakeDriver(clock, offered_a=6.0)
    down.holds = asyncio.Event()
    dispatcher = Dispatcher({"up": up, "down": down}, clock)
    dispatcher.dispatch(decide(clock, up=16.0, down=6.0))
    await settle()
    await dispatcher.stop()
    down.holds.set()
    dispatcher.dispatch(decide(clock, up=16.0, down=0.0))
    await settle()
    assert up.told == []
    assert down.told == [6.0]
    assert down.status.offered_a == 16.0


EVERY_MEANS = (Means.OFFER, Means.PAUSE, Means.STOP, Means.DISABLE)


async def test_the_number_of_phases_is_told_and_a_change_of_it_is_a_change(clock: Clock) -> None:
    charger = FakeDriver(clock)
    dispatcher = Dispatcher({"a": charger}, clock)
    for phases in (1, 1, 3, None):
        dispatcher.dispatch(decide_on(clock, setpoint("a", 6.0, phases=phases)))
        await settle()
    assert list(zip(charger.told, charger.told_phases, strict=True)) == [(6.0, 1), (6.0, 3), (6.0, None)]


async def test_more_phases_wait_as_an_increase_does(clock: Clock) -> None:
    down, up = FakeDriver(clock, offered_a=16.0), FakeDriver(clock)
    up.offer(10.0, 1)
    down.holds = asyncio.Event()
    dispatcher = Dispatcher({"up": up, "down": down}, clock)
    dispatcher.dispatch(decide_on(clock, setpoint("down", 6.0), setpoint("up", 10.0, phases=3)))
    await settle()
    assert up.told == []
    down.holds.set()
    await settle()
    assert (up.told, up.told_phases) == ([10.0], [3])


async def test_fewer_phases_are_a_reduction_that_others_wait_for(clock: Clock) -> None:
    down, up = FakeDriver(clock, offered_a=10.0), FakeDriver(clock, offered_a=6.0)
    down.holds = asyncio.Event()
    dispatcher = Dispatcher({"up": up, "down": down}, clock)
    dispatcher.dispatch(decide_on(clock, setpoint("up", 16.0), setpoint("down", 10.0, phases=1)))
    await settle()
    assert (down.told_phases, up.told) == ([1], [])
    down.holds.set()
    await settle()
    assert up.told == [16.0]


async def test_less_current_on_more_phases_is_lowered_at_once_and_the_phases_follow(clock: Clock) -> None:
    other, charger = FakeDriver(clock, offered_a=16.0), FakeDriver(clock)
    charger.offer(16.0, 1)
    other.holds = asyncio.Event()
    dispatcher = Dispatcher({"a": charger, "other": other}, clock)
    decision = decide_on(clock, setpoint("other", 6.0), setpoint("a", 6.0, phases=3))
    dispatcher.dispatch(decision)
    await settle()
    assert (charger.told, charger.told_phases) == ([6.0], [1])
    other.holds.set()
    await settle()
    dispatcher.dispatch(decision)
    await settle()
    assert (charger.told, charger.told_phases) == ([6.0, 6.0], [1, 3])


async def test_a_means_beyond_an_offer_is_used_once_and_taken_back_once(clock: Clock) -> None:
    charger = FakeDriver(clock, means=EVERY_MEANS)
    dispatcher = Dispatcher({"a": charger}, clock)
    for means in (Means.OFFER, Means.PAUSE, Means.STOP, Means.STOP, Means.DISABLE, Means.DISABLE, Means.OFFER):
        dispatcher.dispatch(decide_on(clock, setpoint("a", 0.0, means=means)))
        await settle()
        dispatcher.dispatch(decide_on(clock, setpoint("a", 0.0, means=means)))
        await settle()
    assert charger.interruptions == [Means.STOP, Means.DISABLE, None]
    assert charger.told == [0.0] * 4
    assert dispatcher.interrupted == {}


async def test_a_charger_that_is_out_of_service_is_not_led_back_to_a_gentler_means(clock: Clock) -> None:
    charger = FakeDriver(clock, means=EVERY_MEANS)
    dispatcher = Dispatcher({"a": charger}, clock)
    for means in (Means.DISABLE, Means.STOP, Means.OFFER):
        dispatcher.dispatch(decide_on(clock, setpoint("a", 0.0, means=means)))
        await settle()
    assert charger.interruptions == [Means.DISABLE, None]


async def test_a_means_that_the_charger_does_not_know_is_left_out(clock: Clock) -> None:
    charger = FakeDriver(clock)
    Dispatcher({"a": charger}, clock).dispatch(decide_on(clock, setpoint("a", 0.0, means=Means.STOP)))
    await settle()
    assert (charger.told, charger.interruptions) == ([0.0], [])


async def test_an_interruption_that_is_refused_is_tried_again_and_the_offer_goes_out_all_the_same(clock: Clock) -> None:
    charger = FakeDriver(clock, offered_a=16.0, means=EVERY_MEANS)
    charger.heeds_interruptions = False
    dispatcher = Dispatcher({"a": charger}, clock)
    for _ in range(2):
        dispatcher.dispatch(decide_on(clock, setpoint("a", 0.0, means=Means.STOP)))
        await settle()
    assert (charger.told, charger.interruptions) == ([0.0, 0.0], [Means.STOP, Means.STOP])
    assert dispatcher.failures == {"a": 2}
    assert dispatcher.interrupted == {}


async def test_a_release_that_is_refused_is_tried_again_before_any_current(clock: Clock) -> None:
    charger = FakeDriver(clock, offered_a=0.0, means=EVERY_MEANS)
    charger.heeds_interruptions = False
    dispatcher = Dispatcher({"a": charger}, clock, interrupted={"a": Means.DISABLE})
    dispatcher.dispatch(decide(clock, a=10.0))
    await settle()
    assert (charger.told, charger.interruptions) == ([], [None])
    charger.heeds_interruptions = True
    dispatcher.dispatch(decide(clock, a=10.0))
    await settle()
    assert (charger.told, charger.interruptions) == ([10.0], [None, None])


async def test_others_wait_for_an_interruption_and_a_release_waits_for_others(clock: Clock) -> None:
    first, second = (FakeDriver(clock, offered_a=6.0, means=EVERY_MEANS) for _ in range(2))
    first.holds = asyncio.Event()
    dispatcher = Dispatcher({"first": first, "second": second}, clock, interrupted={"second": Means.STOP})
    dispatcher.dispatch(decide_on(clock, setpoint("first", 6.0, means=Means.STOP), setpoint("second", 6.0)))
    await settle()
    assert (first.interruptions, second.interruptions) == ([Means.STOP], [])
    first.holds.set()
    await settle()
    assert (second.interruptions, second.told) == ([None], [6.0])


async def test_chargers_are_brought_down_and_waited_for(clock: Clock) -> None:
    high, low, away = (FakeDriver(clock, offered_a=offered_a) for offered_a in (16.0, 4.0, 16.0))
    away.now_status = replace(away.now_status, reachable=False)
    broken = FakeDriver(clock, offered_a=16.0)
    broken.fails = ChargerRefusedError("no")
    dispatcher = Dispatcher({"high": high, "low": low, "away": away, "broken": broken}, clock)
    await dispatcher.lower(dict.fromkeys(("high", "low", "away", "broken", "gone"), 6.0))
    assert [charger.told for charger in (high, low, away, broken)] == [[6.0], [], [], [6.0]]
    assert high.status.offered_a == 6.0


async def test_a_charger_that_is_hushed_is_sent_nothing_until_it_has_to_be_lowered(clock: Clock) -> None:
    charger, other = FakeDriver(clock, watchdog=RENEWS), FakeDriver(clock, watchdog=RENEWS)
    dispatcher = Dispatcher({"a": charger, "b": other}, clock)
    dispatcher.dispatch(decide(clock, a=10.0, b=10.0))
    await settle()
    dispatcher.hush("a")
    for setpoint_a in (10.0, 12.0, 12.0):
        clock.advance(60)
        dispatcher.dispatch(decide(clock, a=setpoint_a, b=10.0))
        await settle()
    assert (charger.told, other.told) == ([10.0], [10.0] * 4)
    assert dispatcher.hushed == {"a"}
    dispatcher.dispatch(decide(clock, a=8.0, b=10.0))
    await settle()
    assert charger.told == [10.0, 8.0]
    assert dispatcher.hushed == set()
    dispatcher.hush("a")
    dispatcher.unhush("a")
    dispatcher.unhush("a")
    dispatcher.dispatch(decide(clock, a=9.0, b=10.0))
    await settle()
    assert charger.told == [10.0, 8.0, 9.0]
