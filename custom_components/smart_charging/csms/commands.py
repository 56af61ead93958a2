"""What control asks of a station: one subclass per version of OCPP, made anew for each connection."""

# ruff: noqa: D102 -- what the methods do is told once, at `Station`

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any, Final

from .coding import printable
from .errors import CallFailed, NoTransaction, StationRejected
from .frames import Payload
from .ladder import Purpose
from .memory import StationMemory
from .profiles import TRANSACTION_PROFILE, LiveLimit, Profiles
from .rate import Rate, choose_stack_level, choose_unit, choose_volts, round_down
from .records import AcknowledgedLimit, ProfileStyle, Transaction

_LOGGER: Final = logging.getLogger(__name__)

# A station that cannot do it at all is not to be asked in other words.
_LACKING: Final = frozenset({"NotImplemented", "NotSupported"})

type Caller = Callable[[str, Payload], Coroutine[Any, Any, Payload]]
"""Sends a call to the station and returns the answer; raises the `StationError` family."""


def status_of(answer: Payload) -> str:
    """The status in an answer; empty when it has none."""
    status = answer.get("status")
    return printable(status) if isinstance(status, str) else ""


def expect(action: str, answer: Payload, *wanted: str) -> str:
    """Return the answer's status, which has to be one of these. Raises `StationRejected`."""
    status = status_of(answer)
    if status not in wanted:
        raise StationRejected(action, status or "an answer without a status")
    return status


class Commands(ABC):
    """Asks a station, and keeps the limits it acknowledged in its memory."""

    def __init__(self, memory: StationMemory, call: Caller, profiles: Profiles) -> None:
        self._memory = memory
        self._call = call
        self._profiles = profiles

    async def call(self, action: str, payload: Payload) -> Payload:
        return await self._call(action, payload)

    async def set_limit(
        self, connector_id: int, limit_a: float, *, phases: int | None, valid_s: int
    ) -> AcknowledgedLimit:
        transaction = self._transaction(connector_id)
        memory = self._memory

        await self._let_settle(transaction)

        async def attempt(style: ProfileStyle) -> None:
            if style.by_default and not memory.style.by_default:
                await self._lower_default(connector_id)
            profile = LiveLimit(
                transaction=transaction,
                rate=self._rate(style, connector_id, limit_a, phases),
                stack_level=choose_stack_level(style, memory.features),
                relative=style.relative,
                by_default=style.by_default,
                valid_s=valid_s,
                now=memory.now(),
                clock=memory.clock,
                names_offline=bool(memory.features and memory.features.offline_validity),
            )
            await self._set_profile(self._profiles.live(profile))

        await self._climb(Purpose.LIVE, attempt)
        limit = self._acknowledged(limit_a, phases, valid_s)
        # While the station thought about it, the transaction may have ended, and the limit with it.
        if memory.connector(connector_id).transaction == transaction:
            memory.limited(connector_id, limit)
        return limit

    async def set_default_limit(self, connector_id: int, limit_a: float, *, phases: int | None) -> AcknowledgedLimit:
        async def attempt(style: ProfileStyle) -> None:
            rate = self._rate(style, connector_id, limit_a, phases)
            await self._set_profile(self._profiles.default(connector_id, self._default_level(style), rate))

        await self._climb(Purpose.DEFAULT, attempt)
        limit = self._acknowledged(limit_a, phases, None)
        self._memory.limited_by_default(connector_id, limit)
        return limit

    async def set_maximum_limit(self, limit_a: float) -> AcknowledgedLimit:
        memory = self._memory
        rate = self._rate(memory.style, 0, limit_a, None)
        level = choose_stack_level(memory.style, memory.features)
        # Many stations cannot, and nothing hangs on it: it is asked once.
        await self._set_profile(self._profiles.maximum(level, rate, memory.now(), memory.clock))
        memory.maximum_limit = self._acknowledged(limit_a, None, None)
        return memory.maximum_limit

    async def clear_limit(self, connector_id: int) -> None:
        payload = self._profiles.clearing(TRANSACTION_PROFILE + connector_id)
        # Unknown: it had run out, or was never there, which is what was wanted.
        expect("ClearChargingProfile", await self._call("ClearChargingProfile", payload), "Accepted", "Unknown")
        self._memory.limited(connector_id, None)

    @abstractmethod
    async def remote_start(self, connector_id: int, id_tag: str) -> None: ...

    @abstractmethod
    async def remote_stop(self, connector_id: int) -> None: ...

    @abstractmethod
    async def trigger(self, message: str, connector_id: int | None) -> None: ...

    @abstractmethod
    async def change_availability(self, connector_id: int, *, operative: bool) -> str: ...

    @abstractmethod
    async def read_configuration(self, keys: Sequence[str] | None) -> dict[str, str]: ...

    @abstractmethod
    async def write_configuration(self, key: str, value: str) -> str: ...

    async def _set_profile(self, payload: Payload) -> None:
        expect("SetChargingProfile", await self._call("SetChargingProfile", payload), "Accepted")

    async def _climb(self, purpose: Purpose, attempt: Callable[[ProfileStyle], Coroutine[Any, Any, None]]) -> None:
        """Try in the style that is known, then in others, and keep the one that is accepted. Raises the first refusal."""
        memory, ladder = self._memory, self._memory.ladder
        refusal: StationRejected | CallFailed | None = None
        for style in ladder.rungs(purpose, memory.features, memory.now()):
            try:
                await attempt(style)
            except (StationRejected, CallFailed) as error:
                refusal = refusal or error
                ladder.refused(purpose, style, memory.now())
                if isinstance(error, CallFailed) and error.code in _LACKING:
                    break
                continue
            if style != ladder.style:
                _LOGGER.info("Station %s takes limits put otherwise: %s", memory.identity, style)
            ladder.accepted(purpose, style)
            memory.learned(style)
            return
        if refusal is not None:
            raise refusal

    async def _let_settle(self, transaction: Transaction) -> None:
        """Give a station the time that it needs before it takes a limit for a transaction."""
        quirk = self._memory.quirk
        if quirk is not None:
            elapsed = (self._memory.now() - transaction.known_at).total_seconds()
            await asyncio.sleep(max(0.0, quirk.settle_s - elapsed))

    async def _lower_default(self, connector_id: int) -> None:
        """Put the failsafe at the lowest level, to make room for a limit above it."""
        default = self._memory.connector(connector_id).default_limit
        if default is not None:
            rate = self._rate(self._memory.style, connector_id, default.limit_a, default.phases)
            await self._set_profile(self._profiles.default(connector_id, 0, rate))

    def _default_level(self, style: ProfileStyle) -> int:
        return 0 if style.by_default else choose_stack_level(style, self._memory.features)

    def _transaction(self, connector_id: int) -> Transaction:
        transaction = self._memory.connector(connector_id).transaction
        if transaction is None:
            raise NoTransaction(self._memory.identity, connector_id)
        return transaction

    def _rate(self, style: ProfileStyle, connector_id: int, limit_a: float, phases: int | None) -> Rate:
        measurement = self._memory.connector(connector_id).measurement
        return Rate(
            limit_a=limit_a,
            phases=phases,
            unit=choose_unit(style, self._memory.features),
            volts=choose_volts(style, measurement.voltage_v if measurement else None),
            names_phases=style.names_phases,
        )

    def _acknowledged(self, limit_a: float, phases: int | None, valid_s: int | None) -> AcknowledgedLimit:
        at = self._memory.now()
        until = None if valid_s is None else at + timedelta(seconds=valid_s)
        return AcknowledgedLimit(limit_a=round_down(limit_a), phases=phases, at=at, until=until)
