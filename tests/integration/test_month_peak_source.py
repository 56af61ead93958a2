"""The month's peak by the grid meter's own word: found by what its sensor is, and read."""

from datetime import timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charging.sources.month_peak import MonthPeakSource

HOMEWIZARD = ("homewizard", "HWE-P1_5c2fafabcdef_monthly_power_peak_w")
DSMR = ("dsmr", "1234_belgium_maximum_demand_current_month")
GRID = "sensor.grid"
HOUR = timedelta(hours=1)


def own(hass: HomeAssistant, platform: str, unique_id: str, **options: Any) -> str:
    """Register a sensor of an integration's own entry."""
    entry = MockConfigEntry(domain=platform)
    entry.add_to_hass(hass)
    registry = er.async_get(hass)
    return registry.async_get_or_create("sensor", platform, unique_id, config_entry=entry, **options).entity_id


def source(hass: HomeAssistant, *meter_ids: str) -> MonthPeakSource:
    found = MonthPeakSource(hass, meter_ids)
    found.start()
    return found


@pytest.mark.parametrize(
    ("sensor", "value", "unit", "expected"),
    [
        pytest.param(HOMEWIZARD, "3250", "W", 3.25, id="HomeWizard"),
        pytest.param(DSMR, "3.25", "kW", 3.25, id="DSMR"),
        pytest.param(DSMR, "0.0", "kW", 0.0, id="a month that begins"),
        pytest.param(DSMR, "-1", "kW", None, id="no peak that there is"),
        pytest.param(DSMR, "unavailable", "kW", None, id="silent"),
        pytest.param(DSMR, "3.25", None, None, id="of what?"),
        pytest.param(("homewizard", "HWE-SKT_1_monthly_power_peak_w"), "3250", "W", None, id="a socket's"),
        pytest.param(("dsmr", "1234_belgium_current_average_demand"), "3", "kW", None, id="another figure"),
        pytest.param(("tibber", "HWE-P1_5c2fafabcdef_monthly_power_peak_w"), "3", "kW", None, id="somebody else's"),
    ],
)
async def test_what_is_told(
    hass: HomeAssistant, sensor: tuple[str, str], value: str, unit: str | None, expected: float | None
) -> None:
    entity_id = own(hass, *sensor)
    hass.states.async_set(entity_id, value, {"unit_of_measurement": unit})
    assert source(hass, GRID).kw(dt_util.utcnow() - HOUR) == expected


async def test_what_was_told_before_does_not_count(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    entity_id = own(hass, *DSMR)
    hass.states.async_set(entity_id, "3.25", {"unit_of_measurement": "kW"})
    freezer.tick(HOUR)
    since = dt_util.utcnow()
    assert source(hass).kw(since) is None
    hass.states.async_set(entity_id, "3.25", {"unit_of_measurement": "kW"})
    assert source(hass).kw(since) == 3.25


async def test_of_two_meters_the_sites_own_counts(hass: HomeAssistant) -> None:
    for number, (platform, unique_id) in enumerate((HOMEWIZARD, DSMR)):
        entity_id = own(hass, platform, unique_id)
        hass.states.async_set(entity_id, str(number + 1), {"unit_of_measurement": "kW"})
    since = dt_util.utcnow() - HOUR
    assert source(hass, GRID).kw(since) is None
    beside = er.async_get(hass).async_get_or_create(
        "sensor", "dsmr", "1234_power", config_entry=hass.config_entries.async_entries("dsmr")[0]
    )
    assert source(hass, GRID, beside.entity_id).kw(since) == 2.0


async def test_one_that_is_disabled_tells_nothing(hass: HomeAssistant) -> None:
    own(hass, *DSMR, disabled_by=er.RegistryEntryDisabler.USER)
    assert source(hass).kw(dt_util.utcnow() - HOUR) is None
