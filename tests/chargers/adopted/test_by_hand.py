"""Chargers that a person put together: any unit, any entity, and what is stored of them."""

import pytest
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import ServiceValidationError

from custom_components.smart_charging.chargers.adopted.driver import (
    adopted_capabilities,
    make_adopted,
    roles_of,
)
from custom_components.smart_charging.chargers.adopted.row import Role
from custom_components.smart_charging.chargers.errors import (
    ChargerError,
    ChargerLacksError,
    ChargerRefusedError,
)
from custom_components.smart_charging.engine.model.evse import EvState

from ...csms.conftest import Clock
from ..bench import EVSE
from ..waiting import Woken
from .found import FIXED, ONE_PHASE, by_hand, reachable, state_of

UNITS = {
    "A": ("A", 0.5, 1.0, 10.4, 10.0),
    "mA": ("mA", 1.0, 0.001, 10.4, 10400.0),
    "W": ("W", 1.0, 1 / 690, 10.0, 6900.0),
    "kW": ("kW", 0.1, 1 / 0.69, 10.0, 6.9),
    "%": ("%", 1.0, 0.16, 10.0, 62.0),
    "none": (None, 1.0, 1.0, 10.9, 10.0),
}


@pytest.mark.parametrize("case", UNITS)
async def test_a_limit_may_be_in_another_unit_and_is_rounded_down(hass: HomeAssistant, case: str):
    unit, step, per_unit_a, told_a, value = UNITS[case]
    attributes = {"min": 0.0, "max": 32 / per_unit_a, "step": step, "unit_of_measurement": unit}
    hass.states.async_set("number.box", str(6 / per_unit_a), {k: v for k, v in attributes.items() if v is not None})
    set_to: list[float] = []
    hass.services.async_register("number", "set_value", lambda call: set_to.append(call.data["value"]))
    driver = by_hand(hass, {Role.LIMIT: "number.box"}, zero_pauses=True)
    await driver.start(Woken())
    assert driver.status.offered_a == pytest.approx(6)
    await driver.apply(told_a)
    await driver.apply(0)
    assert set_to == [pytest.approx(value), 0]


async def test_more_than_its_entity_takes_is_the_most_that_it_takes(hass: HomeAssistant):
    hass.states.async_set("number.box", "6", {"min": 6, "max": 13, "step": 1})
    set_to: list[float] = []
    hass.services.async_register("number", "set_value", lambda call: set_to.append(call.data["value"]))
    driver = by_hand(hass, {Role.LIMIT: "number.box"})
    await driver.start(Woken())
    await driver.apply(16)
    assert set_to == [13]
    with pytest.raises(ChargerLacksError):
        await driver.apply(0)


async def test_without_a_word_of_its_state_the_power_tells(hass: HomeAssistant):
    hass.states.async_set("number.box", "6", {"unit_of_measurement": "A"})
    hass.states.async_set("sensor.power", "5", {"unit_of_measurement": "W"})
    driver = by_hand(hass, {Role.LIMIT: "number.box", Role.POWER: "sensor.power"})
    await driver.start(Woken())
    # There may be a car as well as not.
    assert state_of(driver) is EvState.B
    assert driver.status.measured_at is not None
    hass.states.async_set("sensor.power", "1.4", {"unit_of_measurement": "kW"})
    assert state_of(driver) is EvState.C
    hass.states.async_set("sensor.power", "1.4", {"unit_of_measurement": "furlong"})
    assert driver.status.power_w is None
    assert driver.status.measured_at is None


async def test_one_phase_has_one_current(hass: HomeAssistant):
    hass.states.async_set("number.box", "6", {})
    hass.states.async_set("sensor.current", "9500", {"unit_of_measurement": "mA"})
    driver = by_hand(hass, {Role.LIMIT: "number.box", Role.CURRENT: "sensor.current"}, ONE_PHASE)
    await driver.start(Woken())
    assert driver.status.current_a == (9.5,)
    assert state_of(driver) is EvState.C
    three = by_hand(hass, {Role.LIMIT: "number.box", Role.CURRENT: "sensor.current"})
    await three.start(Woken())
    assert three.status.current_a is None


