"""What the grid emits now for a kWh, where the site's tariff has that count, and what it emits today and tomorrow."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import MATCH_ALL
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from ..engine.model.carbon import CarbonSlot
from ..entity import SiteEntity
from ..foresight.tariff_desk import Tariffs
from ..runtime import SmartChargingConfigEntry


def carbon_sensors(entry: SmartChargingConfigEntry, tariffs: Tariffs) -> list[SiteEntity]:
    """Make the sensor of CO₂; none where it does not count."""
    return [CarbonSensor(entry, tariffs)] if tariffs.has_carbon else []


class CarbonSensor(SiteEntity, SensorEntity):
    """What the grid emits at the moment."""

    _unrecorded_attributes = frozenset({MATCH_ALL})

    def __init__(self, entry: SmartChargingConfigEntry, tariffs: Tariffs) -> None:
        super().__init__(
            entry,
            SensorEntityDescription(
                key="carbon_intensity",
                translation_key="carbon_intensity",
                native_unit_of_measurement="g/kWh",
                state_class=SensorStateClass.MEASUREMENT,
                suggested_display_precision=0,
            ),
        )
        self._tariffs = tariffs

    @property
    @override
    def native_value(self) -> StateType:
        slot = self._slot()
        return None if slot is None else _grams(slot)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Whether it is a guess, and each figure from the start of today to the end of tomorrow."""
        slot = self._slot()
        end = dt_util.start_of_local_day(dt_util.as_local(self.tick.snapshot.at).date() + timedelta(days=2))
        return {
            "estimated": slot is not None and slot.estimated,
            "intensities": [_row(it) for it in self._slots() if it.start < end],
        }

    @override
    def _shows(self) -> object:
        return self._slot(), self._slots()

    def _slots(self) -> tuple[CarbonSlot, ...]:
        tariff = self._tariffs.tariff(self.tick.snapshot.at)
        return () if tariff is None or tariff.carbon is None else tuple(tariff.carbon.slots)

    def _slot(self) -> CarbonSlot | None:
        at = self.tick.snapshot.at
        tariff = self._tariffs.tariff(at)
        return None if tariff is None else tariff.carbon_at(at)


def _grams(slot: CarbonSlot) -> float:
    return round(1000 * slot.kg_per_kwh, 1)


def _row(slot: CarbonSlot) -> dict[str, Any]:
    return {
        "start": dt_util.as_local(slot.start).isoformat(),
        "end": dt_util.as_local(slot.end).isoformat(),
        "g_per_kwh": _grams(slot),
        "estimated": slot.estimated,
    }
