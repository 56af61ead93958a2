"""What the engine remembers from tick to tick."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .meter import MeterReading


@dataclass(frozen=True, slots=True, kw_only=True)
class EvseMemory:
    """About one charger. Times are UTC."""

    setpoint_a: float | None = None
    """What was commanded last, A per phase; None before the first command."""
    rise_since: datetime | None = None
    """Since when there is room for more than that, without a break."""
    rise_to_a: float = 0.0
    """The least room that there was since then, as a setpoint."""
    rose_at: datetime | None = None
    """When it was last given more."""
    offered_a: float | None = None
    """The offer that the charger acknowledged last, as this tick saw it."""
    prior_offer_a: float | None = None
    """The highest offer among those that `offered_a` took the place of and that the car may still be following."""
    prior_until: datetime | None = None
    """Until when `prior_offer_a` counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlState:
    """By circuit id and charger id. The empty state is that of a fresh start."""

    meters: Mapping[str, MeterReading] = field(default_factory=dict[str, MeterReading])
    """The last reading of each meter that could be believed."""
    blind_since: Mapping[str, datetime] = field(default_factory=dict[str, datetime])
    """By circuit: since when its meter is unknown, though it was known before."""
    evses: Mapping[str, EvseMemory] = field(default_factory=dict[str, EvseMemory])
    shed_since: Mapping[str, datetime] = field(default_factory=dict[str, datetime])
    """By load: since when it is shed."""
