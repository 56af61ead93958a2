"""Appliances in a home that ticks: they give way, come back, and are let go when nobody steers any more."""

from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import Any

import pytest
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP, RESTART_EXIT_CODE
from homeassistant.util import dt as dt_util

from custom_components.smart_charging.engine.model.reason import ReasonCode
from custom_components.smart_charging.store import Shed

from .appliances import Appliance
from .home import METER, Home, commands

BOILER = "boiler_id"
OVERLOAD_W = 27 * 230.0
CALM_W = 5 * 230.0


@pytest.fixture(autouse=True)
def _no_spacing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("custom_components.smart_charging.loads.SPACING_S", 0.0)


@pytest.fixture
def boiler(home: Home) -> Appliance:
    return Appliance(home.hass, "input_boolean.boiler")


async def set_up(home: Home, **changes: Any) -> None:
    home.add_load(BOILER, "Boiler", "input_boolean.boiler", **changes)
    await home.set_up()


async def overloaded(home: Home, **changes: Any) -> None:
    """A home whose boiler had to give way."""
    await set_up(home, **changes)
    await home.pass_s(5, watts=CALM_W)
    await home.pass_s(5, watts=OVERLOAD_W)


def reason(home: Home) -> ReasonCode:
    return home.coordinator.data.decision.load_reasons[BOILER].code


async def test_it_gives_way_to_an_overload_and_comes_back(home: Home, boiler: Appliance) -> None:
    await set_up(home, minimum_off_min=1)
    await home.pass_s(5, watts=CALM_W)
    assert (boiler.state, reason(home)) == ("on", ReasonCode.LOAD_RUNS)
    await home.pass_s(3, watts=OVERLOAD_W)
    assert boiler.state == "off"
    assert home.coordinator.data.snapshot.loads[BOILER].shed
    await home.pass_s(300, watts=CALM_W)
    assert (boiler.state, reason(home)) == ("on", ReasonCode.LOAD_RUNS)
    assert boiler.actions == ["turn_off", "turn_on"]


async def test_an_appliance_that_cannot_be_switched_holds_no_charger_up(home: Home, boiler: Appliance) -> None:
    boiler.fails = RuntimeError("oops")
    await set_up(home)
    async with home.station() as peer:
        await home.charge(peer)
        await home.pass_s(60, watts=CALM_W)
        assert commands(peer)[-1] > 6
        await peer.meter({"value": "15", "measurand": "Current.Import", "phase": "L1", "unit": "A"}, connector_id=1)
        await home.pass_s(3, watts=CALM_W + 28 * 230)
        await home.until(lambda: commands(peer)[-1] < 10)


async def test_a_reload_toggles_nothing(home: Home, boiler: Appliance) -> None:
    await overloaded(home)
    assert boiler.actions == ["turn_off"]
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await home.hass.async_block_till_done()
    await home.pass_s(5, watts=OVERLOAD_W)
    assert boiler.actions == ["turn_off"]
    assert home.coordinator.data.snapshot.loads[BOILER].shed


async def test_after_a_restart_it_stays_off_until_there_is_room(home: Home, boiler: Appliance) -> None:
    """Nothing is left in memory, and the appliance itself comes late."""
    await overloaded(home, minimum_off_min=1)
    await home.hass.config_entries.async_unload(home.entry.entry_id)
    home.hass.data.pop("smart_charging_left", None)
    boiler.set("unavailable")
    await home.set_up()
    await home.pass_s(5)
    boiler.set("off")
    await home.pass_s(5, watts=OVERLOAD_W)
    assert (boiler.state, boiler.actions) == ("off", ["turn_off"])
    await home.pass_s(300, watts=CALM_W)
    assert boiler.actions == ["turn_off", "turn_on"]


async def disable(home: Home) -> None:
    await home.hass.config_entries.async_set_disabled_by(home.entry.entry_id, ConfigEntryDisabler.USER)
    await home.hass.async_block_till_done()


async def stop_home_assistant(home: Home) -> None:
    """As `async_stop` does it: first the jobs, then the event."""
    for job in home.hass._shutdown_jobs:
        await job.job.target(*job.args)
    home.hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await home.hass.async_block_till_done()
    await home.turn()


@pytest.mark.parametrize("end", [disable, stop_home_assistant])
async def test_the_chargers_are_lowered_before_an_appliance_is_let_go(
    home: Home, boiler: Appliance, end: Callable[[Home], Awaitable[None]]
) -> None:
    await set_up(home)
    async with home.station() as peer:
        await home.charge(peer)
        await home.pass_s(60, watts=CALM_W)
        assert commands(peer)[-1] > 6
        record = Shed(entity_id="input_boolean.boiler", before="on", since=dt_util.utcnow())
        home.coordinator._store.set_shed(BOILER, record)
        boiler.set("off")
        sent = len(commands(peer))
        home.hass.services.async_register(
            "input_boolean", "turn_on", lambda _: commands_then.extend(commands(peer)[sent:])
        )
        commands_then: list[float] = []
        await end(home)
        assert commands_then == [6]


async def test_removing_the_site_switches_it_on_again(home: Home, boiler: Appliance) -> None:
    await overloaded(home)
    await home.hass.config_entries.async_remove(home.entry.entry_id)
    assert boiler.actions == ["turn_off", "turn_on"]


async def test_removing_the_appliance_switches_it_on_again(home: Home, boiler: Appliance) -> None:
    await overloaded(home)
    home.hass.config_entries.async_remove_subentry(home.entry, BOILER)
    await home.hass.async_block_till_done()
    assert boiler.actions == ["turn_off", "turn_on"]
    assert home.coordinator._store.sheds == {}


async def test_an_appliance_behind_another_entity_is_another_one(home: Home, boiler: Appliance) -> None:
    await overloaded(home)
    old = home.entry.subentries[BOILER]
    home.hass.config_entries.async_update_subentry(
        home.entry, old, data=MappingProxyType({**old.data, "entity_id": "input_boolean.other"})
    )
    await home.hass.async_block_till_done()
    assert boiler.actions == ["turn_off", "turn_on"]


@pytest.mark.parametrize(("exit_code", "expected"), [(0, "on"), (RESTART_EXIT_CODE, "off")])
async def test_stopping_for_good_switches_it_on_again_and_a_restart_does_not(
    home: Home, boiler: Appliance, exit_code: int, expected: str
) -> None:
    await overloaded(home)
    home.hass.exit_code = exit_code
    await stop_home_assistant(home)
    assert boiler.state == expected


async def test_a_site_that_cannot_be_set_up_again_holds_nothing_off(home: Home, boiler: Appliance) -> None:
    await overloaded(home)
    home.hass.config_entries.async_update_entry(home.entry, data={**home.entry.data, "meter": []})
    await home.hass.async_block_till_done()
    assert home.state() is ConfigEntryState.SETUP_ERROR
    assert boiler.actions == ["turn_off", "turn_on"]
    assert home.hass.states.get(METER) is not None
