"""What a charger is that has to be asked: one file for each protocol says how, `polled.py` does the rest."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Final

from ..engine.model.evse import Capabilities, EvseInfo, EvState

# 10.1 is a little less than 101 tenths, in binary.
_SLIP: Final = 1e-6


def steps(current_a: float, steps_per_a: int) -> int:
    """How many of a charger's steps are in a current, rounded down."""
    return int(current_a * steps_per_a + _SLIP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a charger says of itself at one time. None is unknown, not zero."""

    state: EvState | None = None
    limit_a: float | None = None
    """What it offers to the car now, A per phase, 0 while it is paused; None where it does not tell."""
    phases: int | None = None
    """On how many of its phases it offers that, where it can switch them; None: on all of them."""
    current_a: tuple[float, ...] | None = None
    """A on each of the charger's own phases, in its own order; negative flows out of the vehicle."""
    power_w: float | None = None
    energy_kwh: float | None = None
    """The register that never falls."""
    session_kwh: float | None = None
    """What the car that is plugged in has taken."""
    fault: str | None = None
    """Its own word for what is wrong."""
    info: EvseInfo | None = None
    """Told once is enough: what is None here leaves what was told before."""


class Device(ABC):
    """One charger. Every method asks it, and raises a `ChargerError`; nothing is retried, and nothing is kept waiting for long.

    Methods may be called while another one waits for the charger: what has to go one after the other is for them to see to.
    """

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """What it can do, as far as that is known by now."""

    @abstractmethod
    async def read(self) -> Reading:
        """Ask for all that it tells."""

    @abstractmethod
    async def write(self, current_a: float, phases: int | None) -> None:
        """Let it offer this, A per phase; 0 pauses. Returns once it said yes.

        `phases`: on how many of its own, where it can switch them; None: on all of them.
        """

    async def prepare(self, failsafe_a: float) -> bool:  # noqa: ARG002 -- for those that can
        """Put into it what it is to do without us; returns whether it does as it was told.

        Called whenever it was found anew, and now and then after that: what is there already is not written again. Never
        lets it give more than before.
        """
        return True

    async def keep_alive(self) -> None:  # noqa: B027 -- for those that want a sign of life
        """Give a sign of life (`WatchdogKind.HEARTBEAT`)."""

    async def close(self) -> None:  # noqa: B027 -- for those that hold something open
        """Let go of it. Never raises."""
