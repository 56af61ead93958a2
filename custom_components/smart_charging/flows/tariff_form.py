"""The forms about a tariff: what each asks, and how its answers are stored."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import probatio
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from ..configuration.rules.fields import Errors
from ..configuration.rules.tariff import (
    CARBON_DOMAINS,
    CARBON_INSTEAD,
    CARBON_PRICED,
    COLOUR_DOMAINS,
    DAYS,
    DISPATCH_DOMAINS,
    FEED_IN_DOMAINS,
    MOST_PERIODS,
    QUARTERS,
)
from ..const import (
    CONF_ANCHOR,
    CONF_CARBON,
    CONF_CARBON_ENTITIES,
    CONF_CARBON_PRICE,
    CONF_DAYS,
    CONF_DISPATCHES,
    CONF_ENTITY_ID,
    CONF_FEED_IN_ENTITY,
    CONF_FEED_IN_PRICE,
    CONF_FIRST_MONTH,
    CONF_GRID_FEE,
    CONF_HIGH,
    CONF_HIGH_HOURS,
    CONF_HOURS,
    CONF_KIND,
    CONF_LAST_MONTH,
    CONF_LOW,
    CONF_LOW_HOURS,
    CONF_PEAK,
    CONF_PEAK_GUARD,
    CONF_PEAK_OWN,
    CONF_PEAK_PRICE,
    CONF_PEAK_STEPS,
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
from ..sources.price_catalogue import ANY
from ..sources.price_finder import FoundPrices
from ..tariffs.peaks import PEAK_RULES
from ..tariffs.ready import READY_TARIFFS, ReadyTariff

type Answers = Mapping[str, Any]

PRICE_DOMAINS: Final = ("sensor", "binary_sensor", "event")
NO_PEAK: Final = "none"
NO_CARBON: Final = "none"
PERIODS: Final = tuple(f"period_{place}" for place in range(1, MOST_PERIODS + 1))

_NUMBER: Final = NumberSelector(NumberSelectorConfig(step="any", mode=NumberSelectorMode.BOX))
_TEXT: Final = TextSelector()
_READY: Final = SelectSelector(
    SelectSelectorConfig(options=list(READY_TARIFFS), translation_key="ready_tariff", mode=SelectSelectorMode.DROPDOWN)
)
_DAYS: Final = SelectSelector(
    SelectSelectorConfig(options=list(DAYS), translation_key="tariff_days", mode=SelectSelectorMode.DROPDOWN)
)
_MONTH: Final = SelectSelector(
    SelectSelectorConfig(
        options=[str(month) for month in range(1, 13)], translation_key="month", mode=SelectSelectorMode.DROPDOWN
    )
)
_QUARTERS: Final = SelectSelector(
    SelectSelectorConfig(options=list(QUARTERS), multiple=True, translation_key="year_quarter")
)
_PEAK: Final = SelectSelector(
    SelectSelectorConfig(options=[NO_PEAK, *PEAK_RULES], translation_key="peak_rule", mode=SelectSelectorMode.DROPDOWN)
)
_CARBON: Final = SelectSelector(
    SelectSelectorConfig(
        options=[NO_CARBON, CARBON_PRICED, CARBON_INSTEAD],
        translation_key="carbon_rule",
        mode=SelectSelectorMode.DROPDOWN,
    )
)
_FEE_FIELDS: Final = (CONF_LOW, CONF_STANDARD, CONF_HIGH, CONF_LOW_HOURS, CONF_HIGH_HOURS)
_EXTRA_FIELDS: Final = (CONF_SURCHARGE, CONF_VAT_PCT, CONF_FEED_IN_PRICE, CONF_FEED_IN_ENTITY)
_PEAK_FIELDS: Final = (CONF_PEAK, CONF_PEAK_PRICE, CONF_PEAK_STEPS, CONF_PEAK_GUARD)
_CARBON_FIELDS: Final = (CONF_CARBON, CONF_CARBON_ENTITIES, CONF_CARBON_PRICE)
_ALL_EXTRAS: Final = (*_EXTRA_FIELDS, CONF_GRID_FEE, *_PEAK_FIELDS, CONF_PEAK_OWN, *_CARBON_FIELDS)
_IN_SECTIONS: Final = frozenset({*PERIODS, *_FEE_FIELDS, CONF_QUARTERS, *_PEAK_FIELDS, *_CARBON_FIELDS})


def dynamic_schema(found: Iterable[FoundPrices], other: str) -> probatio.Schema:
    """Ask which of the sources that were found it is, or whether it is an `other` one."""
    options = [
        *(SelectOptionDict(value=_choice(it.known.key, it.anchor), label=it.name) for it in found),
        SelectOptionDict(value=ANY.key, label=other),
    ]
    select = SelectSelector(SelectSelectorConfig(options=options, mode=SelectSelectorMode.LIST))
    return probatio.Schema({probatio.Required(CONF_PRICE_SOURCE, default=options[0]["value"]): select})


def dynamic_data(kind: str, answers: Answers) -> dict[str, Any]:
    """Store a source."""
    key, _, anchor = answers[CONF_PRICE_SOURCE].partition(" ")
    return {CONF_KIND: kind, CONF_PRICE_SOURCE: key, CONF_ANCHOR: anchor}


def dynamic_answers(data: Answers) -> dict[str, Any]:
    """Turn a stored source back into the answer."""
    if CONF_ANCHOR not in data:
        return {}
    key = data[CONF_PRICE_SOURCE]
    return {CONF_PRICE_SOURCE: key if key == ANY.key else _choice(key, data[CONF_ANCHOR])}


def entity_schema() -> probatio.Schema:
    """Ask for the entity that has the prices."""
    return probatio.Schema({probatio.Required(CONF_ENTITY_ID): _entity(PRICE_DOMAINS)})


def ready_schema() -> probatio.Schema:
    """Ask which ready tariff it is."""
    return probatio.Schema({probatio.Required(CONF_READY): _READY})


def ready_prices_schema(ready: ReadyTariff) -> probatio.Schema:
    """Ask for what a ready tariff does not bring: a household's hours, what tells of its days, and its prices."""
    fields: dict[probatio.Marker, Any] = {}
    if ready.own_hours:
        fields[probatio.Required(CONF_HOURS)] = _TEXT
        fields[probatio.Required(CONF_STANDARD_TIME, default=False)] = BooleanSelector()
    if ready.days is not None:
        fields[probatio.Required(CONF_TODAY)] = _entity(COLOUR_DOMAINS)
        fields[probatio.Required(CONF_TOMORROW)] = _entity(COLOUR_DOMAINS)
    if ready.dispatched is not None:
        fields[probatio.Required(CONF_DISPATCHES)] = _entity(DISPATCH_DOMAINS)
    return probatio.Schema(fields | {probatio.Required(name): _NUMBER for name in ready.prices})


