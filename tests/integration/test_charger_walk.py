"""The test of what a charger does: told step by step, judged by its meter, and never more than the home leaves."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr

from custom_components.smart_charging.const import DOMAIN

from .home import CARPORT, GARAGE, Home, charger, commands, subentry
from .test_failsafe_check import Car


def device_of(home: Home, subentry_id: str) -> str:
    device = dr.async_get(home.hass).async_get_device_by_identifier((DOMAIN, subentry_id), home.entry.entry_id)
    assert device
    return device.id


async def ask(home: Home, *subentry_ids: str) -> Any:
    devices = [device_of(home, subentry_id) for subentry_id in subentry_ids or (GARAGE,)]
    return await home.hass.services.async_call(
        DOMAIN, "test_charger", {"device_id": devices}, blocking=True, return_response=True
    )


async def walk(home: Home, takes: Callable[[float], float], house_w: float = 500) -> tuple[list[dict[str, Any]], float]:
    """Test the charger with a car that takes that of what it is told; the steps, and the most that was commanded."""
    await home.set_up()
    async with home.station() as peer:
        car = Car(home, peer, await home.charge(peer))
        await car.take(16, 60, house_w)
        begun = len(commands(peer))
        test = asyncio.create_task(ask(home))
        await home.turn()
        reason = home.hass.states.get("sensor.garage_reason")
        assert reason
        for _ in range(60):
            if test.done():
                break
            told = commands(peer)[-1]
            await car.take(takes(told), 5, house_w)
        steps: list[dict[str, Any]] = (await test)["steps"]
        return steps, max(commands(peer)[begun:])


async def test_a_charger_that_does_as_it_is_told(home: Home) -> None:
    steps, most = await walk(home, lambda told_a: told_a * 0.97)
    assert [(step["step"], step["allowed_a"], step["followed"]) for step in steps] == [
        ("lowest", 6, "yes"),
        ("higher", 10, "yes"),
        ("pause", 0, "yes"),
        ("resume", 10, "yes"),
    ]
    assert [step["acknowledged_a"] for step in steps] == [6, 10, 0, 10]
    assert most == 10


async def test_a_charger_that_does_as_it_likes(home: Home) -> None:
    steps, _ = await walk(home, lambda _: 16.0)
    assert [step["followed"] for step in steps] == ["took_more"] * 4


async def test_a_car_that_does_not_come_up(home: Home) -> None:
    steps, _ = await walk(home, lambda told_a: min(told_a, 6.0))
    assert [step["followed"] for step in steps] == ["yes", "stayed_low", "yes", "yes"]


async def test_what_the_home_needs_goes_first(home: Home) -> None:
    steps, most = await walk(home, lambda told_a: told_a, house_w=7000)
    assert most < 10
    assert steps[1]["told_a"] < 10


async def test_nothing_is_tested_without_a_car(home: Home) -> None:
    await home.set_up()
    with pytest.raises(ServiceValidationError, match="let a car charge at Garage"):
        await ask(home)
    async with home.station() as peer:
        car = Car(home, peer, await home.charge(peer))
        await car.take(16, 30)
        test = asyncio.create_task(ask(home))
        await home.turn()
        with pytest.raises(ServiceValidationError, match="being tested already"):
            await ask(home)
        assert await home.hass.config_entries.async_unload(home.entry.entry_id)
        with pytest.raises(asyncio.CancelledError):
            await test


async def test_one_charger_is_tested_at_a_time(home: Home) -> None:
    both = subentry(GARAGE, "Garage", charger()), subentry(CARPORT, "Carport", charger("CP2"))
    home.entry = home.make_entry(*both, limit=40.0)
    await home.set_up()
    with pytest.raises(ServiceValidationError, match="Choose one charger"):
        await ask(home, GARAGE, CARPORT)
