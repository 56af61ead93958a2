"""An entity that is asked by an action of its integration, which answers more than its state tells."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event, async_track_time_interval
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

_LOGGER: Final = logging.getLogger(__name__)


class AskedEntity:
    """Asks when Home Assistant has started, when the entity changes, and now and then. Silence is said once, and changes nothing.

    `data` gives what is asked beside the entity. `take` is given its answer; what it raises is as if there were none.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entity_id: str,
        action: str,
        every: timedelta,
        *,
        data: Callable[[], Mapping[str, str]] = dict,
        take: Callable[[Any], None],
    ) -> None:
        self._hass = hass
        self._entity_id = entity_id
        self._domain = entity_id.partition(".")[0]
        self._action = action
        self._every = every
        self._data = data
        self._take = take
        self._unsubscribe: list[Callable[[], None]] = []
        self._failed = False

    @callback
    def start(self) -> None:
        """Begin to ask."""
        self._unsubscribe = [
            async_track_state_change_event(self._hass, [self._entity_id], self._changed),
            async_track_time_interval(self._hass, self._passed, self._every),
            # While Home Assistant starts, entities are there before their actions.
            async_at_started(self._hass, self._started),
        ]

    @callback
    def stop(self) -> None:
        """Ask no more; an answer that is still to come is nobody's."""
        while self._unsubscribe:
            self._unsubscribe.pop()()

    @callback
    def _changed(self, _event: Event[EventStateChangedData]) -> None:
        self._ask_soon()

    @callback
    def _passed(self, _now: datetime) -> None:
        self._ask_soon()

    @callback
    def _started(self, _hass: HomeAssistant) -> None:
        self._ask_soon()

    def _ask_soon(self) -> None:
        self._hass.async_create_background_task(self._ask(), f"answer of {self._entity_id}", eager_start=False)

    async def _ask(self) -> None:
        state = self._hass.states.get(self._entity_id)
        can_answer = self._hass.services.has_service(self._domain, self._action)
        if not can_answer or state is None or state.state == STATE_UNAVAILABLE:
            # It is asked as soon as it is there.
            return
        asked = {"entity_id": self._entity_id, **self._data()}
        try:
            answer: Any = await self._hass.services.async_call(
                self._domain, self._action, asked, blocking=True, return_response=True
            )
            if self._unsubscribe:
                self._take(answer[self._entity_id])
        except Exception as error:  # noqa: BLE001 whatever its integration raises, it is asked again
            if not self._failed:
                _LOGGER.warning("%s does not tell what is to come: %s", self._entity_id, error)
            self._failed = True
        else:
            self._failed = False


def coming(length: timedelta) -> dict[str, str]:
    """Say, as calendars are asked, that the events from now on are meant."""
    now = dt_util.utcnow()
    return {"start_date_time": now.isoformat(), "end_date_time": (now + length).isoformat()}
