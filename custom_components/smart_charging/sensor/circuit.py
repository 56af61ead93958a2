"""The sensors of a circuit below the supply: what is left of it, and how near it is to a trip."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfElectricCurrent, UnitOfPower
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.typing import StateType

from ..engine.model.circuit import Circuit
from ..engine.model.decision import Headroom
from ..entity import CircuitEntity, Place, async_circuit_places
from ..runtime import SmartChargingConfigEntry


@dataclass(frozen=True, kw_only=True)
class CircuitSensorDescription(SensorEntityDescription):
    """Describe a circuit's sensor; a value of None is unavailable."""

    value_fn: Callable[[Headroom], StateType]
    attributes_fn: Callable[[Headroom], Mapping[str, Any] | None] = lambda _: None


def _tightest(view: Headroom) -> tuple[str, float] | None:
    """Tell the phase with the least headroom, and that, A."""
    return min(view.headroom_a.items(), key=lambda item: item[1], default=None)


def _tightest_a(view: Headroom) -> float | None:
    tightest = _tightest(view)
    return None if tightest is None else round(tightest[1], 1) + 0.0


def _tightest_phase(view: Headroom) -> Mapping[str, Any] | None:
    tightest = _tightest(view)
    return None if tightest is None else {"phase": tightest[0]}


HEADROOM: Final = CircuitSensorDescription(
    key="headroom",
    translation_key="circuit_headroom",
    device_class=SensorDeviceClass.CURRENT,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
    suggested_display_precision=1,
    value_fn=_tightest_a,
    attributes_fn=_tightest_phase,
)

HEADROOM_POWER: Final = CircuitSensorDescription(
    key="headroom_power",
    translation_key="circuit_headroom_power",
    device_class=SensorDeviceClass.POWER,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=UnitOfPower.WATT,
    suggested_display_precision=0,
    value_fn=lambda view: None if view.headroom_w is None else round(view.headroom_w),
)

NEARNESS: Final = CircuitSensorDescription(
    key="nearness",
    translation_key="nearness",
    entity_category=EntityCategory.DIAGNOSTIC,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=PERCENTAGE,
    suggested_display_precision=0,
    value_fn=lambda view: round(100 * view.nearness),
)


def _descriptions(circuit: Circuit) -> Iterable[CircuitSensorDescription]:
    """List what there is to say of a circuit, by the limits it has."""
    if any(limit.current_a is not None for limit in circuit.limits):
        yield HEADROOM
    if any(limit.power_w is not None for limit in circuit.limits):
        yield HEADROOM_POWER
    yield NEARNESS


@callback
def async_circuit_sensors(
    hass: HomeAssistant, entry: SmartChargingConfigEntry
) -> Iterator[tuple[Place, list[CircuitEntity]]]:
    """Make the sensors of each circuit that has a meter."""
    for place in async_circuit_places(hass, entry):
        circuit = entry.runtime_data.setup.site.circuit(place.subentry_id)
        yield place, [CircuitSensor(entry, description, place) for description in _descriptions(circuit)]


class CircuitSensor(CircuitEntity, SensorEntity):
    """A figure of a circuit."""

    entity_description: CircuitSensorDescription

    @property
    @override
    def available(self) -> bool:
        return super().available and self.native_value is not None

    @property
    @override
    def native_value(self) -> StateType:
        view = self.view
        return None if view is None or not view.known else self.entity_description.value_fn(view)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        view = self.view
        return None if view is None else self.entity_description.attributes_fn(view)

    @override
    def _shows(self) -> object:
        return self.native_value, self.extra_state_attributes
