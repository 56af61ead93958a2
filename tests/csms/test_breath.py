"""What has to be on time comes between messages, however many wait."""

import asyncio
from contextlib import AsyncExitStack

from custom_components.smart_charging.csms.breath import Breath, shared_breath
from custom_components.smart_charging.csms.events import Event, Notified

from .conftest import MakeCsms, until
from .peer import station_at


async def test_a_turn_ends_when_its_time_is_up_and_the_rest_keeps_its_order():
    at_s, seen = 0.0, list[object]()
    breath = Breath(0.020, lambda: at_s)

    async def message(number: int) -> None:
        nonlocal at_s
        await breath.take()
        at_s += 0.015
        seen.append(number)

    async with asyncio.TaskGroup() as group:
        for number in range(6):
            group.create_task(message(number))
        asyncio.get_running_loop().call_soon(seen.append, "tick")
    assert seen == [0, 1, "tick", 2, 3, 4, 5]


async def test_what_takes_longer_than_a_turn_may_goes_on_all_the_same():
    at_s = 0.0
    breath = Breath(0.020, lambda: at_s)
    for _ in range(3):
        await breath.take()
        at_s += 1.0
    assert at_s == 3.0


async def test_a_loop_has_one():
    assert shared_breath() is shared_breath()


async def test_the_loop_goes_round_between_messages_that_came_at_once(make_csms: MakeCsms):
    """Each takes as long as a turn may."""
    at_s, turns, seen = 0.0, 0, list[int]()
    shared_breath()._monotonic = lambda: at_s

    def turn() -> None:
        nonlocal turns
        turns += 1
        asyncio.get_running_loop().call_soon(turn)

    def spend(event: Event) -> None:
        nonlocal at_s
        if isinstance(event, Notified):
            at_s += 0.020
            seen.append(turns)

    csms = make_csms(anyone=True)
    await csms.start("127.0.0.1", 0)
    async with AsyncExitStack() as stack:
        peers = [await stack.enter_async_context(station_at(csms.port, f"CP{number}")) for number in range(10)]
        for station in csms.stations.values():
            station.subscribe(spend)
        turn()
        for peer in peers:
            await peer.send([2, "a", "DataTransfer", {"vendorId": "V"}])
        await until(lambda: len(seen) == len(peers))
    assert seen[-1] - seen[0] > 5
