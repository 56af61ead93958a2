"""The form about how a site is controlled, in sections."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import probatio
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import (
    PERCENTAGE,
    UnitOfApparentPower,
    UnitOfElectricCurrent,
    UnitOfEnergy,
    UnitOfPower,
    UnitOfTime,
)
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..cards.book import WhoMayCharge
from ..configuration.options import option_defaults
from ..configuration.rules.battery import STEERING_DOMAINS, is_select
from ..configuration.rules.options import OFF_PEAK_DOMAINS, SOLAR_FIRST, STRATEGIES
from ..configuration.rules.tree import site_phases
from ..const import (
    CONF_BATTERY_CHARGE_KW,
    CONF_BATTERY_DISCHARGE_KW,
    CONF_BATTERY_FILLS_CAR,
    CONF_BATTERY_FLOOR_PCT,
    CONF_BATTERY_INVERTED,
    CONF_BATTERY_KWH,
    CONF_BATTERY_POWER,
    CONF_BATTERY_SOC,
    CONF_BATTERY_STEERED_BY,
    CONF_MARGIN_A,
    CONF_OFF_PEAK,
    CONF_OVERSHOOT_PCT,
    CONF_OVERSHOOT_S,
    CONF_PROTECTION,
    CONF_RIDE_OUT,
    CONF_SOLAR_FIRST,
    CONF_SOLAR_GRID_PCT,
    CONF_SOLAR_START_MIN,
    CONF_SOLAR_STOP_MIN,
    CONF_STRATEGY,
    CONF_TURN_MIN,
    CONF_UNBALANCE_KVA,
    CONF_WHO,
)
from ..engine.model.protection import Protection, ProtectionKind
from .battery_form import WAYS_FIELDS
from .circuit_form import PROTECTION_UNKNOWN

type _Data = Mapping[str, Any]

SECTION_SHARING: Final = "sharing"
SECTION_SUPPLY: Final = "supply"
SECTION_SOLAR: Final = "solar"
SECTION_BATTERY: Final = "battery"
SECTION_TARIFF: Final = "tariff"
SECTION_ACCESS: Final = "access"

_FIELDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        SECTION_SHARING: (CONF_STRATEGY, CONF_TURN_MIN),
        SECTION_SUPPLY: (CONF_PROTECTION, CONF_RIDE_OUT, CONF_UNBALANCE_KVA),
        SECTION_SOLAR: (CONF_SOLAR_START_MIN, CONF_SOLAR_STOP_MIN, CONF_SOLAR_GRID_PCT, CONF_SOLAR_FIRST),
        SECTION_BATTERY: (
            CONF_BATTERY_POWER,
            CONF_BATTERY_INVERTED,
            CONF_BATTERY_SOC,
            CONF_BATTERY_FLOOR_PCT,
            CONF_BATTERY_STEERED_BY,
            CONF_BATTERY_FILLS_CAR,
            CONF_BATTERY_KWH,
            CONF_BATTERY_CHARGE_KW,
            CONF_BATTERY_DISCHARGE_KW,
        ),
        SECTION_TARIFF: (CONF_OFF_PEAK,),
        SECTION_ACCESS: (CONF_WHO,),
    }
)

_PLAIN: Final = Protection(kind=ProtectionKind.PLAIN)


def _number(unit: str, *, most: float | None = None) -> NumberSelector:
    config = NumberSelectorConfig(min=0, step="any", unit_of_measurement=unit, mode=NumberSelectorMode.BOX)
    if most is not None:
        config["max"] = most
    return NumberSelector(config)


def _sensor(device_class: SensorDeviceClass) -> EntitySelector:
    return EntitySelector(
        EntitySelectorConfig(filter=EntityWithDeviceFilterSelectorConfig(domain="sensor", device_class=device_class))
    )


_MARGIN: Final = NumberSelector(
    NumberSelectorConfig(
        min=0, max=20, step=0.1, unit_of_measurement=UnitOfElectricCurrent.AMPERE, mode=NumberSelectorMode.BOX
    )
)
_MINUTES: Final = _number(UnitOfTime.MINUTES)
_PERCENT: Final = _number(PERCENTAGE, most=100)
_STRATEGY: Final = SelectSelector(
    SelectSelectorConfig(
        options=[str(strategy) for strategy in STRATEGIES], translation_key="strategy", mode=SelectSelectorMode.LIST
    )
)
_PROTECTION: Final = SelectSelector(
    SelectSelectorConfig(
        options=[PROTECTION_UNKNOWN, *map(str, ProtectionKind)],
        translation_key="protection",
        mode=SelectSelectorMode.DROPDOWN,
    )
)
_OFF_PEAK: Final = EntitySelector(
    EntitySelectorConfig(filter=EntityWithDeviceFilterSelectorConfig(domain=list(OFF_PEAK_DOMAINS)))
)
_STEERING: Final = EntitySelector(
    EntitySelectorConfig(filter=EntityWithDeviceFilterSelectorConfig(domain=list(STEERING_DOMAINS)))
)
_WHO: Final = SelectSelector(
    SelectSelectorConfig(
        options=[str(who) for who in WhoMayCharge], translation_key="who", mode=SelectSelectorMode.LIST
    )
)
_SOLAR_FIRST: Final = SelectSelector(
    SelectSelectorConfig(options=list(SOLAR_FIRST), translation_key="solar_first", mode=SelectSelectorMode.LIST)
)

OVERSHOOT_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_OVERSHOOT_PCT): _number(PERCENTAGE),
        probatio.Required(CONF_OVERSHOOT_S): _number(UnitOfTime.SECONDS),
    }
)


def options_schema(site: _Data) -> probatio.Schema:
    """Make the form. How far phases may differ is asked where there are several."""
    unbalance: dict[probatio.Marker, Any] = {}
    if len(site_phases(site)) > 1:
        unbalance = {probatio.Optional(CONF_UNBALANCE_KVA): _number(UnitOfApparentPower.KILO_VOLT_AMPERE)}
    sharing = probatio.Schema({probatio.Optional(CONF_STRATEGY): _STRATEGY, probatio.Optional(CONF_TURN_MIN): _MINUTES})
    supply = probatio.Schema(
        {
            probatio.Optional(CONF_PROTECTION): _PROTECTION,
            probatio.Optional(CONF_RIDE_OUT): BooleanSelector(),
            **unbalance,
        }
    )
    solar = probatio.Schema(
        {
            probatio.Optional(CONF_SOLAR_START_MIN): _MINUTES,
            probatio.Optional(CONF_SOLAR_STOP_MIN): _MINUTES,
            probatio.Optional(CONF_SOLAR_GRID_PCT): _PERCENT,
            probatio.Optional(CONF_SOLAR_FIRST): _SOLAR_FIRST,
        }
    )
    battery = probatio.Schema(
        {
            probatio.Optional(CONF_BATTERY_POWER): _sensor(SensorDeviceClass.POWER),
            probatio.Optional(CONF_BATTERY_INVERTED): BooleanSelector(),
            probatio.Optional(CONF_BATTERY_SOC): _sensor(SensorDeviceClass.BATTERY),
            probatio.Optional(CONF_BATTERY_FLOOR_PCT): _PERCENT,
            probatio.Optional(CONF_BATTERY_STEERED_BY): _STEERING,
            probatio.Optional(CONF_BATTERY_FILLS_CAR): BooleanSelector(),
            probatio.Optional(CONF_BATTERY_KWH): _number(UnitOfEnergy.KILO_WATT_HOUR),
            probatio.Optional(CONF_BATTERY_CHARGE_KW): _number(UnitOfPower.KILO_WATT),
            probatio.Optional(CONF_BATTERY_DISCHARGE_KW): _number(UnitOfPower.KILO_WATT),
        }
    )
    access = probatio.Schema({probatio.Optional(CONF_WHO): _WHO})
    tariff = probatio.Schema({probatio.Optional(CONF_OFF_PEAK): _OFF_PEAK})
    return probatio.Schema(
        {
            probatio.Required(CONF_MARGIN_A): _MARGIN,
            probatio.Optional(SECTION_SHARING): section(sharing),
            probatio.Optional(SECTION_ACCESS): section(access),
            probatio.Optional(SECTION_SUPPLY): section(supply, {"collapsed": True}),
            probatio.Optional(SECTION_TARIFF): section(tariff, {"collapsed": True}),
            probatio.Optional(SECTION_SOLAR): section(solar, {"collapsed": True}),
            probatio.Optional(SECTION_BATTERY): section(battery, {"collapsed": True}),
        }
    )


def options_as_answers(site: _Data, options: _Data) -> dict[str, Any]:
    """Turn the stored options back into the answers that made them, with the defaults for what was never answered."""
    switched_off = {CONF_BATTERY_INVERTED: False, CONF_BATTERY_FILLS_CAR: False}
    known = {CONF_PROTECTION: PROTECTION_UNKNOWN, **switched_off, **option_defaults(site), **options}
    return {
        CONF_MARGIN_A: known[CONF_MARGIN_A],
        **{name: {field: known[field] for field in fields if field in known} for name, fields in _FIELDS.items()},
    }


def options_data(options: _Data, answers: _Data) -> dict[str, Any]:
    """Put the options together: a section that was answered replaces what was stored of it."""
    answered = [name for name in _FIELDS if name in answers]
    replaced = {field for name in answered for field in _FIELDS[name]}
    data = {key: value for key, value in options.items() if key not in replaced}
    for name in answered:
        data |= answers[name]
    data[CONF_MARGIN_A] = answers[CONF_MARGIN_A]
    if data.get(CONF_PROTECTION) == PROTECTION_UNKNOWN:
        del data[CONF_PROTECTION]
    if data.get(CONF_PROTECTION) != ProtectionKind.PLAIN:
        data.pop(CONF_OVERSHOOT_PCT, None)
        data.pop(CONF_OVERSHOOT_S, None)
    if not is_select(data):
        data = {key: value for key, value in data.items() if key not in WAYS_FIELDS}
    return data


def overshoot_suggestions(options: _Data) -> dict[str, float]:
    """What the form about a protection in plain figures shows."""
    return {
        CONF_OVERSHOOT_PCT: options.get(CONF_OVERSHOOT_PCT, round((_PLAIN.overshoot - 1) * 100, 1)),
        CONF_OVERSHOOT_S: options.get(CONF_OVERSHOOT_S, _PLAIN.overshoot_s),
    }
