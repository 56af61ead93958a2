"""A charger that speaks OCPP: one connector of a station of the csms.

The setpoint is a limit for the running transaction that runs out by itself, see `EXPIRY_S`; it is renewed by the
caller. Below it, in the station, lies a default that stays: the charger's failsafe current. Hence the charger falls back
to that when nobody steers, and a car that plugs in begins with it.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, Final, override

from ..csms.authorization import IdToken
from ..csms.errors import CallFailed, NoTransaction, StationError, StationRejected
from ..csms.events import (
    Booted,
    Connected,
    Disconnected,
    Event,
    Measured,
    Ready,
    StatusChanged,
    TransactionEnded,
    TransactionStarted,
)
from ..csms.records import Connector
from ..csms.station import Station
from ..engine.model.evse import Capabilities, Evse, EvseInfo, EvseStatus, Means, Watchdog, WatchdogKind
from ..engine.model.operation import Connection, Operation, StatedLimit
from ..engine.model.operator_link import OperatorLink, OperatorState
from ..engine.model.quantities import ALL_PHASES
from ..engine.model.shortcoming import Shortcoming
from .driver import ChargerDriver
from .errors import ChargerError, ChargerRefusedError, ChargerUnreachableError
from .ocpp_errors import as_charger_errors
from .ocpp_operations import OcppOperations
from .ocpp_start import CallLater, FreeStart, call_later
from .ocpp_status import (
    EXPIRY_S,
    Offer,
    Since,
    follow,
    read_available,
    read_currents,
    read_offer,
    read_offered_phases,
    read_state,
)
from .ocpp_trust import Trust

_LOGGER: Final = logging.getLogger(__name__)

LIMITS_AHEAD_S: Final = 3600
"""How far ahead a station is asked for its limits, where it follows none."""

CAPABILITIES: Final = Capabilities(
    # OCPP 1.6, 7.14. Many stations cut off what is below a whole ampere, which errs on the safe side.
    step_a=0.1,
    means=(Means.OFFER, Means.PAUSE, Means.STOP, Means.DISABLE),
    watchdog=Watchdog(kind=WatchdogKind.EXPIRY, timeout_s=EXPIRY_S, renew_after_s=EXPIRY_S / 2),
    operations=frozenset(Operation),
)

ASK_AGAIN: Final = timedelta(seconds=15)
"""At most this often a station is asked for a transaction that it has not told."""


class OcppDriver(ChargerDriver):
    """One connector of a station. Reads what the csms remembers of it, so it can be replaced without losing anything."""

    def __init__(
        self,
        station: Station,
        connector_id: int,
        evse: Evse,
        *,
        now: Callable[[], datetime],
        may_start: Callable[[], bool] = lambda: True,
        card_of: Callable[[IdToken], str | None] = lambda _: None,
        later: CallLater = call_later,
    ) -> None:
        self._station = station
        self._connector_id = connector_id
        self._evse = evse
        self._now = now
        self._card_of = card_of
        self._may_start = may_start
        self._start = FreeStart(station, connector_id, now, later, may_start)
        self._operations = OcppOperations(station, connector_id, now, lambda: self._disabled)
        self._disabled = False
        self._on_status: Callable[[], None] = lambda: None
        self._unsubscribe: Callable[[], None] = lambda: None
        self._tasks: set[asyncio.Task[None]] = set()
        self._reachable_since = now()
        self._limit_since: Since | None = None
        self._default_since: Since | None = None
        self._default_refused = False
        self._keeps_failsafe = True
        self._trust = Trust(station)
        self._booted_at: datetime | None = None
        self._doubt: tuple[float, datetime] | None = None
        self._energy_kwh: float | None = None
        self._stated: tuple[StatedLimit, ...] = ()
        self._asked_at: datetime | None = None

    @property
    @override
    def capabilities(self) -> Capabilities:
        evse = self._evse
        return replace(CAPABILITIES, phases=len(evse.phases), minimum_a=evse.minimum_a, maximum_a=evse.maximum_a)

    @property
    @override
    def status(self) -> EvseStatus:
        connector, now = self._connector, self._now()
        state, offer = read_state(connector), self._offer(connector, now)
        measurement, transaction = connector.measurement, connector.transaction
        start_wh = transaction.meter_start_wh if transaction else None
        return EvseStatus(
            reachable=self._station.connected,
            reachable_since=self._reachable_since,
            state=state.state,
            state_at=state.at,
            offered_a=offer.current_a,
            offered_at=offer.at,
            offered_phases=read_offered_phases(connector, self._number_of_phases, now),
            measured_at=measurement.at if measurement else None,
            current_a=read_currents(measurement, len(self._evse.phases), self._station.style.nominal_v),
            power_w=measurement.power_w if measurement else None,
            energy_kwh=self._register_kwh(connector),
            session_started_at=transaction.started_at if transaction else None,
            session_start_kwh=None if start_wh is None else start_wh / 1000,
            fault=state.fault,
            info=self._info,
            ceiling_a=self._operator_a,
            available=read_available(connector),
            card=(
                self._card_of(IdToken(text=transaction.id_tag, kind=transaction.id_kind))
                if transaction is not None and not connector.waits_for_authorization
                else None
            ),
            authorized=(transaction is not None and not connector.waits_for_authorization) or self._may_start(),
        )

    @property
    @override
    def details(self) -> Mapping[str, Any]:
        return {**self._station.describe(), "stated_limits": [asdict(stated) for stated in self._stated]}

    @property
    @override
    def operations(self) -> OcppOperations:
        return self._operations

    @property
    @override
    def connection(self) -> Connection:
        station = self._station
        return Connection(
            protocol=None if station.version is None else f"OCPP {station.version}",
            address=station.address,
            last_message_at=station.last_seen,
            clock_offset_s=station.clock_offset_s if station.connected else None,
            operator=self._operator_link(),
        )

    def _operator_link(self) -> OperatorLink | None:
        link = self._station.operator_link
        if link is None:
            return None
        state = OperatorState.CONNECTED
        if link.trouble is not None:
            state = OperatorState(link.trouble)
        elif not link.connected:
            wanted = self._station.connected or link.waiting
            state = OperatorState.CONNECTING if wanted else OperatorState.IDLE
        return OperatorLink(state=state, waiting=link.waiting, dropped=link.dropped)

    @override
    async def start(self, on_status: Callable[[], None]) -> None:
        self._on_status = on_status
        self._reachable_since = self._now()
        self._note_limits()
        self._unsubscribe = self._station.subscribe(self._take)
        if self._station.connected and self._station.features is not None:
            # The station outlived its driver, whose failsafe current may be another one now.
            self._spawn(self._prepare())

    @override
    async def stop(self) -> None:
        self._unsubscribe()
        await self._start.stop()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    @override
    def shortcomings(self) -> frozenset[Shortcoming]:
        found = self._trust.shortcomings
        return found if self._keeps_failsafe else found | {Shortcoming.FAILSAFE_REFUSED}

    @override
    async def apply(self, current_a: float, phases: int | None = None) -> None:
        self._expect_connection()
        self._start.wanted_a = current_a
        if self._connector.transaction is not None:
            await self._limit(current_a, phases)
            self._start.consider()
        else:
            await self._rest_on_default()
        self._on_status()

    @override
    async def interrupt(self, means: Means) -> None:
        self._expect_connection()
        self._start.forbid()
        with as_charger_errors():
            # With a transaction running, the contactor would stay closed until its end.
            await self._end_transaction(needed=means is not Means.DISABLE)
            if means is Means.DISABLE:
                self._disabled = True
                await self._station.change_availability(self._connector_id, operative=False)
        self._on_status()

    @override
    async def release(self) -> None:
        with as_charger_errors():
            await self._station.change_availability(self._connector_id, operative=True)
        self._disabled = False
        self._start.permit()
        self._on_status()

    @override
    def begin(self) -> None:
        self._start.ask()

    def _expect_connection(self) -> None:
        if not self._station.connected:
            raise ChargerUnreachableError("the station is not connected")

    @property
    def _connector(self) -> Connector:
        return self._station.connectors.get(self._connector_id) or Connector(connector_id=self._connector_id)

    @property
    def _info(self) -> EvseInfo | None:
        info = self._station.info
        if info is None:
            return None
        return EvseInfo(manufacturer=info.vendor, model=info.model, firmware=info.firmware)

    @property
    def _operator_a(self) -> float | None:
        """What the operator allows, to whom the station is handed on."""
        limit = self._station.operator_limit(self._connector_id)
        return None if limit is None else limit.current_a(len(self._evse.phases), self._station.style.nominal_v)

    def _offer(self, connector: Connector, now: datetime) -> Offer:
        """Tell what the station offers; what a command without an answer may have raised it to counts as offered."""
        limit_since = self._limit_since.at if self._limit_since else None
        default_since = self._default_since.at if self._default_since else None
        offer = read_offer(connector, limit_since, default_since, now)
        if self._trust.lost:
            return Offer(current_a=None, at=offer.at)
        limit, booted_at = connector.limit, self._booted_at
        if limit is not None and booted_at is not None and limit.at < booted_at:
            # It may have forgotten its limit, or not.
            default_a = connector.default_limit.limit_a if connector.default_limit else None
            known = None if default_a is None or offer.current_a is None else max(default_a, offer.current_a)
            offer = Offer(current_a=known, at=booted_at)
        if self._doubt is not None and offer.current_a is not None and now < self._doubt[1]:
            return replace(offer, current_a=max(offer.current_a, self._doubt[0]))
        return offer

    def _register_kwh(self, connector: Connector) -> float | None:
        measurement = connector.measurement
        if measurement is not None and measurement.energy_wh is not None:
            # Some stations tell the register less often than the rest.
            self._energy_kwh = measurement.energy_wh / 1000
        return self._energy_kwh

    def _take(self, event: Event) -> None:
        match event:
            case Connected() | Disconnected():
                self._reachable_since = event.at
                self._default_refused = False
            case Booted():
                self._booted_at = event.at
            case Ready():
                self._spawn(self._prepare())
            case StatusChanged(connector_id=self._connector_id):
                self._start.status_changed(event.status.status)
            case Measured(connector_id=self._connector_id):
                self._judge(event.at)
            case TransactionStarted() if event.transaction.connector_id == self._connector_id:
                self._doubt = None
                if not self._limit_since or self._limit_since.key[0] != event.transaction.transaction_id:
                    self._trust.forget_limit()
                self._start.transaction_started()
            case TransactionEnded() if event.transaction.connector_id == self._connector_id:
                self._doubt = None
                self._trust.forget_limit()
                self._start.transaction_ended(event.reason)
        self._on_status()

    def _judge(self, at: datetime) -> None:
        """Hold what was measured against the limit."""
        connector = self._connector
        currents = read_currents(connector.measurement, len(self._evse.phases), self._station.style.nominal_v)
        since = self._limit_since.at if self._limit_since else None
        if self._trust.measured(connector.limit, since, max(currents) if currents else None, at):
            self._spawn(self._ask_for_limits())

    async def _ask_for_limits(self) -> None:
        """Keep for a report of the fault what the station itself says that its limits come to.

        Not while another way to put a limit is left to try: a station that does not answer would hold that up.
        """
        try:
            self._stated = tuple(await self._operations.limits(LIMITS_AHEAD_S))
        except ChargerError as error:
            _LOGGER.debug("Station %s does not tell its limits: %s", self._station.identity, error)
            return
        _LOGGER.warning(
            "Station %s follows no limit, and says that it offers %s",
            self._station.identity,
            [f"{each.limit} {'W' if each.in_w else 'A'}" for each in self._stated],
        )

    @property
    def _default_stands(self) -> bool:
        """Whether the station has the failsafe current, as finely as it can be told (`step_a`)."""
        default = self._connector.default_limit
        return default is not None and abs(default.limit_a - self._evse.failsafe_a) < CAPABILITIES.step_a

    @property
    def _number_of_phases(self) -> int | None:
        """Without a number three are meant (OCPP 1.6, 7.14), and some stations take no number."""
        phases = len(self._evse.phases)
        return None if phases == len(ALL_PHASES) else phases

    async def _limit(self, current_a: float, phases: int | None) -> None:
        number = self._number_of_phases if phases in {None, len(self._evse.phases)} else phases
        try:
            with as_charger_errors():
                await self._station.set_limit(self._connector_id, current_a, phases=number, valid_s=EXPIRY_S)
        except ChargerUnreachableError, asyncio.CancelledError:
            # The station may have acted without an answer.
            self._doubt = current_a, self._now() + timedelta(seconds=EXPIRY_S)
            raise
        except ChargerRefusedError:
            self._trust.refused()
            raise
        self._doubt = None
        self._trust.accepted()
        self._note_limits()

    async def _end_transaction(self, *, needed: bool) -> None:
        if self._connector.transaction is None:
            return
        try:
            await self._station.remote_stop(self._connector_id)
        except NoTransaction:
            return
        except StationRejected, CallFailed:
            if needed:
                raise

    async def _rest_on_default(self) -> None:
        """Without a transaction no current flows, and the default says with how much one begins: see that it is there."""
        connector = self._connector
        if not self._default_stands and not self._default_refused:
            with as_charger_errors():
                await self._set_default()
        status = connector.status
        if status is not None and status.status.in_transaction and self.status.offered_a is None:
            await self._ask_for_transaction()
            raise ChargerRefusedError("the station charges, and has not told its transaction yet")
        self._start.consider()

    async def _ask_for_transaction(self) -> None:
        now = self._now()
        if self._asked_at is not None and now - self._asked_at < ASK_AGAIN:
            return
        self._asked_at = now
        try:
            await self._station.trigger("MeterValues", self._connector_id)
        except StationError as error:
            _LOGGER.debug("Station %s: %s", self._station.identity, error)

    async def _prepare(self) -> None:
        """Put the failsafe current and the maximum into the station."""
        try:
            await self._set_default()
            await self._set_maximum()
        except StationError as error:
            _LOGGER.debug("Station %s: %s", self._station.identity, error)
        self._on_status()
        self._start.consider()

    async def _set_default(self) -> None:
        failsafe_a, phases = self._evse.failsafe_a, self._number_of_phases
        try:
            await self._station.set_default_limit(self._connector_id, failsafe_a, phases=phases)
        except (StationRejected, CallFailed) as error:
            self._default_refused, self._keeps_failsafe = True, False
            _LOGGER.warning(
                "Station %s does not take a failsafe current, so its own settings have to be safe: %s",
                self._station.identity,
                error,
            )
            return
        self._keeps_failsafe = True
        self._note_limits()

    async def _set_maximum(self) -> None:
        features = self._station.features
        if features is not None and (features.number_of_connectors or 1) > 1:
            # It would bound all connectors together.
            return
        try:
            await self._station.set_maximum_limit(self._evse.maximum_a)
        except (StationRejected, CallFailed) as error:
            # Many cannot. The setpoint never exceeds it anyway.
            _LOGGER.debug("Station %s: %s", self._station.identity, error)

    def _note_limits(self) -> None:
        connector = self._connector
        transaction_id = connector.transaction.transaction_id if connector.transaction else None
        self._limit_since = follow(self._limit_since, transaction_id, connector.limit)
        self._default_since = follow(self._default_since, None, connector.default_limit)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
