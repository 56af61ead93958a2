"""What a kWh costs now, where the site has a tariff, and what it costs today and tomorrow."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import MATCH_ALL, UnitOfEnergy
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from ..engine.model.tariff import PriceSlot
from ..entity import SiteEntity
from ..foresight.tariff_desk import Tariffs
from ..runtime import SmartChargingConfigEntry
from .carbon import carbon_sensors


def price_sensors(entry: SmartChargingConfigEntry) -> list[SiteEntity]:
    """Make the sensor of the price, and that of CO₂ where it counts; none where nobody told a tariff."""
    tariffs = entry.runtime_data.tariffs
    return [] if tariffs is None else [PriceSensor(entry, tariffs), *carbon_sensors(entry, tariffs)]


class PriceSensor(SiteEntity, SensorEntity):
    """The price of the moment, all taxes and fees in it."""

    _unrecorded_attributes = frozenset({MATCH_ALL})

    def __init__(self, entry: SmartChargingConfigEntry, tariffs: Tariffs) -> None:
        super().__init__(
            entry,
            SensorEntityDescription(
                key="electricity_price",
                translation_key="electricity_price",
                state_class=SensorStateClass.MEASUREMENT,
                suggested_display_precision=3,
            ),
        )
        self._tariffs = tariffs

    @property
    @override
    def native_unit_of_measurement(self) -> str:
        return f"{self.hass.config.currency}/{UnitOfEnergy.KILO_WATT_HOUR}"

    @property
    @override
    def native_value(self) -> StateType:
        slot = self._slot()
        return None if slot is None else round(slot.price_per_kwh, 5)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Whether the price is a guess, and each price from the start of today to the end of tomorrow."""
        at = self.tick.snapshot.at
        slot, tariff = self._slot(), self._tariffs.tariff(at)
        end = dt_util.start_of_local_day(dt_util.as_local(at).date() + timedelta(days=2))
        return {
            "estimated": slot is not None and slot.estimated,
            "prices": [] if tariff is None else [_row(it) for it in tariff.prices if it.start < end],
        }

    @override
    def _shows(self) -> object:
        return self._slot(), self._tariffs.tariff(self.tick.snapshot.at)

    def _slot(self) -> PriceSlot | None:
        at = self.tick.snapshot.at
        tariff = self._tariffs.tariff(at)
        return None if tariff is None else tariff.price_at(at)


def _row(slot: PriceSlot) -> dict[str, Any]:
    return {
        "start": dt_util.as_local(slot.start).isoformat(),
        "end": dt_util.as_local(slot.end).isoformat(),
        "price": round(slot.price_per_kwh, 5),
        "estimated": slot.estimated,
    }
