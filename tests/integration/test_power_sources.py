"""The home battery and appliances, as their entities tell."""

from datetime import UTC, datetime, timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charging.engine.model.battery import BatteryReading
from custom_components.smart_charging.engine.model.load import LoadStatus
from custom_components.smart_charging.sources.battery import BatterySource
from custom_components.smart_charging.sources.load import POWER_STALE_AFTER, LoadSource
from custom_components.smart_charging.sources.power import PowerReading, PowerSensor

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WATT = {"unit_of_measurement": "W"}


@pytest.fixture(autouse=True)
def _now(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOW)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("1200", "W", 1200.0),
        ("-1.5", "kW", -1500.0),
        ("1200", "VA", None),
        ("1200", None, None),
        ("unavailable", "W", None),
        ("nan", "W", None),
        ("inf", "W", None),
    ],
)
async def test_a_power_is_a_finite_number_of_watts(
    hass: HomeAssistant, value: str, unit: str | None, expected: float | None
) -> None:
    hass.states.async_set("sensor.power", value, {"unit_of_measurement": unit})
    wanted = None if expected is None else PowerReading(at=NOW, power_w=expected)
    assert PowerSensor(hass, "sensor.power").reading == wanted


async def test_a_sensor_that_is_not_there_has_no_power(hass: HomeAssistant) -> None:
    assert PowerSensor(hass, "sensor.power").reading is None


async def test_any_sensor_of_its_device_is_a_sign_of_life(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    entry = MockConfigEntry(domain="plug")
    entry.add_to_hass(hass)
    device = device_registry.async_get_or_create(config_entry_id=entry.entry_id, identifiers={("plug", "1")})
    for key in ("power", "energy", "voltage"):
        entity_registry.async_get_or_create(
            "sensor", "plug", key, config_entry=entry, device_id=device.id, suggested_object_id=key
        )
    sensor = PowerSensor(hass, "sensor.power")
    sensor.start()
    hass.states.async_set("sensor.power", "0", WATT)
    freezer.tick(60)
    hass.states.async_set("sensor.energy", "17")
    freezer.tick(60)
    hass.states.async_set("sensor.voltage", "unavailable")
    assert sensor.reading == PowerReading(at=NOW + timedelta(seconds=60), power_w=0.0)


@pytest.mark.parametrize(
    ("inverted", "power", "soc", "expected"),
    [
        (False, "1500", "62", BatteryReading(at=NOW, power_w=1500.0, soc=0.62)),
        (True, "1500", "62", BatteryReading(at=NOW, power_w=-1500.0, soc=0.62)),
        (True, "0", "0", BatteryReading(at=NOW, power_w=0.0, soc=0.0)),
        (False, "1500", "unknown", BatteryReading(at=NOW, power_w=1500.0)),
        (False, "1500", "101", BatteryReading(at=NOW, power_w=1500.0)),
        (False, "unavailable", "62", None),
    ],
)
async def test_a_battery_tells_its_power_and_its_charge(
    hass: HomeAssistant, inverted: bool, power: str, soc: str, expected: BatteryReading | None
) -> None:
    hass.states.async_set("sensor.battery", power, WATT)
    hass.states.async_set("sensor.charge", soc, {"unit_of_measurement": "%"})
    battery = BatterySource(hass, "sensor.battery", inverted=inverted, soc_entity_id="sensor.charge")
    battery.start()
    assert battery.reading == expected


async def test_a_battery_may_not_tell_its_charge(hass: HomeAssistant) -> None:
    hass.states.async_set("sensor.battery", "3", {"unit_of_measurement": "kW"})
    battery = BatterySource(hass, "sensor.battery", inverted=False, soc_entity_id=None)
    assert battery.reading == BatteryReading(at=NOW, power_w=3000.0)


def boiler(hass: HomeAssistant, power_entity_id: str | None = "sensor.power") -> LoadSource:
    return LoadSource(hass, "switch.boiler", power_entity_id=power_entity_id, shed_value=None)


@pytest.mark.parametrize(
    ("state", "reachable", "on"),
    [("on", True, True), ("off", True, False), ("unavailable", False, None), ("unknown", False, None)],
)
async def test_an_appliance_tells_whether_it_is_on(
    hass: HomeAssistant, state: str, reachable: bool, on: bool | None
) -> None:
    hass.states.async_set("switch.boiler", state)
    expected = LoadStatus(reachable=reachable, on=on, shed=True)
    assert boiler(hass, None).status(NOW, shed=True) == expected


async def test_an_appliance_that_is_not_there_cannot_be_reached(hass: HomeAssistant) -> None:
    assert boiler(hass).status(NOW, shed=False) == LoadStatus(reachable=False)


async def test_a_power_that_is_old_tells_nothing(hass: HomeAssistant) -> None:
    source = boiler(hass)
    source.start(lambda: None)
    hass.states.async_set("switch.boiler", "on")
    hass.states.async_set("sensor.power", "2", {"unit_of_measurement": "kW"})
    for age, expected in ((timedelta(), 2000.0), (POWER_STALE_AFTER, 2000.0), (POWER_STALE_AFTER * 1.01, None)):
        assert source.status(NOW + age, shed=False) == LoadStatus(reachable=True, on=True, power_w=expected)
    source.stop()


async def test_who_switches_an_appliance_wakes_the_tick(hass: HomeAssistant) -> None:
    woken: list[str | None] = []
    source = boiler(hass, None)
    source.start(lambda: woken.append(source.state.state if source.state else None))
    for state, attributes in (("on", {}), ("on", {"brightness": 1}), ("off", {})):
        hass.states.async_set("switch.boiler", state, attributes)
    hass.states.async_remove("switch.boiler")
    await hass.async_block_till_done()
    assert len(woken) == 3
    source.stop()
    hass.states.async_set("switch.boiler", "on")
    await hass.async_block_till_done()
    assert len(woken) == 3
