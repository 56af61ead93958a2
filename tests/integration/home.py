"""A home with a real Home Assistant, a real OCPP server and stations on loopback sockets; time goes when told.

The meter is one or more sensors that the test lets report. Nothing sleeps: while time is frozen, what comes over a
socket is waited for by letting the event loop turn.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentry,
    ConfigSubentryData,
    ConfigSubentryDataWithId,
)
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.smart_charging.const import DOMAIN, SUBENTRY_CHARGER, SUBENTRY_LOAD
from custom_components.smart_charging.coordinator import SiteCoordinator
from custom_components.smart_charging.engine.model.decision import Setpoint
from custom_components.smart_charging.engine.model.evse import EvseStatus

from ..chargers.benches import limit_in, profiles
from ..csms.peer import Peer, station_at

GARAGE: Final = "garage_id"
CARPORT: Final = "carport_id"
METER: Final = "sensor.grid"

_MOST_TURNS: Final = 20_000
"""Of the event loop, for what comes over a loopback socket: far more than that takes."""

SITE: Final[Mapping[str, Any]] = {
    "phases": 1,
    "voltage_v": 230.0,
    "limit_unit": "a",
    "limit": 25.0,
    "meter": [{"role": "net", "phase": "l1", "entity_id": METER}],
    "meter_inverted": False,
    "meter_period_s": 1.0,
    "host": "127.0.0.1",
}


def charger(station: str = "CP1", **changes: Any) -> dict[str, Any]:
    """A charger's data."""
    return {
        "driver": "ocpp",
        "station": station,
        "connector": 1,
        "wiring": ["l1"],
        "minimum_a": 6.0,
        "maximum_a": 16.0,
        "failsafe_a": 6.0,
        "priority": 0,
    } | changes


def subentry(subentry_id: str, title: str, data: Mapping[str, Any]) -> ConfigSubentryDataWithId:
    """A charger of an entry that is made for a test."""
    return ConfigSubentryDataWithId(
        data=data,
        subentry_id=subentry_id,
        subentry_type=SUBENTRY_CHARGER,
        title=title,
        unique_id=f"ocpp:{data['station']}:{data['connector']}",
    )


class Home:
    """One site."""

    def __init__(self, hass: HomeAssistant, freezer: FrozenDateTimeFactory, port: int) -> None:
        self.hass = hass
        self.freezer = freezer
        self.port = port
        # It is there, and has said nothing yet.
        hass.states.async_set(METER, "unknown", {"unit_of_measurement": "W"})
        self.entry = self.make_entry(subentry(GARAGE, "Garage", charger()))

    def make_entry(self, *chargers: ConfigSubentryData, **changes: Any) -> MockConfigEntry:
        """Make an entry, and add it."""
        entry = MockConfigEntry(
            domain=DOMAIN, title="Home", data={**SITE, "port": self.port, **changes}, subentries_data=chargers
        )
        entry.add_to_hass(self.hass)
        return entry

    def add_load(self, load_id: str, title: str, entity_id: str, **changes: Any) -> None:
        """Add an appliance to the home's own entry."""
        data = {"entity_id": entity_id, "wiring": ["l1"], "power_w": 2300.0, "priority": 0} | changes
        load = ConfigSubentry(
            data=MappingProxyType(data),
            subentry_id=load_id,
            subentry_type=SUBENTRY_LOAD,
            title=title,
            unique_id=entity_id,
        )
        self.hass.config_entries.async_add_subentry(self.entry, load)

    async def set_up(self, entry: MockConfigEntry | None = None) -> None:
        """Set up an entry, by default the home's own."""
        entry = entry or self.entry
        assert await self.hass.config_entries.async_setup(entry.entry_id)
        await self.hass.async_block_till_done()
        assert entry.state is ConfigEntryState.LOADED

    def now(self) -> datetime:
        """What the time is, UTC."""
        return dt_util.utcnow()

    @property
    def coordinator(self) -> SiteCoordinator:
        """What ticks."""
        coordinator: SiteCoordinator = self.entry.runtime_data.coordinator
        return coordinator

    def ticks_well(self) -> bool:
        """Whether the last tick succeeded."""
        return self.coordinator.last_update_success

    def state(self) -> ConfigEntryState:
        """How the entry is."""
        return self.entry.state

    def status(self, evse_id: str = GARAGE) -> EvseStatus:
        """What a charger's driver says now."""
        status: EvseStatus = self.entry.runtime_data.drivers[evse_id].status
        return status

    def setpoint(self, evse_id: str = GARAGE) -> Setpoint:
        """What the last tick decided."""
        return self.coordinator.data.decision.setpoints[evse_id]

    async def meter(self, watts: float | str, entity_id: str = METER) -> None:
        """Let the meter report, the same as before or not."""
        self.hass.states.async_set(entity_id, str(watts), {"unit_of_measurement": "W"})
        await self.turn()

    async def turn(self, turns: int = 50) -> None:
        """Let everything run that can run without time passing."""
        for _ in range(turns):
            await asyncio.sleep(0)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait, without time passing, for what comes over a socket."""
        for _ in range(_MOST_TURNS):
            if condition():
                return
            await asyncio.sleep(0)
        raise AssertionError("it did not come to be")

    async def pass_s(self, seconds: float, watts: float | None = None) -> None:
        """Let time pass, second by second; the meter reports each second, unless it is to be silent (None)."""
        for _ in range(round(seconds)):
            self.freezer.tick(1.0)
            async_fire_time_changed(self.hass)
            if watts is not None:
                await self.meter(watts)
            await self.turn()

    @asynccontextmanager
    async def station(self, identity: str = "CP1", evse_id: str = GARAGE) -> AsyncIterator[Peer]:
        """A station that is connected, with nothing plugged in."""
        async with station_at(self.port, identity) as peer:
            await peer.boot()
            await peer.status("Available")
            await self.until(lambda: self.status(evse_id).offered_a is not None)
            yield peer

    async def charge(self, peer: Peer, evse_id: str = GARAGE) -> int:
        """Plug a car in and let it charge; the transaction's id."""
        await peer.status("Preparing")
        transaction_id = await peer.start()
        await peer.status("Charging")
        await self.until(lambda: self.status(evse_id).session_started_at is not None)
        await self.turn()
        return transaction_id


def commands(peer: Peer) -> list[float]:
    """The setpoints that a station was sent, A."""
    return [limit_in(payload) for payload in profiles(peer, "TxProfile")]
