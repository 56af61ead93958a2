"""Chargers that encrypt, at a site that runs: their port, its certificates, and what is in the way of it."""

import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState, ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from websockets.exceptions import InvalidStatus

from custom_components.smart_charging.central import Central, async_find_central
from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.csms.refusals import Refusal
from custom_components.smart_charging.encryption import async_get_authority
from tests.csms.peer import station_at
from tests.csms.pki import NOW, certified_station, self_signed, station_context, station_request

from .flow_helpers import add_site, say
from .home import charger, subentry

KEY = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
async def run(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    free_port: int,
    freezer: FrozenDateTimeFactory,
) -> AsyncIterator[Any]:
    """Set up a site whose chargers can encrypt, and take it down at the end."""
    del enable_custom_integrations, freezer
    made: list[MockConfigEntry] = []

    async def run(*parts: ConfigSubentryDataWithId, **changes: Any) -> MockConfigEntry:
        say(hass, "sensor.grid", "500")
        entry = add_site(hass, *parts, **{"port": free_port, "tls": "own", "tls_port": other_port()} | changes)
        made.append(entry)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        assert entry.state is ConfigEntryState.LOADED
        return entry

    yield run
    for entry in made:
        await hass.config_entries.async_remove(entry.entry_id)


def other_port() -> int:
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


def central_of(hass: HomeAssistant, site: MockConfigEntry) -> Central:
    central = async_find_central(hass, site.entry_id)
    assert central is not None
    return central


def reason(hass: HomeAssistant) -> str | None:
    """What the issue says is in the way of encryption; None where there is no issue."""
    issues = [issue for (_, key), issue in ir.async_get(hass).issues.items() if key.startswith("encryption_")]
    return issues[0].translation_placeholders["reason"] if issues and issues[0].translation_placeholders else None


async def trusting(hass: HomeAssistant) -> Any:
    return station_context((await async_get_authority(hass)).certificate_pem)


async def test_a_charger_has_to_connect_as_it_is_set(hass: HomeAssistant, run: Any, tmp_path: Path) -> None:
    site = await run(
        subentry("a", "A", charger("CP1", key=KEY)),
        subentry("b", "B", charger("CP2", key=KEY, security="tls")),
        subentry("c", "C", charger("CP3", security="certificate")),
    )
    plain, encrypted = site.data["port"], site.data["tls_port"]
    tls = await trusting(hass)
    async with station_at(plain, "CP1", key=KEY), station_at(encrypted, "CP2", key=KEY, tls=tls):
        pass
    for port, identity, key, context in (
        (plain, "CP2", KEY, None),
        (plain, "CP3", None, None),
        (encrypted, "CP2", "wrong", tls),
        (encrypted, "CP3", None, tls),
    ):
        with pytest.raises(InvalidStatus):
            async with station_at(port, identity, key=key, tls=context):
                pass
    own = certified_station(await async_get_authority(hass), tmp_path, "CP3", "CP3")
    async with station_at(encrypted, "CP3", tls=own) as peer:
        assert await peer.call("Heartbeat")
    assert [turned.refusal for turned in central_of(hass, site).turned_away] == [
        Refusal.UNENCRYPTED,
        Refusal.UNENCRYPTED,
        Refusal.CREDENTIALS,
        Refusal.NO_CERTIFICATE,
    ]


async def test_a_reload_disconnects_nobody_and_another_port_only_those_that_encrypt(
    hass: HomeAssistant, run: Any
) -> None:
    site = await run(subentry("a", "A", charger("CP1")), subentry("b", "B", charger("CP2", key=KEY)))
    tls = await trusting(hass)
    async with (
        station_at(site.data["port"], "CP1") as plain,
        station_at(site.data["tls_port"], "CP2", key=KEY, tls=tls) as encrypted,
    ):
        await hass.config_entries.async_reload(site.entry_id)
        assert await plain.call("Heartbeat")
        assert await encrypted.call("Heartbeat")

        moved = other_port()
        hass.config_entries.async_update_entry(site, data={**site.data, "tls_port": moved})
        await hass.async_block_till_done()
        assert await encrypted.gone() == 1001
        async with station_at(moved, "CP2", key=KEY, tls=tls):
            assert await plain.call("Heartbeat")

        closed = {key: value for key, value in site.data.items() if not key.startswith("tls")}
        hass.config_entries.async_update_entry(site, data=closed)
        await hass.async_block_till_done()
        with pytest.raises(OSError, match=r"refused|failed"):
            async with station_at(moved, "CP2", key=KEY, tls=tls):
                pass
        assert await plain.call("Heartbeat")


async def test_stations_are_asked_for_a_certificate_only_where_one_has_to_show_it(
    hass: HomeAssistant, run: Any, tmp_path: Path
) -> None:
    site = await run(subentry("b", "B", charger("CP2", key=KEY, security="tls")))
    chain_pem, key_pem = self_signed("maker", usage=None)
    maker = station_context((await async_get_authority(hass)).certificate_pem, tmp_path, chain_pem, key_pem)
    async with station_at(site.data["tls_port"], "CP2", key=KEY, tls=maker) as peer:
        assert await peer.call("Heartbeat")


