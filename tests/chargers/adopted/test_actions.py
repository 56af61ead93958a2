"""Chargers that are steered by actions of their integration, or only while a car is there, and cars themselves."""

import asyncio
from dataclasses import replace

import pytest
from homeassistant.core import HomeAssistant, ServiceCall

from custom_components.smart_charging.chargers.adopted.catalogue import BY_PLATFORM
from custom_components.smart_charging.chargers.adopted.row import Action
from custom_components.smart_charging.chargers.errors import (
    ChargerIdleError,
    ChargerSilentError,
    ChargerUnreachableError,
)
from custom_components.smart_charging.engine.model.evse import EvState, WatchdogKind
from custom_components.smart_charging.engine.model.shortcoming import Shortcoming

from ..bench import EVSE
from .brought import CARS, CORE
from .brought_custom import CUSTOM
from .found import FIXED, Adopted, reachable, state_of


@pytest.fixture
async def easee(hass: HomeAssistant) -> Adopted:
    easee = Adopted(hass, "easee", CUSTOM["easee"])
    easee.register(
        "easee",
        "set_charger_dynamic_limit",
        lambda call: easee.say("sensor dynamic_charger_limit", str(call.data["current"])),
    )
    await easee.start()
    return easee


async def test_an_action_of_its_own_sets_the_current(easee: Adopted):
    assert easee.driver.status.offered_a == 32
    await easee.driver.apply(10.7)
    assert easee.calls == [
        ("easee.set_charger_dynamic_limit", {"device_id": easee.data["device_id"], "current": 10, "time_to_live": 0})
    ]
    assert easee.driver.status.offered_a == 10.7
    await easee.driver.apply(0)
    assert easee.calls[-1][1]["current"] == 0
    assert easee.driver.status.offered_a == 0


async def test_an_action_that_fails_in_silence_is_no_yes(hass: HomeAssistant, easee: Adopted):
    """As Easee's do: only the sensor tells."""
    hass.services.async_register("easee", "set_charger_dynamic_limit", lambda _: None)
    easee.driver._patience_s = 0.05
    with pytest.raises(ChargerSilentError):
        await easee.driver.apply(6)
    assert easee.driver.status.offered_a == 32


async def test_its_sensor_may_lose_its_voice_for_a_moment(hass: HomeAssistant, easee: Adopted):
    hass.services.async_register(
        "easee", "set_charger_dynamic_limit", lambda _: easee.say("sensor dynamic_charger_limit", "unknown")
    )
    telling = asyncio.create_task(easee.driver.apply(10))
    await asyncio.sleep(0.05)
    assert not telling.done()
    easee.say("sensor dynamic_charger_limit", "10")
    await telling
    assert easee.driver.status.offered_a == 10


async def test_a_word_may_say_that_it_is_not_there(easee: Adopted):
    easee.say("sensor status", "offline")
    assert not reachable(easee.driver)
    assert state_of(easee.driver) is EvState.B
    easee.say("sensor status", "charging")
    assert reachable(easee.driver)
    assert state_of(easee.driver) is EvState.C


async def test_easee_has_no_watchdog_for_its_time_to_live_would_end_at_the_maximum(easee: Adopted):
    assert easee.driver.capabilities.watchdog.kind is WatchdogKind.NONE
    assert easee.driver.shortcomings == {Shortcoming.NO_WATCHDOG}


async def test_a_command_that_is_forgotten_is_a_watchdog(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch):
    """No integration has one that can be relied on; one that will is a row."""
    row = BY_PLATFORM["easee"]
    assert row.limit_action is not None
    action = Action(action="set_charger_dynamic_limit", value="current", data={"time_to_live": "{minutes}"})
    monkeypatch.setitem(BY_PLATFORM, "easee", replace(row, limit_action=action, time_to_live_s=600.0))
    adopted = Adopted(hass, "easee", CUSTOM["easee"])
    adopted.register(
        "easee",
        "set_charger_dynamic_limit",
        lambda call: adopted.say("sensor dynamic_charger_limit", str(call.data["current"])),
    )
    await adopted.start()
    watchdog = adopted.driver.capabilities.watchdog
    assert (watchdog.kind, watchdog.timeout_s, watchdog.renew_after_s) == (WatchdogKind.EXPIRY, 600, 200)
    await adopted.driver.apply(16)
    assert adopted.calls[-1][1] == {"time_to_live": "10", "current": 16}
    adopted.clock.advance(599)
    assert adopted.driver.status.offered_a == 16
    adopted.clock.advance(1)
    assert adopted.driver.status.offered_a == EVSE.failsafe_a
    assert adopted.driver.shortcomings == frozenset()
    await adopted.driver.stop()
    assert len(adopted.calls) == 1


