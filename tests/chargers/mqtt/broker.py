"""The broker at the other end of Home Assistant's own MQTT client: it keeps what is to be kept, and knows one charger."""

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

from homeassistant.components.mqtt import MQTT_CONNECTION_STATE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.dispatcher import async_dispatcher_send
from pytest_homeassistant_custom_component.common import async_fire_mqtt_message

type Receive = Callable[[str, str], None]


class Published:
    """What the client's library gives for a message."""

    def __init__(self, mid: int) -> None:
        self.mid = mid
        self.rc = 0


class Broker:
    """Hands on what Home Assistant publishes, and what the charger says. `client` is the library's, in Home Assistant."""

    def __init__(self, hass: HomeAssistant, home: Any, client: Any) -> None:
        self.hass = hass
        self._home = home
        self._client = client
        self._receive: Receive = lambda _topic, _payload: None
        self._kept: dict[str, str] = {}
        self._mid = 1000
        self.seen: list[tuple[str, str, int, bool]] = []
        """What was published: topic, payload, quality of service, whether it is to be kept."""
        self.failing = False
        client.publish.side_effect = self._publish

    def listen(self, receive: Receive) -> None:
        """A charger subscribes to everything."""
        self._receive = receive

    def say(self, topic: str, payload: str, *, retain: bool = False) -> None:
        """A charger publishes something."""
        if retain:
            self._kept[topic] = payload
        async_fire_mqtt_message(self.hass, topic, payload)

    def replay(self) -> None:
        """Give Home Assistant what was kept, as to one who has just subscribed."""
        for topic, payload in self._kept.items():
            async_fire_mqtt_message(self.hass, topic, payload, retain=True)

    async def lose(self) -> None:
        """Home Assistant loses the broker."""
        self._home.connected = False
        async_dispatcher_send(self.hass, MQTT_CONNECTION_STATE, False)
        await self.hass.async_block_till_done()

    async def find(self) -> None:
        self._home.connected = True
        async_dispatcher_send(self.hass, MQTT_CONNECTION_STATE, True)
        await self.hass.async_block_till_done()

    def _publish(self, topic: str, payload: str, qos: int, retain: bool, *_: Any, **__: Any) -> Published:
        self._mid += 1
        published = Published(self._mid)
        if self.failing:
            published.rc = 4
            return published
        self.seen.append((topic, payload, qos, retain))
        loop = self.hass.loop
        reason = Mock(is_failure=False, value=0)
        loop.call_soon(self._client.on_publish, Mock(), 0, self._mid, reason, None)
        loop.call_soon(self._receive, topic, payload)
        return published
