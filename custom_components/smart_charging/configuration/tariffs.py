"""The stored tariff, as the rest of the integration uses it."""

import json
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from ..const import (
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
    CONF_PEAK_GUARD,
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
    CONF_STANDARD_TIME,
    CONF_SURCHARGE,
    CONF_TODAY,
    CONF_TOMORROW,
    CONF_VAT_PCT,
)
from ..tariffs.colours import ColouredHours
from ..tariffs.extras import Extras
from ..tariffs.holidays import NO_HOLIDAYS
from ..tariffs.hours import EVERY_DAY, REST, Hours, Rule, Season, TimeOfUse, fixed
from ..tariffs.peaks import PEAK_RULES, PeakHours, PeakRule, PeakTariff, peak_price
from ..tariffs.ready import HOLIDAYS, READY_TARIFFS
from ..tariffs.written import read_spans, read_steps
from .rules.tariff import CARBON_PRICED, DAYS, KIND_DYNAMIC, KIND_FIXED, KIND_OWN, PEAK_WINDOWS

_PERCENT: Final = 100.0
_COUNTS: Final = "counts"
_KG_OF_A_TONNE: Final = 1000.0
_LEAP_YEAR: Final = 2000
_MONTHS_OF_A_QUARTER: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicPrices:
    """Prices that another integration tells: its row of the table, and the id of its entity in the entity registry."""

    key: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColouredPrices:
    """Prices by hours and the colours of days, which two entities tell."""

    tariff: ColouredHours
    today_id: str
    tomorrow_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchedPrices:
    """Prices by hours, and a low one while the supplier lets the car charge, which an entity tells."""

    tariff: TimeOfUse
    entity_id: str
    price_per_kwh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CarbonConfig:
    """The entities that tell what the grid emits, and what a kg is taken to cost; None: it counts instead of the price."""

    entity_ids: tuple[str, ...]
    price_per_kg: float | None


type Prices = DynamicPrices | ColouredPrices | DispatchedPrices | TimeOfUse


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffConfig:
    """What the user pays, per kWh; what is fed in earns a fixed price, or what an entity tells, or nothing."""

    prices: Prices
    extras: Extras
    feed_in_per_kwh: float | None = None
    feed_in_entity_id: str | None = None
    carbon: CarbonConfig | None = None
    peak: PeakTariff | None = None


def read_tariff(data: Mapping[str, Any]) -> TariffConfig:
    """Read a valid tariff."""
    feed_in = data.get(CONF_FEED_IN_PRICE)
    return TariffConfig(
        prices=_prices(data),
        extras=Extras(
            surcharge_per_kwh=float(data.get(CONF_SURCHARGE, 0.0)),
            grid_fee=_grid_fee(data[CONF_GRID_FEE]) if CONF_GRID_FEE in data else None,
            vat=float(data.get(CONF_VAT_PCT, 0.0)) / _PERCENT,
        ),
        feed_in_per_kwh=None if feed_in is None else float(feed_in),
        feed_in_entity_id=data.get(CONF_FEED_IN_ENTITY),
        carbon=_carbon(data),
        peak=_peak(data),
    )


def _prices(data: Mapping[str, Any]) -> Prices:
    match data[CONF_KIND]:
        case kind if kind == KIND_DYNAMIC:
            return DynamicPrices(key=data[CONF_PRICE_SOURCE], anchor=data[CONF_ANCHOR])
        case kind if kind == KIND_FIXED:
            return fixed(float(data[CONF_PRICE]))
        case kind if kind == KIND_OWN:
            return _own(data)
    return _ready(data)


def _ready(data: Mapping[str, Any]) -> Prices:
    ready = READY_TARIFFS[data[CONF_READY]]
    hours = ready.with_spans(read_spans(data[CONF_HOURS])) if ready.own_hours else ready.hours
    if data.get(CONF_STANDARD_TIME, False):
        hours = Hours(rules=hours.rules, rest=hours.rest, holidays=hours.holidays, standard_time=True)
    prices = ready.priced({name: float(price) for name, price in data[CONF_PRICES].items()})
    if ready.days is not None:
        tariff = ColouredHours(hours=hours, days=ready.days, prices=prices)
        return ColouredPrices(tariff=tariff, today_id=data[CONF_TODAY], tomorrow_id=data[CONF_TOMORROW])
    time_of_use = TimeOfUse(hours=hours, prices=prices)
    if ready.dispatched is None:
        return time_of_use
    return DispatchedPrices(tariff=time_of_use, entity_id=data[CONF_DISPATCHES], price_per_kwh=prices[ready.dispatched])


