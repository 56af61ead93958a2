"""Chargers that announce themselves in the local network: each with a real one at the other end."""

from collections.abc import AsyncIterator, Mapping
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any

import pytest
import pytest_socket
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_IGNORE, SOURCE_ZEROCONF, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.flows import network_discovery
from custom_components.smart_charging.network_trial import TrialError
from tests.chargers.emulators.lektrico import LektricoEmulator
from tests.chargers.emulators.nrgkick import NrgKickEmulator
from tests.chargers.emulators.openevse import OpenEvseEmulator
from tests.chargers.emulators.peblar import TOKEN, PeblarEmulator
from tests.chargers.emulators.technove import TechnoVeEmulator
from tests.chargers.emulators.web import WebEmulator

from .flow_helpers import Result, add_site, answer_part, change_part, fields, options_of, suggested
from .test_charger_adopted import add as adopt
from .test_charger_adopted import bring
from .test_charger_flow import DETAILS, chargers, site
from .test_charger_network import driver_of, hasty, lives

__all__ = ["hasty", "site"]

pytestmark = pytest.mark.usefixtures("enable_custom_integrations", "socket_enabled")

NRGKICK = {
    "type": "_nrgkick._tcp.local.",
    "name": "Garage kick._nrgkick._tcp.local.",
    "properties": {"serial_number": "N1", "device_name": "Garage kick", "json_api_enabled": "1"},
}
OPENEVSE = {
    "type": "_openevse._tcp.local.",
    "name": "openevse-7b2c._openevse._tcp.local.",
    "properties": {"id": "7b2c", "type": "openevse_wifi_v1"},
}
PEBLAR = {
    "type": "_http._tcp.local.",
    "name": "pblr-0000645._http._tcp.local.",
    "properties": {"sn": "23-45-A4O-MOF", "version": "1.6"},
}
TECHNOVE = {
    "type": "_technove-stations._tcp.local.",
    "name": "Driveway._technove-stations._tcp.local.",
    "properties": {"mac": "AA:AA:AA:AA:AA:BB"},
}
LEKTRICO = {
    "type": "_http._tcp.local.",
    "name": "Lektrico-3p22k-500006._http._tcp.local.",
    "properties": {"id": "3p22k_500006", "fw_id": "20230109-124642/v1.22-36-g56a3edd"},
}

STORED = {
    "driver": "network",
    "kind": "openevse",
    "host": "127.0.0.2",
    "found_as": "openevse:7b2c",
    "wiring": ["l1", "l2", "l3"],
    "minimum_a": 6.0,
    "maximum_a": 16.0,
    "failsafe_a": 6.0,
    "priority": 0,
}


def subentry(data: dict[str, Any]) -> ConfigSubentry:
    return ConfigSubentry(
        data=MappingProxyType(data), subentry_type="charger", title="Carport", unique_id=f"network:{data['host']}"
    )


async def announce(
    hass: HomeAssistant,
    what: dict[str, Any],
    *addresses: str,
    port: int | None = 80,
    hostname: str = "charger.local.",
) -> Result:
    ips = [ip_address(address) for address in addresses or ("127.0.0.1",)]
    told = ZeroconfServiceInfo(ip_address=ips[0], ip_addresses=ips, port=port, hostname=hostname, **what)
    return await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_ZEROCONF}, data=told)


async def answer(hass: HomeAssistant, flow: Result, answers: dict[str, Any]) -> Result:
    return await hass.config_entries.flow.async_configure(flow["flow_id"], answers)


@pytest.fixture
async def openevse() -> AsyncIterator[OpenEvseEmulator]:
    emulator = OpenEvseEmulator()
    await emulator.start()
    yield emulator
    await emulator.stop()


@pytest.mark.parametrize(
    ("emulator", "announced", "name", "asked", "access"),
    [
        (
            NrgKickEmulator(),
            NRGKICK,
            "NRGkick Garage kick",
            ["user", "secret"],
            {"user": "nrg", "secret": "kick"},
        ),
        (OpenEvseEmulator(), OPENEVSE, "openevse-7b2c", ["user", "secret"], {}),
        (PeblarEmulator(), PEBLAR, "Peblar pblr-0000645", ["secret"], {"secret": TOKEN}),
        (LektricoEmulator(), LEKTRICO, "Lektrico-3p22k-500006", [], {}),
        (TechnoVeEmulator(), TECHNOVE, "TechnoVE Driveway", [], {}),
    ],
    ids=["nrgkick", "openevse", "peblar", "lektrico", "technove"],
)
async def test_from_its_announcement_to_a_charger_that_is_asked(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    site: MockConfigEntry,
    emulator: WebEmulator,
    announced: dict[str, Any],
    name: str,
    asked: list[str],
    access: dict[str, str],
) -> None:
    await emulator.start()
    try:
        flow = await announce(hass, announced, port=emulator.port)
        assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "found")
        assert flow["description_placeholders"]["host"] == "127.0.0.1"
        assert suggested(flow)["name"] == name
        assert [field for field in fields(flow) if field in {"user", "secret"}] == asked
        # Nobody asks it before its owner says that it is the right one.
        assert emulator.requests == 0
        if access:
            flow = await answer(hass, flow, {**DETAILS, **access, "secret": "wrong"})
            assert flow["errors"] == {"base": "key_refused"}
        flow = await answer(hass, flow, {**DETAILS, **access})
        assert flow["reason"] == "charger_added"
        assert emulator.commands == []
        await hass.async_block_till_done()
        ((unique_id, data),) = chargers(site).items()
        assert unique_id == f"network:127.0.0.1:{emulator.port}"
        assert access.items() <= data.items()
        (serial,) = (
            announced["properties"][key]
            for key in ("serial_number", "id", "sn", "mac")
            if key in announced["properties"]
        )
        assert data["found_as"] == f"{data['kind']}:{serial}"
        driver = driver_of(site)
        await lives(freezer, lambda: driver.status.reachable)
        # It goes on announcing itself.
        assert (await announce(hass, announced, port=emulator.port))["reason"] == "already_configured"
    finally:
        await emulator.stop()


