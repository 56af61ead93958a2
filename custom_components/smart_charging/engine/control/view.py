"""A charger as one tick sees it."""

from dataclasses import dataclass
from datetime import datetime

from ..model.evse import Evse, EvseStatus
from ..model.policy import ControlPolicy
from ..model.quantities import Phase
from ..model.state import EvseMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class EvseView:
    """What the stages are told of one charger; `now` is the tick's time, UTC."""

    evse: Evse
    status: EvseStatus | None
    """None when its driver knows nothing of it."""
    memory: EvseMemory
    now: datetime
    policy: ControlPolicy

    @property
    def reachable_status(self) -> EvseStatus | None:
        """Give the status of a charger that can be told something, else None."""
        return self.status if self.status is not None and self.status.reachable else None

    @property
    def measured_a(self) -> dict[Phase, float]:
        """Give what the charger measured, by the site's phases, in A; empty when it measured nothing of late."""
        status = self.status
        if status is None or status.measured_at is None:
            return {}
        if (self.now - status.measured_at).total_seconds() > self.policy.measured_max_age_s:
            return {}
        return self.last_measured_a

    @property
    def last_measured_a(self) -> dict[Phase, float]:
        """Give what the charger measured last, however long ago; empty when it never did."""
        if self.status is None or self.status.current_a is None:
            return {}
        values = (*self.status.current_a, 0.0, 0.0, 0.0)
        return dict(zip(self.evse.phases, values, strict=False))

    @property
    def measured_since_change_s(self) -> float | None:
        """Tell how long after the last change of its target the charger measured, s; None when it did not, or none is known."""
        if not self.measured_a or self.status is None or self.status.measured_at is None:
            return None
        if self.memory.target_since is None:
            return None
        return (self.status.measured_at - self.memory.target_since).total_seconds()
