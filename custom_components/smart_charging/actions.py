"""Actions: what is wanted of a charger just this once, by an automation or a script."""

from datetime import datetime, time, timedelta
from typing import Any, Final

import voluptuous as vol
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import SiteCoordinator
from .runtime import SmartChargingConfigEntry
from .wishes import async_cancel_override, async_charge_now, expect_car

ACTION_CHARGE_NOW: Final = "charge_now"
ACTION_CANCEL_OVERRIDE: Final = "cancel_override"

ATTR_UNTIL: Final = "until"
"""A time of day, which is the next one, or a date and time."""
ATTR_ENERGY_KWH: Final = "energy_kwh"
ATTR_UNTIL_FULL: Final = "until_full"

MOST_KWH: Final = 500.0
"""No vehicle's battery takes more."""

CHARGE_NOW_SCHEMA: Final = cv.make_entity_service_schema(
    {
        vol.Optional(ATTR_UNTIL): vol.Any(cv.time, cv.datetime),
        vol.Optional(ATTR_ENERGY_KWH): vol.All(vol.Coerce(float), vol.Range(min=0, min_included=False, max=MOST_KWH)),
        vol.Optional(ATTR_UNTIL_FULL): cv.boolean,
    }
)
CANCEL_OVERRIDE_SCHEMA: Final = cv.make_entity_service_schema({})

type Charger = tuple[SiteCoordinator, str]
"""The site's coordinator, and the charger's id."""


@callback
def async_register_actions(hass: HomeAssistant) -> None:
    """Offer the actions, whether a site is set up or not."""
    hass.services.async_register(DOMAIN, ACTION_CHARGE_NOW, _charge_now, schema=CHARGE_NOW_SCHEMA)
    hass.services.async_register(DOMAIN, ACTION_CANCEL_OVERRIDE, _cancel_override, schema=CANCEL_OVERRIDE_SCHEMA)


async def _charge_now(call: ServiceCall) -> None:
    ends = {key: call.data[key] for key in (ATTR_UNTIL, ATTR_ENERGY_KWH, ATTR_UNTIL_FULL) if call.data.get(key)}
    if len(ends) > 1:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="several_ends")
    until = next_moment(ends.get(ATTR_UNTIL))

    chargers = async_find_chargers(call.hass, call.data)
    for coordinator, evse_id in chargers:
        expect_car(coordinator, evse_id)
    for coordinator, evse_id in chargers:
        await async_charge_now(
            coordinator,
            evse_id,
            until=until,
            energy_kwh=ends.get(ATTR_ENERGY_KWH),
            until_full=bool(ends.get(ATTR_UNTIL_FULL)),
        )


async def _cancel_override(call: ServiceCall) -> None:
    for coordinator, evse_id in async_find_chargers(call.hass, call.data):
        await async_cancel_override(coordinator, evse_id)


def next_moment(wanted: time | datetime | None) -> datetime | None:
    """Tell when that is, in UTC: a time of day is its next occurrence.

    Raises:
        ServiceValidationError: it has passed.

    """
    if wanted is None:
        return None
    now = dt_util.now()
    if not isinstance(wanted, datetime):
        at = now.replace(hour=wanted.hour, minute=wanted.minute, second=wanted.second, microsecond=0)
        return dt_util.as_utc(at if at > now else at + timedelta(days=1))
    at = wanted if wanted.tzinfo is not None else wanted.replace(tzinfo=dt_util.get_default_time_zone())
    if at <= now:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="in_the_past")
    return dt_util.as_utc(at)


@callback
def async_find_parts(hass: HomeAssistant, target: dict[str, Any]) -> set[str]:
    """List the ids of those parts of a site that are meant, by their devices or by any of their entities."""
    selected = async_extract_referenced_entity_ids(hass, TargetSelection(target))
    registry = er.async_get(hass)
    entries = (registry.async_get(entity_id) for entity_id in selected.referenced | selected.indirectly_referenced)
    device_ids = {entry.device_id for entry in entries if entry is not None and entry.device_id is not None}
    devices = dr.async_get(hass)
    return {
        identifier
        for device_id in sorted(device_ids | selected.referenced_devices)
        if (device := devices.async_get(device_id)) is not None
        for domain, identifier in device.identifiers
        if domain == DOMAIN
    }


@callback
def async_find_chargers(hass: HomeAssistant, target: dict[str, Any]) -> list[Charger]:
    """Find the chargers that are meant, by their devices or by any of their entities.

    Raises:
        ServiceValidationError: there is none among them.

    """
    found = async_find_parts(hass, target)
    chargers = [charger for evse_id in sorted(found) if (charger := _charger(hass, evse_id)) is not None]
    if not chargers:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_charger")
    return chargers


@callback
def _charger(hass: HomeAssistant, evse_id: str) -> Charger | None:
    entries: list[SmartChargingConfigEntry] = hass.config_entries.async_entries(DOMAIN)
    for entry in entries:
        if entry.state is not ConfigEntryState.LOADED:
            continue
        if any(evse.evse_id == evse_id for evse in entry.runtime_data.setup.site.evses):
            return entry.runtime_data.coordinator, evse_id
    return None
