import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from demo.circuit import CircuitState
from demo.errors import DemoError
from demo.parts import ApplianceFigures, CarFigures, CircuitFigures, Parts
from demo.report import (
    decided_text,
    part_lines,
    plans_told,
    same_plan,
    status_line,
    summarise,
    summary_lines,
    write_report,
)
from demo.scenario import make_scenario
from demo.score import FailsafeClock, Score, WireClock
from demo.supply import parse_supply
from demo.usage import Usage

from .conftest import Clock
from .test_score import state

EIGHT = datetime(2026, 1, 15, 20, 0, 5)  # noqa: DTZ001 traces are in naive local time


class Counts:
    def __init__(self) -> None:
        self.score = Score(parse_supply("40A", 1), car_phases=1)
        self.wire = WireClock()
        self.failsafe = FailsafeClock(6.0)
        self.times = iter([0.0, 100.0, 100.0])
        self.usage = Usage(lambda: next(self.times))


def test_the_report_has_exactly_its_keys(tmp_path: Path, clock: Clock) -> None:
    counts = Counts()
    for _ in range(3600):
        counts.score.step(state(clock.advance(1), 20.0, 10.0), 30.4)
    counts.wire.telegram(1.0, calls_for_less=True)
    counts.wire.command(1.25, reduces=True)
    counts.failsafe.begin(clock.now)
    counts.failsafe.step(clock.advance(7), 0.0)
    counts.failsafe.end()
    counts.usage.began(cpu_s=5.0)
    counts.usage.seen(cpu_s=7.0, memory_bytes=300_000_000)
    path = tmp_path / "r.json"
    write_report(summarise(counts.score, counts.wire, counts.failsafe, counts.usage), path)
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
    counts = Counts()
    summary = summarise(counts.score, counts.wire, counts.failsafe, counts.usage)
    assert summary.share_of_possible is None
    assert summary.wire_p50_ms is summary.wire_p99_ms is summary.failsafe_after_s is None
    assert summary_lines(summary, counts.score, counts.failsafe) == [
        "0.0 minutes: 0 trips, longest overload 0 s",
        "the car was given 0.00 kWh",
        "0 commands to the station",
        "Home Assistant: 0.0% of a core, 0 MB",
    ]


def test_the_summary_says_what_happened(clock: Clock) -> None:
    counts = Counts()
    counts.score.step(state(clock.advance(1), 20.0, 10.0, tripped=True), 30.4)
    summary = summarise(counts.score, counts.wire, counts.failsafe, counts.usage)
    summary = replace(summary, commands=1, wire_p50_ms=20.4, wire_p99_ms=99.6, failsafe_after_s=61.0)
    lines = summary_lines(summary, counts.score, counts.failsafe)
    assert lines[0].endswith("1 trip, longest overload 0 s")
    assert lines[1].endswith("50.0% of what was possible")
    assert lines[2] == "1 command to the station; meter to wire 20 ms (median), 100 ms (99 %)"
    assert lines[-1] == "at the safe current 61 s after the fault"


def test_a_failsafe_that_failed_is_said_aloud(clock: Clock) -> None:
    counts = Counts()
    counts.failsafe.begin(clock.now)
    counts.failsafe.end()
    summary = summarise(counts.score, counts.wire, counts.failsafe, counts.usage)
    assert summary.failsafe_after_s is None
    assert summary_lines(summary, counts.score, counts.failsafe)[-1].isupper()


def test_a_report_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    counts = Counts()
    with pytest.raises(DemoError, match="--report"):
        write_report(summarise(counts.score, counts.wire, counts.failsafe, counts.usage), tmp_path)


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


PARTS = Parts(
    cars={"Left": CarFigures(energy_kwh=0.5), "Right": CarFigures(energy_kwh=0.25)},
    circuits={"Garage": CircuitFigures(trips=1, longest_overload_s=4)},
    appliances={"Boiler": ApplianceFigures(off_s=65, switched_off=2)},
)