def _own(data: Mapping[str, Any]) -> TimeOfUse:
    periods = {f"period_{place}": period for place, period in enumerate(data[CONF_PERIODS], 1)}
    return TimeOfUse(
        hours=Hours(rules=tuple(_rule(name, period) for name, period in periods.items())),
        prices={name: float(period[CONF_PRICE]) for name, period in periods.items()} | {REST: float(data[CONF_PRICE])},
    )


def _rule(name: str, period: Mapping[str, Any]) -> Rule:
    months = CONF_FIRST_MONTH in period
    return Rule(
        period=name,
        spans=read_spans(period[CONF_HOURS]),
        days=DAYS[period[CONF_DAYS]] if CONF_DAYS in period else EVERY_DAY,
        season=_season(int(period[CONF_FIRST_MONTH]), int(period[CONF_LAST_MONTH])) if months else None,
    )


def _season(first_month: int, last_month: int) -> Season:
    return Season(first=(first_month, 1), last=(last_month, monthrange(_LEAP_YEAR, last_month)[1]))


def _grid_fee(fee: Mapping[str, Any]) -> TimeOfUse:
    """Read a grid fee of three levels: in the quarters that are not chosen it is standard all day (§14a EnWG, module 3)."""
    starts = [_MONTHS_OF_A_QUARTER * (int(quarter) - 1) + 1 for quarter in fee[CONF_QUARTERS]]
    rules = [
        Rule(period=level, spans=read_spans(fee[hours]), season=_season(start, start + _MONTHS_OF_A_QUARTER - 1))
        for start in starts
        for level, hours in ((CONF_HIGH, CONF_HIGH_HOURS), (CONF_LOW, CONF_LOW_HOURS))
    ]
    return TimeOfUse(
        hours=Hours(rules=tuple(rules), rest=CONF_STANDARD),
        prices={level: float(fee[level]) for level in (CONF_LOW, CONF_STANDARD, CONF_HIGH)},
    )


def _carbon(data: Mapping[str, Any]) -> CarbonConfig | None:
    if CONF_CARBON not in data:
        return None
    price = float(data[CONF_CARBON_PRICE]) / _KG_OF_A_TONNE if data[CONF_CARBON] == CARBON_PRICED else None
    return CarbonConfig(entity_ids=tuple(data[CONF_CARBON_ENTITIES]), price_per_kg=price)


def _own_peak(own: Mapping[str, Any]) -> PeakRule:
    """Read how a household says that its peak is counted: an hour, of one day, and at any time, if it does not say otherwise."""
    rule = Rule(
        period=_COUNTS,
        spans=read_spans(own[CONF_HOURS]) if CONF_HOURS in own else (),
        days=DAYS[own[CONF_DAYS]] if CONF_DAYS in own else EVERY_DAY,
        season=_season(int(own[CONF_FIRST_MONTH]), int(own[CONF_LAST_MONTH])) if CONF_FIRST_MONTH in own else None,
    )
    holidays = HOLIDAYS[own[CONF_HOLIDAYS]] if CONF_HOLIDAYS in own else NO_HOLIDAYS
    otherwise = float(own.get(CONF_PEAK_ELSE_PCT, 0.0)) / _PERCENT
    return PeakRule(
        window=timedelta(minutes=int(own.get(CONF_PEAK_WINDOW, PEAK_WINDOWS[0]))),
        days=int(own.get(CONF_PEAK_COUNT, 1)),
        hours=PeakHours(hours=Hours(rules=(rule,), holidays=holidays), factors={_COUNTS: 1.0, REST: otherwise}),
    )


def _peak(data: Mapping[str, Any]) -> PeakTariff | None:
    if CONF_PEAK not in data:
        return None
    key, rule = data[CONF_PEAK], PEAK_RULES[data[CONF_PEAK]]
    if rule.own:
        own = data.get(CONF_PEAK_OWN, {})
        key, rule = f"{key} {json.dumps(own, sort_keys=True)}", _own_peak(own)
    steps = read_steps(data[CONF_PEAK_STEPS]) if rule.stepped else ()
    price = peak_price(rule, 0.0 if rule.stepped else float(data[CONF_PEAK_PRICE]), steps)
    return PeakTariff(price=price, key=key, hours=rule.hours, guarded=data.get(CONF_PEAK_GUARD, True))
