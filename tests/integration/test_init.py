"""Setting up, unloading and removing a site, and the server that its chargers connect to."""

import asyncio
import errno
import socket
from types import MappingProxyType
from typing import Any

import pytest
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState, ConfigSubentry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from websockets.exceptions import InvalidStatus

from custom_components.smart_charging import async_remove_config_entry_device, async_unload_entry
from custom_components.smart_charging.central import (
    Central,
    SeenStation,
    async_find_central,
    async_get_central,
    async_release_unused,
)
from custom_components.smart_charging.const import DOMAIN, SUBENTRY_CHARGER
from custom_components.smart_charging.csms.errors import ListenError
from custom_components.smart_charging.encrypted_port import LISTEN_KEYS, listen_key
from custom_components.smart_charging.engine.model.reason import ReasonCode

from ..chargers.benches import profiles
from ..csms.peer import station_at
from .home import CARPORT, GARAGE, METER, Home, charger, commands, subentry


def strangers(central: Central) -> tuple[SeenStation, ...]:
    return central.strangers


def is_free(port: int) -> bool:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def add_carport(home: Home) -> None:
    """Add a second charger, as its flow does; the entry is reloaded by its listener."""
    home.hass.config_entries.async_add_subentry(
        home.entry,
        ConfigSubentry(
            data=MappingProxyType(charger("CP2")),
            subentry_id=CARPORT,
            subentry_type=SUBENTRY_CHARGER,
            title="Carport",
            unique_id="ocpp:CP2:1",
        ),
    )


async def test_nothing_is_set_up_by_yaml(home: Home) -> None:
    assert await async_setup_component(home.hass, DOMAIN, {})


async def test_a_reload_disconnects_no_charger_and_changes_no_current(home: Home) -> None:
    await home.set_up()
    async with home.station() as peer:
        await home.charge(peer)
        await home.pass_s(40, watts=1000)
        sent = len(commands(peer))
        assert await home.hass.config_entries.async_reload(home.entry.entry_id)
        await home.hass.async_block_till_done()
        await home.turn()
        assert home.setpoint().current_a == 16
        await home.pass_s(5, watts=1000)
        assert not peer.closed.is_set()
        assert set(commands(peer)[sent:]) <= {16.0}
        assert home.status().offered_a == 16


async def test_adding_a_second_charger_leaves_the_first_one_alone(home: Home) -> None:
    await home.set_up()
    async with home.station() as peer:
        await home.charge(peer)
        await home.pass_s(40, watts=1000)
        sent = len(commands(peer))
        add_carport(home)
        await home.hass.async_block_till_done()
        await home.turn()
        assert set(home.entry.runtime_data.drivers) == {GARAGE, CARPORT}
        await home.pass_s(20, watts=1000)
        assert not peer.closed.is_set()
        assert set(commands(peer)[sent:]) <= {16.0}
        async with home.station("CP2", CARPORT) as other:
            assert not other.closed.is_set()


async def test_removing_a_charger_lets_it_in_no_more_and_removes_its_device(home: Home) -> None:
    await home.set_up()
    async with home.station() as peer:
        registry = dr.async_get(home.hass)
        assert registry.async_get_device_by_identifier((DOMAIN, GARAGE), home.entry.entry_id) is not None
        home.hass.config_entries.async_remove_subentry(home.entry, GARAGE)
        await home.hass.async_block_till_done()
        await home.until(peer.closed.is_set)
        assert registry.async_get_device_by_identifier((DOMAIN, GARAGE), home.entry.entry_id) is None
        assert registry.async_get_device_by_identifier((DOMAIN, home.entry.entry_id), home.entry.entry_id) is not None
        assert home.state() is ConfigEntryState.LOADED
    with pytest.raises(InvalidStatus):
        async with station_at(home.port):
            pass


async def test_only_what_is_gone_may_be_deleted(home: Home) -> None:
    await home.set_up()
    registry = dr.async_get(home.hass)
    site = registry.async_get_device_by_identifier((DOMAIN, home.entry.entry_id), home.entry.entry_id)
    own = registry.async_get_device_by_identifier((DOMAIN, GARAGE), home.entry.entry_id)
    old = registry.async_get_or_create(config_entry_id=home.entry.entry_id, identifiers={(DOMAIN, "old")})
    assert site is not None
    assert own is not None
    assert [await async_remove_config_entry_device(home.hass, home.entry, device) for device in (site, own, old)] == [
        False,
        False,
        True,
    ]


