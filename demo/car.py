"""A car on the end of a charging cable."""

import random
from dataclasses import dataclass
from typing import Final

from .electrical import CAR_MINIMUM_A, VOLTAGE_V

FOLLOWS_S: Final = (1.0, 5.0)
"""How long a car takes to follow another offer: at most 5 s (IEC 61851-1)."""

DRAWS: Final = 0.95
"""Of what is offered, as most cars do (observed by SmartEVSE's authors)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarModel:
    """What a car is, apart from the state it is in."""

    capacity_kwh: float = 60.0
    phases: int = 1
    maximum_a: float = 32.0
    """Of the on-board charger, per phase."""
    draws: float = DRAWS
    tapers_above: float | None = 0.9
    """State of charge from which the current falls in a straight line to 6 A when full; None: not at all."""
    sleeps_after_s: float = 1800.0
    """A pause longer than this sends the car to sleep."""
    follows_s: tuple[float, float] = FOLLOWS_S
    """How long it takes to follow another offer: from, to."""
    rises_in_s: float | None = None
    """From a higher offer, or the first one, until it draws more (10 to 40 s are seen); None: as `follows_s`."""
    wakes_in_s: float | None = 30.0
    """From an offer until a sleeping car draws (10 to 40 s are seen); None: it sleeps until it is plugged in again."""
    efficiency: float = 1.0
    """Of what it draws, so much reaches the battery."""


class Car:
    """Follows the pilot as a real car does: late, and by a little less than it is offered."""

    def __init__(self, model: CarModel | None = None, *, state_of_charge: float = 0.2, seed: int = 0) -> None:
        """`seed` decides how late the car follows each offer."""
        self.model = model or CarModel()
        self.energy_kwh = state_of_charge * self.model.capacity_kwh
        self._chance = random.Random(f"car {seed}")
        self._seen_a = 0.0
        self._following_a = 0.0
        self._follows_in_s: float | None = None
        self._rising = False
        self._paused_s = 0.0

    @property
    def state_of_charge(self) -> float:
        """0 to 1."""
        return self.energy_kwh / self.model.capacity_kwh

    @property
    def full(self) -> bool:
        """Takes nothing more."""
        return self.energy_kwh >= self.model.capacity_kwh

    @property
    def asleep(self) -> bool:
        """Paused for so long that it has gone to sleep."""
        return self._paused_s > self.model.sleeps_after_s

    @property
    def settled(self) -> bool:
        """Charges, and follows its offer already: until that changes, or it tapers, it draws the same."""
        return self._follows_in_s is None and self._paused_s == 0

    def plug_in(self) -> None:
        """Plugging in wakes any car."""
        self._seen_a = self._following_a = self._paused_s = 0.0
        self._follows_in_s = None

    def capability_a(self, offered_a: float) -> float:
        """A per phase that it draws once it follows this offer."""
        if self.full or offered_a < CAR_MINIMUM_A:
            return 0.0
        return min(offered_a * self.model.draws, self.model.maximum_a, self._taper_a())

    def step(self, dt_s: float, offered_a: float) -> float:
        """Move on by `dt_s` with this much offered (A per phase, 0 for a pause); return A per phase drawn in it."""
        self._follow(dt_s, offered_a)
        drawn_a = self.capability_a(self._following_a)
        room_kwh = self.model.capacity_kwh - self.energy_kwh
        self.energy_kwh += min(
            room_kwh, drawn_a * VOLTAGE_V * self.model.phases * dt_s / 3_600_000 * self.model.efficiency
        )
        return drawn_a

    def lose_power(self) -> None:
        """The supply is gone: the contactor drops out at once, and the car begins anew when it is back."""
        self._seen_a = self._following_a = 0.0
        self._follows_in_s = None

    def _follow(self, dt_s: float, offered_a: float) -> None:
        if offered_a != self._seen_a:
            rising = self.model.rises_in_s is not None and offered_a > self._following_a
            # Of two changes in quick succession the car follows the second at the time it would have followed the first,
            # unless it takes another time to rise, and only one of them is a rise.
            if self._follows_in_s is None or rising is not self._rising:
                self._follows_in_s = self._delay_s(rising=rising)
            self._seen_a, self._rising = offered_a, rising
        if offered_a < CAR_MINIMUM_A:
            self._paused_s += dt_s
        if self._follows_in_s is not None:
            self._follows_in_s -= dt_s
            if self._follows_in_s <= 0:
                self._following_a, self._follows_in_s = self._seen_a, None
        if offered_a >= CAR_MINIMUM_A and self._follows_in_s is None:
            self._paused_s = 0.0

    def _delay_s(self, *, rising: bool) -> float:
        if self.asleep:
            return float("inf") if self.model.wakes_in_s is None else self.model.wakes_in_s
        if rising and self.model.rises_in_s is not None:
            return self.model.rises_in_s
        return self._chance.uniform(*self.model.follows_s)

    def _taper_a(self) -> float:
        above = self.model.tapers_above
        if above is None or self.state_of_charge <= above:
            return self.model.maximum_a
        left = (1 - self.state_of_charge) / (1 - above)
        return CAR_MINIMUM_A + left * max(0.0, self.model.maximum_a - CAR_MINIMUM_A)
