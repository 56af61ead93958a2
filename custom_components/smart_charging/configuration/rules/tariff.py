"""What a valid tariff is: what the user pays for a kWh, and when."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ...const import (
    CONF_ANCHOR,
    CONF_CARBON,
    CONF_CARBON_ENTITIES,
    CONF_CARBON_PRICE,
    CONF_DAYS,
    CONF_DISPATCHES,
    CONF_FEED_IN_ENTITY,
    CONF_FEED_IN_PRICE,
    CONF_FIRST_MONTH,
    CONF_GRID_FEE,
    CONF_HIGH,
    CONF_HIGH_HOURS,
    CONF_HOLIDAYS,
    CONF_HOURS,
    CONF_KIND,
    CONF_LAST_MONTH,
    CONF_LOW,
    CONF_LOW_HOURS,
    CONF_PEAK,
    CONF_PEAK_COUNT,
    CONF_PEAK_ELSE_PCT,
    CONF_PEAK_OWN,
    CONF_PEAK_PRICE,
    CONF_PEAK_STEPS,
    CONF_PEAK_WINDOW,
    CONF_PERIODS,
    CONF_PRICE,
    CONF_PRICE_SOURCE,
    CONF_PRICES,
    CONF_QUARTERS,
    CONF_READY,
    CONF_STANDARD,
    CONF_SURCHARGE,
    CONF_TODAY,
    CONF_TOMORROW,
    CONF_VAT_PCT,
)
from ...sources.price_catalogue import BY_KEY
from ...tariffs.hours import EVERY_DAY, WEEKEND, WORKING_DAYS
from ...tariffs.peaks import PEAK_RULES
from ...tariffs.ready import HOLIDAYS, READY_TARIFFS, ReadyTariff
from ...tariffs.written import read_spans, read_steps
from .fields import Data, Errors, is_optional, number
from .load import domain_of

KIND_DYNAMIC: Final = "dynamic"
KIND_READY: Final = "ready"
KIND_OWN: Final = "own"
KIND_FIXED: Final = "fixed"

DAYS: Final[Mapping[str, frozenset[int]]] = {
    "every_day": EVERY_DAY,
    "working_days": WORKING_DAYS,
    "weekend": WEEKEND,
}
QUARTERS: Final = ("1", "2", "3", "4")
COLOUR_DOMAINS: Final = ("sensor", "binary_sensor", "input_select", "input_boolean")
DISPATCH_DOMAINS: Final = ("binary_sensor",)
FEED_IN_DOMAINS: Final = ("sensor", "number", "input_number")
CARBON_DOMAINS: Final = ("sensor", "event", "number", "input_number")
CARBON_PRICED: Final = "priced"
"""CO₂ counts as a price beside the price,"""
CARBON_INSTEAD: Final = "instead"
"""or instead of it."""

MOST_PERIODS: Final = 4

_MOST_VAT_PCT: Final = 100.0
_MONTHS: Final = range(1, 13)
PEAK_WINDOWS: Final = ("60", "15")
"""Over so many minutes import may be averaged."""
MOST_PEAK_DAYS: Final = 31
_PEAK_FAULTS: Final[Mapping[str, str]] = {
    CONF_PEAK_WINDOW: "peak_window_unknown",
    CONF_PEAK_COUNT: "peak_count_out_of_range",
    CONF_PEAK_ELSE_PCT: "peak_else_out_of_range",
    CONF_HOURS: "hours_unreadable",
    CONF_DAYS: "days_unknown",
    CONF_FIRST_MONTH: "months_unknown",
    CONF_HOLIDAYS: "holidays_unknown",
}


def validate_tariff(data: Data) -> Errors:
    """Judge a tariff's data."""
    judge = _JUDGES.get(str(data.get(CONF_KIND)))
    if judge is None:
        return {CONF_KIND: "tariff_kind_unknown"}
    return judge(data) | validate_extras(data)


