"""The home battery, of one or more plates: what it can hold, and what it holds."""

import pytest
from homeassistant.core import HomeAssistant

from custom_components.smart_charging.engine.model.home_battery import HomeBattery
from custom_components.smart_charging.sources.home_battery import read_home_battery
from custom_components.smart_charging.sources.home_flows import BatteryPlate

FULL = BatteryPlate(capacity_kwh=5.0, soc_entity_id="sensor.full")
HALF = BatteryPlate(capacity_kwh=10.0, soc_entity_id="sensor.half")
SILENT = BatteryPlate(capacity_kwh=5.0, soc_entity_id="sensor.silent")
ABSURD = BatteryPlate(capacity_kwh=5.0, soc_entity_id="sensor.absurd")
BLANK = BatteryPlate()


@pytest.mark.parametrize(
    ("plates", "chosen", "expected"),
    [
        pytest.param([], None, None, id="none"),
        pytest.param([], "sensor.half", None, id="none, whatever says its charge"),
        pytest.param([FULL], None, HomeBattery(capacity_kwh=5, soc=1), id="one"),
        pytest.param([FULL, HALF], None, HomeBattery(capacity_kwh=15, soc=2 / 3), id="two, weighed"),
        pytest.param([FULL], "sensor.half", HomeBattery(capacity_kwh=5, soc=0.5), id="the user's sensor goes before"),
        pytest.param([FULL], "sensor.silent", HomeBattery(capacity_kwh=5, soc=1), id="... if it says anything"),
        pytest.param([SILENT], None, HomeBattery(capacity_kwh=5), id="silent"),
        pytest.param([ABSURD], None, HomeBattery(capacity_kwh=5), id="absurd"),
        pytest.param([FULL, SILENT], None, HomeBattery(capacity_kwh=10, soc=0.5), id="a silent one counts as empty"),
        pytest.param([BLANK], None, HomeBattery(capacity_kwh=None), id="nobody says anything"),
        pytest.param([BLANK], "sensor.half", HomeBattery(capacity_kwh=None, soc=0.5), id="... but its charge"),
        pytest.param([FULL, BLANK], None, HomeBattery(capacity_kwh=None, soc=1), id="one of unknown capacity"),
    ],
)
def test_all_batteries_are_one(
    hass: HomeAssistant, plates: list[BatteryPlate], chosen: str | None, expected: HomeBattery | None
) -> None:
    for name, state in (("full", "100"), ("half", "50"), ("silent", "unavailable"), ("absurd", "130")):
        hass.states.async_set(f"sensor.{name}", state)
    assert read_home_battery(hass, plates, chosen) == expected