async def test_a_wrong_answer_can_be_put_right(
    hass: HomeAssistant, site: MockConfigEntry, openevse: OpenEvseEmulator
) -> None:
    flow = await announce(hass, OPENEVSE, port=openevse.port)
    flow = await answer(hass, flow, {**DETAILS, "failsafe_a": 30})
    assert flow["errors"] == {"failsafe_a": "failsafe_above_maximum"}
    openevse.garbage = b"{}"
    flow = await answer(hass, flow, DETAILS)
    assert flow["errors"] == {"base": "wrong_device"}
    openevse.garbage = None
    assert (await answer(hass, flow, DETAILS))["reason"] == "charger_added"
    assert len(site.subentries) == 1
    await hass.async_block_till_done()


async def test_a_charger_with_another_address_is_followed(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, site: MockConfigEntry, openevse: OpenEvseEmulator
) -> None:
    pytest_socket.socket_allow_hosts(["127.0.0.1", "127.0.0.2"])
    charger = subentry({**STORED, "port": openevse.port})
    hass.config_entries.async_add_subentry(site, charger)
    await hass.async_block_till_done()
    assert not driver_of(site).status.reachable
    # It has another one too, which is left alone as long as the first one is good.
    assert (await announce(hass, OPENEVSE, "127.0.0.1", "127.0.0.2"))["reason"] == "already_configured"
    assert site.subentries[charger.subentry_id].data["host"] == "127.0.0.2"
    assert (await announce(hass, OPENEVSE, "fe80::1", "127.0.0.1"))["reason"] == "already_configured"
    await hass.async_block_till_done()
    assert chargers(site) == {
        f"network:127.0.0.1:{openevse.port}": {**STORED, "host": "127.0.0.1", "port": openevse.port}
    }
    driver = driver_of(site)
    await lives(freezer, lambda: driver.status.reachable)


async def test_a_charger_does_not_take_another_one_s_place(hass: HomeAssistant) -> None:
    other = {**STORED, "host": "192.168.1.20", "found_as": "openevse:other"}
    site = add_site(hass, subentry(STORED).as_dict(), subentry(other).as_dict())
    assert (await announce(hass, OPENEVSE, "192.168.1.20"))["reason"] == "already_configured"
    assert [data["host"] for data in chargers(site).values()] == ["127.0.0.2", "192.168.1.20"]


async def test_an_id_that_another_one_had_here_is_not_taken(hass: HomeAssistant) -> None:
    gone = {**STORED, "host": "192.168.1.20", "found_as": "openevse:other"}
    moved = subentry(gone).as_dict() | {"data": {**gone, "host": "192.168.1.21"}}
    site = add_site(hass, subentry(STORED).as_dict(), moved)
    await announce(hass, OPENEVSE, "192.168.1.20")
    assert chargers(site)["network:127.0.0.2"]["host"] == "192.168.1.20"


@pytest.mark.parametrize("host", ["127.0.0.1", "Charger.local"])
async def test_a_charger_that_was_added_by_hand(hass: HomeAssistant, host: str) -> None:
    data = {key: value for key, value in STORED.items() if key != "found_as"} | {"host": host}
    add_site(hass, subentry(data).as_dict())
    assert (await announce(hass, OPENEVSE))["reason"] == "already_configured"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2"])
