"""The password of a charger, and how it has to connect: asked when it is added or changed, and kept by its station."""

import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.selector import QrCodeSelector
from pytest_homeassistant_custom_component.common import MockConfigEntry
from websockets.exceptions import InvalidStatus

from custom_components.smart_charging.central import Central, async_find_central
from tests.csms.conftest import until
from tests.csms.peer import CallError, Peer, station_at
from tests.csms.pki import station_context, station_request

from .flow_helpers import Result, add_site, fields, pass_time, say, suggested
from .home import charger, subentry

DETAILS = {
    "name": "Garage",
    "wiring": "l1",
    "minimum_a": 6,
    "maximum_a": 16,
    "failsafe_a": 6,
    "priority": 0,
}
OLD = "an-old-password-of-it"


@pytest.fixture
async def site(
    hass: HomeAssistant, enable_custom_integrations: None, free_port: int, freezer: FrozenDateTimeFactory
) -> AsyncIterator[MockConfigEntry]:
    """A site that runs, with a charger of two sockets that has a password, and one that has none."""
    del enable_custom_integrations, freezer
    say(hass, "sensor.grid", "500")
    entry = add_site(
        hass,
        subentry("left", "Left", charger("CP2", key=OLD)),
        subentry("right", "Right", charger("CP2", key=OLD, connector=2)),
        subentry("open", "Open", charger("CP3", wiring=["l2"])),
        port=free_port,
    )
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    yield entry
    await hass.config_entries.async_remove(entry.entry_id)


async def answer(hass: HomeAssistant, flow: Result, answers: dict[str, Any] | None = None) -> Result:
    return await hass.config_entries.subentries.async_configure(flow["flow_id"], answers)


async def begin(hass: HomeAssistant, site: MockConfigEntry, step: str) -> Result:
    flow = await hass.config_entries.subentries.async_init((site.entry_id, "charger"), context={"source": SOURCE_USER})
    return await answer(hass, flow, {"next_step_id": step})


async def change(hass: HomeAssistant, site: MockConfigEntry, subentry_id: str, **answers: Any) -> Result:
    flow: Result = await site.start_subentry_reconfigure_flow(hass, subentry_id)
    return await answer(hass, flow, {**DETAILS, **answers})


def central_of(hass: HomeAssistant, site: MockConfigEntry) -> Central:
    central = async_find_central(hass, site.entry_id)
    assert central is not None
    return central


def access(site: MockConfigEntry) -> dict[str | None, dict[str, Any]]:
    """What is stored of each charger's access, by its unique id."""
    names = ("key", "previous_key", "security")
    return {
        part.unique_id: {name: part.data[name] for name in names if name in part.data}
        for part in site.subentries.values()
    }


async def is_let_in(site: MockConfigEntry, identity: str, key: str | None) -> bool:
    try:
        async with station_at(site.data["port"], identity, key=key):
            return True
    except InvalidStatus:
        return False


async def test_a_password_is_made_and_shown_once(hass: HomeAssistant, site: MockConfigEntry) -> None:
    flow = await begin(hass, site, "station")
    flow = await answer(hass, flow, {"station": "CP1", "connector": 1})
    assert "make_key" in fields(flow)
    assert "security" not in fields(flow)
    flow = await answer(hass, flow, {**DETAILS, "make_key": True})
    assert (flow["step_id"], fields(flow)) == ("key", ["key_code"])
    shown = flow["description_placeholders"]
    key = shown["key"]
    assert re.fullmatch("[0-9a-f]{40}", key)
    assert (shown["identity"], shown["address"]) == ("CP1", f"ws://127.0.0.1:{site.data['port']}/")
    (code,) = flow["data_schema"].schema.values()
    assert isinstance(code, QrCodeSelector)
    assert code.config["data"] == key
    flow = await answer(hass, flow, {"key_code": key})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()

    assert access(site)["ocpp:CP1:1"] == {"key": key}
    assert not await is_let_in(site, "CP1", None)
    assert await is_let_in(site, "CP1", key)


