"""The demo as a person runs it: a real Home Assistant, set up through its own flows, on the newest release.

In real time, because a station's own minute cannot be hurried: in two runs Home Assistant is killed while the car charges at
full speed, and the station, of the oldest or the newest version, has to come down by itself; in another one several
chargers, circuits and a boiler hang together. Only the evening of three cars goes by a clock that runs fast. OCPP 2.0.1 lies between: `tests/chargers/test_demo_station.py` tries all three.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-demo" / "bin" / "python"

WATCHDOG_S = 60
"""How long a setpoint lasts at the station."""
FOLLOWS_S = 5
"""How long a car may take to follow its offer (IEC 61851-1)."""


def run_demo(*words: str | Path) -> str:
    """Run it to its end; what it said."""
    assert PYTHON.exists(), "run script/setup --demo first: it makes the environment of the demo's Home Assistant"
    run = subprocess.run(  # noqa: S603 our own interpreter and words
        [PYTHON, "-m", "demo", "--headless", *words],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=450,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.mark.timeout(480)
@pytest.mark.parametrize("scenario", ["home", "ocpp-21"])
def test_a_killed_home_assistant_leaves_the_station_at_its_safe_current_and_steers_again_when_it_is_back(
    tmp_path: Path, scenario: str
) -> None:
    report = tmp_path / "report.json"
    said = run_demo("--scenario", scenario, "--minutes", "2.7", "--fault", "kill-ha@45:70", "--report", report)
    figures = json.loads(report.read_text())
    assert figures["trips"] == 0
    assert figures["longest_overload_s"] <= 15
    assert 0 < figures["failsafe_after_s"] <= WATCHDOG_S + FOLLOWS_S
    assert figures["commands"] > 0
    last = said[said.rindex("over: kill-ha") :]
    assert "because" in last, "steered again, and with a reason"


@pytest.mark.timeout(480)
def test_a_flat_is_steered_within_its_circuits_its_boiler_gives_way_and_its_ticks_run_again(tmp_path: Path) -> None:
    report, diagnostics = tmp_path / "report.json", tmp_path / "diagnostics.json"
    flat = ["--scenario", "flat-with-three-chargers", "--minutes", "2.3"]
    run_demo(*flat, "--report", report, "--diagnostics", diagnostics)
    figures = json.loads(report.read_text())
    assert figures["trips"] == 0
    assert figures["longest_overload_s"] <= 15
    for circuit in figures["circuits"].values():
        assert circuit["trips"] == 0
        assert circuit["longest_overload_s"] <= 15
    assert figures["appliances"]["Boiler"]["off_s"] > 0
    assert all(car["energy_kwh"] > 0 for car in figures["cars"].values())
    again = subprocess.run(  # noqa: S603 our own interpreter and words
        [sys.executable, "-m", "script.replay", diagnostics], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert again.returncode == 0, again.stdout + again.stderr


@pytest.mark.timeout(480)
def test_an_evening_goes_by_in_minutes_and_a_car_that_is_plugged_in_waits_for_the_cheap_hours(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    said = run_demo("--scenario", "off-peak-night", "--speed", "30", "--minutes", "45", "--report", report)
    figures = json.loads(report.read_text())
    assert figures["trips"] == 0
    assert "The plan waits until" in said
    family = figures["visits"]["Family car"]
    assert (family["wanted_kwh"], family["missed"]) == (19.76, False)
    assert family["energy_kwh"] < 1, "it is evening, and dear"
