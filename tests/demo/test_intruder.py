import asyncio

import pytest

from demo.intruder import Intruder


async def collect(intruder_task: str, *, visits: int) -> list[bytes]:
    seen: list[bytes] = []
    enough = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.read(8192))
        if len(seen) >= visits:
            enough.set()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    intruder = Intruder(server.sockets[0].getsockname()[1], seed=1)
    task = asyncio.ensure_future(getattr(intruder, intruder_task)())
    async with asyncio.timeout(10):
        await enough.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    server.close()
    assert intruder.connections >= visits
    return seen


async def test_garbage_comes_with_and_without_a_handshake() -> None:
    seen = await collect("garbage", visits=3)
    handshakes = [data.startswith(b"GET /stranger-") for data in seen]
    assert any(handshakes)
    assert not all(handshakes)


async def test_a_flood_is_handshakes_of_strangers() -> None:
    seen = await collect("flood", visits=10)
    assert all(data.startswith(b"GET /stranger-") for data in seen)
    assert len(set(seen)) > 1


@pytest.mark.parametrize("text", [b"", b"{}", b"[2]"])
def test_frames_are_masked_as_the_standard_asks(text: bytes) -> None:
    frame = Intruder(1)._frame(text)
    assert frame[0] == 0x81
    assert frame[1] == 0x80 | len(text)
    mask, masked = frame[2:6], frame[6:]
    assert bytes(byte ^ mask[place % 4] for place, byte in enumerate(masked)) == text


async def test_a_closed_door_does_not_stop_it() -> None:
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    intruder = Intruder(port)
    await intruder._visit(b"anybody?")
    assert intruder.connections == 0
