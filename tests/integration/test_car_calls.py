"""A car that sleeps in a home that ticks: it is woken by its own means, once and only if it is to charge."""

from collections.abc import Awaitable, Callable

import pytest
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError

from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.reason import ReasonCode

from .home import GARAGE, Home
from .parts import charger, part, vehicle
from .test_vehicle_home import shown

type Answer = Callable[[ServiceCall], Awaitable[None]]


async def fine(_call: ServiceCall) -> None:
    """Wake the car."""


def listen(hass: HomeAssistant, domain: str, action: str, answer: Answer = fine) -> list[str]:
    """Note for which entities an action is called."""
    called: list[str] = []

    async def note(call: ServiceCall) -> None:
        called.extend([call.data["entity_id"]] if isinstance(call.data["entity_id"], str) else call.data["entity_id"])
        await answer(call)

    hass.services.async_register(domain, action, note)
    return called


async def make(home: Home, entity_id: str = "button.zoe_wake", soc: str = "40") -> None:
    """A home whose only charger has a Zoe, with something that wakes it."""
    await home.hass.config_entries.async_remove(home.entry.entry_id)
    entities = {"soc": "sensor.zoe", "wake": entity_id}
    home.entry = home.make_entry(
        part("charger", GARAGE, charger(), "Garage"),
        part("vehicle", "zoe", vehicle(entities=entities, usual_charger=GARAGE), "Zoe"),
    )
    home.hass.states.async_set("sensor.zoe", soc)
    home.hass.states.async_set(entity_id, "unknown")
    await home.set_up()


async def wait_in_vain(home: Home, seconds: int = 130) -> None:
    """Offer it a current for so long, which it does not take."""
    async with home.station() as peer:
        await peer.status("Preparing")
        await peer.start()
        await peer.status("SuspendedEV")
        await home.pass_s(seconds, watts=500)


@pytest.mark.parametrize(
    ("entity_id", "action"),
    [("button.zoe_wake", "press"), ("input_button.zoe", "press"), ("script.zoe", "turn_on"), ("switch.zoe", "turn_on")],
)
async def test_it_is_called_once(home: Home, entity_id: str, action: str) -> None:
    await make(home, entity_id)
    called = listen(home.hass, entity_id.split(".", maxsplit=1)[0], action)
    await wait_in_vain(home, 200)
    assert called == [entity_id]
    assert home.setpoint().reason.code is ReasonCode.CALLING
    assert shown(home, "sensor.garage_reason").startswith("Waking the car by its own means")


async def test_not_so_soon(home: Home) -> None:
    await make(home)
    called = listen(home.hass, "button", "press")
    await wait_in_vain(home, 100)
    assert called == []


async def test_not_if_it_is_not_to_charge(home: Home) -> None:
    await make(home)
    called = listen(home.hass, "button", "press")
    await home.coordinator.async_set_mode(GARAGE, Mode.OFF)
    await wait_in_vain(home)
    assert called == []


async def test_not_if_it_is_as_full_as_it_may_be(home: Home) -> None:
    await make(home, soc="90")
    called = listen(home.hass, "button", "press")
    await wait_in_vain(home)
    assert called == []


async def test_not_if_a_guest_is_there(home: Home) -> None:
    await make(home)
    called = listen(home.hass, "button", "press")
    await home.hass.services.async_call(
        "select", "select_option", {"entity_id": "select.garage_car", "option": "guest"}, blocking=True
    )
    await wait_in_vain(home)
    assert called == []


async def test_a_call_that_fails_is_said_once_and_does_no_harm(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    await make(home)

    async def fail(_call: ServiceCall) -> None:
        raise HomeAssistantError("no such car")

    called = listen(home.hass, "button", "press", fail)
    await wait_in_vain(home, 700)
    assert len(called) == 2
    assert caplog.text.count("A car could not be woken by button.zoe_wake: no such car") == 1
    assert home.ticks_well()
    # The charger has means of its own.
    assert home.setpoint().reason.code is not ReasonCode.NOT_TAKING


async def test_a_call_that_works_again(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    await make(home)
    answers = iter((True, False, True))

    async def fail_at_times(_call: ServiceCall) -> None:
        if next(answers):
            raise HomeAssistantError

    called = listen(home.hass, "button", "press", fail_at_times)
    await wait_in_vain(home, 1400)
    assert len(called) == 3
    assert caplog.text.count("no answer in time") == 2
