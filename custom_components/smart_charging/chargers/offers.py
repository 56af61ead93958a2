"""What a charger acknowledged, held against what it shows: somebody else may set it too."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

SETTLES: Final = timedelta(seconds=10)
"""A limit that was just acknowledged may be read back late."""
FOUGHT: Final = timedelta(minutes=10)
FIGHTS: Final = 3
"""So often within that time a limit has to change by itself until somebody else is taken to set it."""

_FINE_A: Final = 0.05
"""Of a current that was told in mA, W or per cent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What it has acknowledged, or was found with, at `at`."""

    current_a: float
    phases: int | None
    at: datetime


def is_same(shown_a: float, told_a: float, step_a: float) -> bool:
    """Tell whether this is what it was told: it may have been rounded down to its step, and never up."""
    return told_a - step_a < shown_a <= told_a + _FINE_A


class Offers:
    """Keeps the offer of one charger. `settles`: so long what it was told may not show yet."""

    def __init__(self, now: Callable[[], datetime], settles: timedelta = SETTLES) -> None:
        self._now = now
        self._settles = settles
        self._fights: list[datetime] = []
        self.offer: Offer | None = None
        self.acknowledged_at: datetime | None = None

    @property
    def current_a(self) -> float | None:
        """What it offers; None where that is not known."""
        return None if self.offer is None else self.offer.current_a

    @property
    def fought_over(self) -> bool:
        """Whether it changed by itself so often lately that somebody else sets it."""
        return len(self._fights) >= FIGHTS and self._now() - self._fights[-FIGHTS] <= FOUGHT

    def acknowledge(self, current_a: float, phases: int | None) -> None:
        """It took a setpoint; a renewal does not move the time of the offer."""
        self.acknowledged_at = self._now()
        self._take(current_a, phases)

    def may_be(self, current_a: float, phases: int | None) -> None:
        """It may have taken a setpoint: what is known to hold is the higher current, on the more phases."""
        if self.offer is not None:
            before = self.offer.phases
            more = None if phases is None or before is None else max(phases, before)
            self._take(max(current_a, self.offer.current_a), more)

    def assume(self, current_a: float, phases: int | None) -> None:
        """It need not be told: nothing can flow. What it shows once something can counts at once."""
        self.acknowledged_at = None
        self._take(current_a, phases)

    def compare(self, current_a: float, phases: int | None, step_a: float) -> None:
        """Take in what it shows."""
        offer = self.offer
        if offer is not None and is_same(current_a, offer.current_a, step_a) and phases == offer.phases:
            return
        if offer is not None and self.acknowledged_at is not None:
            if timedelta() <= self._now() - self.acknowledged_at < self._settles:
                return
            self._fights = [*self._fights[-FIGHTS:], self._now()]
        self._take(current_a, phases)

    def _take(self, current_a: float, phases: int | None) -> None:
        before = self.offer
        if before is None or (before.current_a, before.phases) != (current_a, phases):
            self.offer = Offer(current_a=current_a, phases=phases, at=self._now())
