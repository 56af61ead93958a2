"""What a version of OCPP has to be able to say: one subclass per version, made anew for each connection."""

from abc import ABC, abstractmethod

from .commands import Commands
from .frames import Payload
from .operations import Operations
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
