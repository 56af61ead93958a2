"""What a meter said, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .quantities import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterReading:
    """One reading of a circuit's meter; import is positive, export negative.

    `at` is when the meter last gave a sign of life, UTC. `current_a` holds A for each phase it tells apart, and is
    empty for a meter that knows only the total. `power_w` is that total, in W, or None where it tells no total.
    Values are as they came: they may be non-finite or absurd, and the engine judges them.
    """

    at: datetime
    current_a: Mapping[Phase, float] = field(default_factory=dict[Phase, float])
    power_w: float | None = None
