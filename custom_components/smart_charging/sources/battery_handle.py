"""What steers a home battery: the way that its entity shows, and the actions that bring it to another one."""

import math
from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components.number import ATTR_MAX, ATTR_MIN, ATTR_STEP, ATTR_VALUE
from homeassistant.components.number.const import SERVICE_SET_VALUE
from homeassistant.components.select import ATTR_OPTION, SERVICE_SELECT_OPTION
from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_OFF,
    STATE_ON,
    UnitOfPower,
)
from homeassistant.core import State

from ..engine.model.battery_order import BatteryWay
from .appliance import Call, is_reachable
from .power import finite

_SWITCHES: Final[Mapping[str, str]] = {STATE_ON: SERVICE_TURN_ON, STATE_OFF: SERVICE_TURN_OFF}
_SWITCHED: Final = frozenset({"switch", "input_boolean"})
_WATTS: Final[Mapping[str | None, float]] = {UnitOfPower.WATT: 1.0, UnitOfPower.KILO_WATT: 1000.0}
POWER_UNITS: Final = frozenset(_WATTS)
"""A number that sets a power has to be in one of these."""


def way_of(state: State | None, words: Mapping[BatteryWay, str]) -> BatteryWay | None:
    """Tell which way an entity shows; None: none of those that have a word here, or it cannot be reached."""
    if state is None or not is_reachable(state):
        return None
    return next((way for way, word in words.items() if word == state.state), None)


def way_call(entity_id: str, word: str) -> Call:
    """Tell what brings an entity to a state."""
    domain = entity_id.partition(".")[0]
    if domain in _SWITCHED:
        return Call(domain=domain, action=_SWITCHES[word], data={})
    return Call(domain=domain, action=SERVICE_SELECT_OPTION, data={ATTR_OPTION: word})


def can_set(state: State | None) -> bool:
    """Tell whether a number is there, and sets a power."""
    return is_reachable(state) and _unit_w(state) is not None


def settable(state: State | None, power_w: float) -> float | None:
    """Tell what a number is to be set to for so much, in its own unit and rounded down to its step; None: it cannot."""
    unit_w = _unit_w(state)
    if state is None or unit_w is None or not is_reachable(state):
        return None
    least, most = _attribute(state, ATTR_MIN), _attribute(state, ATTR_MAX)
    value = power_w / unit_w if most is None else min(power_w / unit_w, most)
    step = _attribute(state, ATTR_STEP)
    if step is not None and step > 0:
        start = least or 0.0
        value = start + math.floor((value - start) / step + 1e-6) * step
    return None if value <= 0 or (least is not None and value < least - 1e-6) else round(value, 6)


def is_set(state: State | None, value: float) -> bool:
    """Tell whether a number has this value."""
    told = finite(state)
    return told is not None and math.isclose(told, value, rel_tol=1e-6, abs_tol=1e-6)


def number_call(entity_id: str, value: float) -> Call:
    """Tell what sets a number."""
    return Call(domain=entity_id.partition(".")[0], action=SERVICE_SET_VALUE, data={ATTR_VALUE: value})


def _unit_w(state: State | None) -> float | None:
    return None if state is None else _WATTS.get(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT))


def _attribute(state: State, name: str) -> float | None:
    value: Any = state.attributes.get(name)
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else None
