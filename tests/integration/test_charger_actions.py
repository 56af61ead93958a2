"""What a person asks of a charger itself, by actions: a real station at the other end, and its answers in words."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
import voluptuous as vol
from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.smart_charging import logs
from custom_components.smart_charging.chargers import errors
from custom_components.smart_charging.chargers.operations import REDACTED
from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.engine.model.operation import Operation
from custom_components.smart_charging.operations import async_ask

from ..csms.peer import CallError, Peer
from .home import CARPORT, GARAGE, Home, charger, subentry


@pytest.fixture
async def peer(home: Home, tmp_path: Path) -> AsyncIterator[Peer]:
    """The station in the garage, connected; the files of the home are the test's own."""
    home.hass.config.config_dir = str(tmp_path)
    home.freezer.move_to("2026-11-24T12:00:00+00:00")
    await home.set_up()
    async with home.station() as peer:
        await home.turn()
        peer.calls.clear()
        yield peer


async def act(home: Home, action: str, **data: Any) -> Any:
    """Ask the charger in the garage, with an answer where there is one."""
    services = home.hass.services
    answers = services.supports_response(DOMAIN, action).value != "none"
    device = device_of(home, GARAGE)
    return await services.async_call(
        DOMAIN, action, {"device_id": device, **data}, blocking=True, return_response=answers
    )


def device_of(home: Home, evse_id: str) -> str:
    device = dr.async_get(home.hass).async_get_device_by_identifier((DOMAIN, evse_id), home.entry.entry_id)
    assert device is not None
    return device.id


def says(answer: Any) -> Callable[[Any], Any]:
    return lambda _: answer


@pytest.mark.parametrize(
    ("action", "data", "call", "payload", "status"),
    [
        ("restart", {}, "Reset", {"type": "Soft"}, "Accepted"),
        ("restart", {"at_once": True}, "Reset", {"type": "Hard"}, "Accepted"),
        ("unlock_connector", {}, "UnlockConnector", {"connectorId": 1}, "Unlocked"),
        (
            "set_availability",
            {"available": False},
            "ChangeAvailability",
            {"connectorId": 1, "type": "Inoperative"},
            "Scheduled",
        ),
        ("cancel_reservation", {"reservation_id": 7}, "CancelReservation", {"reservationId": 7}, "Accepted"),
        ("clear_cache", {}, "ClearCache", {}, "Accepted"),
        (
            "trigger_message",
            {"message": "StatusNotification"},
            "TriggerMessage",
            {"requestedMessage": "StatusNotification", "connectorId": 1},
            "Accepted",
        ),
        (
            "install_certificate",
            {"use": "csms", "certificate": " PEM\n\n"},
            "InstallCertificate",
            {"certificateType": "CentralSystemRootCertificate", "certificate": "PEM\n"},
            "Accepted",
        ),
        (
            "update_firmware",
            {"address": "ftp://192.0.2.1/fw.bin", "at": "2026-12-01T00:00:00+00:00"},
            "UpdateFirmware",
            {"location": "ftp://192.0.2.1/fw.bin", "retrieveDate": "2026-12-01T00:00:00.000Z"},
            "",
        ),
        (
            "get_log",
            {"address": "ftp://192.0.2.1/", "since": "2026-11-01 00:00:00"},
            "GetDiagnostics",
            {"location": "ftp://192.0.2.1/", "startTime": "2026-11-01T07:00:00.000Z"},
            "",
        ),
        ("send_data", {"vendor": "com.acme"}, "DataTransfer", {"vendorId": "com.acme"}, "Accepted"),
        (
            "set_configuration",
            {"key": "LightIntensity", "value": "50"},
            "ChangeConfiguration",
            {"key": "LightIntensity", "value": "50"},
            "Accepted",
        ),
    ],
)
async def test_what_is_asked_for_is_asked(
    home: Home, peer: Peer, action: str, data: dict[str, Any], call: str, payload: dict[str, Any], status: str
) -> None:
    peer.answers[call] = says({"status": status} if status else {})
    await act(home, action, **data)
    assert [told for name, told in peer.calls if name == call] == [payload]
    if status:
        peer.answers[call] = says({"status": "Rejected"})
        if call == "DataTransfer":
            return
        with pytest.raises(HomeAssistantError, match="Garage said no: Rejected"):
            await act(home, action, **data)