async def test_disabling_and_removing_a_site_close_its_server(home: Home) -> None:
    await home.set_up()
    assert not is_free(home.port)
    await home.hass.config_entries.async_set_disabled_by(home.entry.entry_id, ConfigEntryDisabler.USER)
    assert is_free(home.port)
    await home.hass.config_entries.async_set_disabled_by(home.entry.entry_id, None)
    await home.hass.async_block_till_done()
    assert not is_free(home.port)
    await home.hass.config_entries.async_remove(home.entry.entry_id)
    assert is_free(home.port)


async def test_another_port_closes_the_old_one(home: Home, free_port: int) -> None:
    await home.set_up()
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        other_port = int(attempt.getsockname()[1])
    home.hass.config_entries.async_update_entry(home.entry, data={**home.entry.data, "port": other_port})
    await home.hass.async_block_till_done()
    assert is_free(free_port)
    assert not is_free(other_port)


async def test_two_sites_share_a_port_until_the_last_one_is_gone(home: Home) -> None:
    second = home.make_entry(subentry("shed_id", "Shed", charger("CP9")))
    await home.set_up()
    if second.state is not ConfigEntryState.LOADED:
        await home.set_up(second)
    async with home.station() as peer:
        await home.hass.config_entries.async_remove(second.entry_id)
        await home.turn()
        assert not peer.closed.is_set()
    with pytest.raises(InvalidStatus):
        async with station_at(home.port, "CP9"):
            pass


async def test_stopping_home_assistant_closes_everything_and_tells_nobody_anything(home: Home) -> None:
    await home.set_up()
    async with home.station() as peer:
        await home.charge(peer)
        await home.pass_s(40, watts=1000)
        sent = len(commands(peer))
        home.hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
        await home.until(peer.closed.is_set)
        await home.pass_s(60, watts=1000)
        assert len(commands(peer)) == sent
        assert is_free(home.port)


async def test_nothing_rises_after_a_restart_before_a_fresh_reading(home: Home) -> None:
    """The states are there, as restored ones are, and the charger goes on with what it had."""
    home.hass.states.async_set(METER, "100", {"unit_of_measurement": "W"})
    await home.set_up()
    async with home.station() as peer:
        await home.charge(peer)
        await home.pass_s(60)
        assert home.setpoint().reason.code is ReasonCode.WAITING_FOR_METER
        assert set(commands(peer)) <= {6.0}
        await home.pass_s(30, watts=100)
        assert commands(peer)[-1] == 16


async def test_a_station_that_drops_and_returns_goes_on_with_its_transaction_and_its_setpoint(home: Home) -> None:
    await home.set_up()
    async with home.station() as peer:
        transaction_id = await home.charge(peer)
        await home.pass_s(40, watts=1000)
        session = home.status().session_started_at
        await peer.drop()
        await home.until(lambda: not home.status().reachable)
        await home.pass_s(10, watts=1000)
        assert home.setpoint().reason.code is ReasonCode.OFFLINE
    async with station_at(home.port) as peer:
        await peer.status("Charging")
        await home.pass_s(2, watts=1000)
        await home.until(lambda: commands(peer) == [16])
        profile = profiles(peer, "TxProfile")[-1]["csChargingProfiles"]
        assert profile["transactionId"] == transaction_id
        assert home.status().session_started_at == session


@pytest.mark.parametrize(
    ("changes", "key"),
    [({"limit": 5.0}, "failsafe_above_limit"), ({"meter": []}, "meter_missing")],
)
async def test_a_configuration_that_cannot_be_used_is_told(home: Home, changes: dict[str, Any], key: str) -> None:
    entry = home.make_entry(subentry(GARAGE, "Garage", charger()), **changes)
    assert not await home.hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == key


async def test_a_port_in_use_is_an_issue_until_it_is_free(home: Home) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", home.port))
        other.listen()
        await home.hass.config_entries.async_setup(home.entry.entry_id)
        assert home.state() is ConfigEntryState.SETUP_RETRY
        assert home.entry.error_reason_translation_key == "port_in_use"
        issue = ir.async_get(home.hass).async_get_issue(DOMAIN, f"port_in_use_{home.entry.entry_id}")
        assert issue is not None
        assert issue.translation_key == "port_in_use"
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await home.hass.async_block_till_done()
    assert home.state() is ConfigEntryState.LOADED
    assert ir.async_get(home.hass).async_get_issue(DOMAIN, f"port_in_use_{home.entry.entry_id}") is None


