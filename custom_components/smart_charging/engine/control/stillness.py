"""Stillness: a meter that says the same for too long, while what it measures has changed.

A sensor can go on reporting a value that is long dead. The chargers below such a meter measure for themselves: when they
have changed by more than a little, and the meter not in its last digit, it is frozen, and unknown until it moves.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from ..model.circuit import Circuit
from ..model.evse import Evse, EvseStatus
from ..model.meter import MeterReading
from ..model.site import Site
from ..model.snapshot import SiteSnapshot
from ..model.state import ControlState, Stillness
from .view import updated

STILL_S: Final = 60.0
STILL_PERIODS: Final = 5
"""A meter may say the same for the longer of the two: a house at night does, to a watt."""
LAG: Final = timedelta(seconds=10)
"""Between what happened and what a charger tells of it, or a meter: only what was measured so much later counts."""
CHANGED_A: Final = 2.0
"""A change of the chargers of more than this, A over all phases, is not lost in a meter's last digit."""


def stand_still(
    circuit: Circuit, site: Site, snapshot: SiteSnapshot, state: ControlState, reading: MeterReading
) -> Stillness:
    """Note since when the meter of a circuit has said the same, and whether that can be true."""
    last, still = state.meters.get(circuit.circuit_id), state.stills.get(circuit.circuit_id)
    if still is None or last is None or still.since > reading.at or not _says_the_same(last, reading):
        return Stillness(since=reading.at)
    if still.frozen or reading.at - still.since < LAG:
        return still
    settled_at = still.since + LAG
    now_a = {
        evse.evse_id: sum(status.current_a or ())
        for evse in site.evses_below(circuit.circuit_id)
        if (status := _told(evse, snapshot, settled_at)) is not None
    }
    battery_a = _battery_a(circuit, site, snapshot, settled_at)
    still = _begin(still, now_a, battery_a)
    if abs(_change_a(still, now_a, battery_a)) <= CHANGED_A:
        return updated(still, changed_at=None)
    changed_at = still.changed_at or reading.at
    period_s = circuit.meter_period_s
    long = reading.at - still.since >= timedelta(seconds=max(STILL_S, STILL_PERIODS * period_s))
    had_time = reading.at - changed_at >= max(LAG, timedelta(seconds=2 * period_s))
    return updated(still, changed_at=changed_at, frozen=long and had_time)


def _says_the_same(last: MeterReading, reading: MeterReading) -> bool:
    return last is reading or (last.power_w == reading.power_w and last.current_a == reading.current_a)


def _told(evse: Evse, snapshot: SiteSnapshot, settled_at: datetime) -> EvseStatus | None:
    """Give what a charger has measured since, if anything."""
    status = snapshot.evses.get(evse.evse_id)
    if status is None or not status.reachable or status.current_a is None or status.measured_at is None:
        return None
    return status if status.measured_at >= settled_at else None


def _battery_a(circuit: Circuit, site: Site, snapshot: SiteSnapshot, settled_at: datetime) -> float | None:
    """Give what the home battery takes: one that keeps the meter at 0 W makes up for what the cars do."""
    battery = snapshot.battery
    if circuit.parent_id is not None or battery is None or battery.at < settled_at:
        return None
    return battery.power_w / site.voltage_v


def _begin(still: Stillness, now_a: Mapping[str, float], battery_a: float | None) -> Stillness:
    """Note what is measured for the first time."""
    new = {evse_id: current_a for evse_id, current_a in now_a.items() if evse_id not in still.drawn_a}
    if new:
        still = replace(still, drawn_a={**still.drawn_a, **new})
    return still if still.battery_a is not None else updated(still, battery_a=battery_a)


def _change_a(still: Stillness, now_a: Mapping[str, float], battery_a: float | None) -> float:
    """Tell by how much all that measures for itself has changed, A over all phases."""
    change_a = math.fsum(current_a - still.drawn_a[evse_id] for evse_id, current_a in now_a.items())
    if still.battery_a is None or battery_a is None:
        return change_a
    return change_a + battery_a - still.battery_a
