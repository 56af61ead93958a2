"""Limits that come and go in a home that ticks: they hold within the second, with their reason, and go again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from homeassistant.config_entries import ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.engine.model.reason import ReasonCode

from ..csms.peer import Peer
from .home import GARAGE, METER, Home, commands
from .parts import THREE, charger, limit, part

DIMMING = "dimming_id"
BOX = "binary_sensor.box"
METER_OF_THREE = [{"role": "net", "phase": None, "entity_id": METER}]
HOUSE_W = 690.0
CHARGING_W = HOUSE_W + 16 * 690


@pytest.fixture
async def entry(home: Home) -> MockConfigEntry:
    return await make_entry(home, part("limit", DIMMING, limit(), "Dimming"))


async def make_entry(home: Home, *limits: ConfigSubentryDataWithId) -> MockConfigEntry:
    """Three phases of 25 A and a charger of 16 A on each, in place of the home's own."""
    await home.hass.config_entries.async_remove(home.entry.entry_id)
    home.entry = home.make_entry(
        part("charger", GARAGE, charger(wiring=THREE), "Garage"), *limits, phases=3, meter=METER_OF_THREE
    )
    return home.entry


@asynccontextmanager
async def charging(home: Home) -> AsyncIterator[Peer]:
    """A car that charges as fast as the charger can."""
    async with home.station() as peer:
        await home.charge(peer)
        await home.pass_s(40, watts=HOUSE_W)
        await draw(peer, 16)
        await home.pass_s(5, watts=CHARGING_W)
        assert commands(peer)[-1] == 16
        yield peer


async def draw(peer: Peer, current_a: float) -> None:
    """Let the car draw so much on each phase."""
    values = [
        {"value": str(current_a), "measurand": "Current.Import", "phase": phase.upper(), "unit": "A"} for phase in THREE
    ]
    await peer.meter(*values, connector_id=1)


def shown(hass: HomeAssistant, entity_id: str) -> str:
    state = hass.states.get(entity_id)
    assert state is not None, entity_id
    return state.state


async def test_the_grid_operator_dims_a_charger_to_6_a_on_three_phases_and_back(
    home: Home, entry: MockConfigEntry
) -> None:
    hass = home.hass
    hass.states.async_set(BOX, "off")
    await home.set_up(entry)
    async with charging(home) as peer:
        assert shown(hass, "binary_sensor.dimming_holds_now") == "off"
        sent = len(commands(peer))

        hass.states.async_set(BOX, "on")
        await home.pass_s(1, watts=CHARGING_W)

        await home.until(lambda: len(commands(peer)) > sent)
        assert commands(peer)[sent:] == [6]  # 4.2 kW on three phases of 230 V are 6.087 A; this charger takes whole A
        reason = home.setpoint().reason
        assert reason.code is ReasonCode.LIMITED
        assert (reason.params["source"], reason.params["limit_w"]) == ("operator", 4200.0)
        assert shown(hass, "sensor.garage_reason") == "Held at 6 A: the grid operator (Dimming) allows 4.2 kW"
        assert shown(hass, "binary_sensor.dimming_holds_now") == "on"

        # However much the house takes or leaves: it is the cars that are dimmed.
        await draw(peer, 6)
        await home.pass_s(60, watts=HOUSE_W + 6 * 690)
        assert commands(peer)[-1] == 6

        hass.states.async_set(BOX, "off")
        await home.pass_s(40, watts=HOUSE_W + 6 * 690)
        assert commands(peer)[-1] == 16
        assert home.setpoint().reason.code is ReasonCode.AT_MAXIMUM
        assert shown(hass, "binary_sensor.dimming_holds_now") == "off"


async def test_a_box_that_falls_silent_while_it_dims_lets_nobody_go(home: Home, entry: MockConfigEntry) -> None:
    home.hass.states.async_set(BOX, "on")
    await home.set_up(entry)
    async with home.station() as peer:
        await home.charge(peer)
        await home.pass_s(40, watts=HOUSE_W)
        assert commands(peer)[-1] == 6
        home.hass.states.async_set(BOX, "unavailable")
        await home.pass_s(60, watts=HOUSE_W)
        assert max(commands(peer)) == 6
        state = home.hass.states.get("binary_sensor.dimming_holds_now")
        assert state is not None
        assert (state.state, state.attributes["known"]) == ("on", False)
        home.hass.states.async_set(BOX, "off")
        await home.pass_s(40, watts=HOUSE_W)
        assert commands(peer)[-1] == 16


