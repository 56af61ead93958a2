"""The meter's sensors, chosen by hand: which ones are asked for, and what is wrong with an answer."""

from collections.abc import Mapping
from typing import Any, Final

import probatio
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    UnitOfApparentPower,
    UnitOfElectricCurrent,
    UnitOfPower,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..const import CONF_ENTITY_ID, CONF_PHASE, CONF_PHASES, CONF_ROLE
from ..engine.model.quantities import ALL_PHASES, Phase
from ..sources.meter_catalogue import Role
from ..sources.meter_finder import MeterChannel, number_in
from .own_entities import is_own

CONF_DIRECTION: Final = "direction"
"""`net`: one sensor for both ways; `import_export`: two; `import`: the home never feeds in."""
CONF_DETAIL: Final = "detail"
"""`total` or `per_phase`."""

UNITS: Final = frozenset(
    {
        UnitOfPower.WATT,
        UnitOfPower.KILO_WATT,
        UnitOfApparentPower.VOLT_AMPERE,
        UnitOfApparentPower.KILO_VOLT_AMPERE,
        UnitOfElectricCurrent.AMPERE,
    }
)

_SENSOR: Final = EntitySelector(
    EntitySelectorConfig(
        filter=EntityWithDeviceFilterSelectorConfig(
            domain="sensor",
            device_class=[SensorDeviceClass.POWER, SensorDeviceClass.APPARENT_POWER, SensorDeviceClass.CURRENT],
            unit_of_measurement=sorted(UNITS),
        )
    )
)

_ROLES: Final[Mapping[str, tuple[Role, ...]]] = {
    "net": (Role.NET,),
    "import_export": (Role.IMPORT, Role.EXPORT),
    "import": (Role.IMPORT,),
}

_DIRECTION: Final = SelectSelector(
    SelectSelectorConfig(options=list(_ROLES), translation_key="direction", mode=SelectSelectorMode.LIST)
)
_DETAIL: Final = SelectSelector(
    SelectSelectorConfig(options=["total", "per_phase"], translation_key="detail", mode=SelectSelectorMode.LIST)
)

MANUAL_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_PHASES, default="1"): SelectSelector(
            SelectSelectorConfig(options=["1", "3"], translation_key="phases", mode=SelectSelectorMode.LIST)
        ),
        probatio.Required(CONF_DIRECTION, default="net"): _DIRECTION,
        probatio.Required(CONF_DETAIL, default="total"): _DETAIL,
    }
)


def circuit_meter_schema(phases: int) -> probatio.Schema:
    """Ask how a circuit's own meter tells what it measures; how many phases it has is known."""
    detail = {probatio.Required(CONF_DETAIL, default="per_phase"): _DETAIL} if phases > 1 else {}
    return probatio.Schema({probatio.Required(CONF_DIRECTION, default="net"): _DIRECTION, **detail})


def wanted_channels(manual: Mapping[str, Any]) -> dict[str, tuple[Role, Phase | None]]:
    """List what has to be chosen, by the name of its field: `net`, or `import_l2` where phases are told apart."""
    roles = _ROLES[manual[CONF_DIRECTION]]
    if manual[CONF_DETAIL] == "total":
        return {str(role): (role, None) for role in roles}
    phases = ALL_PHASES if manual[CONF_PHASES] == "3" else (Phase.L1,)
    return {f"{role}_{phase}": (role, phase) for phase in phases for role in roles}


def entities_schema(manual: Mapping[str, Any]) -> probatio.Schema:
    """Make the form that asks for one sensor per channel."""
    return probatio.Schema({probatio.Required(field): _SENSOR for field in wanted_channels(manual)})


def chosen_channels(manual: Mapping[str, Any], chosen: Mapping[str, str]) -> tuple[MeterChannel, ...]:
    """Put the answers together."""
    return tuple(
        MeterChannel(role=role, phase=phase, entity_id=chosen[field])
        for field, (role, phase) in wanted_channels(manual).items()
    )


def stored_channels(channels: tuple[MeterChannel, ...]) -> list[dict[str, Any]]:
    """Write channels as they are stored."""
    return [
        {CONF_ROLE: str(channel.role), CONF_PHASE: channel.phase, CONF_ENTITY_ID: channel.entity_id}
        for channel in channels
    ]


def entity_errors(hass: HomeAssistant, manual: Mapping[str, Any], chosen: Mapping[str, str]) -> dict[str, str]:
    """Say what is wrong with each field's sensor; empty when nothing is."""
    errors: dict[str, str] = {}
    seen: set[str] = set()
    for field, (_, phase) in wanted_channels(manual).items():
        entity_id = chosen[field]
        one_phase = phase is not None or manual[CONF_PHASES] == "1"
        problem = "same_entity" if entity_id in seen else _problem(hass, entity_id, one_phase=one_phase)
        if problem:
            errors[field] = problem
        seen.add(entity_id)
    return errors


def _problem(hass: HomeAssistant, entity_id: str, *, one_phase: bool) -> str | None:
    if is_own(hass, entity_id):
        return "own_entity"
    entry = er.async_get(hass).async_get(entity_id)
    state = hass.states.get(entity_id)
    if state is None:
        return "entity_disabled" if entry is not None and entry.disabled else "entity_missing"
    return _problem_of_state(state, one_phase=one_phase)


def _problem_of_state(state: State, *, one_phase: bool) -> str | None:
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    if unit is not None and unit not in UNITS:
        return "wrong_unit"
    if number_in(state) is None:
        return "not_a_number"
    if unit is None:
        return "no_unit"
    if unit == UnitOfElectricCurrent.AMPERE and not one_phase:
        # The amperes of three phases cannot be added up: they say nothing about the fullest of them.
        return "total_in_amperes"
    return None
