"""The home's own battery, as it is stored: what tells of it, and what steers it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.const import STATE_OFF, STATE_ON

from ..const import (
    CONF_BATTERY_BY_ITSELF,
    CONF_BATTERY_CHARGE,
    CONF_BATTERY_CHARGE_KW,
    CONF_BATTERY_CHARGE_POWER,
    CONF_BATTERY_DISCHARGE_KW,
    CONF_BATTERY_FILLS_CAR,
    CONF_BATTERY_HOLD,
    CONF_BATTERY_INVERTED,
    CONF_BATTERY_KWH,
    CONF_BATTERY_POWER,
    CONF_BATTERY_SOC,
    CONF_BATTERY_STEERED_BY,
)
from ..engine.model.battery_order import BatteryWay
from ..engine.model.battery_steering import BatterySteering
from .rules.battery import is_select

_KILO: Final = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryHandle:
    """What steers it. `words` has the state of its entity for each way that it knows."""

    entity_id: str
    """A `select`, `input_select`, `switch` or `input_boolean`."""
    words: Mapping[BatteryWay, str]
    steering: BatterySteering
    power_entity_id: str | None = None
    """A `number` or `input_number`, W or kW, that sets with how much it is charged from the grid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryConfig:
    """The home's own battery. What nobody wrote down is None: the energy dashboard may know it."""

    power_entity_id: str
    """A sensor, W or kW."""
    inverted: bool
    """It counts power out of the battery as positive."""
    soc_entity_id: str | None
    """A sensor, %."""
    capacity_kwh: float | None = None
    charge_kw: float | None = None
    discharge_kw: float | None = None
    handle: BatteryHandle | None = None
    """None: it is not steered."""


def read_battery(options: Mapping[str, Any]) -> BatteryConfig | None:
    """Read what valid options say of it; None where there is none."""
    power_entity_id = options.get(CONF_BATTERY_POWER)
    if power_entity_id is None:
        return None
    return BatteryConfig(
        power_entity_id=power_entity_id,
        inverted=bool(options.get(CONF_BATTERY_INVERTED, False)),
        soc_entity_id=options.get(CONF_BATTERY_SOC),
        capacity_kwh=_number(options, CONF_BATTERY_KWH),
        charge_kw=_number(options, CONF_BATTERY_CHARGE_KW),
        discharge_kw=_number(options, CONF_BATTERY_DISCHARGE_KW),
        handle=_handle(options),
    )


def _handle(options: Mapping[str, Any]) -> BatteryHandle | None:
    entity_id = options.get(CONF_BATTERY_STEERED_BY)
    if entity_id is None:
        return None
    words = _words(options)
    charge_kw = _number(options, CONF_BATTERY_CHARGE_KW)
    charges = BatteryWay.CHARGE in words and charge_kw is not None
    power_entity_id = options.get(CONF_BATTERY_CHARGE_POWER) if charges else None
    return BatteryHandle(
        entity_id=entity_id,
        words=words,
        power_entity_id=power_entity_id,
        steering=BatterySteering(
            fills_cars=bool(options.get(CONF_BATTERY_FILLS_CAR, False)),
            tells_soc=options.get(CONF_BATTERY_SOC) is not None,
            charge_w=charge_kw * _KILO if charges and charge_kw is not None else None,
            adjustable=power_entity_id is not None,
        ),
    )


def _words(options: Mapping[str, Any]) -> dict[BatteryWay, str]:
    if not is_select(options):
        return {BatteryWay.BY_ITSELF: STATE_OFF, BatteryWay.HOLD: STATE_ON}
    words = {
        BatteryWay.BY_ITSELF: options[CONF_BATTERY_BY_ITSELF],
        BatteryWay.HOLD: options[CONF_BATTERY_HOLD],
        BatteryWay.CHARGE: options.get(CONF_BATTERY_CHARGE),
    }
    return {way: word for way, word in words.items() if word}


def _number(options: Mapping[str, Any], key: str) -> float | None:
    return None if options.get(key) is None else float(options[key])
