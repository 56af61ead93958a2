"""What a tick decided, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .evse import Means
from .limit import Limit
from .quantities import PerPhase
from .reason import Reason
from .state import ControlState


@dataclass(frozen=True, slots=True, kw_only=True)
class Setpoint:
    """What one charger is commanded.

    `current_a` is A per phase: 0, or within the charger's range and on its step (negative discharges). None commands
    nothing: the charger keeps what it has, for `reason`.
    """

    evse_id: str
    current_a: float | None
    reason: Reason
    phases: int | None = None
    """On how many of its phases, for a charger that can be told so; None: as it is wired."""
    means: Means = Means.OFFER
    """How it is made to give less; more than an offer where it did not heed that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headroom:
    """What is left under a circuit's limits, as measured, before this tick's commands; negative: overloaded.

    `known` is False while its meter is silent; the figures are then empty. `load_a` and `load_w` are what the circuit
    carries, import positive. `limits` holds the limits that bind per phase and in total, tightest first.
    """

    known: bool
    limits: tuple[Limit, ...]
    load_a: PerPhase = field(default_factory=dict)
    load_w: float | None = None
    headroom_a: PerPhase = field(default_factory=dict)
    headroom_w: float | None = None
    nearness: float = 0.0
    """How far of the way from its limit to a trip its protection is, 0 to 1, as its model goes."""
    phases_assumed: bool = False
    """The meter knows only the total: each phase is taken to carry all that the chargers do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The result of one tick: setpoints by charger id, headroom by circuit id, and the state for the next tick.

    `shed_loads` are those that are to be off now; `load_reasons` says for each load why it runs or not.
    """

    at: datetime
    setpoints: Mapping[str, Setpoint]
    headroom: Mapping[str, Headroom]
    next_state: ControlState
    shed_loads: frozenset[str] = frozenset()
    load_reasons: Mapping[str, Reason] = field(default_factory=dict[str, Reason])
    helpless: frozenset[str] = frozenset()
    """Chargers that overload a circuit, and heed no means that they have: a person has to be called."""
    calls: frozenset[str] = frozenset()
    """Chargers whose car is to be woken by its own means now."""
    next_at: datetime | None = None
    """When something that waits is due, UTC, if nothing happens before; None where nothing waits."""
