"""What a valid limit is that comes and goes: a grid operator's signal, a window of time, or a user's own."""

from typing import Final

from ...const import (
    CONF_CHARGERS_ONLY,
    CONF_DAYS,
    CONF_ENTITY_ID,
    CONF_HOLIDAYS,
    CONF_HOURS,
    CONF_KIND,
    CONF_LIMIT,
    CONF_LIMIT_UNIT,
    CONF_VALUE_ENTITY_ID,
    CONF_VOLTAGE_V,
)
from ...engine.model.limit import LimitSource
from ...tariffs.ready import HOLIDAYS
from ...tariffs.written import read_spans
from .fields import Data, Errors, number
from .load import domain_of
from .tariff import DAYS, is_written
from .tree import Bound, Circuits, feeder, phases_of

KINDS: Final = (LimitSource.OPERATOR, LimitSource.SCHEDULE, LimitSource.USER)
LIMIT_UNITS: Final = ("a", "kw")
SIGNAL_DOMAINS: Final = ("binary_sensor", "switch", "input_boolean", "schedule", "calendar")
"""What can say when a limit holds: on, it does."""
VALUE_DOMAINS: Final = ("sensor", "number", "input_number")

OPERATOR_FLOOR_W: Final = 4200.0
"""In Germany a grid operator dims to no less than 4.2 kW (§14a EnWG); whoever sets less has mistyped."""


def validate_limit(site: Data, circuits: Circuits, data: Data) -> Errors:
    """Judge a limit's data, on a valid site with its valid `circuits`."""
    kind = data.get(CONF_KIND)
    if kind not in KINDS:
        return {CONF_KIND: "limit_kind_unknown"}
    errors = (_judge_hours(data) if CONF_HOURS in data else _judge_signal(data)) | _judge_value(data)
    value = data.get(CONF_VALUE_ENTITY_ID)
    if value is not None and domain_of(value) not in VALUE_DOMAINS:
        errors[CONF_VALUE_ENTITY_ID] = "value_entity_unknown"
    if not isinstance(data.get(CONF_CHARGERS_ONLY, False), bool):
        errors[CONF_CHARGERS_ONLY] = "chargers_only_unknown"
    if not errors and kind == LimitSource.OPERATOR and _is_below_floor(site, circuits, data):
        errors[CONF_LIMIT] = "below_operator_floor"
    return errors


def set_bound(data: Data) -> Bound:
    """Read what a valid limit is set to; an entity may tell another value."""
    limit = float(data[CONF_LIMIT])
    return Bound(current_a=limit) if data.get(CONF_LIMIT_UNIT) == "a" else Bound(power_w=limit * 1000)


def least_bound(site: Data, circuits: Circuits, data: Data) -> Bound:
    """Tell what a valid limit is at the least, A on each phase of its circuit and W in total; an operator's alone has a floor."""
    if data.get(CONF_KIND) != LimitSource.OPERATOR:
        return Bound(current_a=0.0, power_w=0.0)
    phases = len(phases_of(site, circuits, feeder(circuits, data)))
    return Bound(current_a=OPERATOR_FLOOR_W / (phases * float(site[CONF_VOLTAGE_V])), power_w=OPERATOR_FLOOR_W)


def _judge_hours(data: Data) -> Errors:
    """Judge hours of the clock: nothing else says when the limit holds, and nobody but a schedule has any."""
    if data.get(CONF_KIND) != LimitSource.SCHEDULE or CONF_ENTITY_ID in data:
        return {CONF_HOURS: "hours_and_signal"}
    errors: Errors = {}
    if not is_written(read_spans, data[CONF_HOURS]):
        errors[CONF_HOURS] = "hours_unreadable"
    if data.get(CONF_DAYS, "every_day") not in DAYS:
        errors[CONF_DAYS] = "days_unknown"
    if CONF_HOLIDAYS in data and data[CONF_HOLIDAYS] not in HOLIDAYS:
        errors[CONF_HOLIDAYS] = "holidays_unknown"
    return errors


def _judge_signal(data: Data) -> Errors:
    signal = data.get(CONF_ENTITY_ID)
    if signal is None:
        # A user may set a limit for good; a signal or a window without any would hold for good unseen.
        return {} if data.get(CONF_KIND) == LimitSource.USER else {CONF_ENTITY_ID: "signal_missing"}
    return {} if domain_of(signal) in SIGNAL_DOMAINS else {CONF_ENTITY_ID: "signal_unknown"}


def _judge_value(data: Data) -> Errors:
    """Judge the number. It may be 0: an hour in which nobody charges is one as well."""
    errors: Errors = {}
    if data.get(CONF_LIMIT_UNIT) not in LIMIT_UNITS:
        errors[CONF_LIMIT_UNIT] = "limit_unit_unknown"
    limit = number(data, CONF_LIMIT)
    if limit is None or limit < 0:
        errors[CONF_LIMIT] = "limit_negative"
    return errors


def _is_below_floor(site: Data, circuits: Circuits, data: Data) -> bool:
    bound, least = set_bound(data), least_bound(site, circuits, data)
    pairs = ((bound.current_a, least.current_a), (bound.power_w, least.power_w))
    return any(value is not None and floor is not None and value < floor - 1e-6 for value, floor in pairs)
