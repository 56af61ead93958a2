"""The forms about one appliance that gives way: which entity it is, where it hangs, and how long it may be off."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import probatio
from homeassistant.components.climate.const import ATTR_HVAC_MODES, HVACMode
from homeassistant.components.number import ATTR_MAX, ATTR_MIN
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.components.water_heater import ATTR_OPERATION_LIST
from homeassistant.components.water_heater.const import WaterHeaterEntityFeature
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import (
    ATTR_FRIENDLY_NAME,
    ATTR_SUPPORTED_FEATURES,
    CONF_NAME,
    STATE_OFF,
    UnitOfPower,
    UnitOfTime,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    TextSelector,
)

from ..configuration.rules.load import DOMAIN_NUMBER, LOAD_DOMAINS, domain_of, validate_load
from ..const import (
    CONF_ENTITY_ID,
    CONF_MAXIMUM_OFF_MIN,
    CONF_MINIMUM_OFF_MIN,
    CONF_MINIMUM_ON_MIN,
    CONF_POWER_ENTITY_ID,
    CONF_POWER_W,
    CONF_PRIORITY,
    CONF_SHED_VALUE,
    CONF_WIRING,
    DEFAULT_MINIMUM_OFF_MIN,
    DEFAULT_MINIMUM_ON_MIN,
    SUBENTRY_LOAD,
)
from .charger_form import PRIORITY
from .own_entities import is_own
from .places import DEFAULT_WIRING, UNROTATED, circuit_field, circuits_of, place_as_answers, place_data, wiring_field

_CLIMATE: Final = "climate"
_WATER_HEATER: Final = "water_heater"

ENTITY_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_ENTITY_ID): EntitySelector(
            EntitySelectorConfig(filter=EntityWithDeviceFilterSelectorConfig(domain=list(LOAD_DOMAINS)))
        )
    }
)

_POWER_SENSOR: Final = EntitySelector(
    EntitySelectorConfig(
        filter=EntityWithDeviceFilterSelectorConfig(domain="sensor", device_class=SensorDeviceClass.POWER)
    )
)
_WATTS: Final = NumberSelector(
    NumberSelectorConfig(step="any", unit_of_measurement=UnitOfPower.WATT, mode=NumberSelectorMode.BOX)
)
_MINUTES: Final = NumberSelector(
    NumberSelectorConfig(min=0, step="any", unit_of_measurement=UnitOfTime.MINUTES, mode=NumberSelectorMode.BOX)
)
_ANY_NUMBER: Final = NumberSelector(NumberSelectorConfig(step="any", mode=NumberSelectorMode.BOX))

_NUMBERS: Final = (
    CONF_POWER_W,
    CONF_MINIMUM_ON_MIN,
    CONF_MINIMUM_OFF_MIN,
    CONF_MAXIMUM_OFF_MIN,
    CONF_SHED_VALUE,
)


def load_schema(site: Mapping[str, Any], circuits: Sequence[SelectOptionDict], entity_id: str) -> probatio.Schema:
    """Make the second form. It asks what a number is set to, and for circuit and wiring where there is a choice."""
    shed = {probatio.Required(CONF_SHED_VALUE): _ANY_NUMBER} if domain_of(entity_id) == DOMAIN_NUMBER else {}
    return probatio.Schema(
        {
            probatio.Required(CONF_NAME): TextSelector(),
            **circuit_field(circuits),
            **wiring_field(site, UNROTATED),
            **shed,
            probatio.Optional(CONF_POWER_W): _WATTS,
            probatio.Optional(CONF_POWER_ENTITY_ID): _POWER_SENSOR,
            probatio.Required(CONF_PRIORITY, default=0): PRIORITY,
            probatio.Required(CONF_MINIMUM_ON_MIN, default=DEFAULT_MINIMUM_ON_MIN): _MINUTES,
            probatio.Required(CONF_MINIMUM_OFF_MIN, default=DEFAULT_MINIMUM_OFF_MIN): _MINUTES,
            probatio.Optional(CONF_MAXIMUM_OFF_MIN): _MINUTES,
        }
    )


def load_suggestions(hass: HomeAssistant, entity_id: str) -> dict[str, Any]:
    """What the form shows for a new appliance."""
    state = hass.states.get(entity_id)
    name = state.attributes.get(ATTR_FRIENDLY_NAME) if state else None
    return {CONF_NAME: name or entity_id, CONF_WIRING: DEFAULT_WIRING}


def load_as_answers(entry: ConfigEntry[Any], title: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a stored appliance back into the answers that made it."""
    kept = (*_NUMBERS, CONF_POWER_ENTITY_ID, CONF_PRIORITY)
    return {
        CONF_NAME: title,
        **place_as_answers(circuits_of(entry), data),
        **{key: data[key] for key in kept if key in data},
    }