async def test_a_reservation_has_a_number_and_is_cancelled(home: Home, peer: Peer) -> None:
    with pytest.raises(ServiceValidationError, match="No reservation of Garage is known"):
        await act(home, "cancel_reservation")
    answer = await act(home, "reserve", until="23:59:00", card="04A1", group="HOME")
    reserved = await peer.asked("ReserveNow")
    assert (reserved["reservationId"], reserved["idTag"]) == (answer["reservation_id"], "04A1")
    await act(home, "cancel_reservation")
    assert await peer.asked("CancelReservation") == {"reservationId": answer["reservation_id"]}
    with pytest.raises(ServiceValidationError):
        await act(home, "cancel_reservation")


async def test_what_ends_in_the_past_is_not_begun(home: Home, peer: Peer) -> None:
    with pytest.raises(ServiceValidationError, match="passed already"):
        await act(home, "reserve", until="2020-01-01 00:00:00", card="04A1")
    assert peer.calls == []


async def test_the_configuration_is_told_without_its_secrets(home: Home, peer: Peer) -> None:
    entries = [
        {"key": key, "readonly": False, "value": value}
        for key, value in (("HeartbeatInterval", "60"), ("AuthorizationKey", "4f"), ("WifiPassword", ""))
    ]
    peer.answers["GetConfiguration"] = says({"configurationKey": entries})
    answer = await act(home, "get_configuration")
    assert answer == {"configuration": {"AuthorizationKey": REDACTED, "HeartbeatInterval": "60", "WifiPassword": ""}}
    await act(home, "get_configuration", keys="HeartbeatInterval")
    assert peer.calls[-1] == ("GetConfiguration", {"key": ["HeartbeatInterval"]})


async def test_a_setting_may_need_a_restart(home: Home, peer: Peer) -> None:
    peer.answers["ChangeConfiguration"] = says({"status": "RebootRequired"})
    assert await act(home, "set_configuration", key="A", value="1") == {"restart_needed": True}
    peer.answers["ChangeConfiguration"] = says({"status": "NotSupported"})
    with pytest.raises(ServiceValidationError, match="Garage cannot do this"):
        await act(home, "set_configuration", key="A", value="1")


async def test_a_maker_s_answer_is_given(home: Home, peer: Peer) -> None:
    peer.answers["DataTransfer"] = says({"status": "Accepted", "data": "ok"})
    answer = await act(home, "send_data", vendor="com.acme", message="led", data={"colour": "blue"})
    assert answer == {"status": "Accepted", "data": "ok"}
    assert json.loads((await peer.asked("DataTransfer"))["data"]) == {"colour": "blue"}


async def test_certificates_are_listed_and_deleted(home: Home, peer: Peer) -> None:
    root = {"hashAlgorithm": "SHA256", "issuerNameHash": "ab", "issuerKeyHash": "cd", "serialNumber": "0A"}
    peer.answers["GetInstalledCertificateIds"] = says({"status": "Accepted", "certificateHashData": [root]})
    answer = await act(home, "get_certificates", use="csms")
    assert answer == {
        "certificates": [{"algorithm": "SHA256", "issuer_name": "ab", "issuer_key": "cd", "serial": "0A"}]
    }
    await act(home, "delete_certificate", use="csms", serial="0A")
    assert await peer.asked("DeleteCertificate") == {"certificateHashData": root}


