"""What a version of OCPP has to be able to say: one subclass per version, made anew for each connection."""

# ruff: noqa: D102 -- what the methods do is told once, at `Station`

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from .frames import Payload
from .records import AcknowledgedLimit

type Caller = Callable[[str, Payload], Coroutine[Any, Any, Payload]]
"""Sends a call to the station and returns the answer; raises the `StationError` family."""


class Dialect(ABC):
    """Translates between a `Station` and one version of OCPP. What the methods do is told at `Station`'s."""

    @abstractmethod
    def open(self) -> None:
        """The connection is up: begin to prepare the station, in a task of its own."""

    @abstractmethod
    async def close(self) -> None:
        """The connection is gone: end what `open` began."""

    @abstractmethod
    def handle(self, action: str, payload: Payload) -> Payload:
        """Answer the station's call, or raise an `OCPPError`."""

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

    @abstractmethod
    async def call(self, action: str, payload: Payload) -> Payload: ...
