"""What holds of all that is wanted of a vehicle: what is planned for now, and is therefore shown, and changed, first."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from ..engine.model.goal_set import GoalSet, OneOff, Target
from .departures import Coming, Origin, moment_of


class HoldsFor(StrEnum):
    """How long something holds."""

    ALWAYS = "always"
    DEPARTURE = "departure"
    """For this one of those that are repeated."""
    ONCE = "once"
    CALENDAR = "calendar"
    CHARGER = "charger"
    """Until the car is unplugged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldGoals:
    """`goals`, of which `coming` is next. `evse_id`: they are for the car at this charger; None: they are the vehicle's own."""

    goals: GoalSet
    coming: Coming | None
    evse_id: str | None = None

    @property
    def target(self) -> Target | None:
        """How much is wanted; None: as much as it charges to."""
        return self.goals.target if self._own_target is None else self._own_target

    @property
    def target_holds(self) -> HoldsFor:
        """How long that holds."""
        if self.evse_id is not None:
            return HoldsFor.CHARGER
        if self.coming is None or self._own_target is None:
            return HoldsFor.ALWAYS
        return _HOLDS[self.coming.origin]

    @property
    def departure_holds(self) -> HoldsFor:
        """How long the departure holds."""
        if self.evse_id is not None:
            return HoldsFor.CHARGER
        if self.coming is None or self._is_daily:
            return HoldsFor.ALWAYS
        return _HOLDS[self.coming.origin]

    def with_target(self, target: Target) -> HeldGoals:
        """Want so much where it is said how much is wanted. An event cannot be changed: another goal takes its place."""
        goals, coming = self.goals, self.coming
        if coming is None or self._own_target is None:
            return replace(self, goals=replace(goals, target=target))
        if coming.repeated is None:
            return replace(self, goals=replace(goals, once=replace(coming.said, target=target)))
        departures = (replace(it, target=target) if it is coming.repeated else it for it in goals.departures)
        return replace(self, goals=replace(goals, departures=tuple(departures)))

    def with_departure(self, at: time, now: datetime, zone: tzinfo) -> HeldGoals:
        """Leave at this time of day: each day, or else the next time that it is that time after `now`.

        What is only once stays on its day, as long as that is to come.
        """
        goals, coming = self.goals, self.coming
        if (coming is None and not goals.departures) or self._is_daily:
            return replace(self, goals=replace(goals, ready_by=at))
        if coming is None:
            once = OneOff(at=_next(at, now, zone))
        elif coming.repeated is None and (moved := moment_of(coming.said.at.astimezone(zone).date(), at, zone)) > now:
            once = replace(coming.said, at=moved)
        else:
            once = replace(coming.said, at=_next(at, now, zone))
        return replace(self, goals=replace(goals, once=once))

    @property
    def _own_target(self) -> Target | None:
        return None if self.coming is None else self.coming.said.target

    @property
    def _is_daily(self) -> bool:
        return self.coming is not None and self.coming.origin is Origin.REPEATED and not self.goals.departures


def _next(at: time, now: datetime, zone: tzinfo) -> datetime:
    """Tell when the clocks show that next, UTC."""
    day = now.astimezone(zone).date()
    today = moment_of(day, at, zone)
    return today if today > now else moment_of(day + timedelta(days=1), at, zone)


_HOLDS: Final = {
    Origin.REPEATED: HoldsFor.DEPARTURE,
    Origin.ONCE: HoldsFor.ONCE,
    Origin.CALENDAR: HoldsFor.CALENDAR,
}
