"""What a valid site is: its supply, its meter, and where its chargers connect."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from ...const import CONF_LIMIT, CONF_LIMIT_UNIT, CONF_PHASES, CONF_PORT, CONF_VOLTAGE_V, ROOT_CIRCUIT
from .encryption import LARGEST_PORT, encryption_errors
from .fields import Data, Errors, is_positive, number
from .meter import meter_errors
from .tree import Circuits, failsafes_exceed, is_unit, site_phases

VOLTAGES_V: Final = (90.0, 280.0)
"""Between a phase and neutral: 100 V in Japan, 277 V in the United States, and some room."""

_NO_CIRCUITS: Final[Mapping[str, Data]] = MappingProxyType({})


def validate_site(data: Data, chargers: Iterable[Data] = (), circuits: Circuits = _NO_CIRCUITS) -> Errors:
    """Judge a site's data; with the `chargers` and `circuits` it already has, whether it still bears their failsafe currents."""
    errors: Errors = {}
    phases = site_phases(data)
    if not phases:
        errors[CONF_PHASES] = "no_phases"
    voltage_v = number(data, CONF_VOLTAGE_V)
    if voltage_v is None or not VOLTAGES_V[0] <= voltage_v <= VOLTAGES_V[1]:
        errors[CONF_VOLTAGE_V] = "voltage_out_of_range"
    if not is_unit(data.get(CONF_LIMIT_UNIT)):
        errors[CONF_LIMIT_UNIT] = "limit_unit_unknown"
    if not is_positive(data, CONF_LIMIT):
        errors[CONF_LIMIT] = "limit_not_positive"
    if not 1 <= (number(data, CONF_PORT) or 0) <= LARGEST_PORT:
        errors[CONF_PORT] = "port_out_of_range"
    errors |= meter_errors(data, phases) | encryption_errors(data)
    return errors or _judge_failsafes(data, tuple(chargers), circuits)


def _judge_failsafes(data: Data, chargers: Iterable[Data], circuits: Circuits) -> Errors:
    if failsafes_exceed(data, circuits, ROOT_CIRCUIT, chargers):
        return {CONF_LIMIT: "failsafes_above_limit"}
    if any(failsafes_exceed(data, circuits, circuit_id, chargers) for circuit_id in circuits):
        # A circuit's limit in kVA or kW is another one in A at another voltage.
        return {CONF_VOLTAGE_V: "failsafes_above_circuit"}
    return {}