async def test_a_first_tick_that_fails_leaves_nothing_running(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("custom_components.smart_charging.coordinator.step", fail)
    await home.hass.config_entries.async_setup(home.entry.entry_id)
    assert home.state() is ConfigEntryState.SETUP_ERROR


def test_why_nobody_can_listen_has_a_name() -> None:
    for number, key in LISTEN_KEYS.items():
        error = ListenError("h", 1, OSError(number, "x"))
        error.__cause__ = OSError(number, "x")
        assert listen_key(error) == key
    error = ListenError("h", 1, OverflowError())
    error.__cause__ = OverflowError()
    assert listen_key(error) == "cannot_listen"
    assert errno.EADDRINUSE in LISTEN_KEYS


async def test_an_unknown_charger_that_calls_in_is_discovered_once(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    flows: list[tuple[Any, ...]] = []
    monkeypatch.setattr(
        "custom_components.smart_charging.central.discovery_flow.async_create_flow",
        lambda _hass, *arguments: flows.append(arguments),
    )
    await home.set_up()
    for _ in range(2):
        with pytest.raises(InvalidStatus):
            async with station_at(home.port, "NEW"):
                pass
    data = {"identity": "NEW", "address": "127.0.0.1", "entry_id": home.entry.entry_id}
    assert flows == [(DOMAIN, {"source": "integration_discovery"}, data)]
    central = async_find_central(home.hass, home.entry.entry_id)
    assert central is not None
    assert strangers(central) == (SeenStation(identity="NEW", address="127.0.0.1", admitted=False),)


async def test_pairing_lets_a_new_charger_in_and_it_stays_when_it_is_configured(home: Home) -> None:
    await home.set_up()
    central = async_find_central(home.hass, home.entry.entry_id)
    assert central is not None
    central.open_pairing()
    async with station_at(home.port, "CP2") as peer:
        await peer.boot()
        assert strangers(central) == (SeenStation(identity="CP2", address="127.0.0.1", admitted=True),)
        assert central.station("CP2").connected
        add_carport(home)
        await home.hass.async_block_till_done()
        central.close_pairing()
        await home.turn()
        assert strangers(central) == ()
        assert not peer.closed.is_set()
        await home.until(lambda: home.status(CARPORT).reachable)
    with pytest.raises(InvalidStatus):
        async with station_at(home.port, "CP3"):
            pass


async def test_a_server_that_nobody_attaches_to_is_let_go(home: Home) -> None:
    central, same = await asyncio.gather(
        async_get_central(home.hass, "127.0.0.1", home.port), async_get_central(home.hass, "127.0.0.1", home.port)
    )
    assert central is same
    assert not central.in_use
    assert not is_free(home.port)
    await async_release_unused(home.hass)
    assert is_free(home.port)
    assert async_find_central(home.hass, home.entry.entry_id) is None


async def test_a_charger_that_cannot_be_stopped_keeps_no_other_from_it(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    add_carport(home)
    await home.set_up()
    stopped: list[str] = []

    def fail() -> None:
        raise ZeroDivisionError("oops")

    drivers = home.entry.runtime_data.drivers
    monkeypatch.setattr(drivers[GARAGE], "stop", fail)
    ends = drivers[CARPORT].stop

    async def end() -> None:
        stopped.append(CARPORT)
        await ends()

    monkeypatch.setattr(drivers[CARPORT], "stop", end)
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    assert stopped == [CARPORT]
    assert "could not be stopped" in caplog.text


async def test_a_platform_that_stays_keeps_the_site_running(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    await home.set_up()

    async def stays(*_: Any) -> bool:
        return False

    with monkeypatch.context() as patch:
        patch.setattr(home.hass.config_entries, "async_unload_platforms", stays)
        assert not await async_unload_entry(home.hass, home.entry)
    await home.pass_s(2, watts=500)
    assert home.ticks_well()
    assert home.coordinator.data.decision.headroom["site"].known
