"""The bench of the csms at a toy size: real processes, real sockets, every figure."""

import json
from collections.abc import Iterator

import pytest

from bench.__main__ import names
from bench.ocpp import measure
from bench.ocpp_remote import Remote
from bench.ocpp_size import Size
from bench.result import BenchError

from .parrot import Parrot

SUMMARY = {
    "cpu_ratio",
    "stations",
    "late_heartbeats",
    "idle_kib_per_station",
    "storm_settled_s",
    "tick_late_max_ms",
    "setpoint_100_p99_ms",
}


@pytest.fixture(scope="module")
def parrot() -> Iterator[Remote]:
    with Remote(Parrot, files=64) as remote:
        yield remote


def test_a_toy_gives_every_figure():
    size = Size(
        speakers=2,
        messages=3,
        blocks=1,
        stations=4,
        early=2,
        settle_s=1.1,
        sample_s=0.5,
        heartbeat_s=0.5,
        living_s=1.0,
        setpoints=3,
        rounds=2,
    )
    result = measure(size)
    assert set(result.summary) == SUMMARY
    assert result.summary["stations"] == 4
    assert result.summary["cpu_ratio"] > 0
    assert result.summary["storm_settled_s"] > 0
    assert result.summary["setpoint_100_p99_ms"] > 0
    seen = {row["what"]: row["ours"] for row in result.rows}
    assert seen["heartbeats"]
    assert seen["meter values answered"]
    json.dumps([dict(row) for row in result.rows], allow_nan=False)


def test_it_can_be_named_and_its_parts_cannot():
    assert [name for name in names() if name.startswith("ocpp")] == ["ocpp"]


def test_a_process_does_what_it_is_asked(parrot: Remote):
    assert parrot.ask("say", "hello") == "hello"
    assert parrot.ask("cpu_s") > 0
    assert parrot.ask("rss_kib") > 1_000


@pytest.mark.parametrize(("asked", "told"), [(("fail", "no more"), "^no more$"), (("fall",), "ZeroDivisionError")])
def test_what_goes_wrong_in_a_process_is_told(parrot: Remote, asked: tuple[str, ...], told: str):
    with pytest.raises(BenchError, match=told):
        parrot.ask(*asked)
    assert parrot.ask("say", "still here") == "still here"


def test_a_process_that_cannot_open_enough_files_says_so():
    with Remote(Parrot, files=2**40) as remote, pytest.raises(BenchError, match="ulimit"):
        remote.ask("say", "hello")
