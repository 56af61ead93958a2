"""Base load: what a circuit carries without the chargers below it."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ..model.circuit import Circuit
from ..model.load import LoadStatus, SheddableLoad
from ..model.meter import MeterReading
from ..model.quantities import Phase, uniform
from ..model.site import Site
from .draw import Draw
from .freshness import MeterView
from .limits import GUARDED

UNKNOWN_A: Final = 16.0
"""What an appliance whose power nobody knows is taken to need, A on each of its phases: a household socket bears no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """Bounds of the base load: A on each phase of the circuit, and W in total; negative where the house exports.

    `assumed`: the meter knows only the total, so all of it is taken to be on any one phase.
    """

    least_a: Mapping[Phase, float]
    most_a: Mapping[Phase, float]
    least_w: float
    most_w: float
    assumed: bool = False


def load_a(circuit: Circuit, reading: MeterReading) -> dict[Phase, float]:
    """Give the current on each phase, A; empty for a meter that knows only the total of several phases."""
    return {phase: reading.current_a[phase] for phase in circuit.phases if phase in reading.current_a}


def load_w(circuit: Circuit, reading: MeterReading, voltage_v: float) -> float:
    """Give the power in total, W."""
    if reading.power_w is not None:
        return reading.power_w
    return math.fsum(load_a(circuit, reading).values()) * voltage_v


def bound_bases(
    site: Site, views: Mapping[str, MeterView], draws: Mapping[str, Draw], loads: Mapping[str, LoadStatus]
) -> dict[str, Base]:
    """Bound the base load of every circuit that can be judged, by its id: its meter is known, or it has none."""
    bases: dict[str, Base] = {}
    for circuit in site.circuits:
        if not circuit.metered:
            bases[circuit.circuit_id] = _known_below(site, circuit, views, draws, loads)
        elif (view := views[circuit.circuit_id]).known and view.reading is not None:
            bases[circuit.circuit_id] = _measured(site, circuit, view.reading, draws)
    return bases


def _measured(site: Site, circuit: Circuit, reading: MeterReading, draws: Mapping[str, Draw]) -> Base:
    below = [draws[evse.evse_id] for evse in site.evses_below(circuit.circuit_id)]
    chargers_least = _sum((draw.least_a for draw in below), circuit)
    chargers_most = _sum((draw.most_a for draw in below), circuit)
    power_w = load_w(circuit, reading, site.voltage_v)
    # The more the chargers draw of what is measured, the less the house does.
    least_w = power_w - math.fsum(chargers_most.values()) * site.voltage_v
    most_w = power_w - math.fsum(chargers_least.values()) * site.voltage_v
    loads = load_a(circuit, reading)
    if not loads and len(circuit.phases) == 1:
        # On one phase the total is the phase.
        loads = uniform(circuit.phases, power_w / site.voltage_v)
    if len(loads) == len(circuit.phases):
        return Base(
            least_a={phase: load - chargers_most[phase] for phase, load in loads.items()},
            most_a={phase: load - chargers_least[phase] for phase, load in loads.items()},
            least_w=least_w,
            most_w=most_w,
        )
    # All of the base load may be on any one phase. Export is not counted on for a phase: it may be on another one.
    return Base(
        least_a=uniform(circuit.phases, max(0.0, least_w / site.voltage_v)),
        most_a=uniform(circuit.phases, max(0.0, most_w / site.voltage_v)),
        least_w=least_w,
        most_w=most_w,
        assumed=len(circuit.phases) > 1,
    )


