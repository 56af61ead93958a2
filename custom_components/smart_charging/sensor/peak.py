"""The peaks of a site's month, where power has a price: the highest one, and what the window that runs comes to so far."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import UnitOfPower
from homeassistant.helpers.typing import StateType

from ..entity import SiteEntity
from ..foresight.peaks import Peaks
from ..runtime import SmartChargingConfigEntry

WINDOW_KEYS: Final[Mapping[timedelta, str]] = {
    timedelta(minutes=15): "quarter_hour_average",
    timedelta(hours=1): "hour_average",
}
"""What the mean of the window that runs is called, by the window's length."""


@dataclass(frozen=True, kw_only=True)
class PeakSensorDescription(SensorEntityDescription):
    """Describe a sensor of the peaks at a time, UTC; a value of None is unknown."""

    value_fn: Callable[[Peaks, datetime], StateType]
    attributes_fn: Callable[[Peaks, datetime], Mapping[str, Any]]


def _highest(peaks: Peaks, at: datetime) -> StateType:
    peak = peaks.highest(at)
    return None if peak is None else round(peak.kw, 2)


def _when(peaks: Peaks, at: datetime) -> Mapping[str, Any]:
    peak = peaks.highest(at)
    return {"began_at": None if peak is None else peak.start}


def _mean(peaks: Peaks, _at: datetime) -> StateType:
    return None if peaks.window_kw is None else round(peaks.window_kw, 2)


def _counts(peaks: Peaks, at: datetime) -> Mapping[str, Any]:
    return {} if peaks.always_counts else {"counts": peaks.factor_at(at)}


def _description(
    key: str,
    value_fn: Callable[[Peaks, datetime], StateType],
    attributes_fn: Callable[[Peaks, datetime], Mapping[str, Any]],
) -> PeakSensorDescription:
    return PeakSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.POWER,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfPower.KILO_WATT,
        suggested_display_precision=2,
        value_fn=value_fn,
        attributes_fn=attributes_fn,
    )


def peak_sensors(entry: SmartChargingConfigEntry) -> list[SiteEntity]:
    """Make the sensors of the peaks; none where power has no price."""
    peaks = entry.runtime_data.peaks
    if peaks is None:
        return []
    descriptions = (
        _description("month_peak", _highest, _when),
        _description(WINDOW_KEYS[peaks.window], _mean, _counts),
    )
    return [PeakSensor(entry, description, peaks) for description in descriptions]


class PeakSensor(SiteEntity, SensorEntity):
    """A figure of the peaks."""

    entity_description: PeakSensorDescription

    def __init__(self, entry: SmartChargingConfigEntry, description: PeakSensorDescription, peaks: Peaks) -> None:
        super().__init__(entry, description)
        self._peaks = peaks

    @property
    @override
    def native_value(self) -> StateType:
        return self.entity_description.value_fn(self._peaks, self.tick.snapshot.at)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        return self.entity_description.attributes_fn(self._peaks, self.tick.snapshot.at)

    @override
    def _shows(self) -> object:
        return self.native_value, self.extra_state_attributes
