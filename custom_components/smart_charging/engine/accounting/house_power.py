"""What a house takes now, by its meter, its chargers and its battery."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from ..model.battery import BatteryReading
from ..model.circuit import Circuit
from ..model.evse import Evse, EvseStatus
from ..model.meter import MeterReading
from ..model.quantities import Phase
from ..model.site import Site
from ..model.snapshot import SiteSnapshot

FRESH: Final = timedelta(minutes=1)
"""What is older is not of now; meters and chargers of homes speak once a minute, or more often."""

_AT_REST_W: Final = 50.0
"""A battery that does no more does nothing, but for its own electronics."""
_NOTHING_KW: Final = -0.05
"""A phase that gives more than this has a roof behind it; less is a meter's error."""


def house_kw(snapshot: SiteSnapshot, supply: Circuit, voltage_v: float, *, has_battery: bool) -> float | None:
    """Tell what the house takes beside its chargers and its battery, kW, and less what its roof gives; None is unknown.

    `supply` is the site's outermost circuit, `voltage_v` is between a phase and neutral.
    """
    meter = snapshot.meters.get(supply.circuit_id)
    parts = [
        None if meter is None else _metered_w(meter, supply, voltage_v, snapshot.at),
        *(_taken_w(status, voltage_v, snapshot.at) for status in snapshot.evses.values()),
        *([_stored_w(snapshot.battery, snapshot.at)] if has_battery else []),
    ]
    known = [part for part in parts if part is not None and math.isfinite(part)]
    if len(known) < len(parts):
        return None
    return (known[0] - math.fsum(known[1:])) / 1000


def house_kw_by_phase(
    snapshot: SiteSnapshot, site: Site, supply: Circuit, *, has_battery: bool
) -> Mapping[Phase, float] | None:
    """Tell what the house takes on each phase of `supply` beside its chargers, kW; None is unknown.

    It is not known while a battery is at work, since nobody tells on which phases it is, nor while a phase gives.
    """
    meter = snapshot.meters.get(supply.circuit_id)
    if meter is None or not _is_fresh(meter.at, snapshot.at) or not set(supply.phases) <= meter.current_a.keys():
        return None
    battery_w = _stored_w(snapshot.battery, snapshot.at) if has_battery else 0.0
    taken = [_taken_a(evse, snapshot.evses.get(evse.evse_id), snapshot.at) for evse in site.evses]
    if battery_w is None or not abs(battery_w) <= _AT_REST_W:
        return None
    known = [one for one in taken if one is not None]
    if len(known) < len(taken):
        return None
    found = {
        phase: (meter.current_a[phase] - math.fsum(one.get(phase, 0.0) for one in known)) * site.voltage_v / 1000
        for phase in supply.phases
    }
    if not all(math.isfinite(kw) and kw >= _NOTHING_KW for kw in found.values()):
        return None
    return {phase: max(0.0, kw) for phase, kw in found.items()}


def _taken_a(evse: Evse, status: EvseStatus | None, at: datetime) -> Mapping[Phase, float] | None:
    """Tell what a charger takes on each of the site's phases, A; None is unknown."""
    if status is None or not status.reachable:
        return None
    if status.state is not None and not status.state.power_flows:
        return {}
    if status.current_a is None or not _is_fresh(status.measured_at, at):
        return None
    return dict(zip(evse.phases, status.current_a, strict=False))


def _metered_w(meter: MeterReading, supply: Circuit, voltage_v: float, at: datetime) -> float | None:
    return net_w(meter, supply, voltage_v) if _is_fresh(meter.at, at) else None


def net_w(meter: MeterReading, supply: Circuit, voltage_v: float) -> float | None:
    """Tell what flows through a circuit's meter on all its phases together, W; None where it does not tell of each.

    `voltage_v` is between a phase and neutral.
    """
    if meter.power_w is not None:
        return meter.power_w
    if not set(supply.phases) <= meter.current_a.keys():
        return None
    return math.fsum(meter.current_a[phase] for phase in supply.phases) * voltage_v


def _taken_w(status: EvseStatus, voltage_v: float, at: datetime) -> float | None:
    if not status.reachable:
        return None
    if status.state is not None and not status.state.power_flows:
        return 0.0
    if not _is_fresh(status.measured_at, at):
        return None
    if status.power_w is not None:
        return status.power_w
    return None if status.current_a is None else math.fsum(status.current_a) * voltage_v


def _stored_w(battery: BatteryReading | None, at: datetime) -> float | None:
    return battery.power_w if battery is not None and _is_fresh(battery.at, at) else None


def _is_fresh(told_at: datetime | None, at: datetime) -> bool:
    return told_at is not None and at - told_at <= FRESH
