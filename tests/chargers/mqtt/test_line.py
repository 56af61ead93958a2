"""Home Assistant's line to the broker, which may not be there yet, or not at all."""

import asyncio
from typing import Any

import pytest
from homeassistant.components import mqtt
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from custom_components.smart_charging.chargers.errors import ChargerUnreachableError
from custom_components.smart_charging.chargers.mqtt.line import Line

from ..waiting import Woken
from .broker import Broker


async def test_without_its_integration_nothing_is_there(hass: HomeAssistant):
    woken = Woken()
    line = Line(hass, lambda *_: None, woken, retry_s=0.01)
    line.start(["a"])
    await asyncio.sleep(0.05)
    assert not line.connected
    await line.stop()
    await line.stop()
    assert woken.count == 0


@pytest.mark.usefixtures("mock_hass_config", "mqtt_client_mock")
async def test_it_is_found_when_it_comes_later(hass: HomeAssistant, mqtt_mock_entry: Any):
    woken = Woken()
    line = Line(hass, lambda *_: None, woken, retry_s=0.01)
    line.start(["a"])
    await asyncio.sleep(0.03)
    await mqtt_mock_entry()
    await woken.until(lambda: line.connected)
    await line.stop()
    assert not line.connected


async def test_one_that_is_disabled_is_not_there(hass: HomeAssistant, mqtt_mock: Any):
    (entry,) = hass.config_entries.async_entries(mqtt.DOMAIN)
    mqtt_mock.connected = False
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    line = Line(hass, lambda *_: None, Woken(), retry_s=0.01)
    line.start(["a"])
    await asyncio.sleep(0.05)
    assert not line.connected
    await line.stop()


@pytest.mark.usefixtures("mqtt_mock")
async def test_a_subscription_that_fails_is_tried_again(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch):
    subscribe, failures = mqtt.async_subscribe, [HomeAssistantError("not now")]

    async def moody(*args: Any, **kwargs: Any) -> Any:
        if args[1] == "b" and failures:
            raise failures.pop()
        return await subscribe(*args, **kwargs)

    monkeypatch.setattr(mqtt, "async_subscribe", moody)
    woken, heard = Woken(), list[tuple[str, str, bool]]()
    line = Line(hass, lambda *message: heard.append(message), woken, retry_s=0.01)
    line.start(["a", "b"])
    await woken.until(lambda: line.connected)
    assert failures == []
    await mqtt.async_publish(hass, "a", "1")
    # Once: what was subscribed to before the failure was left.
    assert heard == [("a", "1", False)]
    await line.stop()
    await mqtt.async_publish(hass, "a", "2")
    assert len(heard) == 1


async def test_only_a_change_of_the_connection_is_told(broker: Broker):
    woken = Woken()
    line = Line(broker.hass, lambda *_: None, woken, retry_s=0.01)
    with pytest.raises(ChargerUnreachableError):
        await line.publish("a", "1")
    line.start(["a"])
    await woken.until(lambda: line.connected)
    await broker.find()
    assert woken.count == 1
    await broker.lose()
    assert woken.count == 2
    with pytest.raises(ChargerUnreachableError):
        await line.publish("a", "1")
    await line.stop()
