"""Meters of other integrations, as the registries and the state machine show them, and steps that tests share."""

from collections.abc import Mapping
from dataclasses import dataclass

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """A sensor of a fake meter. `state` is None for one that is switched off."""

    state: str | None
    unit: str | None = "W"
    device: str = ""


def add_meter(
    hass: HomeAssistant,
    platform: str,
    sensors: Mapping[str, Sensor],
    *,
    device_name: str = "Meter",
    manufacturer: str = "Somebody",
) -> dict[str, str]:
    """Register a meter of another integration, its sensors by unique id; their entity ids, by unique id.

    The entity ids say nothing, as those of a user who renamed them all.
    """
    entry = MockConfigEntry(domain=platform, title=f"{platform} entry")
    entry.add_to_hass(hass)
    registry = er.async_get(hass)
    entity_ids: dict[str, str] = {}
    for unique_id, sensor in sensors.items():
        device = dr.async_get(hass).async_get_or_create(
            config_entry_id=entry.entry_id,
            identifiers={(platform, f"{entry.entry_id}{sensor.device}")},
            name=f"{device_name}{sensor.device}",
            manufacturer=manufacturer,
        )
        registered = registry.async_get_or_create(
            "sensor",
            platform,
            unique_id,
            config_entry=entry,
            device_id=device.id,
            disabled_by=er.RegistryEntryDisabler.INTEGRATION if sensor.state is None else None,
            suggested_object_id=f"renamed_{len(registry.entities)}",
        )
        entity_ids[unique_id] = registered.entity_id
        if sensor.state is not None:
            say(hass, registered.entity_id, sensor.state, sensor.unit)
    return entity_ids


def say(hass: HomeAssistant, entity_id: str, state: str, unit: str | None = "W") -> None:
    """Let a sensor report, the same as before or not."""
    attributes = {} if unit is None else {ATTR_UNIT_OF_MEASUREMENT: unit}
    hass.states.async_set(entity_id, state, attributes)


def dsmr_sensors(*, phases: int = 3, enabled: bool = False) -> dict[str, Sensor]:
    """The sensors of core's dsmr integration, the ones per phase switched on or off."""
    power = "0.4" if enabled else None
    per_phase = {
        f"E1_instantaneous_active_power_l{phase}_{way}": Sensor(state=power, unit="kW")
        for phase in range(1, phases + 1)
        for way in ("positive", "negative")
    }
    return {
        "E1_current_electricity_usage": Sensor(state="1.2", unit="kW"),
        "E1_current_electricity_delivery": Sensor(state="0.0", unit="kW"),
        **per_phase,
    }
