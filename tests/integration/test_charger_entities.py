"""What a charger can be told, and tells of itself, as entities: with a real station at the other end."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from homeassistant.components.button.const import DOMAIN as BUTTON_DOMAIN
from homeassistant.components.button.const import SERVICE_PRESS
from homeassistant.components.switch.const import DOMAIN as SWITCH_DOMAIN
from homeassistant.components.update.const import DOMAIN as UPDATE_DOMAIN
from homeassistant.components.update.const import SERVICE_INSTALL
from homeassistant.const import (
    ATTR_ENTITY_ID,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from syrupy.assertion import SnapshotAssertion

from custom_components.smart_charging import update
from custom_components.smart_charging.engine.model.evse import Means
from custom_components.smart_charging.engine.model.operator_link import OperatorLink, OperatorState
from custom_components.smart_charging.file_exchange import OFFERED_FOR
from custom_components.smart_charging.kept_files import OfferedFirmware, newest_firmware

from ..csms.peer import Peer, station_at
from ..csms.relay import operator
from .home import GARAGE, Home

RESTART, UNLOCK = "button.garage_restart", "button.garage_unlock_connector"
AVAILABLE, FIRMWARE = "switch.garage_available", "update.garage_firmware"


LOOK_EVERY_S = 5
"""The folder is looked into: in the minutes that it takes else, a station that is slow to answer a ping would be lost."""


@pytest.fixture
async def ready(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home that is set up, whose station is not there yet; its files are the test's own."""
    monkeypatch.setattr(update, "LOOK_EVERY", timedelta(seconds=LOOK_EVERY_S))
    home.hass.config.config_dir = str(tmp_path)
    home.freezer.move_to("2026-11-24T12:00:30+00:00")
    await home.set_up()
    return home


@pytest.fixture
async def peer(ready: Home) -> AsyncIterator[Peer]:
    """The station, connected, with nothing plugged in."""
    async with station_at(ready.port) as peer:
        await peer.boot(firmwareVersion="v2.0.9-eu")
        await peer.status("Available")
        await ready.until(lambda: ready.status().offered_a is not None)
        await tick(ready)
        peer.calls.clear()
        yield peer


async def tick(home: Home) -> None:
    """Let one tick pass, and what it set off."""
    await home.pass_s(1, watts=500)
    await home.hass.async_block_till_done()


def state(home: Home, entity_id: str) -> str:
    found = home.hass.states.get(entity_id)
    assert found is not None, entity_id
    return found.state


async def press(home: Home, entity_id: str) -> None:
    await home.hass.services.async_call(BUTTON_DOMAIN, SERVICE_PRESS, {ATTR_ENTITY_ID: entity_id}, blocking=True)


async def turn(home: Home, service: str) -> None:
    await home.hass.services.async_call(SWITCH_DOMAIN, service, {ATTR_ENTITY_ID: AVAILABLE}, blocking=True)


def says(answer: Any) -> Callable[[Any], Any]:
    return lambda _: answer


def put_firmware(home: Home, name: str) -> None:
    path = Path(home.hass.config.config_dir) / "smart_charging" / "firmware" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"firmware")


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_what_a_station_can_be_told_and_tells_of_itself(
    ready: Home, peer: Peer, entity_registry: er.EntityRegistry, snapshot: SnapshotAssertion
) -> None:
    del peer
    keys = [
        "restart",
        "unlock",
        "available",
        "firmware_update",
        "firmware",
        "protocol",
        "address",
        "last_message",
        "clock_offset",
        "security",
    ]
    put_firmware(ready, "Acme One/2.1.bin")
    await look(ready)
    entries = {
        entry.unique_id: entry
        for entry in er.async_entries_for_config_entry(entity_registry, ready.entry.entry_id)
        if entry.unique_id.removeprefix(f"{GARAGE}_") in keys
    }
    assert len(entries) == len(keys)
    for unique_id in sorted(entries):
        assert entries[unique_id] == snapshot(name=f"{unique_id}-entry")
        assert ready.hass.states.get(entries[unique_id].entity_id) == snapshot(name=f"{unique_id}-state")


# Buttons.


async def test_a_press_restarts_the_station_when_the_car_has_charged(ready: Home, peer: Peer) -> None:
    assert state(ready, RESTART) == STATE_UNKNOWN
    await press(ready, RESTART)
    assert await peer.asked("Reset") == {"type": "Soft"}


async def test_a_press_releases_the_plug(ready: Home, peer: Peer) -> None:
    peer.answers["UnlockConnector"] = says({"status": "Unlocked"})
    await press(ready, UNLOCK)
    assert await peer.asked("UnlockConnector") == {"connectorId": 1}
    peer.answers["UnlockConnector"] = says({"status": "UnlockFailed"})
    with pytest.raises(HomeAssistantError, match="Garage said no: UnlockFailed"):
        await press(ready, UNLOCK)


