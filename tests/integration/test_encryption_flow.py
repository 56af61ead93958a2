"""Whether chargers can encrypt is asked when a site is changed: with a certificate of ours, or with the user's files."""

import os
import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.csms.pki import NOW, key_text, new_key, self_signed

from .flow_helpers import SITE_DATA, Result, add_site, suggested
from .home import charger, subentry

pytestmark = pytest.mark.usefixtures("without_set_up")


GOOD = self_signed()


async def begin(hass: HomeAssistant, *parts: Any, **changes: Any) -> tuple[MockConfigEntry, Result]:
    entry = add_site(hass, *parts, **changes)
    await hass.config_entries.async_setup(entry.entry_id)
    flow = await entry.start_reconfigure_flow(hass)
    return entry, await answer(hass, flow, {"next_step_id": "encryption"})


async def answer(hass: HomeAssistant, flow: Result, answers: dict[str, Any]) -> Result:
    return await hass.config_entries.flow.async_configure(flow["flow_id"], answers)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """A user's certificate, in files."""
    return put(tmp_path, *GOOD)


def put(folder: Path, chain_pem: str, key_pem: str) -> dict[str, str]:
    (folder / "chain.pem").write_text(chain_pem)
    (folder / "key.pem").write_text(key_pem)
    return {"tls_certificate": str(folder / "chain.pem"), "tls_key": str(folder / "key.pem")}


async def test_our_own_authority_is_one_click(
    hass: HomeAssistant, free_port: int, hass_storage: dict[str, Any]
) -> None:
    entry, flow = await begin(hass)
    assert suggested(flow) == {"tls": "off", "tls_port": 9443}
    flow = await answer(hass, flow, {"tls": "own", "tls_port": free_port})
    assert flow["step_id"] == "authority"
    shown = flow["description_placeholders"]
    assert shown["address"] == f"wss://127.0.0.1:{free_port}/"
    assert shown["certificate"].startswith("-----BEGIN CERTIFICATE-----")
    assert len(shown["fingerprint"].split(":")) == 32
    assert "PRIVATE" not in str(flow)
    flow = await answer(hass, flow, {})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert entry.data == {**SITE_DATA, "tls": "own", "tls_port": free_port}
    assert hass_storage["smart_charging.authority"]["data"]["certificate"].strip() == shown["certificate"]

    # Whoever comes back sees the same again.
    flow = await entry.start_reconfigure_flow(hass)
    flow = await answer(hass, flow, {"next_step_id": "encryption"})
    assert suggested(flow) == {"tls": "own", "tls_port": free_port}
    flow = await answer(hass, flow, {"tls": "own", "tls_port": free_port})
    assert flow["description_placeholders"] == shown


@pytest.mark.parametrize(("port", "error"), [(0, "port_out_of_range"), (9000, "ports_equal")])
async def test_a_port_that_cannot_be(hass: HomeAssistant, port: int, error: str) -> None:
    _, flow = await begin(hass)
    flow = await answer(hass, flow, {"tls": "own", "tls_port": port})
    assert flow["errors"] == {"tls_port": error}


async def test_a_port_that_is_taken(hass: HomeAssistant, free_port: int) -> None:
    _, flow = await begin(hass)
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port))
        other.listen()
        flow = await answer(hass, flow, {"tls": "own", "tls_port": free_port})
        assert flow["errors"] == {"tls_port": "port_in_use"}
    assert (await answer(hass, flow, {"tls": "own", "tls_port": free_port}))["step_id"] == "authority"


async def test_the_plain_port_cannot_move_there(hass: HomeAssistant, free_port: int) -> None:
    entry = add_site(hass, tls="own", tls_port=free_port)
    await hass.config_entries.async_setup(entry.entry_id)
    flow = await answer(hass, await entry.start_reconfigure_flow(hass), {"next_step_id": "server"})
    flow = await answer(hass, flow, {"host": "127.0.0.1", "port": free_port})
    assert flow["errors"] == {"port": "ports_equal"}


async def test_encryption_ends_when_no_charger_needs_it(hass: HomeAssistant, free_port: int) -> None:
    garage = subentry("garage", "Garage", charger(security="certificate"))
    entry, flow = await begin(hass, garage, tls="own", tls_port=9443)
    flow = await answer(hass, flow, {"tls": "off", "tls_port": 9443})
    assert flow["errors"] == {"tls": "chargers_need_encryption"}
    # The way on is open all the same.
    assert (await answer(hass, flow, {"tls": "own", "tls_port": free_port}))["step_id"] == "authority"

    hass.config_entries.async_remove_subentry(entry, "garage")
    flow = await entry.start_reconfigure_flow(hass)
    flow = await answer(hass, flow, {"next_step_id": "encryption"})
    flow = await answer(hass, flow, {"tls": "off", "tls_port": 9443})
    assert flow["reason"] == "reconfigure_successful"
    assert entry.data == SITE_DATA