async def test_a_cost_is_shown_while_a_car_charges(home: Home, peer: Peer) -> None:
    with pytest.raises(ServiceValidationError, match="No car is charging at Garage"):
        await act(home, "show_cost", cost=1.5)
    await home.charge(peer)
    await act(home, "show_cost", cost=1.5)
    assert json.loads((await peer.asked("DataTransfer"))["data"])["cost"] == 1.5


@pytest.mark.parametrize(("unit", "ours"), [("A", "A"), ("W", "W"), (None, "A")])
async def test_what_a_charger_would_offer_is_told(home: Home, peer: Peer, unit: str | None, ours: str) -> None:
    schedule = {
        "chargingSchedulePeriod": [
            {"startPeriod": 0, "limit": 10.0, "numberPhases": 3},
            {"startPeriod": 60, "limit": 6},
        ]
    }
    peer.answers["GetCompositeSchedule"] = lambda _: {
        "status": "Accepted",
        "chargingSchedule": schedule if unit is None else schedule | {"chargingRateUnit": unit},
    }
    answer = await act(home, "get_limits", hours=2)
    assert await peer.asked("GetCompositeSchedule") == {"connectorId": 1, "duration": 7200}
    now = dt_util.as_local(home.now())
    assert answer == {
        "limits": [
            {"at": now.isoformat(), "limit": 10, "unit": ours, "phases": 3},
            {"at": (now + timedelta(minutes=1)).isoformat(), "limit": 6, "unit": ours, "phases": None},
        ]
    }


async def test_a_display_is_not_part_of_ocpp_1_6(home: Home, peer: Peer) -> None:
    for text in ({"text": "Hello"}, {}):
        with pytest.raises(ServiceValidationError, match="Garage cannot do this"):
            await act(home, "show_message", **text)
    assert peer.calls == []


# Who is meant, and who may ask.


async def test_what_has_an_answer_is_asked_of_one_charger(home: Home) -> None:
    await home.hass.config_entries.async_remove(home.entry.entry_id)
    entry = home.make_entry(subentry(GARAGE, "Garage", charger()), subentry(CARPORT, "Carport", charger("CP2")))
    await home.set_up(entry)
    home.entry = entry
    devices = [device_of(home, GARAGE), device_of(home, CARPORT)]
    with pytest.raises(ServiceValidationError, match="Choose one charger"):
        await act(home, "get_configuration", device_id=devices)


async def test_nothing_is_asked_of_a_charger_that_is_away(home: Home) -> None:
    await home.set_up()
    with pytest.raises(HomeAssistantError, match="Garage is not connected"):
        await act(home, "restart")


async def test_what_can_open_a_charger_is_for_administrators(home: Home, peer: Peer, hass_read_only_user: User) -> None:
    context = Context(user_id=hass_read_only_user.id)
    data = {"device_id": device_of(home, GARAGE), "use": "csms", "certificate": "PEM"}
    with pytest.raises(Unauthorized):
        await home.hass.services.async_call(DOMAIN, "install_certificate", data, blocking=True, context=context)
    assert peer.calls == []


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("update_firmware", {}),
        ("update_firmware", {"file": "a", "address": "http://a/"}),
        ("update_firmware", {"file": "a", "signature": "c2ln"}),
        ("update_firmware", {"address": "file:///etc/passwd"}),
        ("get_log", {"kind": "all"}),
        ("get_log", {"address": "/etc"}),
        ("show_cost", {"cost": -1}),
        ("install_certificate", {"use": "all", "certificate": "PEM"}),
        ("set_availability", {}),
    ],
)
async def test_what_makes_no_sense_is_not_sent(home: Home, peer: Peer, action: str, data: dict[str, Any]) -> None:
    with pytest.raises(vol.Invalid):
        await act(home, action, **data)
    assert peer.calls == []


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (errors.ChargerUnreachableError("x"), HomeAssistantError, "Garage is not connected"),
        (errors.ChargerSilentError("x"), HomeAssistantError, "did not answer. It may have done it all the same"),
        (errors.ChargerBusyError("x"), HomeAssistantError, "has too much to answer already"),
        (errors.ChargerRefusedError("x", "Occupied"), HomeAssistantError, "Garage said no: Occupied"),
        (errors.ChargerLacksError("x"), ServiceValidationError, "Garage cannot do this"),
        (errors.ChargerIdleError("x"), ServiceValidationError, "No car is charging at Garage"),
        (errors.ChargerLacksRoomError("x", 512), ServiceValidationError, "takes at most 512 characters"),
    ],
)
async def test_every_failure_has_its_words(
    home: Home, error: errors.ChargerError, kind: type[HomeAssistantError], text: str
) -> None:
    await home.set_up()

    async def fail(_charger: object) -> None:
        raise error

    with pytest.raises(kind, match=re.escape(text)) as failure:
        await async_ask(home.entry, GARAGE, Operation.UNLOCK, fail)
    assert type(failure.value) is kind


