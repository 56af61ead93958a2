"""The form about one limit that comes and goes: where it holds, when, and how much it allows."""

from collections.abc import Mapping, Sequence
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

from ..config_rules.limit import OPERATOR_FLOOR_W, SIGNAL_DOMAINS, VALUE_DOMAINS, validate_limit
from ..config_rules.tree import feeder
from ..const import (
    CONF_CHARGERS_ONLY,
    CONF_CIRCUIT,
    CONF_ENTITY_ID,
    CONF_KIND,
    CONF_LIMIT,
    CONF_LIMIT_UNIT,
    CONF_VALUE_ENTITY_ID,
    DOMAIN,
    ROOT_CIRCUIT,
)
from ..engine.model.limit import LimitSource
from ..sources.limit import VALUE_UNITS
from ..sources.power import finite
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

_SUGGESTIONS: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        # An operator dims cars, and not the house (§14a EnWG).
        LimitSource.OPERATOR: {
            CONF_LIMIT_UNIT: "kw",
            CONF_LIMIT: OPERATOR_FLOOR_W / 1000,
            CONF_CHARGERS_ONLY: True,
        },
        LimitSource.SCHEDULE: {CONF_LIMIT_UNIT: "a", CONF_CHARGERS_ONLY: False},
        LimitSource.USER: {CONF_LIMIT_UNIT: "a", CONF_CHARGERS_ONLY: False},
    }
)


def limit_schema(circuits: Sequence[SelectOptionDict], kind: str) -> probatio.Schema:
    """Make the form. It asks for the circuit where there is a choice; a user's own limit alone may always hold."""
    marker = probatio.Optional if kind == LimitSource.USER else probatio.Required
    return probatio.Schema(
        {
            probatio.Required(CONF_NAME): TextSelector(),
            **circuit_field(circuits),
            marker(CONF_ENTITY_ID): _SIGNAL,
            probatio.Required(CONF_LIMIT_UNIT): _UNIT,
            probatio.Required(CONF_LIMIT): NumberSelector(
                NumberSelectorConfig(min=0, step="any", mode=NumberSelectorMode.BOX)
            ),
            probatio.Optional(CONF_VALUE_ENTITY_ID): _VALUE,
            probatio.Required(CONF_CHARGERS_ONLY): BooleanSelector(),
        }
    )


def limit_suggestions(kind: str) -> dict[str, Any]:
    """What the form shows for a new limit."""
    return dict(_SUGGESTIONS[kind])


def limit_as_answers(entry: ConfigEntry[Any], title: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a stored limit back into the answers that made it. A circuit that is gone is the site's supply."""
    kept = (CONF_ENTITY_ID, CONF_LIMIT_UNIT, CONF_LIMIT, CONF_VALUE_ENTITY_ID)
    return {
        CONF_NAME: title,
        CONF_CIRCUIT: feeder(circuits_of(entry), data),
        **{key: data[key] for key in kept if key in data},
        CONF_CHARGERS_ONLY: data.get(CONF_CHARGERS_ONLY, False),
    }


def limit_data(kind: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Put a limit's data together from the answers; one of the site's supply names no circuit."""
    circuit_id = answers.get(CONF_CIRCUIT, ROOT_CIRCUIT)
    entities = (CONF_ENTITY_ID, CONF_VALUE_ENTITY_ID)
    return {
        CONF_KIND: str(kind),
        **({} if circuit_id == ROOT_CIRCUIT else {CONF_CIRCUIT: circuit_id}),
        CONF_LIMIT_UNIT: answers[CONF_LIMIT_UNIT],
        CONF_LIMIT: float(answers[CONF_LIMIT]),
        CONF_CHARGERS_ONLY: answers[CONF_CHARGERS_ONLY],
        **{key: answers[key] for key in entities if answers.get(key)},
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
    registered = er.async_get(hass).async_get(entity_id)
    if registered is not None and registered.platform == DOMAIN:
        return "own_entity"
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
