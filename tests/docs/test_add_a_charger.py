"""The walk through adding a charger: its example is a profile that works, and every file that it names is there."""

import re
from pathlib import Path

import pytest

from custom_components.smart_charging.chargers.modbus.library import load_profiles
from custom_components.smart_charging.chargers.modbus.parse import parse_profile
from custom_components.smart_charging.chargers.modbus.types import network_type
from custom_components.smart_charging.engine.model.evse import WatchdogKind

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "add-a-charger.md").read_text("utf-8")
INTEGRATION = ROOT / "custom_components" / "smart_charging"


def test_the_example_is_a_charger() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    kind = network_type(parse_profile(example, "acme.yaml"))
    assert (kind.name, kind.capabilities.step_a) == ("Acme One", 0.1)
    assert kind.capabilities.watchdog.kind is WatchdogKind.TRAFFIC


def test_it_counts_the_profiles() -> None:
    assert f"are {len(load_profiles()[0])} more examples" in PAGE


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:chargers|csms|tests|script|custom_components)/[\w./-]+)`", PAGE)))
)
def test_every_file_that_it_names_is_there(path: str) -> None:
    made_by_the_reader = path.endswith("/acme.py")
    assert made_by_the_reader or (ROOT / path).exists() or (INTEGRATION / path).exists()
