"""Every adopted integration's chargers are found, by the entities that it really brings."""

from collections.abc import Mapping
from pathlib import Path

import homeassistant.components
import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charging.chargers.adopted.catalogue import BY_PLATFORM, KNOWN_CHARGERS, charger_of
from custom_components.smart_charging.chargers.adopted.driver import adopted_capabilities
from custom_components.smart_charging.chargers.adopted.finder import Adoptable, describe, find_adoptable
from custom_components.smart_charging.chargers.adopted.row import Role
from custom_components.smart_charging.engine.model.evse import EvState, Means

from .brought import CARS, CORE, Brought
from .brought_custom import CUSTOM
from .registry import bring

EVERY: Mapping[str, Brought] = {**CORE, **CUSTOM, **CARS}
ADOPTABLE = {platform: brought for platform, brought in EVERY.items() if brought.adoptable}


def taken_for(hass: HomeAssistant, adoptable: Adoptable, entity_ids: Mapping[str, str]) -> dict[str, str]:
    """Write an offer's entities as `domain key`, by role."""
    registry = er.async_get(hass)
    names = {entity_id: name for name, entity_id in entity_ids.items()}
    found = {}
    for role, ref in adoptable.entities.items():
        entry = registry.entities.get_entry(ref)
        assert entry is not None, "an id of the registry, which survives a rename"
        found[str(role)] = names[entry.entity_id]
    return found


def test_there_are_at_least_thirty_and_every_one_has_entities_of_its_own():
    assert len(KNOWN_CHARGERS) == len(BY_PLATFORM) >= 30
    assert BY_PLATFORM.keys() == EVERY.keys()


def test_every_row_tells_where_it_is_from_and_no_row_claims_a_trial():
    for row in KNOWN_CHARGERS:
        assert row.source, row.platform
        assert row.name, row.platform
        assert not row.tried, row.platform
        assert row.notes.keys() <= {"setup", "failsafe", "pause", "wear"}, row.platform


def test_what_goes_through_a_cloud_is_not_written_all_the_time():
    assert [row.platform for row in KNOWN_CHARGERS if row.cloud and row.minimum_interval_s < 30] == []


def test_no_row_writes_what_wears_a_memory():
    actions = {row.limit_action.action for row in KNOWN_CHARGERS if row.limit_action is not None}
    assert actions == {"set_current", "set_charger_dynamic_limit", "set_max_current"}
    assert "set_charger_max_limit" not in actions


@pytest.mark.parametrize("platform", [platform for platform in CORE if platform != "matter"])
def test_the_ids_are_in_the_source_that_is_installed(platform: str):
    folder = Path(homeassistant.components.__path__[0]) / platform
    text = "\n".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py")).lower()
    const = (Path(homeassistant.components.__path__[0]) / "tuya" / "const.py").read_text(encoding="utf-8").lower()
    known = text + (const if platform == "tuya" else "")
    generated = {f"{kind}_{phase}" for kind in ("current", "voltage") for phase in (1, 2, 3)}
    missing = [
        line.key
        for line in CORE[platform].lines()
        if f'"{line.key.lower()}"' not in known and line.key not in generated
    ]
    assert missing == []


@pytest.mark.parametrize("platform", ADOPTABLE)
def test_a_charger_is_found_with_its_entities(hass: HomeAssistant, platform: str):
    brought = ADOPTABLE[platform]
    entity_ids = bring(hass, platform, brought)
    (adoptable,) = find_adoptable(hass)
    assert adoptable.integration == platform
    assert taken_for(hass, adoptable, entity_ids) == brought.roles
    assert (adoptable.can_set, adoptable.can_pause) == (brought.can_set, brought.can_pause)
    assert adoptable.needed == tuple(entity_ids[name] for name in brought.needed)
    assert adoptable.helpful == tuple(entity_ids[name] for name in brought.helpful)
    assert adoptable.known.vehicle is (platform in CARS)


@pytest.mark.parametrize("platform", ADOPTABLE)
def test_the_state_that_it_shows_is_known(platform: str):
    """Of each of our own words at least: and those that it shows here."""
    brought, known = ADOPTABLE[platform], BY_PLATFORM[platform]
    if "status" not in brought.roles:
        return
    (shown,) = (line.state for line in brought.lines() if f"{line.domain} {line.key}" == brought.roles["status"])
    silent = {("openevse", "sleeping"), ("chargepoint", "Not Charging")}
    assert (shown.lower() in known.states) is ((platform, shown) not in silent)