async def test_a_word_that_nobody_knows_is_no_state(hass: HomeAssistant):
    hass.states.async_set("number.box", "6", {})
    hass.states.async_set("sensor.status", "Purple", {})
    driver = by_hand(hass, {Role.LIMIT: "number.box", Role.STATUS: "sensor.status"})
    await driver.start(Woken())
    assert reachable(driver)
    assert state_of(driver) is None
    assert driver.status.fault is None


async def test_one_that_says_nothing_at_all_is_not_there(hass: HomeAssistant):
    hass.states.async_set("number.box", "unknown", {})
    driver = by_hand(hass, {Role.LIMIT: "number.box"})
    await driver.start(Woken())
    assert not reachable(driver)
    hass.states.async_set("number.box", "6", {})
    assert reachable(driver)


async def test_a_switch_by_hand_pauses(hass: HomeAssistant):
    hass.states.async_set("input_boolean.stop", "on", {})
    told: list[str] = []
    for action in ("turn_on", "turn_off"):
        hass.services.async_register("input_boolean", action, lambda call: told.append(call.service))
    driver = by_hand(hass, {Role.PAUSE: "input_boolean.stop"}, FIXED, pause_word="on", resume_word="off")
    await driver.start(Woken())
    assert driver.status.offered_a == 0
    await driver.apply(16)
    await driver.apply(0)
    assert told == ["turn_off", "turn_on"]


async def test_what_its_entity_refuses_is_refused(hass: HomeAssistant):
    def refuse(_: ServiceCall) -> None:
        raise ServiceValidationError("out of range")

    hass.states.async_set("number.box", "6", {})
    hass.services.async_register("number", "set_value", refuse)
    driver = by_hand(hass, {Role.LIMIT: "number.box"})
    await driver.start(Woken())
    with pytest.raises(ChargerRefusedError, match="out of range"):
        await driver.apply(16)
    assert driver.status.offered_a == 6


async def test_a_select_by_hand_may_write_its_unit_and_hold_other_things(hass: HomeAssistant):
    hass.states.async_set("input_select.box", "16 A", {"options": ["Off", "8A", "16 A", ""]})
    chosen: list[str] = []
    hass.services.async_register("input_select", "select_option", lambda call: chosen.append(call.data["option"]))
    driver = by_hand(hass, {Role.LIMIT: "input_select.box"})
    await driver.start(Woken())
    assert driver.status.offered_a == 16
    await driver.apply(9)
    assert chosen == ["8A"]


async def test_phases_by_hand(hass: HomeAssistant):
    hass.states.async_set("number.box", "6", {})
    hass.states.async_set("select.phases", "3", {"options": ["1", "3"]})
    chosen: list[str] = []
    hass.services.async_register("number", "set_value", lambda _: None)
    hass.services.async_register("select", "select_option", lambda call: chosen.append(call.data["option"]))
    driver = by_hand(hass, {Role.LIMIT: "number.box", Role.PHASES: "select.phases"})
    await driver.start(Woken())
    assert driver.capabilities.can_switch_phases
    await driver.apply(6)
    await driver.apply(6, 1)
    assert chosen == ["1"]
    one = by_hand(hass, {Role.LIMIT: "number.box", Role.PHASES: "select.phases"}, ONE_PHASE)
    assert not one.capabilities.can_switch_phases


def test_what_is_stored_may_hold_roles_of_another_release():
    data = {"integration": "peblar", "entities": {"limit": "abc", "warp_drive": "def"}}
    assert roles_of(data) == {Role.LIMIT: "abc"}
    assert adopted_capabilities(data).can_pause is False
    assert adopted_capabilities({}).phases == 3


async def test_an_integration_that_the_table_lost_is_taken_as_chosen_by_hand(hass: HomeAssistant):
    hass.states.async_set("number.box", "6", {})
    driver = make_adopted(hass, {"integration": "gone", "entities": {"limit": "number.box"}}, EVSE, Clock())
    await driver.start(Woken())
    assert driver.status.offered_a == 6
    with pytest.raises(ChargerError):
        await driver.apply(0)
