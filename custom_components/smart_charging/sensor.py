"""Sensors: what each charger does and why, and what the supply carries."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.sensor import (
    DOMAIN as SENSOR_DOMAIN,
)
from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    MATCH_ALL,
    EntityCategory,
    UnitOfElectricCurrent,
    UnitOfEnergy,
    UnitOfPower,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from .config import SiteSetup
from .const import ROOT_CIRCUIT
from .engine.model.evse import EvState
from .engine.model.limit import Limit, LimitSource
from .engine.model.quantities import Phase
from .entity import ChargerEntity, ChargerView, SiteEntity, SiteView, async_charger_places, async_forget_others
from .reasons import async_load_texts, async_sentence
from .runtime import SmartChargingConfigEntry

PARALLEL_UPDATES = 0

LIMITATION_NOTHING: Final = "nothing"
LIMITATION_METER: Final = "meter_silent"


@dataclass(frozen=True, kw_only=True)
class ChargerSensorDescription(SensorEntityDescription):
    """Describe a charger's sensor; a value of None is unknown."""

    value_fn: Callable[[ChargerView], StateType]
    available_fn: Callable[[ChargerView], bool] = lambda view: view.reachable is not None
    last_reset_fn: Callable[[ChargerView], datetime | None] = lambda _: None


@dataclass(frozen=True, kw_only=True)
class SiteSensorDescription(SensorEntityDescription):
    """Describe a sensor of the site; a value of None is unavailable."""

    value_fn: Callable[[SiteView], StateType]
    attributes_fn: Callable[[SiteView], Mapping[str, Any] | None] = lambda _: None


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

REASON_DESCRIPTION: Final = SensorEntityDescription(key="reason", translation_key="reason")


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


def _limit(view: SiteView, *, in_total: bool) -> Limit | None:
    """Pick the limit that binds per phase or in total."""
    return next(
        (limit for limit in view.headroom.limits if (limit.power_w if in_total else limit.current_a) is not None), None
    )


def _limit_source(view: SiteView, *, in_total: bool) -> Mapping[str, Any] | None:
    limit = _limit(view, in_total=in_total)
    return None if limit is None else {"source": limit.source.value}


def _active_limitation(view: SiteView) -> str:
    """Tell what holds chargers back: of several limits the tightest one."""
    if not view.headroom.known:
        return LIMITATION_METER
    bound = [setpoint.reason for setpoint in view.setpoints if "source" in setpoint.reason.params]
    sources = {reason.params["source"] for reason in bound}
    tightest = (limit.source.value for limit in view.headroom.limits if limit.source in sources)
    return next(tightest, str(min(sources, default=LIMITATION_NOTHING, key=str)))


ACTIVE_LIMITATION: Final = SiteSensorDescription(
    key="active_limitation",
    translation_key="active_limitation",
    device_class=SensorDeviceClass.ENUM,
    options=[LIMITATION_NOTHING, LIMITATION_METER, *(source.value for source in LimitSource)],
    value_fn=_active_limitation,
)

TOTAL_LOAD: Final = SiteSensorDescription(
    key="load_power",
    translation_key="load_power",
    device_class=SensorDeviceClass.POWER,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=UnitOfPower.WATT,
    suggested_display_precision=0,
    value_fn=lambda view: None if view.headroom.load_w is None else round(view.headroom.load_w),
)

PHASE_LIMIT: Final = SiteSensorDescription(
    key="limit",
    translation_key="limit",
    device_class=SensorDeviceClass.CURRENT,
    native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
    suggested_display_precision=1,
    value_fn=lambda view: limit.current_a if (limit := _limit(view, in_total=False)) else None,
    attributes_fn=lambda view: _limit_source(view, in_total=False),
)

TOTAL_LIMIT: Final = SiteSensorDescription(
    key="limit_power",
    translation_key="limit_power",
    device_class=SensorDeviceClass.POWER,
    native_unit_of_measurement=UnitOfPower.WATT,
    suggested_display_precision=0,
    value_fn=lambda view: limit.power_w if (limit := _limit(view, in_total=True)) else None,
    attributes_fn=lambda view: _limit_source(view, in_total=True),
)

