"""Starting: a car that begins to draw is in the meter before its charger says so.

A charger tells within a second or two that its car charges. Until then the whole draw would be taken for the house, and
the car would be paused the moment it starts. So a jump of the meter that may be a start is for a moment taken for one,
but only by the charger itself: should it be the house, the others have given way already.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from ..model.evse import EvState
from ..model.meter import MeterReading
from ..model.quantities import PerPhase
from ..model.site import Site
from ..model.state import EvseMemory
from .draw import Draw
from .view import EvseView, updated

STARTS_A: Final = 4.0
"""A jump of at least this may be a start: a car takes 6 A at the least, less what the house lets go at the same moment."""
LATE: Final = timedelta(seconds=3)
"""So late a charger may tell that its car charges."""


def jumps(site: Site, readings: Mapping[str, MeterReading], before: Mapping[str, MeterReading]) -> dict[str, PerPhase]:
    """Tell by how much each phase of each circuit's nearest meter went up since the last tick, A, by circuit id."""
    found: dict[str, PerPhase] = {}
    for circuit in site.circuits:
        meter = next((above for above in site.path(circuit.circuit_id) if above.metered), None)
        now = None if meter is None else readings.get(meter.circuit_id)
        last = None if meter is None else before.get(meter.circuit_id)
        if meter is None or now is None or last is None or now.at <= last.at:
            continue
        total_a = ((now.power_w or 0.0) - (last.power_w or 0.0)) / site.voltage_v
        found[circuit.circuit_id] = {
            phase: now.current_a[phase] - last.current_a[phase]
            if phase in now.current_a and phase in last.current_a
            else total_a
            for phase in meter.phases
        }
    return found


def note_start(view: EvseView, jump_a: PerPhase | None) -> EvseMemory:
    """Note when the meter jumped as it would for a start of this charger's car, which has an offer and is said to wait."""
    status, memory = view.reachable_status, view.memory
    if status is None or status.state is not EvState.B or (status.offered_a or 0.0) < view.evse.minimum_a:
        return memory if memory.starting_at is None else updated(memory, starting_at=None)
    if jump_a and any(jump_a.get(phase, 0.0) >= STARTS_A for phase in view.evse.phases):
        return updated(memory, starting_at=view.now)
    return memory


def may_be_starting(view: EvseView) -> bool:
    """Tell whether the meter may show a draw that the charger has not told yet."""
    at = view.memory.starting_at
    return at is not None and view.now - at <= LATE


def as_started(views: Mapping[str, EvseView], draws: Mapping[str, Draw]) -> dict[str, Draw]:
    """Bound the draws anew, those that may be starting as if they were; empty where none may be."""
    starting = [evse_id for evse_id, view in views.items() if may_be_starting(view)]
    return {**draws, **{evse_id: _from_nothing(views[evse_id]) for evse_id in starting}} if starting else {}


def _from_nothing(view: EvseView) -> Draw:
    offered_a = 0.0 if view.status is None or view.status.offered_a is None else view.status.offered_a
    phases = view.evse.phases
    return Draw(least_a=dict.fromkeys(phases, 0.0), most_a=dict.fromkeys(phases, offered_a))
