"""What a charger was seen to say, and since when: the part of a status that no protocol changes."""

from collections.abc import Callable
from datetime import datetime

from ..engine.model.evse import Evse, EvseInfo, EvseStatus, EvState
from .derived import currents_of
from .device import Reading
from .offers import Offer


class Seen:
    """Of one charger. `now` gives aware times in UTC. `reading` is the last one; it stays when the charger is gone."""

    def __init__(self, evse: Evse, now: Callable[[], datetime]) -> None:
        self._evse = evse
        self._now = now
        self.reading = Reading()
        self.reachable = False
        self.reachable_since = now()
        self._info: EvseInfo | None = None
        self._state_at: datetime | None = None
        self._plugged_at: datetime | None = None
        self._start_kwh: float | None = None

    def note(self, *, reachable: bool) -> bool:
        """Note whether it is there; returns whether that is new."""
        if reachable is self.reachable:
            return False
        self.reachable, self.reachable_since = reachable, self._now()
        return True

    def take(self, reading: Reading) -> None:
        """Take in what it says now. A session begins when a car is plugged in, whenever a charge does."""
        now = self._now()
        if reading.state is not self.reading.state:
            self._state_at = now
        self.reading, self._info = reading, reading.info or self._info
        if reading.state is None or not reading.state.vehicle_connected:
            if reading.state is EvState.A:
                self._plugged_at = self._start_kwh = None
            return
        self._plugged_at = self._plugged_at or now
        if self._start_kwh is None and reading.energy_kwh is not None:
            self._start_kwh = reading.energy_kwh - (reading.session_kwh or 0.0)

    def status(self, *, offer: Offer | None, offered_a: float | None, measured_at: datetime | None) -> EvseStatus:
        """The whole status: with what it is taken to offer, and when it measured last, if it did."""
        reading, phases = self.reading, len(self._evse.phases)
        current_a = None if reading.current_a is None else reading.current_a[:phases]
        if current_a is None:
            current_a = currents_of(reading.power_w, phases, offered_a, None if offer is None else offer.phases)
        measures = reading.current_a is not None or reading.power_w is not None
        return EvseStatus(
            reachable=self.reachable,
            reachable_since=self.reachable_since,
            state=reading.state,
            state_at=self._state_at,
            offered_a=offered_a,
            offered_at=None if offer is None else offer.at,
            offered_phases=None if offer is None else offer.phases,
            measured_at=measured_at if measures else None,
            current_a=current_a,
            power_w=reading.power_w,
            energy_kwh=reading.energy_kwh,
            session_started_at=self._plugged_at,
            session_start_kwh=self._start_kwh,
            fault=reading.fault,
            info=self._info,
        )
