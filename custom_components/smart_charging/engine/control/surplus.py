"""Surplus: what the sun gives beyond what the home takes, for the chargers that follow it to share.

That is what the grid connection exports, and what those chargers take at the same time. As their draws are bounds, so is
the surplus: a car that has not followed a reduction yet is not cut twice, and one that has just stopped leaves no sun
behind that is gone when it comes back.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..model.battery import BatteryReading
from ..model.site import Site
from ..model.snapshot import SiteSnapshot
from ..model.solar import SolarPolicy
from .base import load_w
from .draw import Draw
from .freshness import MeterView
from .phases import likely_phases
from .view import EvseView


@dataclass(frozen=True, slots=True, kw_only=True)
class Surplus:
    """In W: its bounds at this moment, and smoothed. Negative: the home takes from the grid without any of these cars."""

    least_w: float
    most_w: float
    average_w: float

    @property
    def likely_w(self) -> float:
        """The middle of its bounds."""
        return (self.least_w + self.most_w) / 2


def measure_surplus(
    site: Site,
    snapshot: SiteSnapshot,
    meters: Mapping[str, MeterView],
    cars: Iterable[tuple[EvseView, Draw]],
    before: tuple[float | None, float],
) -> Surplus | None:
    """Measure what these cars may share; None while the meter of the whole site is not known.

    `before`: the smoothed surplus of the last tick, W, and how long ago that was, s.
    """
    root = next(circuit for circuit in site.circuits if circuit.parent_id is None)
    meter = meters.get(root.circuit_id)
    if meter is None or not meter.known or meter.reading is None:
        return None
    beside_w = battery_w(snapshot, site) - load_w(root, meter.reading, site.voltage_v)
    taken_a = [_taken_a(view, draw) for view, draw in cars]
    least_w = beside_w + math.fsum(least for least, _ in taken_a) * site.voltage_v
    most_w = beside_w + math.fsum(most for _, most in taken_a) * site.voltage_v
    likely_w, (average_w, passed_s) = (least_w + most_w) / 2, before
    if average_w is not None:
        likely_w = average_w + (likely_w - average_w) * _weight(passed_s, site.policy.solar.average_s)
    return Surplus(least_w=least_w, most_w=most_w, average_w=likely_w)


def with_grid_w(power_w: float, policy: SolarPolicy) -> float:
    """Tell what a car may take of so much surplus, W, when a share of its power may come from the grid."""
    return power_w if power_w <= 0 else power_w / max(1e-3, 1 - policy.grid_share)


def unit_w(view: EvseView, phases: int, site: Site) -> float:
    """Tell how many W a car takes for each A that it is offered on so many phases."""
    return site.voltage_v * phases * view.memory.sun.takes


def battery_w(snapshot: SiteSnapshot, site: Site) -> float:
    """Tell what the home battery adds to the surplus, W; negative: it gives what is no surplus.

    While it may help, what it gives counts as surplus, and what it takes may go to the car instead.
    """
    reading, policy = snapshot.battery, site.policy.solar
    if reading is None or not _is_fresh(reading, snapshot, site) or not math.isfinite(reading.power_w):
        return 0.0
    floor = policy.battery_floor_soc
    helps = floor is not None and reading.soc is not None and reading.soc > floor
    if reading.power_w >= 0:
        return 0.0 if policy.battery_first and not helps else reading.power_w
    return 0.0 if helps else reading.power_w


def _is_fresh(reading: BatteryReading, snapshot: SiteSnapshot, site: Site) -> bool:
    return (snapshot.at - reading.at).total_seconds() <= site.policy.measured_max_age_s


def _taken_a(view: EvseView, draw: Draw) -> tuple[float, float]:
    """Bound what a car takes, A over all phases that it most likely uses."""
    phases, memory = likely_phases(view), view.memory
    most = math.fsum(draw.most_a[phase] for phase in phases)
    least = math.fsum(draw.least_a.values())
    if not view.measured_a and memory.target_since is not None:
        # A charger that does not measure: its car is taken to draw what it is offered, once it had the time to follow.
        followed_s = (view.now - memory.target_since).total_seconds()
        least = most if followed_s >= view.policy.follow_s else least
    return least, max(least, most)


def _weight(passed_s: float, average_s: float) -> float:
    """Tell how much a new value counts in an average over so long."""
    return 1.0 if average_s <= 0 else 1 - math.exp(-passed_s / average_s)