@pytest.mark.parametrize("platform", ADOPTABLE)
def test_what_is_stored_tells_what_it_can(hass: HomeAssistant, platform: str):
    bring(hass, platform, ADOPTABLE[platform])
    (adoptable,) = find_adoptable(hass)
    assert charger_of(adoptable.data) is BY_PLATFORM[platform]
    can = adopted_capabilities(adoptable.data)
    assert can.can_pause is adoptable.can_pause
    assert (Means.PAUSE in can.means) is can.can_pause
    assert can.step_a == pytest.approx(adoptable.range.step_a)
    assert can.write_interval_s == adoptable.known.minimum_interval_s
    assert not can.can_discharge


@pytest.mark.parametrize("platform", ["greencell", "tesla_wall_connector"])
def test_what_can_only_be_watched_is_not_offered(hass: HomeAssistant, platform: str):
    bring(hass, platform, EVERY[platform])
    assert find_adoptable(hass) == []


def test_cars_come_after_chargers(hass: HomeAssistant):
    bring(hass, "tessie", CARS["tessie"])
    bring(hass, "v2c", CORE["v2c"])
    assert [adoptable.integration for adoptable in find_adoptable(hass)] == ["v2c", "tessie"]


def test_two_chargers_of_one_entry_are_two(hass: HomeAssistant):
    """Those without a device too, and the sockets of one device."""
    bring(hass, "keba", CORE["keba"])
    other = Brought(unique_id="keba_wallbox_18099999_{}", has_device=False, text=CORE["keba"].text, roles={})
    bring(hass, "keba", other)
    alfen = CUSTOM["alfen_wallbox"]
    twin = Brought(
        unique_id=alfen.unique_id,
        other_ids=alfen.other_ids,
        text=alfen.text + alfen.text.replace("socket_1", "socket_2"),
        roles={},
    )
    bring(hass, "alfen_wallbox", twin)
    found = [adoptable.integration for adoptable in find_adoptable(hass)]
    assert sorted(found) == ["alfen_wallbox", "alfen_wallbox", "keba", "keba"]


def test_an_installation_s_limit_is_that_of_the_device_it_hangs_on(hass: HomeAssistant):
    entry = MockConfigEntry(domain="zaptec")
    entry.add_to_hass(hass)
    entity_ids = bring(hass, "zaptec", CUSTOM["zaptec"], entry)
    devices = dr.async_get(hass)
    elsewhere = devices.async_get_or_create(config_entry_id=entry.entry_id, identifiers={("zaptec", "elsewhere")})
    er.async_get(hass).async_get_or_create(
        "number", "zaptec", "another_available_current", config_entry=entry, device_id=elsewhere.id
    )
    (adoptable,) = find_adoptable(hass)
    assert taken_for(hass, adoptable, entity_ids)["limit"] == "number available_current"


def test_of_two_installations_neither_is_guessed(hass: HomeAssistant):
    entry = MockConfigEntry(domain="zaptec")
    entry.add_to_hass(hass)
    alone = Brought(unique_id=CUSTOM["zaptec"].unique_id, text=CUSTOM["zaptec"].text, roles={})
    bring(hass, "zaptec", alone, entry)
    for name in ("one", "another"):
        er.async_get(hass).async_get_or_create("number", "zaptec", f"{name}_available_current", config_entry=entry)
    (adoptable,) = find_adoptable(hass)
    assert not adoptable.can_set
    assert adoptable.can_pause


def switch_off(hass: HomeAssistant, entity_id: str) -> None:
    er.async_get(hass).async_update_entity(entity_id, disabled_by=er.RegistryEntryDisabler.USER)
    hass.states.async_remove(entity_id)


def test_what_is_switched_off_and_needed_is_told(hass: HomeAssistant):
    entity_ids = bring(hass, "easee", CUSTOM["easee"])
    switch_off(hass, entity_ids["sensor dynamic_charger_limit"])
    switch_off(hass, entity_ids["sensor power"])
    (adoptable,) = find_adoptable(hass)
    assert adoptable.needed == (entity_ids["sensor dynamic_charger_limit"],)
    assert adoptable.helpful == (entity_ids["sensor power"],)
    assert Role.OFFER not in adoptable.entities


def test_a_limit_that_is_switched_off_is_needed_and_the_rest_is_there(hass: HomeAssistant):
    entity_ids = bring(hass, "nrgkick", CORE["nrgkick"])
    switch_off(hass, entity_ids["number current_set"])
    switch_off(hass, entity_ids["switch charging_enabled"])
    (adoptable,) = find_adoptable(hass)
    assert set(adoptable.needed) == {entity_ids["number current_set"], entity_ids["switch charging_enabled"]}
    assert not adoptable.can_set
    assert not adoptable.can_pause