async def test_the_authority_outlives_a_restart(hass: HomeAssistant, hass_storage: dict[str, Any], run: Any) -> None:
    await run()
    before = await async_get_authority(hass)
    stored = hass_storage["smart_charging.authority"]["data"]
    assert stored == {"certificate": before.certificate_pem, "key": before.key_pem}
    hass.data.pop("smart_charging_authority")
    assert await async_get_authority(hass) == before


def write(folder: Path, pair: tuple[str, str]) -> dict[str, str]:
    (folder / "chain.pem").write_text(pair[0])
    (folder / "key.pem").write_text(pair[1])
    return {
        "tls": "files",
        "tls_certificate": str(folder / "chain.pem"),
        "tls_key": str(folder / "key.pem"),
    }


async def shown_by(port: int) -> bytes:
    """The certificate that a station is shown."""
    async with station_at(port, "CP2", key=KEY, tls=station_context(None)) as peer:
        certificate: bytes = peer.socket.transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
        return certificate


async def test_a_certificate_is_read_again_each_day(
    hass: HomeAssistant, run: Any, tmp_path: Path, freezer: FrozenDateTimeFactory
) -> None:
    files = write(tmp_path, self_signed(ends=NOW + timedelta(days=10)))
    site = await run(subentry("b", "B", charger("CP2", key=KEY)), **files)
    first = await shown_by(site.data["tls_port"])
    assert reason(hass) is None

    write(tmp_path, ("nothing", "nothing"))
    freezer.tick(timedelta(days=1, seconds=1))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    # What is in the way now leaves what worked before.
    assert await shown_by(site.data["tls_port"]) == first
    assert (
        reason(hass)
        == "There is no certificate in this file. It has to be text (PEM) that begins with BEGIN CERTIFICATE."
    )

    write(tmp_path, self_signed(ends=NOW + timedelta(days=100)))
    freezer.tick(timedelta(days=1, seconds=1))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await shown_by(site.data["tls_port"]) != first
    assert reason(hass) is None


async def test_a_port_that_is_taken_is_an_issue_and_leaves_the_other(hass: HomeAssistant, run: Any) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        site = await run(subentry("a", "A", charger("CP1")), tls_port=other.getsockname()[1])
        assert reason(hass) == "Another program listens on this port already. Choose another one."
        async with station_at(site.data["port"], "CP1") as peer:
            assert await peer.call("Heartbeat")
    await hass.config_entries.async_reload(site.entry_id)
    await hass.async_block_till_done()
    assert reason(hass) is None


async def test_where_somebody_else_signs_stations_we_do_not(run: Any, tmp_path: Path) -> None:
    files = write(tmp_path, self_signed())
    (tmp_path / "signer.pem").write_text(self_signed(authority=True)[0])
    site = await run(subentry("a", "A", charger("CP1")), **files, tls_stations=str(tmp_path / "signer.pem"))
    async with station_at(site.data["port"], "CP1") as peer:
        assert await peer.call("SignCertificate", csr=station_request("CP1").csr) == {"status": "Rejected"}


async def test_the_issue_goes_with_the_site(hass: HomeAssistant, run: Any) -> None:
    site = await run(tls="files", tls_certificate="/nowhere", tls_key="/nowhere")
    assert reason(hass) == "There is no such file."
    closed = {key: value for key, value in site.data.items() if not key.startswith("tls")}
    hass.config_entries.async_update_entry(site, data=closed)
    await hass.async_block_till_done()
    assert reason(hass) is None


async def test_two_sites_share_a_server_and_its_encryption(hass: HomeAssistant, run: Any) -> None:
    first = await run(subentry("b", "B", charger("CP2", key=KEY)))
    second = add_site(
        hass,
        port=first.data["port"],
        meter=[{"role": "net", "phase": None, "entity_id": "sensor.other"}],
    )
    say(hass, "sensor.other", "500")
    await hass.config_entries.async_setup(second.entry_id)
    await hass.async_block_till_done()
    assert central_of(hass, first) is central_of(hass, second)
    tls = await trusting(hass)
    async with station_at(first.data["tls_port"], "CP2", key=KEY, tls=tls) as peer:
        await hass.config_entries.async_remove(second.entry_id)
        await hass.async_block_till_done()
        assert await peer.call("Heartbeat")


async def test_nothing_secret_is_logged(hass: HomeAssistant, run: Any, caplog: pytest.LogCaptureFixture) -> None:
    site = await run(subentry("b", "B", charger("CP2", key=KEY, security="tls")))
    async with station_at(site.data["tls_port"], "CP2", key=KEY, tls=await trusting(hass)):
        pass
    # The station's own log, and that of the storage that tests have, are not ours.
    ours = [record for record in caplog.records if "client" not in record.name and "pytest" not in record.name]
    logged = "\n".join(record.getMessage() for record in ours)
    assert "PRIVATE KEY" not in logged
    assert KEY not in logged
    assert DOMAIN in logged
