"""What has to be on time comes between messages, however many wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from custom_components.smart_charging.csms.breath import Breath, shared_breath
from custom_components.smart_charging.csms.events import Event, Notified
from custom_components.smart_charging.csms.server import CentralSystem

from .conftest import MakeCsms, until
from .peer import Peer, station_at


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


class Burst:
    """Stations whose messages take as long as a turn of the loop may; `turns` counts the turns."""

    def __init__(self, csms: CentralSystem, peers: list[Peer]) -> None:
        self.csms, self.peers = csms, peers
        self.turns = 0
        self.seen: list[int] = []
        self._at_s = 0.0
        shared_breath()._spent = lambda: self._at_s
        for station in csms.stations.values():
            station.subscribe(self._spend)
        self._turn()

    async def send(self, peers: list[Peer]) -> None:
        for peer in peers:
            await peer.send([2, "a", "DataTransfer", {"vendorId": "V"}])

    async def end(self) -> None:
        await until(lambda: len(self.seen) == len(self.peers))

    def _turn(self) -> None:
        self.turns += 1
        asyncio.get_running_loop().call_soon(self._turn)

    def _spend(self, event: Event) -> None:
        if isinstance(event, Notified):
            self._at_s += 0.020
            self.seen.append(self.turns)


@pytest.fixture
async def burst(make_csms: MakeCsms) -> AsyncIterator[Burst]:
    csms = make_csms(anyone=True)
    await csms.start("127.0.0.1", 0)
    async with AsyncExitStack() as stack:
        peers = [await stack.enter_async_context(station_at(csms.port, f"CP{number}")) for number in range(10)]
        yield Burst(csms, peers)


async def test_the_loop_goes_round_between_messages_that_came_at_once(burst: Burst):
    await burst.send(burst.peers)
    await burst.end()
    assert burst.seen[-1] - burst.seen[0] > 5


async def test_an_answer_goes_ahead_of_messages_that_came_before_it(burst: Burst):
    asked = burst.peers[-1]
    asked.answers["ClearCache"] = lambda _: None
    call = asyncio.create_task(burst.csms.station("CP9").call("ClearCache", {}))
    await asked.asked("ClearCache")
    unique_id = next(message[1] for message in iter(asked.raw.get_nowait, None) if message[2] == "ClearCache")
    await burst.send(burst.peers[:-1])
    await asked.send([3, unique_id, {}])
    await call
    assert len(burst.seen) < 5
