"""The test's end of a foreign station: starts its program, commands it, and collects what it tells."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

_ROOT: Final = Path(__file__).parents[3]

PATIENCE_S: Final = 30.0
"""How long a command may take: a program has to start first, on a busy machine."""


class Foreign:
    """A station that runs as a program of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._lines: list[dict[str, Any]] = []
        self._arrived = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    @property
    def faults(self) -> list[str]:
        """What its library found wrong."""
        return [line["fault"] for line in self._lines if "fault" in line]

    @property
    def held_to_a(self) -> float:
        """The current that it said last it is held to."""
        return float([line["held_to_a"] for line in self._lines if "held_to_a" in line][-1])

    def told(self, action: str) -> list[dict[str, Any]]:
        """The payloads of what the csms asked of it."""
        return [line["payload"] for line in self._lines if line.get("told") == action]

    def forgive(self) -> None:
        """Forget its faults: they were what the test was about."""
        self._lines = [line for line in self._lines if "fault" not in line]

    async def do(self, name: str, **command: Any) -> Any:
        """Command it, and return what came of that."""
        return await self.expect(name, self._lines.__len__(), command)

    async def expect(self, name: str, since: int = 0, command: dict[str, Any] | None = None) -> Any:
        """Wait until it has done this, after so many lines."""
        if command is not None:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps({"do": name} | command).encode() + b"\n")
        await self.until(lambda: any(line.get("done") == name for line in self._lines[since:]))
        return next(line.get("answer") for line in self._lines[since:] if line.get("done") == name)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until what it has told makes this true."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                assert not self._reader.done(), f"the station's program ended: {self._lines}"
                self._arrived.clear()
                await self._arrived.wait()

    async def end(self) -> None:
        """End the program."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), PATIENCE_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reader

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self._lines.append(json.loads(line))
            self._arrived.set()
        self._arrived.set()


@asynccontextmanager
async def foreign(program: Sequence[str]) -> AsyncIterator[Foreign]:
    """Run a station's program. Fails in the end where its library found anything wrong."""
    process = await asyncio.create_subprocess_exec(
        *program, cwd=_ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    station = Foreign(process)
    try:
        await station.expect("wake")
        yield station
    finally:
        with contextlib.suppress(ConnectionError):
            await station.end()
    assert station.faults == []
