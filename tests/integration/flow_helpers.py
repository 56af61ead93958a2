"""Meters of other integrations, as the registries and the state machine show them, and steps that tests share."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_USER, ConfigSubentryData
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.smart_charging.const import DOMAIN

type Result = Mapping[str, Any]
"""What a flow shows."""


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


SITE_DATA: dict[str, Any] = {
    "phases": 3,
    "voltage_v": 230.0,
    "limit_unit": "a",
    "limit": 25.0,
    "meter": [{"role": "net", "phase": None, "entity_id": "sensor.grid"}],
    "meter_inverted": False,
    "meter_period_s": 1.0,
    "host": "127.0.0.1",
    "port": 9000,
}
"""A site as an earlier flow stored it."""


def add_site(hass: HomeAssistant, *parts: ConfigSubentryData, **changes: Any) -> MockConfigEntry:
    """Add a site that is set up already, with its circuits, chargers and loads as `parts`."""
    data = {**SITE_DATA, **changes}
    unique_id = ",".join(sorted(channel["entity_id"] for channel in data["meter"]))
    entry = MockConfigEntry(domain=DOMAIN, title="Home", data=data, unique_id=unique_id, subentries_data=parts)
    entry.add_to_hass(hass)
    return entry


async def add_part(hass: HomeAssistant, site: MockConfigEntry, kind: str) -> Result:
    """Begin to add a circuit, a charger or a load."""
    return await hass.config_entries.subentries.async_init((site.entry_id, kind), context={"source": SOURCE_USER})


async def change_part(hass: HomeAssistant, site: MockConfigEntry, subentry_id: str) -> Result:
    """Begin to change one."""
    flow: Result = await site.start_subentry_reconfigure_flow(hass, subentry_id)
    return flow


async def answer_part(hass: HomeAssistant, flow: Result, answers: dict[str, Any] | None = None) -> Result:
    """Go on with either."""
    return await hass.config_entries.subentries.async_configure(flow["flow_id"], answers)


def fields(flow: Result) -> list[str]:
    """The names of what a form asks for."""
    return [str(key) for key in flow["data_schema"].schema]


def options_of(flow: Result, field: str) -> dict[str, str]:
    """The choices of a field: label by value."""
    (selector,) = [selector for key, selector in flow["data_schema"].schema.items() if key == field]
    return {option["value"]: option["label"] for option in selector.config["options"]}


def suggested(flow: Result) -> dict[str, Any]:
    """What a form's fields show; of a section what its own show."""
    return _suggested(flow["data_schema"].schema)


def _suggested(schema: Mapping[Any, Any]) -> dict[str, Any]:
    shown = {str(key): _suggested(kind.schema.schema) for key, kind in schema.items() if isinstance(kind, section)}
    return shown | {
        str(key): key.description["suggested_value"]
        for key in schema
        if key.description and "suggested_value" in key.description
    }


async def let_speak(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    sayings: Mapping[str, str],
    *,
    times: int = 5,
    each_s: float = 1.0,
) -> None:
    """Let a meter's sensors report some times, at a steady rhythm, each what it says."""
    for _ in range(times):
        freezer.tick(each_s)
        async_fire_time_changed(hass)
        for entity_id, value in sayings.items():
            state = hass.states.get(entity_id)
            say(hass, entity_id, value, state.attributes.get(ATTR_UNIT_OF_MEASUREMENT) if state else "W")
        await settle(hass)


async def pass_time(hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float) -> None:
    """Let time go by without a word from anybody."""
    freezer.tick(seconds)
    async_fire_time_changed(hass)
    await settle(hass)


async def settle(hass: HomeAssistant) -> None:
    """Let what a flow does in the background, and may go on doing, take its turn."""
    for _ in range(5):
        await asyncio.sleep(0)
    await hass.async_block_till_done()
