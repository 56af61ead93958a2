"""The simulated clock, in processes of its own: this one keeps the world's."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from demo import clock
from demo.clock import PATH, PRELOAD, Clock, build, restart_by, simulated, write_clock
from demo.errors import DemoError

EVENING = datetime(2026, 1, 15, 18, 20, tzinfo=UTC)

WAITS = """
import asyncio, queue, select, subprocess, sys, threading, time
from datetime import datetime, UTC
from demo.clock import simulated

def child():
    told = subprocess.run([sys.executable, "-c", "import time; print(time.time(), time.monotonic())"], capture_output=True)
    return [float(word) for word in told.stdout.split()]

def nobody(length_s):
    try:
        queue.SimpleQueue().get(timeout=length_s)
    except queue.Empty:
        pass

clock = simulated()
print(datetime.now(UTC).isoformat())
clock.run(1000)
cpu_s = time.process_time()
begun, begun_s = datetime.now(UTC), time.monotonic()
time.sleep(100)
threading.Event().wait(100)
select.select([], [], [], 100)
select.poll().poll(100_000)
nobody(100)
asyncio.run(asyncio.sleep(100))
shown_s = time.monotonic() - begun_s
wall_s = (datetime.now(UTC) - begun).total_seconds()
before = time.time(), time.monotonic()
told = child()
after = time.time(), time.monotonic()
assert before[0] <= told[0] <= after[0], "a child goes by the same clock"
assert before[1] <= told[1] <= after[1]
clock.run(1)
again_s = time.monotonic()
assert time.process_time() - cpu_s < 100, "the processor's clock stays"
print(shown_s, wall_s, again_s - after[1])
"""


def test_all_waits_and_all_clocks_of_a_process_and_its_children_go_by_the_shared_file(tmp_path: Path) -> None:
    shared = tmp_path / "clock"
    write_clock(shared, EVENING)
    run = subprocess.run(  # noqa: S603 our own interpreter and words
        [sys.executable, "-c", WAITS],
        env={**os.environ, PATH: str(shared), PRELOAD: str(build(tmp_path / "made"))},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    began, waited = run.stdout.splitlines()
    assert began.startswith("2026-01-15T18:2"), "at the world's own pace until told otherwise"
    shown_s, wall_s, jump_s = map(float, waited.split())
    assert shown_s >= 600, "six times a hundred seconds, none of them in vain"
    assert wall_s == pytest.approx(shown_s, abs=1.0)
    assert jump_s >= 0, "time goes on where another pace begins"


def test_the_library_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = build(tmp_path)
    monkeypatch.setattr(clock, "COMPILERS", ())
    assert build(tmp_path) == library


def test_a_machine_without_a_compiler_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "COMPILERS", ("no-such-compiler",))
    with pytest.raises(DemoError, match="a C compiler"):
        build(tmp_path)


def test_a_compiler_that_refuses_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "clock.c"
    source.write_text("nonsense")
    monkeypatch.setattr(clock, "SOURCE", source)
    with pytest.raises(DemoError, match=r"could not build clock\.c: .*error"):
        build(tmp_path)


def test_where_nothing_can_be_written_it_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DemoError, match="file"):
        build(tmp_path / "file")
    with pytest.raises(DemoError, match="Not a directory"):
        write_clock(tmp_path / "file" / "clock", EVENING)


def test_the_program_begins_anew_as_it_was_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[tuple[Any, ...]] = []

    def execve(*words: Any) -> None:
        begun.append(words)
        raise SystemExit

    monkeypatch.setattr(os, "execve", execve)
    monkeypatch.setenv(PRELOAD, "other.so")
    with pytest.raises(SystemExit):
        restart_by(tmp_path / "clock.so", tmp_path / "clock")
    ((program, words, environment),) = begun
    assert (program, words) == (sys.executable, sys.orig_argv)
    assert environment[PRELOAD] == f"{tmp_path}/clock.so other.so"
    assert environment[PATH] == f"{tmp_path}/clock"


def test_a_clock_is_simulated_only_where_the_program_was_begun_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert simulated() is None
    write_clock(tmp_path / "clock", EVENING)
    monkeypatch.setenv(PATH, str(tmp_path / "clock"))
    here = simulated()
    assert isinstance(here, Clock)
    assert here.factor == 1.0
    here.run(60.0)
    assert here.factor == 60.0
    here.remove()
    assert not (tmp_path / "clock").exists()