def test_the_report_of_a_scenario_tells_its_parts_too(tmp_path: Path) -> None:
    counts = Counts()
    write_report(summarise(counts.score, counts.wire, counts.failsafe, counts.usage, PARTS), tmp_path / "r.json")
    written = json.loads((tmp_path / "r.json").read_text())
    assert {key: written[key] for key in ("trips", "cars", "circuits", "appliances")} == {
        "trips": 0,
        "cars": {"Left": {"energy_kwh": 0.5}, "Right": {"energy_kwh": 0.25}},
        "circuits": {"Garage": {"trips": 1, "longest_overload_s": 4}},
        "appliances": {"Boiler": {"off_s": 65, "switched_off": 2}},
    }
    assert "parts" not in written


def test_the_summary_of_a_scenario_has_a_line_for_each_part() -> None:
    counts = Counts()
    summary = summarise(counts.score, counts.wire, counts.failsafe, counts.usage, PARTS)
    assert summary_lines(summary, counts.score, counts.failsafe)[1:7] == [
        "the cars were given 0.00 kWh",
        "  Left: 0.50 kWh",
        "  Right: 0.25 kWh",
        "  circuit Garage: 1 trip, longest overload 4 s",
        "  Boiler: off for 65 s, switched off 2 times",
        "0 commands to the stations",
    ]
    counts.failsafe.begin(EIGHT)
    counts.failsafe.end()
    assert summary_lines(summary, counts.score, counts.failsafe)[-1].startswith("NOT ALL CARS")


def test_a_scenario_s_second_has_a_line_for_each_part(clock: Clock) -> None:
    def circuit(name: str, load_a: float, **more: bool) -> CircuitState:
        return CircuitState(name=name, limit_a=16.0, load_a=(load_a,), **({"tripped": False, "powered": True} | more))

    seen = replace(
        state(clock.now, 0.0, 0.0),
        offered_a=(10.0, 0.0, 6.0),
        outlet_w=(6555.0, 0.0, 1311.0),
        circuits=(circuit("Garage", 16.5), circuit("Yard", 0.0, powered=False)),
        appliances_on=(False,),
    )
    scenario = make_scenario("flat-with-three-chargers")
    assert part_lines(seen, scenario, ["setpoint 10 A", "", ""]) == [
        "    Garage left   draws  6.6 kW  offered 10.0 A  setpoint 10 A",
        "    Garage right  draws  0.0 kW  offered  0.0 A",
        "    Yard          draws  1.3 kW  offered  6.0 A",
        "    circuit Garage 16.5 of 16 A OVER, circuit Yard 0.0 of 16 A TRIPPED, Boiler off",
    ]
    home = replace(seen, offered_a=(10.0,), outlet_w=(6555.0,), circuits=(), appliances_on=())
    assert part_lines(home, make_scenario("home"), [""]) == ["    Garage        draws  6.6 kW  offered 10.0 A"]
    assert "  cars " in status_line(seen, parse_supply("9kVA", 1), EIGHT, "")


def test_plans_are_told_in_their_own_words_where_there_are_any() -> None:
    keys = {"Garage": {"plan": "sensor.g_plan"}, "Yard": {"plan": "sensor.y_plan"}, "Street": {}}
    states = {"sensor.g_plan": {"state": "Starts at 01:00"}, "sensor.y_plan": {"state": "unknown"}}
    assert plans_told(states, keys) == {"Garage": "Starts at 01:00"}


def test_a_plan_that_saves_less_since_it_is_later_is_the_same_plan() -> None:
    plan = "Starts at 01:00; ready 03:59; saves 1.14 EUR against now"
    assert same_plan(plan.replace("1.14", "1.07"), plan)
    assert not same_plan(plan.replace("01:00", "02:00"), plan)
    assert not same_plan(plan, None)