async def test_an_action_may_want_what_the_unique_id_tells(hass: HomeAssistant):
    adopted = Adopted(hass, "chargeamps", CUSTOM["chargeamps"])
    adopted.register("chargeamps", "set_max_current")
    adopted.register("switch", "turn_off")
    adopted.register("switch", "turn_on")
    await adopted.start()
    assert state_of(adopted.driver) is EvState.B
    await adopted.driver.apply(13)
    assert adopted.calls == [
        ("chargeamps.set_max_current", {"chargepoint": "2103000001M", "connector": "1", "max_current": 13})
    ]
    await adopted.driver.apply(0)
    assert adopted.calls[-1] == ("switch.turn_off", {"entity_id": adopted.entity_ids["switch 2103000001M_1"]})


async def test_actions_may_pause_too(hass: HomeAssistant):
    adopted = Adopted(hass, "keba", CORE["keba"])
    for action in ("set_current", "disable", "enable"):
        adopted.register("keba", action)
    await adopted.start()
    for current_a in (10.0, 0.0, 8.0):
        await adopted.driver.apply(current_a)
        assert adopted.driver.status.offered_a == current_a
    # At first nobody knows whether it is enabled.
    assert [action for action, _ in adopted.calls] == [
        "keba.set_current",
        "keba.enable",
        "keba.disable",
        "keba.set_current",
        "keba.enable",
    ]
    assert state_of(adopted.driver) is EvState.C


async def test_a_button_ends_a_session_and_an_action_begins_one(hass: HomeAssistant):
    adopted = Adopted(hass, "blue_current", CORE["blue_current"])
    adopted.register("button", "press")
    adopted.register("blue_current", "start_charge_session")
    await adopted.start()
    assert adopted.driver.status.offered_a is None
    await adopted.driver.apply(0)
    await adopted.driver.apply(16)
    assert adopted.calls == [
        ("button.press", {"entity_id": adopted.entity_ids["button stop_charge_session"]}),
        ("blue_current.start_charge_session", {"device_id": adopted.data["device_id"]}),
    ]
    assert adopted.driver.status.current_a == (10, 10, 10)


async def test_what_pauses_it_may_be_there_only_with_a_car(hass: HomeAssistant):
    """As Wallbox's switch: one that comes has as little as can be, until it is paused."""
    adopted = Adopted(hass, "wallbox", CORE["wallbox"])
    adopted.register(
        "number", "set_value", lambda call: adopted.say("number max_charging_current", str(call.data["value"]))
    )
    adopted.register("switch", "turn_off", lambda _: adopted.say("switch paused", "off"))
    adopted.say("sensor status_description", "Ready")
    adopted.say("switch paused", "unavailable")
    await adopted.start()
    assert reachable(adopted.driver)
    await adopted.driver.apply(0)
    assert adopted.driver.status.offered_a == 0
    assert [call["value"] for _, call in adopted.calls] == [6]
    adopted.say("sensor status_description", "Charging")
    adopted.say("switch paused", "on")
    assert adopted.driver.status.offered_a == 6
    await adopted.driver.apply(0)
    assert adopted.driver.status.offered_a == 0
    assert adopted.calls[-1][0] == "switch.turn_off"


async def test_without_a_car_a_fixed_current_needs_no_pause(hass: HomeAssistant):
    adopted = Adopted(hass, "ohme", CORE["ohme"], FIXED)
    adopted.say("sensor status", "unplugged")
    adopted.say("select charge_mode", "unavailable")
    await adopted.start()
    await adopted.driver.apply(0)
    assert adopted.driver.status.offered_a == 0
    assert adopted.calls == []


async def test_what_could_not_be_brought_down_without_a_car_is_an_error(hass: HomeAssistant):
    def fail(_: ServiceCall) -> None:
        raise ConnectionError("gone")

    adopted = Adopted(hass, "wallbox", CORE["wallbox"])
    adopted.register("number", "set_value", fail)
    adopted.say("sensor status_description", "Disconnected")
    adopted.say("switch paused", "unavailable")
    await adopted.start()
    with pytest.raises(ChargerSilentError):
        await adopted.driver.apply(0)
    assert adopted.driver.status.offered_a == 24