async def test_nothing_can_be_told_to_a_station_that_is_away(ready: Home) -> None:
    await tick(ready)
    assert [state(ready, entity_id) for entity_id in (RESTART, UNLOCK, AVAILABLE)] == [STATE_UNAVAILABLE] * 3


# The switch.


async def test_the_switch_shows_what_the_station_says(ready: Home, peer: Peer) -> None:
    assert state(ready, AVAILABLE) == STATE_ON
    await turn(ready, SERVICE_TURN_OFF)
    assert await peer.asked("ChangeAvailability") == {"connectorId": 1, "type": "Inoperative"}
    await tick(ready)
    assert state(ready, AVAILABLE) == STATE_ON
    await peer.status("Unavailable")
    await tick(ready)
    assert state(ready, AVAILABLE) == STATE_OFF
    await turn(ready, SERVICE_TURN_ON)
    assert await peer.asked("ChangeAvailability") == {"connectorId": 1, "type": "Operative"}
    await peer.status("Available")
    await tick(ready)
    assert state(ready, AVAILABLE) == STATE_ON


async def test_a_charger_that_does_not_heed_its_limit_stays_out_of_service(ready: Home, peer: Peer) -> None:
    await ready.entry.runtime_data.drivers[GARAGE].interrupt(Means.DISABLE)
    await peer.status("Unavailable")
    await tick(ready)
    peer.calls.clear()
    with pytest.raises(HomeAssistantError, match="Garage said no: HeldOut"):
        await turn(ready, SERVICE_TURN_ON)
    assert "ChangeAvailability" not in [action for action, _ in peer.calls]


# Diagnostics.


async def test_details_of_the_connection_are_off_unless_wanted(ready: Home, entity_registry: er.EntityRegistry) -> None:
    off = {
        entry.unique_id.removeprefix(f"{GARAGE}_")
        for entry in er.async_entries_for_config_entry(entity_registry, ready.entry.entry_id)
        if entry.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    }
    assert {"firmware", "protocol", "address", "last_message", "clock_offset"} <= off


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_a_station_s_wrong_clock_is_shown(ready: Home, peer: Peer) -> None:
    assert state(ready, "sensor.garage_clock_offset") == "0"
    await peer.meter(1, timestamp="2026-11-24T11:00:30Z")
    await tick(ready)
    assert float(state(ready, "sensor.garage_clock_offset")) == pytest.approx(-3600, abs=2)
    assert state(ready, "sensor.garage_last_message") == "2026-11-24T12:00:00+00:00"
    await peer.close()
    await tick(ready)
    assert state(ready, "sensor.garage_clock_offset") == STATE_UNAVAILABLE
    assert state(ready, "sensor.garage_address") == "127.0.0.1"
    assert state(ready, "sensor.garage_firmware") == "v2.0.9-eu"


# Firmware.


async def look(home: Home) -> None:
    """Let the time pass, at once, until the folder is looked into again."""
    home.freezer.tick(LOOK_EVERY_S)
    await tick(home)
    await home.hass.async_block_till_done(wait_background_tasks=True)


async def test_without_a_file_there_is_no_update(ready: Home, peer: Peer) -> None:
    del peer
    assert ready.hass.states.get(FIRMWARE) is None
    put_firmware(ready, "Other Model/9.9.bin")
    await look(ready)
    assert ready.hass.states.get(FIRMWARE) is None


async def test_a_file_for_this_kind_of_charger_is_an_update(ready: Home, peer: Peer) -> None:
    put_firmware(ready, "acme_one/acme_fw_2.1.0.bin")
    await look(ready)
    found = ready.hass.states.get(FIRMWARE)
    assert found is not None
    assert (found.state, found.attributes["installed_version"]) == (STATE_ON, "v2.0.9-eu")
    assert (found.attributes["latest_version"], found.attributes["in_progress"]) == ("2.1.0", False)

    await ready.hass.services.async_call(UPDATE_DOMAIN, SERVICE_INSTALL, {ATTR_ENTITY_ID: FIRMWARE}, blocking=True)
    assert (await peer.asked("UpdateFirmware"))["location"].endswith("/acme_fw_2.1.0.bin")
    assert progress(ready)
    await peer.call("DiagnosticsStatusNotification", status="Uploaded")
    await peer.call("FirmwareStatusNotification", status="Installing")
    await tick(ready)
    assert progress(ready)
    await peer.call("FirmwareStatusNotification", status="Installed")
    await tick(ready)
    assert not progress(ready)

    await peer.boot(firmwareVersion="v2.1.0-eu")
    await tick(ready)
    assert state(ready, FIRMWARE) == STATE_OFF


def progress(home: Home) -> bool:
    found = home.hass.states.get(FIRMWARE)
    assert found is not None
    return bool(found.attributes["in_progress"])


