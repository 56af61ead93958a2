"""Chargers are added to a site: by waiting for them, by hand, and by their own call; each over a real connection."""

import socket
from collections.abc import AsyncIterator
from types import MappingProxyType
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.network import async_get_source_ip
from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_INTEGRATION_DISCOVERY,
    SOURCE_USER,
    ConfigEntryState,
    ConfigSubentry,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry
from websockets.exceptions import InvalidStatus

from custom_components.smart_charging.central import Central, async_find_central
from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.csms.authority import Authority
from tests.csms.conftest import until
from tests.csms.peer import station_at
from tests.csms.pki import NOW

from .flow_helpers import Result, add_site, fields, options_of, pass_time, say, settle, suggested
from .parts import circuit

DETAILS = {
    "name": "Garage",
    "wiring": "l2_l3_l1",
    "minimum_a": 6,
    "maximum_a": 16,
    "failsafe_a": 8,
    "priority": 1,
}
DATA = {
    "driver": "ocpp",
    "station": "CP1",
    "connector": 1,
    "wiring": ["l2", "l3", "l1"],
    "minimum_a": 6.0,
    "maximum_a": 16.0,
    "failsafe_a": 8.0,
    "priority": 1,
}


@pytest.fixture
async def site(
    hass: HomeAssistant, enable_custom_integrations: None, socket_enabled: None, freezer: FrozenDateTimeFactory
) -> AsyncIterator[MockConfigEntry]:
    """A site that runs, on three phases, with its server on a port of its own."""
    del enable_custom_integrations, socket_enabled, freezer
    say(hass, "sensor.grid", "500")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    entry = add_site(hass, port=port)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    yield entry
    if entry.entry_id in hass.config_entries.async_entry_ids():
        await hass.config_entries.async_remove(entry.entry_id)


def central_of(hass: HomeAssistant, site: MockConfigEntry) -> Central:
    central = async_find_central(hass, site.entry_id)
    assert central is not None
    return central


async def start(hass: HomeAssistant, site: MockConfigEntry) -> Result:
    return await hass.config_entries.subentries.async_init((site.entry_id, "charger"), context={"source": SOURCE_USER})


async def answer(hass: HomeAssistant, flow: Result, answers: dict[str, Any] | None = None) -> Result:
    return await hass.config_entries.subentries.async_configure(flow["flow_id"], answers)


async def choose(hass: HomeAssistant, flow: Result, step: str) -> Result:
    return await answer(hass, flow, {"next_step_id": step})


async def wait(hass: HomeAssistant, site: MockConfigEntry) -> Result:
    """Go on until it is waited for a charger."""
    return await answer(hass, await choose(hass, await start(hass, site), "address"), {})


def chargers(site: MockConfigEntry) -> dict[str | None, dict[str, Any]]:
    """What is stored of each charger, by its unique id."""
    return {subentry.unique_id: dict(subentry.data) for subentry in site.subentries.values()}


async def add_by_hand(hass: HomeAssistant, site: MockConfigEntry, station: str = "CP1", **changes: Any) -> None:
    """Add a charger that does not call in."""
    flow = await choose(hass, await start(hass, site), "station")
    flow = await answer(hass, flow, {"station": station, "connector": 1})
    flow = await answer(hass, flow, {**DETAILS, **changes})
    assert flow["type"] is FlowResultType.CREATE_ENTRY, flow.get("errors")
    await hass.async_block_till_done()


async def until_told(hass: HomeAssistant, site: MockConfigEntry, station: str = "CP1") -> None:
    """Wait until a station has told what it can do."""
    await until(lambda: central_of(hass, site).station(station).features)


