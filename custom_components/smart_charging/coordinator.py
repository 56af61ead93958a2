"""The tick and its timers: what wakes it, how often it comes, and what it leaves behind."""

import asyncio
import logging
import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .chargers.driver import ChargerDriver
from .config import SiteSetup
from .const import DOMAIN, ROOT_CIRCUIT
from .dispatch import Dispatcher
from .engine.accounting.session import SessionEnergy, update
from .engine.control.step import step
from .engine.model.decision import Decision
from .engine.model.mode import Mode
from .engine.model.plan import Plan
from .engine.model.snapshot import SiteSnapshot
from .engine.model.state import ControlState
from .snapshot import take_snapshot
from .sources.meter import MeterSource
from .store import SiteStore

if TYPE_CHECKING:
    from .runtime import SmartChargingConfigEntry

_LOGGER: Final = logging.getLogger(__name__)

LEAST_INTERVAL_S: Final = 1.0
"""What wakes the tick within this time after the last one is joined into the next; see `wake` and `wake_by_meter`."""
METER_INTERVAL_S: Final = 0.5
"""Half the period of the quickest meters, so that one that is a little early is not late in the end."""
MOST_INTERVAL_S: Final = 10.0
"""A tick comes at least this often, whatever happens: renewals and delays depend on it."""
KEPT_TICKS: Final = 300
"""Five minutes of a meter that speaks each second."""

_MOMENT_S: Final = 0.05
"""After the moment at which a meter becomes unknown: at that moment itself it is still known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TickResult:
    """All that one tick saw and decided. `sessions` is by charger id, `failures`: see `Dispatcher.failures`."""

    snapshot: SiteSnapshot
    decision: Decision
    sessions: Mapping[str, SessionEnergy] = field(default_factory=dict[str, SessionEnergy])
    failures: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A tick as it is replayed: the same snapshot and state give the same decision."""

    snapshot: SiteSnapshot
    state: ControlState
    decision: Decision


