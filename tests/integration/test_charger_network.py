"""Chargers at an address in the local network: added, steered and changed, each with a real one at the other end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.modbus.connection import async_get_connection_info
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
from modbus_connection import ModbusSerialParams
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charging.chargers import polled
from custom_components.smart_charging.chargers.around import HomeAround
from custom_components.smart_charging.chargers.driver import ChargerDriver
from custom_components.smart_charging.chargers.errors import ChargerRefusedError, ChargerUnreachableError
from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
)
from custom_components.smart_charging.engine.model.evse import EvState
from custom_components.smart_charging.engine.model.shortcoming import Shortcoming
from tests.chargers.device_bench import HASTY
from tests.chargers.emulators.digest import Digest
from tests.chargers.emulators.go_e import GoEEmulator
from tests.chargers.emulators.modbus_watchful import Vestel
from tests.chargers.emulators.warp import REALM, WarpEmulator

from .flow_helpers import Result, options_of, suggested
from .test_charger_flow import DETAILS, answer, choose, site, start

__all__ = ["site"]

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits in real time."""
    monkeypatch.setattr(polled, "Pace", lambda: HASTY)


@pytest.fixture
async def go_e(site: MockConfigEntry) -> AsyncIterator[GoEEmulator]:
    """A charger that is switched on."""
    del site
    emulator = GoEEmulator()
    await emulator.start()
    yield emulator
    await emulator.stop()


def line(emulator: GoEEmulator, **more: object) -> dict[str, Any]:
    return {"kind": "go_e", "host": "127.0.0.1", "more": {"port": emulator.port, **more}}


async def add(hass: HomeAssistant, entry: MockConfigEntry, emulator: GoEEmulator) -> Result:
    flow = await choose(hass, await start(hass, entry), "network")
    flow = await answer(hass, flow, line(emulator))
    flow = await answer(hass, flow, DETAILS)
    await hass.async_block_till_done()
    return flow


async def lives(freezer: FrozenDateTimeFactory, condition: Callable[[], bool]) -> None:
    """Let time pass in small steps until something has come to be: chargers are asked by the clock."""
    for _ in range(1000):
        if condition():
            return
        freezer.tick(0.02)
        for _ in range(10):
            await asyncio.sleep(0)
    raise AssertionError("it did not come to be")


def driver_of(entry: MockConfigEntry) -> ChargerDriver:
    (driver,) = entry.runtime_data.drivers.values()
    assert isinstance(driver, polled.PolledDriver)
    return driver


async def test_from_its_address_to_a_charging_car(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, site: MockConfigEntry, go_e: GoEEmulator
) -> None:
    flow = await choose(hass, await start(hass, site), "network")
    assert "go_e" in options_of(flow, "kind")
    flow = await answer(hass, flow, line(go_e))
    assert flow["step_id"] == "network_details"
    assert flow["description_placeholders"] == {"kind": "go-e (HTTP API v2)", "host": "127.0.0.1"}
    assert suggested(flow)["name"] == "go-e go-eCharger_V5"
    assert go_e.commands == []
    flow = await answer(hass, flow, {**DETAILS, "failsafe_a": 20})
    assert flow["errors"] == {"failsafe_a": "failsafe_above_maximum"}
    flow = await answer(hass, flow, DETAILS)
    assert (flow["type"], flow["title"]) == (FlowResultType.CREATE_ENTRY, "Garage")
    await hass.async_block_till_done()
    assert site.state is ConfigEntryState.LOADED
    driver = driver_of(site)
    await lives(freezer, lambda: driver.status.reachable)
    go_e.state = EvState.C
    await lives(freezer, lambda: driver.status.state is EvState.C)
    assert driver.shortcomings == {Shortcoming.NO_WATCHDOG}
    assert hass.states.get("sensor.garage_state") is not None
    # Nothing of OCPP is asked of it.
    assert hass.states.get("event.garage_security") is None
    assert hass.states.get("button.garage_restart") is None


