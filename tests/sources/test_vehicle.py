"""The vehicles whose state of charge some integration knows: found by the ids that it really uses, read, and not woken."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import homeassistant.components
import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charging.sources.vehicle import VehicleReading, VehicleSource
from custom_components.smart_charging.sources.vehicle_catalogue import KNOWN_VEHICLES, VehicleRole
from custom_components.smart_charging.sources.vehicle_finder import find_vehicles

# By integration: how a unique id is made of a key, and `domain key` -> role, None for what is nothing of the sort. From
# their sources; those of skoda and abrp from 2026.11, subaru's by the names that subarulink has for them, kia_uvo's from its repository.
TESLA: Mapping[str, str | None] = {
    "sensor charge_state_battery_level": "soc",
    "number charge_state_charge_limit_soc": "charge_limit",
    "number charge_state_charge_current_request": None,
    "binary_sensor charge_state_conn_charge_cable": "plugged",
    "sensor charge_state_battery_range": "range",
    "sensor charge_state_est_battery_range": None,
    "device_tracker location": "location",
    "device_tracker route": None,
    "button wake": "wake",
    "button flash_lights": None,
}
BROUGHT: Mapping[str, tuple[str, Mapping[str, str | None]]] = {
    "tesla_fleet": ("LRWXF7EK4KC700000-{}", TESLA),
    "teslemetry": ("LRW3F7EK4NC700000-{}", TESLA),
    "tessie": (
        "VINVINVIN-{}",
        {"sensor charge_state_usable_battery_level": "soc"}
        | {name: role for name, role in TESLA.items() if name != "sensor charge_state_battery_level"},
    ),
    "volvo": (
        "yv1abcdefg1234567_{}",
        {
            "sensor battery_charge_level": "soc",
            "sensor battery_capacity": None,
            "sensor target_battery_charge_level": "charge_limit",
            "sensor charger_connection_status": "plugged",
            "sensor distance_to_empty_battery": "range",
            "sensor distance_to_empty_tank": None,
            "device_tracker location": "location",
        },
    ),
    "renault": (
        "vf1aaaaa555777999_{}",
        {
            "sensor battery_level": "soc",
            "sensor battery_last_activity": "as_of",
            "sensor battery_autonomy": "range",
            "sensor fuel_autonomy": None,
            "number charge_limit_target": "charge_limit",
            "number charge_limit_min": None,
            "binary_sensor plugged_in": "plugged",
            "device_tracker location": "location",
            "button start_charge": "wake",
            "button stop_charge": None,
        },
    ),
    "skoda": (
        "TMBJJ7NX5MY061741_{}",
        {
            "sensor battery_percentage": "soc",
            "sensor remaining_electric_range": "range",
            "sensor remaining_range": None,
        },
    ),
    "subaru": (
        "JF2ABCDE6L0000001_{}",
        {
            "sensor EV_STATE_OF_CHARGE_PERCENT": "soc",
            "sensor EV_DISTANCE_TO_EMPTY": "range",
            "binary_sensor EV_IS_PLUGGED_IN": "plugged",
        },
    ),
    "nissan_leaf": (
        "sjnfaaze0u0000001_{}",
        {"sensor soc": "soc", "sensor range": "range", "sensor range_ac": None, "binary_sensor plugstatus": "plugged"},
    ),
    "kia_uvo": (
        "kia_uvo_3f2b8c1e-0000-4000-8000-000000000001_{}",
        {
            "sensor ev_battery_percentage": "soc",
            "sensor car_battery_percentage": None,
            "sensor last_updated_at": "as_of",
            "sensor _ev_driving_range": "range",
            "sensor _total_driving_range": None,
            "number ev_charge_limits_ac": "charge_limit",
            "number ev_charge_limits_dc": None,
            "binary_sensor ev_battery_is_plugged_in": "plugged",
            "button force_update": "wake",
            "button update_cached": None,
        },
    ),
    "abrp": ("user_1234_{}", {"sensor soc": "soc", "sensor range": "range", "sensor soh": None}),
    "ohme": ("chargerid_{}", {"sensor battery": "soc", "number target_percentage": "charge_limit"}),
    "openevse": ("deadbeef-{}", {"sensor vehicle_soc": "soc", "sensor vehicle_range": "range"}),
    "matter": ("04D2-0039-MatterNodeDevice-1-{}-153-48", {"sensor EnergyEvseStateOfCharge": "soc"}),
}
NOT_INSTALLED = {"skoda", "abrp", "subaru", "kia_uvo"}


def bring(hass: HomeAssistant, platform: str) -> dict[str, er.RegistryEntry]:
    """Register a vehicle; its entries by `domain key`."""
    entry = MockConfigEntry(domain=platform)
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(platform, "1")}, name=f"My {platform}"
    )
    template, names = BROUGHT[platform]
    return {
        name: er.async_get(hass).async_get_or_create(
            name.split()[0],
            platform,
            template.replace("{}", name.split()[1]),
            config_entry=entry,
            device_id=device.id,
        )
        for name in names
    }


def test_every_row_has_entities_of_its_own():
    assert [row.platform for row in KNOWN_VEHICLES] == list(BROUGHT)


@pytest.mark.parametrize("platform", [platform for platform in BROUGHT if platform not in NOT_INSTALLED])
def test_the_ids_are_in_the_source_that_is_installed(platform: str):
    folder = Path(homeassistant.components.__path__[0]) / platform
    text = "\n".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    missing = [name for name in BROUGHT[platform][1] if f'{name.split()[1]}"' not in text]
    assert missing == []


@pytest.mark.parametrize("platform", BROUGHT)
def test_a_vehicle_is_found_with_its_entities(hass: HomeAssistant, platform: str):
    entries = bring(hass, platform)
    (vehicle,) = find_vehicles(hass)
    names = {entry.id: name for name, entry in entries.items()}
    found = {names[ref]: str(role) for role, ref in vehicle.entities.items()}
    assert found == {name: role for name, role in BROUGHT[platform][1].items() if role is not None}
    assert vehicle.name == f"My {platform}"
    assert vehicle.disabled == ()


def test_what_a_charger_knows_comes_after_the_vehicles(hass: HomeAssistant):
    bring(hass, "openevse")
    bring(hass, "volvo")
    assert [vehicle.known.platform for vehicle in find_vehicles(hass)] == ["volvo", "openevse"]


def test_a_vehicle_without_a_device_and_with_one_switched_off(hass: HomeAssistant):
    registry = er.async_get(hass)
    registry.async_get_or_create("sensor", "nissan_leaf", "vin_soc")
    (vehicle,) = find_vehicles(hass)
    assert (vehicle.name, vehicle.device_id) == ("Nissan Leaf", "")
    entries = bring(hass, "openevse")
    off = registry.async_update_entity(
        entries["sensor vehicle_range"].entity_id, disabled_by=er.RegistryEntryDisabler.USER
    )
    assert find_vehicles(hass)[1].disabled == (off.entity_id,)


def test_without_a_state_of_charge_there_is_no_vehicle(hass: HomeAssistant):
    er.async_get(hass).async_get_or_create("sensor", "openevse", "deadbeef-vehicle_range")
    assert find_vehicles(hass) == ()


REFS = {
    VehicleRole.SOC: "sensor.soc",
    VehicleRole.CHARGE_LIMIT: "number.limit",
    VehicleRole.PLUGGED: "binary_sensor.plug",
    VehicleRole.LOCATION: "device_tracker.car",
    VehicleRole.RANGE: "sensor.range",
    VehicleRole.AS_OF: "sensor.told",
}


def source(hass: HomeAssistant) -> VehicleSource:
    return VehicleSource(hass, REFS, timedelta(hours=2))


def read(hass: HomeAssistant) -> VehicleReading:
    reading = source(hass).reading(dt_util.utcnow())
    assert reading is not None
    return reading


def test_what_a_vehicle_says(hass: HomeAssistant):
    hass.states.async_set("sensor.soc", "57", {"unit_of_measurement": "%"})
    hass.states.async_set("number.limit", "80", {})
    hass.states.async_set("sensor.range", "100", {"unit_of_measurement": "mi"})
    reading = read(hass)
    assert (reading.soc, reading.charge_limit) == (0.57, 0.8)
    assert reading.range_km == pytest.approx(160.9344)


@pytest.mark.parametrize("state", ["unknown", "unavailable"])
def test_what_it_does_not_say_is_unknown(hass: HomeAssistant, state: str):
    assert source(hass).reading(dt_util.utcnow()) is None
    hass.states.async_set("sensor.soc", "57", {})
    for entity_id in REFS.values():
        if entity_id != "sensor.soc":
            hass.states.async_set(entity_id, state, {})
    assert read(hass) == VehicleReading(at=read(hass).at, soc=0.57)
    hass.states.async_set("sensor.soc", state, {})
    assert source(hass).reading(dt_util.utcnow()) is None


@pytest.mark.parametrize("state", ["-1", "101", "nan", "full"])
def test_a_state_of_charge_that_cannot_be_is_none(hass: HomeAssistant, state: str):
    hass.states.async_set("sensor.soc", state, {})
    hass.states.async_set("sensor.range", "far", {"unit_of_measurement": "km"})
    assert read(hass).soc is None
    assert read(hass).range_km is None


def test_what_was_told_long_ago_is_not_known_any_more(hass: HomeAssistant, freezer: FrozenDateTimeFactory):
    hass.states.async_set("sensor.soc", "57", {})
    freezer.tick(timedelta(hours=2))
    assert read(hass).soc == 0.57
    freezer.tick(1)
    assert source(hass).reading(dt_util.utcnow()) is None
    # The same again is news of its age.
    hass.states.async_set("sensor.soc", "57", {})
    assert read(hass).soc == 0.57


def test_the_vehicle_s_own_time_counts_where_it_tells_one(hass: HomeAssistant, freezer: FrozenDateTimeFactory):
    told_at = dt_util.utcnow()
    freezer.tick(timedelta(hours=1))
    hass.states.async_set("sensor.soc", "57", {})
    hass.states.async_set("sensor.told", told_at.isoformat(), {})
    assert read(hass).at == told_at
    freezer.tick(timedelta(hours=1, seconds=1))
    hass.states.async_set("sensor.soc", "57", {})
    assert source(hass).reading(dt_util.utcnow()) is None
    for unusable in ("yesterday", "2026-11-30T10:00:00"):
        hass.states.async_set("sensor.told", unusable, {})
        assert read(hass).soc == 0.57


def test_an_entity_that_is_gone_says_nothing(hass: HomeAssistant):
    hass.states.async_set("sensor.soc", "57", {})
    gone = VehicleSource(hass, {VehicleRole.SOC: "0123456789abcdef0123456789abcdef"}, timedelta(hours=2))
    assert gone.reading(dt_util.utcnow()) is None
    alone = VehicleSource(hass, {VehicleRole.SOC: "sensor.soc"}, timedelta(hours=2)).reading(dt_util.utcnow())
    assert alone is not None
    assert (alone.soc, alone.charge_limit, alone.range_km) == (0.57, None, None)


def test_since_when_it_is_plugged_in(hass: HomeAssistant, freezer: FrozenDateTimeFactory):
    vehicle = source(hass)
    assert (vehicle.plugged_since, vehicle.away_at) == (None, None)
    hass.states.async_set("binary_sensor.plug", "off", {})
    assert (vehicle.plugged_since, vehicle.away_at) == (None, dt_util.utcnow())
    freezer.tick(60)
    plugged_at = dt_util.utcnow()
    # Whatever is known of its state of charge.
    hass.states.async_set("binary_sensor.plug", "on", {})
    freezer.tick(timedelta(hours=9))
    hass.states.async_set("binary_sensor.plug", "on", {})
    assert (vehicle.plugged_since, vehicle.away_at) == (plugged_at, None)
    # At somebody else's charger.
    hass.states.async_set("device_tracker.car", "not_home", {})
    assert (vehicle.plugged_since, vehicle.away_at) == (None, dt_util.utcnow())
    hass.states.async_set("device_tracker.car", "home", {})
    assert (vehicle.plugged_since, vehicle.away_at) == (plugged_at, None)


@pytest.mark.parametrize(
    ("word", "plugged"),
    [
        ("on", True),
        ("connected", True),
        ("plugged", True),
        ("off", False),
        ("disconnected", False),
        ("unplugged", False),
        # Of Volvo: it may well be plugged in.
        ("fault", None),
        ("unknown", None),
    ],
)
def test_the_words_for_a_plug(hass: HomeAssistant, word: str, plugged: bool | None):
    hass.states.async_set("binary_sensor.plug", word, {})
    vehicle = source(hass)
    assert (vehicle.plugged_since is not None) is (plugged is True)
    assert (vehicle.away_at is not None) is (plugged is False)


def test_what_wakes_it_if_it_can_be_reached(hass: HomeAssistant):
    asleep = VehicleSource(hass, {VehicleRole.WAKE: "button.wake"}, timedelta(hours=2))
    assert (asleep.wakes_by, source(hass).wakes_by) == (None, None)
    hass.states.async_set("button.wake", "unavailable", {})
    assert asleep.wakes_by is None
    # It was never pressed.
    hass.states.async_set("button.wake", "unknown", {})
    assert asleep.wakes_by == "button.wake"


async def test_it_is_listened_to(hass: HomeAssistant):
    vehicle, heard = source(hass), list[str]()
    vehicle.start(lambda: heard.append("something"))
    hass.states.async_set("sensor.soc", "57", {})
    hass.states.async_set("sensor.other", "57", {})
    await hass.async_block_till_done()
    assert heard == ["something"]
    vehicle.stop()
    hass.states.async_set("sensor.soc", "58", {})
    await hass.async_block_till_done()
    assert heard == ["something"]
    nobody = VehicleSource(hass, {}, timedelta(hours=2))
    nobody.start(lambda: heard.append("nothing"))
    nobody.stop()
