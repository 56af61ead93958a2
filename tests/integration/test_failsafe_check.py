"""The check on purpose of what a charger does when nobody steers it."""

import asyncio
from typing import Any

import pytest
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import issue_registry as ir

from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.issues import FAILSAFE_NOT_KEPT

from ..csms.peer import Peer
from .home import CARPORT, GARAGE, Home, charger, commands, subentry


class Car:
    """A car that takes what its station gives, or what it likes."""

    def __init__(self, home: Home, peer: Peer, transaction_id: int) -> None:
        self._home = home
        self._peer = peer
        self._transaction_id = transaction_id

    async def take(self, current_a: float, seconds: int, house_w: float = 500) -> None:
        """Take so much for so long, while the rest of the house takes that."""
        for _ in range(seconds // 5):
            current = {"value": str(current_a), "measurand": "Current.Import", "phase": "L1"}
            await self._peer.meter(current, transactionId=self._transaction_id)
            await self._home.pass_s(5, watts=house_w + current_a * 230)


async def ask(home: Home) -> Any:
    device = dr.async_get(home.hass).async_get_device_by_identifier((DOMAIN, GARAGE), home.entry.entry_id)
    assert device
    return await home.hass.services.async_call(
        DOMAIN, "check_safe_current", {"device_id": device.id}, blocking=True, return_response=True
    )


def told(home: Home) -> bool:
    return ir.async_get(home.hass).async_get_issue(DOMAIN, f"{FAILSAFE_NOT_KEPT}_{GARAGE}") is not None


async def test_a_charger_that_falls_back_and_one_that_does_not(home: Home) -> None:
    await home.set_up()
    async with home.station() as peer:
        car = Car(home, peer, await home.charge(peer))
        await car.take(16, 60)
        check = asyncio.create_task(ask(home))
        await home.turn()
        sent = len(commands(peer))
        await car.take(16, 5)
        reason = home.hass.states.get("sensor.garage_reason")
        assert reason
        assert "Checking the safe current" in reason.state
        await car.take(16, 105)
        assert len(commands(peer)) == sent
        await car.take(16, 15)
        assert await check == {"outcome": "not_kept", "safe_a": 6.0, "before_a": 16.0, "after_a": 16.0}
        assert told(home)
        await car.take(16, 60)
        assert len(commands(peer)) > sent

        check = asyncio.create_task(ask(home))
        await home.turn()
        await car.take(16, 60)
        await car.take(6.2, 80)
        assert await check == {"outcome": "kept", "safe_a": 6.0, "before_a": 16.0, "after_a": 6.2}
        assert not told(home)


async def test_what_the_home_needs_goes_first(home: Home) -> None:
    await home.set_up()
    async with home.station() as peer:
        car = Car(home, peer, await home.charge(peer))
        await car.take(16, 60)
        check = asyncio.create_task(ask(home))
        await home.turn()
        await car.take(16, 20)
        sent = len(commands(peer))
        await car.take(16, 10, house_w=3500)
        assert (await check)["outcome"] == "home_came_first"
        assert commands(peer)[sent] < 16


async def test_a_car_that_stops_shows_nothing(home: Home) -> None:
    await home.set_up()
    async with home.station() as peer:
        car = Car(home, peer, await home.charge(peer))
        await car.take(16, 60)
        check = asyncio.create_task(ask(home))
        await home.turn()
        with pytest.raises(ServiceValidationError, match="being checked already"):
            await ask(home)
        await car.take(0, 140)
        assert (await check)["outcome"] == "nothing_seen"
        with pytest.raises(ServiceValidationError, match="A check would show nothing now"):
            await ask(home)


async def test_a_check_ends_with_the_entry(home: Home) -> None:
    await home.set_up()
    async with home.station() as peer:
        car = Car(home, peer, await home.charge(peer))
        await car.take(16, 60)
        check = asyncio.create_task(home.coordinator.async_check_failsafe(GARAGE))
        await home.turn()
        assert await home.hass.config_entries.async_unload(home.entry.entry_id)
        with pytest.raises(asyncio.CancelledError):
            await check


async def test_one_charger_is_checked_at_a_time(home: Home) -> None:
    both = subentry(GARAGE, "Garage", charger()), subentry(CARPORT, "Carport", charger("CP2"))
    home.entry = home.make_entry(*both, limit=40.0)
    await home.set_up()
    registry = dr.async_get(home.hass)
    devices = [
        registry.async_get_device_by_identifier((DOMAIN, name), home.entry.entry_id) for name in (GARAGE, CARPORT)
    ]
    data = {"device_id": [device.id for device in devices if device]}
    with pytest.raises(ServiceValidationError, match="Choose one charger"):
        await home.hass.services.async_call(DOMAIN, "check_safe_current", data, blocking=True)
