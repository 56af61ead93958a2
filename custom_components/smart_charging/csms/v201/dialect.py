"""OCPP 2.0.1 and 2.1 as a `Dialect`."""

from typing import override

from ocpp.exceptions import FormationViolationError, FormatViolationError  # type: ignore[import-untyped]

from ..authorization import Authorise
from ..commands import Caller
from ..dialect import VersionDialect
from ..frames import Payload
from ..memory import StationMemory
from ..versions import Version
from .commands import V201Commands
from .operations import V201Operations
from .preparation import V201Preparation
from .reports import Reports
from .requests import V201Requests


class V201(VersionDialect):
    """One connection to a station that speaks `version`. `boot_grace_s`: how long a BootNotification is waited for."""

    def __init__(
        self, memory: StationMemory, call: Caller, authorise: Authorise, version: Version, *, boot_grace_s: float
    ) -> None:
        reports = Reports()
        commands = V201Commands(memory, call, reports)
        preparation = V201Preparation(memory, commands, boot_grace_s=boot_grace_s)
        super().__init__(
            version,
            commands=commands,
            operations=V201Operations(memory, call, version),
            preparation=preparation,
            requests=V201Requests(memory, authorise, preparation.boot, reports, version),
        )

    @override
    def handle(self, action: str, payload: Payload) -> Payload:
        try:
            return super().handle(action, payload)
        except FormationViolationError as error:
            # What OCPP 1.6 calls so has another name since (2.0.1, part 4, 4.3).
            raise FormatViolationError(error.description) from error
