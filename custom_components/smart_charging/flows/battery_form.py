"""The form about what steers a home battery, where that is a select: what its options are called."""

from collections.abc import Mapping
from typing import Any

import probatio
from homeassistant.components.select import ATTR_OPTIONS
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
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
    DOMAIN,
)

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
    """Judge the names, and that the select has such options, if it is there to be asked."""
    names = _names(hass, options)
    if errors := validate_ways(options):
        return errors
    return {field: "battery_way_unknown" for field in WAY_FIELDS if names and options.get(field) not in {None, *names}}


def is_own(hass: HomeAssistant, options: _Data) -> bool:
    """Tell whether it would be steered by an entity of ours."""
    registered = er.async_get(hass).async_get(options.get(CONF_BATTERY_STEERED_BY, ""))
    return registered is not None and registered.platform == DOMAIN


def _names(hass: HomeAssistant, options: _Data) -> list[str]:
    state = hass.states.get(options[CONF_BATTERY_STEERED_BY])
    return [] if state is None else [str(name) for name in state.attributes.get(ATTR_OPTIONS) or ()]
