"""The site's sensors: what its supply carries, and what is left of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfElectricCurrent, UnitOfPower
from homeassistant.helpers.typing import StateType

from ..configuration.setup import SiteSetup
from ..const import ROOT_CIRCUIT
from ..engine.model.limit import Limit, LimitSource
from ..engine.model.quantities import Phase
from ..entity import SiteEntity, SiteView
from ..runtime import SmartChargingConfigEntry
from .home_battery import home_battery_sensors
from .peak import peak_sensors
from .price import price_sensors

LIMITATION_NOTHING: Final = "nothing"
LIMITATION_METER: Final = "meter_silent"


@dataclass(frozen=True, kw_only=True)
class SiteSensorDescription(SensorEntityDescription):
    """Describe a sensor of the site; a value of None is unavailable."""

    value_fn: Callable[[SiteView], StateType]
    attributes_fn: Callable[[SiteView], Mapping[str, Any] | None] = lambda _: None


def _tenths(value: float | None) -> float | None:
    """Round to 0.1: what is finer is noise, and each change is written down."""
    return None if value is None else round(value, 1) + 0.0


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


def _binding_circuits(view: SiteView) -> Mapping[str, Any]:
    """Name the circuits whose limits hold chargers back."""
    reasons = (setpoint.reason.params for setpoint in view.setpoints if "source" in setpoint.reason.params)
    ids = {str(params["circuit"]) for params in reasons if "circuit" in params}
    return {"circuits": sorted(view.circuit_names.get(circuit_id, circuit_id) for circuit_id in ids)}


ACTIVE_LIMITATION: Final = SiteSensorDescription(
    key="active_limitation",
    translation_key="active_limitation",
    device_class=SensorDeviceClass.ENUM,
    options=[LIMITATION_NOTHING, LIMITATION_METER, *(source.value for source in LimitSource)],
    value_fn=_active_limitation,
    attributes_fn=_binding_circuits,
)

NEARNESS: Final = SiteSensorDescription(
    key="nearness",
    translation_key="nearness",
    entity_category=EntityCategory.DIAGNOSTIC,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=PERCENTAGE,
    suggested_display_precision=0,
    value_fn=lambda view: round(100 * view.headroom.nearness) if view.headroom.known else None,
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
    yield from (ACTIVE_LIMITATION, TOTAL_LOAD, NEARNESS)
    if per_phase:
        yield from map(_load_on, circuit.phases)
    if any(limit.current_a is not None for limit in circuit.limits):
        yield PHASE_LIMIT
        if per_phase:
            yield from map(_headroom_on, circuit.phases)
    if any(limit.power_w is not None for limit in circuit.limits):
        yield from (TOTAL_LIMIT, TOTAL_HEADROOM)


def site_sensors(entry: SmartChargingConfigEntry) -> list[SiteEntity]:
    """Make the sensors of the site."""
    figures = [SiteSensor(entry, description) for description in _site_descriptions(entry.runtime_data.setup)]
    return [*figures, *peak_sensors(entry), *price_sensors(entry), *home_battery_sensors(entry)]


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
