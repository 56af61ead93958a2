"""What the recorder knows, hour by hour: counters and powers, whatever their units, and counters that fall silent."""

from datetime import UTC, datetime, timedelta

import pytest
from homeassistant.core import HomeAssistant

from custom_components.smart_charging.sources.hourly_statistics import counted, read_hourly_kw

from .past import remember_energy, remember_power

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)
ALL = (MIDNIGHT, MIDNIGHT + timedelta(days=1))


def at(hour: int) -> datetime:
    return MIDNIGHT + timedelta(hours=hour)


@pytest.mark.usefixtures("recorder_mock")
async def test_counters_and_powers_are_kilowatts(hass: HomeAssistant) -> None:
    await remember_energy(hass, "sensor.imported", {at(1): 0.0, at(2): 0.5, at(3): 2.0})
    await remember_energy(hass, "sensor.solar", {at(1): 0.0, at(2): 0.25}, unit="Wh")
    await remember_power(hass, "sensor.charger_power", {at(2): 6900.0, at(3): 0.0})
    await remember_power(hass, "sensor.temperature", {at(2): 20.0}, unit="°C")
    asked = ["sensor.imported", "sensor.solar", "sensor.charger_power", "sensor.temperature", "sensor.nobody"]
    hourly = await read_hourly_kw(hass, asked, *ALL)
    assert hourly == {
        "sensor.imported": {at(1): 0.0, at(2): 0.5, at(3): 2.0},
        "sensor.solar": {at(1): 0.0, at(2): 0.25},
        "sensor.charger_power": {at(2): 6.9, at(3): 0.0},
    }


@pytest.mark.usefixtures("recorder_mock")
async def test_only_the_time_that_is_asked_for(hass: HomeAssistant) -> None:
    await remember_energy(hass, "sensor.imported", {at(hour): 1.0 for hour in range(6)})
    hourly = await read_hourly_kw(hass, ["sensor.imported"], at(2), at(4))
    assert hourly == {"sensor.imported": {at(2): 1.0, at(3): 1.0}}


@pytest.mark.usefixtures("recorder_mock")
async def test_who_asks_for_what_nobody_keeps_gets_nothing(hass: HomeAssistant) -> None:
    await remember_energy(hass, "sensor.imported", {at(1): 0.0})
    assert await read_hourly_kw(hass, [], *ALL) == {}
    assert await read_hourly_kw(hass, ["sensor.nobody"], *ALL) == {}


async def test_without_a_recorder_nothing_is_known(hass: HomeAssistant) -> None:
    assert await read_hourly_kw(hass, ["sensor.imported"], *ALL) == {}


@pytest.mark.parametrize(
    ("changes", "hours"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param({5: 1.5}, {5: 1.5}, id="one hour"),
        pytest.param({5: 1.5, 6: 2}, {5: 1.5, 6: 2}, id="hour by hour"),
        pytest.param(
            {18: 0.1, 23: 0.02, 24: 0.3},
            {18: 0.1, 19: 0, 20: 0, 21: 0, 22: 0, 23: 0.02, 24: 0.3},
            id="an inverter that sleeps at night gave nothing",
        ),
        pytest.param({5: 1, 7: 3}, {5: 1, 6: 1.5, 7: 1.5}, id="an hour of silence: shared out"),
        pytest.param({5: 1, 8: 3}, {5: 1, 6: 1, 7: 1, 8: 1}, id="two hours of silence"),
        pytest.param({5: 1, 9: 3, 10: 1}, {5: 1, 10: 1}, id="longer: nobody knows when"),
    ],
)
def test_a_counter_that_was_silent(changes: dict[int, float], hours: dict[int, float]) -> None:
    told = counted({at(hour): kwh for hour, kwh in changes.items()})
    assert told == {at(hour): pytest.approx(kw) for hour, kw in hours.items()}