async def test_wait_for_a_charger(hass: HomeAssistant, site: MockConfigEntry, freezer: FrozenDateTimeFactory) -> None:
    flow = await start(hass, site)
    assert (flow["type"], flow["menu_options"]) == (
        FlowResultType.MENU,
        ["adopt", "address", "scan", "network", "station", "adopt_by_hand"],
    )
    flow = await answer(hass, await choose(hass, flow, "address"), {})
    assert (flow["type"], flow["progress_action"]) == (FlowResultType.SHOW_PROGRESS, "waiting")
    assert flow["description_placeholders"]["address"] == f"ws://127.0.0.1:{site.data['port']}/"

    async with station_at(site.data["port"]) as peer:
        await peer.boot()
        await until_told(hass, site)
        await pass_time(hass, freezer, 1)
        flow = await answer(hass, flow)
        assert flow["step_id"] == "details"
        assert flow["description_placeholders"] == {"identity": "CP1"}
        assert suggested(flow) == {
            "name": "Acme One",
            "wiring": "l1_l2_l3",
            "minimum_a": 6,
            "maximum_a": 16,
            "failsafe_a": 6,
            "priority": 0,
            "operator": {},
        }
        flow = await answer(hass, flow, DETAILS)
        assert (flow["type"], flow["title"]) == (FlowResultType.CREATE_ENTRY, "Garage")
        await hass.async_block_till_done()

        assert chargers(site) == {"ocpp:CP1:1": DATA}
        assert not peer.closed.is_set()
        # The door is closed again.
        with pytest.raises(InvalidStatus):
            async with station_at(site.data["port"], "CP2"):
                pass


