"""What a valid vehicle is, beside the site's others."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from ...const import (
    CONF_CALENDAR,
    CONF_CAPACITY_KWH,
    CONF_CARDS,
    CONF_CONSUMPTION,
    CONF_CONSUMPTION_UNIT,
    CONF_CONTINUOUS,
    CONF_ENTITIES,
    CONF_LEAST_PCT,
    CONF_LIMIT_PCT,
    CONF_MAX_AGE_H,
    CONF_MAXIMUM_A,
    CONF_MINIMUM_A,
    CONF_PHASES,
)
from ...sources.vehicle_catalogue import VehicleRole
from .charger import LEAST_MINIMUM_A
from .fields import Data, Errors, is_optional, is_positive, number
from .load import domain_of

MOST_KWH: Final = 500.0
"""Of an electric lorry; a car's battery is far below."""
LEAST_LIMIT_PCT: Final = 10.0
LONGEST_AGE_H: Final = 7 * 24.0
FARTHEST_KM_PER_KWH: Final = 15.0
SHORTEST_KM_PER_KWH: Final = 0.5
"""Between these lie a light quadricycle and a lorry; whoever is outside has taken one unit for the other."""

KM_PER_KWH: Final = "km_per_kwh"
KWH_PER_100_KM: Final = "kwh_per_100_km"
CONSUMPTION_UNITS: Final = (KM_PER_KWH, KWH_PER_100_KM)

_NUMBERS: Final = ("sensor", "number", "input_number")
ROLE_DOMAINS: Final[Mapping[VehicleRole, tuple[str, ...]]] = MappingProxyType(
    {
        VehicleRole.SOC: _NUMBERS,
        VehicleRole.CHARGE_LIMIT: _NUMBERS,
        VehicleRole.PLUGGED: ("binary_sensor", "sensor", "input_boolean"),
        VehicleRole.LOCATION: ("device_tracker",),
        VehicleRole.RANGE: ("sensor",),
        VehicleRole.AS_OF: ("sensor",),
        VehicleRole.WAKE: ("button", "input_button", "script", "switch"),
    }
)
"""What can tell each thing of a vehicle, or wake it."""


def validate_vehicle(others: Iterable[Data], data: Data) -> Errors:
    """Judge a vehicle's data beside that of the site's `others`."""
    errors = _judge_battery(data) | _judge_currents(data) | _judge_consumption(data) | _judge_entities(data)
    if not isinstance(data.get(CONF_CONTINUOUS, False), bool):
        errors[CONF_CONTINUOUS] = "continuous_unknown"
    if not is_optional(data, CONF_MAX_AGE_H, least=0.1, most=LONGEST_AGE_H):
        errors[CONF_MAX_AGE_H] = "age_out_of_range"
    taken = {card for other in others for card in other.get(CONF_CARDS, ())}
    if taken.intersection(data.get(CONF_CARDS, ())):
        errors[CONF_CARDS] = "card_names_another"
    return errors


def read_km_per_kwh(data: Data) -> float:
    """Read how far a kWh carries a valid vehicle."""
    consumption = float(data[CONF_CONSUMPTION])
    return consumption if data[CONF_CONSUMPTION_UNIT] == KM_PER_KWH else 100 / consumption


def _judge_battery(data: Data) -> Errors:
    errors: Errors = {}
    if data.get(CONF_CAPACITY_KWH) is not None and not is_positive(data, CONF_CAPACITY_KWH):
        errors[CONF_CAPACITY_KWH] = "capacity_out_of_range"
    if not is_optional(data, CONF_CAPACITY_KWH, most=MOST_KWH):
        errors[CONF_CAPACITY_KWH] = "capacity_out_of_range"
    if not is_optional(data, CONF_LIMIT_PCT, least=LEAST_LIMIT_PCT, most=100.0):
        errors[CONF_LIMIT_PCT] = "limit_pct_out_of_range"
    if not is_optional(data, CONF_LEAST_PCT, most=100.0):
        errors[CONF_LEAST_PCT] = "percent_out_of_range"
    limit, least = number(data, CONF_LIMIT_PCT), number(data, CONF_LEAST_PCT)
    if not errors and limit is not None and least is not None and least > limit:
        errors[CONF_LEAST_PCT] = "least_above_limit"
    return errors


def _judge_currents(data: Data) -> Errors:
    errors: Errors = {}
    if number(data, CONF_PHASES) not in {1, 2, 3}:
        errors[CONF_PHASES] = "vehicle_phases_unknown"
    minimum, maximum = number(data, CONF_MINIMUM_A), number(data, CONF_MAXIMUM_A)
    if minimum is None or minimum < LEAST_MINIMUM_A:
        errors[CONF_MINIMUM_A] = "minimum_too_low"
    if maximum is None or maximum <= 0:
        errors[CONF_MAXIMUM_A] = "maximum_not_positive"
    elif minimum is not None and minimum > maximum:
        errors[CONF_MINIMUM_A] = "minimum_above_maximum"
    return errors


def _judge_consumption(data: Data) -> Errors:
    if data.get(CONF_CONSUMPTION_UNIT) not in CONSUMPTION_UNITS:
        return {CONF_CONSUMPTION_UNIT: "consumption_unit_unknown"}
    possible = is_positive(data, CONF_CONSUMPTION)
    if not possible or not SHORTEST_KM_PER_KWH <= read_km_per_kwh(data) <= FARTHEST_KM_PER_KWH:
        return {CONF_CONSUMPTION: "consumption_impossible"}
    return {}


def _judge_entities(data: Data) -> Errors:
    """Judge which kind each entity is. An id of the registry tells none, and was judged when it was chosen."""
    found = data.get(CONF_ENTITIES, {})
    errors: Errors = {
        str(role): "vehicle_entity_unknown"
        for role, domains in ROLE_DOMAINS.items()
        if (domain := domain_of(found.get(role, ""))) and domain not in domains
    }
    calendar = data.get(CONF_CALENDAR)
    if calendar is not None and domain_of(calendar) != "calendar":
        errors[CONF_CALENDAR] = "not_a_calendar"
    return errors
