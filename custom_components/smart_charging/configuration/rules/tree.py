"""The tree of circuits as it is stored: what feeds what, over which phases, up to which limit."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...const import (
    CONF_CIRCUIT,
    CONF_FAILSAFE_A,
    CONF_LIMIT,
    CONF_LIMIT_UNIT,
    CONF_PHASES,
    CONF_VOLTAGE_V,
    CONF_WIRING,
    ROOT_CIRCUIT,
)
from ...engine.model.quantities import ALL_PHASES, Phase
from .fields import Data, number

type Circuits = Mapping[str, Data]
"""The circuits' data by their subentry ids, without the site's supply."""

_UNITS: Final = frozenset({"a", "kva", "kw"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What a circuit bears: on each phase, A, or in total, W; both None where its data says neither."""

    current_a: float | None = None
    power_w: float | None = None


def site_phases(site: Data) -> tuple[Phase, ...]:
    """The phases of a site's supply; empty when their number is neither 1 nor 3."""
    phases = number(site, CONF_PHASES)
    return ALL_PHASES[: int(phases)] if phases in {1, 3} else ()


def phases_of(site: Data, circuits: Circuits, circuit_id: str) -> tuple[Phase, ...]:
    """The phases of a circuit by the site's names, in the circuit's own order."""
    if circuit_id == ROOT_CIRCUIT:
        return site_phases(site)
    wiring: Iterable[Any] = circuits[circuit_id].get(CONF_WIRING) or ()
    return tuple(Phase(phase) for phase in wiring if phase in ALL_PHASES)


def bound_of(site: Data, circuits: Circuits, circuit_id: str) -> Bound:
    """Read a circuit's limit; one in kVA is shared evenly by its phases."""
    data = site if circuit_id == ROOT_CIRCUIT else circuits[circuit_id]
    limit, voltage_v = number(data, CONF_LIMIT), number(site, CONF_VOLTAGE_V)
    phases = len(phases_of(site, circuits, circuit_id))
    if limit is None:
        return Bound()
    match data.get(CONF_LIMIT_UNIT):
        case "a":
            return Bound(current_a=limit)
        case "kva" if phases and voltage_v:
            return Bound(current_a=limit * 1000 / (voltage_v * phases))
        case "kw":
            return Bound(power_w=limit * 1000)
    return Bound()


def is_unit(value: object) -> bool:
    """Tell whether limits can be given in this unit."""
    return value in _UNITS


def feeder(circuits: Circuits, data: Data) -> str:
    """Name the circuit that feeds something; the site's supply where none is said, or where it is gone."""
    circuit_id = data.get(CONF_CIRCUIT)
    return circuit_id if isinstance(circuit_id, str) and circuit_id in circuits else ROOT_CIRCUIT


def is_orphan(circuits: Circuits, data: Data) -> bool:
    """Tell whether the circuit that fed something is gone."""
    return data.get(CONF_CIRCUIT) not in {None, ROOT_CIRCUIT, *circuits}


def path(circuits: Circuits, circuit_id: str) -> tuple[str, ...]:
    """Walk from a circuit to the site's supply, both included; a loop is left for the supply where it closes."""
    ids: list[str] = []
    while circuit_id != ROOT_CIRCUIT and circuit_id not in ids:
        ids.append(circuit_id)
        circuit_id = feeder(circuits, circuits[circuit_id])
    return (*ids, ROOT_CIRCUIT)


def is_loop(circuits: Circuits, circuit_id: str) -> bool:
    """Tell whether a circuit feeds itself, at whatever distance."""
    return feeder(circuits, circuits[path(circuits, circuit_id)[-2]]) != ROOT_CIRCUIT


def failsafes_exceed(site: Data, circuits: Circuits, circuit_id: str, chargers: Iterable[Data]) -> bool:
    """Tell whether those chargers that this circuit feeds, all at their failsafe current, take more than it bears."""
    below = [charger for charger in chargers if circuit_id in path(circuits, feeder(circuits, charger))]
    phases, bound = phases_of(site, circuits, circuit_id), bound_of(site, circuits, circuit_id)
    sums_a = [_failsafe_sum_a(below, phase) for phase in phases]
    if bound.current_a is not None and any(sum_a > bound.current_a + 1e-9 for sum_a in sums_a):
        return True
    power_w = math.fsum(sums_a) * (number(site, CONF_VOLTAGE_V) or 0.0)
    return bound.power_w is not None and power_w > bound.power_w + 1e-6


def wiring_error(site: Data, circuits: Circuits, data: Data) -> str | None:
    """Say what is wrong with the phases of something, below the circuit that feeds it."""
    wiring = data.get(CONF_WIRING) or ()
    if not wiring:
        return "no_phases"
    if len(set(wiring)) < len(wiring):
        return "phase_twice"
    if not set(wiring) <= set(site_phases(site)):
        return "phase_not_on_site"
    fed = set(phases_of(site, circuits, feeder(circuits, data)))
    return None if set(wiring) <= fed else "phase_not_on_circuit"


def _failsafe_sum_a(chargers: Iterable[Data], phase: Phase) -> float:
    return math.fsum(
        number(charger, CONF_FAILSAFE_A) or 0.0 for charger in chargers if phase in (charger.get(CONF_WIRING) or ())
    )
