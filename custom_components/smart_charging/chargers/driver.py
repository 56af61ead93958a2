"""The contract that every charger driver keeps; `tests/chargers` runs one suite over all of them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from ..engine.model.evse import Capabilities, EvseStatus, Means
from ..engine.model.operation import Connection
from ..engine.model.shortcoming import Shortcoming
from .operations import ChargerOperations


class ChargerDriver(ABC):
    """One EVSE. Nothing here blocks the event loop, and nothing is retried behind the caller's back."""

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """What this charger can do, as far as it is known by now."""

    @property
    @abstractmethod
    def status(self) -> EvseStatus:
        """What the charger last said. Reading it costs nothing."""

    @abstractmethod
    async def start(self, on_status: Callable[[], None]) -> None:
        """Begin to listen; `on_status` is called in the event loop after each change of `status` or `capabilities`.

        Returns at once where the charger is not there yet: `status.reachable` tells. Never raises a charger's current.
        """

    @abstractmethod
    async def stop(self) -> None:
        """End all that `start` began. Leaves the charger within its failsafe current, and never raises its current."""

    @property
    def shortcomings(self) -> frozenset[Shortcoming]:
        """What the charger's owner has to know of, as far as that is known."""
        return frozenset()

    @property
    def details(self) -> Mapping[str, Any]:
        """What a report of a fault needs beyond capabilities: plain data without credentials, addresses or identities."""
        return {}

    @property
    def operations(self) -> ChargerOperations | None:
        """What a person may ask of it, see `Capabilities.operations`; None where that is nothing."""
        return None

    @property
    def connection(self) -> Connection:
        """What is known of the way to it."""
        return Connection()

    @abstractmethod
    async def apply(self, current_a: float, phases: int | None = None) -> None:
        """Command a setpoint in A per phase: 0 pauses. Returns once the charger acknowledged it, and `status` then shows it.

        `phases` says on how many of the charger's own, where it can be told so (`Capabilities.can_switch_phases`); None:
        as it is wired. Also used to renew a setpoint whose time runs out (`Watchdog.renew_after_s`).

        Raises:
            ChargerError: it was not acknowledged; `status.offered_a` is then what is known to hold, or None.

        """

    def begin(self) -> None:  # noqa: B027 -- for chargers that start no car by themselves
        """Somebody wants the car that is plugged in to charge now, whatever ended its charging before.

        For chargers at which a car has to be started. It is started once there is a setpoint for it, see `apply`.
        """

    @abstractmethod
    async def interrupt(self, means: Means) -> None:
        """End charging by more than an offer, and let it begin no more until `release`.

        `means` is one of `Capabilities.means` beyond `Means.PAUSE`. It may be called again, with the same or a further one.

        Raises:
            ChargerError: it was not acknowledged.

        """

    @abstractmethod
    async def release(self) -> None:
        """Take back every `interrupt`, also one that a driver before this one made: the setpoint alone counts again.

        Raises:
            ChargerError: it was not acknowledged.

        """
