"""What tests do with a charger at the other end, whatever it speaks. Built from what its maker says, not from our driver."""

import asyncio
from abc import ABC, abstractmethod

from custom_components.smart_charging.engine.model.evse import EvState


class Emulator(ABC):
    """A charger on the loopback interface. Currents in A per phase, the same on all of them."""

    wires = 3
    """How many phases it has."""
    volts: float = 230.0
    least_a = 6.0
    """Less than this it does not offer."""

    tells_currents = True
    """Whether it measures the current of each phase, or its power only."""
    tells_register = True
    """Whether it has a register that never falls."""

    def __init__(self) -> None:
        self.port = 0
        self.state = EvState.A
        self.limit_a = self.least_a
        """What it offers: 0 while it is paused. It was its least when nobody steered it yet."""
        self.phases = self.wires
        self.current_a = 0.0
        self.register_kwh = 1000.0
        self.plugged_at_kwh = 1000.0
        self.commands: list[float] = []
        """What it was told and took, oldest first; 0 is a pause."""
        self.refusing = False
        """It says no to whatever is to change it."""
        self.silent = False
        """It takes requests and answers nothing."""
        self.garbage: bytes | None = None
        """It answers this."""
        self.watchdog_s = 0.1
        """How long it waits for a sign of life; tests are in a hurry."""
        self.requests = 0
        self.open_requests = 0
        self.most_open_requests = 0
        self.ending = asyncio.Event()

    @property
    def power_w(self) -> float:
        """Of what flows now."""
        return self.watts(self.current_a)

    def watts(self, current_a: float) -> float:
        """What this current is on the phases that it uses."""
        return current_a * self.volts * self.phases

    @abstractmethod
    async def start(self) -> None:
        """Listen on `port`, the same one as before; 0 takes any free one."""

    @abstractmethod
    async def stop(self) -> None:
        """Vanish, with all connections."""

    def restart(self) -> None:
        """Start anew, as after a power cut: it forgets what it was told."""
        self.limit_a = self.least_a
        self.phases = self.wires

    def take(self, limit_a: float) -> None:
        """It was told this, and takes it."""
        self.limit_a = limit_a
        self.commands.append(limit_a)

    async def set_by_somebody(self, limit_a: float) -> None:
        """Somebody else, in the charger's own app, sets this."""
        self.limit_a = limit_a

    async def fallen_back(self) -> None:
        """Wait until its watchdog has run out, and it offers its failsafe current. Only where it has one."""
        raise NotImplementedError
