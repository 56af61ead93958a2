"""Whether the site's meter can be heard, which appliances are held off, which limits hold now, and which goals are at risk."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components.binary_sensor import BinarySensorEntity, BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import DOMAIN as BINARY_SENSOR_DOMAIN
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import (
    LimitEntity,
    LoadEntity,
    SiteEntity,
    SmartChargingEntity,
    async_forget_others,
    async_limit_places,
    async_load_places,
)
from .plan_entity import PlanEntity, async_plan_places
from .runtime import SmartChargingConfigEntry

PARALLEL_UPDATES = 0

METER_DESCRIPTION: Final = BinarySensorEntityDescription(
    key="meter",
    translation_key="meter",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)

SHED_DESCRIPTION: Final = BinarySensorEntityDescription(key="shed", translation_key="shed")

HOLDS_DESCRIPTION: Final = BinarySensorEntityDescription(key="holds", translation_key="holds")

GOAL_AT_RISK_DESCRIPTION: Final = BinarySensorEntityDescription(
    key="goal_at_risk", translation_key="goal_at_risk", device_class=BinarySensorDeviceClass.PROBLEM
)


async def async_setup_entry(
    hass: HomeAssistant, entry: SmartChargingConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the binary sensors of the site, of its chargers' plans, of its appliances and of its limits."""
    meter = MeterBinarySensor(entry, METER_DESCRIPTION)
    async_add_entities([meter])
    made: list[SmartChargingEntity] = [meter]
    for charger in async_plan_places(hass, entry):
        at_risk = GoalAtRiskBinarySensor(entry, GOAL_AT_RISK_DESCRIPTION, charger)
        async_add_entities([at_risk], config_subentry_id=charger.subentry_id)
        made.append(at_risk)
    for place in async_load_places(hass, entry):
        shed = ShedBinarySensor(entry, SHED_DESCRIPTION, place)
        async_add_entities([shed], config_subentry_id=place.subentry_id)
        made.append(shed)
    for place in async_limit_places(hass, entry):
        holds = HoldsBinarySensor(entry, HOLDS_DESCRIPTION, place)
        async_add_entities([holds], config_subentry_id=place.subentry_id)
        made.append(holds)
    async_forget_others(hass, entry, BINARY_SENSOR_DOMAIN, made)


class MeterBinarySensor(SiteEntity, BinarySensorEntity):
    """On while the meter's reading is fresh and can be believed."""

    @property
    @override
    def is_on(self) -> bool:
        return self.view.headroom.known

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        return {"phases_assumed": self.view.headroom.phases_assumed}

    @override
    def _shows(self) -> object:
        return self.is_on, self.view.headroom.phases_assumed


class ShedBinarySensor(LoadEntity, BinarySensorEntity):
    """On while an appliance is held off by us."""

    @property
    @override
    def is_on(self) -> bool | None:
        status = self.view.status
        return None if status is None else status.shed

    @override
    def _shows(self) -> object:
        return self.is_on


class HoldsBinarySensor(LimitEntity, BinarySensorEntity):
    """On while a limit holds that comes and goes."""

    @property
    @override
    def is_on(self) -> bool | None:
        return None if self.view is None else self.view.holds

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """How much it allows, A on each phase or W in total; `known` is False while one of its entities is silent."""
        if self.view is None:
            return None
        limit = self.view.limit
        allows = {"limit_w": limit.power_w} if limit.current_a is None else {"limit_a": limit.current_a}
        return {**allows, "source": limit.source.value, "chargers_only": limit.chargers_only, "known": self.view.known}

    @override
    def _shows(self) -> object:
        return self.view


class GoalAtRiskBinarySensor(PlanEntity, BinarySensorEntity):
    """On while something will be missing when the car leaves; unknown where something is wanted and nothing planned."""

    @property
    @override
    def is_on(self) -> bool | None:
        planned = self.planned
        if planned.plan is None:
            return None if planned.aim is not None else False
        return planned.plan.missed_kwh > 0

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """How much, and why, see `Shortage`."""
        plan = self.planned.plan
        missed_kwh = 0.0 if plan is None else round(plan.missed_kwh, 1)
        return {"missed_kwh": missed_kwh, "why": None if plan is None else plan.missed_for}

    @override
    def _shows(self) -> object:
        return self.is_on, self.extra_state_attributes
