"""On how many phases a charger charges, and what it has to be told for that to change."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from ...engine.model.evse import Evse
from .preset import Preset, Steps
from .reading import Said

_ONE: Final = 1


class PhaseSwitch:
    """Of one charger. `now` gives aware times in UTC. None phases are all of its own."""

    def __init__(self, preset: Preset, said: Said, evse: Evse, now: Callable[[], datetime]) -> None:
        self._phases = preset.phases if len(evse.phases) > _ONE else None
        self._said = said
        self._now = now
        self._told: int | None = None
        self._told_at: datetime | None = None

    @property
    def possible(self) -> bool:
        """Whether it can be told so, as far as it says."""
        phases = self._phases
        return phases is not None and (phases.when is None or self._said.holds(phases.when) is True)

    @property
    def only_paused(self) -> bool:
        """Whether it has to be paused first."""
        return self._phases is not None and self._phases.while_paused

    @property
    def shown(self) -> bool:
        """Whether it says on how many it is."""
        return self._phases is not None and self._said.one_phase is not None

    @property
    def count(self) -> int | None:
        """On how many it is by what it says or, where it says nothing, by what it was told last."""
        if self.shown:
            return _ONE if self._said.one_phase else None
        return self._told

    @property
    def under_way(self) -> bool:
        """Whether it may be switching now: then it offers nothing, whatever it was told."""
        phases, told_at = self._phases, self._told_at
        if phases is None or told_at is None:
            return False
        return timedelta() <= self._now() - told_at < timedelta(seconds=phases.takes_s)

    def due(self, count: int | None, *, at_rest: bool) -> Steps:
        """Give what it has to be told to be on so many; nothing where it is."""
        phases = self._phases
        if phases is None or not self.possible:
            return ()
        # Nobody is interrupted only to make sure that it is on all phases.
        known = self.shown or self._told_at is not None
        if not (count != self.count if known else count == _ONE or at_rest):
            return ()
        return phases.one if count == _ONE else phases.three

    def note(self, count: int | None) -> None:
        """Take note that it was told so."""
        self._told, self._told_at = count, self._now()

    def after(self, asked: int | None) -> int | None:
        """On how many it is after it took a setpoint that was for so many: one that cannot be told so is at least told the truth about."""
        return asked if self._phases is None else self.count

    def shows(self, count: int | None) -> bool:
        """Tell whether it says that it is on so many, or says nothing of the sort."""
        return not self.shown or not self.possible or count == self.count

    def is_shown_at(self, topic: str) -> bool:
        """Tell whether a topic says on how many it is."""
        phases = self._phases
        return phases is not None and phases.read_one is not None and phases.read_one.value.topic == topic
