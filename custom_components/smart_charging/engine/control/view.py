"""A charger as one tick sees it."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from ..model.evse import Evse, EvseStatus
from ..model.policy import ControlPolicy
from ..model.quantities import Phase
from ..model.state import EvseMemory

_NOTHING: dict[Phase, float] = {}


@dataclass(slots=True, kw_only=True, eq=False)
class EvseView:
    """What the stages are told of one charger; `now` is the tick's time, UTC.

    `memory` is replaced as the stages go on; all else stays as it is.
    """

    evse: Evse
    status: EvseStatus | None
    """None when its driver knows nothing of it."""
    memory: EvseMemory
    now: datetime
    policy: ControlPolicy
    reachable_status: EvseStatus | None = field(init=False)
    """The status of a charger that can be told something, else None."""
    last_measured_a: dict[Phase, float] = field(init=False)
    """What the charger measured last, however long ago, by the site's phases, in A; empty when it never did."""
    measured_a: dict[Phase, float] = field(init=False)
    """What it measured of late; empty when it did not."""

    def __post_init__(self) -> None:
        """Read the status once, for all the stages."""
        status = self.status
        self.reachable_status = status if status is not None and status.reachable else None
        self.last_measured_a = self.measured_a = _NOTHING
        if status is None or status.current_a is None:
            return
        phases, values = self.evse.phases, status.current_a
        if len(values) < len(phases):
            values = (*values, *(0.0,) * (len(phases) - len(values)))
        self.last_measured_a = dict(zip(phases, values, strict=False))
        measured_at = status.measured_at
        if measured_at is not None and (self.now - measured_at).total_seconds() <= self.policy.measured_max_age_s:
            self.measured_a = self.last_measured_a

    @property
    def measured_since_change_s(self) -> float | None:
        """Tell how long after the last change of its target the charger measured, s; None when it did not, or none is known."""
        if not self.measured_a or self.status is None or self.status.measured_at is None:
            return None
        if self.memory.target_since is None:
            return None
        return (self.status.measured_at - self.memory.target_since).total_seconds()


def updated[M](memory: M, **changes: object) -> M:
    """Give a memory with these changes; the very same one where nothing changes, which is the rule and costs little."""
    for name, value in changes.items():
        if getattr(memory, name) != value:
            return replace(memory, **changes)  # type: ignore[type-var]  # it is one of state.py's dataclasses
    return memory
