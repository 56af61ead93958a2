"""OCPP 1.6 as a `Dialect`: requests in, commands out, and the preparation after connecting."""

from typing import override

from ..authorization import Authorise
from ..commands import Caller
from ..dialect import Dialect
from ..frames import Payload
from ..memory import StationMemory
from ..versions import Version
from .commands import V16Commands
from .operations import V16Operations
from .preparation import V16Preparation
from .requests import V16Requests


class V16(Dialect):
    """One connection to a station that speaks OCPP 1.6. `boot_grace_s`: how long a BootNotification is waited for."""

    def __init__(self, memory: StationMemory, call: Caller, authorise: Authorise, *, boot_grace_s: float) -> None:
        self._commands = V16Commands(memory, call)
        self._operations = V16Operations(memory, call)
        self._preparation = V16Preparation(memory, self._commands, boot_grace_s=boot_grace_s)
        self._requests = V16Requests(memory, authorise, self._preparation.boot)

    @property
    @override
    def version(self) -> Version:
        return Version.V16

    @property
    @override
    def commands(self) -> V16Commands:
        return self._commands

    @property
    @override
    def operations(self) -> V16Operations:
        return self._operations

    @override
    def open(self) -> None:
        self._preparation.begin()

    @override
    async def close(self) -> None:
        await self._preparation.end()

    @override
    def handle(self, action: str, payload: Payload) -> Payload:
        return self._requests.handle(action, payload)