async def test_no_charger_comes_in_time(
    hass: HomeAssistant, site: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    flow = await wait(hass, site)
    await pass_time(hass, freezer, 301)
    flow = await answer(hass, flow)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.MENU, "waiting_over")
    assert "address" in flow["description_placeholders"]

    flow = await choose(hass, flow, "waiting")
    async with station_at(site.data["port"]):
        await pass_time(hass, freezer, 1)
        assert (await answer(hass, flow))["type"] is FlowResultType.SHOW_PROGRESS
        # It does not tell of itself: so be it.
        await pass_time(hass, freezer, 10)
        flow = await answer(hass, flow)
        assert suggested(flow)["name"] == "CP1"
        flow = await answer(hass, flow, DETAILS)
        assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_several_chargers_come(
    hass: HomeAssistant, site: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    flow = await wait(hass, site)
    async with station_at(site.data["port"], "CP1"), station_at(site.data["port"], "CP2") as peer:
        await peer.status("Available", 0)
        await peer.status("Available", 1)
        await peer.status("Available", 2)
        await pass_time(hass, freezer, 1)
        await pass_time(hass, freezer, 10)
        flow = await answer(hass, flow)
        assert flow["step_id"] == "choose"
        flow = await answer(hass, flow, {"station": "CP2"})
        assert fields(flow)[:3] == ["name", "connector", "wiring"]
        flow = await answer(hass, flow, {**DETAILS, "connector": "2"})
        assert flow["type"] is FlowResultType.CREATE_ENTRY

    assert list(chargers(site)) == ["ocpp:CP2:2"]


async def test_a_station_that_tells_how_many_connectors_it_has(
    hass: HomeAssistant, site: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    flow = await wait(hass, site)
    async with station_at(site.data["port"]) as peer:
        keys = [{"key": "NumberOfConnectors", "readonly": True, "value": "3"}]
        peer.answers["GetConfiguration"] = lambda _: {"configurationKey": keys, "unknownKey": []}
        await peer.boot()
        station = central_of(hass, site).station("CP1")
        await until(lambda: station.features and station.features.number_of_connectors)
        await pass_time(hass, freezer, 1)
        flow = await answer(hass, flow)
        flow = await answer(hass, flow, {**DETAILS, "connector": "3"})

    assert flow["unique_id"] == "ocpp:CP1:3"


async def test_the_address_where_it_listens_on_all_networks(hass: HomeAssistant, site: MockConfigEntry) -> None:
    hass.config_entries.async_update_entry(site, data={**site.data, "host": "0.0.0.0"})
    await hass.async_block_till_done()

    flow = await choose(hass, await start(hass, site), "station")

    assert flow["description_placeholders"]["address"] == f"ws://{await async_get_source_ip(hass)}:{site.data['port']}/"


async def test_leaving_while_it_waits_closes_the_door(hass: HomeAssistant, site: MockConfigEntry) -> None:
    flow = await wait(hass, site)
    async with station_at(site.data["port"]):
        pass
    hass.config_entries.subentries.async_abort(flow["flow_id"])

    with pytest.raises(InvalidStatus):
        async with station_at(site.data["port"], "CP2"):
            pass


async def test_a_charger_by_hand_with_a_password(hass: HomeAssistant, site: MockConfigEntry) -> None:
    flow = await choose(hass, await start(hass, site), "station")
    assert flow["description_placeholders"] == {"address": f"ws://127.0.0.1:{site.data['port']}/"}
    for wrong, errors in (
        ({"station": "two words"}, {"station": "station_invalid"}),
        ({"key": "x" * 41}, {"key": "key_invalid"}),
        ({"key": "a space"}, {"key": "key_invalid"}),
        ({"key": "schlüssel"}, {"key": "key_invalid"}),
        ({"connector": 0}, {"connector": "connector_invalid"}),
    ):
        given = {"station": "CP1", "key": "secret", "connector": 1, **wrong}
        flow = await answer(hass, flow, given)
        assert flow["errors"] == errors
        assert suggested(flow) == given
    flow = await answer(hass, flow, {"station": " CP1 ", "key": "secret", "connector": 1})
    flow = await answer(hass, flow, DETAILS)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()

    assert chargers(site) == {"ocpp:CP1:1": {**DATA, "key": "secret"}}
    async with station_at(site.data["port"], key="secret"):
        pass


async def test_the_same_charger_twice(hass: HomeAssistant, site: MockConfigEntry) -> None:
    await add_by_hand(hass, site)

    flow = await choose(hass, await start(hass, site), "station")
    flow = await answer(hass, flow, {"station": "CP1", "connector": 1})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")

    flow = await choose(hass, await start(hass, site), "station")
    flow = await answer(hass, flow, {"station": "CP1", "connector": 2})
    assert (await answer(hass, flow, DETAILS))["type"] is FlowResultType.CREATE_ENTRY


async def test_added_in_another_way_meanwhile(hass: HomeAssistant, site: MockConfigEntry) -> None:
    flow = await choose(hass, await start(hass, site), "station")
    flow = await answer(hass, flow, {"station": "CP1", "connector": 1})
    await add_by_hand(hass, site)
    flow = await answer(hass, flow, DETAILS)

    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "already_configured")


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"name": " "}, {"name": "name_missing"}),
        ({"minimum_a": 5}, {"minimum_a": "minimum_too_low"}),
        ({"minimum_a": 20}, {"minimum_a": "minimum_above_maximum"}),
        ({"failsafe_a": -1}, {"failsafe_a": "failsafe_negative"}),
        ({"failsafe_a": 3}, {"failsafe_a": "failsafe_below_minimum"}),
        ({"failsafe_a": 17}, {"failsafe_a": "failsafe_above_maximum"}),
        ({"maximum_a": 32, "failsafe_a": 26}, {"failsafe_a": "failsafe_above_limit"}),
        ({"failsafe_a": 16}, {"failsafe_a": "failsafes_above_limit"}),
    ],
)
async def test_an_impossible_charger(
    hass: HomeAssistant, site: MockConfigEntry, wrong: dict[str, Any], errors: dict[str, str]
) -> None:
    await add_by_hand(hass, site, "CP0", failsafe_a=10)

    flow = await choose(hass, await start(hass, site), "station")
    flow = await answer(hass, flow, {"station": "CP1", "connector": 1})
    flow = await answer(hass, flow, {**DETAILS, **wrong})
    assert flow["errors"] == errors
    assert suggested(flow) == {**DETAILS, **wrong, "operator": {}}
    flow = await answer(hass, flow, DETAILS)

    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_on_a_single_phase_there_is_no_wiring_to_choose(hass: HomeAssistant, site: MockConfigEntry) -> None:
    hass.config_entries.async_update_entry(site, data={**site.data, "phases": 1})
    await hass.async_block_till_done()

    flow = await choose(hass, await start(hass, site), "station")
    flow = await answer(hass, flow, {"station": "CP1", "connector": 1})
    assert "wiring" not in fields(flow)
    flow = await answer(hass, flow, {key: value for key, value in DETAILS.items() if key != "wiring"})
    await hass.async_block_till_done()

    assert chargers(site)["ocpp:CP1:1"]["wiring"] == ["l1"]