async def test_what_a_kind_of_charger_cannot_is_not_asked(home: Home) -> None:
    await home.set_up()
    driver = home.entry.runtime_data.drivers[GARAGE]
    with patch.object(type(driver), "operations", None), pytest.raises(ServiceValidationError, match="cannot do this"):
        await act(home, "restart")


# Logs.


@pytest.fixture
async def http(home: Home, peer: Peer, hass_client_no_auth: ClientSessionGenerator) -> Any:
    """The way of the station in the garage to Home Assistant's HTTP server."""
    del home, peer
    return await hass_client_no_auth()


async def test_a_log_is_sent_and_can_be_downloaded(home: Home, peer: Peer, http: Any) -> None:
    peer.answers["GetDiagnostics"] = says({"fileName": "log.zip"})
    asked = asyncio.create_task(act(home, "get_log"))
    url = urlsplit((await peer.asked("GetDiagnostics"))["location"])
    assert url.scheme == "http"
    await peer.call("DiagnosticsStatusNotification", status="Uploading")
    assert (await http.put(url.path + "log.zip", data=b"lines")).status == HTTPStatus.OK
    await peer.call("DiagnosticsStatusNotification", status="Uploaded")
    answer = await asked
    path = Path(answer["path"])
    assert (path.name, await home.hass.async_add_executor_job(path.read_bytes)) == (answer["file"], b"lines")
    assert answer["size_bytes"] == 5
    assert await (await http.get(answer["link"])).read() == b"lines"
    assert (await http.get(urlsplit(answer["link"]).path)).status == HTTPStatus.UNAUTHORIZED
    assert (await http.put(url.path, data=b"more")).status == HTTPStatus.NOT_FOUND


async def test_a_log_that_fails_is_not_waited_for(home: Home, peer: Peer) -> None:
    asked = asyncio.create_task(act(home, "get_log", kind="security"))
    number = (await peer.asked("GetLog"))["requestId"]
    await peer.call("LogStatusNotification", status="UploadFailure", requestId=number - 1)
    await peer.call("FirmwareStatusNotification", status="DownloadFailed")
    await peer.call("LogStatusNotification", status="Uploading", requestId=number)
    await home.turn()
    assert not asked.done()
    await peer.call("LogStatusNotification", status="PermissionDenied", requestId=number)
    with pytest.raises(HomeAssistantError, match="Garage could not send its log: PermissionDenied"):
        await asked


@pytest.mark.parametrize(
    ("answer", "wait_s", "text"),
    [({"fileName": "log.zip"}, logs.WAIT_S, "within 5 min"), ({}, logs.WAIT_UNNAMED_S, "within 1 min")],
    ids=["named", "unnamed"],
)
async def test_a_log_that_never_comes_is_given_up(
    home: Home, peer: Peer, answer: dict[str, str], wait_s: float, text: str
) -> None:
    peer.answers["GetDiagnostics"] = says(answer)
    asked = asyncio.create_task(act(home, "get_log"))
    await peer.asked("GetDiagnostics")
    await home.pass_s(wait_s - 1)
    assert not asked.done()
    await home.pass_s(2)
    with pytest.raises(HomeAssistantError, match=f"Garage did not send its log {text}"):
        await asked


