"""What the engine remembers from tick to tick."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .meter import MeterReading


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTarget:
    """A current that the car was heading for, A per phase, until `ended`, UTC. It may still be leaving it."""

    current_a: float
    ended: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EvseMemory:
    """About one charger. Times are UTC, currents A per phase."""

    setpoint_a: float | None = None
    """What was commanded last; None before the first command."""
    rise_since: datetime | None = None
    """Since when there is room for more than that, without a break."""
    rise_to_a: float = 0.0
    """The least room that there was since then, as a setpoint."""
    rose_at: datetime | None = None
    """When it was last given more."""
    paused_at: datetime | None = None
    """When it was paused for want of room; None once it got room again, or its car left."""
    untaken_since: datetime | None = None
    """Since when the car, its contactor open, has been offered at least its minimum, without a break."""
    target_a: float | None = None
    """What the car was heading for at the last tick: its offer, or 0 with its contactor open."""
    target_since: datetime | None = None
    past_targets: tuple[PastTarget, ...] = ()
    """Those that it may still be leaving, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlState:
    """By circuit id and charger id. The empty state is that of a fresh start."""

    meters: Mapping[str, MeterReading] = field(default_factory=dict[str, MeterReading])
    """The last reading of each meter that could be believed."""
    evses: Mapping[str, EvseMemory] = field(default_factory=dict[str, EvseMemory])