def test_a_rename_changes_nothing_and_names_and_areas_are_the_user_s(hass: HomeAssistant):
    entity_ids = bring(hass, "peblar", CORE["peblar"])
    before = find_adoptable(hass)[0].entities
    registry, devices = er.async_get(hass), dr.async_get(hass)
    registry.async_update_entity(entity_ids["number charge_current_limit"], new_entity_id="number.my_own_name")
    entry = registry.async_get("number.my_own_name")
    assert entry is not None
    assert entry.device_id is not None
    area = ar.async_get(hass).async_get_or_create("Carport")
    devices.async_update_device(entry.device_id, name_by_user="The box", area_id=area.id)
    (adoptable,) = find_adoptable(hass)
    assert adoptable.entities == before
    assert (adoptable.name, adoptable.area, adoptable.device_id) == ("The box", "Carport", entry.device_id)


RANGES = {
    "peblar": (6, 32, 1, True),
    "lektrico": (6, 32, 1, True),
    "nrgkick": (6, 32, 0.1, True),
    "chargepoint": (8, 32, 1, True),
    "technove": (8, 32, 1, True),
    "keba": (6, 63, 1, False),
}


@pytest.mark.parametrize("platform", RANGES)
def test_what_its_current_can_be_set_to_is_read_off_its_entity(hass: HomeAssistant, platform: str):
    bring(hass, platform, EVERY[platform])
    found = find_adoptable(hass)[0].range
    assert (found.minimum_a, found.maximum_a, found.step_a, found.told) == RANGES[platform]


def test_an_entity_that_says_nothing_of_its_range_leaves_what_is_known(hass: HomeAssistant):
    entity_ids = bring(hass, "peblar", CORE["peblar"])
    hass.states.async_set(entity_ids["number charge_current_limit"], "unavailable", {})
    assert not find_adoptable(hass)[0].range.told
    hass.states.async_remove(entity_ids["number charge_current_limit"])
    assert not find_adoptable(hass)[0].range.told


def chosen(hass: HomeAssistant, **entities: tuple[str, dict[str, object]]) -> dict[Role, str]:
    for entity_id, attributes in entities.values():
        hass.states.async_set(entity_id, "16", attributes)
    return {Role(role): entity_id for role, (entity_id, _) in entities.items()}


def test_a_charger_can_be_put_together_by_hand(hass: HomeAssistant):
    entry = er.async_get(hass).async_get_or_create("number", "template", "1", suggested_object_id="box")
    entities = chosen(
        hass,
        limit=("number.box", {"min": 1380.0, "max": 22080.0, "step": 690.0, "unit_of_measurement": "W"}),
        pause=("switch.box", {}),
        status=("sensor.box", {}),
    )
    adoptable = describe(hass, entities, pause_word="on", resume_word="off", states={"Bereit": "b"})
    assert adoptable is not None
    assert adoptable.entities == {Role.LIMIT: entry.id, Role.PAUSE: "switch.box", Role.STATUS: "sensor.box"}
    assert (adoptable.integration, adoptable.device_id, adoptable.area) == ("", "", "")
    assert adoptable.range.step_a == pytest.approx(1.0)
    assert adoptable.range.minimum_a == 6
    assert adoptable.range.maximum_a == pytest.approx(32.0)
    known = charger_of(adoptable.data)
    assert (known.pausing.pause, known.pausing.resume) == ("on", "off")
    assert known.states["bereit"] is EvState.B
    assert known.states["charging"] is EvState.C
    assert adopted_capabilities(adoptable.data).step_a == pytest.approx(1.0)


def test_by_hand_a_limit_of_zero_may_be_a_pause(hass: HomeAssistant):
    entities = chosen(hass, limit=("input_number.box", {"min": 0, "max": 16, "step": 1}))
    for zero_pauses in (True, False):
        adoptable = describe(hass, entities, zero_pauses=zero_pauses)
        assert adoptable is not None
        assert adoptable.can_pause is zero_pauses
        assert adopted_capabilities(adoptable.data).can_pause is zero_pauses


def test_by_hand_neither_our_own_nor_what_steers_nothing(hass: HomeAssistant):
    er.async_get(hass).async_get_or_create("number", "smart_charging", "1", suggested_object_id="own")
    assert describe(hass, {Role.LIMIT: "number.own"}) is None
    assert describe(hass, {Role.STATUS: "sensor.box"}) is None
