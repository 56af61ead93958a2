"""A home battery that is steered through its entity, in a home that ticks."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import State
from homeassistant.helpers import issue_registry as ir

from custom_components.smart_charging.battery_desk import BatteryDesk
from custom_components.smart_charging.configuration.battery import BatteryHandle
from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.engine.model.battery_order import BatteryCause, BatteryOrder, BatteryWay
from custom_components.smart_charging.engine.model.battery_steering import BatterySteering
from custom_components.smart_charging.sources.battery_handle import settable
from custom_components.smart_charging.store import HeldBattery, SiteStore

from .appliances import Appliance
from .home import GARAGE, Home
from .parts import charger, part
from .tariff_data import hp_hc
from .test_planned_home import EVENING

INPUT_SELECT = "input_select.battery_mode"
SELECT = "select.battery_mode"
SWITCH = "input_boolean.battery_hold"
OPTIONS: dict[str, Any] = {
    "battery_power": "sensor.battery",
    "battery_soc": "sensor.battery_soc",
    "battery_steered_by": SWITCH,
}
BATTERY = "sensor.home_home_battery"
STEER = "switch.home_steer_the_home_battery"


@pytest.fixture
def switch(home: Home) -> Appliance:
    return Appliance(home.hass, SWITCH, "off")


def tells(home: Home, watts: float | str = 0.0, soc: float | str = 50) -> None:
    home.hass.states.async_set("sensor.battery", str(watts), {"unit_of_measurement": "W"}, force_update=True)
    home.hass.states.async_set("sensor.battery_soc", str(soc), {"unit_of_measurement": "%"})


async def set_up(home: Home, **options: Any) -> None:
    tells(home)
    home.hass.config_entries.async_update_entry(home.entry, options=OPTIONS | options)
    await home.set_up()


async def charging(home: Home, peer: Any, watts: float = 3680.0) -> None:
    """A car charges, and the battery gives what it takes."""
    await home.charge(peer)
    await peer.meter(
        {"value": str(watts / 230), "measurand": "Current.Import", "phase": "L1", "unit": "A"}, connector_id=1
    )
    for _ in range(20):
        tells(home, -2000.0)
        await home.pass_s(1, watts=watts - 1500)


def seen(home: Home) -> tuple[str, str]:
    state = home.hass.states.get(BATTERY)
    assert state is not None
    return state.state, state.attributes["code"]


async def test_it_is_held_while_the_car_charges_and_let_go_after(home: Home, switch: Appliance) -> None:
    await set_up(home)
    await home.pass_s(5, watts=500)
    assert (switch.state, seen(home)) == ("off", ("by_itself", "nothing"))
    async with home.station() as peer:
        await charging(home, peer)
        await home.pass_s(2, watts=3800)
        assert (switch.state, seen(home)) == ("on", ("hold", "car"))
        state = home.hass.states.get(BATTERY)
        assert state is not None
        assert state.attributes["reason"] == "Held: a car charges, and is not to be filled from the home battery"
        await peer.status("Finishing")
        await peer.meter({"value": "0", "measurand": "Current.Import", "phase": "L1", "unit": "A"}, connector_id=1)
        await home.pass_s(310, watts=500)
    assert switch.actions == ["turn_on", "turn_off"]
    assert seen(home) == ("by_itself", "nothing")


async def held(home: Home, switch: Appliance) -> None:
    """A home in which a car charges, and the battery is held."""
    await set_up(home)
    async with home.station() as peer:
        await charging(home, peer)
        await home.pass_s(2, watts=3800)
    assert switch.state == "on"


async def unload(home: Home) -> None:
    await home.hass.config_entries.async_unload(home.entry.entry_id)


async def disable(home: Home) -> None:
    await home.hass.config_entries.async_set_disabled_by(home.entry.entry_id, ConfigEntryDisabler.USER)


async def remove(home: Home) -> None:
    await home.hass.config_entries.async_remove(home.entry.entry_id)


async def stop_home_assistant(home: Home) -> None:
    for job in home.hass._shutdown_jobs:
        await job.job.target(*job.args)
    home.hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)


async def fall_silent(home: Home) -> None:
    await home.pass_s(30)


async def lose_the_battery(home: Home) -> None:
    tells(home, "unavailable")
    await home.pass_s(2, watts=3800)


async def lose_its_charge(home: Home) -> None:
    tells(home, 0.0, "unknown")
    await home.pass_s(2, watts=3800)


async def switch_off(home: Home) -> None:
    await home.hass.services.async_call("switch", "turn_off", {"entity_id": STEER}, blocking=True)
    await home.pass_s(2, watts=3800)
    assert seen(home) == ("by_itself", "switched_off")


async def fail_to_tick(home: Home) -> None:
    home.coordinator._senses.take_snapshot = None  # type: ignore[method-assign, assignment]
    await home.pass_s(2, watts=3800)


@pytest.mark.parametrize(
    "end",
    [
        unload,
        disable,
        remove,
        stop_home_assistant,
        fall_silent,
        lose_the_battery,
        lose_its_charge,
        switch_off,
        fail_to_tick,
    ],
)
async def test_whatever_ends_the_steering_leaves_no_hold_behind(home: Home, switch: Appliance, end: Any) -> None:
    await held(home, switch)
    await end(home)
    await home.hass.async_block_till_done()
    await home.turn()
    assert (switch.state, switch.actions) == ("off", ["turn_on", "turn_off"])


async def test_the_switch_is_kept_and_steers_again(home: Home, switch: Appliance) -> None:
    await held(home, switch)
    await switch_off(home)
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await home.hass.async_block_till_done()
    state = home.hass.states.get(STEER)
    assert state is not None
    assert state.state == "off"
    await home.hass.services.async_call("switch", "turn_on", {"entity_id": STEER}, blocking=True)
    await home.pass_s(2, watts=500)
    assert seen(home)[1] == "nothing"


async def test_after_a_crash_what_was_held_is_let_go(home: Home, switch: Appliance) -> None:
    await held(home, switch)
    switch.fails = RuntimeError("gone")
    await unload(home)
    switch.fails = None
    assert switch.state == "on"
    await home.set_up()
    await home.pass_s(3, watts=500)
    assert switch.state == "off"


async def test_what_is_no_longer_steered_is_let_go_once_it_can_be(home: Home, switch: Appliance) -> None:
    await held(home, switch)
    switch.fails = RuntimeError("gone")
    await unload(home)
    switch.fails = None
    home.hass.config_entries.async_update_entry(home.entry, options={})
    await home.set_up()
    await home.hass.async_block_till_done()
    assert switch.state == "off"


async def test_who_does_not_steer_has_no_such_entities(home: Home) -> None:
    tells(home)
    home.hass.config_entries.async_update_entry(home.entry, options={"battery_power": "sensor.battery"})
    await home.set_up()
    assert home.hass.states.get(BATTERY) is None
    assert home.hass.states.get(STEER) is None
    assert home.coordinator.data.battery is None


async def test_a_battery_that_does_not_follow_is_told_of(home: Home, switch: Appliance) -> None:
    await set_up(home)
    switch.deaf = True
    async with home.station() as peer:
        await charging(home, peer)
        await home.pass_s(400, watts=3800)
    assert len(switch.actions) == 3
    assert seen(home) == ("by_itself", "disobeys")
    issue = ir.async_get(home.hass).async_get_issue(DOMAIN, f"battery_disobeys_{home.entry.entry_id}")
    assert issue is not None
    assert issue.translation_placeholders == {"site": "Home", "entity": SWITCH}
    switch.deaf = False
    async with home.station():
        await home.pass_s(600, watts=500)
    assert ir.async_get(home.hass).async_get_issue(DOMAIN, f"battery_disobeys_{home.entry.entry_id}") is None


@pytest.mark.parametrize(
    "attributes", [{}, {"unit_of_measurement": "kW"}, {"unit_of_measurement": "kW", "min": 1.0, "max": 4}]
)
@pytest.mark.parametrize("state", ["1", "unknown"])
def test_what_a_number_may_be_set_to(state: str, attributes: dict[str, Any]) -> None:
    """In its own unit, and never more than is asked for."""
    number = State("number.power", state, attributes)
    known = bool(attributes) and state == "1"
    assert settable(number, 5000.0) == ((4.0 if "max" in attributes else 5.0) if known else None)
    assert settable(number, 900.0) == (0.9 if known and "min" not in attributes else None)
    assert settable(None, 900.0) is None


async def test_a_plan_keeps_and_charges_it_and_is_shown(home: Home, hass_storage: dict[str, Any]) -> None:
    """Off-peak hours begin at 22:30 in Paris; the house takes 3 kW all day, and is known."""
    mode = Appliance(home.hass, INPUT_SELECT, "Auto", {"options": ["Auto", "Standby", "Force"]})
    await home.hass.config.async_set_time_zone("Europe/Paris")
    home.freezer.move_to(EVENING)
    await home.hass.config_entries.async_remove(home.entry.entry_id)
    home.entry = home.make_entry(
        part("charger", GARAGE, charger(), "Garage"),
        part("tariff", "tariff", hp_hc(prices={"off_peak": 0.1, "peak": 0.4}), "HP/HC"),
        limit=60.0,
    )
    steering = {"battery_steered_by": INPUT_SELECT, "battery_by_itself": "Auto", "battery_hold": "Standby"}
    home.hass.config_entries.async_update_entry(
        home.entry,
        options=OPTIONS | steering | {"battery_charge": "Force", "battery_charge_kw": 3.0, "battery_kwh": 10.0},
    )
    first = EVENING - timedelta(days=20)
    key = f"{DOMAIN}.{home.entry.entry_id}.house_hours"
    known = {"first": first.replace(minute=0).isoformat(), "kw": [3.0] * 24 * 20}
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": known}
    tells(home, 0.0, 20)
    await home.set_up()
    await home.hass.async_block_till_done(wait_background_tasks=True)
    # What the house takes may be known only after the first plan, and the next one waits for 10 s.
    for _ in range(4):
        tells(home, 0.0, 20)
        await home.pass_s(5, watts=3000)
        await home.hass.async_block_till_done(wait_background_tasks=True)
    state = home.hass.states.get(BATTERY)
    assert state is not None
    assert state.attributes["saving"] > 0
    assert state.attributes["slots"][0]["way"] == "by_itself"
    assert any(slot["way"] == "charge" for slot in state.attributes["slots"])
    assert 50 < max(slot["soc"] for slot in state.attributes["slots"]) <= 100, "%"
    home.freezer.move_to(EVENING + timedelta(minutes=15))
    for _ in range(4):
        tells(home, 0.0, 20)
        await home.pass_s(5, watts=3000)
        await home.hass.async_block_till_done(wait_background_tasks=True)
    assert (mode.state, seen(home)) == ("Force", ("charge", "cheap"))
    state = home.hass.states.get(BATTERY)
    assert state is not None
    assert state.attributes["reason"].startswith("Charged until ")
    # The oven, the kettle and the boiler: 60 A are 13.8 kW.
    await home.pass_s(2, watts=14_000)
    assert (mode.state, seen(home)) == ("Auto", ("by_itself", "no_room"))


async def test_a_battery_that_gives_though_it_is_held_is_told_of(home: Home, switch: Appliance) -> None:
    await set_up(home)
    async with home.station() as peer:
        await charging(home, peer)
        for _ in range(200):
            tells(home, -2000.0)
            await home.pass_s(1, watts=3680 - 1500)
    assert (switch.state, seen(home)) == ("on", ("hold", "gives"))
    issue_id = f"battery_gives_{home.entry.entry_id}"
    assert ir.async_get(home.hass).async_get_issue(DOMAIN, issue_id) is not None
    tells(home, 0.0)
    await home.pass_s(2, watts=3680)
    assert seen(home) == ("hold", "car")
    assert ir.async_get(home.hass).async_get_issue(DOMAIN, issue_id) is None


# The desk alone, with orders that the test gives.

NUMBER = "number.battery_power"
HANDLE = BatteryHandle(
    entity_id=SELECT,
    words={BatteryWay.BY_ITSELF: "Auto", BatteryWay.HOLD: "Standby", BatteryWay.CHARGE: "Force"},
    steering=BatterySteering(charge_w=5000.0, adjustable=True),
    power_entity_id=NUMBER,
)
HOLD = BatteryOrder(way=BatteryWay.HOLD, cause=BatteryCause.CAR)
CHARGE = BatteryOrder(way=BatteryWay.CHARGE, cause=BatteryCause.CHEAP, power_w=3000.0)
RELEASE = BatteryOrder()


class Desk:
    """A battery with a select and a number, and its desk."""

    def __init__(self, home: Home, state: str = "Auto") -> None:
        self.home = home
        self.select = Appliance(home.hass, SELECT, state, {"options": ["Auto", "Standby", "Force", "Backup"]})
        self.number = Appliance(
            home.hass, NUMBER, "1000", {"unit_of_measurement": "W", "min": 500, "max": 5000, "step": 100}
        )
        self.store = SiteStore(home.hass, "battery")
        self.desk = BatteryDesk(home.hass, HANDLE, self.store)

    async def look(self, order: BatteryOrder, passed_s: float = 1.0) -> BatteryCause:
        self.home.freezer.tick(passed_s)
        told = self.desk.look(order, self.home.now())
        await self.home.hass.async_block_till_done()
        return told.cause

    async def looks(self, order: BatteryOrder, seconds: int) -> BatteryCause:
        told = BatteryCause.NOTHING
        for _ in range(seconds):
            told = await self.look(order)
        return told

    @property
    def told(self) -> list[str]:
        return [str(data.get("option")) for _, data in self.select.calls]


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home)


async def test_only_what_differs_is_sent(desk: Desk) -> None:
    await desk.looks(RELEASE, 3)
    assert desk.told == []
    await desk.looks(HOLD, 100)
    assert desk.told == ["Standby"]
    assert desk.store.held_battery == HeldBattery(entity_id=SELECT, word="Standby", back="Auto")
    await desk.looks(RELEASE, 100)
    assert desk.told == ["Standby", "Auto"]
    assert desk.store.held_battery is None


async def test_the_power_is_set_before_it_charges(desk: Desk) -> None:
    calls: list[str] = []
    desk.number.calls = desk.select.calls = calls  # type: ignore[assignment]
    await desk.look(CHARGE)
    assert [action for action, _ in desk.select.calls] == ["set_value", "select_option"]
    assert (desk.number.state, desk.select.state) == ("3000.0", "Force")
    await desk.look(BatteryOrder(way=BatteryWay.CHARGE, power_w=1250.0))
    assert desk.number.state == "1200.0"
    await desk.looks(BatteryOrder(way=BatteryWay.CHARGE, power_w=1250.0), 100)
    assert len(desk.select.calls) == 3


async def test_what_cannot_be_set_so_low_does_not_charge(desk: Desk) -> None:
    await desk.look(CHARGE)
    assert await desk.look(BatteryOrder(way=BatteryWay.CHARGE, power_w=400.0)) is BatteryCause.NO_ROOM
    assert desk.select.state == "Auto"
    assert desk.told == ["Force", "Auto"]


@pytest.mark.parametrize("unit", ["W", "A"])
async def test_what_sets_no_power_does_not_charge(desk: Desk, unit: str) -> None:
    """It is away, or in another unit."""
    desk.home.hass.states.async_set(NUMBER, "unavailable" if unit == "W" else "16", {"unit_of_measurement": unit})
    assert await desk.look(CHARGE) is BatteryCause.UNREACHABLE
    assert desk.told == []


async def test_a_number_that_does_not_follow_is_told_again_seldom(desk: Desk) -> None:
    desk.number.deaf = True
    await desk.looks(CHARGE, 200)
    assert len(desk.number.calls) == 3


async def test_to_be_by_itself_again_it_is_told_each_half_minute(desk: Desk) -> None:
    await desk.looks(CHARGE, 70)
    desk.select.deaf = True
    assert await desk.looks(RELEASE, 80) is BatteryCause.NOTHING
    assert desk.told == ["Force", "Auto", "Auto", "Auto"]
    assert await desk.looks(RELEASE, 20) is BatteryCause.DISOBEYS


async def test_who_sets_it_by_hand_is_heeded_until_something_else_is_wanted(desk: Desk) -> None:
    await desk.looks(HOLD, 70)
    desk.select.set("Auto")
    assert await desk.looks(HOLD, 100) is BatteryCause.BY_HAND
    assert desk.told == ["Standby"]
    assert desk.store.held_battery is None
    assert await desk.look(RELEASE) is BatteryCause.NOTHING
    await desk.looks(HOLD, 2)
    assert desk.told == ["Standby", "Standby"]


async def test_a_hold_by_hand_stays(desk: Desk) -> None:
    desk.select.set("Standby")
    assert await desk.looks(RELEASE, 5) is BatteryCause.BY_HAND
    # Ours begins and ends meanwhile; the first thing that is said after that is ours to take back.
    assert await desk.looks(HOLD, 5) is BatteryCause.CAR
    assert await desk.looks(RELEASE, 5) is BatteryCause.BY_HAND
    assert desk.told == []


async def test_an_option_that_nobody_named_is_left_alone(desk: Desk) -> None:
    await desk.looks(HOLD, 70)
    desk.select.set("Backup")
    assert await desk.looks(HOLD, 5) is BatteryCause.FOREIGN
    assert await desk.looks(RELEASE, 5) is BatteryCause.FOREIGN
    assert desk.told == ["Standby"]
    assert desk.store.held_battery is None
    desk.select.set("Auto")
    await desk.look(HOLD)
    assert desk.told == ["Standby", "Standby"]


async def test_one_that_comes_back_otherwise_is_told_again(desk: Desk) -> None:
    await desk.looks(HOLD, 70)
    desk.select.set("unavailable")
    assert await desk.look(HOLD) is BatteryCause.UNREACHABLE
    desk.select.set("Auto")
    await desk.looks(HOLD, 2)
    assert desk.told == ["Standby", "Standby"]


async def test_one_that_is_away_before_anything_was_said(desk: Desk) -> None:
    desk.select.set("unavailable")
    assert await desk.look(HOLD) is BatteryCause.UNREACHABLE
    assert desk.told == []


async def test_one_that_shows_once_more_what_it_did_before_is_given_time(desk: Desk) -> None:
    await desk.look(HOLD)
    desk.select.set("Auto")
    assert await desk.looks(HOLD, 30) is BatteryCause.CAR
    desk.select.set("Standby")
    assert await desk.looks(HOLD, 60) is BatteryCause.CAR
    assert desk.told == ["Standby"]


async def test_a_command_under_way_is_seen_through_before_it_is_let_go(desk: Desk) -> None:
    desk.select.holds = asyncio.Event()
    desk.desk.look(HOLD, desk.home.now())
    await desk.home.turn()
    desk.desk.look(RELEASE, desk.home.now())
    stopping = asyncio.ensure_future(desk.desk.stop())
    await desk.home.turn()
    desk.select.holds.set()
    await stopping
    assert (desk.select.state, desk.told) == ("Auto", ["Standby", "Auto"])
    await desk.desk.stop()
    await desk.look(HOLD)
    assert desk.told == ["Standby", "Auto"]


@pytest.mark.parametrize("state", ["unavailable", "Backup"])
async def test_what_cannot_be_let_go_or_is_not_ours_any_more(desk: Desk, state: str) -> None:
    await desk.look(HOLD)
    desk.select.set(state)
    await desk.desk.stop()
    assert desk.told == ["Standby"]
    assert (desk.store.held_battery is None) is (state == "Backup")


async def test_one_that_fails_is_said_once(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.select.fails = RuntimeError("busy")
    await desk.looks(HOLD, 200)
    assert caplog.text.count("could not be told: busy") == 1
    desk.select.fails = None
    await desk.looks(HOLD, 300)
    assert desk.select.state == "Standby"