class SiteCoordinator(DataUpdateCoordinator[TickResult]):
    """Steers one site. Ticks are synchronous, so they never overlap and nothing changes while one runs."""

    config_entry: SmartChargingConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SmartChargingConfigEntry,
        setup: SiteSetup,
        *,
        drivers: Mapping[str, ChargerDriver],
        store: SiteStore,
        state: ControlState,
    ) -> None:
        """Make it; `state` is the empty one, or what was left before a reload."""
        super().__init__(hass, _LOGGER, config_entry=entry, name=f"{DOMAIN} {entry.title}", update_interval=None)
        self._setup = setup
        self._drivers = drivers
        self._store = store
        self._state = state
        self._meter = MeterSource(
            hass,
            setup.meter.channels,
            inverted=setup.meter.inverted,
            phases=setup.site.circuit(ROOT_CIRCUIT).phases,
            voltage_v=setup.site.voltage_v,
        )
        names = {evse_id: charger.name for evse_id, charger in setup.chargers.items()}
        self._dispatcher = Dispatcher(drivers, dt_util.utcnow, names)
        self._ticks: deque[Tick] = deque(maxlen=KEPT_TICKS)
        self._plans: dict[str, Plan] = {}
        self._stopped = False
        self._awake = False
        self._soon: asyncio.Handle | None = None
        self._joining: asyncio.TimerHandle | None = None
        self._meter_heard_s = -math.inf
        self._heartbeat: asyncio.TimerHandle | None = None

    @property
    def state(self) -> ControlState:
        """What the engine remembers, for the coordinator after this one."""
        return self._state

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """The last ticks, oldest first."""
        return tuple(self._ticks)

    def mode(self, evse_id: str) -> Mode:
        """How this charger is asked to charge."""
        return self._store.mode(evse_id)

    async def async_set_mode(self, evse_id: str, mode: Mode) -> None:
        """Choose how this charger is to charge; it is kept over restarts."""
        self._store.set_mode(evse_id, mode)
        self.wake()

    async def async_start(self) -> None:
        """Make the first tick, and listen from now on. Raises what the first tick raises."""
        for driver in self._drivers.values():
            await driver.start(self.wake)
        self._meter.start(self.wake_by_meter)
        self.data = self._tick()
        self._schedule_heartbeat()

    @override
    async def async_shutdown(self) -> None:
        """Stop steering. What the chargers were told last runs out there; nobody's current is raised by us."""
        await super().async_shutdown()
        if self._stopped:
            return
        self._stopped = True
        self._meter.stop()
        for handle in (self._soon, self._joining, self._heartbeat):
            if handle is not None:
                handle.cancel()
        self._soon = self._joining = self._heartbeat = None
        await self._dispatcher.stop()
        for name, driver in self._drivers.items():
            try:
                await driver.stop()
            except Exception:
                # The others have to be stopped as well.
                _LOGGER.exception("Charger %s could not be stopped", name)
        await self._store.async_save()

    @callback
    def wake(self) -> None:
        """Something happened: tick at once, or at the end of the second after the last tick."""
        if self._stopped or self._soon is not None:
            return
        if self._joining is not None:
            self._awake = True
            return
        # Not within this call: a meter tells its phases one after another, and all belong into the same tick.
        self._soon = self.hass.loop.call_soon(self._run)

    @callback
    def wake_by_meter(self) -> None:
        """The meter spoke: tick at once, unless it did so within `METER_INTERVAL_S`. It never waits for what a charger said."""
        now_s = self.hass.loop.time()
        if now_s - self._meter_heard_s >= METER_INTERVAL_S:
            self._meter_heard_s = now_s
            if self._joining is not None:
                self._joining.cancel()
                self._joining = None
        self.wake()

    @callback
    def _run(self) -> None:
        self._soon, self._awake = None, False
        if self._joining is not None:
            self._joining.cancel()
        self._joining = self.hass.loop.call_later(LEAST_INTERVAL_S, self._end_joining)
        try:
            result = self._tick()
        except Exception as error:
            # Said once; the next tick is tried, and until one succeeds the chargers' own watchdogs hold.
            if self.last_update_success:
                _LOGGER.exception("A tick failed; it is tried again")
            self._fail(error)
        else:
            self.async_set_updated_data(result)
        finally:
            self._schedule_heartbeat()

    def _fail(self, error: Exception) -> None:
        self.last_exception = error
        if self.last_update_success:
            self.last_update_success = False
            self.async_update_listeners()

    @callback
    def _end_joining(self) -> None:
        self._joining = None
        if self._awake:
            self._run()

    def _tick(self) -> TickResult:
        now = dt_util.utcnow()
        modes = {evse_id: self._store.mode(evse_id) for evse_id in self._drivers}
        snapshot = take_snapshot(now, {ROOT_CIRCUIT: self._meter.reading}, self._drivers, modes)
        state = self._state
        decision = step(self._setup.site, snapshot, state, self._plans)
        self._state = decision.next_state
        self._ticks.append(Tick(snapshot=snapshot, state=state, decision=decision))
        sessions = {
            evse_id: update(self._store.sessions.get(evse_id, SessionEnergy()), status, now)
            for evse_id, status in snapshot.evses.items()
        }
        self._store.set_sessions(sessions)
        self._dispatcher.dispatch(decision)
        return TickResult(snapshot=snapshot, decision=decision, sessions=sessions, failures=self._dispatcher.failures)

    def _schedule_heartbeat(self) -> None:
        if self._heartbeat is not None:
            self._heartbeat.cancel()
        if not self._stopped:
            self._heartbeat = self.hass.loop.call_later(self._next_tick_in_s(), self._beat)

    @callback
    def _beat(self) -> None:
        self._heartbeat = None
        self.wake()

    def _next_tick_in_s(self) -> float:
        """Tell when the next tick has to come at the latest: also at the very moment when the meter becomes unknown."""
        stale_after_s = self._setup.site.policy.stale_after_s
        readings = self._state.meters.values()
        ages_s = [(dt_util.utcnow() - reading.at).total_seconds() for reading in readings]
        left_s = [stale_after_s - age_s + _MOMENT_S for age_s in ages_s if age_s <= stale_after_s]
        return max(LEAST_INTERVAL_S, min([MOST_INTERVAL_S, *left_s]))
