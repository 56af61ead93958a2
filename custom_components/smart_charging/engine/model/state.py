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
    arrived_at: datetime | None = None
    """When its car was first seen plugged in."""
    served_since: datetime | None = None
    """Since when it has been given a current without a break."""
    waiting_since: datetime | None = None
    """Since when it has wanted a current and was given none."""
    regrets: int = 0
    """How often of late a rise had to be taken back at once: each makes the next one wait twice as long."""
    regretted_at: datetime | None = None
    untaken_since: datetime | None = None
    """Since when the car, its contactor open, has been offered at least its minimum, without a break."""
    target_a: float | None = None
    """What the car was heading for at the last tick: its offer, or 0 with its contactor open."""
    target_since: datetime | None = None
    past_targets: tuple[PastTarget, ...] = ()
    """Those that it may still be leaving, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitMemory:
    """About one metered circuit. The keys are its phases, and `total`."""

    heat: Mapping[str, float] = field(default_factory=dict[str, float])
    """How hot its protection is: the square of the load as a multiple of its limit, filtered as that device does."""
    base_a: Mapping[str, float] = field(default_factory=dict[str, float])
    """What the house took at the last reading, A."""
    unrest_a: Mapping[str, float] = field(default_factory=dict[str, float])
    """The largest step up that the house made from one reading to the next, A; it is forgotten over a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadMemory:
    """About one sheddable load."""

    shed: bool = False
    since: datetime | None = None
    """Since when `shed` is what it is."""
    short_since: datetime | None = None
    """Since when somebody before it in the list has had too little."""
    room_since: datetime | None = None
    """Since when there has been room for it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlState:
    """By circuit id and charger id. The empty state is that of a fresh start."""

    meters: Mapping[str, MeterReading] = field(default_factory=dict[str, MeterReading])
    """The last reading of each meter that could be believed."""
    evses: Mapping[str, EvseMemory] = field(default_factory=dict[str, EvseMemory])
    circuits: Mapping[str, CircuitMemory] = field(default_factory=dict[str, CircuitMemory])
    loads: Mapping[str, LoadMemory] = field(default_factory=dict[str, LoadMemory])
    at: datetime | None = None
    """When the last tick was."""
    started_at: datetime | None = None
    """When a charger or a load was last started."""