async def test_a_log_that_is_refused_is_not_waited_for(home: Home, peer: Peer) -> None:
    def fail(_payload: object) -> Any:
        raise CallError("InternalError")

    peer.answers["GetDiagnostics"] = fail
    with pytest.raises(HomeAssistantError, match="Garage said no: InternalError"):
        await act(home, "get_log")


async def test_a_charger_that_knows_ftp_alone_needs_a_server(home: Home, peer: Peer) -> None:
    entry = {"key": "SupportedFileTransferProtocols", "readonly": True, "value": "SFTP,FTP"}
    peer.answers["GetConfiguration"] = says({"configurationKey": [entry]})
    for action, data in (("get_log", {}), ("update_firmware", {"file": "fw.bin"})):
        put_firmware(home, "fw.bin")
        with pytest.raises(ServiceValidationError, match="by FTP, SFTP only"):
            await act(home, action, **data)


# Firmware.


def put_firmware(home: Home, name: str) -> None:
    path = Path(home.hass.config.config_dir) / "smart_charging" / "firmware" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"firmware")


async def test_firmware_is_fetched_until_it_is_installed(home: Home, peer: Peer, http: Any) -> None:
    put_firmware(home, "Acme One/2.1.bin")
    await act(home, "update_firmware", file="Acme One/2.1.bin", signing_certificate="PEM", signature="c2ln")
    asked = await peer.asked("SignedUpdateFirmware")
    assert (asked["firmware"]["signingCertificate"], asked["firmware"]["signature"]) == ("PEM", "c2ln")
    url = urlsplit(asked["firmware"]["location"])
    assert url.path.endswith("/2.1.bin")
    await peer.call("SignedFirmwareStatusNotification", status="Downloading", requestId=asked["requestId"])
    for _ in range(2):
        assert await (await http.get(url.path)).read() == b"firmware"
    await peer.call("SignedFirmwareStatusNotification", status="Installed", requestId=asked["requestId"])
    await home.turn()
    assert (await http.get(url.path)).status == HTTPStatus.NOT_FOUND


async def test_firmware_that_a_charger_does_not_want_nobody_fetches(home: Home, peer: Peer, http: Any) -> None:
    put_firmware(home, "2.1.bin")
    paths: list[str] = []

    def refuse(payload: Any) -> Any:
        paths.append(urlsplit(payload["location"]).path)
        raise CallError("NotSupported")

    peer.answers["UpdateFirmware"] = refuse
    with pytest.raises(ServiceValidationError, match="cannot do this"):
        await act(home, "update_firmware", file="2.1.bin")
    assert (await http.get(paths[0])).status == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("file", ["2.2.bin", "../secrets.yaml"])
async def test_firmware_has_to_be_there(home: Home, peer: Peer, tmp_path: Path, file: str) -> None:
    (tmp_path / "smart_charging").mkdir()
    (tmp_path / "smart_charging" / "secrets.yaml").write_text("secret")
    with pytest.raises(ServiceValidationError, match="There is no file"):
        await act(home, "update_firmware", file=file)
    assert peer.calls == []


async def test_logs_of_chargers_that_are_gone_are_deleted_at_the_start(
    home: Home, hass: HomeAssistant, tmp_path: Path
) -> None:
    hass.config.config_dir = str(tmp_path)
    for charger_id in (GARAGE, "gone_id"):
        (tmp_path / "smart_charging" / "logs" / charger_id).mkdir(parents=True)
    await home.set_up()
    await home.hass.async_block_till_done(wait_background_tasks=True)
    assert [folder.name for folder in (tmp_path / "smart_charging" / "logs").iterdir()] == [GARAGE]