def ready_data(kind: str, ready: ReadyTariff, answers: Answers) -> dict[str, Any]:
    """Store a ready tariff."""
    kept = (CONF_HOURS, CONF_TODAY, CONF_TOMORROW, CONF_DISPATCHES)
    return {
        CONF_KIND: kind,
        CONF_READY: ready.key,
        CONF_PRICES: {name: answers[name] for name in ready.prices},
        **{key: answers[key] for key in kept if key in answers},
        **({CONF_STANDARD_TIME: True} if answers.get(CONF_STANDARD_TIME) else {}),
    }


def ready_answers(ready: ReadyTariff, data: Answers) -> dict[str, Any]:
    """Turn a stored ready tariff back into the answers, and suggest the hours that most have."""
    usual = ", ".join(f"{span.start:%H:%M}-{span.end:%H:%M}" for span in ready.hours.rules[0].spans)
    return {CONF_HOURS: usual} | ({**data, **data.get(CONF_PRICES, {})} if data.get(CONF_READY) == ready.key else {})


def fixed_schema() -> probatio.Schema:
    """Ask for the one price."""
    return probatio.Schema({probatio.Required(CONF_PRICE): _NUMBER})


def own_schema(filled: Answers) -> probatio.Schema:
    """Ask for the periods of one's own tariff; those that are not `filled` are folded up."""
    period = {
        probatio.Optional(CONF_PRICE): _NUMBER,
        probatio.Optional(CONF_HOURS): _TEXT,
        probatio.Optional(CONF_DAYS): _DAYS,
        probatio.Optional(CONF_FIRST_MONTH): _MONTH,
        probatio.Optional(CONF_LAST_MONTH): _MONTH,
    }
    return probatio.Schema(
        {probatio.Required(CONF_PRICE): _NUMBER}
        | {
            probatio.Optional(name): section(
                probatio.Schema(period), {"collapsed": name not in filled and name != PERIODS[0]}
            )
            for name in PERIODS
        }
    )


def own_data(kind: str, answers: Answers) -> dict[str, Any]:
    """Store one's own tariff; a period of which nothing was said is none."""
    periods = [dict(answers.get(name, {})) for name in PERIODS]
    return {
        CONF_KIND: kind,
        CONF_PRICE: answers[CONF_PRICE],
        CONF_PERIODS: [period for period in periods if CONF_PRICE in period or CONF_HOURS in period],
    }