def validate_extras(data: Data) -> Errors:
    """Judge what comes on top of the price of energy, what is paid for feeding in, what CO₂ counts for, and the price of power."""
    errors: Errors = {}
    if not _is_price_or_absent(data, CONF_SURCHARGE):
        errors[CONF_SURCHARGE] = "no_price"
    if not is_optional(data, CONF_VAT_PCT, most=_MOST_VAT_PCT):
        errors[CONF_VAT_PCT] = "vat_out_of_range"
    if CONF_GRID_FEE in data:
        errors |= _judge_grid_fee(data[CONF_GRID_FEE])
    return errors | _judge_feed_in(data) | _judge_carbon(data) | _judge_peak(data)


def _judge_dynamic(data: Data) -> Errors:
    known = data.get(CONF_PRICE_SOURCE) in BY_KEY and isinstance(data.get(CONF_ANCHOR), str)
    return {} if known else {CONF_PRICE_SOURCE: "price_source_unknown"}


def _judge_fixed(data: Data) -> Errors:
    return {} if number(data, CONF_PRICE) is not None else {CONF_PRICE: "no_price"}


def _judge_ready(data: Data) -> Errors:
    ready = READY_TARIFFS.get(str(data.get(CONF_READY)))
    if ready is None:
        return {CONF_READY: "ready_unknown"}
    prices = data.get(CONF_PRICES)
    errors: Errors = {
        name: "no_price" for name in ready.prices if not isinstance(prices, Mapping) or number(prices, name) is None
    }
    if ready.own_hours and not is_written(read_spans, data.get(CONF_HOURS)):
        errors[CONF_HOURS] = "hours_unreadable"
    return errors | _judge_entities(ready, data)


def _judge_entities(ready: ReadyTariff, data: Data) -> Errors:
    wanted: dict[str, tuple[str, ...]] = {}
    if ready.days is not None:
        wanted |= {CONF_TODAY: COLOUR_DOMAINS, CONF_TOMORROW: COLOUR_DOMAINS}
    if ready.dispatched is not None:
        wanted[CONF_DISPATCHES] = DISPATCH_DOMAINS
    return {key: "entity_unfit" for key, domains in wanted.items() if not _is_of(data.get(key), domains)}


def _judge_own(data: Data) -> Errors:
    periods = data.get(CONF_PERIODS)
    if not isinstance(periods, list) or len(periods) > MOST_PERIODS:
        return {CONF_PERIODS: "periods_unknown"}
    faults = {f"period_{place}": _fault(period) for place, period in enumerate(periods, 1)}
    return _judge_fixed(data) | {place: fault for place, fault in faults.items() if fault is not None}


def _fault(period: Data) -> str | None:
    """Tell what is wrong with a period of one's own tariff."""
    if number(period, CONF_PRICE) is None:
        return "no_price"
    if not is_written(read_spans, period.get(CONF_HOURS)):
        return "hours_unreadable"
    if period.get(CONF_DAYS, "every_day") not in DAYS:
        return "days_unknown"
    return None if _has_months_or_none(period) else "months_unknown"


def _has_months_or_none(period: Data) -> bool:
    months = [number(period, key) for key in (CONF_FIRST_MONTH, CONF_LAST_MONTH) if key in period]
    return len(months) in {0, 2} and all(month in _MONTHS for month in months)


def _judge_grid_fee(fee: Any) -> Errors:
    if not isinstance(fee, Mapping):
        return {CONF_GRID_FEE: "grid_fee_unknown"}
    errors: Errors = {key: "no_price" for key in (CONF_LOW, CONF_STANDARD, CONF_HIGH) if number(fee, key) is None}
    for key in (CONF_LOW_HOURS, CONF_HIGH_HOURS):
        if not is_written(read_spans, fee.get(key)):
            errors[key] = "hours_unreadable"
    quarters = fee.get(CONF_QUARTERS)
    if not isinstance(quarters, list) or not quarters or not set(quarters) <= set(QUARTERS):
        errors[CONF_QUARTERS] = "quarters_unknown"
    return errors