TOTAL_HEADROOM: Final = SiteSensorDescription(
    key="headroom_power",
    translation_key="headroom_power",
    device_class=SensorDeviceClass.POWER,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=UnitOfPower.WATT,
    suggested_display_precision=0,
    value_fn=lambda view: None if view.headroom.headroom_w is None else round(view.headroom.headroom_w),
)


def _site_phase(key: str, phase: Phase, value_fn: Callable[[SiteView], StateType]) -> SiteSensorDescription:
    return SiteSensorDescription(
        key=f"{key}_{phase}",
        translation_key=key,
        translation_placeholders={"phase": phase.upper()},
        device_class=SensorDeviceClass.CURRENT,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        suggested_display_precision=1,
        value_fn=value_fn,
    )


def _load_on(phase: Phase) -> SiteSensorDescription:
    return _site_phase("load", phase, lambda view: _tenths(view.headroom.load_a.get(phase)))


def _headroom_on(phase: Phase) -> SiteSensorDescription:
    return _site_phase("headroom", phase, lambda view: _tenths(view.headroom.headroom_a.get(phase)))


def _site_descriptions(setup: SiteSetup) -> Iterable[SiteSensorDescription]:
    """List what there is to say of a site, by the limits it has and by what its meter tells apart."""
    circuit = setup.site.circuit(ROOT_CIRCUIT)
    per_phase = len(circuit.phases) == 1 or any(channel.phase is not None for channel in setup.meter.channels)
    yield from (ACTIVE_LIMITATION, TOTAL_LOAD)
    if per_phase:
        yield from map(_load_on, circuit.phases)
    if any(limit.current_a is not None for limit in circuit.limits):
        yield PHASE_LIMIT
        if per_phase:
            yield from map(_headroom_on, circuit.phases)
    if any(limit.power_w is not None for limit in circuit.limits):
        yield from (TOTAL_LIMIT, TOTAL_HEADROOM)


async def async_setup_entry(
    hass: HomeAssistant, entry: SmartChargingConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the sensors of the site and of its chargers."""
    await async_load_texts(hass)
    site_sensors = [SiteSensor(entry, description) for description in _site_descriptions(entry.runtime_data.setup)]
    async_add_entities(site_sensors)
    charger_sensors: list[ChargerEntity] = []
    for place in async_charger_places(hass, entry):
        descriptions = (*CHARGER_DESCRIPTIONS, *map(_charger_current, place.evse.phases))
        sensors: list[ChargerSensor | ReasonSensor] = [
            ReasonSensor(entry, REASON_DESCRIPTION, place),
            *(ChargerSensor(entry, description, place) for description in descriptions),
        ]
        async_add_entities(sensors, config_subentry_id=place.evse.evse_id)
        charger_sensors += sensors
    async_forget_others(hass, entry, SENSOR_DOMAIN, [*site_sensors, *charger_sensors])


class ChargerSensor(ChargerEntity, SensorEntity):
    """A figure of a charger."""

    entity_description: ChargerSensorDescription

    @property
    @override
    def available(self) -> bool:
        return super().available and self.entity_description.available_fn(self.view)

    @property
    @override
    def native_value(self) -> StateType:
        return self.entity_description.value_fn(self.view)

    @property
    @override
    def last_reset(self) -> datetime | None:
        return self.entity_description.last_reset_fn(self.view)

    @override
    def _shows(self) -> object:
        return self.native_value, self.last_reset


class ReasonSensor(ChargerEntity, SensorEntity):
    """Why a charger has its setpoint, in one sentence."""

    _unrecorded_attributes = frozenset({MATCH_ALL})

    @property
    @override
    def native_value(self) -> str | None:
        setpoint = self.view.setpoint
        return None if setpoint is None else async_sentence(self.hass, setpoint)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        setpoint = self.view.setpoint
        return None if setpoint is None else {"code": setpoint.reason.code.value, **setpoint.reason.params}

    @override
    def _shows(self) -> object:
        """Compare the sentence alone: it leaves out what changes every second."""
        return self.native_value


class SiteSensor(SiteEntity, SensorEntity):
    """A figure of the site."""

    entity_description: SiteSensorDescription

    @property
    @override
    def available(self) -> bool:
        return super().available and self.native_value is not None

    @property
    @override
    def native_value(self) -> StateType:
        return self.entity_description.value_fn(self.view)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        return self.entity_description.attributes_fn(self.view)

    @override
    def _shows(self) -> object:
        return self.native_value, self.extra_state_attributes
