"""What control asks of a station: one subclass per version of OCPP, made anew for each connection."""

# ruff: noqa: D102 -- what the methods do is told once, at `Station`

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any

from .errors import NoTransaction, StationRejected
from .frames import Payload
from .memory import StationMemory
from .records import AcknowledgedLimit, Transaction

type Caller = Callable[[str, Payload], Coroutine[Any, Any, Payload]]
"""Sends a call to the station and returns the answer; raises the `StationError` family."""


def status_of(answer: Payload) -> str:
    """The status in an answer; empty when it has none."""
    status = answer.get("status")
    return status if isinstance(status, str) else ""


def expect(action: str, answer: Payload, *wanted: str) -> str:
    """Return the answer's status, which has to be one of these. Raises `StationRejected`."""
    status = status_of(answer)
    if status not in wanted:
        raise StationRejected(action, status or "an answer without a status")
    return status


class Commands(ABC):
    """Asks a station, and keeps the limits it acknowledged in its memory."""

    def __init__(self, memory: StationMemory, call: Caller) -> None:
        self._memory = memory
        self._call = call

    async def call(self, action: str, payload: Payload) -> Payload:
        return await self._call(action, payload)

    @abstractmethod
    async def set_limit(
        self, connector_id: int, limit_a: float, *, phases: int | None, valid_s: int
    ) -> AcknowledgedLimit: ...

    @abstractmethod
    async def set_default_limit(
        self, connector_id: int, limit_a: float, *, phases: int | None
    ) -> AcknowledgedLimit: ...

    @abstractmethod
    async def set_maximum_limit(self, limit_a: float) -> AcknowledgedLimit: ...

    @abstractmethod
    async def clear_limit(self, connector_id: int) -> None: ...

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

    def _transaction(self, connector_id: int) -> Transaction:
        transaction = self._memory.connector(connector_id).transaction
        if transaction is None:
            raise NoTransaction(self._memory.identity, connector_id)
        return transaction

    def _acknowledged(self, limit_a: float, phases: int | None, valid_s: int | None) -> AcknowledgedLimit:
        at = self._memory.now()
        until = None if valid_s is None else at + timedelta(seconds=valid_s)
        return AcknowledgedLimit(limit_a=limit_a, phases=phases, at=at, until=until)

    def _limited(self, transaction: Transaction, limit: AcknowledgedLimit) -> None:
        # While the station thought about it, the transaction may have ended, and the limit with it.
        if self._memory.connector(transaction.connector_id).transaction == transaction:
            self._memory.limited(transaction.connector_id, limit)
