"""The form about what steers a home battery, where that is a select: what its options are called."""

from collections.abc import Mapping
from typing import Any

import probatio
from homeassistant.components.select import ATTR_OPTIONS
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..configuration.rules.battery import POWER_DOMAINS, WAY_FIELDS, validate_ways
from ..configuration.rules.fields import Errors
from ..const import (
    CONF_BATTERY_BY_ITSELF,
    CONF_BATTERY_CHARGE,
    CONF_BATTERY_CHARGE_POWER,
    CONF_BATTERY_HOLD,
    CONF_BATTERY_STEERED_BY,
)
from ..sources.battery_handle import POWER_UNITS
from .own_entities import is_own

type _Data = Mapping[str, Any]

WAYS_FIELDS = (*WAY_FIELDS, CONF_BATTERY_CHARGE_POWER)


def ways_schema(hass: HomeAssistant, options: _Data) -> probatio.Schema:
    """Make the form, with the options that the select has now; another one may be written, as it may be away."""
    names = SelectSelector(
        SelectSelectorConfig(
            options=_names(hass, options), custom_value=True, sort=False, mode=SelectSelectorMode.DROPDOWN
        )
    )
    number = EntitySelector(
        EntitySelectorConfig(filter=EntityWithDeviceFilterSelectorConfig(domain=list(POWER_DOMAINS)))
    )
    return probatio.Schema(
        {
            probatio.Required(CONF_BATTERY_BY_ITSELF): names,
            probatio.Required(CONF_BATTERY_HOLD): names,
            probatio.Optional(CONF_BATTERY_CHARGE): names,
            probatio.Optional(CONF_BATTERY_CHARGE_POWER): number,
        }
    )


def judge_ways(hass: HomeAssistant, options: _Data) -> Errors:
    """Judge the names and the number, and that the select has such options, if it is there to be asked."""
    names = _names(hass, options)
    if errors := validate_ways(options) or _judge_number(hass, options.get(CONF_BATTERY_CHARGE_POWER)):
        return errors
    return {field: "battery_way_unknown" for field in WAY_FIELDS if names and options.get(field) not in {None, *names}}


def _judge_number(hass: HomeAssistant, entity_id: str | None) -> Errors:
    """Judge what sets the power; one that is away for now may not tell its unit."""
    if entity_id is None:
        return {}
    if is_own(hass, entity_id):
        return {CONF_BATTERY_CHARGE_POWER: "own_entity"}
    state = hass.states.get(entity_id)
    unit = None if state is None else state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    return {} if unit is None or unit in POWER_UNITS else {CONF_BATTERY_CHARGE_POWER: "wrong_unit"}


def _names(hass: HomeAssistant, options: _Data) -> list[str]:
    state = hass.states.get(options[CONF_BATTERY_STEERED_BY])
    return [] if state is None else [str(name) for name in state.attributes.get(ATTR_OPTIONS) or ()]