def _judge_feed_in(data: Data) -> Errors:
    errors: Errors = {}
    if not _is_price_or_absent(data, CONF_FEED_IN_PRICE):
        errors[CONF_FEED_IN_PRICE] = "no_price"
    if CONF_FEED_IN_ENTITY in data:
        if CONF_FEED_IN_PRICE in data:
            errors[CONF_FEED_IN_ENTITY] = "feed_in_twice"
        elif not _is_of(data[CONF_FEED_IN_ENTITY], FEED_IN_DOMAINS):
            errors[CONF_FEED_IN_ENTITY] = "feed_in_entity_unknown"
    return errors


def _judge_carbon(data: Data) -> Errors:
    if CONF_CARBON not in data:
        return {}
    if data[CONF_CARBON] not in {CARBON_PRICED, CARBON_INSTEAD}:
        return {CONF_CARBON: "carbon_unknown"}
    entity_ids = data.get(CONF_CARBON_ENTITIES)
    if not isinstance(entity_ids, list) or not entity_ids or not all(_is_of(it, CARBON_DOMAINS) for it in entity_ids):
        return {CONF_CARBON_ENTITIES: "carbon_entities_missing"}
    price = number(data, CONF_CARBON_PRICE)
    if data[CONF_CARBON] == CARBON_PRICED and (price is None or price < 0):
        return {CONF_CARBON_PRICE: "carbon_price_missing"}
    return {}


def _judge_peak(data: Data) -> Errors:
    if CONF_PEAK not in data:
        return {}
    rule = PEAK_RULES.get(str(data[CONF_PEAK]))
    if rule is None:
        return {CONF_PEAK: "peak_unknown"}
    if rule.stepped:
        return {} if is_written(read_steps, data.get(CONF_PEAK_STEPS)) else {CONF_PEAK_STEPS: "steps_unreadable"}
    price = number(data, CONF_PEAK_PRICE)
    errors: Errors = {CONF_PEAK_PRICE: "peak_price_missing"} if price is None or price < 0 else {}
    return errors | (judge_own_peak(data.get(CONF_PEAK_OWN, {})) if rule.own else {})


def judge_own_peak(own: Any) -> Errors:
    """Judge how a household says that its peak is counted; what is absent is as usual."""
    if not isinstance(own, Mapping):
        return {CONF_PEAK: "peak_unknown"}
    fit = {
        CONF_PEAK_WINDOW: own.get(CONF_PEAK_WINDOW, PEAK_WINDOWS[0]) in PEAK_WINDOWS,
        CONF_PEAK_COUNT: is_optional(own, CONF_PEAK_COUNT, most=MOST_PEAK_DAYS) and own.get(CONF_PEAK_COUNT) != 0,
        CONF_PEAK_ELSE_PCT: is_optional(own, CONF_PEAK_ELSE_PCT, most=100.0),
        CONF_HOURS: CONF_HOURS not in own or is_written(read_spans, own[CONF_HOURS]),
        CONF_DAYS: own.get(CONF_DAYS, "every_day") in DAYS,
        CONF_FIRST_MONTH: _has_months_or_none(own),
        CONF_HOLIDAYS: CONF_HOLIDAYS not in own or own[CONF_HOLIDAYS] in HOLIDAYS,
    }
    return {key: _PEAK_FAULTS[key] for key, fits in fit.items() if not fits}


def is_written(read: Callable[[str], object], text: object) -> bool:
    """Tell whether `read` understands a text."""
    if not isinstance(text, str):
        return False
    try:
        read(text)
    except ValueError:
        return False
    return True


def _is_price_or_absent(data: Data, key: str) -> bool:
    return data.get(key) is None or number(data, key) is not None


def _is_of(entity_id: object, domains: tuple[str, ...]) -> bool:
    return isinstance(entity_id, str) and domain_of(entity_id) in domains


_JUDGES: Final[Mapping[str, Callable[[Data], Errors]]] = {
    KIND_DYNAMIC: _judge_dynamic,
    KIND_READY: _judge_ready,
    KIND_OWN: _judge_own,
    KIND_FIXED: _judge_fixed,
}
