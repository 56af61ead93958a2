"""Diagnostics of a site: how it is set up, and its last ticks, each of which replays as a test."""

from dataclasses import replace
from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry

from .const import (
    CONF_FOUND_AS,
    CONF_HOST,
    CONF_KEY,
    CONF_NUMBER,
    CONF_OPERATOR,
    CONF_PREVIOUS_KEY,
    CONF_SECRET,
    CONF_STATION,
    CONF_USER,
    DOMAIN,
)
from .engine.model.replay import to_json
from .runtime import SmartChargingConfigEntry

_REDACTED: Final = frozenset(
    {
        CONF_KEY,
        CONF_PREVIOUS_KEY,
        CONF_OPERATOR,
        CONF_NUMBER,
        CONF_HOST,
        CONF_FOUND_AS,
        CONF_STATION,
        CONF_USER,
        CONF_SECRET,
        "unique_id",
    }
)
"""A charger's unique id contains its station's identity, which is half of its credentials."""


async def async_get_config_entry_diagnostics(_hass: HomeAssistant, entry: SmartChargingConfigEntry) -> dict[str, Any]:
    """Tell everything but credentials, addresses and identities."""
    runtime = entry.runtime_data
    site, ticks = runtime.coordinator.site, runtime.coordinator.ticks
    return {
        "entry": async_redact_data(entry.as_dict(), _REDACTED),
        "site": to_json(site),
        "capabilities": {evse_id: to_json(driver.capabilities) for evse_id, driver in runtime.drivers.items()},
        "details": {evse_id: dict(driver.details) for evse_id, driver in runtime.drivers.items()},
        "shortcomings": {evse_id: sorted(driver.shortcomings) for evse_id, driver in runtime.drivers.items()},
        "failures": dict(runtime.coordinator.data.failures),
        "home_battery": {
            "told": to_json(runtime.coordinator.data.battery),
            "plan": to_json(runtime.coordinator.data.ahead.battery),
        },
        "vehicles": {
            vehicle_id: {
                "charger": runtime.vehicles.charger_of(vehicle_id),
                "soc": to_json(runtime.vehicles.soc(vehicle_id)),
                "goals": to_json(runtime.goals.of(vehicle_id)),
            }
            for vehicle_id in runtime.setup.vehicles
        },
        "presences": to_json(runtime.vehicles.presences),
        "ticks": [
            {
                # One from before somebody chose another priority was decided for the site as it was then.
                **({} if tick.site is site else {"site": to_json(tick.site)}),
                "snapshot": to_json(tick.snapshot),
                "state": to_json(tick.state),
                "decision": to_json(tick.decision),
                # They change seldom, and hold on.
                **({} if tick.plans == before else {"plans": to_json(tick.plans)}),
            }
            for before, tick in zip(({}, *(tick.plans for tick in ticks[:-1])), ticks, strict=True)
        ],
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: SmartChargingConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Tell of one charger what it can do, what it said and what it was told; of others what the whole entry tells."""
    runtime = entry.runtime_data
    evse_id = next((name for domain, name in device.identifiers if domain == DOMAIN and name in runtime.drivers), None)
    if evse_id is None:
        return await async_get_config_entry_diagnostics(hass, entry)
    driver, last = runtime.drivers[evse_id], runtime.coordinator.data
    return {
        "charger": async_redact_data(dict(entry.subentries[evse_id].data), _REDACTED),
        "capabilities": to_json(driver.capabilities),
        "status": to_json(driver.status),
        "setpoint": to_json(last.decision.setpoints.get(evse_id)),
        "failures": last.failures.get(evse_id, 0),
        "shortcomings": sorted(driver.shortcomings),
        "connection": to_json(replace(driver.connection, address=None)),
        "details": dict(driver.details),
    }
