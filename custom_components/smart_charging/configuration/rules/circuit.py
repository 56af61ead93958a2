"""What a valid circuit is: below the one that feeds it, and above what hangs on it."""

from collections.abc import Iterable
from typing import Final

from ...const import (
    CONF_CIRCUIT,
    CONF_LIMIT,
    CONF_LIMIT_UNIT,
    CONF_METER,
    CONF_OVERSHOOT_PCT,
    CONF_OVERSHOOT_S,
    CONF_PROTECTION,
    CONF_WIRING,
)
from ...engine.model.protection import ProtectionKind
from ...engine.model.quantities import ALL_PHASES
from .fields import Data, Errors, is_positive
from .meter import meter_entities, meter_errors
from .tree import Circuits, failsafes_exceed, feeder, is_loop, is_unit, path, phases_of, wiring_error

_PHASES: Final = frozenset({1, 3})


def validate_circuit(site: Data, circuits: Circuits, circuit_id: str) -> Errors:
    """Judge one of a valid site's `circuits` by itself, and below the one that feeds it."""
    data = circuits[circuit_id]
    if is_loop(circuits, circuit_id):
        return {CONF_CIRCUIT: "circuit_loop"}
    errors = protection_errors(data)
    if (error := wiring_error(site, circuits, data)) is not None:
        errors[CONF_WIRING] = error
    elif len(data[CONF_WIRING]) not in _PHASES:
        errors[CONF_WIRING] = "no_phases"
    if not is_unit(data.get(CONF_LIMIT_UNIT)):
        errors[CONF_LIMIT_UNIT] = "limit_unit_unknown"
    if not is_positive(data, CONF_LIMIT):
        errors[CONF_LIMIT] = "limit_not_positive"
    if CONF_METER in data and CONF_WIRING not in errors:
        errors |= _judge_meter(site, circuits, circuit_id)
    return errors


def validate_below(
    site: Data, circuits: Circuits, circuit_id: str, chargers: Iterable[Data], loads: Iterable[Data]
) -> Errors:
    """Judge whether what hangs on a valid circuit still finds its phases there, and its failsafe currents their room."""
    chargers = tuple(chargers)
    hanging = [data for data in (*circuits.values(), *chargers, *loads) if feeder(circuits, data) == circuit_id]
    if any(wiring_error(site, circuits, data) is not None for data in hanging):
        return {CONF_WIRING: "circuit_needs_phases"}
    if failsafes_exceed(site, circuits, circuit_id, chargers):
        return {CONF_LIMIT: "failsafes_above_circuit"}
    above = path(circuits, circuit_id)[1:]
    if any(failsafes_exceed(site, circuits, above_id, chargers) for above_id in above):
        return {CONF_CIRCUIT: "failsafes_above_circuit"}
    return {}


def protection_errors(data: Data) -> Errors:
    """Judge what is said of the device that protects the site's supply or a circuit; nothing may be said."""
    kind = data.get(CONF_PROTECTION)
    if kind is None:
        return {}
    if kind not in set(ProtectionKind):
        return {CONF_PROTECTION: "protection_unknown"}
    if kind != ProtectionKind.PLAIN:
        return {}
    fields = (CONF_OVERSHOOT_PCT, CONF_OVERSHOOT_S)
    return {field: "overshoot_not_positive" for field in fields if not is_positive(data, field)}


def _judge_meter(site: Data, circuits: Circuits, circuit_id: str) -> Errors:
    """Judge the circuit's own meter. Its phases are numbered as the circuit's, from L1."""
    data = circuits[circuit_id]
    errors = meter_errors(data, ALL_PHASES[: len(phases_of(site, circuits, circuit_id))])
    others = [site, *(other for other_id, other in circuits.items() if other_id != circuit_id)]
    if CONF_METER not in errors and meter_entities(data) & set().union(*map(meter_entities, others)):
        errors[CONF_METER] = "meter_used"
    return errors
