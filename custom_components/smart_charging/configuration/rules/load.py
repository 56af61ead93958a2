"""What a valid appliance that gives way is."""

from collections.abc import Iterable
from typing import Final

from ...const import (
    CONF_ENTITY_ID,
    CONF_MAXIMUM_OFF_MIN,
    CONF_MINIMUM_OFF_MIN,
    CONF_MINIMUM_ON_MIN,
    CONF_POWER_ENTITY_ID,
    CONF_POWER_W,
    CONF_PRIORITY,
    CONF_SHED_VALUE,
    CONF_WIRING,
)
from .fields import Data, Errors, is_optional, is_positive, number
from .tree import Circuits, wiring_error

DOMAIN_NUMBER: Final = "number"
LOAD_DOMAINS: Final = ("switch", "input_boolean", "climate", "water_heater", DOMAIN_NUMBER)
"""What can be switched off, or set to less."""
HIGHEST_PRIORITY: Final = 10
LONGEST_MIN: Final = 24 * 60.0


def validate_load(site: Data, circuits: Circuits, others: Iterable[Data], data: Data) -> Errors:
    """Judge an appliance's data, on a valid site with its valid `circuits`, beside the data of the site's `others`."""
    errors = _judge_entity(others, data) | _judge_times(data)
    if (error := wiring_error(site, circuits, data)) is not None:
        errors[CONF_WIRING] = error
    if data.get(CONF_POWER_W) is not None and not is_positive(data, CONF_POWER_W):
        errors[CONF_POWER_W] = "power_not_positive"
    sensor = data.get(CONF_POWER_ENTITY_ID)
    if sensor is not None and domain_of(sensor) != "sensor":
        errors[CONF_POWER_ENTITY_ID] = "not_a_sensor"
    if not is_optional(data, CONF_PRIORITY, most=HIGHEST_PRIORITY):
        errors[CONF_PRIORITY] = "priority_out_of_range"
    return errors


def domain_of(entity_id: object) -> str:
    """Read the part before the dot; empty where there is none."""
    domain, dot, name = str(entity_id).partition(".")
    return domain if dot and name else ""


def _judge_entity(others: Iterable[Data], data: Data) -> Errors:
    entity_id = data.get(CONF_ENTITY_ID)
    if domain_of(entity_id) not in LOAD_DOMAINS:
        return {CONF_ENTITY_ID: "load_entity_unknown"}
    if any(other.get(CONF_ENTITY_ID) == entity_id for other in others):
        return {CONF_ENTITY_ID: "load_taken"}
    if domain_of(entity_id) == DOMAIN_NUMBER and number(data, CONF_SHED_VALUE) is None:
        return {CONF_SHED_VALUE: "shed_value_missing"}
    return {}


def _judge_times(data: Data) -> Errors:
    fields = (CONF_MINIMUM_ON_MIN, CONF_MINIMUM_OFF_MIN, CONF_MAXIMUM_OFF_MIN)
    errors = {field: "time_out_of_range" for field in fields if not is_optional(data, field, most=LONGEST_MIN)}
    longest, least = number(data, CONF_MAXIMUM_OFF_MIN), number(data, CONF_MINIMUM_OFF_MIN) or 0.0
    if not errors and longest is not None and longest < max(least, 1.0):
        errors[CONF_MAXIMUM_OFF_MIN] = "maximum_off_too_short"
    return errors
