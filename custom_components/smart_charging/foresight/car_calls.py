"""Calls to cars that sleep: presses what wakes one when a tick says so, and waits for nothing.

Whatever comes of a call, the next tick decides by what the charger sees.
"""

import asyncio
import logging
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_ENTITY_ID, SERVICE_TURN_ON
from homeassistant.core import HomeAssistant, callback, split_entity_id

from ..const import DOMAIN

_LOGGER: Final = logging.getLogger(__name__)

TIMEOUT_S: Final = 90.0
"""An integration may go on asking until the car is there, which takes up to a minute."""

_PRESSED: Final = frozenset({"button", "input_button"})
"""All others are switched on."""


class CarCalls:
    """Calls the cars of one site."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        self._hass = hass
        self._entry = entry
        self._failed: set[str] = set()

    @callback
    def apply(self, calls: AbstractSet[str], wakes_by: Mapping[str, str]) -> None:
        """Begin to call the cars at these chargers, by the entities that wake them. Returns at once."""
        for evse_id in calls & wakes_by.keys():
            entity_id = wakes_by[evse_id]
            self._entry.async_create_background_task(self._hass, self._call(entity_id), f"{DOMAIN} {entity_id}")

    async def _call(self, entity_id: str) -> None:
        domain, _ = split_entity_id(entity_id)
        action = "press" if domain in _PRESSED else SERVICE_TURN_ON
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._hass.services.async_call(domain, action, {ATTR_ENTITY_ID: entity_id}, blocking=True)
        except Exception as error:  # noqa: BLE001 whatever its integration raises, the charger has means of its own
            if entity_id not in self._failed:
                _LOGGER.warning("A car could not be woken by %s: %s", entity_id, str(error) or "no answer in time")
            self._failed.add(entity_id)
        else:
            self._failed.discard(entity_id)