async def test_a_site_that_does_not_run_takes_no_charger(hass: HomeAssistant, site: MockConfigEntry) -> None:
    flow = await start(hass, site)
    await hass.config_entries.async_unload(site.entry_id)
    assert (await start(hass, site))["reason"] == "entry_not_loaded"

    # Disabled in the middle of the flow: there is no server any more.
    central_of(hass, site).detach(site.entry_id)
    assert (await choose(hass, flow, "address"))["reason"] == "entry_not_loaded"


async def test_change_a_charger(hass: HomeAssistant, site: MockConfigEntry) -> None:
    await add_by_hand(hass, site)
    (subentry_id,) = site.subentries

    flow: Result = await site.start_subentry_reconfigure_flow(hass, subentry_id)
    assert suggested(flow) == {**DETAILS, "operator": {}}
    flow = await answer(hass, flow, {**DETAILS, "failsafe_a": 17, "key": "a space"})
    assert flow["errors"] == {"failsafe_a": "failsafe_above_maximum", "key": "key_invalid"}
    flow = await answer(hass, flow, {**DETAILS, "name": "Carport", "wiring": "l3", "key": "secret"})
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    await hass.async_block_till_done()
    assert site.subentries[subentry_id].title == "Carport"
    assert chargers(site) == {"ocpp:CP1:1": {**DATA, "wiring": ["l3"], "key": "secret"}}

    flow = await site.start_subentry_reconfigure_flow(hass, subentry_id)
    assert "key" not in suggested(flow)
    await answer(hass, flow, {**DETAILS, "priority": 2})
    assert chargers(site)["ocpp:CP1:1"]["key"] == "secret"


async def test_a_wiring_that_the_form_does_not_know_is_asked_for_again(
    hass: HomeAssistant, site: MockConfigEntry
) -> None:
    await add_by_hand(hass, site)
    (subentry,) = site.subentries.values()
    hass.config_entries.async_update_subentry(site, subentry, data={**DATA, "wiring": ["l2", "l1", "l3"]})
    await hass.async_block_till_done()

    flow: Result = await site.start_subentry_reconfigure_flow(hass, subentry.subentry_id)

    assert "wiring" not in suggested(flow)


async def test_a_charger_on_a_circuit(hass: HomeAssistant, site: MockConfigEntry) -> None:
    garage = ConfigSubentry(
        data=MappingProxyType(circuit(wiring=["l2"], limit=10.0)),
        subentry_type="circuit",
        title="Garage",
        unique_id=None,
    )
    hass.config_entries.async_add_subentry(site, garage)
    await hass.async_block_till_done()
    flow = await choose(hass, await start(hass, site), "station")
    flow = await answer(hass, flow, {"station": "CP1", "connector": 1})
    assert options_of(flow, "circuit") == {
        "site": "The supply of the whole site",
        garage.subentry_id: "Garage",
    }
    on_it = {**DETAILS, "circuit": garage.subentry_id}
    flow = await answer(hass, flow, on_it)
    assert flow["errors"] == {"wiring": "phase_not_on_circuit"}
    flow = await answer(hass, flow, {**on_it, "wiring": "l2", "failsafe_a": 11})
    assert flow["errors"] == {"failsafe_a": "failsafe_above_circuit"}
    flow = await answer(hass, flow, {**on_it, "wiring": "l2"})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    known = {**DATA, "wiring": ["l2"], "circuit": garage.subentry_id}
    assert chargers(site)["ocpp:CP1:1"] == known

    # Its circuit is removed: it hangs on the supply, and can be changed.
    (subentry_id,) = [subentry.subentry_id for subentry in site.get_subentries_of_type("charger")]
    hass.config_entries.async_remove_subentry(site, garage.subentry_id)
    await hass.async_block_till_done()
    assert site.state is ConfigEntryState.LOADED
    flow = await site.start_subentry_reconfigure_flow(hass, subentry_id)
    assert "circuit" not in fields(flow)
    await answer(hass, flow, suggested(flow))
    assert chargers(site)["ocpp:CP1:1"] == {**DATA, "wiring": ["l2"]}


