"""The tick and its timers: what wakes it, how often it comes, and what it leaves behind."""

import asyncio
import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .abilities import with_abilities
from .battery_desk import BatteryDesk, BatteryTold
from .charger_walk import ChargerWalks, StepResult
from .chargers.driver import ChargerDriver
from .configuration.setup import SiteSetup
from .const import DOMAIN
from .dispatch import Dispatcher
from .engine.accounting.session import SessionEnergy, update
from .engine.control.home_battery import BatteryMemory, steer
from .engine.control.override import holds
from .engine.control.step import step
from .engine.model.battery_order import BatteryCause, BatteryOrder
from .engine.model.decision import Decision
from .engine.model.mode import Mode
from .engine.model.operation import Connection
from .engine.model.override import Override
from .engine.model.plan import Plan
from .engine.model.reason import ReasonCode
from .engine.model.shortcoming import Shortcoming
from .engine.model.site import Site
from .engine.model.snapshot import SiteSnapshot
from .engine.model.state import ControlState
from .failsafe_check import CheckResult, FailsafeChecks
from .foresight.car_calls import CarCalls
from .foresight.foresight import Ahead, Foresight
from .limits import Limits
from .loads import Loads, async_let_go
from .snapshot import Senses
from .sources.limit import LimitReading
from .store import ChosenPriority, SiteStore, with_priorities
from .waker import LEAST_INTERVAL_S, MOST_INTERVAL_S, Waker

if TYPE_CHECKING:
    from .runtime import SmartChargingConfigEntry

_LOGGER: Final = logging.getLogger(__name__)

KEPT_TICKS: Final = 300
"""Five minutes of a meter that speaks each second."""

