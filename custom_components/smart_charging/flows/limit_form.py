"""The form about one limit that comes and goes: where it holds, when, and how much it allows."""

from collections.abc import Mapping, Sequence
from enum import Enum, auto
from types import MappingProxyType
from typing import Any, Final

import probatio
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
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

from ..configuration.rules.limit import OPERATOR_FLOOR_W, SIGNAL_DOMAINS, VALUE_DOMAINS, validate_limit
from ..configuration.rules.tariff import DAYS
from ..configuration.rules.tree import feeder
from ..const import (
    CONF_CHARGERS_ONLY,
    CONF_CIRCUIT,
    CONF_DAYS,
    CONF_ENTITY_ID,
    CONF_HOLIDAYS,
    CONF_HOURS,
    CONF_KIND,
    CONF_LIMIT,
    CONF_LIMIT_UNIT,
    CONF_VALUE_ENTITY_ID,
    ROOT_CIRCUIT,
)
from ..engine.model.limit import LimitSource
from ..sources.limit import VALUE_UNITS
from ..sources.power import finite
from ..tariffs.ready import HOLIDAYS
from .own_entities import is_own
from .places import circuit_field, circuits_of

_SIGNAL: Final = EntitySelector(
    EntitySelectorConfig(filter=EntityWithDeviceFilterSelectorConfig(domain=list(SIGNAL_DOMAINS)))
)
_VALUE: Final = EntitySelector(
    EntitySelectorConfig(filter=EntityWithDeviceFilterSelectorConfig(domain=list(VALUE_DOMAINS)))
)
_UNIT: Final = SelectSelector(
    SelectSelectorConfig(options=["a", "kw"], translation_key="set_limit_unit", mode=SelectSelectorMode.DROPDOWN)
)
_LIMIT: Final = NumberSelector(NumberSelectorConfig(min=0, step="any", mode=NumberSelectorMode.BOX))
_DAYS: Final = SelectSelector(
    SelectSelectorConfig(options=list(DAYS), translation_key="tariff_days", mode=SelectSelectorMode.DROPDOWN)
)
_HOLIDAYS: Final = SelectSelector(
    SelectSelectorConfig(options=list(HOLIDAYS), translation_key="holidays", mode=SelectSelectorMode.DROPDOWN)
)
_OPTIONAL: Final = (CONF_ENTITY_ID, CONF_VALUE_ENTITY_ID, CONF_HOURS, CONF_DAYS, CONF_HOLIDAYS)


class LimitForm(Enum):
    """The forms; each is a step of the flow."""

    OPERATOR = auto()
    HOURS = auto()
    SCHEDULE = auto()
    OWN = auto()


_KINDS: Final[Mapping[LimitForm, LimitSource]] = MappingProxyType(
    {
        LimitForm.OPERATOR: LimitSource.OPERATOR,
        LimitForm.HOURS: LimitSource.SCHEDULE,
        LimitForm.SCHEDULE: LimitSource.SCHEDULE,
        LimitForm.OWN: LimitSource.USER,
    }
)
_SUGGESTIONS: Final[Mapping[LimitForm, Mapping[str, Any]]] = MappingProxyType(
    {
        # An operator dims cars, and not the house (§14a EnWG).
        LimitForm.OPERATOR: {
            CONF_LIMIT_UNIT: "kw",
            CONF_LIMIT: OPERATOR_FLOOR_W / 1000,
            CONF_CHARGERS_ONLY: True,
        },
        LimitForm.HOURS: {CONF_DAYS: "every_day", CONF_LIMIT_UNIT: "kw", CONF_CHARGERS_ONLY: False},
        LimitForm.SCHEDULE: {CONF_LIMIT_UNIT: "a", CONF_CHARGERS_ONLY: False},
        LimitForm.OWN: {CONF_LIMIT_UNIT: "a", CONF_CHARGERS_ONLY: False},
    }
)


def form_of(data: Mapping[str, Any]) -> LimitForm:
    """Tell which form made a stored limit."""
    if CONF_HOURS in data:
        return LimitForm.HOURS
    return next(form for form, kind in _KINDS.items() if kind == data[CONF_KIND] and form is not LimitForm.HOURS)


