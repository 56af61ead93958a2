"""Sunny: whether one charger may run by the sun that is there for it, and on how many phases.

Both the start and the end go by energy, not by the moment: what there is beyond the minimum gathers until it is worth a
start, and what is missing for it gathers until it is worth a pause. A short cloud costs a little from the grid, a long
one ends the charge, and hardly enough sun is given its time. From the second start of a day on each makes the next start,
and the pause before it, wait half as long again, so that an unsteady day does not use up the starts before noon. The
figures are those with which `script/bench solar` gives a car the most sun while it takes less than 3 % from the grid.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..model.site import Site
from .demand import lowest_a
from .phases import likely_phases
from .surplus import unit_w
from .switching import is_switchable, may_switch, phases_told, want
from .view import EvseView, updated

FREE_STARTS: Final = 1
"""So many starts cost no patience."""
PATIENCE: Final = 1.5
"""So much longer it waits after each start beyond them."""
MOST_GROWTH: Final = 4
"""It grows so often."""
SUN_DAY: Final = timedelta(hours=16)
"""Starts are counted for so long: the sun of one day, and not that of the day before."""
SWITCH_SOONER: Final = 0.5
"""On all phases a lack costs three times as much, and one phase may still have enough: so much sooner it is judged."""
WS_PER_WH: Final = 3600.0

LEARNS: Final = 0.3
"""How much a new measurement tells of what a car takes of its offer."""
LEAST_TAKEN: Final = 0.85
"""A car that takes less than this of its offer is held back by something else; most take 95 % (SmartEVSE's authors)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """What is there for one charger, W, when those before it have their minimums: at this moment, and smoothed."""

    now_w: float
    average_w: float


@dataclass(slots=True, kw_only=True, eq=False)
class Follower:
    """One charger that follows the sun, in one tick; its view's memory is replaced. `always`: it runs even without any."""

    view: EvseView
    site: Site
    passed_s: float
    always: bool = False
    car_objects: bool = False
    """Its car must not be switched between phases."""

    @property
    def runs(self) -> bool:
        """Tell whether it may charge."""
        return self.view.memory.sun.runs

    @property
    def minimum_w(self) -> float:
        """What its minimum takes on the phases that it uses now, W."""
        return lowest_a(self.view.evse) * unit_w(self.view, len(likely_phases(self.view)), self.site)

    def decide(self, light: Light) -> None:
        """Let it start or end, and wish for other phases."""
        self._learn()
        if self.always and not self.runs:
            self._note(runs=True, missing_s=0.0)
        if self.runs:
            self._go_on(light)
        else:
            self._wait(light)
        self._gather(light)

    def start_needs(self) -> tuple[int, float]:
        """Tell on how many phases it would start, and what its minimum takes there, W."""
        told = phases_told(self.view)
        phases = 1 if told > 1 and self._can_switch_to(1) else told
        return phases, self._needed_w(phases)

    def starts_in_s(self, light: Light) -> float | None:
        """Tell when it starts if what there is stays; None where that is not enough, or too many starts lie behind."""
        _, needed_w = self.start_needs()
        gain = min(1.0, (light.now_w - needed_w) / needed_w)
        if gain <= 0 or not self._may_start:
            return None
        return max(0.0, self._start_s - self.view.memory.sun.enough_s) / gain

    def ends_in_s(self, light: Light) -> float | None:
        """Tell when it ends if what is missing stays so; None where nothing is, or nothing ends it."""
        lack = _lack(light.now_w, self.minimum_w)
        if lack <= 0 or self.always:
            return None
        return max(0.0, self._stop_s - self.view.memory.sun.missing_s) / lack

    def _go_on(self, light: Light) -> None:
        """Go on until so much has been missing that fewer phases, or a pause, cost less."""
        missing_s = self.view.memory.sun.missing_s + self.passed_s * _lack(light.now_w, self.minimum_w)
        self._note(missing_s=max(0.0, missing_s))
        if missing_s <= 0 or missing_s < self._stop_s:
            return
        enough = light.average_w >= self._needed_w(1) or self.always
        if self._could_go_down and enough and may_switch(self.view, 1, for_sun=True):
            self._wish(1)
            self._note(missing_s=0.0)
        elif not self.always:
            self._note(runs=False, enough_s=0.0, missing_s=0.0)

    def _wait(self, light: Light) -> None:
        """Wait until enough has gathered for a start."""
        phases, needed_w = self.start_needs()
        gain = min(1.0, (light.now_w - needed_w) / needed_w)
        enough_s = max(0.0, self.view.memory.sun.enough_s + self.passed_s * gain)
        self._note(enough_s=enough_s)
        if enough_s < self._start_s or gain < 0 or not self._may_start:
            return
        if phases < phases_told(self.view) and light.average_w < self._needed_w(phases_told(self.view)):
            self._wish(phases)
        self._note(runs=True, enough_s=0.0, missing_s=0.0, starts=(*self._recent_starts, self.view.now))

    def _gather(self, light: Light) -> None:
        """On one phase: gather what all phases could have used, and wish for them when that is worth a switch."""
        memory, own = self.view.memory.phases, len(self.view.evse.phases)
        if phases_told(self.view) > 1 or own == 1 or not is_switchable(self.view, car_objects=self.car_objects):
            return
        needed_w = self._needed_w(own)
        gathered_wh = max(0.0, memory.gathered_wh + (light.now_w - needed_w) * self.passed_s / WS_PER_WH)
        self.view.memory = updated(self.view.memory, phases=updated(memory, gathered_wh=gathered_wh))
        worthwhile = gathered_wh >= self.site.policy.solar.switch_up_wh and light.average_w >= needed_w
        if worthwhile and self.runs and not memory.tight and self._can_switch_to(own):
            self._wish(own)

    def _learn(self) -> None:
        """Learn from a settled car what it takes of its offer."""
        view, status = self.view, self.view.reachable_status
        settled_s = view.measured_since_change_s
        if status is None or not status.offered_a or settled_s is None or settled_s < view.policy.follow_s:
            return
        taken = max(view.measured_a.values()) / status.offered_a
        if LEAST_TAKEN <= taken <= 1 / LEAST_TAKEN:
            known = view.memory.sun.takes
            self._note(takes=known + LEARNS * (min(1.0, taken) - known))

    @property
    def _start_s(self) -> float:
        return self.site.policy.solar.start_delay_s * _patience(len(self._recent_starts))

    @property
    def _stop_s(self) -> float:
        sooner = SWITCH_SOONER if self._could_go_down else 1.0
        return self.site.policy.solar.stop_delay_s * sooner * _patience(len(self._recent_starts) - 1)

    @property
    def _could_go_down(self) -> bool:
        return phases_told(self.view) > 1 and is_switchable(self.view, car_objects=self.car_objects)

    @property
    def _may_start(self) -> bool:
        return len(self._recent_starts) < self.site.policy.solar.starts_per_day

    @property
    def _recent_starts(self) -> list[datetime]:
        return [at for at in self.view.memory.sun.starts if self.view.now - at < SUN_DAY]

    def _needed_w(self, phases: int) -> float:
        """Tell what its minimum takes on so many phases, W, as far as its car uses them."""
        car = self.view.memory.phases.car
        return lowest_a(self.view.evse) * unit_w(self.view, min(phases, car or phases), self.site)

    def _can_switch_to(self, phases: int) -> bool:
        able = is_switchable(self.view, car_objects=self.car_objects)
        return able and may_switch(self.view, phases, for_sun=True)

    def _note(self, **changes: object) -> None:
        memory = self.view.memory
        self.view.memory = updated(memory, sun=updated(memory.sun, **changes))

    def _wish(self, phases: int) -> None:
        memory = self.view.memory
        self.view.memory = updated(memory, phases=want(self.view, phases, for_sun=True))


def _lack(there_w: float, needed_w: float) -> float:
    """Tell what part of the minimum is missing, up to 1; negative, down to -1: there is more than that."""
    return max(-1.0, (needed_w - max(0.0, there_w)) / needed_w)


def _patience(starts: int) -> float:
    """Tell how much longer to wait after so many starts."""
    return math.pow(PATIENCE, min(MOST_GROWTH, max(0, starts - FREE_STARTS)))
