"""What a version of OCPP has to be able to say: one subclass per version, made anew for each connection."""

from abc import ABC, abstractmethod
from typing import override

from .commands import Commands
from .frames import Payload
from .operations import Operations
from .preparation import Preparation
from .requests import Requests
from .versions import Version


class Dialect(ABC):
    """Translates between a `Station` and one version of OCPP."""

    @property
    @abstractmethod
    def version(self) -> Version:
        """The version that it speaks."""

    @property
    @abstractmethod
    def commands(self) -> Commands:
        """What control asks of the station."""

    @property
    @abstractmethod
    def operations(self) -> Operations:
        """What a person asks of it."""

    @abstractmethod
    def open(self) -> None:
        """The connection is up: begin to prepare the station, in a task of its own."""

    @abstractmethod
    async def close(self) -> None:
        """The connection is gone: end what `open` began."""

    @abstractmethod
    def handle(self, action: str, payload: Payload) -> Payload:
        """Answer the station's call, or raise an `OCPPError`."""


class VersionDialect(Dialect):
    """One version, by its parts: requests in, commands and operations out, and the preparation after connecting."""

    def __init__(
        self,
        version: Version,
        *,
        commands: Commands,
        operations: Operations,
        preparation: Preparation,
        requests: Requests,
    ) -> None:
        self._version = version
        self._commands = commands
        self._operations = operations
        self._preparation = preparation
        self._requests = requests

    @property
    @override
    def version(self) -> Version:
        return self._version

    @property
    @override
    def commands(self) -> Commands:
        return self._commands

    @property
    @override
    def operations(self) -> Operations:
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