async def test_a_switch_may_start_a_car_where_a_limit_of_zero_pauses(hass: HomeAssistant):
    adopted = Adopted(hass, "ocpp", CUSTOM["ocpp"])
    adopted.register("number", "set_value", lambda call: adopted.say("number maximum_current", str(call.data["value"])))
    adopted.register("switch", "turn_on")
    await adopted.start()
    assert adopted.driver.status.offered_a == 32
    await adopted.driver.apply(10)
    adopted.driver.begin()
    await adopted.driver.apply(10)
    assert adopted.calls[-1] == ("switch.turn_on", {"entity_id": adopted.entity_ids["switch charge_control"]})
    await adopted.driver.apply(0)
    assert adopted.driver.status.offered_a == 0
    await adopted.driver.apply(8)
    assert [action for action, _ in adopted.calls].count("switch.turn_on") == 1


async def test_where_nothing_has_to_be_started_nothing_is(hass: HomeAssistant):
    adopted = Adopted(hass, "garo_wallbox", CUSTOM["garo_wallbox"])
    adopted.register("number", "set_value")
    await adopted.start()
    adopted.driver.begin()
    await adopted.driver.apply(10)
    assert [action for action, _ in adopted.calls] == ["number.set_value"]


async def test_what_was_never_known_is_not_known_after_silence(hass: HomeAssistant):
    def fail(_: ServiceCall) -> None:
        raise ConnectionError("gone")

    adopted = Adopted(hass, "keba", CORE["keba"])
    adopted.register("keba", "set_current", fail)
    await adopted.start()
    with pytest.raises(ChargerSilentError):
        await adopted.driver.apply(10)
    assert adopted.driver.status.offered_a is None


async def test_a_car_without_its_switch_cannot_be_paused(hass: HomeAssistant):
    adopted = Adopted(hass, "wallbox", CORE["wallbox"])
    adopted.say("switch paused", "unavailable")
    await adopted.start()
    with pytest.raises(ChargerIdleError):
        await adopted.driver.apply(0)


@pytest.fixture
async def tesla(hass: HomeAssistant) -> Adopted:
    tesla = Adopted(hass, "teslemetry", CARS["teslemetry"])
    tesla.register(
        "number",
        "set_value",
        lambda call: tesla.say("number charge_state_charge_current_request", str(call.data["value"])),
    )
    tesla.register("switch", "turn_on")
    tesla.register("switch", "turn_off")
    await tesla.start()
    return tesla


async def test_a_car_at_home_and_plugged_in_is_steered(tesla: Adopted):
    assert state_of(tesla.driver) is EvState.B
    await tesla.driver.apply(10)
    await tesla.driver.apply(0)
    await tesla.driver.apply(8)
    assert [action for action, _ in tesla.calls] == [
        "number.set_value",
        "switch.turn_off",
        "number.set_value",
        "switch.turn_on",
    ]


@pytest.mark.parametrize(
    ("name", "state"), [("device_tracker location", "not_home"), ("sensor charge_state_charging_state", "disconnected")]
)
async def test_a_car_that_is_away_or_not_plugged_in_is_left_alone(tesla: Adopted, name: str, state: str):
    tesla.say(name, state)
    for current_a in (0.0, 10.0):
        await tesla.driver.apply(current_a)
        assert tesla.driver.status.offered_a == current_a
    assert state_of(tesla.driver) is EvState.A
    tesla.say("number charge_state_charge_current_request", "32")
    assert tesla.driver.status.offered_a == 10
    # What it does when it is here again counts at once.
    tesla.say("device_tracker location", "home")
    tesla.say("sensor charge_state_charging_state", "charging")
    assert tesla.driver.status.offered_a == 32
    tesla.say(name, state)
    await tesla.driver.stop()
    assert tesla.calls == []


async def test_a_car_whose_place_is_not_known_is_not_steered(tesla: Adopted):
    tesla.say("device_tracker location", "unknown")
    assert not reachable(tesla.driver)
    with pytest.raises(ChargerUnreachableError):
        await tesla.driver.apply(6)
