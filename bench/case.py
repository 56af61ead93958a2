"""What is run: a combination of the matrix, and a window of a measured house."""

from dataclasses import dataclass
from typing import Final

from demo.supply import Supply

ALONE_S: Final = 600
"""The house is watched alone for so long, so that the protection is as warm as it would be."""
WARM_UP_S: Final = 300
"""Then the cars are plugged in, and after this long the seconds begin to count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A part of a trace: A per phase, each for `step_s`, beginning `ALONE_S + WARM_UP_S` before the seconds that count."""

    name: str
    loads_a: tuple[tuple[float, ...], ...]
    step_s: int = 60

    @property
    def seconds(self) -> int:
        """Of which the last ones, after `ALONE_S + WARM_UP_S`, count."""
        return len(self.loads_a) * self.step_s

    def at_a(self, second: int) -> tuple[float, ...]:
        """What the house takes."""
        return self.loads_a[second // self.step_s]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One combination of the matrix."""

    house: str
    supply: Supply
    lag_s: int
    """The meter tells the momentary value once in so many seconds."""
    cars: int
    rises_in_s: float
    """From a higher offer until a car draws more."""
    seed: int = 0
    """Decides how late the cars follow a lower offer, and when meter and chargers speak."""
