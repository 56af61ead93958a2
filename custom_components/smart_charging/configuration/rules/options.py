"""What valid options of a site are. Each may be absent."""

from typing import Final

from ...cards.book import WhoMayCharge
from ...const import (
    CONF_BATTERY_FLOOR_PCT,
    CONF_MARGIN_A,
    CONF_OFF_PEAK,
    CONF_SOLAR_FIRST,
    CONF_SOLAR_GRID_PCT,
    CONF_SOLAR_START_MIN,
    CONF_SOLAR_STOP_MIN,
    CONF_STRATEGY,
    CONF_TURN_MIN,
    CONF_UNBALANCE_KVA,
    CONF_WHO,
)
from ...engine.model.strategy import Strategy
from .battery import validate_battery
from .circuit import protection_errors
from .fields import Data, Errors, is_optional
from .load import domain_of

STRATEGIES: Final = (Strategy.EQUAL, Strategy.PROPORTIONAL, Strategy.PRIORITY, Strategy.FIRST_COME)
"""Not by laxity: plans see to who has to leave first."""
SOLAR_FIRST: Final = ("battery", "car")

OFF_PEAK_DOMAINS: Final = ("schedule", "binary_sensor", "input_boolean", "switch")
"""Those are on or off."""

_RANGES: Final = (
    (CONF_MARGIN_A, 0.0, 20.0, "margin_out_of_range"),
    # A shorter turn wears contactors and cars out; a longer one leaves a car waiting for days.
    (CONF_TURN_MIN, 5.0, 24 * 60.0, "turn_out_of_range"),
    (CONF_UNBALANCE_KVA, 0.0, 100.0, "unbalance_out_of_range"),
    (CONF_SOLAR_START_MIN, 0.0, 60.0, "delay_out_of_range"),
    (CONF_SOLAR_STOP_MIN, 0.0, 60.0, "delay_out_of_range"),
    (CONF_SOLAR_GRID_PCT, 0.0, 100.0, "percent_out_of_range"),
    (CONF_BATTERY_FLOOR_PCT, 0.0, 100.0, "percent_out_of_range"),
)


def validate_options(options: Data) -> Errors:
    """Judge a site's options."""
    errors = protection_errors(options)
    errors |= {
        field: error for field, least, most, error in _RANGES if not is_optional(options, field, least=least, most=most)
    }
    if options.get(CONF_STRATEGY) not in {None, *STRATEGIES}:
        errors[CONF_STRATEGY] = "strategy_unknown"
    if options.get(CONF_SOLAR_FIRST) not in {None, *SOLAR_FIRST}:
        errors[CONF_SOLAR_FIRST] = "solar_first_unknown"
    if options.get(CONF_WHO) not in {None, *WhoMayCharge}:
        errors[CONF_WHO] = "who_unknown"
    off_peak = options.get(CONF_OFF_PEAK)
    if off_peak is not None and domain_of(off_peak) not in OFF_PEAK_DOMAINS:
        errors[CONF_OFF_PEAK] = "off_peak_not_on_or_off"
    return errors | validate_battery(options)
