"""Numbers of entities, in the units that this project counts in."""

import math
from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    PERCENTAGE,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    UnitOfElectricCurrent,
    UnitOfEnergy,
    UnitOfPower,
)
from homeassistant.core import State

from ..answers import number

type Units = Mapping[str | None, float]

AMPERES: Final[Units] = {UnitOfElectricCurrent.AMPERE: 1.0, UnitOfElectricCurrent.MILLIAMPERE: 0.001}
WATTS: Final[Units] = {UnitOfPower.WATT: 1.0, UnitOfPower.KILO_WATT: 1000.0, UnitOfPower.MILLIWATT: 0.001}
KILOWATT_HOURS: Final[Units] = {
    UnitOfEnergy.KILO_WATT_HOUR: 1.0,
    UnitOfEnergy.WATT_HOUR: 0.001,
    UnitOfEnergy.MEGA_WATT_HOUR: 1000.0,
    UnitOfEnergy.MILLIWATT_HOUR: 1e-6,
}

_FINE: Final = 1e-6
"""Of a step: so much may be missing from a number that was meant to be on it."""


def tells(state: State | None) -> bool:
    """Tell whether an entity says anything."""
    return state is not None and state.state not in {STATE_UNAVAILABLE, STATE_UNKNOWN}


def measured(state: State | None, units: Units) -> float | None:
    """Read a state's number; None where there is none, or in a unit that is not among these."""
    if state is None or (factor := units.get(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT))) is None:
        return None
    return number(state.state, factor)


def per_ampere(state: State, *, maximum_a: float, phases: int, voltage_v: float) -> float:
    """How many of a limit's own unit one ampere per phase is; a limit without a unit is in A."""
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    if unit == PERCENTAGE:
        return 100.0 / maximum_a
    if (factor := WATTS.get(unit)) is not None:
        return voltage_v * phases / factor
    return 1.0 / AMPERES.get(unit, 1.0)


def attribute(state: State | None, name: str) -> float | None:
    """Read a number among a state's attributes."""
    return None if state is None else number(state.attributes.get(name))


def down_to_step(value: float, step: float, start: float = 0.0) -> float:
    """Round down to a step that is counted from `start`."""
    if step <= 0:
        return value
    return round(start + math.floor((value - start) / step + _FINE) * step, 6)


def currents_in(options: Any) -> Mapping[float, str]:
    """The currents, A, among a select's options: those that begin with a number."""
    found = {}
    for option in options if isinstance(options, list | tuple) else ():
        words = str(option).strip().split()
        value = number(words[0].rstrip("Aa")) if words else None
        if value is not None:
            found[value] = str(option)
    return found
