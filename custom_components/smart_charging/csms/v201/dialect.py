"""OCPP 2.0.1 and 2.1 as a `Dialect`: requests in, commands out, and the preparation after connecting."""

from typing import override

from ocpp.exceptions import FormationViolationError, FormatViolationError  # type: ignore[import-untyped]

from ..authorization import Authorise
from ..commands import Caller
from ..dialect import Dialect
from ..frames import Payload
from ..memory import StationMemory
from ..versions import Version
from .commands import V201Commands
from .operations import V201Operations
from .preparation import V201Preparation
from .reports import Reports
from .requests import V201Requests


class V201(Dialect):
    """One connection to a station. `boot_grace_s`: how long a BootNotification is waited for."""

    def __init__(
        self, memory: StationMemory, call: Caller, authorise: Authorise, version: Version, *, boot_grace_s: float
    ) -> None:
        self._version = version
        reports = Reports()
        self._commands = V201Commands(memory, call, reports)
        self._operations = V201Operations(memory, call, version)
        self._preparation = V201Preparation(memory, self._commands, boot_grace_s=boot_grace_s)
        self._requests = V201Requests(memory, authorise, self._preparation.boot, reports, version)

    @property
    @override
    def version(self) -> Version:
        return self._version

    @property
    @override
    def commands(self) -> V201Commands:
        return self._commands

    @property
    @override
    def operations(self) -> V201Operations:
        return self._operations

    @override
    def open(self) -> None:
        self._preparation.begin()

    @override
    async def close(self) -> None:
        await self._preparation.end()

    @override
    def handle(self, action: str, payload: Payload) -> Payload:
        try:
            return self._requests.handle(action, payload)
        except FormationViolationError as error:
            # What OCPP 1.6 calls so has another name since (2.0.1, part 4, 4.3).
            raise FormatViolationError(error.description) from error