def limit_schema(circuits: Sequence[SelectOptionDict], form: LimitForm) -> probatio.Schema:
    """Make the form of a signal. It asks for the circuit where there is a choice; a user's own limit alone may always hold."""
    marker = probatio.Optional if form is LimitForm.OWN else probatio.Required
    return probatio.Schema(
        {
            probatio.Required(CONF_NAME): TextSelector(),
            **circuit_field(circuits),
            marker(CONF_ENTITY_ID): _SIGNAL,
            probatio.Required(CONF_LIMIT_UNIT): _UNIT,
            probatio.Required(CONF_LIMIT): _LIMIT,
            probatio.Optional(CONF_VALUE_ENTITY_ID): _VALUE,
            probatio.Required(CONF_CHARGERS_ONLY): BooleanSelector(),
        }
    )


def hours_schema(circuits: Sequence[SelectOptionDict]) -> probatio.Schema:
    """Make the form of hours of the clock."""
    return probatio.Schema(
        {
            probatio.Required(CONF_NAME): TextSelector(),
            **circuit_field(circuits),
            probatio.Required(CONF_HOURS): TextSelector(),
            probatio.Required(CONF_DAYS): _DAYS,
            probatio.Optional(CONF_HOLIDAYS): _HOLIDAYS,
            probatio.Required(CONF_LIMIT_UNIT): _UNIT,
            probatio.Required(CONF_LIMIT): _LIMIT,
            probatio.Required(CONF_CHARGERS_ONLY): BooleanSelector(),
        }
    )


def limit_suggestions(form: LimitForm) -> dict[str, Any]:
    """What the form shows for a new limit."""
    return dict(_SUGGESTIONS[form])


def limit_as_answers(entry: ConfigEntry[Any], title: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a stored limit back into the answers that made it. A circuit that is gone is the site's supply."""
    return {
        CONF_NAME: title,
        CONF_CIRCUIT: feeder(circuits_of(entry), data),
        **{key: data[key] for key in (*_OPTIONAL, CONF_LIMIT_UNIT, CONF_LIMIT) if key in data},
        CONF_CHARGERS_ONLY: data.get(CONF_CHARGERS_ONLY, False),
    }


def limit_data(form: LimitForm, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Put a limit's data together from the answers; one of the site's supply names no circuit."""
    circuit_id = answers.get(CONF_CIRCUIT, ROOT_CIRCUIT)
    return {
        CONF_KIND: str(_KINDS[form]),
        **({} if circuit_id == ROOT_CIRCUIT else {CONF_CIRCUIT: circuit_id}),
        CONF_LIMIT_UNIT: answers[CONF_LIMIT_UNIT],
        CONF_LIMIT: float(answers[CONF_LIMIT]),
        CONF_CHARGERS_ONLY: answers[CONF_CHARGERS_ONLY],
        **{key: answers[key] for key in _OPTIONAL if answers.get(key) or (key == CONF_HOURS and key in answers)},
    }


def limit_errors(
    hass: HomeAssistant, entry: ConfigEntry[Any], data: Mapping[str, Any], answers: Mapping[str, Any]
) -> dict[str, str]:
    """Say what is wrong with a limit, by field. An entity that is only away for now is fine."""
    if not answers[CONF_NAME].strip():
        return {CONF_NAME: "limit_name_missing"}
    errors = validate_limit(entry.data, circuits_of(entry), data)
    for key in (CONF_ENTITY_ID, CONF_VALUE_ENTITY_ID):
        if key in data and key not in errors and (problem := _entity_problem(hass, data[key])) is not None:
            errors[key] = problem
    if CONF_VALUE_ENTITY_ID in data and CONF_VALUE_ENTITY_ID not in errors:
        errors |= _unit_errors(hass, data[CONF_VALUE_ENTITY_ID])
    return errors


def _entity_problem(hass: HomeAssistant, entity_id: str) -> str | None:
    if is_own(hass, entity_id):
        return "own_entity"
    registered = er.async_get(hass).async_get(entity_id)
    return "entity_missing" if registered is None and hass.states.get(entity_id) is None else None


def _unit_errors(hass: HomeAssistant, entity_id: str) -> dict[str, str]:
    """Say what is wrong with a value's unit; one that is away for now may not tell it."""
    state = hass.states.get(entity_id)
    unit = None if state is None else state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    if unit is not None and unit not in VALUE_UNITS:
        return {CONF_VALUE_ENTITY_ID: "wrong_unit"}
    if unit is None and finite(state) is not None:
        return {CONF_VALUE_ENTITY_ID: "no_unit"}
    return {}
