"""Waits for a charger that is not set up yet to call in."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from ..central import PAIRING, Central
from ..const import CONF_HOST, CONF_PORT, DEFAULT_HOST, DOMAIN
from .port import charger_url

_LOOK_EVERY: Final = timedelta(seconds=1)
_TALK: Final = timedelta(seconds=10)
"""What a station is given to tell of itself: its maker, its model, its connectors."""


async def wait_for_stations(hass: HomeAssistant, central: Central) -> tuple[str, ...]:
    """Let unknown stations in, and give the identities of those that are there, once one has told of itself.

    Empty when none came within `PAIRING`. The door stays open: whoever opened it closes it, once he is through.
    """
    over = asyncio.Event()
    deadline = dt_util.utcnow() + PAIRING

    @callback
    def look(_now: datetime | None = None) -> None:
        nonlocal deadline
        here = connected_strangers(central)
        if here:
            deadline = min(deadline, dt_util.utcnow() + _TALK)
        if dt_util.utcnow() >= deadline or any(central.station(identity).features for identity in here):
            over.set()

    central.open_pairing()
    stop = async_track_time_interval(hass, look, _LOOK_EVERY)
    try:
        look()
        await over.wait()
    finally:
        stop()
    return connected_strangers(central)


def connected_strangers(central: Central) -> tuple[str, ...]:
    """List the unknown stations that are connected now."""
    return tuple(
        stranger.identity
        for stranger in central.strangers
        if stranger.admitted and central.station(stranger.identity).connected
    )


def connectors_of(central: Central, identity: str) -> tuple[int, ...]:
    """List a station's connectors, as far as it told; a station that told nothing has one."""
    station = central.station(identity)
    told = station.features.number_of_connectors if station.features else None
    return tuple(range(1, told + 1)) if told else tuple(sorted({*station.connectors, 1} - {0}))


def name_of(central: Central, identity: str) -> str:
    """Suggest a name: maker and model, if the station told them, else its identity."""
    info = central.station(identity).info
    return (f"{info.vendor} {info.model}".strip() if info else "") or identity


async def address_for_chargers(hass: HomeAssistant, entry: ConfigEntry) -> str:
    """Write the address that a site's chargers are to call."""
    return await charger_url(hass, entry.data.get(CONF_HOST, DEFAULT_HOST), int(entry.data[CONF_PORT]))


@callback
def forget_discovery(hass: HomeAssistant, identity: str) -> None:
    """End the discovery of a station that was added in another way."""
    flows = hass.config_entries.flow
    for flow in flows.async_progress_by_handler(DOMAIN, match_context={"unique_id": discovery_id(identity)}):
        flows.async_abort(flow["flow_id"])


def discovery_id(identity: str) -> str:
    """Name the discovery of a station."""
    return f"ocpp:{identity}"
