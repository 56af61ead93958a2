"""Which version a connection is spoken in, also where the station names none, or another than it speaks."""

import asyncio
from collections.abc import Callable
from typing import Final, override

from .commands import Commands
from .dialect import Dialect
from .frames import Payload
from .operations import Operations
from .versions import Version

# What OCPP 1.6 has no word for.
_NEWER_ACTIONS: Final = frozenset({"TransactionEvent", "NotifyEvent", "NotifyReport"})
_NEWER_FIELDS: Final = {"BootNotification": "chargingStation", "StatusNotification": "connectorStatus"}


def is_newer(action: str, payload: Payload) -> bool:
    """Whether this call is one of OCPP 2.0.1, by its action or by a field that has another name in OCPP 1.6."""
    return action in _NEWER_ACTIONS or _NEWER_FIELDS.get(action) in payload


class Interpreter(Dialect):
    """Speaks the version that was agreed on; 1.6 where none was, for those that leave it out are old.

    Goes over to 2.0.1 at the first message that shows that the station speaks that: some leave the subprotocol out, and
    some give 1.6 whatever they speak.
    """

    def __init__(self, agreed: Version | None, make: Callable[[Version], Dialect]) -> None:
        self._make = make
        self._dialect = make(agreed or Version.V16)
        self._settled = agreed not in {None, Version.V16}
        self._closing: asyncio.Task[None] | None = None

    @property
    @override
    def version(self) -> Version:
        return self._dialect.version

    @property
    @override
    def commands(self) -> Commands:
        return self._dialect.commands

    @property
    @override
    def operations(self) -> Operations:
        return self._dialect.operations

    @override
    def open(self) -> None:
        self._dialect.open()

    @override
    async def close(self) -> None:
        if self._closing is not None:
            await self._closing
        await self._dialect.close()

    @override
    def handle(self, action: str, payload: Payload) -> Payload:
        if not self._settled and is_newer(action, payload):
            self._settled = True
            self._closing = asyncio.get_running_loop().create_task(self._dialect.close())
            self._dialect = self._make(Version.V201)
            self._dialect.open()
        return self._dialect.handle(action, payload)