async def discover(hass: HomeAssistant, site: MockConfigEntry, identity: str = "CP1") -> Result:
    return await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_INTEGRATION_DISCOVERY},
        data={"identity": identity, "address": "127.0.0.1", "entry_id": site.entry_id},
    )


async def test_a_station_that_calls_in_is_offered(hass: HomeAssistant, site: MockConfigEntry) -> None:
    with pytest.raises(InvalidStatus):
        async with station_at(site.data["port"]):
            pass
    await settle(hass)

    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["unique_id"] == "ocpp:CP1"
    assert flow["context"]["title_placeholders"] == {"name": "CP1"}
    shown: Result = await hass.config_entries.flow.async_configure(flow["flow_id"])
    assert shown["step_id"] == "discovered"
    assert shown["description_placeholders"] == {"identity": "CP1", "address": "127.0.0.1"}
    shown = await hass.config_entries.flow.async_configure(flow["flow_id"], {**DETAILS, "failsafe_a": 30})
    assert shown["errors"] == {"failsafe_a": "failsafe_above_maximum"}
    shown = await hass.config_entries.flow.async_configure(flow["flow_id"], DETAILS)
    assert (shown["type"], shown["reason"]) == (FlowResultType.ABORT, "charger_added")
    await hass.async_block_till_done()

    assert chargers(site) == {"ocpp:CP1:1": DATA}
    async with station_at(site.data["port"]):
        pass


async def test_a_charger_that_is_set_up_is_not_offered(hass: HomeAssistant, site: MockConfigEntry) -> None:
    await add_by_hand(hass, site)

    assert (await discover(hass, site))["reason"] == "already_configured"


async def test_adding_a_charger_ends_its_discovery(hass: HomeAssistant, site: MockConfigEntry) -> None:
    await discover(hass, site)
    await discover(hass, site, "CP2")

    await add_by_hand(hass, site)

    assert [flow["context"]["unique_id"] for flow in hass.config_entries.flow.async_progress()] == ["ocpp:CP2"]


async def test_set_up_behind_the_back_of_its_discovery(hass: HomeAssistant, site: MockConfigEntry) -> None:
    flow = await discover(hass, site)
    charger = ConfigSubentry(
        data=MappingProxyType(DATA), subentry_type="charger", title="Garage", unique_id="ocpp:CP1:1"
    )
    hass.config_entries.async_add_subentry(site, charger)
    await hass.async_block_till_done()

    shown = await hass.config_entries.flow.async_configure(flow["flow_id"], DETAILS)

    assert shown["reason"] == "already_configured"


async def test_a_station_that_is_ignored_is_not_offered_again(hass: HomeAssistant, site: MockConfigEntry) -> None:
    ignored = MockConfigEntry(domain=DOMAIN, unique_id="ocpp:CP1", source=SOURCE_IGNORE)
    ignored.add_to_hass(hass)
    assert (await discover(hass, site))["reason"] == "already_configured"


async def test_a_discovery_whose_site_is_gone(hass: HomeAssistant, site: MockConfigEntry) -> None:
    flow = await discover(hass, site)
    await hass.config_entries.async_remove(site.entry_id)

    assert (await hass.config_entries.flow.async_configure(flow["flow_id"], DETAILS))["reason"] == "site_gone"


async def test_a_discovery_whose_server_is_gone(hass: HomeAssistant, site: MockConfigEntry) -> None:
    central_of(hass, site).detach(site.entry_id)

    assert suggested(await discover(hass, site))["name"] == "CP1"


OPERATOR = {
    "operator_url": "wss://example.org/ocpp",
    "operator_identity": "OP1",
    "operator_decides": True,
    "operator_updates": False,
}


