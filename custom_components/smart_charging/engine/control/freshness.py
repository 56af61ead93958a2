"""Freshness: which readings of a meter may be believed, and for how long."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..model.circuit import Circuit
from ..model.limit import Limit
from ..model.meter import MeterReading
from ..model.site import Site
from ..model.snapshot import SiteSnapshot
from ..model.state import ControlState, Stillness
from .stillness import stand_still

CLOCK_SKEW: Final = timedelta(seconds=5)
"""A reading from further in the future comes from a clock that jumped."""

ABSURD_IMPORT_FACTOR: Final = 20.0
"""Import of more than this many times the limit is a garbled reading: a breaker opens at once at 10 to 20 times its
rating (IEC 60898, curve D), so no meter behind it lives to tell."""
ABSURD_EXPORT_FACTOR: Final = 3.0
"""Export is bound by the same fuse. It is judged more strictly, because false export would invite the chargers to rise."""
ABSURD_FALL_FACTOR: Final = 2.0
"""A load that falls by more than this many times the limit from one reading to the next is one garbled reading: it would
have been all that a fuse carries, and then as much the other way. A rise of any size is believed, since it lowers."""
LEAST_LIMIT_A: Final = 63.0
"""The limit that absurdity is measured against is at least this: subscribed power can be far below what a house is wired for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterView:
    """What is known of a circuit's meter in this tick."""

    reading: MeterReading | None
    """The last one that could be believed; None when there was none since the start."""
    known: bool
    """Whether it is fresh enough to steer by."""
    silent_s: float | None
    """How long ago it was given, in s, or since when its meter has been frozen; None when there was none."""
    still: Stillness | None = None
    """Since when it has said the same."""


def view_meters(
    site: Site, snapshot: SiteSnapshot, state: ControlState
) -> tuple[dict[str, MeterReading], dict[str, MeterView]]:
    """Judge each metered circuit's reading: the readings to remember, and the views, both by circuit id."""
    believed: dict[str, MeterReading] = {}
    views: dict[str, MeterView] = {}
    for circuit in site.circuits:
        if not circuit.metered:
            continue
        last = _newest(circuit, site, snapshot, state.meters)
        if last is not None:
            believed[circuit.circuit_id] = last
        still = None if last is None else stand_still(circuit, site, snapshot, state, last)
        views[circuit.circuit_id] = _view(last, still, snapshot.at, _stale_after_s(circuit, site))
    return believed, views


def oldest_s(site: Site, circuit_id: str) -> float:
    """Tell how old a reading may be that the chargers of a circuit are judged by, s: of its meter, or of one above."""
    ages = site.derived(oldest_s, lambda: {circuit.circuit_id: _oldest_s(site, circuit) for circuit in site.circuits})
    return ages[circuit_id]


def _oldest_s(site: Site, circuit: Circuit) -> float:
    return max((_stale_after_s(above, site) for above in site.path(circuit.circuit_id) if above.metered), default=0.0)


def _view(last: MeterReading | None, still: Stillness | None, now: datetime, stale_after_s: float) -> MeterView:
    if last is None:
        return MeterView(reading=None, known=False, silent_s=None)
    frozen = still is not None and still.frozen
    silent_s = max(0.0, (now - (still.since if still is not None and frozen else last.at)).total_seconds())
    return MeterView(reading=last, known=silent_s <= stale_after_s and not frozen, silent_s=silent_s, still=still)


def _stale_after_s(circuit: Circuit, site: Site) -> float:
    return site.policy.stale_after_s if circuit.stale_after_s is None else circuit.stale_after_s


def _newest(
    circuit: Circuit, site: Site, snapshot: SiteSnapshot, remembered: Mapping[str, MeterReading]
) -> MeterReading | None:
    """Take the snapshot's reading if it is sound; else what is remembered, unless the clock fell behind that."""
    horizon = snapshot.at + CLOCK_SKEW
    reading = snapshot.meters.get(circuit.circuit_id)
    last = remembered.get(circuit.circuit_id)
    if last is not None and last.at > horizon:
        last = None
    if reading is None or reading.at > horizon or not is_sound(reading, circuit, site.voltage_v):
        return last
    if last is None:
        # The first one since the start must be fresh: an old one is no sign that the meter lives.
        oldest = snapshot.at - timedelta(seconds=_stale_after_s(circuit, site))
        return reading if reading.at >= oldest else None
    if reading.at < last.at or _has_leapt(reading, last, circuit, site):
        return last
    return reading


def _has_leapt(reading: MeterReading, last: MeterReading, circuit: Circuit, site: Site) -> bool:
    """Tell whether a load has fallen by more than can be, from one reading to the next. It is believed when it stays so."""
    if (reading.at - last.at).total_seconds() > _stale_after_s(circuit, site):
        return False
    reference_a = _reference_a(circuit, site.voltage_v)
    fell_a = max(
        (last.current_a[phase] - reading.current_a[phase] for phase in last.current_a if phase in reading.current_a),
        default=0.0,
    )
    if last.power_w is not None and reading.power_w is not None:
        fell_a = max(fell_a, (last.power_w - reading.power_w) / site.voltage_v / len(circuit.phases))
    return fell_a > ABSURD_FALL_FACTOR * reference_a


def is_sound(reading: MeterReading, circuit: Circuit, voltage_v: float) -> bool:
    """Tell whether a reading is complete for this circuit's phases, finite, and physically possible."""
    reference_a = _reference_a(circuit, voltage_v)
    if all(phase in reading.current_a for phase in circuit.phases):
        return all(_is_possible(reading.current_a[phase], reference_a) for phase in circuit.phases)
    if reading.power_w is None:
        return False
    return _is_possible(reading.power_w / voltage_v / len(circuit.phases), reference_a)


def _reference_a(circuit: Circuit, voltage_v: float) -> float:
    return max((LEAST_LIMIT_A, *(_phase_limit_a(limit, circuit, voltage_v) for limit in circuit.limits)))


def _phase_limit_a(limit: Limit, circuit: Circuit, voltage_v: float) -> float:
    if limit.current_a is not None:
        return limit.current_a
    return (limit.power_w or 0.0) / voltage_v / len(circuit.phases)


def _is_possible(current_a: float, reference_a: float) -> bool:
    return (
        math.isfinite(current_a)
        and -ABSURD_EXPORT_FACTOR * reference_a <= current_a <= ABSURD_IMPORT_FACTOR * reference_a
    )