async def test_a_file_that_is_there_already_is_offered_once_the_charger_says_what_it_is(ready: Home) -> None:
    put_firmware(ready, "One/2.1.bin")
    async with station_at(ready.port) as peer:
        await peer.status("Available")
        await tick(ready)
        assert ready.hass.states.get(FIRMWARE) is None
        await peer.boot(firmwareVersion="2.0")
        await tick(ready)
        await ready.hass.async_block_till_done(wait_background_tasks=True)
        assert state(ready, FIRMWARE) == STATE_ON


async def test_a_file_that_is_taken_away_is_offered_no_more(ready: Home, peer: Peer, tmp_path: Path) -> None:
    put_firmware(ready, "One/2.1.bin")
    await look(ready)
    (tmp_path / "smart_charging" / "firmware" / "One" / "2.1.bin").unlink()
    await look(ready)
    assert state(ready, FIRMWARE) == STATE_UNAVAILABLE
    assert peer.calls == [call for call in peer.calls if call[0] != "UpdateFirmware"]


async def test_a_charger_that_began_by_itself_is_shown_and_not_for_ever(ready: Home, peer: Peer) -> None:
    put_firmware(ready, "One/2.1.bin")
    await look(ready)
    await peer.call("FirmwareStatusNotification", status="Downloading")
    await tick(ready)
    assert progress(ready)
    ready.freezer.tick(OFFERED_FOR)
    await tick(ready)
    assert not progress(ready)


@pytest.mark.parametrize(
    ("files", "offered"),
    [
        ([], None),
        (["Acme One/2.1.bin", "Acme One/2.10.bin", "Acme One/2.9.bin"], ("2.10", "Acme One/2.10.bin")),
        (["acme-one/fw_v1.4.2-beta.tar.gz"], ("1.4.2-beta", "acme-one/fw_v1.4.2-beta.tar.gz")),
        (["One/latest.bin"], ("latest", "One/latest.bin")),
        (["One/.2.1.bin", "One/folder/2.1.bin", "2.1.bin", "Acme/2.1.bin"], None),
    ],
)
def test_the_newest_file_of_a_kind_is_offered(
    tmp_path: Path, files: list[str], offered: tuple[str, str] | None
) -> None:
    for file in files:
        path = tmp_path / "smart_charging" / "firmware" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    expected = None if offered is None else OfferedFirmware(version=offered[0], name=offered[1])
    assert newest_firmware(tmp_path, "Acme", "One") == expected
    assert newest_firmware(tmp_path, "Acme", "") is None


# What happens to it, and to whom it is handed on.

SECURITY, OPERATOR = "event.garage_security", "sensor.garage_operator"
CONNECTED = OperatorLink(state=OperatorState.CONNECTED, waiting=0, dropped=0)


async def test_what_happens_to_a_charger_s_security_is_an_event(ready: Home, peer: Peer) -> None:
    assert state(ready, SECURITY) == STATE_UNKNOWN
    await peer.call("SecurityEventNotification", type="TamperDetectionActivated", techInfo="lid", timestamp="?")
    await ready.until(lambda: state(ready, SECURITY) != STATE_UNKNOWN)
    shown = ready.hass.states.get(SECURITY)
    assert shown is not None
    told = {name: shown.attributes[name] for name in ("event_type", "word", "info")}
    assert told == {"event_type": "tampered", "word": "TamperDetectionActivated", "info": "lid"}
    # The same once more is another event.
    ready.freezer.tick(1)
    await peer.call("SecurityEventNotification", type="TamperDetectionActivated", timestamp="?")
    await ready.until(lambda: state(ready, SECURITY) != shown.state)


async def test_a_charger_that_is_handed_on_to_nobody_shows_no_operator(ready: Home) -> None:
    assert ready.hass.states.get(OPERATOR) is None


async def test_how_it_stands_with_the_operator_is_shown(home: Home, snapshot: SnapshotAssertion) -> None:
    async with operator() as theirs:
        address = {"operator_url": f"ws://127.0.0.1:{theirs.port}", "operator_identity": "OP1"}
        garage = home.entry.subentries[GARAGE]
        home.hass.config_entries.async_update_subentry(home.entry, garage, data={**garage.data, "operator": address})
        home.freezer.move_to("2026-11-24T12:00:30+00:00")
        await home.set_up()
        await tick(home)
        assert state(home, OPERATOR) == "idle"
        async with station_at(home.port) as peer:
            await peer.boot()
            await theirs.asked("BootNotification")
            link = home.entry.runtime_data.drivers[GARAGE]
            await home.until(lambda: link.connection.operator == CONNECTED)
            await tick(home)
            assert home.hass.states.get(OPERATOR) == snapshot
            await theirs.close()
            await peer.start()
            await home.until(lambda: link.connection.operator != CONNECTED)
            await tick(home)
            shown = home.hass.states.get(OPERATOR)
            assert shown is not None
            assert shown.state in {"closed", "unreachable"}
            assert shown.attributes["waiting"] > 0
