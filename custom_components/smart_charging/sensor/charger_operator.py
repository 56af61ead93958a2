"""Whether the operator, to whom a charger is handed on, is reached; and if not, why."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription
from homeassistant.const import MATCH_ALL, EntityCategory

from ..engine.model.operator_link import OperatorState
from ..entity import ChargerEntity

OPERATOR_DESCRIPTION: Final = SensorEntityDescription(
    key="operator",
    translation_key="operator",
    device_class=SensorDeviceClass.ENUM,
    entity_category=EntityCategory.DIAGNOSTIC,
    options=[state.value for state in OperatorState],
)


class OperatorSensor(ChargerEntity, SensorEntity):
    """How it stands with the operator, and how many messages wait for it, or were lost to it."""

    _unrecorded_attributes = frozenset({MATCH_ALL})

    @property
    @override
    def native_value(self) -> str | None:
        link = self.view.connection.operator
        return None if link is None else link.state

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        link = self.view.connection.operator
        return None if link is None else {"waiting": link.waiting, "dropped": link.dropped}

    @override
    def _shows(self) -> object:
        return self.view.connection.operator
