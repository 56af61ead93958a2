"""OCPP 1.6 as a `Dialect`: requests in, commands out, and the preparation after connecting."""

from collections.abc import Sequence
from typing import override

from ..dialect import Caller, Dialect
from ..frames import Payload
from ..memory import StationMemory
from ..records import AcknowledgedLimit
from .commands import Commands
from .preparation import Preparation
from .requests import Authorise, Requests


class V16(Dialect):
    """One connection to a station that speaks OCPP 1.6. `boot_grace_s`: how long a BootNotification is waited for."""

    def __init__(self, memory: StationMemory, call: Caller, authorise: Authorise, *, boot_grace_s: float) -> None:
        self._call = call
        self._commands = Commands(memory, call)
        self._preparation = Preparation(memory, self._commands, boot_grace_s=boot_grace_s)
        self._requests = Requests(memory, authorise, self._preparation.boot)

    @override
    def open(self) -> None:
        self._preparation.begin()

    @override
    async def close(self) -> None:
        await self._preparation.end()

    @override
    def handle(self, action: str, payload: Payload) -> Payload:
        return self._requests.handle(action, payload)

    @override
    async def set_limit(
        self, connector_id: int, limit_a: float, *, phases: int | None, valid_s: int
    ) -> AcknowledgedLimit:
        return await self._commands.set_limit(connector_id, limit_a, phases=phases, valid_s=valid_s)

    @override
    async def set_default_limit(self, connector_id: int, limit_a: float, *, phases: int | None) -> AcknowledgedLimit:
        return await self._commands.set_default_limit(connector_id, limit_a, phases=phases)

    @override
    async def set_maximum_limit(self, limit_a: float) -> AcknowledgedLimit:
        return await self._commands.set_maximum_limit(limit_a)

    @override
    async def clear_limit(self, connector_id: int) -> None:
        await self._commands.clear_limit(connector_id)

    @override
    async def remote_start(self, connector_id: int, id_tag: str) -> None:
        await self._commands.remote_start(connector_id, id_tag)

    @override
    async def remote_stop(self, connector_id: int) -> None:
        await self._commands.remote_stop(connector_id)

    @override
    async def trigger(self, message: str, connector_id: int | None) -> None:
        await self._commands.trigger(message, connector_id)

    @override
    async def change_availability(self, connector_id: int, *, operative: bool) -> str:
        return await self._commands.change_availability(connector_id, operative=operative)

    @override
    async def read_configuration(self, keys: Sequence[str] | None) -> dict[str, str]:
        return await self._commands.read_configuration(keys)

    @override
    async def write_configuration(self, key: str, value: str) -> str:
        return await self._commands.write_configuration(key, value)

    @override
    async def call(self, action: str, payload: Payload) -> Payload:
        return await self._call(action, payload)
