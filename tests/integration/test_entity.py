"""What all entities share: devices, ids, names, icons."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from homeassistant.config_entries import ConfigSubentryDataWithId
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charging.chargers.ocpp import OcppDriver
from custom_components.smart_charging.configuration.battery import BatteryConfig, BatteryHandle
from custom_components.smart_charging.configuration.tariffs import read_tariff
from custom_components.smart_charging.const import DOMAIN, SUBENTRY_CHARGER
from custom_components.smart_charging.csms.server import CentralSystem
from custom_components.smart_charging.engine.model.battery_order import BatteryWay
from custom_components.smart_charging.engine.model.battery_steering import BatterySteering
from custom_components.smart_charging.engine.model.evse import EvState
from custom_components.smart_charging.engine.model.goal_set import GoalSet, Terms
from custom_components.smart_charging.engine.model.limit import LimitSource

from .entities import (
    GARAGE,
    OPERATOR,
    SUBENTRIES,
    SUBSCRIBED,
    VEHICLES,
    WHOLE_SITE,
    ToldSite,
    load,
    site_limited_by,
    tick,
)
from .tariff_data import hp_hc

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

INTEGRATION = Path(__file__).parents[2] / "custom_components/smart_charging"
BATTERY = BatteryConfig(
    power_entity_id="sensor.battery",
    inverted=False,
    soc_entity_id="sensor.battery_soc",
    handle=BatteryHandle(
        entity_id="input_boolean.hold",
        words={BatteryWay.BY_ITSELF: "off", BatteryWay.HOLD: "on"},
        steering=BatterySteering(),
    ),
)
PLATFORMS = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CALENDAR,
    Platform.EVENT,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TIME,
    Platform.UPDATE,
)


async def load_all(hass: HomeAssistant) -> ToldSite:
    """Load every platform, of a site with limits of both kinds, a circuit, an appliance, a battery, vehicles and off-peak hours."""
    circuits = (*site_limited_by(SUBSCRIBED, OPERATOR).circuits, *WHOLE_SITE.circuits[1:])
    station = CentralSystem().station("CP1")
    site = await load(
        hass,
        PLATFORMS[0],
        site=replace(WHOLE_SITE, circuits=circuits),
        off_peak="schedule.cheap",
        drivers={GARAGE: OcppDriver(station, 1, WHOLE_SITE.evses[0], now=dt_util.utcnow)},
        vehicles=VEHICLES,
        battery=BATTERY,
        tariff=read_tariff(hp_hc(peak="flanders", peak_price=50.0, carbon="instead", carbon_entities=["sensor.grid"])),
    )
    for vehicle_id in VEHICLES:
        # With a figure for each of the strategies, so that all of them are offered.
        site.entry.runtime_data.goals.set(vehicle_id, GoalSet(terms=Terms(price_limit=0.2, hours=3.0)))
    await hass.config_entries.async_forward_entry_setups(site.entry, PLATFORMS[1:])
    await hass.async_block_till_done()
    return site


def registered(hass: HomeAssistant, site: ToldSite) -> Iterator[er.RegistryEntry]:
    return iter(er.async_entries_for_config_entry(er.async_get(hass), site.entry.entry_id))


def load_json(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((INTEGRATION / name).read_text(encoding="utf-8"))
    return loaded


async def test_each_part_is_a_device_of_its_subentry_behind_the_site(
    hass: HomeAssistant, device_registry: dr.DeviceRegistry
) -> None:
    site = await load_all(hass)
    devices = dr.async_entries_for_config_entry(device_registry, site.entry.entry_id)
    by_id = {next(iter(device.identifiers)): device for device in devices}
    home = by_id.pop((DOMAIN, site.entry.entry_id))
    assert (home.name, home.entry_type, home.config_subentry_id) == ("Home", dr.DeviceEntryType.SERVICE, None)
    assert {identifier: device.name for identifier, device in by_id.items()} == {
        (DOMAIN, subentry_id): title for subentry_id, (_, title) in SUBENTRIES.items()
    }
    for (_, subentry_id), device in by_id.items():
        assert device.via_device_id == home.id
        assert device.config_subentry_id == subentry_id


async def test_unique_ids_are_made_in_one_way(hass: HomeAssistant) -> None:
    site = await load_all(hass)
    for entity in registered(hass, site):
        owner = entity.config_subentry_id or site.entry.entry_id
        assert entity.unique_id.startswith(f"{owner}_")
        assert entity.has_entity_name


async def test_every_entity_has_a_name_and_an_icon(hass: HomeAssistant) -> None:
    site = await load_all(hass)
    names, icons = load_json("translations/en.json")["entity"], load_json("icons.json")["entity"]
    used: set[tuple[str, str]] = set()
    for entity in registered(hass, site):
        if entity.translation_key is None:
            assert entity.original_device_class is not None
            continue
        used.add((entity.domain, entity.translation_key))
        assert names[entity.domain][entity.translation_key]["name"]
        if entity.original_device_class in {None, "enum"}:
            assert icons[entity.domain][entity.translation_key]["default"]
        # What people named has no words of ours.
        states = set((entity.capabilities or {}).get("options", [])) - {config.name for config in VEHICLES.values()}
        assert set(names[entity.domain][entity.translation_key].get("state", {})) == states
    # Where power has a price by the hour, the sensor of the window is called otherwise.
    used.add(("sensor", "hour_average"))
    assert used == {(domain, key) for domain, keys in names.items() for key in keys}
    assert {(domain, key) for domain, keys in icons.items() for key in keys} <= used


def test_every_source_of_a_limit_has_a_name() -> None:
    sensors = load_json("translations/en.json")["entity"]["sensor"]
    for key in ("limit", "limit_power"):
        assert set(sensors[key]["state_attributes"]["source"]["state"]) == set(LimitSource)
    assert set(sensors["state"]["state"]) == set(EvState)


async def test_an_unchanged_world_writes_nothing(hass: HomeAssistant) -> None:
    site = await load_all(hass)
    await site.tell(tick())
    before = {state.entity_id: state.last_reported for state in hass.states.async_all()}
    await site.tell(tick())
    assert {state.entity_id: state.last_reported for state in hass.states.async_all()} == before


async def test_a_tick_that_failed_makes_everything_unavailable(hass: HomeAssistant) -> None:
    site = await load_all(hass)
    site.coordinator.async_set_update_error(RuntimeError("no tick"))
    await hass.async_block_till_done()
    assert {state.state for state in hass.states.async_all()} == {"unavailable"}


@pytest.mark.usefixtures("socket_enabled", "mock_network")
async def test_the_whole_integration_shows_its_entities(hass: HomeAssistant, unused_tcp_port: int) -> None:
    """Set up in the real way: one charger that never called in, and a meter that speaks."""
    hass.states.async_set("sensor.grid", "1500", {"unit_of_measurement": "W"})
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Home",
        data={
            "phases": 3,
            "voltage_v": 230.0,
            "limit_unit": "kw",
            "limit": 9.2,
            "meter": [{"role": "net", "phase": None, "entity_id": "sensor.grid"}],
            "meter_inverted": False,
            "meter_period_s": 1.0,
            "host": "127.0.0.1",
            "port": unused_tcp_port,
        },
        subentries_data=[
            ConfigSubentryDataWithId(
                subentry_id=GARAGE,
                subentry_type=SUBENTRY_CHARGER,
                title="Garage",
                unique_id="GARAGE/1",
                data={
                    "driver": "ocpp",
                    "station": "GARAGE",
                    "connector": 1,
                    "key": "secret",
                    "wiring": ["l1", "l2", "l3"],
                    "minimum_a": 6.0,
                    "maximum_a": 16.0,
                    "failsafe_a": 6.0,
                    "priority": 0,
                },
            )
        ],
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    hass.states.async_set("sensor.grid", "1600", {"unit_of_measurement": "W"})
    await hass.async_block_till_done()
    entry.runtime_data.coordinator._run()  # else it comes at the end of the second
    states = {state.entity_id: state.state for state in hass.states.async_all()}
    assert states["sensor.home_load"] == "1600"
    assert states["sensor.home_headroom"] == "7600"
    assert states["binary_sensor.home_meter"] == "on"
    assert states["sensor.garage_state"] == "unavailable"
    assert states["sensor.garage_reason"].startswith("The charger cannot be reached")
    assert states["select.garage_mode"] == "fast"
    assert states["switch.garage_charging"] == "on"
    assert await hass.config_entries.async_unload(entry.entry_id)
