"""Home Assistant's own line to the broker, for one charger.

Its integration is a guest: it may not be set up, or only later, and what it needs may not even be installed before.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from ..errors import ChargerUnreachableError

if TYPE_CHECKING:
    from homeassistant.components.mqtt import ReceiveMessage

_LOGGER: Final = logging.getLogger(__name__)

_MQTT: Final = "mqtt"
_AT_LEAST_ONCE: Final = 1

type OnMessage = Callable[[str, str, bool], None]
"""Called with the topic as it was subscribed to, the payload, and whether the broker had kept it from before."""


class Line:
    """Listens at topics. `on_change` is called whenever the broker is found or lost; `retry_s`: how often it is looked for."""

    def __init__(
        self, hass: HomeAssistant, on_message: OnMessage, on_change: Callable[[], None], retry_s: float = 10.0
    ) -> None:
        self._hass = hass
        self._on_message = on_message
        self._on_change = on_change
        self._retry_s = retry_s
        self._ends: list[CALLBACK_TYPE] = []
        self._task: asyncio.Task[None] | None = None
        self.connected = False

    def start(self, topics: Iterable[str]) -> None:
        """Begin to listen, as soon as that can be."""
        self._task = asyncio.get_running_loop().create_task(self._find(tuple(topics)))

    async def stop(self) -> None:
        """End it."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._leave()
        self.connected = False

    async def publish(self, topic: str, payload: str, *, retain: bool = False) -> None:
        """Hand a message to the broker; returns once it has it. Raises `ChargerUnreachableError`."""
        if not self.connected:
            raise ChargerUnreachableError("there is no connection to the broker")
        from homeassistant.components import mqtt  # noqa: PLC0415 -- see above

        try:
            await mqtt.async_publish(self._hass, topic, payload, qos=_AT_LEAST_ONCE, retain=retain)
        except HomeAssistantError as error:
            raise ChargerUnreachableError(f"the broker did not take it: {error}") from error

    async def _find(self, topics: tuple[str, ...]) -> None:
        while True:
            if await self._subscribe(topics):
                return
            await asyncio.sleep(self._retry_s)

    async def _subscribe(self, topics: tuple[str, ...]) -> bool:
        """Subscribe to all of them; tells whether that could be."""
        if _MQTT not in self._hass.config.components:
            return False
        from homeassistant.components import mqtt  # noqa: PLC0415 -- see above

        try:
            if not await mqtt.async_wait_for_mqtt_client(self._hass):
                return False
            self._ends.append(mqtt.async_subscribe_connection_status(self._hass, self._note))
            for topic in topics:
                # One by one: those that were made are ended, also when another one fails.
                self._ends.append(
                    await mqtt.async_subscribe(self._hass, topic, self._listener(topic), qos=_AT_LEAST_ONCE)
                )
        except HomeAssistantError as error:
            _LOGGER.debug("Not subscribed: %s", error)
            self._leave()
            return False
        self._note(mqtt.is_connected(self._hass))
        return True

    def _leave(self) -> None:
        ends, self._ends = self._ends, []
        for end in ends:
            end()

    @callback
    def _note(self, connected: bool) -> None:  # noqa: FBT001 -- Home Assistant calls it so
        if connected is not self.connected:
            self.connected = connected
            self._on_change()

    def _listener(self, topic: str) -> Callable[[ReceiveMessage], None]:
        @callback
        def take(message: ReceiveMessage) -> None:
            self._on_message(topic, str(message.payload), message.retain)

        return take
