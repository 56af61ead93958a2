"""How a house's load lies on its phases: what each carries on average, learned slowly.

By hour of day it would tell no more. Over 26 days of a house near Paris (UCI's data set 235), its kitchen and laundry on one
phase, its heater on another, and over 90 days of LoadProfileGenerator's CHR01 with 80 % of it on one, an expectation by these
shares, and the whole of the margin on each phase, is above what each carries in 98 to 99 of 100 hours, and above all three at once in 95 to
97; so it is with shares by the hour. With a margin that is shared out as well all three are in 59 to 85.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ..model.quantities import Phase

_ENOUGH_HOURS: Final = 24
"""An evening tells of its oven, and not of the house."""
_MEMORY_HOURS: Final = 14 * 24
"""Of so many hours it is the plain mean; after that each new one counts as one of so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseLoads:
    """The mean load of each phase, kW, and of how many hours that is. The empty one knows nothing."""

    kw: Mapping[Phase, float] = field(default_factory=dict[Phase, float])
    hours: int = 0

    @property
    def shares(self) -> Mapping[Phase, float]:
        """Which part of the load is on each phase, together 1; empty while too little is known."""
        whole_kw = sum(self.kw.values())
        if self.hours < _ENOUGH_HOURS or whole_kw <= 0:
            return {}
        return {phase: kw / whole_kw for phase, kw in self.kw.items()}

    def after(self, hour_kw: Mapping[Phase, float]) -> PhaseLoads:
        """Take one more hour into account; other phases than before are another house."""
        if self.kw.keys() != hour_kw.keys():
            return PhaseLoads(kw=hour_kw, hours=1)
        weight = 1 / min(self.hours + 1, _MEMORY_HOURS)
        kw = {phase: known_kw + (hour_kw[phase] - known_kw) * weight for phase, known_kw in self.kw.items()}
        return PhaseLoads(kw=kw, hours=min(self.hours + 1, _MEMORY_HOURS))
