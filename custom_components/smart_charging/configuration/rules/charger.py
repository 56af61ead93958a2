"""What a valid charger is, beside the site's others and below its circuit."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from ... import const
from ...const import (
    CONF_CONNECTOR,
    CONF_DRIVER,
    CONF_FAILSAFE_A,
    CONF_MAXIMUM_A,
    CONF_MINIMUM_A,
    CONF_STATION,
    CONF_WIRING,
    ROOT_CIRCUIT,
)
from ...csms.admission import parse_identity
from .adopted import judge_adopted
from .encryption import security_errors
from .fields import Data, Errors, number
from .mqtt import judge_topics
from .network import judge_line
from .operator import operator_errors
from .tree import Circuits, failsafes_exceed, feeder, path, wiring_error

LEAST_MINIMUM_A: Final = 6.0
"""IEC 61851-1 knows no offer below it."""

_NO_CIRCUITS: Final[Mapping[str, Data]] = MappingProxyType({})


def validate_charger(site: Data, others: Iterable[Data], data: Data, circuits: Circuits = _NO_CIRCUITS) -> Errors:
    """Judge a charger's data, on a valid site with its valid `circuits`, beside the data of the site's `others`."""
    others = tuple(others)
    errors = _judge_connection(others, data) | security_errors(site, data) | _judge_currents(data)
    errors |= operator_errors(data)
    if (error := wiring_error(site, circuits, data)) is not None:
        errors[CONF_WIRING] = error
    return errors or _judge_failsafes(site, others, data, circuits)


def _judge_connection(others: Sequence[Data], data: Data) -> Errors:
    match data.get(CONF_DRIVER):
        case const.DRIVER_OCPP:
            return _judge_station(others, data)
        case const.DRIVER_ADOPTED:
            return judge_adopted(others, data)
        case const.DRIVER_MQTT:
            return judge_topics(others, data)
        case const.DRIVER_NETWORK:
            return judge_line(others, data)
        case _:
            return {CONF_DRIVER: "driver_unknown"}


def _judge_station(others: Sequence[Data], data: Data) -> Errors:
    station, connector = data.get(CONF_STATION), number(data, CONF_CONNECTOR)
    errors: Errors = {}
    if not isinstance(station, str) or parse_identity(f"/{station}") != station:
        errors[CONF_STATION] = "station_invalid"
    elif any(other.get(CONF_STATION) == station and int(other[CONF_CONNECTOR]) == connector for other in others):
        errors[CONF_STATION] = "station_taken"
    if connector is None or connector < 1 or connector != int(connector):
        errors[CONF_CONNECTOR] = "connector_invalid"
    return errors


def _judge_currents(data: Data) -> Errors:
    minimum, maximum, failsafe = (number(data, key) for key in (CONF_MINIMUM_A, CONF_MAXIMUM_A, CONF_FAILSAFE_A))
    errors: Errors = {}
    if minimum is None or minimum < LEAST_MINIMUM_A:
        errors[CONF_MINIMUM_A] = "minimum_too_low"
    if maximum is None or maximum <= 0:
        errors[CONF_MAXIMUM_A] = "maximum_not_positive"
    if failsafe is None or failsafe < 0:
        errors[CONF_FAILSAFE_A] = "failsafe_negative"
    if errors or minimum is None or maximum is None or failsafe is None:
        return errors
    if minimum > maximum:
        errors[CONF_MINIMUM_A] = "minimum_above_maximum"
    elif failsafe > maximum:
        errors[CONF_FAILSAFE_A] = "failsafe_above_maximum"
    elif 0 < failsafe < minimum:
        errors[CONF_FAILSAFE_A] = "failsafe_below_minimum"
    return errors


def _judge_failsafes(site: Data, others: Sequence[Data], data: Data, circuits: Circuits) -> Errors:
    """Judge its failsafe current, alone and beside the others', under each limit up to the site's."""
    for circuit_id in path(circuits, feeder(circuits, data)):
        at_site = circuit_id == ROOT_CIRCUIT
        if failsafes_exceed(site, circuits, circuit_id, (data,)):
            return {CONF_FAILSAFE_A: "failsafe_above_limit" if at_site else "failsafe_above_circuit"}
        if failsafes_exceed(site, circuits, circuit_id, (*others, data)):
            return {CONF_FAILSAFE_A: "failsafes_above_limit" if at_site else "failsafes_above_circuit"}
    return {}