async def test_files_of_the_user_s(hass: HomeAssistant, free_port: int, files: dict[str, str], tmp_path: Path) -> None:
    entry, flow = await begin(hass)
    flow = await answer(hass, flow, {"tls": "files", "tls_port": free_port})
    assert (flow["step_id"], suggested(flow)) == ("certificate_files", {})
    flow = await answer(hass, flow, {**files, "tls_certificate": f" {files['tls_certificate']} "})
    assert flow["reason"] == "reconfigure_successful"
    assert entry.data == {**SITE_DATA, "tls": "files", "tls_port": free_port, **files}

    # Chargers that have certificates of their own.
    signer = tmp_path / "signer.pem"
    signer.write_text(self_signed(authority=True)[0])
    flow = await entry.start_reconfigure_flow(hass)
    flow = await answer(hass, flow, {"next_step_id": "encryption"})
    flow = await answer(hass, flow, {"tls": "files", "tls_port": free_port})
    assert suggested(flow) == files
    flow = await answer(hass, flow, {**files, "tls_stations": str(signer)})
    assert entry.data["tls_stations"] == str(signer)


EXPIRED = self_signed(ends=NOW - timedelta(hours=1))
WEAK_AUTHORITY, _ = self_signed(key=new_key("1024"), authority=True)
WEAK_ABOVE = (GOOD[0] + WEAK_AUTHORITY, GOOD[1])


@pytest.mark.parametrize(
    ("field", "text", "error"),
    [
        ("tls_certificate", "", "no_certificate"),
        ("tls_certificate", EXPIRED[0], "key_mismatch"),
        ("tls_certificate", "x" * 1_100_000, "file_too_large"),
        ("tls_key", "", "no_key"),
        ("tls_key", key_text(new_key(), "password"), "key_locked"),
        ("tls_key", key_text(new_key()), "key_mismatch"),
        ("tls_stations", "", "no_certificate"),
        ("tls_stations", self_signed()[0], "not_an_authority"),
        ("tls_stations", self_signed(authority=True, ends=NOW - timedelta(hours=1))[0], "certificate_expired"),
    ],
)
async def test_files_that_cannot_be_used(
    hass: HomeAssistant, free_port: int, files: dict[str, str], tmp_path: Path, field: str, text: str, error: str
) -> None:
    (tmp_path / "wrong.pem").write_text(text)
    _, flow = await begin(hass)
    flow = await answer(hass, flow, {"tls": "files", "tls_port": free_port})
    given = {**files, field: str(tmp_path / "wrong.pem")}
    flow = await answer(hass, flow, given)
    assert flow["errors"] == {"tls_key" if error == "key_mismatch" else field: error}
    assert suggested(flow) == given
    assert (await answer(hass, flow, files))["reason"] == "reconfigure_successful"


@pytest.mark.parametrize(("pair", "error"), [(EXPIRED, "certificate_expired"), (WEAK_ABOVE, "certificate_unusable")])
async def test_certificates_that_are_past_it(
    hass: HomeAssistant, free_port: int, tmp_path: Path, pair: tuple[str, str], error: str
) -> None:
    _, flow = await begin(hass)
    flow = await answer(hass, flow, {"tls": "files", "tls_port": free_port})
    flow = await answer(hass, flow, put(tmp_path, *pair))
    assert flow["errors"] == {"tls_certificate": error}


async def test_paths_that_lead_nowhere(hass: HomeAssistant, free_port: int, files: dict[str, str]) -> None:
    _, flow = await begin(hass)
    flow = await answer(hass, flow, {"tls": "files", "tls_port": free_port})
    for path, error in (("/nowhere", "file_missing"), (os.sep, "file_missing"), (" ", "path_missing")):
        flow = await answer(hass, flow, {**files, "tls_key": path})
        assert flow["errors"] == {"tls_key": error}


async def test_a_file_that_home_assistant_may_not_read(
    hass: HomeAssistant, free_port: int, files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, flow = await begin(hass)
    flow = await answer(hass, flow, {"tls": "files", "tls_port": free_port})

    def forbid(*_: object, **__: object) -> str:
        # Tests may run as root, who may read all.
        raise PermissionError

    monkeypatch.setattr(Path, "read_text", forbid)
    flow = await answer(hass, flow, files)
    assert flow["errors"] == {"tls_certificate": "file_unreadable"}
