"""Solar forecasts by the dashboard's interface: whoever answers is heard, and nobody else is in the way."""

from datetime import UTC, datetime
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charging.sources import solar_forecast
from custom_components.smart_charging.sources.solar_forecast import read_solar_forecasts

from .sun import Oracle

EIGHT, NINE, TEN = (datetime(2026, 6, 1, hour, tzinfo=UTC) for hour in (8, 9, 10))


async def test_what_is_forecast(hass: HomeAssistant) -> None:
    oracle = Oracle(hass)
    oracle.tell({EIGHT: 1000, NINE: 2000.5})
    assert await read_solar_forecasts(hass, [oracle.entry_id]) == [{EIGHT: 1000, NINE: 2000.5}]


async def test_each_is_asked_once(hass: HomeAssistant) -> None:
    east, west = Oracle(hass, "east"), Oracle(hass, "west")
    east.tell({EIGHT: 1000})
    west.tell({NINE: 500})
    told = await read_solar_forecasts(hass, [east.entry_id, west.entry_id, east.entry_id])
    assert sorted(told, key=len) == told
    assert {EIGHT: 1000} in told
    assert {NINE: 500} in told
    assert east.asked == west.asked == 1


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param({"2026-06-01T10:00:00+02:00": 7}, {EIGHT: 7}, id="another zone"),
        pytest.param({"2026-06-01T10:00:00": 7}, {EIGHT: 7}, id="no zone: the home's"),
        pytest.param({"2026-06-01T08:00:00Z": "7.5", "later": 5}, {EIGHT: 7.5}, id="no time"),
    ],
)
async def test_times_are_understood(hass: HomeAssistant, rows: dict[str, Any], expected: dict[datetime, float]) -> None:
    await hass.config.async_set_time_zone("Europe/Paris")
    oracle = Oracle(hass)
    oracle.told = {"wh_hours": rows}
    assert await read_solar_forecasts(hass, [oracle.entry_id]) == [expected]


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(None, id="it does not know yet"),
        pytest.param({}, id="another shape"),
        pytest.param({"wh_hours": {}}, id="no rows"),
        pytest.param({"wh_hours": {"2026-06-01T08:00:00Z": None}}, id="no energy"),
        pytest.param({"wh_hours": [1, 2]}, id="no mapping"),
        pytest.param(RuntimeError("it is being set up"), id="it fails"),
    ],
)
async def test_who_cannot_say_is_left_out(hass: HomeAssistant, told: Any) -> None:
    silent, other = Oracle(hass, "silent"), Oracle(hass, "other")
    silent.told = told
    other.tell({EIGHT: 1000})
    assert await read_solar_forecasts(hass, [silent.entry_id, other.entry_id]) == [{EIGHT: 1000}]


async def test_entries_that_forecast_nothing_are_left_out(hass: HomeAssistant) -> None:
    Oracle(hass)
    entry = MockConfigEntry(domain="weather_vane")
    entry.add_to_hass(hass)
    assert await read_solar_forecasts(hass, [entry.entry_id, "gone"]) == []


async def test_without_a_dashboard_nobody_is_asked(hass: HomeAssistant) -> None:
    assert await read_solar_forecasts(hass, ["any"]) == []


async def test_a_dashboard_that_is_not_what_it_used_to_be(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    oracle = Oracle(hass)
    monkeypatch.delattr("homeassistant.components.energy.websocket_api.async_get_energy_platforms")
    assert await read_solar_forecasts(hass, [oracle.entry_id]) == []


@pytest.mark.parametrize(
    ("tells_ends", "expected"),
    [
        pytest.param(frozenset({"forecast_solar"}), {EIGHT: 400.0, NINE: 900.0}, id="until 2026.10: ends"),
        pytest.param(frozenset[str](), {EIGHT: 0.0, NINE: 400.0, TEN: 900.0}, id="from 2026.11 on: starts"),
    ],
)
async def test_one_tells_the_ends_of_its_periods(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    tells_ends: frozenset[str],
    expected: dict[datetime, float],
) -> None:
    monkeypatch.setattr(solar_forecast, "_TELLS_ENDS", tells_ends)
    oracle, other = Oracle(hass, "forecast_solar"), Oracle(hass, "other")
    oracle.tell({EIGHT: 0.0, NINE: 400.0, TEN: 900.0})
    other.tell({EIGHT: 1.0})
    told = await read_solar_forecasts(hass, [oracle.entry_id, other.entry_id])
    assert expected in told
    assert {EIGHT: 1.0} in told
