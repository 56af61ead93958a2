"""A charger's sensors: what it does, why, and what is wanted just this once."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import MATCH_ALL, EntityCategory, UnitOfElectricCurrent, UnitOfEnergy, UnitOfPower, UnitOfTime
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.typing import StateType

from ..engine.model.evse import EvState
from ..engine.model.quantities import Phase
from ..entity import ChargerEntity, ChargerPlace, ChargerView, async_charger_places
from ..reasons import override_sentence
from ..runtime import SmartChargingConfigEntry
from ..speech import async_speech
from .card import CHARGING_FOR_DESCRIPTION, ChargingForSensor
from .charger_operator import OPERATOR_DESCRIPTION, OperatorSensor
from .reason import REASON_DESCRIPTION, ReasonSensor


@dataclass(frozen=True, kw_only=True)
class ChargerSensorDescription(SensorEntityDescription):
    """Describe a charger's sensor; a value of None is unknown."""

    value_fn: Callable[[ChargerView], StateType | datetime]
    available_fn: Callable[[ChargerView], bool] = lambda view: view.reachable is not None
    last_reset_fn: Callable[[ChargerView], datetime | None] = lambda _: None


def _is_measured(view: ChargerView) -> bool:
    """Tell whether measured values are true: fresh, or zero because no power flows."""
    return view.idle or view.measured is not None


def _current_a(phase: Phase) -> Callable[[ChargerView], float | None]:
    """Make what reads the current on one of the site's phases."""

    def value(view: ChargerView) -> float | None:
        index = view.evse.phases.index(phase)
        if (status := view.measured) is not None and status.current_a is not None and index < len(status.current_a):
            return _tenths(status.current_a[index])
        return 0.0 if view.idle else None

    return value


def _power_w(view: ChargerView) -> float | None:
    if (status := view.measured) is not None and status.power_w is not None:
        return round(status.power_w)
    return 0 if view.idle else None


def _tenths(value: float | None) -> float | None:
    """Round to 0.1: what is finer is noise, and each change is written down."""
    return None if value is None else round(value, 1) + 0.0


def _minute(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(second=0, microsecond=0)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


CHARGER_DESCRIPTIONS: Final = (
    ChargerSensorDescription(
        key="state",
        translation_key="state",
        device_class=SensorDeviceClass.ENUM,
        options=[state.value for state in EvState],
        value_fn=lambda view: view.reachable.state if view.reachable else None,
    ),
    ChargerSensorDescription(
        key="power",
        device_class=SensorDeviceClass.POWER,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
        available_fn=_is_measured,
        value_fn=_power_w,
    ),
    ChargerSensorDescription(
        # A total with its own start rather than an ever-increasing one: a vehicle that discharges takes off from it.
        key="session_energy",
        translation_key="session_energy",
        device_class=SensorDeviceClass.ENERGY,
        state_class=SensorStateClass.TOTAL,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=2,
        value_fn=lambda view: (
            round(view.session.energy_kwh, 3) if view.session and view.session.energy_kwh is not None else None
        ),
        last_reset_fn=lambda view: view.session.started_at if view.session else None,
    ),
    ChargerSensorDescription(
        key="setpoint",
        translation_key="setpoint",
        device_class=SensorDeviceClass.CURRENT,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        suggested_display_precision=1,
        available_fn=lambda _: True,
        value_fn=lambda view: view.setpoint.current_a if view.setpoint else None,
    ),
    ChargerSensorDescription(
        key="offered",
        translation_key="offered",
        device_class=SensorDeviceClass.CURRENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        suggested_display_precision=1,
        value_fn=lambda view: view.reachable.offered_a if view.reachable else None,
    ),
)

DIAGNOSTIC_DESCRIPTIONS: Final = (
    ChargerSensorDescription(
        key="firmware",
        translation_key="firmware",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        available_fn=lambda _: True,
        value_fn=lambda view: view.status.info.firmware or None if view.status and view.status.info else None,
    ),
    ChargerSensorDescription(
        key="protocol",
        translation_key="protocol",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda view: view.connection.protocol,
    ),
    ChargerSensorDescription(
        key="address",
        translation_key="address",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        available_fn=lambda _: True,
        value_fn=lambda view: view.connection.address,
    ),
    ChargerSensorDescription(
        # In steps of a minute: something comes every few seconds, and each change is written down.
        key="last_message",
        translation_key="last_message",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        available_fn=lambda _: True,
        value_fn=lambda view: _minute(view.connection.last_message_at),
    ),
    ChargerSensorDescription(
        key="clock_offset",
        translation_key="clock_offset",
        device_class=SensorDeviceClass.DURATION,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_display_precision=0,
        value_fn=lambda view: _whole(view.connection.clock_offset_s),
    ),
)
"""Off unless somebody wants them."""

OVERRIDE_DESCRIPTION: Final = SensorEntityDescription(key="override", translation_key="override")


def _charger_current(phase: Phase) -> ChargerSensorDescription:
    return ChargerSensorDescription(
        key=f"current_{phase}",
        translation_key="current",
        translation_placeholders={"phase": phase.upper()},
        device_class=SensorDeviceClass.CURRENT,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        suggested_display_precision=1,
        available_fn=_is_measured,
        value_fn=_current_a(phase),
    )


@callback
def async_charger_sensors(
    hass: HomeAssistant, entry: SmartChargingConfigEntry
) -> Iterator[tuple[ChargerPlace, list[ChargerEntity]]]:
    """Make the sensors of each charger."""
    for place in async_charger_places(hass, entry):
        currents = map(_charger_current, place.evse.phases)
        descriptions = (*CHARGER_DESCRIPTIONS, *currents, *DIAGNOSTIC_DESCRIPTIONS)
        handed_on = place.evse.evse_id in entry.runtime_data.setup.handed_on
        yield (
            place,
            [
                ReasonSensor(entry, REASON_DESCRIPTION, place),
                OverrideSensor(entry, OVERRIDE_DESCRIPTION, place),
                ChargingForSensor(entry, CHARGING_FOR_DESCRIPTION, place),
                *([OperatorSensor(entry, OPERATOR_DESCRIPTION, place)] if handed_on else []),
                *(ChargerSensor(entry, description, place) for description in descriptions),
            ],
        )


class ChargerSensor(ChargerEntity, SensorEntity):
    """A figure of a charger."""

    entity_description: ChargerSensorDescription

    @property
    @override
    def available(self) -> bool:
        return super().available and self.entity_description.available_fn(self.view)

    @property
    @override
    def native_value(self) -> StateType | datetime:
        return self.entity_description.value_fn(self.view)

    @property
    @override
    def last_reset(self) -> datetime | None:
        return self.entity_description.last_reset_fn(self.view)

    @override
    def _shows(self) -> object:
        return self.native_value, self.last_reset


class OverrideSensor(ChargerEntity, SensorEntity):
    """What is wanted just this once, and what ends it, in one sentence."""

    _unrecorded_attributes = frozenset({MATCH_ALL})

    @property
    @override
    def native_value(self) -> str:
        return override_sentence(async_speech(self.hass, {}), self.view.wish)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        wish = self.view.wish
        if wish is None:
            return None
        return {"mode": wish.mode, "end": wish.end, "until": wish.until, "energy_kwh": wish.energy_kwh}

    @override
    def _shows(self) -> object:
        return self.native_value, self.view.wish
