"""The demo as a person runs it: a real Home Assistant, set up through its own flows, on the newest release.

One run in real time, because a station's own minute cannot be hurried: Home Assistant is killed while the car
charges at full speed, and the station has to come down by itself.
"""

import json
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-demo" / "bin" / "python"

WATCHDOG_S = 60
"""How long a setpoint lasts at the station."""
FOLLOWS_S = 5
"""How long a car may take to follow its offer (IEC 61851-1)."""


@pytest.mark.timeout(480)
def test_a_killed_home_assistant_leaves_the_station_at_its_safe_current_and_steers_again_when_it_is_back(
    tmp_path: Path,
) -> None:
    assert PYTHON.exists(), "run script/setup --demo first: it makes the environment of the demo's Home Assistant"
    report = tmp_path / "report.json"
    words = ["--headless", "--minutes", "2.7", "--fault", "kill-ha@45:70", "--report", str(report)]
    run = subprocess.run(  # noqa: S603 our own interpreter and words
        [PYTHON, "-m", "demo", *words],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=450,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    figures = json.loads(report.read_text())
    assert figures["trips"] == 0
    assert figures["longest_overload_s"] <= 15
    assert 0 < figures["failsafe_after_s"] <= WATCHDOG_S + FOLLOWS_S
    assert figures["commands"] > 0
    last = run.stdout[run.stdout.rindex("over: kill-ha") :]
    assert "because" in last, "steered again, and with a reason"