async def test_a_password_is_asked_for_until_it_is_the_right_one(
    hass: HomeAssistant, site: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """By digest authentication, over the session that Home Assistant shares."""
    warp = WarpEmulator()
    warp.login = Digest(REALM, "warp", "drive-9")
    await warp.start()
    flow = await choose(hass, await start(hass, site), "network")
    for login in ({}, {"secret": "drive-9"}, {"user": "warp", "secret": "swordfish"}):
        answers = {"kind": "warp", "host": "127.0.0.1", "more": {"port": warp.port, **login}}
        flow = await answer(hass, flow, answers)
        assert flow["errors"] == {"base": "key_refused"}
    answers = {"kind": "warp", "host": "127.0.0.1", "more": {"port": warp.port, "user": "warp", "secret": "drive-9"}}
    flow = await answer(hass, flow, answers)
    assert flow["step_id"] == "network_details"
    assert "drive-9" not in caplog.text
    await warp.stop()


async def test_what_is_stored_and_what_of_it_is_told(
    hass: HomeAssistant,
    site: MockConfigEntry,
    go_e: GoEEmulator,
) -> None:
    await add(hass, site, go_e)
    (stored,) = site.subentries.values()
    assert stored.data["driver"] == "network"
    assert stored.unique_id == f"network:127.0.0.1:{go_e.port}"
    told = await async_get_config_entry_diagnostics(hass, site)
    assert "127.0.0.1" not in str(told["entry"])


async def test_what_a_charger_said_and_was_told_is_in_its_device_s_diagnostics(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    site: MockConfigEntry,
    go_e: GoEEmulator,
    device_registry: dr.DeviceRegistry,
) -> None:
    await add(hass, site, go_e)
    driver = driver_of(site)
    await lives(freezer, lambda: driver.status.reachable)
    await driver.apply(10)
    go_e.refusing = True
    with pytest.raises(ChargerRefusedError):
        await driver.apply(12)
    (subentry_id,) = site.subentries
    device = device_registry.async_get_device_by_identifier((DOMAIN, subentry_id), site.entry_id)
    assert device is not None
    told = await async_get_device_diagnostics(hass, site, device)
    assert (told["capabilities"]["step_a"], told["status"]["offered_a"]) == (1.0, 10.0)
    assert told["details"]["said"]["state"] is EvState.A
    assert [(each["current_a"], each["answer"]) for each in told["details"]["told"]][-2:] == [
        (10, "acknowledged"),
        (12, "it does not take amp"),
    ]
    assert "127.0.0.1" not in str(told)
    home = device_registry.async_get_device_by_identifier((DOMAIN, site.entry_id), site.entry_id)
    assert home is not None
    assert "ticks" in await async_get_device_diagnostics(hass, site, home)


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"host": "http://charger"}, {"host": "host_invalid"}),
        ({"more": {"port": 1}}, {"base": "charger_unreachable"}),
        ({"more": {"port": 70_000}}, {"base": "port_invalid"}),
        ({"more": {"unit": 256}}, {"base": "unit_invalid"}),
        ({"more": {"secret": "sesame"}}, {"base": "not_needed"}),
    ],
)
async def test_an_address_that_cannot_be(
    hass: HomeAssistant,
    site: MockConfigEntry,
    wrong: dict[str, Any],
    errors: dict[str, str],
) -> None:
    flow = await choose(hass, await start(hass, site), "network")
    flow = await answer(hass, flow, {"kind": "go_e", "host": "127.0.0.1", "more": {}, **wrong})
    assert (flow["step_id"], flow["errors"]) == ("network", errors)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"api_on": False}, "api_off"),
        ({"garbage": b"220 mail.example"}, "wrong_device"),
        ({"garbage": b"{}"}, "wrong_device"),
        ({"garbage": b"x" * 300_000}, "charger_unreadable"),
    ],
)
async def test_what_answers_otherwise_is_told_apart(
    hass: HomeAssistant,
    site: MockConfigEntry,
    go_e: GoEEmulator,
    fault: dict[str, Any],
    error: str,
) -> None:
    for name, value in fault.items():
        setattr(go_e, name, value)
    flow = await choose(hass, await start(hass, site), "network")
    assert (await answer(hass, flow, line(go_e)))["errors"] == {"base": error}


async def test_the_same_address_twice(hass: HomeAssistant, site: MockConfigEntry, go_e: GoEEmulator) -> None:
    await add(hass, site, go_e)
    flow = await choose(hass, await start(hass, site), "network")
    assert (await answer(hass, flow, line(go_e)))["reason"] == "already_configured"


async def test_a_charger_that_moved(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, site: MockConfigEntry, go_e: GoEEmulator
) -> None:
    await add(hass, site, go_e)
    (subentry_id,) = site.subentries
    await go_e.stop()
    go_e.port = 0
    await go_e.start()
    flow: Result = await site.start_subentry_reconfigure_flow(hass, subentry_id)
    assert flow["step_id"] == "network_change"
    assert suggested(flow)["host"] == "127.0.0.1"
    changed = {**DETAILS, "host": "127.0.0.1", "more": {"port": 1}}
    flow = await answer(hass, flow, changed)
    assert flow["errors"] == {"base": "charger_unreachable"}
    flow = await answer(hass, flow, {**changed, "more": {"port": go_e.port}, "name": "Carport"})
    assert flow["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert site.subentries[subentry_id].title == "Carport"
    driver = driver_of(site)
    await lives(freezer, lambda: driver.status.reachable)


async def test_a_charger_by_modbus_on_home_assistant_s_shared_line(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, site: MockConfigEntry
) -> None:
    vestel = Vestel()
    await vestel.start()
    try:
        flow = await choose(hass, await start(hass, site), "network")
        where = {"kind": "modbus_vestel_evc04", "host": "127.0.0.1", "more": {"port": vestel.port}}
        flow = await answer(hass, flow, where)
        assert flow["step_id"] == "network_details"
        # Nothing holds the line while nobody has set it up.
        assert async_get_connection_info(hass) == []
        await answer(hass, flow, DETAILS)
        await hass.async_block_till_done()
        driver = driver_of(site)
        await lives(freezer, lambda: driver.status.reachable)
        await driver.apply(10)
        assert vestel.limit_a == 10
        (line_in_use,) = async_get_connection_info(hass)
        assert line_in_use.units == {site.entry_id: [255]}
        await hass.config_entries.async_unload(site.entry_id)
        assert async_get_connection_info(hass) == []
    finally:
        await vestel.stop()


async def test_a_serial_line_that_others_use_otherwise_is_out_of_reach(
    hass: HomeAssistant, site: MockConfigEntry
) -> None:
    around = HomeAround(hass, site)
    around.modbus(ModbusSerialParams(device="/dev/ttyUSB0", baudrate=9600), 1)
    with pytest.raises(ChargerUnreachableError, match="ttyUSB0"):
        around.modbus(ModbusSerialParams(device="/dev/ttyUSB0", baudrate=19200), 2)
