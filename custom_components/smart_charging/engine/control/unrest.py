"""Unrest: how hot each circuit's protection is, how its house behaves, and what must be kept free for that.

A meter that speaks each minute hides for a minute what the house switches on. So much is kept free that the step which
this house has been seen to make would not take the protection more than half of the way to a trip, until the meter
tells it and the car has followed. With a meter that speaks each second that is nearly always nothing.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ..model.circuit import Circuit
from ..model.meter import MeterReading
from ..model.policy import ControlPolicy
from ..model.quantities import PerPhase
from ..model.site import Site
from ..model.state import CircuitMemory, ControlState
from .base import Base, load_a, load_w
from .freshness import MeterView
from .limits import phase_limits, total_limits
from .protection import ThermalModel, bearable, model_of, reference, warm

TOTAL: Final = "total"

FIRST_STEP_A: Final = 13.0
"""The step that a house is expected to make before it was seen to make one: 3 kW, a strong kettle or an oven. With 10 A and
a meter that speaks each minute a measured house of 6 kVA was cut off in an hour that it would have lived through."""
FORGET_S: Final = 86_400.0
"""A step is forgotten over a day: what a house does once a day it will do again."""
COMMAND_S: Final = 1.0
"""From a reading to a command that is acknowledged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slack:
    """What a circuit's protection has to spare; the keys are its phases, and `total`, in A of that limit's own kind."""

    reserve_a: Mapping[str, float]
    """To be kept free, A."""
    multiple: Mapping[str, float]
    """What the limit may be exceeded by for a moment, as a multiple of it, at least 1."""


def remember(
    site: Site, views: Mapping[str, MeterView], bases: Mapping[str, Base], state: ControlState, now: datetime
) -> dict[str, CircuitMemory]:
    """Take this tick's readings into the memory of each metered circuit, by its id. A silent one keeps what it has."""
    seconds = 0.0 if state.at is None else max(0.0, (now - state.at).total_seconds())
    memories: dict[str, CircuitMemory] = {}
    for circuit in site.circuits:
        if not circuit.metered:
            continue
        memory = state.circuits.get(circuit.circuit_id, CircuitMemory())
        reading, base = views[circuit.circuit_id].reading, bases.get(circuit.circuit_id)
        if reading is not None and base is not None:
            memory = replace(memory, heat=_heat(circuit, site, memory, reading, seconds))
            last = state.meters.get(circuit.circuit_id)
            fresh_s = math.inf if last is None else (reading.at - last.at).total_seconds()
            if fresh_s > 0:
                memory = _learn(memory, base, site, 0.0 if last is None else fresh_s)
        memories[circuit.circuit_id] = memory
    return memories


def slack(circuit: Circuit, memory: CircuitMemory, policy: ControlPolicy, voltage_v: float) -> Slack:
    """Tell what the protection of a metered circuit has to spare until a car has answered the next reading."""
    model = model_of(circuit.protection)
    blind_s = circuit.meter_period_s + COMMAND_S + policy.follow_s
    reserve_a: dict[str, float] = {}
    multiple: dict[str, float] = {}
    for key, limit_a in _references_a(circuit, voltage_v).items():
        multiple[key] = times = bearable(memory.heat.get(key, 1.0), blind_s, model)
        step_a = min(memory.unrest_a.get(key, FIRST_STEP_A), limit_a)
        reserve_a[key] = max(0.0, step_a - (times - 1) * limit_a)
    return Slack(reserve_a=reserve_a, multiple=multiple)


def _heat(
    circuit: Circuit, site: Site, memory: CircuitMemory, reading: MeterReading, seconds: float
) -> dict[str, float]:
    model = model_of(circuit.protection)
    carried_a = _carried_a(circuit, reading, site.voltage_v)
    return {
        key: _warmed(memory, key, carried_a[key] / limit_a, seconds, model)
        for key, limit_a in _references_a(circuit, site.voltage_v).items()
    }


def _learn(memory: CircuitMemory, base: Base, site: Site, fresh_s: float) -> CircuitMemory:
    """See by how much the house has certainly gone up since the last reading, `fresh_s` ago."""
    most_a, least_a = _keyed(base.most_a, base.most_w, site), _keyed(base.least_a, base.least_w, site)
    faded = math.exp(-fresh_s / FORGET_S)
    unrest_a = {
        key: max(memory.unrest_a.get(key, FIRST_STEP_A) * faded, least - memory.base_a.get(key, math.inf))
        for key, least in least_a.items()
    }
    return replace(memory, base_a=most_a, unrest_a=unrest_a)


def _warmed(memory: CircuitMemory, key: str, multiple: float, seconds: float, model: ThermalModel) -> float:
    """Go on from the last tick; a first look takes the device to have carried this for ever, but no more than its limit."""
    known = memory.heat.get(key)
    return min(1.0, multiple**2) if known is None else warm(known, multiple, seconds, model)


def _references_a(circuit: Circuit, voltage_v: float) -> dict[str, float]:
    """Give the limits that the protection guards, in A: by phase, and in total (as A of one phase that carries it all)."""
    found: dict[str, float] = {}
    if (per_phase := reference(phase_limits(circuit))) is not None and per_phase.current_a:
        found |= {phase.value: per_phase.current_a for phase in circuit.phases}
    if (in_total := reference(total_limits(circuit))) is not None and in_total.power_w:
        found[TOTAL] = in_total.power_w / voltage_v
    return found


def _carried_a(circuit: Circuit, reading: MeterReading, voltage_v: float) -> dict[str, float]:
    """Give what flows, A, by the same keys; a meter that knows only the total is taken to be loaded evenly."""
    total_a = load_w(circuit, reading, voltage_v) / voltage_v
    per_phase = load_a(circuit, reading)
    return {
        TOTAL: total_a,
        **{phase.value: per_phase.get(phase, total_a / len(circuit.phases)) for phase in circuit.phases},
    }


def _keyed(currents_a: PerPhase, power_w: float, site: Site) -> dict[str, float]:
    return {TOTAL: power_w / site.voltage_v, **{phase.value: current_a for phase, current_a in currents_a.items()}}