def load_data(site: Mapping[str, Any], entity_id: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Put an appliance's data together from the answers."""
    sensor = answers.get(CONF_POWER_ENTITY_ID)
    return {
        CONF_ENTITY_ID: entity_id,
        **place_data(site, answers),
        **{key: float(answers[key]) for key in _NUMBERS if answers.get(key) is not None},
        **({CONF_POWER_ENTITY_ID: sensor} if sensor else {}),
        CONF_PRIORITY: int(answers[CONF_PRIORITY]),
    }


def load_errors(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    data: Mapping[str, Any],
    answers: Mapping[str, Any],
    subentry_id: str | None = None,
) -> dict[str, str]:
    """Say what is wrong with an appliance beside the site's others, by field. `subentry_id` is its own, if it has one."""
    if not answers[CONF_NAME].strip():
        return {CONF_NAME: "load_name_missing"}
    errors = validate_load(entry.data, circuits_of(entry), _others(entry, subentry_id), data)
    if not errors and _is_out_of_range(hass.states.get(data[CONF_ENTITY_ID]), data.get(CONF_SHED_VALUE)):
        errors = {CONF_SHED_VALUE: "shed_value_out_of_range"}
    return {field if field in answers else "base": error for field, error in errors.items()}


def load_entity_errors(
    hass: HomeAssistant, entry: ConfigEntry[Any], entity_id: str, subentry_id: str | None = None
) -> dict[str, str]:
    """Say what is wrong with the entity; one that is only away for now is fine."""
    registered = er.async_get(hass).async_get(entity_id)
    state = hass.states.get(entity_id)
    if is_own(hass, entity_id):
        return {CONF_ENTITY_ID: "own_entity"}
    if registered is None and state is None:
        return {CONF_ENTITY_ID: "entity_missing"}
    if any(other[CONF_ENTITY_ID] == entity_id for other in _others(entry, subentry_id)):
        return {CONF_ENTITY_ID: "load_taken"}
    if state is not None and not _can_be_off(state):
        return {CONF_ENTITY_ID: "cannot_be_off"}
    return {}


def _others(entry: ConfigEntry[Any], subentry_id: str | None) -> list[Mapping[str, Any]]:
    loads = entry.get_subentries_of_type(SUBENTRY_LOAD)
    return [load.data for load in loads if load.subentry_id != subentry_id]


def _can_be_off(state: State) -> bool:
    """Tell whether an appliance can be switched off, as far as it says what it can."""
    if state.domain == _CLIMATE and ATTR_HVAC_MODES in state.attributes:
        return HVACMode.OFF in state.attributes[ATTR_HVAC_MODES]
    if state.domain == _WATER_HEATER and ATTR_SUPPORTED_FEATURES in state.attributes:
        switched = state.attributes[ATTR_SUPPORTED_FEATURES] & WaterHeaterEntityFeature.ON_OFF
        return bool(switched) or STATE_OFF in (state.attributes.get(ATTR_OPERATION_LIST) or ())
    return True


def _is_out_of_range(state: State | None, shed_value: float | None) -> bool:
    """Tell whether a number cannot be set to this, as far as it says what it can."""
    if state is None or shed_value is None:
        return False
    least, most = state.attributes.get(ATTR_MIN, shed_value), state.attributes.get(ATTR_MAX, shed_value)
    return not least <= shed_value <= most
