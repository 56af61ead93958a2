"""A charger's plan: in one sentence, and in figures."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription
from homeassistant.const import MATCH_ALL, PERCENTAGE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.typing import StateType

from ..engine.model.plan import PlanSlot
from ..entity import ChargerPlace
from ..plan_entity import PlanEntity, PlanView, async_plan_places, local
from ..plan_stretches import to_minute, worked_out
from ..runtime import SmartChargingConfigEntry


@dataclass(frozen=True, kw_only=True)
class PlanSensorDescription(SensorEntityDescription):
    """Describe a figure of a plan; a value of None is unknown."""

    value_fn: Callable[[PlanView], StateType | datetime]


PLAN_DESCRIPTION: Final = SensorEntityDescription(key="plan", translation_key="plan")

PLAN_FIGURES: Final = (
    PlanSensorDescription(
        key="plan_start",
        translation_key="plan_start",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda planned: to_minute(planned.stretches[0].start) if planned.stretches else None,
    ),
    PlanSensorDescription(
        key="plan_end",
        translation_key="plan_end",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda planned: to_minute(planned.stretches[-1].end) if planned.stretches else None,
    ),
    PlanSensorDescription(
        key="plan_cost",
        translation_key="plan_cost",
        device_class=SensorDeviceClass.MONETARY,
        suggested_display_precision=2,
        value_fn=lambda planned: None if planned.plan is None else _cents(planned.plan.cost),
    ),
    PlanSensorDescription(
        key="plan_saving",
        translation_key="plan_saving",
        device_class=SensorDeviceClass.MONETARY,
        suggested_display_precision=2,
        value_fn=lambda planned: None if planned.plan is None else _cents(planned.plan.saving),
    ),
    PlanSensorDescription(
        # No battery's charge: that is not yet so.
        key="expected_soc",
        translation_key="expected_soc",
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=0,
        value_fn=lambda planned: None if planned.expected_soc is None else round(100 * planned.expected_soc),
    ),
)


@callback
def async_plan_sensors(
    hass: HomeAssistant, entry: SmartChargingConfigEntry
) -> Iterator[tuple[ChargerPlace, list[PlanEntity]]]:
    """Make the sensors of each charger's plan."""
    for place in async_plan_places(hass, entry):
        figures = (PlanFigureSensor(entry, description, place) for description in PLAN_FIGURES)
        yield place, [PlanSensor(entry, PLAN_DESCRIPTION, place), *figures]


class PlanSensor(PlanEntity, SensorEntity):
    """Tells what is planned, in one sentence; slot by slot in an attribute."""

    _unrecorded_attributes = frozenset({MATCH_ALL})

    @property
    @override
    def native_value(self) -> str:
        return self.sentence

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        plan = self.planned.plan
        shown: dict[str, Any] = {"slots": [_row(slot) for slot in self._slots()]}
        if plan is None or plan.carbon_kg is None or plan.carbon_saving_kg is None:
            return shown
        return shown | {
            "carbon_kg": round(plan.carbon_kg, 2) + 0.0,
            "carbon_saving_kg": round(plan.carbon_saving_kg, 2) + 0.0,
        }

    @override
    def _shows(self) -> object:
        # Whenever that began which is on: a slot that starts early, so as not to be late, begins with each tick anew.
        at = self.planned.at
        slots = [slot if slot.start > at else (slot.end, slot.current_a, slot.stored_kwh) for slot in self._slots()]
        return self.sentence, slots

    def _slots(self) -> Iterator[PlanSlot]:
        planned = self.planned
        slots = () if planned.plan is None else planned.plan.slots
        return (slot for slot in slots if slot.end > planned.at and slot.current_a != 0)


class PlanFigureSensor(PlanEntity, SensorEntity):
    """A figure of a plan. Money is in the currency of Home Assistant."""

    entity_description: PlanSensorDescription

    @property
    @override
    def native_unit_of_measurement(self) -> str | None:
        is_money = self.entity_description.device_class is SensorDeviceClass.MONETARY
        return self.hass.config.currency if is_money else self.entity_description.native_unit_of_measurement

    @property
    @override
    def native_value(self) -> StateType | datetime:
        return self.entity_description.value_fn(self.planned)

    @override
    def _shows(self) -> object:
        return self.native_value


def _row(slot: PlanSlot) -> dict[str, Any]:
    """Show a slot; of one that starts early, so as not to be late, no figures are worked out."""
    row: dict[str, Any] = {"start": local(slot.start), "end": local(slot.end), "current_a": round(slot.current_a, 1)}
    if not worked_out(slot):
        return row
    row |= {
        "power_kw": round(slot.power_kw, 2),
        "price": None if slot.price_per_kwh is None else round(slot.price_per_kwh, 5),
        "cost": round(slot.cost, 3),
        "stored_kwh": round(slot.stored_kwh, 2),
    }
    return row if slot.carbon_kg_per_kwh is None else row | {"g_per_kwh": round(1000 * slot.carbon_kg_per_kwh)}


def _cents(amount: float | None) -> float | None:
    return None if amount is None else round(amount, 2) + 0.0
