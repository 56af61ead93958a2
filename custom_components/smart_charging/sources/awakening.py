"""Waits for sensors that were just switched on."""

import asyncio
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later, async_track_state_change_event

from .meter_finder import number_in

PATIENCE_S: Final = 120.0
"""Home Assistant waits 30 s before it reloads an integration, and `dsmr` may then take another 30 s to its first update."""


async def wait_until_awake(hass: HomeAssistant, entity_ids: Collection[str], patience_s: float = PATIENCE_S) -> bool:
    """Wait until each of the entities says a number; False when they do not in time."""
    over = asyncio.Event()

    def awake() -> bool:
        return all(number_in(hass.states.get(entity_id)) is not None for entity_id in entity_ids)

    @callback
    def look(_event: Event[Any] | None = None) -> None:
        if awake():
            over.set()

    @callback
    def give_up(_now: datetime) -> None:
        over.set()

    stops = [
        async_track_state_change_event(hass, entity_ids, look),
        async_call_later(hass, patience_s, give_up),
    ]
    try:
        look()
        await over.wait()
    finally:
        for stop in stops:
            stop()
    return awake()