async def test_a_charger_is_handed_on_to_an_operator_and_no_more(hass: HomeAssistant, site: MockConfigEntry) -> None:
    await add_by_hand(hass, site)
    (subentry_id,) = site.subentries

    async def change(**operator: object) -> Result:
        flow: Result = await site.start_subentry_reconfigure_flow(hass, subentry_id)
        flow = await answer(hass, flow, {**DETAILS, "operator": operator})
        await hass.async_block_till_done()
        return flow

    flow = await change(**OPERATOR, operator_key="their-key")
    assert flow["reason"] == "reconfigure_successful"
    stored = {**OPERATOR, "operator_key": "their-key"}
    assert chargers(site)["ocpp:CP1:1"] == {**DATA, "operator": stored}
    relays = central_of(hass, site)._csms.relays
    relay = relays.get("CP1")
    assert relay is not None
    assert (relay.target.address, relay.target.key) == ("wss://example.org/ocpp/OP1", "their-key")

    # The password is not shown again, and stays; not so at another operator's.
    flow = await site.start_subentry_reconfigure_flow(hass, subentry_id)
    (shown,) = [marker for marker in flow["data_schema"].schema if marker == "operator"]  # type: ignore[union-attr]
    assert "their-key" not in str(shown.description)
    await change(**OPERATOR)
    assert chargers(site)["ocpp:CP1:1"]["operator"] == stored
    assert relays.get("CP1") is relay
    await change(**OPERATOR | {"operator_url": "ws://127.0.0.1:1"})
    assert "operator_key" not in chargers(site)["ocpp:CP1:1"]["operator"]

    for wrong, error in (
        ({"operator_url": "https://example.org"}, "operator_address_invalid"),
        ({"operator_identity": " "}, "operator_identity_missing"),
        ({"operator_authority": "MIIB"}, "operator_authority_invalid"),
    ):
        assert (await change(**OPERATOR | wrong))["errors"] == {"base": error}

    await change(operator_decides=False)
    assert chargers(site) == {"ocpp:CP1:1": DATA}
    assert relays.get("CP1") is None


async def test_all_connectors_of_a_charger_have_its_operator(hass: HomeAssistant, site: MockConfigEntry) -> None:
    await add_by_hand(hass, site)
    (subentry_id,) = site.subentries
    flow: Result = await site.start_subentry_reconfigure_flow(hass, subentry_id)
    await answer(hass, flow, {**DETAILS, "operator": OPERATOR})
    await hass.async_block_till_done()
    flow = await choose(hass, await start(hass, site), "station")
    flow = await answer(hass, flow, {"station": "CP1", "connector": 2})
    await answer(hass, flow, DETAILS)
    await hass.async_block_till_done()
    assert [charger["operator"] for charger in chargers(site).values()] == [OPERATOR, OPERATOR]


async def test_a_charger_is_handed_on_from_the_first(hass: HomeAssistant, site: MockConfigEntry) -> None:
    trusted = Authority.create(NOW).certificate_pem
    theirs = {**OPERATOR, "operator_updates": True, "operator_authority": trusted}
    flow = await choose(hass, await start(hass, site), "station")
    flow = await answer(hass, flow, {"station": "CP1", "connector": 1})
    flow = await answer(hass, flow, {**DETAILS, "operator": {**theirs, "operator_authority": f"\n {trusted}"}})
    await hass.async_block_till_done()
    assert chargers(site)["ocpp:CP1:1"]["operator"] == theirs
    relay = central_of(hass, site)._csms.relays.get("CP1")
    assert relay is not None
    assert (relay.target.updates, relay.target.authority_pem) == (True, trusted)

    # Another connector shows to whom its station is handed on; there it can be ended for both.
    flow = await choose(hass, await start(hass, site), "station")
    flow = await answer(hass, flow, {"station": "CP1", "connector": 2})
    assert suggested(flow)["operator"] == theirs
    await answer(hass, flow, {**DETAILS, "operator": {"operator_decides": False, "operator_updates": False}})
    await hass.async_block_till_done()
    assert not any("operator" in charger for charger in chargers(site).values())
