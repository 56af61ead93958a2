"""What valid options of a home battery are, and of what steers it."""

from typing import Final

from ...const import (
    CONF_BATTERY_BY_ITSELF,
    CONF_BATTERY_CHARGE,
    CONF_BATTERY_CHARGE_KW,
    CONF_BATTERY_CHARGE_POWER,
    CONF_BATTERY_DISCHARGE_KW,
    CONF_BATTERY_FLOOR_PCT,
    CONF_BATTERY_HOLD,
    CONF_BATTERY_KWH,
    CONF_BATTERY_POWER,
    CONF_BATTERY_SOC,
    CONF_BATTERY_STEERED_BY,
)
from .fields import Data, Errors, is_optional, is_positive
from .load import domain_of

SELECT_DOMAINS: Final = ("select", "input_select")
"""Their options have names."""
SWITCH_DOMAINS: Final = ("switch", "input_boolean")
"""On: held."""
STEERING_DOMAINS: Final = (*SELECT_DOMAINS, *SWITCH_DOMAINS)
POWER_DOMAINS: Final = ("number", "input_number")

WAY_FIELDS: Final = (CONF_BATTERY_BY_ITSELF, CONF_BATTERY_HOLD, CONF_BATTERY_CHARGE)
LARGEST_KWH: Final = 1000.0
LARGEST_KW: Final = 500.0


def validate_battery(options: Data) -> Errors:
    """Judge what is said of a home battery."""
    return _judge_sensors(options) or _judge_figures(options) or _judge_steering(options)


def validate_ways(options: Data) -> Errors:
    """Judge what a select's options are called; what is no select has none."""
    if not is_select(options):
        return {}
    names = [options.get(field) for field in WAY_FIELDS]
    if not names[0] or not names[1]:
        return {CONF_BATTERY_HOLD if names[0] else CONF_BATTERY_BY_ITSELF: "battery_way_missing"}
    told = [name for name in names if name]
    if len(set(told)) < len(told):
        return {CONF_BATTERY_HOLD: "battery_ways_same"}
    return _judge_charge(options) if names[2] else {}


def is_select(options: Data) -> bool:
    """Tell whether it is steered by something whose options have names."""
    return domain_of(options.get(CONF_BATTERY_STEERED_BY)) in SELECT_DOMAINS


def _judge_sensors(options: Data) -> Errors:
    power, soc = options.get(CONF_BATTERY_POWER), options.get(CONF_BATTERY_SOC)
    if power is not None and domain_of(power) != "sensor":
        return {CONF_BATTERY_POWER: "not_a_sensor"}
    if soc is not None and domain_of(soc) != "sensor":
        return {CONF_BATTERY_SOC: "not_a_sensor"}
    if soc is not None and power is None:
        return {CONF_BATTERY_POWER: "battery_power_missing"}
    if options.get(CONF_BATTERY_FLOOR_PCT) is not None and soc is None:
        return {CONF_BATTERY_SOC: "battery_soc_missing"}
    return {}


def _judge_figures(options: Data) -> Errors:
    most = {CONF_BATTERY_KWH: LARGEST_KWH, CONF_BATTERY_CHARGE_KW: LARGEST_KW, CONF_BATTERY_DISCHARGE_KW: LARGEST_KW}
    return {
        field: "battery_figure_out_of_range"
        for field, largest in most.items()
        if options.get(field) is not None
        and not (is_positive(options, field) and is_optional(options, field, most=largest))
    }


def _judge_steering(options: Data) -> Errors:
    steered_by = options.get(CONF_BATTERY_STEERED_BY)
    if steered_by is None:
        return {}
    if domain_of(steered_by) not in STEERING_DOMAINS:
        return {CONF_BATTERY_STEERED_BY: "battery_not_steerable"}
    if options.get(CONF_BATTERY_POWER) is None:
        return {CONF_BATTERY_POWER: "battery_power_missing"}
    return {}


def _judge_charge(options: Data) -> Errors:
    """Judge what has to be known where it may be charged from the grid."""
    if options.get(CONF_BATTERY_SOC) is None:
        return {CONF_BATTERY_CHARGE: "battery_charge_soc_missing"}
    if not is_positive(options, CONF_BATTERY_CHARGE_KW):
        return {CONF_BATTERY_CHARGE: "battery_charge_kw_missing"}
    power = options.get(CONF_BATTERY_CHARGE_POWER)
    return {} if power is None or domain_of(power) in POWER_DOMAINS else {CONF_BATTERY_CHARGE_POWER: "not_a_number"}
