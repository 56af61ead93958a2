"""The user's own descriptions of chargers that speak Modbus or MQTT: read when Home Assistant starts, and judged aloud."""

from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .chargers.modbus.library import load_profiles
from .chargers.modbus.profile import ProfileError
from .chargers.mqtt.library import load_presets, set_own_presets
from .chargers.network_types import set_own_profiles
from .const import DOMAIN

FOLDER: Final = ("smart_charging", "chargers")
"""Of those that speak Modbus, below Home Assistant's own configuration folder."""
MQTT_FOLDER: Final = ("smart_charging", "mqtt")
"""Of those that speak MQTT."""

PROFILE_FAULTY: Final = "profile_faulty"


async def async_load_own_profiles(hass: HomeAssistant) -> None:
    """Read them all. What is wrong with one is an issue, and keeps nothing else from working."""
    profiles, errors = await hass.async_add_executor_job(load_profiles, Path(hass.config.path(*FOLDER)))
    presets, more_errors = await hass.async_add_executor_job(load_presets, Path(hass.config.path(*MQTT_FOLDER)))
    set_own_profiles(profiles)
    set_own_presets(presets)
    for folder, found in ((FOLDER, errors), (MQTT_FOLDER, more_errors)):
        for error in found:
            _tell(hass, "/".join(folder), error)


@callback
def _tell(hass: HomeAssistant, folder: str, error: ProfileError) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{PROFILE_FAULTY}_{folder}/{error.profile}",
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key=PROFILE_FAULTY,
        translation_placeholders={"file": error.profile, "folder": folder, "fault": str(error)},
    )
