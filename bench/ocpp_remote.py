"""Processes that do what they are asked, one thing at a time: so that each one's CPU and memory can be told apart."""

import asyncio
import inspect
import multiprocessing
import os
import resource
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, Self

from .result import BenchError

PATIENCE_S: Final = 120.0
"""How long anything that is asked may take."""


class Remote:
    """A process with an object of this kind in it, whose methods can be asked for from here; they may be coroutines.

    `files` is how many it has to be able to open at once: the soft limit of the process is raised to that.
    """

    def __init__(self, kind: Callable[[], object], *, files: int) -> None:
        context = multiprocessing.get_context("spawn")
        theirs, self._questions = context.Pipe(duplex=False)
        self._answers, theirs_too = context.Pipe(duplex=False)
        self._process = context.Process(target=_obey, args=(kind, files, theirs, theirs_too), daemon=True)
        self._process.start()
        theirs.close()
        theirs_too.close()

    def ask(self, name: str, *arguments: object) -> Any:
        """Call this method there, and return what it returns. Raises `BenchError` with what went wrong there."""
        with suppress(BrokenPipeError):  # it has ended, and may have left a word
            self._questions.send((name, arguments))
        if not self._answers.poll(PATIENCE_S):
            raise BenchError(f"{name} did not end within {PATIENCE_S:g} s")
        try:
            answer, failure = self._answers.recv()
        except EOFError:
            raise BenchError(f"the process that was asked for {name} is gone") from None
        if failure is not None:
            raise BenchError(failure)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._questions.close()
        self._process.join(5)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._answers.close()


class Usage:
    """What a process can tell about itself; the kinds that a `Remote` holds inherit from it."""

    def cpu_s(self) -> float:
        """CPU time of this process so far, user and system, of all its threads."""
        return time.process_time()

    def rss_kib(self) -> float:
        """Memory of this process that is resident now (Linux)."""
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize() / 1024


def busy_s() -> float:
    """CPU time that all of this machine has spent since it started, by whomever (Linux)."""
    user, nice, system, _idle, _waiting, *interrupts = (
        int(ticks) for ticks in Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]
    )
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def _obey(kind: Callable[[], object], files: int, questions: Connection, answers: Connection) -> None:
    try:
        _allow_files(files)
        asyncio.run(_answer(kind, questions, answers))
    except BenchError as error:
        answers.send((None, str(error)))
    except EOFError, BrokenPipeError, KeyboardInterrupt:
        pass  # nobody asks any more


async def _answer(kind: Callable[[], object], questions: Connection, answers: Connection) -> None:
    servant = kind()
    while True:
        name, arguments = await asyncio.to_thread(questions.recv)
        try:
            answer = getattr(servant, name)(*arguments)
            answers.send((await answer if inspect.isawaitable(answer) else answer, None))
        except Exception as error:  # noqa: BLE001 whatever it is, who asked has to know
            told = str(error) if isinstance(error, BenchError) else traceback.format_exc()
            answers.send((None, told))


def _allow_files(files: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= files:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    except (ValueError, OSError) as error:
        raise BenchError(f"{files} files have to be open at once, and `ulimit -Hn` allows {hard}") from error
