"""A circuit: a part of the supply with limits of its own."""

from dataclasses import dataclass

from .limit import Limit
from .protection import Protection
from .quantities import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """A part of the supply with limits of its own.

    `phases` are those it has, by the site's names. `parent_id` is None for the root alone. `metered` says that a meter
    measures all that flows through it; else its load is what is known below it.
    """

    circuit_id: str
    phases: tuple[Phase, ...]
    limits: tuple[Limit, ...]
    """From several sources at once; the lowest holds."""
    parent_id: str | None = None
    metered: bool = False
    meter_period_s: float = 1.0
    """How often its meter speaks."""
    stale_after_s: float | None = None
    """After so much silence its meter is unknown; None: the policy's `stale_after_s`."""
    protection: Protection | None = None
    """What trips when its rating is exceeded; None where nobody said: the most sensitive one is assumed."""
    unbalance_a: float | None = None
    """How far any two of its phases may differ, A; None: as they like. Germany allows 4.6 kVA, which is 20 A."""