def _known_below(
    site: Site,
    circuit: Circuit,
    views: Mapping[str, MeterView],
    draws: Mapping[str, Draw],
    loads: Mapping[str, LoadStatus],
) -> Base:
    """Add up what is known below a circuit without a meter: the houses behind the meters there, and appliances that run.

    What chargers draw beyond what they are told belongs to it, since nothing else shows it. A meter that is
    silent is taken by its last reading, and by its circuit's limit when it never spoke.
    """
    meters = site.meters_below(circuit.circuit_id)
    behind = {load.load_id for meter in meters for load in site.loads_below(meter.circuit_id)}
    appliances = [
        _at_most_a(load, loads.get(load.load_id), site.voltage_v)
        for load in site.loads_below(circuit.circuit_id)
        if load.load_id not in behind
    ]
    parts = [_behind(site, meter, views[meter.circuit_id].reading, draws) for meter in meters]
    unseen = [*appliances, *_excess(site, circuit, meters, draws)]
    least_a = _sum([*(part.least_a for part in parts), *unseen], circuit)
    most_a = _sum([*(part.most_a for part in parts), *unseen], circuit)
    unseen_w = math.fsum(value for item in unseen for value in item.values()) * site.voltage_v
    return Base(
        least_a=least_a,
        most_a=most_a,
        least_w=math.fsum(part.least_w for part in parts) + unseen_w,
        most_w=math.fsum(part.most_w for part in parts) + unseen_w,
        assumed=any(part.assumed for part in parts),
    )


def _excess(
    site: Site, circuit: Circuit, meters: Iterable[Circuit], draws: Mapping[str, Draw]
) -> list[Mapping[Phase, float]]:
    """List what the chargers that no meter sees draw beyond what they are told."""
    beyond = [(evse.evse_id, draws[evse.evse_id].excess_a) for evse in site.evses_below(circuit.circuit_id)]
    if not any(excess_a for _, excess_a in beyond):
        return []
    seen = {evse.evse_id for meter in meters for evse in site.evses_below(meter.circuit_id)}
    return [excess_a for evse_id, excess_a in beyond if evse_id not in seen]


def _behind(site: Site, circuit: Circuit, reading: MeterReading | None, draws: Mapping[str, Draw]) -> Base:
    if reading is not None:
        return _measured(site, circuit, reading, draws)
    # What an operator or a user allows for a while does not bound the house.
    own = [limit for limit in circuit.limits if limit.source in GUARDED]
    per_phase = [limit.current_a for limit in own if limit.current_a is not None]
    in_total = [limit.power_w / site.voltage_v for limit in own if limit.power_w is not None]
    full_a = uniform(circuit.phases, min([*per_phase, *in_total], default=0.0))
    full_w = math.fsum(full_a.values()) * site.voltage_v
    return Base(least_a=full_a, most_a=full_a, least_w=full_w, most_w=full_w)


def running_a(load: SheddableLoad, status: LoadStatus | None, voltage_v: float) -> dict[Phase, float]:
    """Tell what an appliance takes now, A on each of its phases: as measured, else its nominal power while it is on."""
    if status is None or not status.on:
        return {}
    power_w = load.power_w if status.power_w is None else status.power_w
    return {} if power_w is None else _spread(load, power_w, voltage_v)


def _at_most_a(load: SheddableLoad, status: LoadStatus | None, voltage_v: float) -> dict[Phase, float]:
    """Tell what an appliance that no meter sees may be taking: nothing only where it is known to be off."""
    if status is not None and status.on is False:
        return {}
    power_w = load.power_w if status is None or status.power_w is None else status.power_w
    return uniform(load.phases, UNKNOWN_A) if power_w is None else _spread(load, power_w, voltage_v)


def nominal_a(load: SheddableLoad, voltage_v: float) -> dict[Phase, float]:
    """Tell what an appliance takes when it runs, A on each of its phases."""
    return uniform(load.phases, UNKNOWN_A) if load.power_w is None else _spread(load, load.power_w, voltage_v)


def _spread(load: SheddableLoad, power_w: float, voltage_v: float) -> dict[Phase, float]:
    return uniform(load.phases, power_w / voltage_v / len(load.phases))


def _sum(values: Iterable[Mapping[Phase, float]], circuit: Circuit) -> dict[Phase, float]:
    """Add up per phase of the circuit; in whatever order they come, the sum is the same."""
    held = list(values)
    return {phase: math.fsum([value[phase] for value in held if phase in value]) for phase in circuit.phases}
