"""The outlook of a site: what is learned of its house, forecast of its roof and left by its battery, kept up to date."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_utc_time_change
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.sun import is_up
from homeassistant.util import dt as dt_util

from ..configuration.setup import SiteSetup
from ..const import DOMAIN, ROOT_CIRCUIT
from ..engine.accounting.base_load import BaseLoad, learn
from ..engine.accounting.home_battery import store_first
from ..engine.accounting.house_power import house_kw, house_kw_by_phase
from ..engine.accounting.solar_forecast import QUARTER, SolarForecast, quarter_of
from ..engine.model.home_battery import HomeBattery, SteeredBattery, steered
from ..engine.model.outlook import Blank, Outlook, OutlookStep
from ..engine.model.snapshot import SiteSnapshot
from ..sources.base_load import HouseMeters, house_hour, read_house_hours
from ..sources.home_battery import read_home_battery
from ..sources.home_flows import BatteryPlate, Flow, HomeFlows, read_home_flows
from ..sources.solar_forecast import read_solar_forecast
from .house_hours import HouseHours

_LOGGER: Final = logging.getLogger(__name__)

HORIZON: Final = timedelta(days=3)
"""Who plans before noon for the morning after next looks this far."""
_MINUTE: Final = 2
"""Past the hour: the recorder has then added up the hour that ended."""


class Outlooks:
    """One site's. Until the first reading, soon after Home Assistant started, nothing is known; what fails later stays as it was."""

    def __init__(self, hass: HomeAssistant, setup: SiteSetup, kept: HouseHours) -> None:
        """Make it; `kept` is loaded."""
        self._hass = hass
        self._site = setup.site
        self._setup = setup
        self._kept = kept
        self._meters = _meters_of(setup)
        self._home = HomeFlows()
        self._base_load = BaseLoad()
        self._forecast = SolarForecast()
        self._on_change: Callable[[], None] = lambda: None
        self._stops: list[CALLBACK_TYPE] = []
        self._reading: asyncio.Task[None] | None = None
        self._failed: set[str] = set()

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to read each hour; `on_change` is called when the outlook has become another one."""
        self._on_change = on_change
        self._stops = [
            async_at_started(self._hass, self._read_soon),
            async_track_utc_time_change(self._hass, self._read_soon, minute=_MINUTE, second=0),
        ]

    async def stop(self) -> None:
        """Read no more, and write down what the meter told."""
        while self._stops:
            self._stops.pop()()
        if self._reading is not None:
            self._reading.cancel()
        await self._kept.async_save()

    @callback
    def note(self, snapshot: SiteSnapshot) -> None:
        """Note what the house takes now, for a home that keeps no statistics, and on which phases, which none tell."""
        site, supply = self._site, self._site.circuit(ROOT_CIRCUIT)
        has_battery = self._setup.battery is not None
        kw = house_kw(snapshot, supply, site.voltage_v, has_battery=has_battery)
        # Nobody tells on which phases the roof gives.
        dark = not self._home.roofs or not is_up(self._hass, snapshot.at)
        on_phases = house_kw_by_phase(snapshot, site, supply, has_battery=has_battery) if dark else None
        self._kept.note(snapshot.at, kw, on_phases)

    def outlook(self, at: datetime) -> Outlook:
        """Tell what is expected from `at` on, UTC, by quarters of an hour. Never awaits."""
        battery = self._battery()
        first = quarter_of(at)
        steps = tuple(self._step(first + number * QUARTER) for number in range(HORIZON // QUARTER))
        # Who lets cars go first has them take the surplus before the battery can.
        if battery is not None and self._site.policy.solar.battery_first:
            steps = tuple(store_first(steps, battery))
        return Outlook(steps=steps, blanks=self._blanks(battery, at), shares=self._kept.phase_loads.shares)

    def storage(self) -> SteeredBattery | None:
        """Tell of the home battery, where it may be steered and enough is known of it."""
        own = self._setup.battery
        return None if own is None or own.handle is None else steered(self._battery(), own.handle.steering)

    def _step(self, start: datetime) -> OutlookStep:
        local = dt_util.as_local(start.replace(minute=0))
        return OutlookStep(
            start=start,
            end=start + QUARTER,
            base_kw=self._base_load.kw(local.date(), local.hour),
            margin_kw=self._base_load.margin_kw(local.hour),
            solar_kw=self._forecast.kw(start),
        )

    def _battery(self) -> HomeBattery | None:
        own = self._setup.battery
        plates = self._home.batteries or (() if own is None else (BatteryPlate(),))
        battery = read_home_battery(self._hass, plates, None if own is None else own.soc_entity_id)
        if battery is None or own is None:
            return battery
        # What its owner says goes before what the dashboard does.
        capacity_kwh = battery.capacity_kwh if own.capacity_kwh is None else own.capacity_kwh
        return replace(battery, capacity_kwh=capacity_kwh, charge_kw=own.charge_kw, discharge_kw=own.discharge_kw)

    def _blanks(self, battery: HomeBattery | None, at: datetime) -> frozenset[Blank]:
        blanks = {
            Blank.BASE_LOAD: not self._base_load.expected_kw,
            Blank.SOLAR: bool(self._home.roofs) and self._forecast.kw(quarter_of(at)) is None,
            Blank.BATTERY: battery is not None and battery.capacity_kwh is None,
        }
        return frozenset(blank for blank, holds in blanks.items() if holds)

    @callback
    def _read_soon(self, _: object) -> None:
        if self._reading is None or self._reading.done():
            self._reading = self._hass.async_create_background_task(self._read(), f"{DOMAIN} outlook")

    async def _read(self) -> None:
        before = self._home, self._base_load, self._forecast
        self._home = await read_home_flows(self._hass)
        now = dt_util.utcnow()
        await self._try("base load", self._read_base_load(now))
        await self._try("solar forecast", self._read_forecast(now))
        if (self._home, self._base_load, self._forecast) != before:
            self._on_change()

    async def _try(self, what: str, reading: Awaitable[None]) -> None:
        """Let what cannot be read be as it was, and say so once."""
        try:
            await reading
        except Exception:
            if what not in self._failed:
                _LOGGER.exception("The %s could not be read; it is tried again each hour", what)
            self._failed.add(what)
        else:
            self._failed.discard(what)

    async def _read_base_load(self, now: datetime) -> None:
        kept = [house_hour(start, kw) for start, kw in self._kept.hours_kw.items()]
        hours = await read_house_hours(self._hass, self._meters, self._home, now)
        # Statistics know what the roof gave, and go further back; but they may be new.
        best = hours if len(hours) >= len(kept) else kept
        self._base_load = await self._hass.async_add_executor_job(learn, best, dt_util.as_local(now).date())

    async def _read_forecast(self, now: datetime) -> None:
        forecast = await read_solar_forecast(self._hass, self._home.roofs, now)
        if forecast is not None:
            self._forecast = forecast


def _meters_of(setup: SiteSetup) -> HouseMeters:
    battery = setup.battery
    return HouseMeters(
        channels=setup.meter.channels,
        inverted=setup.meter.inverted,
        # What flows into the battery does not go to the house.
        battery=()
        if battery is None
        else (Flow(statistic_id=battery.power_entity_id, sign=1 if battery.inverted else -1),),
        evse_ids=tuple(evse.evse_id for evse in setup.site.evses),
    )
