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
from .calls import Calls
from .port import charger_url

_LOOK_EVERY: Final = timedelta(seconds=1)
_TALK: Final = timedelta(seconds=10)
"""What a station is given to tell of itself: its maker, its model, its connectors."""


class Waiting:
    """Lets unknown stations in, from when it is made on. Whoever made it closes the door, once he is through."""

    def __init__(self, hass: HomeAssistant, central: Central) -> None:
        self._hass = hass
        self._central = central
        self._since = dt_util.utcnow()
        self.start_again()

    def start_again(self) -> None:
        """Give the whole time from now on. What happened so far is not forgotten."""
        self._deadline = dt_util.utcnow() + PAIRING
        self._central.open_pairing()

    @property
    def over(self) -> bool:
        """Whether a charger came and has told of itself, or time is up."""
        return dt_util.utcnow() >= self._deadline or any(
            self._central.station(identity).features for identity in self.came
        )

    @property
    def came(self) -> tuple[str, ...]:
        """The identities of the unknown stations that are connected."""
        return connected_strangers(self._central)

    @property
    def turned_away(self) -> Calls:
        """Who was turned away since this began, newest last."""
        return tuple(turned for turned in self._central.turned_away if turned.at >= self._since)

    async def news(self) -> None:
        """Wait until there is something else to be said than when this was called, or it is over."""
        happened = asyncio.Event()
        before = self._state()

        @callback
        def look(_now: datetime | None = None) -> None:
            if self.came:
                self._deadline = min(self._deadline, dt_util.utcnow() + _TALK)
            if self.over or self._state() != before:
                happened.set()

        stop = async_track_time_interval(self._hass, look, _LOOK_EVERY)
        try:
            look()
            await happened.wait()
        finally:
            stop()

    def _state(self) -> object:
        return self.came, {
            (turned.identity, turned.address, turned.refusal, turned.path) for turned in self.turned_away
        }


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