async def test_a_form_with_a_mistake_makes_no_other_password(hass: HomeAssistant, site: MockConfigEntry) -> None:
    flow = await begin(hass, site, "station")
    flow = await answer(hass, flow, {"station": "CP1", "connector": 1})
    flow = await answer(hass, flow, {**DETAILS, "make_key": True, "minimum_a": 5})
    assert flow["errors"] == {"minimum_a": "minimum_too_low"}
    # No password after all.
    flow = await answer(hass, flow, DETAILS)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert access(site)["ocpp:CP1:1"] == {}


async def charge_point(hass: HomeAssistant, site: MockConfigEntry, peer: Peer, identity: str) -> None:
    """Wait until the station is there."""
    del peer
    await until(lambda: central_of(hass, site).is_connected(identity))


async def test_a_charger_that_waits_is_sent_its_password(
    hass: HomeAssistant, site: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    flow = await answer(hass, await begin(hass, site, "address"), {})
    async with station_at(site.data["port"], "CP1") as peer:
        await peer.boot()
        await until(lambda: central_of(hass, site).station("CP1").features)
        await pass_time(hass, freezer, 1)
        flow = await answer(hass, flow)
        flow = await answer(hass, flow, {**DETAILS, "make_key": True})
        assert (flow["step_id"], fields(flow)) == ("key", ["key_code", "send_key"])
        key = flow["description_placeholders"]["key"]
        flow = await answer(hass, flow, {"send_key": True})
        assert flow["type"] is FlowResultType.CREATE_ENTRY
        assert ("ChangeConfiguration", {"key": "AuthorizationKey", "value": key}) in peer.calls
        await hass.async_block_till_done()

    # Until it has brought the password it may come without: it may have to restart first.
    assert access(site)["ocpp:CP1:1"] == {"key": key, "previous_key": ""}
    assert await is_let_in(site, "CP1", None)
    assert await is_let_in(site, "CP1", key)
    assert not await is_let_in(site, "CP1", None)


@pytest.mark.parametrize("refusal", ["Rejected", "NotSupported", None])
async def test_a_charger_that_does_not_take_its_password(
    hass: HomeAssistant, site: MockConfigEntry, refusal: str | None
) -> None:
    def refuse(_payload: dict[str, Any]) -> dict[str, Any]:
        if refusal is None:
            raise CallError("InternalError")
        return {"status": refusal}

    async with station_at(site.data["port"], "CP2", key=OLD) as peer:
        await charge_point(hass, site, peer, "CP2")
        peer.answers["ChangeConfiguration"] = refuse
        flow = await change(hass, site, "left", make_key=True)
        flow = await answer(hass, flow, {"send_key": True})
        assert flow["errors"] == {"base": "key_not_taken"}
        key = flow["description_placeholders"]["key"]
        # It still brings the old one, and nothing else.
        assert await is_let_in(site, "CP2", OLD)
        assert not await is_let_in(site, "CP2", key)
        flow = await answer(hass, flow, {"send_key": False})
        assert flow["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert await is_let_in(site, "CP2", OLD)
    assert await is_let_in(site, "CP2", key)
    assert not await is_let_in(site, "CP2", OLD)


async def test_a_changed_password_is_that_of_all_connectors(hass: HomeAssistant, site: MockConfigEntry) -> None:
    flow = await change(hass, site, "right", make_key=True)
    key = flow["description_placeholders"]["key"]
    await answer(hass, flow, {})
    await hass.async_block_till_done()
    new = {"key": key, "previous_key": OLD}
    assert access(site) == {"ocpp:CP2:1": new, "ocpp:CP2:2": new, "ocpp:CP3:1": {}}
    assert await is_let_in(site, "CP2", OLD)
    assert await is_let_in(site, "CP2", key)
    assert not await is_let_in(site, "CP2", OLD)

    # A reload, and the same answers once more, do not bring the old one back.
    await change(hass, site, "right")
    await hass.async_block_till_done()
    assert not await is_let_in(site, "CP2", OLD)


async def test_a_typed_password_replaces_the_old_one_in_the_same_way(
    hass: HomeAssistant, site: MockConfigEntry
) -> None:
    await change(hass, site, "left", key="another-password")
    assert access(site)["ocpp:CP2:2"] == {"key": "another-password", "previous_key": OLD}
    # The same again changes nothing.
    await change(hass, site, "left", key="another-password")
    assert access(site)["ocpp:CP2:2"] == {"key": "another-password", "previous_key": OLD}


async def test_a_further_connector_has_its_station_s_password(hass: HomeAssistant, site: MockConfigEntry) -> None:
    flow = await begin(hass, site, "station")
    flow = await answer(hass, flow, {"station": "CP2", "connector": 3})
    flow = await answer(hass, flow, DETAILS | {"wiring": "l3"})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert access(site)["ocpp:CP2:3"] == {"key": OLD}
    assert await is_let_in(site, "CP2", OLD)


async def test_a_charger_may_have_to_encrypt(hass: HomeAssistant, site: MockConfigEntry) -> None:
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        port = attempt.getsockname()[1]
    hass.config_entries.async_update_entry(site, data={**site.data, "tls": "own", "tls_port": port})
    await hass.async_block_till_done()

    flow: Result = await site.start_subentry_reconfigure_flow(hass, "open")
    assert suggested(flow)["security"] == "any"
    flow = await answer(hass, flow, {**DETAILS, "wiring": "l2", "security": "tls"})
    assert flow["errors"] == {"security": "key_missing"}
    flow = await answer(hass, flow, {**DETAILS, "wiring": "l2", "security": "tls", "make_key": True})
    key = flow["description_placeholders"]["key"]
    await answer(hass, flow, {})
    await hass.async_block_till_done()
    assert access(site)["ocpp:CP3:1"] == {"key": key, "security": "tls"}
    assert not await is_let_in(site, "CP3", key)

    flow = await site.start_subentry_reconfigure_flow(hass, "open")
    assert suggested(flow)["security"] == "tls"
    await answer(hass, flow, {**DETAILS, "wiring": "l2", "security": "any"})
    await hass.async_block_till_done()
    assert access(site)["ocpp:CP3:1"] == {"key": key}
    assert await is_let_in(site, "CP3", key)


async def test_a_charger_gets_a_certificate_of_its_own(
    hass: HomeAssistant, site: MockConfigEntry, tmp_path: Path
) -> None:
    flow: Result = await site.start_subentry_reconfigure_flow(hass, "open")
    assert "give_certificate" not in fields(flow)
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        port = attempt.getsockname()[1]
    hass.config_entries.async_update_entry(site, data={**site.data, "tls": "own", "tls_port": port})
    await hass.async_block_till_done()
    flow = await site.start_subentry_reconfigure_flow(hass, "open")
    assert "give_certificate" not in fields(flow)

    answers = {**DETAILS, "wiring": "l2", "security": "any", "give_certificate": True}
    request = station_request("CP3")
    async with station_at(site.data["port"], "CP3") as peer:
        await charge_point(hass, site, peer, "CP3")
        peer.answers["ExtendedTriggerMessage"] = lambda _: {"status": "NotImplemented"}
        flow = await change(hass, site, "open", **answers)
        assert flow["errors"] == {"give_certificate": "certificate_not_wanted"}
        del peer.answers["ExtendedTriggerMessage"]
        flow = await answer(hass, flow, answers)
        assert flow["reason"] == "reconfigure_successful"
        root_pem = (await peer.asked("InstallCertificate"))["certificate"]
        assert await peer.call("SignCertificate", csr=request.csr) == {"status": "Accepted"}
        chain_pem = (await peer.asked("CertificateSigned"))["certificateChain"]
    assert site.subentries["open"].data.keys().isdisjoint({"give_certificate"})

    await change(hass, site, "open", **DETAILS | {"wiring": "l2", "security": "certificate"})
    await hass.async_block_till_done()
    assert not await is_let_in(site, "CP3", None)
    tls = station_context(root_pem, tmp_path, chain_pem, request.key_pem)
    async with station_at(port, "CP3", tls=tls) as peer:
        assert await peer.call("Heartbeat")
