"""Pauses: which cars were seen not to go on after one, and are charged in one go from then on.

A known vehicle's habit is kept, until it goes on by itself after a long pause, or a person says otherwise. A guest's, and
that of a car that may just have been full, holds until it is unplugged.
"""

from collections.abc import Mapping

from homeassistant.core import callback

from ..engine.model.decision import Decision
from ..engine.model.pause_habit import PauseHabit
from ..engine.model.reason import ReasonCode
from ..store import SiteStore


class PauseHabits:
    """Of the vehicles of a site, by their ids. `configured` tells which are set up to be charged in one go."""

    def __init__(self, configured: Mapping[str, bool], store: SiteStore) -> None:
        self._configured = configured
        self._store = store
        self._asleep: frozenset[str] = frozenset()
        self._here: set[str] = set()

    @callback
    def note(self, decision: Decision, vehicles: Mapping[str, str], hungry: Mapping[str, str]) -> None:
        """Look at what a tick decided. `vehicles` are those at each charger, `hungry` those that are known not to be full."""
        before, self._asleep = self._asleep, _asleep(decision)
        for evse_id in self._asleep - before:
            self._here.add(evse_id)
            self._learn(hungry.get(evse_id), decision)
        for evse_id, memory in decision.next_state.evses.items():
            if memory.arrived_at is None or memory.appetite.resumed:
                self._here.discard(evse_id)
            if memory.appetite.resumed:
                self._forget(vehicles.get(evse_id))

    def is_continuous(self, evse_id: str, vehicle_id: str | None) -> bool:
        """Tell whether the car at a charger is to be charged in one go; a guest's vehicle id is None."""
        return evse_id in self._here or (vehicle_id is not None and self.of(vehicle_id).continuous)

    def of(self, vehicle_id: str) -> PauseHabit:
        """Tell how a vehicle bears pauses."""
        configured, kept = self._configured[vehicle_id], self._store.pause_habits.get(vehicle_id)
        if kept is not None and kept.configured is configured:
            return kept
        return PauseHabit(continuous=configured, configured=configured)

    @callback
    def choose(self, vehicle_id: str, evse_id: str | None, *, continuous: bool) -> None:
        """Let a person say how a vehicle, at that charger if at any, bears pauses."""
        configured = self._configured[vehicle_id]
        chosen = PauseHabit(continuous=continuous, configured=configured)
        self._store.set_pause_habit(vehicle_id, None if continuous is configured else chosen)
        if evse_id is not None:
            self._here.discard(evse_id)

    def _learn(self, vehicle_id: str | None, decision: Decision) -> None:
        if vehicle_id is None or self.of(vehicle_id) != PauseHabit(continuous=False, configured=False):
            return
        self._store.set_pause_habit(vehicle_id, PauseHabit(continuous=True, configured=False, seen_at=decision.at))

    def _forget(self, vehicle_id: str | None) -> None:
        if vehicle_id is not None and self.of(vehicle_id).seen_at is not None:
            self._store.set_pause_habit(vehicle_id, None)


def _asleep(decision: Decision) -> frozenset[str]:
    """Tell at which chargers a car had drawn, was paused, and could not be woken after that."""
    return frozenset(
        evse_id
        for evse_id, memory in decision.next_state.evses.items()
        if memory.appetite.paused_since is not None
        and (setpoint := decision.setpoints.get(evse_id)) is not None
        and setpoint.reason.code is ReasonCode.ASLEEP
    )
