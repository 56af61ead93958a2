"""Urgency: since when a car has been there, and how much time it has to spare."""

from datetime import datetime

from ..model.goal import Goal
from ..model.site import Site
from ..model.state import EvseMemory
from .view import EvseView, updated


def note_arrival(view: EvseView) -> EvseMemory:
    """Note when the car was plugged in, as far as it was seen; a charger that cannot be heard keeps what is known."""
    status, memory = view.reachable_status, view.memory
    if status is None or status.state is None:
        return memory
    if not status.state.vehicle_connected:
        return updated(memory, arrived_at=None)
    if memory.arrived_at is not None:
        return memory
    return updated(memory, arrived_at=status.session_started_at or status.state_at or view.now)


def laxity_s(goal: Goal, maximum_a: float, phases: int, site: Site, now: datetime) -> float | None:
    """Tell how long a car could wait and still have its energy by its departure, s; None where the goal does not say, or is met.

    Negative: it will be late however fast it charges.
    """
    if goal.departure is None or goal.energy_kwh is None or goal.energy_kwh <= 0 or maximum_a <= 0:
        return None
    power_kw = maximum_a * phases * site.voltage_v / 1000
    return (goal.departure - now).total_seconds() - goal.energy_kwh / power_kw * 3600