_MOMENT_S: Final = 0.05
"""After the moment at which something is due: a meter, say, is still known at the very moment when its time is up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TickResult:
    """All that one tick saw and decided. `sessions` is by charger id, `limits` by limit id, `failures`: see `Dispatcher.failures`.

    `shortcomings` are what owners have to know of, by charger. `connections`, by charger, tell nothing that is decided by.
    """

    snapshot: SiteSnapshot
    decision: Decision
    sessions: Mapping[str, SessionEnergy] = field(default_factory=dict[str, SessionEnergy])
    failures: Mapping[str, int] = field(default_factory=dict[str, int])
    shortcomings: Mapping[str, frozenset[Shortcoming]] = field(default_factory=dict)
    limits: Mapping[str, LimitReading] = field(default_factory=dict[str, LimitReading])
    connections: Mapping[str, Connection] = field(default_factory=dict[str, Connection])
    ahead: Ahead = field(default_factory=Ahead)
    battery: BatteryTold | None = None
    """What the home battery does; None where it is not steered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A tick as it is replayed: the same site, snapshot, state and plans give the same decision."""

    site: Site
    snapshot: SiteSnapshot
    state: ControlState
    decision: Decision
    plans: Mapping[str, Plan] = field(default_factory=dict[str, Plan])


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
        foresight: Foresight,
    ) -> None:
        """Make it; `state` is the empty one, or what was left before a reload."""
        super().__init__(hass, _LOGGER, config_entry=entry, name=f"{DOMAIN} {entry.title}", update_interval=None)
        self._setup = setup
        self._drivers = drivers
        self._store = store
        self._state = state
        self._site = with_priorities(setup.site, store.priorities)
        self._loads = Loads(hass, setup.loads, store)
        self._limits = Limits(hass, setup.limits, store)
        self._senses = Senses(hass, setup, drivers, self._loads, self._limits)
        names = {evse_id: charger.name for evse_id, charger in setup.chargers.items()}
        self._dispatcher = Dispatcher(drivers, dt_util.utcnow, names, store.interrupted)
        self._calls = CarCalls(hass, entry)
        self._ticks: deque[Tick] = deque(maxlen=KEPT_TICKS)
        self._foresight = foresight
        handle = None if setup.battery is None else setup.battery.handle
        self._battery = None if handle is None else BatteryDesk(hass, handle, store)
        self._battery_memory = BatteryMemory()
        self._is_blind = False
        self._stopped = False
        self._checks = FailsafeChecks(drivers, self._dispatcher, dt_util.utcnow)
        self._walks = ChargerWalks(drivers)
        self._waker = Waker(hass.loop, self._run, self._next_tick_in_s)

    @property
    def state(self) -> ControlState:
        """What the engine remembers, for the coordinator after this one."""
        return self._state

    @property
    def site(self) -> Site:
        """The site as it is steered: as configured, with the priorities that were chosen since."""
        return self._site

    @property
    def circuit_names(self) -> Mapping[str, str]:
        """The circuits' names by id, without the supply of the site."""
        return self._setup.circuit_names

    @property
    def limit_names(self) -> Mapping[str, str]:
        """The names of the limits that come and go, by id."""
        return {limit_id: limit.name for limit_id, limit in self._setup.limits.items()}

    @property
    def knows_off_peak(self) -> bool:
        """Tell whether anything says when off-peak hours are."""
        return self._setup.off_peak_entity_id is not None or self._setup.tariff is not None

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """The last ticks, oldest first."""
        return tuple(self._ticks)

    def mode(self, evse_id: str) -> Mode:
        """How this charger is asked to charge, when nothing goes before that."""
        return self._store.mode(evse_id)

    async def async_set_mode(self, evse_id: str, mode: Mode) -> None:
        """Choose how this charger is to charge; it is kept over restarts. Who chooses wants no exception any more."""
        self._store.set_mode(evse_id, mode)
        await self.async_set_wish(evse_id, None)

    def wish(self, evse_id: str) -> Override | None:
        """What goes before this charger's mode just this once."""
        return self._store.overrides.get(evse_id)

    async def async_set_wish(self, evse_id: str, wish: Override | None) -> None:
        """Let something go before this charger's mode just this once, or nothing any more; it outlasts restarts."""
        self._store.set_override(evse_id, wish)
        if wish is not None and evse_id in self._drivers:
            self._drivers[evse_id].begin()
        self.wake()

    @property
    def steers_battery(self) -> bool:
        """Whether the home battery is steered, where it can be."""
        return self._store.steers_battery

    @callback
    def set_steers_battery(self, *, steers: bool) -> None:
        """Let the home battery be steered, or by itself; it is kept over restarts."""
        self._store.set_steers_battery(steers=steers)
        self.wake()

    def priority(self, evse_id: str) -> int:
        """Tell a charger's priority: who has more is served first."""
        return next(evse.priority for evse in self._site.evses if evse.evse_id == evse_id)

    def name_of(self, evse_id: str) -> str:
        """Tell a charger's name."""
        return self.config_entry.subentries[evse_id].title

    @property
    def checks(self) -> FailsafeChecks:
        """The checks of chargers' failsafe currents that are under way."""
        return self._checks

    async def async_check_failsafe(self, evse_id: str) -> CheckResult:
        """Send this charger nothing for two minutes, and tell what it did. Raises `CheckImpossibleError`."""
        evse = next(evse for evse in self._site.evses if evse.evse_id == evse_id)
        try:
            return await self._checks.run(evse)
        finally:
            self.wake()

    @property
    def walks(self) -> ChargerWalks:
        """The tests of what chargers can do that are under way."""
        return self._walks

    async def async_test_charger(self, evse_id: str) -> tuple[StepResult, ...]:
        """Walk this charger through what it can do, and tell what it did. Raises `WalkImpossibleError`."""
        evse = next(evse for evse in self._site.evses if evse.evse_id == evse_id)
        self.wake()
        try:
            return await self._walks.run(evse, dt_util.utcnow())
        finally:
            self.wake()

    async def async_set_priority(self, evse_id: str, priority: int) -> None:
        """Choose a charger's priority; it goes before the configured one until somebody configures another."""
        configured = next(evse.priority for evse in self._setup.site.evses if evse.evse_id == evse_id)
        self._store.set_priority(evse_id, ChosenPriority(priority=priority, configured=configured))
        self._site = with_priorities(self._setup.site, self._store.priorities)
        self.wake()

    async def async_start(self) -> None:
        """Make the first tick, and listen from now on. Raises what the first tick raises."""
        for driver in self._drivers.values():
            await driver.start(self.wake)
        self._senses.start(self._waker.wake_by_meter, self.wake)
        self._foresight.start(self.wake)
        self.data = self._tick()
        self._waker.start()

    @override
    async def async_shutdown(self) -> None:
        """Stop steering. What the chargers were told last runs out there; nobody's current is raised by us."""
        await super().async_shutdown()
        if self._stopped:
            return
        self._stopped = True
        self._checks.stop()
        self._walks.stop()
        self._senses.stop()
        self._waker.stop()
        await self._dispatcher.stop()
        await self._loads.stop()
        for name, driver in self._drivers.items():
            try:
                await driver.stop()
            except Exception:
                # The others have to be stopped as well.
                _LOGGER.exception("Charger %s could not be stopped", name)
        # After the chargers: neither a battery that does not answer nor what is written down may keep them from being brought to rest.
        await self._let_battery_go()
        await self._foresight.stop()
        await self._store.async_save()

    async def async_step_down(self) -> None:
        """Nobody is going to steer: let the home battery go, and bring the chargers down if appliances are to come back."""
        await asyncio.gather(self._let_battery_go(), self._lower_chargers())

    async def _lower_chargers(self) -> None:
        """Bring the chargers down to their failsafe currents: those fit beside all that runs in the house."""
        if self._stopped or not self._store.sheds:
            return
        self._senses.stop()
        self._waker.stop()
        await self._dispatcher.lower({evse.evse_id: evse.failsafe_a for evse in self._site.evses})

    async def async_let_go(self) -> None:
        """Stop steering for good: what we switched off is switched on again, as nobody will do so later."""
        await self.async_step_down()
        await self.async_shutdown()
        await async_let_go(self.hass, self._store)

    @callback
    def wake(self) -> None:
        """Something happened that a tick should see soon."""
        self._waker.wake()

    @callback
    def _run(self) -> None:
        try:
            result = self._tick()
        except Exception as error:
            # Said once; the next tick is tried, and until one succeeds the chargers' own watchdogs hold.
            if self.last_update_success:
                _LOGGER.exception("A tick failed; it is tried again")
            self._fail(error)
        else:
            self.async_set_updated_data(result)

    async def _let_battery_go(self) -> None:
        if self._battery is not None:
            await self._battery.stop()

    def _fail(self, error: Exception) -> None:
        if self._battery is not None:
            self._battery.look(BatteryOrder(), dt_util.utcnow())
        self.last_exception = error
        if self.last_update_success:
            self.last_update_success = False
            self.async_update_listeners()

    def _tick(self) -> TickResult:
        now = dt_util.utcnow()
        self._site = with_abilities(self._site, self._drivers)
        wishes = self._wishes(now)
        modes = {
            evse_id: wishes[evse_id].mode if evse_id in wishes else self._store.mode(evse_id)
            for evse_id in self._drivers
        }
        snapshot = self._senses.take_snapshot(now, modes, wishes)
        snapshot = replace(snapshot, evses=self._walks.bound(snapshot.evses))
        sessions = {
            evse_id: update(self._store.sessions.get(evse_id, SessionEnergy()), status, now)
            for evse_id, status in snapshot.evses.items()
        }
        self._store.set_sessions(sessions)
        ahead = self._look_ahead(snapshot, sessions)
        snapshot = replace(
            snapshot,
            goals={evse_id: aim.goal for evse_id, aim in ahead.aims.items()},
            off_peak=ahead.off_peak if snapshot.off_peak is None else snapshot.off_peak,
            wakeable=ahead.wakeable,
            peak=ahead.peak,
        )
        state = self._state
        decision = step(self._site, snapshot, state, ahead.plans)
        self._state = decision.next_state
        self._ticks.append(Tick(site=self._site, snapshot=snapshot, state=state, decision=decision, plans=ahead.plans))
        self._dispatcher.dispatch(decision)
        self._loads.apply(decision.shed_loads, now)
        self._foresight.learn(decision)
        if decision.calls:
            self._calls.apply(decision.calls, self._foresight.vehicles.wakeable)
        self._store.set_interrupted(self._dispatcher.interrupted)
        self._checks.look(snapshot.evses, now)
        self._walks.look(snapshot.evses, decision.setpoints, now)
        return TickResult(
            snapshot=snapshot,
            decision=decision,
            sessions=sessions,
            failures=self._dispatcher.failures,
            shortcomings={evse_id: driver.shortcomings for evse_id, driver in self._drivers.items()},
            limits=self._limits.readings,
            connections={evse_id: driver.connection for evse_id, driver in self._drivers.items()},
            ahead=ahead,
            battery=self._steer_battery(snapshot, decision, ahead),
        )

    def _steer_battery(self, snapshot: SiteSnapshot, decision: Decision, ahead: Ahead) -> BatteryTold | None:
        """Tell the home battery what it is to do, where it may be steered."""
        battery = self._setup.battery
        if self._battery is None or battery is None or battery.handle is None:
            return None
        if self._store.steers_battery:
            self._battery_memory = steer(
                self._site,
                snapshot,
                decision,
                steering=battery.handle.steering,
                plan=ahead.battery,
                memory=self._battery_memory,
            )
        else:
            self._battery_memory = BatteryMemory(order=BatteryOrder(cause=BatteryCause.SWITCHED_OFF))
        return self._battery.look(self._battery_memory.order, snapshot.at)

    def _look_ahead(self, snapshot: SiteSnapshot, sessions: Mapping[str, SessionEnergy]) -> Ahead:
        """Tell what is planned. Whatever goes wrong there, the limits are kept: cars then charge as their modes say."""
        try:
            ahead = self._foresight.look(snapshot, self._site, sessions, self._limits.readings)
        except Exception:
            if not self._is_blind:
                _LOGGER.exception("What is planned could not be told; it is tried again with each tick")
            self._is_blind = True
            return Ahead()
        self._is_blind = False
        return ahead

    def _wishes(self, now: datetime) -> dict[str, Override]:
        """Give the overrides that hold, and forget those that ended."""
        holding: dict[str, Override] = {}
        for evse_id, wish in self._store.overrides.items():
            driver, session = self._drivers.get(evse_id), self._store.sessions.get(evse_id, SessionEnergy())
            if driver is not None and holds(
                wish,
                driver.status,
                now,
                session_started_at=session.started_at,
                session_kwh=session.energy_kwh,
                full=self._is_full(evse_id, wish),
            ):
                holding[evse_id] = wish
            else:
                self._store.set_override(evse_id, None)
        return holding

    def _is_full(self, evse_id: str, wish: Override) -> bool:
        """Tell whether the last tick saw that the car takes nothing more, though this was wanted."""
        last = self._ticks[-1] if self._ticks else None
        if last is None or last.snapshot.overrides.get(evse_id) != wish:
            return False
        setpoint = last.decision.setpoints.get(evse_id)
        return setpoint is not None and setpoint.reason.code is ReasonCode.NOT_TAKING

    def _next_tick_in_s(self) -> float:
        """Tell when the next tick has to come at the latest: also when a meter becomes unknown, or something is due."""
        now, left_s = dt_util.utcnow(), [MOST_INTERVAL_S]
        for circuit_id, reading in self._state.meters.items():
            stale_after_s = self._site.circuit(circuit_id).stale_after_s or self._site.policy.stale_after_s
            age_s = (now - reading.at).total_seconds()
            if age_s <= stale_after_s:
                left_s.append(stale_after_s - age_s + _MOMENT_S)
        next_at = None if not self._ticks else self._ticks[-1].decision.next_at
        if next_at is not None:
            left_s.append((next_at - now).total_seconds() + _MOMENT_S)
        return max(LEAST_INTERVAL_S, min(left_s))
