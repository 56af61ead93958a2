"""What the contract's tests do with a charger, whichever driver steers it."""

from abc import ABC, abstractmethod

from custom_components.smart_charging.chargers.driver import ChargerDriver
from custom_components.smart_charging.engine.model.evse import Evse, Means
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES

from ..csms.conftest import Clock
from .waiting import Woken

EVSE = Evse(evse_id="garage", circuit_id="site", phases=ALL_PHASES, minimum_a=6, maximum_a=16, failsafe_a=6)


class Bench(ABC):
    """A driver and the charger at its other end."""

    evse = EVSE
    driver: ChargerDriver
    clock: Clock
    woken: Woken
    tells_currents = True
    tells_register = True

    @abstractmethod
    async def connect(self) -> None:
        """Switch the charger on, with nothing plugged in."""

    @abstractmethod
    async def disconnect(self) -> None:
        """Cut the charger off without a word."""

    @abstractmethod
    async def charge(self) -> None:
        """Plug a car in, and let it charge."""

    @abstractmethod
    async def measure(self, current_a: float, register_kwh: float) -> None:
        """Let the charger tell its measurements, the same current on all phases."""

    def watts(self, current_a: float) -> float:
        """What this current is on all of its phases."""
        return current_a * 690

    @abstractmethod
    def refuse(self) -> None:
        """Let the charger say no from now on."""

    @abstractmethod
    def commands(self) -> list[float]:
        """What the charger was told since it was connected, A per phase."""

    @abstractmethod
    def interruptions(self) -> list[Means | None]:
        """What the charger was told beyond an offer since it was connected, None for each release."""