async def test_a_limit_holds_until_its_box_has_spoken(home: Home, entry: MockConfigEntry) -> None:
    await home.set_up(entry)
    await home.pass_s(2, watts=HOUSE_W)
    (held,) = home.coordinator.data.snapshot.limits["site"]
    assert held.power_w == 4200
    home.hass.states.async_set(BOX, "off")
    await home.pass_s(2, watts=HOUSE_W)
    assert home.coordinator.data.snapshot.limits == {}


async def test_what_an_entity_told_outlasts_a_restart(home: Home) -> None:
    told = limit(kind="user", entity_id=None, limit_unit="a", limit=16, value_entity_id="sensor.allowed")
    entry = await make_entry(home, part("limit", DIMMING, told))
    home.hass.states.async_set("sensor.allowed", "8", {"unit_of_measurement": "A"})
    await home.set_up(entry)
    await home.hass.config_entries.async_unload(entry.entry_id)
    home.hass.data.pop("smart_charging_left", None)
    home.hass.states.async_remove("sensor.allowed")

    await home.set_up(entry)

    for minutes, current_a in ((0, 8), (14, 8), (16, 16)):
        home.freezer.tick(minutes * 60)
        await home.pass_s(10, watts=HOUSE_W)
        (held,) = home.coordinator.data.snapshot.limits["site"]
        assert held.current_a == current_a


async def test_the_lowest_of_several_is_named(home: Home) -> None:
    entry = await make_entry(
        home,
        part("limit", "box", limit()),
        part("limit", "peak", limit(kind="schedule", entity_id="schedule.peak", limit_unit="a", limit=8)),
        part("limit", "own", limit(kind="user", entity_id=None, limit_unit="a", limit=12)),
    )
    for entity_id in (BOX, "schedule.peak"):
        home.hass.states.async_set(entity_id, "off")
    await home.set_up(entry)
    async with home.station() as peer:
        await home.charge(peer)
        await home.pass_s(40, watts=HOUSE_W)
        told = []
        for on in ((), ("schedule.peak",), (BOX, "schedule.peak")):
            for entity_id in on:
                home.hass.states.async_set(entity_id, "on")
            await home.pass_s(3, watts=HOUSE_W)
            reason = home.setpoint().reason
            told.append((home.setpoint().current_a, reason.params["source"]))
    assert told == [(12, "user"), (8, "schedule"), (6, "operator")]


async def test_hours_of_the_clock_hold_by_themselves(home: Home) -> None:
    """The sites' clock is Home Assistant's; it is looked at with each tick, and ticks come every 10 s at the latest."""
    now = dt_util.now()
    start, end = now + timedelta(minutes=2), now + timedelta(minutes=4)
    hours = limit(kind="schedule", entity_id=None, hours=f"{start:%H:%M}-{end:%H:%M}", limit=4.6, chargers_only=False)
    await home.set_up(await make_entry(home, part("limit", DIMMING, hours, "Punta")))
    ahead = home.entry.runtime_data.foresight.limits
    assert [
        span.limit.power_w for span in ahead.known(dt_util.utcnow(), dt_util.utcnow() + timedelta(hours=1))["site"]
    ] == [4600.0]
    held = []
    for _ in range(6):
        await home.pass_s(60, watts=HOUSE_W)
        held.append([one.power_w for one in home.coordinator.data.snapshot.limits.get("site", ())])
    held_now = [bool(one) for one in held]
    assert sum(held_now) == 2
    assert held_now[0] is held_now[-1] is False
    assert [4600.0] in held


async def test_a_limit_has_a_device_of_its_own_and_goes_with_it(home: Home, entry: MockConfigEntry) -> None:
    home.hass.states.async_set(BOX, "on")
    await home.set_up(entry)
    devices = dr.async_get(home.hass)
    device = devices.async_get_device_by_identifier((DOMAIN, DIMMING), entry.entry_id)
    assert device is not None
    assert device.name == "Dimming"
    home.hass.config_entries.async_remove_subentry(entry, DIMMING)
    await home.hass.async_block_till_done()
    await home.pass_s(2, watts=HOUSE_W)
    assert devices.async_get_device_by_identifier((DOMAIN, DIMMING), entry.entry_id) is None
    assert home.hass.states.get("binary_sensor.dimming_holds_now") is None
    assert home.coordinator.data.snapshot.limits == {}
