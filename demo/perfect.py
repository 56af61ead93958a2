"""What a perfect controller could have given the car: the measure that `share_of_possible` is taken against."""

from typing import Final

from .electrical import CAR_MINIMUM_A, VOLTAGE_V
from .supply import Supply

HARDWARE_MAXIMUM_A: Final = 32.0


class Perfect:
    """Knows each second's house load in that second, and a car that follows at once."""

    def __init__(self, supply: Supply, *, car_phases: int) -> None:
        """The car hangs on the first `car_phases` phases."""
        self._supply, self._phases = supply, car_phases
        self.energy_kwh = 0.0

    def current_a(self, house_a: tuple[float, ...], capability_a: float) -> float:
        """A per phase: what the car would take of 32 A, within the limit, or nothing where not even 6 A fit."""
        current_a = min(capability_a, self._supply.room_a(house_a, self._phases))
        # A car that tapers below 6 A takes less by its own choice: only the limit can make a current impossible.
        return 0.0 if current_a < min(CAR_MINIMUM_A, capability_a) else current_a

    def step(self, house_a: tuple[float, ...], capability_a: float) -> None:
        """One second."""
        self.energy_kwh += self.current_a(house_a, capability_a) * self._phases * VOLTAGE_V / 3_600_000
