"""Kinds of appliances: what their entities' states mean, and what switches them off and back to what they did before."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.components.climate.const import ATTR_HVAC_MODE, SERVICE_SET_HVAC_MODE
from homeassistant.components.climate.const import DOMAIN as CLIMATE_DOMAIN
from homeassistant.components.number import ATTR_STEP, ATTR_VALUE
from homeassistant.components.number.const import DOMAIN as NUMBER_DOMAIN
from homeassistant.components.number.const import SERVICE_SET_VALUE
from homeassistant.components.water_heater import ATTR_OPERATION_LIST
from homeassistant.components.water_heater.const import (
    ATTR_OPERATION_MODE,
    SERVICE_SET_OPERATION_MODE,
    WaterHeaterEntityFeature,
)
from homeassistant.components.water_heater.const import DOMAIN as WATER_HEATER_DOMAIN
from homeassistant.const import (
    ATTR_SUPPORTED_FEATURES,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import State

from .power import finite

_SAME: Final = 1e-6
"""Numbers that differ by less are the same where the entity does not tell its step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of an action of Home Assistant; the entity that it is for is added by whoever makes it."""

    domain: str
    action: str
    data: Mapping[str, Any]


def is_reachable(state: State | None) -> bool:
    """Tell whether an appliance can be told anything."""
    return state is not None and state.state not in {STATE_UNAVAILABLE, STATE_UNKNOWN}


def is_on(state: State | None, shed_value: float | None) -> bool | None:
    """Tell whether an appliance is switched on; a number is, unless it has the value that it gets while it gives way."""
    if state is None or not is_reachable(state):
        return None
    if state.domain == NUMBER_DOMAIN:
        number = finite(state)
        return None if number is None or shed_value is None else not _is_same(state, number, shed_value)
    if state.domain in {CLIMATE_DOMAIN, WATER_HEATER_DOMAIN}:
        return state.state != STATE_OFF
    return {STATE_ON: True, STATE_OFF: False}.get(state.state)


def off_calls(state: State, shed_value: float | None) -> tuple[Call, ...]:
    """Tell what switches it off."""
    if state.domain == NUMBER_DOMAIN:
        return (_call(state, SERVICE_SET_VALUE, {ATTR_VALUE: shed_value}),)
    if state.domain == CLIMATE_DOMAIN:
        return (_call(state, SERVICE_SET_HVAC_MODE, {ATTR_HVAC_MODE: STATE_OFF}),)
    if state.domain == WATER_HEATER_DOMAIN and not _is_switched(state):
        return (_call(state, SERVICE_SET_OPERATION_MODE, {ATTR_OPERATION_MODE: STATE_OFF}),)
    return (_call(state, SERVICE_TURN_OFF),)


def on_calls(state: State, before: str) -> tuple[Call, ...]:
    """Tell what brings it back to `before`, the state that it had."""
    if state.domain == NUMBER_DOMAIN:
        return (_call(state, SERVICE_SET_VALUE, {ATTR_VALUE: before}),)
    if state.domain == CLIMATE_DOMAIN:
        return (_call(state, SERVICE_SET_HVAC_MODE, {ATTR_HVAC_MODE: before}),)
    if state.domain == WATER_HEATER_DOMAIN:
        return tuple(_heat_calls(state, before))
    return (_call(state, SERVICE_TURN_ON),)


def _call(state: State, action: str, data: Mapping[str, Any] | None = None) -> Call:
    return Call(domain=state.domain, action=action, data=data or {})


def _heat_calls(state: State, before: str) -> Iterator[Call]:
    if _is_switched(state):
        yield _call(state, SERVICE_TURN_ON)
    if before in (state.attributes.get(ATTR_OPERATION_LIST) or ()):
        yield _call(state, SERVICE_SET_OPERATION_MODE, {ATTR_OPERATION_MODE: before})


def _is_switched(state: State) -> bool:
    """Tell whether a water heater is switched on and off apart from its modes."""
    return bool(state.attributes.get(ATTR_SUPPORTED_FEATURES, 0) & WaterHeaterEntityFeature.ON_OFF)


def _is_same(state: State, number: float, value: float) -> bool:
    """Compare numbers as finely as the appliance can be told them."""
    step = state.attributes.get(ATTR_STEP)
    fine = step / 2 if isinstance(step, (int, float)) and math.isfinite(step) and step > 0 else _SAME
    return abs(number - value) < fine
