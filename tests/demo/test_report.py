import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from demo.errors import DemoError
from demo.report import decided_text, status_line, summarise, summary_lines, write_report
from demo.score import FailsafeClock, Score, WireClock
from demo.supply import parse_supply
from demo.usage import Usage

from .conftest import Clock
from .test_score import state

EIGHT = datetime(2026, 1, 15, 20, 0, 5)  # noqa: DTZ001 traces are in naive local time


class Parts:
    def __init__(self) -> None:
        self.score = Score(parse_supply("40A", 1), car_phases=1)
        self.wire = WireClock()
        self.failsafe = FailsafeClock(6.0)
        self.times = iter([0.0, 100.0, 100.0])
        self.usage = Usage(lambda: next(self.times))


def test_the_report_has_exactly_its_keys(tmp_path: Path, clock: Clock) -> None:
    parts = Parts()
    for _ in range(3600):
        parts.score.step(state(clock.advance(1), 20.0, 10.0), 30.4)
    parts.wire.telegram(1.0, calls_for_less=True)
    parts.wire.command(1.25, reduces=True)
    parts.failsafe.begin(clock.now)
    parts.failsafe.step(clock.advance(7), 0.0)
    parts.failsafe.end()
    parts.usage.began(cpu_s=5.0)
    parts.usage.seen(cpu_s=7.0, memory_bytes=300_000_000)
    path = tmp_path / "r.json"
    write_report(summarise(parts.score, parts.wire, parts.failsafe, parts.usage), path)
    assert json.loads(path.read_text()) == {
        "trips": 0,
        "longest_overload_s": 0,
        "energy_kwh": 2.3,
        "share_of_possible": 0.5,
        "commands": 1,
        "wire_p50_ms": 250.0,
        "wire_p99_ms": 250.0,
        "cpu_share": 0.02,
        "memory_mb": 300.0,
        "failsafe_after_s": 7.0,
    }


def test_what_did_not_happen_is_null() -> None:
    parts = Parts()
    summary = summarise(parts.score, parts.wire, parts.failsafe, parts.usage)
    assert summary.share_of_possible is None
    assert summary.wire_p50_ms is summary.wire_p99_ms is summary.failsafe_after_s is None
    assert summary_lines(summary, parts.score, parts.failsafe) == [
        "0.0 minutes: 0 trips, longest overload 0 s",
        "the car was given 0.00 kWh",
        "0 commands to the station",
        "Home Assistant: 0.0% of a core, 0 MB",
    ]


def test_the_summary_says_what_happened(clock: Clock) -> None:
    parts = Parts()
    parts.score.step(state(clock.advance(1), 20.0, 10.0, tripped=True), 30.4)
    summary = summarise(parts.score, parts.wire, parts.failsafe, parts.usage)
    summary = replace(summary, commands=1, wire_p50_ms=20.4, wire_p99_ms=99.6, failsafe_after_s=61.0)
    lines = summary_lines(summary, parts.score, parts.failsafe)
    assert lines[0].endswith("1 trip, longest overload 0 s")
    assert lines[1].endswith("50.0% of what was possible")
    assert lines[2] == "1 command to the station; meter to wire 20 ms (median), 100 ms (99 %)"
    assert lines[-1] == "at the safe current 61 s after the fault"


def test_a_failsafe_that_failed_is_said_aloud(clock: Clock) -> None:
    parts = Parts()
    parts.failsafe.begin(clock.now)
    parts.failsafe.end()
    summary = summarise(parts.score, parts.wire, parts.failsafe, parts.usage)
    assert summary.failsafe_after_s is None
    assert summary_lines(summary, parts.score, parts.failsafe)[-1].isupper()


def test_a_report_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    parts = Parts()
    with pytest.raises(DemoError, match="--report"):
        write_report(summarise(parts.score, parts.wire, parts.failsafe, parts.usage), tmp_path)


@pytest.mark.parametrize(
    ("supply", "house_a", "car_a", "expected"),
    [
        ("9kVA", 10.0, 20.0, "house  2.3 kW  car  4.6 kW  total  6.9 of 9.0 kVA  offered 20.0 A"),
        ("9kVA", 30.0, 20.0, "house  6.9 kW  car  4.6 kW  total 11.5 of 9.0 kVA  OVER  offered 20.0 A"),
        ("40A", 10.0, 20.0, "house  2.3 kW  car  4.6 kW  total  6.9 of 9.2 kW  offered 20.0 A"),
    ],
)
def test_a_line_says_the_second(clock: Clock, supply: str, house_a: float, car_a: float, expected: str) -> None:
    line = status_line(state(clock.now, house_a, car_a), parse_supply(supply, 1), EIGHT, "")
    assert line == f"20:00:05  {expected}"


def test_a_line_on_three_phases_names_each(clock: Clock) -> None:
    three = replace(state(clock.now, 0.0, 0.0), house_a=(1.0, 2.0, 3.0), car_a=(4.0, 4.0, 4.0))
    line = status_line(three, parse_supply("25A", 3), EIGHT, "setpoint 4 A")
    assert "total 5.0/6.0/7.0 of 25.0 A" in line
    assert line.endswith("  setpoint 4 A")


@pytest.mark.parametrize(("tripped", "powered"), [(True, True), (False, False)])
def test_a_line_says_that_it_is_dark(clock: Clock, tripped: bool, powered: bool) -> None:
    dark = state(clock.now, 0.0, 0.0, tripped=tripped, powered=powered)
    assert "TRIPPED" in status_line(dark, parse_supply("9kVA", 1), EIGHT, "")


def test_what_was_decided_is_read_from_the_integration_s_entities() -> None:
    states = {
        "sensor.a": {"state": "16", "attributes": {"unit_of_measurement": "A"}},
        "sensor.b": {"state": "Held at 16 A", "attributes": {}},
    }
    assert decided_text(states, {"setpoint": "sensor.a", "reason": "sensor.b"}) == "setpoint 16 A, because Held at 16 A"
    states["sensor.a"]["state"] = "unavailable"
    assert decided_text(states, {"setpoint": "sensor.a", "reason": "sensor.c"}) == ""


def test_usage_adds_up_over_processes() -> None:
    times = iter([0.0, 10.0, 10.0])
    usage = Usage(lambda: next(times))
    usage.began(cpu_s=5.0)
    usage.seen(cpu_s=6.0, memory_bytes=2_000_000)
    usage.began(cpu_s=0.5)
    usage.seen(cpu_s=2.5, memory_bytes=1_000_000)
    assert usage.cpu_share == 0.3
    assert usage.memory_mb == 2.0
    assert Usage(lambda: 0.0).cpu_share == 0.0