def own_answers(data: Answers) -> dict[str, Any]:
    """Turn one's own tariff back into the answers."""
    found = dict(zip(PERIODS, data.get(CONF_PERIODS, ()), strict=False))
    return {CONF_PRICE: data[CONF_PRICE], **found} if CONF_PRICE in data else {}


def extras_schema(filled: Answers) -> probatio.Schema:
    """Ask for what comes on top, what CO₂ counts for, and what power costs; what is not `filled` is folded up."""
    fee = {
        **{probatio.Optional(key): _NUMBER for key in (CONF_LOW, CONF_STANDARD, CONF_HIGH)},
        **{probatio.Optional(key): _TEXT for key in (CONF_LOW_HOURS, CONF_HIGH_HOURS)},
        probatio.Optional(CONF_QUARTERS): _QUARTERS,
    }
    peak = {
        probatio.Optional(CONF_PEAK): _PEAK,
        probatio.Optional(CONF_PEAK_PRICE): _NUMBER,
        probatio.Optional(CONF_PEAK_STEPS): _TEXT,
        probatio.Optional(CONF_PEAK_GUARD, default=True): BooleanSelector(),
    }
    carbon = {
        probatio.Optional(CONF_CARBON): _CARBON,
        probatio.Optional(CONF_CARBON_ENTITIES): _entity(CARBON_DOMAINS, multiple=True),
        probatio.Optional(CONF_CARBON_PRICE): _NUMBER,
    }
    return probatio.Schema(
        {
            probatio.Optional(CONF_SURCHARGE): _NUMBER,
            probatio.Optional(CONF_VAT_PCT): _NUMBER,
            probatio.Optional(CONF_FEED_IN_PRICE): _NUMBER,
            probatio.Optional(CONF_FEED_IN_ENTITY): _entity(FEED_IN_DOMAINS),
            probatio.Optional(CONF_GRID_FEE): section(probatio.Schema(fee), {"collapsed": CONF_GRID_FEE not in filled}),
            probatio.Optional(CONF_PEAK): section(probatio.Schema(peak), {"collapsed": CONF_PEAK not in filled}),
            probatio.Optional(CONF_CARBON): section(probatio.Schema(carbon), {"collapsed": CONF_CARBON not in filled}),
        }
    )


def extras_data(answers: Answers) -> dict[str, Any]:
    """Store what comes on top; what was left empty is none."""
    fee, peak, carbon = (dict(answers.get(key, {})) for key in (CONF_GRID_FEE, CONF_PEAK, CONF_CARBON))
    has_peak = peak.get(CONF_PEAK, NO_PEAK) != NO_PEAK
    has_carbon = carbon.get(CONF_CARBON, NO_CARBON) != NO_CARBON
    return {
        **{key: answers[key] for key in _EXTRA_FIELDS if key in answers},
        **({CONF_GRID_FEE: {CONF_QUARTERS: list(QUARTERS)} | fee} if any(key in fee for key in _FEE_FIELDS) else {}),
        **({key: value for key, value in peak.items() if value is not True} if has_peak else {}),
        **(carbon if has_carbon else {}),
    }


def extras_answers(data: Answers) -> dict[str, Any]:
    """Turn what comes on top back into the answers."""
    peak = {key: data[key] for key in _PEAK_FIELDS if key in data}
    carbon = {key: data[key] for key in _CARBON_FIELDS if key in data}
    kept = (*_EXTRA_FIELDS, CONF_GRID_FEE)
    sections = {CONF_PEAK: peak, CONF_CARBON: carbon}
    return {key: data[key] for key in kept if key in data} | {key: part for key, part in sections.items() if part}


def with_carbon_entities(answers: Answers, entity_ids: Iterable[str]) -> dict[str, Any]:
    """Suggest the entities that were found to tell of CO₂, where none were chosen."""
    found = list(entity_ids)
    return {CONF_CARBON: {CONF_CARBON_ENTITIES: found}, **answers} if found else dict(answers)


def extras_of(data: Answers) -> dict[str, Any]:
    """Pick what comes on top out of a stored tariff, to take it over into another."""
    return {key: data[key] for key in _ALL_EXTRAS if key in data}


def at_fields(errors: Errors) -> Errors:
    """Tell what is wrong within a section above the form: a field in one cannot be marked."""
    return {"base" if key in _IN_SECTIONS else key: error for key, error in errors.items()}


def _choice(key: str, anchor: str) -> str:
    return f"{key} {anchor}"


def _entity(domains: tuple[str, ...], *, multiple: bool = False) -> EntitySelector:
    filters = EntityWithDeviceFilterSelectorConfig(domain=list(domains))
    return EntitySelector(EntitySelectorConfig(filter=filters, multiple=multiple))
