"""OCPP 1.6 as a `Dialect`."""

from ..authorization import Authorise
from ..commands import Caller
from ..dialect import VersionDialect
from ..memory import StationMemory
from ..versions import Version
from .commands import V16Commands
from .operations import V16Operations
from .preparation import V16Preparation
from .requests import V16Requests


class V16(VersionDialect):
    """One connection to a station that speaks OCPP 1.6. `boot_grace_s`: how long a BootNotification is waited for."""

    def __init__(self, memory: StationMemory, call: Caller, authorise: Authorise, *, boot_grace_s: float) -> None:
        commands = V16Commands(memory, call)
        preparation = V16Preparation(memory, commands, boot_grace_s=boot_grace_s)
        super().__init__(
            Version.V16,
            commands=commands,
            operations=V16Operations(memory, call),
            preparation=preparation,
            requests=V16Requests(memory, authorise, preparation.boot),
        )