async def test_what_it_was_found_as_is_kept_for_as_long_as_its_address(
    hass: HomeAssistant, site: MockConfigEntry, openevse: OpenEvseEmulator, host: str
) -> None:
    pytest_socket.socket_allow_hosts(["127.0.0.1", "127.0.0.2"])
    charger = subentry({**STORED, "host": host, "port": openevse.port})
    hass.config_entries.async_add_subentry(site, charger)
    await hass.async_block_till_done()
    flow = await change_part(hass, site, charger.subentry_id)
    flow = await answer_part(hass, flow, {**DETAILS, "host": "127.0.0.1", "more": {"port": openevse.port}})
    assert flow["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    stored = site.subentries[charger.subentry_id].data
    assert stored.get("found_as") == ("openevse:7b2c" if host == "127.0.0.1" else None)


async def test_a_charger_that_another_integration_brings_and_that_is_adopted(
    hass: HomeAssistant, site: MockConfigEntry, openevse: OpenEvseEmulator
) -> None:
    await bring(hass)
    (other,) = hass.config_entries.async_entries("nrgkick")
    hass.config_entries.async_update_entry(other, data={"host": "127.0.0.1"})
    flow = await announce(hass, OPENEVSE, port=openevse.port)
    assert flow["step_id"] == "found"
    await adopt(hass, site)
    registry = er.async_get(hass)
    limit = next(entry for entry in registry.entities.values() if entry.unique_id == "T1_current_set")
    registry.async_remove(limit.entity_id)
    assert (await answer(hass, flow, DETAILS))["reason"] == "already_configured"
    assert (await announce(hass, OPENEVSE))["reason"] == "already_configured"


@pytest.mark.parametrize("port", [None, 0, 80])
async def test_the_usual_port_is_left_out(
    hass: HomeAssistant, site: MockConfigEntry, monkeypatch: pytest.MonkeyPatch, port: int | None
) -> None:
    asked: list[Mapping[str, Any]] = []

    async def read_once(_: HomeAssistant, data: Mapping[str, Any]) -> None:
        asked.append(data)
        raise TrialError("charger_silent")

    monkeypatch.setattr(network_discovery, "async_read_once", read_once)
    flow = await announce(hass, OPENEVSE, port=port)
    assert (await answer(hass, flow, DETAILS))["errors"] == {"base": "charger_silent"}
    assert asked == [{"driver": "network", "kind": "openevse", "host": "127.0.0.1"}]
    assert site.subentries == {}


async def test_nothing_is_offered_where_no_site_runs(hass: HomeAssistant) -> None:
    assert (await announce(hass, NRGKICK))["reason"] == "no_site"


async def test_a_charger_that_is_to_be_left_alone(hass: HomeAssistant, site: MockConfigEntry) -> None:
    MockConfigEntry(domain=DOMAIN, source=SOURCE_IGNORE, unique_id="nrgkick:N1").add_to_hass(hass)
    assert (await announce(hass, NRGKICK))["reason"] == "already_configured"
    assert site.subentries == {}


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({"properties": {}}, "127.0.0.1"),
        ({"properties": {"serial_number": None}}, "127.0.0.1"),
        ({"properties": {"serial_number": "1\x00"}}, "127.0.0.1"),
        ({"properties": {"serial_number": "1" * 65}}, "127.0.0.1"),
        ({"type": "_printer._tcp.local."}, "127.0.0.1"),
        ({}, "fe80::1"),
    ],
)
async def test_an_announcement_that_says_too_little(hass: HomeAssistant, changes: dict[str, Any], address: str) -> None:
    assert (await announce(hass, NRGKICK | changes, address))["reason"] == "not_understood"


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("serial", ["m2w_810006", "m2w_830006", "500006"])
async def test_an_energy_meter_of_the_same_maker_is_no_charger(hass: HomeAssistant, serial: str) -> None:
    assert (await announce(hass, LEKTRICO | {"properties": {"id": serial}}))["reason"] == "not_understood"


@pytest.mark.usefixtures("site")
async def test_a_web_server_that_is_called_otherwise_is_no_charger(hass: HomeAssistant) -> None:
    assert (await announce(hass, LEKTRICO | {"name": "Printer._http._tcp.local."}))["reason"] == "not_understood"


@pytest.mark.parametrize("site_runs", [True, False])
async def test_what_happened_while_it_waited_for_its_owner(
    hass: HomeAssistant, site: MockConfigEntry, openevse: OpenEvseEmulator, *, site_runs: bool
) -> None:
    flow = await announce(hass, OPENEVSE, port=openevse.port)
    if site_runs:
        hass.config_entries.async_add_subentry(site, subentry({**STORED, "host": "127.0.0.1", "port": openevse.port}))
        await hass.async_block_till_done()
    else:
        await hass.config_entries.async_unload(site.entry_id)
    flow = await answer(hass, flow, DETAILS)
    assert flow["reason"] == ("already_configured" if site_runs else "no_site")


async def test_one_of_several_sites(
    hass: HomeAssistant, site: MockConfigEntry, openevse: OpenEvseEmulator, free_port: int
) -> None:
    meter = [{"role": "net", "phase": None, "entity_id": "sensor.barn"}]
    barn = add_site(hass, port=free_port, meter=meter)
    await hass.config_entries.async_setup(barn.entry_id)
    await hass.async_block_till_done()
    flow = await announce(hass, OPENEVSE, port=openevse.port)
    assert options_of(flow, "site") == {site.entry_id: "Home", barn.entry_id: "Home"}
    flow = await answer(hass, flow, {"site": barn.entry_id})
    assert (await answer(hass, flow, DETAILS))["reason"] == "charger_added"
    await hass.async_block_till_done()
    assert (len(site.subentries), len(barn.subentries)) == (0, 1)
    await hass.config_entries.async_remove(barn.entry_id)
