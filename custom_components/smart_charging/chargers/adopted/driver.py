"""The driver of a charger that another integration brings, over its entities.

What they say is pushed; a setpoint is a call of their actions. It is acknowledged once the entity shows it, or, where that
takes until its next poll, at the end of a call that raised nothing: what it shows later is held against it all the same.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final, override

from homeassistant.components.select import ATTR_OPTIONS
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceNotFound

from ...const import CONF_WIRING
from ...engine.model.evse import Capabilities, Evse, EvseStatus, EvState, Means, Watchdog, WatchdogKind
from ...engine.model.operation import Connection
from ...engine.model.shortcoming import Shortcoming
from ..device import Reading
from ..driver import ChargerDriver
from ..errors import (
    ChargerError,
    ChargerLacksError,
    ChargerRefusedError,
    ChargerSilentError,
    ChargerUnreachableError,
)
from ..offers import Offers, is_same
from ..seen import Seen
from .catalogue import (
    CONF_DEVICE_ID,
    CONF_ENTITIES,
    CONF_STEP_A,
    CONF_VOLTAGE_V,
    CONF_WRITE_INTERVAL_S,
    charger_of,
)
from .commands import Call, Commands
from .links import EntityLinks
from .reading import States, is_away, read, shows_pause, word
from .row import MEASURES, KnownCharger, Role
from .units import currents_in, tells

_LOGGER: Final = logging.getLogger(__name__)

PATIENCE_S: Final = 8.0
"""For all calls of a setpoint, and until it shows: less than who commands waits for it."""
NOMINAL_V: Final = 230.0

_BUTTONS: Final = frozenset({Role.START, Role.STOP})


def roles_of(data: Mapping[str, Any]) -> dict[Role, str]:
    """The stored entities by role; one that we know nothing of is left out."""
    stored = data.get(CONF_ENTITIES) or {}
    return {Role(role): str(ref) for role, ref in stored.items() if role in set(Role)}


def adopted_capabilities(data: Mapping[str, Any]) -> Capabilities:
    """What a stored charger can do. The currents are those of its set-up: one whose current is fixed has one of them."""
    known, roles = charger_of(data), roles_of(data).keys()
    can_pause = known.can_pause(roles)
    lifetime_s = known.time_to_live_s
    phases = len(data.get(CONF_WIRING) or ()) or 3
    return Capabilities(
        phases=phases,
        minimum_a=known.minimum_a,
        maximum_a=known.maximum_a,
        step_a=float(data.get(CONF_STEP_A) or known.step_a) if known.can_set(roles) else 1.0,
        can_pause=can_pause,
        can_switch_phases=Role.PHASES in roles and phases > 1 and {1, phases} <= known.phases.keys(),
        means=(Means.OFFER, Means.PAUSE) if can_pause else (Means.OFFER,),
        watchdog=Watchdog()
        if lifetime_s is None
        else Watchdog(kind=WatchdogKind.EXPIRY, timeout_s=lifetime_s, renew_after_s=lifetime_s / 3),
        write_interval_s=max(float(data.get(CONF_WRITE_INTERVAL_S) or 0.0), known.minimum_interval_s),
    )


def make_adopted(
    hass: HomeAssistant, data: Mapping[str, Any], evse: Evse, now: Callable[[], datetime]
) -> ChargerDriver:
    """Make the driver of a stored charger. `now` gives aware times in UTC."""
    return AdoptedDriver(
        hass,
        charger_of(data),
        roles_of(data),
        evse,
        now,
        capabilities=adopted_capabilities(data),
        device_id=str(data.get(CONF_DEVICE_ID) or ""),
        voltage_v=float(data.get(CONF_VOLTAGE_V) or NOMINAL_V),
    )


class AdoptedDriver(ChargerDriver):
    """Steers a charger by its entities. `now` gives aware times in UTC."""

    def __init__(  # noqa: PLR0913
        self,
        hass: HomeAssistant,
        known: KnownCharger,
        entities: Mapping[Role, str],
        evse: Evse,
        now: Callable[[], datetime],
        *,
        capabilities: Capabilities,
        device_id: str = "",
        voltage_v: float = NOMINAL_V,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._hass = hass
        self._known = known
        self._evse = evse
        self._now = now
        self._capabilities = capabilities
        self._device_id = device_id
        self._voltage_v = voltage_v
        self._patience_s = patience_s
        self._links = EntityLinks(hass, entities)
        self._offers = Offers(now, timedelta(seconds=known.settles_s))
        self._on_status: Callable[[], None] = lambda: None
        self._started = False
        self._one_by_one = asyncio.Lock()
        self._shown = asyncio.Event()
        self._seen = Seen(evse, now)
        self._heard_at: datetime | None = None
        self._measured_at: datetime | None = None
        self._begins = False

    @property
    @override
    def capabilities(self) -> Capabilities:
        evse = self._evse
        return replace(self._capabilities, phases=len(evse.phases), minimum_a=evse.minimum_a, maximum_a=evse.maximum_a)

    @property
    @override
    def status(self) -> EvseStatus:
        return self._seen.status(offer=self._offers.offer, offered_a=self._offered_a, measured_at=self._measured_at)

    @property
    @override
    def connection(self) -> Connection:
        return Connection(last_message_at=self._heard_at)

    @property
    @override
    def shortcomings(self) -> frozenset[Shortcoming]:
        found = set()
        if self._capabilities.watchdog.kind is WatchdogKind.NONE:
            found.add(Shortcoming.NO_WATCHDOG)
        if self._links.gone:
            found.add(Shortcoming.ENTITY_GONE)
        if self._offers.fought_over:
            found.add(Shortcoming.LIMIT_FOUGHT_OVER)
        return frozenset(found)

    @property
    @override
    def details(self) -> Mapping[str, Any]:
        return {
            "integration": self._known.platform,
            "roles": sorted(self._links.roles),
            "gone": sorted(self._links.gone),
        }

    @override
    async def start(self, on_status: Callable[[], None]) -> None:
        self._on_status = on_status
        self._seen.reachable_since = self._now()
        self._started = True
        self._links.start(self._changed, self._repeated)
        self._look()
        self._measured_at = self._last_measured()

    @override
    async def stop(self) -> None:
        started, self._started = self._started, False
        self._links.stop()
        self._on_status = lambda: None
        if started:
            await self._step_down()

    @override
    async def apply(self, current_a: float, phases: int | None = None) -> None:
        number = None if phases == len(self._evse.phases) else phases
        async with self._one_by_one:
            await self._apply(current_a, number)
        self._on_status()

    @override
    def begin(self) -> None:
        self._begins = True

    @override
    async def interrupt(self, means: Means) -> None:
        raise ChargerLacksError(f"it cannot be told to {means}")

    @override
    async def release(self) -> None:
        """Nothing is ever interrupted."""

    @property
    def _offered_a(self) -> float | None:
        """What it offers: what it was told is forgotten after its time, and it is then at its failsafe current."""
        offered_a, lifetime_s = self._offers.current_a, self._capabilities.watchdog.timeout_s
        acknowledged_at = self._offers.acknowledged_at
        if offered_a is None or lifetime_s is None or acknowledged_at is None:
            return offered_a
        forgotten = self._now() - acknowledged_at >= timedelta(seconds=lifetime_s)
        return self._evse.failsafe_a if forgotten else offered_a

    @property
    def _states(self) -> States:
        found = {role: self._links.state(role) for role in self._links.roles}
        return {role: state for role, state in found.items() if state is not None}

    async def _apply(self, current_a: float, phases: int | None) -> None:
        states = self._states
        if not self._seen.reachable:
            raise ChargerUnreachableError("its entities are not there")
        if current_a == 0 and not self.capabilities.can_pause:
            raise ChargerLacksError("it cannot pause")
        if self._is_idle(states) or (current_a == 0 and self._cannot_pause_yet(states)):
            await self._tell(() if self._known.vehicle else self._commands.least(states), None)
            self._offers.assume(current_a, phases)
            return
        await self._tell(self._calls(states, current_a, phases), (current_a, phases))
        # One whose current is fixed gives that, whatever it was told.
        fixed = current_a > 0 and not self._known.can_set(self._links.roles)
        self._offers.acknowledge(self._evse.maximum_a if fixed else current_a, phases)

    def _is_idle(self, states: States) -> bool:
        """Tell whether it is a car that is away or not plugged in: it may sleep, and what it does elsewhere is not ours."""
        return self._known.vehicle and (self._seen.reading.state is EvState.A or is_away(self._known, states))

    def _cannot_pause_yet(self, states: States) -> bool:
        """Tell whether what pauses it is only there with a car: one that comes has as little as can be until it is paused."""
        return self._known.idle_pause and Role.PAUSE not in states and self._seen.reading.state is EvState.A

    async def _tell(self, calls: Iterable[Call], setpoint: tuple[float, int | None] | None) -> None:
        """Make these calls; afterwards it shows `setpoint`, where there is one to show."""
        try:
            async with asyncio.timeout(self._patience_s):
                for call in calls:
                    await self._call(call)
                if setpoint is not None and self._known.echo_s is not None:
                    await self._until_shown(*setpoint)
        except (TimeoutError, ChargerSilentError, asyncio.CancelledError) as error:
            # It may have done it all the same.
            if setpoint is not None:
                self._offers.may_be(*setpoint)
            if isinstance(error, TimeoutError):
                raise ChargerSilentError("its entity did not show in time what it was told") from None
            raise

    def _calls(self, states: States, current_a: float, phases: int | None) -> Iterable[Call]:
        commands = self._commands
        if current_a > 0:
            begins, self._begins = self._begins, False
            resumes = self._is_to_resume(states)
            yield from commands.setpoint(states, current_a, phases, resume=resumes)
            if begins and not resumes and self._seen.reading.state is EvState.B:
                yield from commands.start(states)
        else:
            yield from commands.pause(states)

    @property
    def _commands(self) -> Commands:
        groups = self._links.groups(self._known.groups_of)
        minutes = round((self._known.time_to_live_s or 0.0) / 60)
        return Commands(
            known=self._known,
            evse=self._evse,
            voltage_v=self._voltage_v,
            texts={**groups, "device_id": self._device_id, "minutes": str(minutes)},
        )

    def _is_to_resume(self, states: States) -> bool:
        """Tell whether it was paused, by us or, as far as that shows, by anybody."""
        if self._known.pausing.tells and shows_pause(self._known, states):
            return True
        # Without a car there is nothing to go on with, and some refuse it.
        if not self._known.pausing.tells and self._seen.reading.state is EvState.A:
            return False
        return not self._offers.current_a

    async def _call(self, call: Call) -> None:
        try:
            await self._hass.services.async_call(call.domain, call.action, dict(call.data), blocking=True)
        except ServiceNotFound as error:
            raise ChargerUnreachableError(f"there is no action {call.domain}.{call.action}") from error
        except TimeoutError:
            raise
        except HomeAssistantError as error:
            raise ChargerRefusedError(f"{call.domain}.{call.action}: {error}") from error
        except Exception as error:
            # Whatever its integration lets out; the charger may have done it.
            raise ChargerSilentError(f"{call.domain}.{call.action}: {type(error).__name__}: {error}") from error

    async def _until_shown(self, current_a: float, phases: int | None) -> None:
        async with asyncio.timeout(self._known.echo_s):
            while not self._shows(current_a, phases):
                self._shown.clear()
                await self._shown.wait()

    def _shows(self, current_a: float, phases: int | None) -> bool:
        reading = self._read(paused=current_a == 0)
        if reading.limit_a is None or (Role.PHASES in self._links.roles and reading.phases != phases):
            return False
        return is_same(reading.limit_a, current_a, self._tolerance_a)

    @property
    def _tolerance_a(self) -> float:
        """Up to this two currents are one to it: a select may know only some."""
        limit = self._links.state(Role.LIMIT)
        currents = sorted(currents_in(limit.attributes.get(ATTR_OPTIONS))) if limit is not None else []
        gaps = [after - before for before, after in pairwise(currents)]
        return max(self._capabilities.step_a, *gaps, 0.0)

    def _read(self, *, paused: bool) -> Reading:
        return read(self._known, self._states, self._evse, paused=paused, voltage_v=self._voltage_v)

    @callback
    def _changed(self, role: Role) -> None:
        self._heard_at = self._now()
        if role in MEASURES:
            self._measured_at = self._now()
        self._look()
        self._shown.set()
        self._on_status()

    @callback
    def _repeated(self, role: Role) -> None:
        self._heard_at = self._now()
        if role in MEASURES:
            self._measured_at = self._now()

    def _look(self) -> None:
        """Take in what the entities say now."""
        self._note_reachable()
        if not self._seen.reachable:
            # What was last known stays, as of a charger that was cut off.
            return
        self._seen.take(self._read(paused=self._offers.current_a == 0))
        counts = not self._is_idle(self._states) and not self._one_by_one.locked()
        if self._seen.reading.limit_a is not None and counts:
            self._offers.compare(self._seen.reading.limit_a, self._seen.reading.phases, self._tolerance_a)

    def _note_reachable(self) -> None:
        reachable = self._is_reachable()
        if not self._seen.note(reachable=reachable):
            return
        if reachable:
            _LOGGER.info("Charger %s is there", self._evse.evse_id)
        else:
            gone = ", ".join(sorted(self._links.gone))
            _LOGGER.info("Charger %s is not there%s", self._evse.evse_id, f": no entity for {gone}" if gone else "")

    def _is_reachable(self) -> bool:
        """Tell whether all that it is steered with is there, and something says how it is."""
        states = self._states
        steering = {Role.LIMIT, Role.OFFER} & self._links.roles
        if not self._known.idle_pause:
            steering |= {Role.PAUSE} & self._links.roles
        if self._known.vehicle:
            steering.add(Role.LOCATION)
        if not steering <= states.keys() or (self._known.vehicle and not tells(states[Role.LOCATION])):
            return False
        if word(states.get(Role.STATUS)) in self._known.offline:
            return False
        return any(tells(state) for role, state in states.items() if role not in _BUTTONS)

    def _last_measured(self) -> datetime | None:
        reported = [state.last_reported for role, state in self._states.items() if role in MEASURES]
        return max(reported, default=None)

    async def _step_down(self) -> None:
        """Nobody is going to steer, and it would not notice: it is brought to its failsafe current, if it has more."""
        offer, failsafe_a = self._offers.offer, self._evse.failsafe_a
        left_alone = self._capabilities.watchdog.timeout_s is not None or self._offers.acknowledged_at is None
        if left_alone or offer is None or offer.current_a <= failsafe_a:
            return
        try:
            async with self._one_by_one:
                # On the phases that it has: more of them would be a rise.
                await self._apply(failsafe_a, offer.phases)
        except ChargerError as error:
            _LOGGER.warning("Charger %s keeps %s A: %s", self._evse.evse_id, offer.current_a, error)
